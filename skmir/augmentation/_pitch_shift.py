"""Change the pitch, at the same tempo."""

import numbers

import numpy as np

from .._parameter_checks import check_number, plain
from ._transpose import transpose
from ._vocoder import pitch_shift
from ._waveform import WaveformAugmentation, check_range, draw_range


class PitchShift(WaveformAugmentation):
    """Play a clip higher or lower, at the same tempo.

    This is librosa's phase vocoder: the spectrum moves as a whole, including formants, and attacks are
    smeared over a window. A shift of half an octave or more changes the sound of an instrument.

    Parameters
    ----------
    n_steps : float or (float, float), default=(-2, 2)
        Number of semitones up, from -48 to 48; a pair is the range from which it is drawn.
    whole : bool, default=True
        Whether only whole numbers of semitones are drawn, all equally likely, including 0. Labels that name
        notes can only be transposed by whole numbers.
    n_fft : int, default=2048
        Window length of the vocoder in samples. A smaller one preserves attacks, a larger one separates low
        notes.

    See Also
    --------
    TimeStretch : Change the tempo, at the same pitch.
    PitchRoll : Move the bins of a network's frames.

    Notes
    -----
    Labels of the kinds "pitch" and "notes" are transposed with the clip. Labels of the kinds "midi", "key",
    "chord" and "chords" are transposed if ``whole`` is True, and become wrong otherwise. Transposed keys and
    chords take the names that roots have in the other labels, so that no class gets two names ("Eb:maj" and
    "D#:maj"). Copies can belong to classes that no original clip has.

    References
    ----------
    .. [1] B. McFee, E. J. Humphrey and J. P. Bello, "A software framework for musical data augmentation",
       ISMIR, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.augmentation import PitchShift
    >>> y = np.sin(2 * np.pi * 220 * np.arange(22050) / 22050)
    >>> higher = PitchShift(12).apply(y, 22050, 0)
    >>> np.abs(np.fft.rfft(higher)).argmax()  # in Hz, as y lasts a second
    np.int64(440)
    >>> PitchShift(3).change_targets(["C:maj", "A:min7", "N"], "chord", [{"n_steps": 3}] * 3)
    ['D#:maj', 'C:min7', 'N']
    """

    version = 2

    def __init__(self, n_steps=(-2, 2), *, whole=True, n_fft=2048):
        self.n_steps = n_steps
        self.whole = whole
        self.n_fft = n_fft

    @property
    def transforms(self):
        """Kinds of labels that are changed with the waveform."""
        return frozenset({"pitch", "notes"} | (_NAMED if self.whole else set()))

    @property
    def invalidates(self):
        """Kinds of labels that are no longer true."""
        return frozenset(set() if self.whole else _NAMED)

    def _check_parameters(self):
        check_range("n_steps", self.n_steps, low=-48, high=48)
        check_number("n_fft", self.n_fft, kind=numbers.Integral, low=64)
        low, high = _ends(self.n_steps)
        if self.whole and np.ceil(low) > np.floor(high):
            raise ValueError(
                f"n_steps={plain(self.n_steps)!r} must include a whole number of semitones. Use whole=False, "
                "or a wider range."
            )

    def _draw(self, rng):
        if not self.whole:
            return {"n_steps": draw_range(self.n_steps, rng)}
        low, high = _ends(self.n_steps)
        return {"n_steps": int(rng.integers(np.ceil(low), np.floor(high), endpoint=True))}

    def _change(self, y, sr, n_steps):
        if n_steps == 0:
            return y
        return pitch_shift(y, n_steps, self.n_fft, sr)

    def _change_targets(self, targets, kind, draws):
        steps = [drawn["n_steps"] for drawn in draws]
        if kind in ("key", "chord"):
            return transpose(targets, steps)
        if kind == "chords":
            return _transpose_chords(targets, steps)
        change = {"pitch": _higher, "midi": np.add, "notes": _higher_notes}[kind]
        return [change(target, n) for target, n in zip(targets, steps, strict=True)]

    def _cure(self, kind):
        return "Use PitchShift(whole=True), which transposes it."


_NAMED = {"midi", "key", "chord", "chords"}  # kinds of labels that exist at whole semitones only


def _ends(n_steps):
    return n_steps if isinstance(n_steps, tuple | list) else (n_steps, n_steps)


def _higher(pitch, n_steps):
    return np.asarray(pitch) * 2 ** (n_steps / 12)


def _higher_notes(notes, n_steps):
    intervals, pitches = notes
    return intervals, _higher(pitches, n_steps)


def _transpose_chords(targets, steps):
    """Transpose the chords of all clips at once, so that they are spelled alike."""
    lengths = [len(labels) for _, labels in targets]
    every = [label for _, labels in targets for label in labels]
    moved = iter(transpose(every, np.repeat(steps, lengths)))
    return [(intervals, [next(moved) for _ in labels]) for intervals, labels in targets]
