"""Bands equally spaced in pitch, as triangles over the bins of the Fourier transform.

The lowest bands would be narrower than a bin, so bands use only the bins that are nearest to some pitch, each
once: one band per bin at low frequencies, and one per pitch from where bins are close enough.
"""

import numpy as np
import torch

from ._bank import bank
from ._stft import magnitudes, map_spectra, written

_A4 = 440.0  # Hz; one of the pitches
_TOP = 17000.0  # Hz; default upper limit of the highest band


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
        Number of bands per octave where the transform's bins are close enough; at low frequencies, there are
        fewer.
    fmin : float, default=30.0
        Lower end of the lowest band, in Hz.
    fmax : float or None, default=None
        Upper end of the highest band, in Hz; None is 17,000 or ``sr / 2``, whichever is lower.
    norm_filters : bool, default=True
        Whether the weights of each band sum to 1; if not, their peak is 1.
    **stft_parameters
        Other parameters of :func:`skmir.dsp.stft`.

    Returns
    -------
    magnitudes : tensor of shape (..., n_bands, n_frames)

    Raises
    ------
    ValueError
        If ``fmax`` lies above ``sr / 2``, or there is no room for a band.

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
        lambda spectra, out=None: written(magnitudes(spectra) @ weights, out),
        weights.shape[-1],
        y,
        n_fft=n_fft,
        **stft_parameters,
    )


def band_frequencies(*, sr=22050, n_fft=2048, bands_per_octave=12, fmin=30.0, fmax=None):
    """Return the frequencies at which the bands of :func:`filtered_spectrogram` peak.

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
    Six bands per octave are more than the transform can resolve at low frequencies:

    >>> from skmir.dsp import band_frequencies
    >>> band_frequencies(sr=44100, n_fft=4096, bands_per_octave=6)[[0, 1, 2, -7, -1]].round()
    array([   43.,    54.,    65.,  7041., 14083.])
    """
    return _edges(sr, n_fft, bands_per_octave, fmin, fmax)[1:-1] * sr / n_fft


def _edges(sr, n_fft, bands_per_octave, fmin, fmax):
    """Return the bins that are nearest to a pitch: three neighbours are a band's start, peak and end."""
    fmax = min(_TOP, sr / 2) if fmax is None else fmax
    if fmax > sr / 2:
        raise ValueError(
            f"fmax={fmax:g} Hz must not be above sr / 2, {sr / 2:g} Hz. Use fmax=None, which is the "
            f"lower of sr / 2 and {_TOP:g} Hz, or a higher sr."
        )
    # Rounded, so that a pitch given as fmin or fmax counts regardless of its last bits.
    lowest, highest = (np.log2([fmin / _A4, fmax / _A4]) * bands_per_octave).round(6)
    pitches = _A4 * 2 ** (np.arange(np.ceil(lowest), np.floor(highest) + 1) / bands_per_octave)
    edges = np.unique(np.floor(pitches * n_fft / sr + 0.5).clip(max=n_fft // 2 - 1)).astype(int)
    if len(edges) < 3:
        raise ValueError(
            f"n_fft={n_fft} leaves no band between fmin={fmin:g} Hz and fmax={fmax:g} Hz: three bins of "
            f"{sr / n_fft:g} Hz are needed, each nearest to one of {bands_per_octave} pitches per octave, "
            f"but there are {len(edges)}. Use a larger n_fft, more bands_per_octave, or a wider range."
        )
    return edges


@bank
def _bank(sr, n_fft, bands_per_octave, fmin, fmax, norm_filters, dtype, device):
    """Return weights of shape (1 + n_fft // 2, n_bands) as a tensor."""
    weights = filter_weights(sr, n_fft, bands_per_octave, fmin, fmax, norm_filters)
    return torch.from_numpy(weights).to(device, dtype)


def filter_weights(sr, n_fft, bands_per_octave, fmin, fmax, norm_filters):
    """Return weights of shape (1 + n_fft // 2, n_bands)."""
    edges = _edges(sr, n_fft, bands_per_octave, fmin, fmax)
    bins = np.arange(1 + n_fft // 2)[:, np.newaxis]
    start, peak, end = edges[:-2], edges[1:-1], edges[2:]
    weights = np.minimum((bins - start) / (peak - start), (end - bins) / (end - peak)).clip(min=0)
    if norm_filters:
        weights /= weights.sum(axis=0)
    return weights
