"""Decoders from activations of pitches to notes."""

import numbers

import numpy as np
from scipy.ndimage import maximum_filter1d
from sklearn.base import BaseEstimator
from sklearn.utils import check_array
from sklearn.utils.validation import check_is_fitted

from .._annotations import check_notes, kind_of_annotations
from .._declared_parameters import DeclaredParameters, method_missing, positional
from .._fitting import all_or_nothing
from .._parameter_checks import check_number
from .._saving import SavingMixin
from ._activations import check_activations
from ._states import log

_SMALLEST_PRIOR = 1e-3
_WHOLE = np.array([[0.0, 1e9]])  # in s; the interval of the only note of a clip


class NoteDecoder(SavingMixin, DeclaredParameters, BaseEstimator):
    """Base of decoders from activations of pitches to notes, each clip by itself.

    A subclass has ``_decode(frames, onsets)``, which returns for each pitch whether it sounds and whether a
    note begins, arrays of bool of shape (n_pitches, n_frames); ``onsets`` is None if activations have none.
    """

    fps: float = 100.0
    lowest: int = 21

    @all_or_nothing
    def fit(self, X, y=None):
        """Learn what the decoder needs from notes that are known.

        Parameters
        ----------
        X : list of ndarray of shape (n_pitches, n_frames_i) or (2, n_pitches, n_frames_i), or array-like of \
shape (n_clips, n_frames)
            How likely each pitch sounds in each frame; and how likely a note of it begins. An array
            (n_clips, n_frames) is of a single pitch.
        y : list of (intervals, pitches), default=None
            The notes of each clip, in s and Hz; not needed if the decoder learns nothing. Numbers are the
            only note of each clip, 0 for the first pitch.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            If a parameter, X or y is not valid.
        """
        self._check_parameters()
        self._set = self.get_params(deep=False)
        X = self._activations(X, reset=True)
        self.n_pitches_ = X[0].shape[1]
        self._learn(X, y)
        return self

    def predict(self, X):
        """Return the notes of each clip.

        Parameters
        ----------
        X : activations
            As in ``fit``.

        Returns
        -------
        notes : list of (ndarray of shape (n_notes_i, 2), ndarray of shape (n_notes_i,))
            Intervals in s, sorted by onset, then by pitch, and pitches in Hz.
        """
        check_is_fitted(self, "n_pitches_")
        return [self._notes(x) for x in self._activations(X, reset=False)]

    def _check_parameters(self):
        check_number("fps", self.fps, above=0)
        check_number("lowest", self.lowest, kind=numbers.Integral, low=0, high=127)

    def _activations(self, X, *, reset):
        """Return activations of shape (n_heads, n_pitches, n_frames) for each clip."""
        if isinstance(X, list | tuple) and X and all(np.ndim(x) == 3 for x in X):
            clips = [np.asarray(x, dtype=float) for x in X]
        else:
            clips = [
                np.atleast_2d(x)[np.newaxis] for x in check_activations(self, X, reset=reset, n_rows="any")
            ]
        n_pitches = clips[0].shape[1] if reset else self.n_pitches_
        for i, x in enumerate(clips):
            if x.shape[0] not in (1, 2) or x.shape[1] != n_pitches or not x.shape[2]:
                raise ValueError(
                    f"clip {i} of X must have the shape (1 or 2, {n_pitches}, n_frames) with at least one "
                    f"frame, got {x.shape}."
                )
        return clips

    def _learn(self, activations, y):
        """Learn from activations and notes; nothing is learned."""

    def _decode(self, frames, onsets):
        raise method_missing(self, "_decode")

    def _notes(self, activation):
        sounds, begins = self._decode(activation[0], activation[1] if len(activation) == 2 else None)
        found = []
        for pitch in np.flatnonzero(sounds.any(axis=1)):
            changes = np.diff(np.concatenate([[False], sounds[pitch], [False]]).astype(int))
            starts, ends = np.flatnonzero(changes == 1), np.flatnonzero(changes == -1)
            inner = np.setdiff1d(np.flatnonzero(begins[pitch] & sounds[pitch]), starts)
            firsts = np.sort(np.concatenate([starts, inner]))
            lasts = np.minimum(
                np.append(firsts[1:], np.inf), ends[np.searchsorted(ends, firsts, side="right")]
            )
            found += [(first, last, pitch) for first, last in zip(firsts, lasts, strict=True)]
        if not found:
            return np.zeros((0, 2)), np.zeros(0)
        notes = np.array(sorted(found), dtype=float)
        return notes[:, :2] / self._set["fps"], 440 * 2 ** ((self._set["lowest"] + notes[:, 2] - 69) / 12)


