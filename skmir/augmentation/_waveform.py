"""The base of all augmentations of waveforms: draws, changes of waveforms, and changes of labels.

A draw is made before the waveform is known, and determines everything that follows. So one draw changes a
waveform and its label consistently, and a label can be changed without the waveform.
"""

import numpy as np
from sklearn.base import BaseEstimator

from .._cache import array_digest, file_digest
from .._declared_parameters import DeclaredParameters, method_missing
from .._parameter_checks import check_choice, check_number, plain
from .._validation import is_path

# The kinds of labels and annotations, and the form that each must have for a clip.
TARGETS = {
    "key": "a key such as 'C major' or 'A:min'",
    "chord": "a chord in mir_eval's syntax, such as 'C:maj' or 'N'",
    "pitch": "a fundamental frequency in Hz, or an array of them",
    "midi": "a MIDI note number, or an array of them",
    "tempo": "beats per minute, a number or an array",
    "times": "an array of event times in s: beats, onsets",
    "bars": "an array of shape (n_beats, 2): time in s, and place in the bar",
    "segments": "a pair of intervals of shape (n, 2) in s, and n labels that do not depend on pitch",
    "chords": "a pair of intervals of shape (n, 2) in s, and n chords",
    "notes": "a pair of intervals of shape (n, 2) in s, and n pitches in Hz",
    "recording": "a word on how it was recorded: noise, room, codec, dynamics",
}


