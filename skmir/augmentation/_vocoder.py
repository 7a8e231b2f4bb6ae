"""librosa's phase vocoder on clips of any length."""

import numpy as np

SHORTEST = 64  # samples; the vocoder's window is no longer than the clip


def vocoder(function, y, n_fft, **parameters):
    """Apply one of librosa's effects to a waveform, padded where it is very short.

    Parameters
    ----------
    function : {"pitch_shift", "time_stretch"}
    y : ndarray of shape (n_samples,)
    n_fft : int
        Length of the window in samples; that of a shorter clip is the next lower power of two.
    **parameters : the effect's

    Returns
    -------
    y : ndarray of any length
    """
    from librosa import effects  # slow: brings numba

    y = np.pad(y, (0, max(0, SHORTEST - len(y))))
    n_fft = min(n_fft, 2 ** int(np.log2(len(y))))
    return getattr(effects, function)(y, n_fft=n_fft, **parameters)