class NotePicker(NoteDecoder):
    """A note begins at a peak of the onset activation, and lasts while its pitch sounds.

    A pitch that sounds without an onset is not a note [1]_; the thresholds are those of [2]_. If there are no
    onset activations, a note begins where its pitch begins to sound.

    Parameters
    ----------
    onset_threshold : float, default=0.5
        Peaks of the onset activation at least that high begin a note.
    frame_threshold : float, default=0.3
        A note lasts as long as the activation of its pitch is at least that high.
    min_duration : float, default=0.05
        Shorter notes, in s, are left out if there are no onset activations; with them, they last that long.
    fps : float, default=100.0
        Frames per second of the activations. A transcriber sets it.
    lowest : int, default=21
        MIDI number of the first pitch. A transcriber sets it.

    Attributes
    ----------
    n_pitches_ : int
        Number of pitches.
    n_features_in_ : int
        Number of frames, if ``fit`` was given a 2-D array.

    See Also
    --------
    NoteHMM : For activations without onsets.
    PianoTranscriber : Clips to activations, and these to notes.

    References
    ----------
    .. [1] C. Hawthorne et al., "Onsets and frames: dual-objective piano transcription", ISMIR, 2018.
    .. [2] R. M. Bittner, J. J. Bosch, D. Rubinstein, G. Meseguer-Brocal and S. Ewert, "A lightweight
           instrument-agnostic model for polyphonic note transcription and multipitch estimation", ICASSP,
           2022.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import NotePicker
    >>> activation = np.zeros((2, 1, 100))  # sounds and onsets of one pitch
    >>> activation[0, 0, 20:70] = activation[1, 0, [20, 50]] = 0.9
    >>> intervals, pitches = NotePicker(lowest=69).fit([activation]).predict([activation])[0]
    >>> intervals
    array([[0.2, 0.5],
           [0.5, 0.7]])
    >>> pitches
    array([440., 440.])
    """

    onset_threshold: float = positional(default=0.5)
    frame_threshold: float = positional(default=0.3)
    min_duration: float = 0.05

    def _check_parameters(self):
        super()._check_parameters()
        check_number("onset_threshold", self.onset_threshold, above=0)
        check_number("frame_threshold", self.frame_threshold, above=0)
        check_number("min_duration", self.min_duration, low=0)

    def _decode(self, frames, onsets):
        shortest = max(1, round(self._set["min_duration"] * self._set["fps"]))
        sounds = frames >= self._set["frame_threshold"]
        if onsets is None:
            return _without_short_runs(sounds, shortest), np.zeros_like(sounds)
        begins = (onsets >= self._set["onset_threshold"]) & (onsets == maximum_filter1d(onsets, 3, axis=1))
        begins[:, 1:] &= ~begins[:, :-1]  # equal neighbours are one peak
        kept = np.zeros_like(sounds)
        for pitch, first in zip(*np.nonzero(begins), strict=True):
            silent = np.flatnonzero(~sounds[pitch, first + shortest :])
            end = first + shortest + silent[0] if len(silent) else sounds.shape[1]
            kept[pitch, first:end] = True
        return kept, begins


class NoteHMM(NoteDecoder):
    """Each pitch is on or off, and mostly stays so: a hidden Markov model of two states for each.

    A pitch that sounds for a single frame, or stops for one, is outvoted by the frames around. Onset
    activations are not looked at.

    Parameters
    ----------
    prior_weight : float, default=1.0
        Power of the share of the frames in which a pitch sounds, by which its activations are divided, as for
        :class:`Viterbi`; 0.0 leaves them as they are. Shares below 0.001 count as that: a pitch that training
        hardly has would otherwise sound at the least evidence.
    fps : float, default=100.0
        Frames per second of the activations. A transcriber sets it.
    lowest : int, default=21
        MIDI number of the first pitch. A transcriber sets it.

    Attributes
    ----------
    transitions_ : ndarray of shape (n_pitches, 2, 2)
        Probability of off and on (last axis) after off and on, for each pitch, counted in training.
    priors_ : ndarray of shape (n_pitches,)
        Share of the training frames in which each pitch sounds.
    n_pitches_ : int
        Number of pitches.
    n_features_in_ : int
        Number of frames, if ``fit`` was given a 2-D array.

    See Also
    --------
    NotePicker : For activations with onsets.

    Notes
    -----
    Counts start as those of one frame, with the shares of all pitches together. Without annotations,
    ``y=None``, a pitch stays what it is with a probability of 0.9, and ``prior_weight`` has no effect.

    References
    ----------
    .. [1] G. E. Poliner and D. P. W. Ellis, "A discriminative model for polyphonic piano transcription",
           EURASIP Journal on Advances in Signal Processing, 2007.
    .. [2] J. Nam, J. Ngiam, H. Lee and M. Slaney, "A classification-based polyphonic piano transcription
           approach using learned feature representations", ISMIR, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import NoteHMM
    >>> activation = np.array([[0.1, 0.1, 0.9, 0.9, 0.4, 0.9, 0.9, 0.1, 0.1]])  # one pitch
    >>> intervals, pitches = NoteHMM(fps=10.0, lowest=69).fit(activation).predict(activation)[0]
    >>> intervals
    array([[0.2, 0.7]])
    """

    prior_weight: float = positional(default=1.0)

    def _check_parameters(self):
        super()._check_parameters()
        check_number("prior_weight", self.prior_weight, low=0)

    def _learn(self, activations, y):
        n = self.n_pitches_
        self.transitions_ = np.tile([[0.9, 0.1], [0.1, 0.9]], (n, 1, 1))
        self.priors_ = np.full(n, 0.5)
        if y is None:
            self._offsets = np.zeros((n, 2))
            return
        counts = np.zeros((n, 2, 2))
        for notes, x in zip(notes_of(y, len(activations), self.lowest), activations, strict=True):
            roll = piano_roll(notes, n, x.shape[2], self.fps, self.lowest).astype(int)
            for before in (0, 1):
                for after in (0, 1):
                    counts[:, before, after] += ((roll[:, :-1] == before) & (roll[:, 1:] == after)).sum(
                        axis=1
                    )
        together = counts.sum(axis=0) + 1
        counts += together / together.sum(axis=1, keepdims=True)
        self.transitions_ = counts / counts.sum(axis=2, keepdims=True)
        frames = counts.sum(axis=2)
        self.priors_ = frames[:, 1] / frames.sum(axis=1)
        priors = np.clip(self.priors_, _SMALLEST_PRIOR, 1 - _SMALLEST_PRIOR)
        self._offsets = self.prior_weight * np.log(np.stack([1 - priors, priors], axis=1))

    def _decode(self, frames, onsets):
        scores = log(np.stack([1 - frames, frames], axis=2)) - self._offsets[:, np.newaxis]  # (n, T, 2)
        changes, n_frames = np.log(self.transitions_), frames.shape[1]
        pitches = np.arange(len(frames))[:, np.newaxis]
        before = np.zeros((n_frames, len(frames), 2), np.int8)
        best = np.log(np.stack([1 - self.priors_, self.priors_], axis=1)) + scores[:, 0]
        for i in range(1, n_frames):  # all pitches at once
            sums = best[:, :, np.newaxis] + changes  # (n, before, after)
            before[i] = sums.argmax(axis=1)
            best = sums[pitches, before[i], [[0, 1]]] + scores[:, i]
        states = np.empty((n_frames, len(frames)), np.int8)
        states[-1] = best.argmax(axis=1)
        for i in range(n_frames - 1, 0, -1):
            states[i - 1] = before[i, pitches[:, 0], states[i]]
        sounds = states.T == 1
        return sounds, np.zeros_like(sounds)


