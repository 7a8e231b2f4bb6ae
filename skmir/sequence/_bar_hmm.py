"""Beats and downbeats as the likeliest path through bars of several meters."""

import numbers

import numpy as np

from .._declared_parameters import positional
from .._parameter_checks import check_number, shown
from ._beat_hmm import TempoParameters
from ._semi_markov import BeatScores, best_beats


class BarHMM(TempoParameters):
    """Beats with their positions in the bar: the likeliest path through bars of a few meters.

    Tempo, position in the bar and meter are found together: as in :class:`BeatHMM`, with a state for each
    beat of the bar, and one such model for each meter, of which the likeliest is taken.

    Parameters
    ----------
    beats_per_bar : int or tuple of int, default=(3, 4)
        The meters to choose from. A clip has one of them from beginning to end.
    min_bpm, max_bpm : float, default=55.0 and 215.0
        Slowest and fastest tempo, in beats per minute.
    n_tempi : int or None, default=None
        Number of tempi between them, with equal ratios from one to the next; None takes every whole number of
        frames.
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
    DownbeatTracker : Clips to activations, and these to bars.

    Notes
    -----
    An activation has two rows per clip: the probability of a beat that is not a downbeat, and that of a
    downbeat. An activation with one row says nothing about downbeats; each beat is then as likely to be one.

    References
    ----------
    S. Böck, F. Krebs and G. Widmer, "Joint beat and downbeat tracking with recurrent neural networks", ISMIR,
    2016.

    Examples
    --------
    Bars of three beats:

    >>> import numpy as np
    >>> from skmir.sequence import BarHMM
    >>> activations = np.full((1, 2, 600), 0.02)
    >>> activations[0, 0, 10::50] = 0.9  # a beat every 0.5 s
    >>> activations[0, :, 60::150] = [[0.02], [0.9]]
    >>> BarHMM().predict(activations)[0][:5]
    array([[0.1, 3. ],
           [0.6, 1. ],
           [1.1, 2. ],
           [1.6, 3. ],
           [2.1, 1. ]])
    """

    _n_rows = 2

    beats_per_bar: int | tuple[int, ...] = positional(default=(3, 4))
    min_bpm: float = 55.0
    max_bpm: float = 215.0

    def predict(self, X):
        """Return the beats of each clip, with their positions in the bar.

        Parameters
        ----------
        X : list of ndarray of shape (2, n_frames_i), or array-like of shape (n_clips, 2, n_frames)
            Probability of a beat that is not a downbeat, and of a downbeat, per frame.

        Returns
        -------
        bars : list of ndarray of shape (n_beats_i, 2)
            Time in s, and position in the bar, 1 for a downbeat; sorted.
        """
        return super().predict(X)

    def _check_parameters(self):
        super()._check_parameters()
        if not self._meters():
            raise ValueError(f"beats_per_bar={shown(self.beats_per_bar)} must hold one meter at least.")
        for meter in self._meters():
            check_number("beats_per_bar", meter, kind=numbers.Integral, low=1)

    def _meters(self):
        several = isinstance(self.beats_per_bar, tuple | list)
        return tuple(self.beats_per_bar) if several else (self.beats_per_bar,)

    def _decode(self, activation):
        if activation.ndim == 1:
            activation = np.stack([activation / 2, activation / 2])
        both = activation.sum(axis=0)
        periods, changes = self._tempi()
        music = self._music(both, periods)
        if music is None:
            return np.zeros((0, 2))
        activation, both = activation[:, music], both[music]
        best = None
        for meter in map(int, self._meters()):
            rows = activation[[1] + [0] * (meter - 1)]  # a downbeat, and the other beats
            scores = BeatScores(rows, 1 - both, periods, int(self.observation_lambda))
            beats, score = best_beats(scores, changes)
            if best is None or score > best[0]:
                best = score, beats, scores.heard
        _, beats, heard = best
        frames = [(self._heard_in(t, heard[tempo], both), position) for t, position, tempo in beats]
        bars = [((music.start + t) / self.fps, position + 1) for t, position in frames if t is not None]
        return np.array(bars, dtype=float).reshape(-1, 2)
