"""The weights that sum frequencies into pitch classes, in numpy, without torch."""

import numpy as np

_A4 = 440.0  # Hz
_CENTRE, _WIDTH = 5.0, 2.0  # of the bell that weights frequencies: octaves above 27.5 Hz, and octaves


def stft_weights(sr, n_fft, n_chroma, tuning):
    """Return how much each frequency of the Fourier transform adds to each pitch class.

    The weights of a frequency form a bell around its own pitch class, as wide as the distance to the next
    frequency, and have unit length. Frequencies four octaves or more away from A at 880 Hz count little.

    Parameters
    ----------
    sr, n_fft, n_chroma : see :func:`skmir.dsp.chroma_stft`
    tuning : float
        Deviation from A = 440 Hz in fractions of a pitch class.

    Returns
    -------
    weights : ndarray of shape (n_chroma, 1 + n_fft // 2), float32

    Examples
    --------
    >>> from skmir.dsp._chroma_weights import stft_weights
    >>> weights = stft_weights(22050, 2048, 12, 0.0)
    >>> weights[:, round(440 * 2048 / 22050)].argmax()  # A is the tenth from C
    np.int64(9)
    """
    pitches = _pitches(sr, n_fft, n_chroma, tuning)
    widths = np.append(np.maximum(np.diff(pitches), 1), 1)
    distances = pitches - np.arange(n_chroma)[:, np.newaxis]  # (n_chroma, n_fft)
    half = np.round(n_chroma / 2)
    distances = np.mod(distances + half + 10 * n_chroma, n_chroma) - half  # the shorter way round
    weights = np.exp(-0.5 * (2 * distances / widths) ** 2)
    weights /= np.sqrt(np.sum(weights**2, axis=0))
    weights *= np.exp(-0.5 * ((pitches / n_chroma - _CENTRE) / _WIDTH) ** 2)
    weights = np.roll(weights, -3 * (n_chroma // 12), axis=0)  # from A to C
    return np.ascontiguousarray(weights[:, : 1 + n_fft // 2], dtype=np.float32)


def _pitches(sr, n_fft, n_chroma, tuning):
    """Return all frequencies up to ``sr`` as pitch classes above A at 27.5 Hz, of shape (n_fft,)."""
    hz = np.linspace(0, sr, n_fft, endpoint=False)[1:]
    pitches = n_chroma * np.log2(hz / (_A4 * 2.0 ** (tuning / n_chroma) / 16))
    return np.concatenate([[pitches[0] - 1.5 * n_chroma], pitches])  # 0 Hz: well below, and broad


def cqt_weights(n_bins, bins_per_octave, n_chroma, fmin):
    """Return which bins of the constant-Q transform belong to which pitch class.

    Parameters
    ----------
    n_bins : int
    bins_per_octave : int
        A multiple of ``n_chroma``.
    n_chroma : int
    fmin : float or None
        Frequency of the lowest bin in Hz; None is C1.

    Returns
    -------
    weights : ndarray of shape (n_chroma, n_bins), float32
        1 if a bin is at the pitch class or one of the bins around it, else 0.

    Examples
    --------
    >>> from skmir.dsp._chroma_weights import cqt_weights
    >>> cqt_weights(8, 4, 4, None).astype(int)
    array([[1, 0, 0, 0, 1, 0, 0, 0],
           [0, 1, 0, 0, 0, 1, 0, 0],
           [0, 0, 1, 0, 0, 0, 1, 0],
           [0, 0, 0, 1, 0, 0, 0, 1]])
    """
    n_merged = bins_per_octave // n_chroma
    classes = (np.arange(n_bins) + n_merged // 2) // n_merged
    first = 0 if fmin is None else np.mod(12 * np.log2(fmin / _A4) + 69, 12)  # semitones above C
    first = int(np.round(first * (n_chroma / 12)))
    return (np.arange(n_chroma)[:, np.newaxis] == (classes + first) % n_chroma).astype(np.float32)