def notes_of(y, n_clips, lowest):
    """Return checked notes; numbers are the only note of each clip, counted from the lowest pitch.

    Parameters
    ----------
    y : list of (intervals, pitches), or array-like of shape (n_clips,)
        A number below 0 is a clip without a note.
    n_clips : int or None
    lowest : int
        MIDI number of the first pitch.

    Returns
    -------
    notes : list of (ndarray of shape (n_notes_i, 2), ndarray of shape (n_notes_i,))
    """
    if y is None:
        raise ValueError("To learn notes requires y to be passed, but the target y is None.")
    if kind_of_annotations(y) is None and (not len(y) or np.ndim(y) == 1):
        keys = np.floor(check_array(y, ensure_2d=False, dtype=float, input_name="y"))
        pitches = 440 * 2 ** ((lowest + keys[:, np.newaxis] - 69) / 12)
        there = keys >= 0
        y = [(_WHOLE[:n], pitch[:n]) for pitch, n in zip(pitches, there.astype(int), strict=True)]
    return check_notes(y, n_clips)


def piano_roll(notes, n_pitches, n_frames, fps, lowest):
    """Return in which frames each pitch sounds.

    Parameters
    ----------
    notes : (ndarray of shape (n_notes, 2), ndarray of shape (n_notes,))
        Intervals in s and pitches in Hz. Pitches count as the nearest semitone; those out of range are left
        out.
    n_pitches, n_frames : int
    fps : float
        Frames per second.
    lowest : int
        MIDI number of the first pitch.

    Returns
    -------
    roll : ndarray of bool of shape (n_pitches, n_frames)
    """
    roll = np.zeros((n_pitches, n_frames), dtype=bool)
    for (first, end), row in zip(*frames_of_notes(notes, n_pitches, n_frames, fps, lowest), strict=True):
        roll[row, first:end] = True
    return roll


def frames_of_notes(notes, n_pitches, n_frames, fps, lowest):
    """Return first frame and end of each note, (n_notes, 2), at least one frame, and the row of its pitch."""
    intervals, pitches = notes
    rows = np.round(69 + 12 * np.log2(pitches / 440)).astype(int) - lowest
    bounds = np.round(intervals * fps).astype(int)
    bounds[:, 1] = np.maximum(bounds[:, 1], bounds[:, 0] + 1)
    there = (rows >= 0) & (rows < n_pitches)
    return bounds[there].clip(0, n_frames), rows[there]


def _without_short_runs(sounds, shortest):
    """Return sounds without runs of fewer frames than the shortest note."""
    padded = np.pad(sounds, ((0, 0), (1, 1))).astype(int)
    pitches, starts = np.nonzero(np.diff(padded, axis=1) == 1)
    _, ends = np.nonzero(np.diff(padded, axis=1) == -1)
    kept = sounds.copy()
    for pitch, start, end in zip(pitches, starts, ends, strict=True):
        if end - start < shortest:
            kept[pitch, start:end] = False
    return kept
