"""A phase vocoder for clips of any length, with librosa's windows and results."""

import numpy as np
import scipy.fft
import scipy.signal
import soxr

SHORTEST = 64  # samples; the vocoder's window is no longer than the clip


def time_stretch(y, rate, n_fft):
    """Change the duration of a waveform, at the same pitch.

    Parameters
    ----------
    y : ndarray of float of shape (n_samples,)
        Padded with zeros if it is very short.
    rate : float
        Factor of the tempo.
    n_fft : int
        Length of the window in samples; for a shorter clip, the next lower power of two.

    Returns
    -------
    y : ndarray of float of shape (max(n_samples, 64) / rate,)

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.augmentation._vocoder import time_stretch
    >>> time_stretch(np.ones(1000), 2, 256).shape
    (500,)
    """
    y = np.pad(y, (0, max(0, SHORTEST - len(y))))
    n_fft = min(n_fft, 2 ** int(np.log2(len(y))))
    window = scipy.signal.get_window("hann", n_fft).astype(y.dtype)
    spectra = _at_other_times(_stft(y, window), rate)
    return _fit(_istft(spectra, window), round(len(y) / rate))


def pitch_shift(y, n_steps, n_fft, sr):
    """Shift the pitch of a waveform: stretch it in time, then resample it to its old duration.

    Parameters
    ----------
    y, n_fft : see :func:`time_stretch`
    n_steps : float
        Number of semitones up.
    sr : float
        Sampling rate, in Hz.

    Returns
    -------
    y : ndarray of float of shape (n_samples,)

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.augmentation._vocoder import pitch_shift
    >>> pitch_shift(np.ones(1000), 3, 256, 22050).shape
    (1000,)
    """
    rate = 2 ** (-n_steps / 12)
    stretched = time_stretch(y, rate, n_fft)
    return _fit(soxr.resample(stretched, sr / rate, sr, quality="HQ"), len(y))


def _stft(y, window):
    """Return spectra of shape (n_frames, 1 + n_fft // 2); frames are centred on the hops."""
    n_fft = len(window)
    y = np.pad(y, n_fft // 2)
    frames = np.lib.stride_tricks.sliding_window_view(y, n_fft)[:: n_fft // 4]
    return scipy.fft.rfft(frames * window)


def _istft(spectra, window):
    """Return the waveform whose spectra are closest to the given ones."""
    n_fft = len(window)
    y = _overlap_add(scipy.fft.irfft(spectra, n_fft) * window)
    envelope = _overlap_add(np.broadcast_to(window**2, (len(spectra), n_fft)))
    covered = envelope > np.finfo(envelope.dtype).tiny
    y[covered] /= envelope[covered]
    return y[n_fft // 2 :]


def _overlap_add(frames):
    """Return the sum of frames of shape (n_frames, n_fft), which are a quarter of their length apart."""
    n_frames, n_fft = frames.shape
    hop = n_fft // 4
    y = np.zeros(n_fft + hop * (n_frames - 1), frames.dtype)
    for i, frame in enumerate(frames):
        y[i * hop : i * hop + n_fft] += frame
    return y


def _at_other_times(spectra, rate):
    """Read spectra at times that lie ``rate`` hops apart.

    Magnitudes are interpolated. From one time to the next, a phase advances as much as between the two
    spectra around the former time, so that tones continue without a jump.

    Parameters
    ----------
    spectra : ndarray of shape (n_frames, n_frequencies)
    rate : float

    Returns
    -------
    spectra : ndarray of shape (ceil(n_frames / rate), n_frequencies)
    """
    times = np.arange(0, len(spectra), rate)
    left = times.astype(int)
    spectra = np.pad(spectra, ((0, 1), (0, 0)))  # silence follows the last one
    magnitudes = np.abs(spectra)
    heard = magnitudes >= np.finfo(magnitudes.dtype).tiny
    phases = np.divide(spectra, magnitudes, out=np.ones_like(spectra), where=heard)  # as unit numbers
    share = (times - left).astype(magnitudes.dtype)[:, np.newaxis]
    magnitudes = (1 - share) * magnitudes[left] + share * magnitudes[left + 1]
    advances = phases[left + 1] * phases[left].conj()
    advances = np.concatenate([phases[:1], advances[:-1]])
    turned = np.cumprod(advances, axis=0, dtype=np.complex128)  # complex64 would drift in long clips
    return magnitudes * turned.astype(spectra.dtype)


def _fit(y, n_samples):
    """Cut a waveform, or pad it with zeros."""
    return np.pad(y[:n_samples], (0, max(0, n_samples - len(y))))
