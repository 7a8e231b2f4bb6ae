"""The likeliest path through states that last."""

import numpy as np

from .._declared_parameters import positional
from .._parameter_checks import check_number
from ._states import StateDecoder, log


class Viterbi(StateDecoder):
    """Find the likeliest path through the states of a hidden Markov model.

    From frame to frame a state mostly stays what it is, and some changes are commoner than others. A frame
    that says otherwise is outvoted by those around it.

    Parameters
    ----------
    self_probability : float or None, default=0.9
        Probability that the state stays the same from one frame to the next, in [0, 1); changes to all other
        states are then equally likely. None counts stays and changes in the states that ``fit`` is given.
    prior_weight : float, default=0.0
        Power of the states' shares of the frames by which probabilities are divided. A classifier's
        probability is that of the state given the frame, the model needs that of the frame given the state:
        with 1.0 it gets it, in proportion. Rare states then need little evidence, so less than 1 often does
        better; 0.0 leaves the probabilities as they are.

    Attributes
    ----------
    transitions_ : ndarray of shape (n_states, n_states)
        Probability of the next state (columns) after a state (rows).
    start_ : ndarray of shape (n_states,)
        Probability of the first state.
    priors_ : ndarray of shape (n_states,)
        Share of the frames of each state.
    n_states_ : int
        Number of states.
    n_features_in_ : int
        Number of frames, if ``fit`` was given a 2-D array.

    See Also
    --------
    ChordRecognizer : Clips to probabilities of chords, and these to chords.
    skmir.model_selection.DecoderSearchCV : A search over parameters, with one network per fold.

    Notes
    -----
    Counts start as one frame of each state, which stays as often as all states together do and changes to all
    others equally often: so no change is impossible, and a state that training does not have is not lost.
    Memory and time grow in proportion to the number of frames.

    References
    ----------
    L. R. Rabiner, "A tutorial on hidden Markov models and selected applications in speech recognition",
    Proceedings of the IEEE 77(2), 1989.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import Viterbi
    >>> probabilities = np.array([[0.9, 0.4, 0.9], [0.1, 0.6, 0.1]])  # two states, three frames
    >>> Viterbi(0.9).fit([probabilities]).predict([probabilities])
    [array([0, 0, 0])]
    """

    self_probability: float | None = positional(default=0.9)
    prior_weight: float = 0.0

    @property
    def _needs_states(self):
        return self.self_probability is None or self.prior_weight > 0

    def _check_parameters(self):
        check_number("self_probability", self.self_probability, low=0, below=1, none=True)
        check_number("prior_weight", self.prior_weight, low=0)

    def _learn(self, probabilities, states):
        n = self.n_states_
        self.priors_ = np.full(n, 1 / n)
        self.transitions_ = _equal_changes(
            n, 1 / n if self.self_probability is None else self.self_probability
        )
        if states is not None:
            counts = 1 + sum(np.bincount(one[one >= 0], minlength=n) for one in states)
            self.priors_ = counts / counts.sum()
        if self.self_probability is None:
            self.transitions_ = _counted(states, n)
        self.start_ = self.priors_
        self._offsets = self.prior_weight * log(self.priors_)

    def _decode(self, probabilities):
        return best_path(log(probabilities).T - self._offsets, log(self.transitions_), log(self.start_))


def best_path(scores, transitions, start):
    """Return the path of the highest sum of scores and transitions.

    Parameters
    ----------
    scores : ndarray of shape (n_frames, n_states)
        Of each state in each frame.
    transitions : ndarray of shape (n_states, n_states)
        Of the next state (columns) after a state (rows).
    start : ndarray of shape (n_states,)
        Of the first state.

    Returns
    -------
    path : ndarray of int of shape (n_frames,)
        If several are equally good, the one with the lowest numbers, from the end on.
    """
    n_frames, n_states = scores.shape
    before = np.zeros((n_frames, n_states), np.int32)
    best, places = start + scores[0], np.arange(n_states)
    for i in range(1, n_frames):
        sums = best[:, np.newaxis] + transitions
        before[i] = sums.argmax(axis=0)
        best = sums[before[i], places] + scores[i]
    path = np.empty(n_frames, int)
    path[-1] = best.argmax()
    for i in range(n_frames - 1, 0, -1):
        path[i - 1] = before[i, path[i]]
    return path


def _equal_changes(n, self_probability):
    """Return transitions in which each state stays with a probability, and changes to all others alike."""
    others = (1 - self_probability) / max(n - 1, 1)
    return np.where(np.eye(n, dtype=bool), self_probability, others)


def _counted(states, n):
    """Return the probability of each change in states per clip; frames that are not known do not count."""
    counts = np.zeros((n, n))
    for one in states:
        known = (one[:-1] >= 0) & (one[1:] >= 0)
        np.add.at(counts, (one[:-1][known], one[1:][known]), 1)
    stays = (1 + np.trace(counts)) / (n + counts.sum())
    counts += _equal_changes(n, stays)
    return counts / counts.sum(axis=1, keepdims=True)
