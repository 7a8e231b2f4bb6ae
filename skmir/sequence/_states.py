"""Decoders from probabilities of states, such as chords, to one state per frame."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.utils.validation import check_is_fitted

from .._declared_parameters import DeclaredParameters, method_missing
from .._fitting import all_or_nothing
from .._saving import SavingMixin
from ._activations import check_activations

SMALLEST = 1e-9  # probabilities are kept so far from 0: every path is possible


class StateDecoder(SavingMixin, DeclaredParameters, BaseEstimator):
    """Base of decoders from the probability of each state in each frame to one state per frame.

    A subclass has ``_check_parameters()``, ``_learn(probabilities, states)`` and ``_decode(probabilities)``,
    in which ``probabilities`` have the shape (n_states, n_frames).
    """

    _needs_states = False  # whether fit must be given y

    @all_or_nothing
    def fit(self, X, y=None):
        """Learn what the decoder needs from states that are known.

        Parameters
        ----------
        X : list of ndarray of shape (n_states, n_frames_i), or array-like of shape (n_clips, n_frames)
            Probability of each state in each frame. One row is the probability of the second of two states.
        y : list of array-like of int of shape (n_frames_i,), default=None
            The state of each frame, -1 where it is not known. A number is that of all frames of a clip; the
            highest state, if it is higher.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            If a parameter, X or y is not valid.
        """
        self._check_parameters()
        X = self._probabilities(X, reset=True)
        self.n_states_ = len(X[0])
        if y is None and self._needs_states:
            raise ValueError(
                f"{type(self).__name__} requires y to be passed, but the target y is None. It learns from "
                "the state of each frame."
            )
        self._learn(X, _checked_states(y, X) if self._needs_states else None)
        return self

    def predict(self, X):
        """Return the state of each frame.

        Parameters
        ----------
        X : list of ndarray of shape (n_states, n_frames_i), or array-like of shape (n_clips, n_frames)
            As in ``fit``.

        Returns
        -------
        states : list of ndarray of int of shape (n_frames_i,)
        """
        check_is_fitted(self, "n_states_")
        X = self._probabilities(X, reset=False)
        wrong = next((i for i, x in enumerate(X) if len(x) != self.n_states_), None)
        if wrong is not None:
            raise ValueError(
                f"clip {wrong} of X must have {self.n_states_} states, as in fit, got {len(X[wrong])}."
            )
        return [self._decode(x) for x in X]

    def _probabilities(self, X, *, reset):
        clips = check_activations(self, X, reset=reset, n_rows="any")
        return [np.stack([1 - x, x]) if x.ndim == 1 else x for x in clips]

    def _check_parameters(self):
        """Raise if a parameter is out of its range; none is."""

    def _learn(self, probabilities, states):
        """Learn from probabilities, and states or None; nothing is learned."""

    def _decode(self, probabilities):
        raise method_missing(self, "_decode")


class Argmax(StateDecoder):
    """Take the likeliest state of each frame, whatever the frames around it are.

    Attributes
    ----------
    n_states_ : int
        Number of states.
    n_features_in_ : int
        Number of frames, if ``fit`` was given a 2-D array.

    See Also
    --------
    Viterbi : States that last.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import Argmax
    >>> probabilities = np.array([[0.9, 0.4, 0.9], [0.1, 0.6, 0.1]])  # two states, three frames
    >>> Argmax().fit([probabilities]).predict([probabilities])
    [array([0, 1, 0])]
    """

    def _decode(self, probabilities):
        return probabilities.argmax(axis=0)


def log(probabilities):
    """Return logarithms of probabilities, none of which is infinite."""
    return np.log(np.clip(probabilities, SMALLEST, None))


def _checked_states(y, X):
    if len(y) != len(X):
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: [{len(X)}, {len(y)}]. y must have "
            "the states of each clip."
        )
    states = []
    for i, (of_clip, x) in enumerate(zip(y, X, strict=True)):
        n_states, n_frames = x.shape
        if isinstance(of_clip, numbers.Real):
            of_clip = np.full(n_frames, min(max(int(of_clip), -1), n_states - 1))
        of_clip = np.asarray(of_clip)
        if of_clip.shape != (n_frames,):
            raise ValueError(
                f"y must have a state for each frame of clip {i}, of shape ({n_frames},), got "
                f"{of_clip.shape}."
            )
        if of_clip.dtype.kind not in "iu" or not ((of_clip >= -1) & (of_clip < n_states)).all():
            raise ValueError(
                f"y must have whole numbers from -1, a state not known, to {n_states - 1}, got others for "
                f"clip {i}."
            )
        states.append(of_clip)
    return states
