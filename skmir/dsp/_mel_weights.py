"""The filters of the mel bands, in numpy, without torch."""

import warnings

import numpy as np

from ._norm import unit_rows

# Slaney's scale: linear up to 1 kHz, which is 15 mel, and logarithmic above it.
_LINEAR = 200 / 3  # Hz per mel
_KNEE = 1000.0  # Hz
_KNEE_MEL = _KNEE / _LINEAR
_LOG_STEP = np.log(6.4) / 27  # 27 mel from 1 kHz to 6.4 kHz


def mel_weights(sr, n_fft, n_mels, fmin, fmax, htk, norm):
    """Return triangles in frequency, each from the centre of its lower neighbour to that of its upper one.

    Parameters
    ----------
    sr, n_fft, n_mels, fmin, fmax, htk, norm : see :func:`skmir.dsp.mel_spectrogram`

    Returns
    -------
    weights : ndarray of shape (n_mels, 1 + n_fft // 2), float32

    Warns
    -----
    UserWarning
        If a band lies between two frequencies of the Fourier transform, and so stays empty.

    Examples
    --------
    >>> from skmir.dsp._mel_weights import mel_weights
    >>> mel_weights(22050, 2048, 40, 0.0, None, False, "slaney").shape
    (40, 1025)
    """
    hz = np.fft.rfftfreq(n_fft, 1 / sr)
    edges = _edges(n_mels, fmin, sr / 2 if fmax is None else fmax, htk)
    widths = np.diff(edges)[:, np.newaxis]
    distances = edges[:, np.newaxis] - hz  # (n_mels + 2, n_frequencies)
    rising, falling = -distances[:-2] / widths[:-1], distances[2:] / widths[1:]
    weights = np.maximum(0, np.minimum(rising, falling)).astype(np.float32)
    if norm == "slaney":
        weights *= (2 / (edges[2:] - edges[:-2]))[:, np.newaxis]
    else:
        weights = unit_rows(weights, norm)
    _warn_of_empty(weights, edges, n_mels, n_fft)
    return weights


def _warn_of_empty(weights, edges, n_mels, n_fft):
    empty = ~weights.any(axis=1) & (edges[:-2] > 0)
    if empty.any():
        warnings.warn(
            f"{empty.sum()} of n_mels={n_mels} bands are empty: they are narrower than the distance of two "
            f"frequencies at n_fft={n_fft}, and always give 0. Use fewer bands, or a larger n_fft.",
            stacklevel=2,
        )


def _edges(n_mels, fmin, fmax, htk):
    """Return the starts, centres and ends of the bands, in Hz: an array of shape (n_mels + 2,)."""
    to_mel, to_hz = mel_scale(htk)
    return to_hz(np.linspace(to_mel(fmin), to_mel(fmax), n_mels + 2))


def mel_scale(htk):
    """Return two functions of arrays: from Hz to mel, and back.

    Parameters
    ----------
    htk : bool
        Whether the scale is HTK's instead of Slaney's.

    Examples
    --------
    >>> from skmir.dsp._mel_weights import mel_scale
    >>> to_mel, to_hz = mel_scale(htk=False)
    >>> round(float(to_mel(1000.0)), 6), round(float(to_hz(15.0)), 6)
    (15.0, 1000.0)
    """
    return (_hz_to_htk, _htk_to_hz) if htk else (_hz_to_slaney, _slaney_to_hz)


def _hz_to_htk(hz):
    return 2595 * np.log10(1 + hz / 700)


def _htk_to_hz(mel):
    return 700 * (10 ** (mel / 2595) - 1)


def _hz_to_slaney(hz):
    above = _KNEE_MEL + np.log(np.maximum(hz, _KNEE) / _KNEE) / _LOG_STEP
    return np.where(np.less(hz, _KNEE), np.divide(hz, _LINEAR), above)


def _slaney_to_hz(mel):
    return np.where(mel < _KNEE_MEL, _LINEAR * mel, _KNEE * np.exp(_LOG_STEP * (mel - _KNEE_MEL)))
