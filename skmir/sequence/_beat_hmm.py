"""Beats as the likeliest path through all tempi and places between beats."""

import numbers

import numpy as np

from .._declared_parameters import positional
from .._parameter_checks import check_flag, check_number
from ._decoder import BaseDecoder
from ._semi_markov import BeatScores, beat_periods, best_beats, tempo_changes


class TempoParameters(BaseDecoder):
    """What decoders by a hidden Markov model share: parameters, tempi, and the extent of the music."""

    min_bpm: float = positional(default=55.0)
    max_bpm: float = positional(default=215.0)
    n_tempi: int | None = None
    transition_lambda: float = 100.0
    observation_lambda: int = 16
    threshold: float = 0.05
    correct: bool = True

    def _check_parameters(self):
        super()._check_parameters()
        check_number("min_bpm", self.min_bpm, above=0)
        check_number("max_bpm", self.max_bpm, above=self.min_bpm)
        check_number("n_tempi", self.n_tempi, kind=numbers.Integral, low=1, none=True)
        check_number("transition_lambda", self.transition_lambda, low=0)
        check_number("observation_lambda", self.observation_lambda, kind=numbers.Integral, low=2)
        check_number("threshold", self.threshold, low=0)
        check_flag("correct", self.correct)
        if round(60 * self.fps / self.max_bpm) < 2:
            raise ValueError(
                f"max_bpm={self.max_bpm} must give beats of two frames at least, but a beat lasts "
                f"{60 * self.fps / self.max_bpm:.2f} frames at fps={self.fps}. Lower max_bpm, or use more "
                "frames per second."
            )

    def _tempi(self):
        """Return the periods of beats in frames, and the logarithms of the probabilities of their changes."""
        periods = beat_periods(self.fps, self.min_bpm, self.max_bpm, self.n_tempi)
        return periods, tempo_changes(periods, self.transition_lambda)

    def _music(self, activation, periods):
        """Return the slice from the first to the last frame above the threshold; None if there is no music.

        A clip shorter than the shortest beat has no tempo.
        """
        frames = np.flatnonzero(activation > self.threshold)
        if len(activation) < periods[0] or not len(frames):
            return None
        before = -(-int(periods.max()) // int(self.observation_lambda))  # the first beat may begin earlier
        return slice(max(0, int(frames[0]) - before), int(frames[-1]) + 1)

    def _heard_in(self, start, length, activation):
        """Return the frame of a beat; None if it has been before the clip.

        It is the first frame, or that of the highest activation where the beat is heard.
        """
        if not self.correct:
            return start if start >= 0 else None
        heard = activation[max(0, start) : max(0, start + length)]
        if start < 0 and not (heard > self.threshold).any():
            return None
        return max(0, start) + int(heard.argmax())


class BeatHMM(TempoParameters):
    """Beats are the likeliest path through all tempi and places between beats: the bar pointer model.

    A hidden Markov model has a state for each tempo and each frame of a beat. From frame to frame, it moves
    on by one; at the end of a beat, the tempo may change, a little rather than much. A beat is expected to
    be heard in the first part of its states, and not in the others. Weak and missing beats are bridged, and
    strong events between beats passed over.

    Parameters
    ----------
    min_bpm, max_bpm : float, default=55.0 and 215.0
        Slowest and fastest tempo, in beats per minute.
    n_tempi : int or None, default=None
        Number of tempi between them, with equal ratios from one to the next; None takes every whole number of
        frames. Fewer are faster: half as many take a quarter of the time.
    transition_lambda : float, default=100.0
        How closely the tempo is kept: a change of the beat's length to ``r`` times as much has a probability
        in proportion to ``exp(-transition_lambda * |r - 1|)``.
    observation_lambda : int, default=16
        A beat is heard in the first of so many equal parts of the time to the next one.
    threshold : float, default=0.05
        Beats lie between the first and the last frame with an activation above it. If there is no such frame,
        as in silence, there are no beats; nor in a clip shorter than the shortest beat.
    correct : bool, default=True
        Whether a beat is moved to the highest activation in the part where it is heard; if not, it is the
        beginning of that part.
    fps : float, default=100.0
        Frames per second of the activations. A detector sets it.

    Attributes
    ----------
    n_features_in_ : int
        Number of frames, if ``fit`` was given a 2-D array.

    See Also
    --------
    BarHMM : With positions in the bar.
    BeatTracker : Clips to activations, and these to beats.

    Notes
    -----
    Activations are probabilities of a beat; those outside of [0, 1] count as 0 or 1. The path is the one of
    the highest probability, exactly. It is found from beat to beat, in a time that grows in proportion to the
    number of frames, several hundred times faster than the music plays. The memory is one byte per frame and
    tempo.

    References
    ----------
    F. Krebs, S. Böck and G. Widmer, "An efficient state-space model for joint tempo and meter tracking",
    ISMIR, 2015.

    Examples
    --------
    A beat every 0.5 s, of which one is missing:

    >>> import numpy as np
    >>> from skmir.sequence import BeatHMM
    >>> activations = np.full((1, 500), 0.02)
    >>> activations[0, 10::50] = 0.9
    >>> activations[0, 210] = 0.02
    >>> BeatHMM().predict(activations)[0][:6]
    array([0.1, 0.6, 1.1, 1.6, 2.1, 2.6])
    """

    def _decode(self, activation):
        periods, changes = self._tempi()
        music = self._music(activation, periods)
        if music is None:
            return np.zeros(0)
        activation = activation[music]
        scores = BeatScores(activation[np.newaxis], 1 - activation, periods, int(self.observation_lambda))
        beats, _ = best_beats(scores, changes)
        frames = [self._heard_in(start, scores.heard[tempo], activation) for start, _, tempo in beats]
        return np.array([music.start + frame for frame in frames if frame is not None]) / self.fps