class WaveformAugmentation(DeclaredParameters, BaseEstimator):
    """Base of random changes of one waveform, and of what its label says.

    It has the parameters of a scikit-learn estimator (``clone``, ``set_params``, nested search), and nothing
    to fit. A subclass declares them as annotated attributes (:class:`skmir.base.DeclaredParameters`), or
    writes an ``__init__`` that only assigns. :class:`skmir.compose.AugmentedEstimator` trains on the copies.

    Attributes
    ----------
    targets : dict of str to str
        The kinds of labels, and the form of each.
    transforms : frozenset of str
        The kinds of labels that are changed together with the waveform.
    invalidates : frozenset of str
        The kinds that are no longer true, and cannot be mended.
    version : int
        A subclass raises it whenever its results change, so that no cache serves old ones.

    Notes
    -----
    A subclass must have three methods:

    ``_check_parameters()``
        Raises if a parameter is not what it may be.

    ``_draw(rng)``
        Returns what one copy needs, a dict of numbers and texts by name. It gets a
        ``numpy.random.Generator``, and not the waveform.

    ``_change(y, sr, **drawn)``
        Returns the changed waveform, an array of shape (n_samples,). It gets a waveform of float32, which it
        does not write to, its sampling rate in Hz, and what was drawn, by name.

    A subclass also sets ``invalidates``, unless no label becomes wrong. If it sets ``transforms``, it has

    ``_change_targets(targets, kind, draws)``
        Returns the labels of clips as draws change them: a list, as long as ``targets`` and ``draws``.

    Examples
    --------
    >>> from skmir.augmentation import WaveformAugmentation
    >>> class Reverse(WaveformAugmentation):
    ...     invalidates = frozenset({"times", "bars", "segments", "chords", "notes"})
    ...
    ...     def _check_parameters(self):
    ...         pass
    ...
    ...     def _draw(self, rng):
    ...         return {}
    ...
    ...     def _change(self, y, sr):
    ...         return y[::-1]
    >>> Reverse().apply([1.0, 2.0], 22050, rng=0)
    array([2., 1.], dtype=float32)
    """

    version = 1
    targets = TARGETS
    transforms = frozenset()
    invalidates = frozenset()

    def check(self):
        """Raise if a parameter is not valid.

        Raises
        ------
        TypeError
            If a parameter is of the wrong type.
        ValueError
            If a parameter is out of its range.
        """
        self._check_parameters()

    def draw(self, rng):
        """Draw the random values for one copy.

        Parameters
        ----------
        rng : numpy.random.Generator, RandomState or int
            A Generator is used as it is; from a RandomState one number is drawn.

        Returns
        -------
        drawn : dict of str to number or str
        """
        self.check()
        if isinstance(rng, np.random.RandomState):
            rng = int(rng.randint(2**31 - 1))
        return self._draw(np.random.default_rng(rng))

    def change(self, y, sr, drawn):
        """Return a waveform changed by one draw.

        Parameters
        ----------
        y : ndarray of float of shape (n_samples,)
            It is not written to.
        sr : int
            Sampling rate in Hz.
        drawn : dict
            From :meth:`draw`.

        Returns
        -------
        y : ndarray of float32 of shape (n_samples,)
            The length is that of the input unless the class says otherwise.

        Raises
        ------
        ValueError
            If y is not one waveform of finite numbers.
        """
        y = np.asarray(y)
        if y.ndim != 1 or not y.size or not np.isfinite(y).all():
            raise ValueError(f"y must be one waveform of finite samples, got the shape {y.shape}.")
        changed = self._change(y.astype(np.float32), sr, **drawn)
        return np.ascontiguousarray(changed, dtype=np.float32)

    def apply(self, y, sr, rng):
        """Return a changed copy of a waveform.

        Parameters
        ----------
        y : ndarray of float of shape (n_samples,)
            It is not written to.
        sr : int
            Sampling rate in Hz.
        rng : numpy.random.Generator, RandomState or int

        Returns
        -------
        y : ndarray of float32 of shape (n_samples,)
            The length is that of the input unless the class says otherwise.

        Raises
        ------
        TypeError, ValueError
            If a parameter is not valid, or y is not one waveform.
        """
        return self.change(y, sr, self.draw(rng))

    def change_targets(self, targets, kind, draws):
        """Return the labels of clips changed by draws.

        Parameters
        ----------
        targets : sequence of length n_clips
        kind : str
            A key of ``targets``, the attribute.
        draws : list of dict, of length n_clips

        Returns
        -------
        targets : list of length n_clips

        Raises
        ------
        ValueError
            If there is no such kind, the labels become wrong, or a label is not of that kind.
        """
        check_choice("target", kind, self.targets)
        if kind in self.invalidates:
            raise ValueError(f"{self} makes labels of the kind {kind!r} wrong. {self._cure(kind)}")
        if kind not in self.transforms:
            return list(targets)
        return self._change_targets(list(targets), kind, draws)

    def identity(self):
        """Return a text that is equal for two augmentations only if they do the same.

        Returns
        -------
        identity : str
        """
        kind = type(self)
        params = sorted(self.get_params(deep=False).items())
        plain = [(name, _plain(value)) for name, value in params]
        return repr((f"{kind.__module__}.{kind.__qualname__}", self.version, plain))

    def _check_parameters(self):
        raise method_missing(self, "_check_parameters")

    def _draw(self, rng):
        raise method_missing(self, "_draw")

    def _change(self, y, sr, **drawn):
        raise method_missing(self, "_change")

    def _change_targets(self, targets, kind, draws):
        raise method_missing(self, "_change_targets")

    def _cure(self, kind):
        return "Leave it out."


def check_range(name, value, *, low=None, high=None, above=None):
    """Raise unless a parameter is a finite number, or a pair (low, high) of them, within bounds."""
    values = value if isinstance(value, tuple | list) else (value,)
    if isinstance(value, tuple | list) and len(value) != 2:
        raise ValueError(f"{name}={plain(value)!r} must be a number, or a pair (low, high).")
    for number in values:
        check_number(name, number, low=low, high=high, above=above)
        if not np.isfinite(number):
            raise ValueError(f"{name}={plain(value)!r} must be finite.")
    if values[0] > values[-1]:
        raise ValueError(f"{name}={plain(value)!r} must be a pair (low, high) with low <= high.")


def draw_range(value, rng):
    """Draw a number uniformly from a pair (low, high); a single number is returned as it is."""
    low, high = value if isinstance(value, tuple | list) else (value, value)
    return float(rng.uniform(low, high))


def _plain(value):
    """Return a parameter with arrays and files replaced by their content, on which the effect depends."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    if isinstance(value, np.ndarray):
        return array_digest(value)
    if is_path(value) and not isinstance(value, str):
        return file_digest(str(value))
    return value.item() if isinstance(value, np.generic) else value
