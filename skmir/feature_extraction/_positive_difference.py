"""The rise of bands since a few frames before, and the number of these frames."""

import numpy as np
import scipy.signal
import torch


def positive_difference(frames, lag):
    """Return by how much each value exceeds that of ``lag`` frames before; 0 if it does not or there is none.

    Parameters
    ----------
    frames : tensor of shape (..., n_bins, n_frames)
    lag : int

    Returns
    -------
    differences : tensor of shape (..., n_bins, n_frames)
    """
    frames = frames.mT
    rises = (frames[..., lag:, :] - frames[..., :-lag, :]).clamp(min=0)
    return torch.nn.functional.pad(rises, (0, 0, lag, 0))[..., : frames.shape[-2], :].mT


def difference_lag(ratio, *, n_fft, hop_length, window="hann"):
    """Return the number of frames after which the window has fallen to a ratio of its peak.

    Parameters
    ----------
    ratio : float
        Ratio in (0, 1).
    n_fft, hop_length, window : see :func:`skmir.dsp.stft`

    Returns
    -------
    lag : int
        At least 1.
    """
    weights = scipy.signal.get_window(window, n_fft)
    first = int(np.argmax(weights > ratio * weights.max()))
    return max(1, round((n_fft / 2 - first) / hop_length))
