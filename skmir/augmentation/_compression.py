"""Dynamic range compression."""

import numpy as np

from ._waveform import WaveformAugmentation, check_range, draw_range

HOP = 32  # samples between two values of the gain, which follows attacks of milliseconds
SILENCE = 1e-6  # of full scale; levels below it are all treated alike


class Compression(WaveformAugmentation):
    """Make loud passages softer: dynamic range compression, as in mixing and broadcasting.

    A level x dB above the threshold becomes one x / ratio dB above it. The gain falls with the attack's
    time constant, and rises again with that of the release. For codecs, see :class:`Codec`.

    Parameters
    ----------
    threshold : float or (float, float), default=(-40, -20)
        Threshold in dB relative to the clip's own peak, at most 0, so that soft clips are compressed as well.
    ratio : float or (float, float), default=(2, 8)
        Compression ratio, at least 1, which changes nothing.
    attack : float or (float, float), default=5
        Time constant in ms with which the gain falls, at least 0. Until it has fallen, attacks pass.
    release : float or (float, float), default=100
        Time constant in ms with which the gain rises, at least 0.
    makeup_gain : float, (float, float) or None, default=None
        Gain in dB that is applied to the whole clip afterwards. None restores the original peak.

    Notes
    -----
    Only labels of the kind "recording", which includes dynamics, become wrong. Pairs are ranges from which
    numbers are drawn.

    The level is the highest of 32 samples, the gain computer has a hard knee, and the smoothing is in dB
    with one branch for each direction, as the paper recommends except for its soft knee. Gains are
    interpolated linearly.

    References
    ----------
    .. [1] D. Giannoulis, M. Massberg and J. D. Reiss, "Digital dynamic range compressor design: a tutorial
       and analysis", Journal of the Audio Engineering Society 60(6), 2012.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.augmentation import Compression
    >>> soft_loud = np.repeat([0.1, 1.0], 22050) * np.sin(np.arange(44100) / 10)
    >>> y = Compression(-20, 4, makeup_gain=0).apply(soft_loud, 22050, 0)
    >>> np.round(20 * np.log10([y[11025:22050].max(), y[33075:].max()]), 1)  # of -20 and 0 dB
    array([-20., -15.], dtype=float32)
    """

    invalidates = frozenset({"recording"})

    def __init__(self, threshold=(-40, -20), ratio=(2, 8), *, attack=5, release=100, makeup_gain=None):
        self.threshold = threshold
        self.ratio = ratio
        self.attack = attack
        self.release = release
        self.makeup_gain = makeup_gain

    def _check_parameters(self):
        check_range("threshold", self.threshold, high=0)
        check_range("ratio", self.ratio, low=1)
        check_range("attack", self.attack, low=0)
        check_range("release", self.release, low=0)
        if self.makeup_gain is not None:
            check_range("makeup_gain", self.makeup_gain)

    def _draw(self, rng):
        names = ("threshold", "ratio", "attack", "release")
        drawn = {name: draw_range(getattr(self, name), rng) for name in names}
        gain = self.makeup_gain
        return drawn | {"makeup_gain": None if gain is None else draw_range(gain, rng)}

    def _change(self, y, sr, threshold, ratio, attack, release, makeup_gain):
        peak = np.abs(y).max()
        if peak <= SILENCE:
            return y
        over = np.maximum(_levels(y / peak) - threshold, 0)
        reduction = _smooth(over * (1 - 1 / ratio), _share(attack, sr), _share(release, sr))
        centers = HOP * np.arange(len(reduction)) + (HOP - 1) / 2
        changed = y * 10 ** (-np.interp(np.arange(len(y)), centers, reduction) / 20)
        if makeup_gain is None:
            return changed * (peak / np.abs(changed).max())
        return changed * 10 ** (makeup_gain / 20)


def _levels(y):
    """Return the highest level of each block of HOP samples, in dB relative to full scale."""
    padded = np.pad(np.abs(y), (0, -len(y) % HOP)).reshape(-1, HOP)  # (n_stretches, HOP)
    return 20 * np.log10(np.maximum(padded.max(axis=1), SILENCE))


def _share(milliseconds, sr):
    """Return the share of a difference that remains after HOP samples, for a time constant."""
    return np.exp(-HOP / (sr * milliseconds / 1000)) if milliseconds else 0.0


def _smooth(reduction, attack, release):
    """Smooth a course in dB, starting at its first value, with one speed upwards and another downwards.

    A clip is usually cut from something longer: starting at 0 would make its beginning stand out.
    """
    smooth, last = [], float(reduction[0])
    for (
        wanted
    ) in reduction.tolist():  # each value depends on the previous branch: this is not a linear filter
        keep = attack if wanted > last else release
        last = keep * last + (1 - keep) * wanted
        smooth.append(last)
    return np.array(smooth)
