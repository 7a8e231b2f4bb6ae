"""Bands equally spaced in pitch, as triangles over the bins of the Fourier transform.

The lowest bands would be narrower than a bin, so bands are made of those bins only that lie nearest to some
pitch, each once: below, a band for each bin; from where bins are close enough, one for each pitch.
"""

import numpy as np
import torch

from ._bank import bank
from ._stft import magnitudes, map_spectra

_A4 = 440.0  # Hz; one of the pitches
_TOP = 17000.0  # Hz; where the highest band ends at most, unless told


def filtered_spectrogram(
    y,
    *,
    sr=22050,
    n_fft=2048,
    bands_per_octave=12,
    fmin=30.0,
    fmax=None,
    norm_filters=True,
    **stft_parameters,
):
    """Magnitudes of the short-time Fourier transform, in bands equally spaced in pitch.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    sr : float, default=22050
        Sampling rate, in Hz.
    n_fft : int, default=2048
        Length of a frame, in samples.
    bands_per_octave : int, default=12
        Bands in an octave, where the transform's bins lie close enough; below, there are fewer.
    fmin : float, default=30.0
        Where the lowest band starts, in Hz.
    fmax : float or None, default=None
        Where the highest band ends, in Hz; None is 17,000 or ``sr / 2``, whichever is lower.
    norm_filters : bool, default=True
        Whether the weights of a band have the sum 1; if not, its peak is 1.
    **stft_parameters
        Those of :func:`skmir.dsp.stft`.

    Returns
    -------
    magnitudes : tensor of shape (..., n_bands, n_frames)

    Raises
    ------
    ValueError
        Where ``fmax`` lies above ``sr / 2``, or there is room for no band.

    References
    ----------
    S. Boeck, A. Arzt, F. Krebs and M. Schedl, "Online real-time onset detection with recurrent neural
    networks", DAFx 2012.

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp import band_frequencies, filtered_spectrogram
    >>> y = torch.sin(2 * torch.pi * 440 * torch.arange(22050) / 22050)
    >>> bands = filtered_spectrogram(y)
    >>> bands.shape
    torch.Size([83, 44])
    >>> float(band_frequencies()[bands[:, 20].argmax()].round())  # Hz
    441.0
    """
    weights = _bank(sr, n_fft, bands_per_octave, fmin, fmax, norm_filters, y.dtype, y.device)
    return map_spectra(
        lambda spectra, out: out.copy_(magnitudes(spectra) @ weights),
        weights.shape[-1],
        y,
        n_fft=n_fft,
        **stft_parameters,
    )


def band_frequencies(*, sr=22050, n_fft=2048, bands_per_octave=12, fmin=30.0, fmax=None):
    """Frequencies at which the bands of :func:`filtered_spectrogram` peak.

    Parameters
    ----------
    sr, n_fft, bands_per_octave, fmin, fmax : see :func:`filtered_spectrogram`

    Returns
    -------
    frequencies : ndarray of shape (n_bands,)
        In Hz: multiples of ``sr / n_fft``.

    Raises
    ------
    ValueError
        As in :func:`filtered_spectrogram`.

    Examples
    --------
    Six bands an octave are more than the transform can tell apart at the bottom:

    >>> from skmir.dsp import band_frequencies
    >>> band_frequencies(sr=44100, n_fft=4096, bands_per_octave=6)[[0, 1, 2, -7, -1]].round()
    array([   43.,    54.,    65.,  7041., 14083.])
    """
    return _edges(sr, n_fft, bands_per_octave, fmin, fmax)[1:-1] * sr / n_fft


def _edges(sr, n_fft, bands_per_octave, fmin, fmax):
    """Return those bins that are nearest to a pitch: three neighbours are a band's start, peak and end."""
    fmax = min(_TOP, sr / 2) if fmax is None else fmax
    if fmax > sr / 2:
        raise ValueError(
            f"fmax={fmax:g} Hz lies above sr / 2, {sr / 2:g} Hz, where there is nothing. Use fmax=None, the "
            f"lower of sr / 2 and {_TOP:g} Hz, or a higher sr."
        )
    # Rounded, so that a pitch given as fmin or fmax counts whatever its last bits.
    lowest, highest = (np.log2([fmin / _A4, fmax / _A4]) * bands_per_octave).round(6)
    pitches = _A4 * 2 ** (np.arange(np.ceil(lowest), np.floor(highest) + 1) / bands_per_octave)
    edges = np.unique(np.floor(pitches * n_fft / sr + 0.5).clip(max=n_fft // 2 - 1)).astype(int)
    if len(edges) < 3:
        raise ValueError(
            f"n_fft={n_fft} leaves no band between fmin={fmin:g} Hz and fmax={fmax:g} Hz: three bins of "
            f"{sr / n_fft:g} Hz are needed, each nearest to one of the {bands_per_octave} pitches an octave, "
            f"and there are {len(edges)}. Use a larger n_fft, more bands_per_octave, or a wider range."
        )
    return edges


@bank
def _bank(sr, n_fft, bands_per_octave, fmin, fmax, norm_filters, dtype, device):
    """Return weights of shape (1 + n_fft // 2, n_bands)."""
    edges = _edges(sr, n_fft, bands_per_octave, fmin, fmax)
    bins = np.arange(1 + n_fft // 2)[:, np.newaxis]
    start, peak, end = edges[:-2], edges[1:-1], edges[2:]
    weights = np.minimum((bins - start) / (peak - start), (end - bins) / (end - peak)).clip(min=0)
    if norm_filters:
        weights /= weights.sum(axis=0)
    return torch.from_numpy(weights).to(device, dtype)
