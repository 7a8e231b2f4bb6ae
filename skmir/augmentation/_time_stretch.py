"""Change the tempo, at the same pitch."""

import numbers

import numpy as np

from .._parameter_checks import check_number
from ._vocoder import time_stretch
from ._waveform import WaveformAugmentation, check_range, draw_range


class TimeStretch(WaveformAugmentation):
    """Play a clip faster or slower, at the same pitch.

    This is librosa's phase vocoder, which smears an attack over a window of ``n_fft`` samples; the highest
    sample of the attack can end up anywhere within it.

    Parameters
    ----------
    rate : float or (float, float), default=(0.8, 1.25)
        Factor of the tempo, from 0.1 to 10: 2 halves the length. A pair is the range from which it is drawn.
    n_fft : int, default=1024
        Window length of the vocoder in samples. A smaller one preserves attacks, a larger one separates low
        notes.

    See Also
    --------
    PitchShift : Change the pitch, at the same tempo.

    Notes
    -----
    Labels of the kinds "tempo", "times", "bars", "segments", "chords" and "notes" are changed with the clip:
    times are divided by the rate, and tempi multiplied. Copies differ in length from their clips, so a 2-D
    array of clips becomes a list.

    References
    ----------
    .. [1] B. McFee, E. J. Humphrey and J. P. Bello, "A software framework for musical data augmentation",
       ISMIR, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.augmentation import TimeStretch
    >>> faster = TimeStretch(1.25)
    >>> faster.apply(np.ones(22050), 22050, 0).shape
    (17640,)
    >>> faster.change_targets([120.0], "tempo", [{"rate": 1.25}])
    [np.float64(150.0)]
    """

    version = 2
    transforms = frozenset({"tempo", "times", "bars", "segments", "chords", "notes"})

    def __init__(self, rate=(0.8, 1.25), *, n_fft=1024):
        self.rate = rate
        self.n_fft = n_fft

    def _check_parameters(self):
        check_range("rate", self.rate, low=0.1, high=10)
        check_number("n_fft", self.n_fft, kind=numbers.Integral, low=64)

    def _draw(self, rng):
        return {"rate": draw_range(self.rate, rng)}

    def _change(self, y, sr, rate):
        if rate == 1:
            return y
        n_samples = max(min(2, len(y)), round(len(y) / rate))  # a single sample would be refused later
        stretched = time_stretch(y, rate, self.n_fft)
        return np.pad(stretched, (0, max(0, n_samples - len(stretched))))[:n_samples]

    def _change_targets(self, targets, kind, draws):
        change = _CHANGES[kind]
        return [change(target, drawn["rate"]) for target, drawn in zip(targets, draws, strict=True)]


def _slower_times(times, rate):
    times = np.asarray(times)
    if times.ndim > 1:
        raise ValueError(
            f"Labels of the kind 'times' must be arrays of one dimension, got the shape {times.shape}. If "
            "the second column is the place in the bar, pass target='bars'."
        )
    return times / rate


def _slower_bars(bars, rate):
    bars = np.asarray(bars)
    return bars / np.array([rate, 1.0]) if bars.size else bars


def _slower_intervals(annotation, rate):
    intervals, labels = annotation
    return np.asarray(intervals) / rate, labels


_CHANGES = {
    "tempo": np.multiply,
    "times": _slower_times,
    "bars": _slower_bars,
    "segments": _slower_intervals,
    "chords": _slower_intervals,
    "notes": _slower_intervals,
}
