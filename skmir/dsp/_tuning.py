"""Estimate the tuning of a recording relative to A = 440 Hz."""

import numpy as np

from ._stft import magnitudes, spectra_blocks

_BOTTOM, _TOP = 150.0, 4000.0  # Hz: the range in which peaks count
_THRESHOLD = 0.1  # of the frame's highest magnitude
_RESOLUTION = 0.01  # of a bin
_A0 = 27.5  # Hz


def estimate_tuning(y=None, *, spectra=None, sr=22050, bins_per_octave=12):
    """Estimate the deviation from A = 440 Hz, in fractions of a bin.

    Spectral peaks are located between the bins of the Fourier transform by a parabola through three
    neighbours. Each strong peak votes for its distance from the nearest note.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms; one estimate is made for all.
    spectra : tensor of shape (..., n_frequencies, n_frames), default=None
        Magnitudes or powers, if already available, instead of ``y``.
    sr : float, default=22050
        Sampling rate, in Hz.
    bins_per_octave : int, default=12
        Number of bins per octave; 12 gives fractions of a semitone.

    Returns
    -------
    tuning : float
        In [-0.5, 0.5), in steps of 0.01; 0 if there is no peak at all.

    Notes
    -----
    The rules are those of ``librosa.estimate_tuning``.

    Examples
    --------
    A sine a quarter of a semitone above A, located almost exactly by the parabola:

    >>> import torch
    >>> from skmir.dsp import estimate_tuning
    >>> y = torch.sin(2 * torch.pi * 440 * 2 ** (0.25 / 12) * torch.arange(22050) / 22050)
    >>> round(estimate_tuning(y), 2)
    0.24
    """
    blocks = map(magnitudes, spectra_blocks(y)) if spectra is None else [spectra.mT]
    return tuning_of(blocks, sr, bins_per_octave)


def tuning_of(blocks, sr, bins_per_octave):
    """Estimate one deviation from magnitudes that are given block by block.

    Parameters
    ----------
    blocks : iterable of tensors of shape (..., n_frames_i, n_frequencies)
    sr, bins_per_octave : see :func:`estimate_tuning`

    Returns
    -------
    tuning : float
    """
    frequencies, strengths = map(np.concatenate, zip(*(_peaks(block, sr) for block in blocks), strict=True))
    if not len(frequencies):
        return 0.0
    frequencies = frequencies[strengths >= np.median(strengths)]
    bins = bins_per_octave * np.log2(frequencies / _A0)
    offsets = np.mod(bins, 1.0)  # a remainder of 0.95 is 0.05 below the next bin
    offsets[offsets >= 0.5] -= 1.0
    edges = np.linspace(-0.5, 0.5, round(1 / _RESOLUTION) + 1)
    votes, _ = np.histogram(offsets, edges)
    return float(edges[votes.argmax()])


def _peaks(magnitudes, sr):
    """Return frequencies in Hz and heights of the spectral peaks, as arrays of shape (n_peaks,)."""
    n_fft = 2 * (magnitudes.shape[-1] - 1)
    hz = np.fft.rfftfreq(n_fft, 1 / sr)
    inside = np.flatnonzero((hz >= max(_BOTTOM, hz[1])) & (hz < min(_TOP, hz[-1])))
    if not len(inside):
        return np.zeros(0), np.zeros(0)
    low, high = inside[0], inside[-1] + 1
    loud = _THRESHOLD * magnitudes.amax(dim=-1, keepdim=True)
    # In numpy, whose comparisons of such parts of rows are several times as fast as torch's.
    loud, x = (part.detach().cpu().numpy() for part in (loud, magnitudes[..., low - 1 : high + 1]))
    rises = x[..., 1:] > x[..., :-1]
    peaks = rises[..., :-1] > rises[..., 1:]  # it rises to the peak, and then no more
    peaks &= x[..., 1:-1] > loud
    frame, k = np.divmod(np.flatnonzero(peaks), peaks.shape[-1])
    left, middle, right = (x.reshape(-1, x.shape[-1])[frame, k + i] for i in range(3))
    curvature = left.astype(np.float64) + right - 2.0 * middle
    slope = (right - left) / 2
    ok = np.abs(slope) < np.abs(curvature)  # else the parabola's top lies more than a bin away
    shift = np.where(ok, -slope / np.where(ok, curvature, 1), 0)
    frequencies = (k + low + shift) * sr / n_fft
    return frequencies.astype(middle.dtype), middle + slope * shift / 2
