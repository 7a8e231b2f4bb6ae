"""Activations without a network: by how much the bands of a spectrum get louder."""

import numpy as np
from scipy.ndimage import maximum_filter1d

# By name, over how many bands of the earlier frame the maximum is taken.
BANDS = {"flux": 1, "superflux": 3}


def flux(frames, n_bands, lag):
    """Return the mean rise of the bands since an earlier frame.

    Parameters
    ----------
    frames : ndarray of shape (n_bins, n_frames)
        Logarithmic magnitudes.
    n_bands : int
        A bin is compared with the highest of so many neighbours in the earlier frame, so that a tone that
        glides into the next band, as in vibrato, does not count as a rise. 1 compares it with itself.
    lag : int
        Distance to the earlier frame.

    Returns
    -------
    rises : ndarray of float64 of shape (n_frames,)
        0 in the first ``lag`` frames.
    """
    rises = np.zeros(frames.shape[1])
    if frames.shape[1] > lag:
        earlier = maximum_filter1d(frames, n_bands, axis=0, mode="nearest")[:, :-lag]
        rises[lag:] = np.maximum(frames[:, lag:] - earlier, 0).mean(axis=0)
    return rises
