"""The likeliest path through states by a recurrent network that has read all states before."""

import numbers

import numpy as np
import torch
from scipy.special import log_softmax
from sklearn.base import clone
from sklearn.utils import check_random_state

from .._declared_parameters import positional
from .._parameter_checks import check_flag, check_number, shown
from .._random import MAX_SEED, torch_threads
from ..neural_network import RNNSequenceClassifier, TrainingRecipe
from ._states import StateDecoder, log


class BeamSearch(StateDecoder):
    """Find a likely path through states by a recurrent network, which knows the whole path so far.

    The network learns from known states which state comes next, given all before. In decoding, a beam keeps
    the likeliest paths; each is continued by every state, judged by the network and by the probability of the
    state in the frame.

    Parameters
    ----------
    network : RNNSequenceClassifier or None, default=None
        The network, of one direction; it is cloned before use. None takes
        ``RNNSequenceClassifier(hidden_layer_sizes=(32,), bidirectional=False, n_frames=64,
        learning_rate_init=0.01)`` without label smoothing, for 30 epochs, or 6 with ``transpositions``.
    beam_width : int, default=25
        Number of paths that are kept after each frame. It may be changed after ``fit``.
    merge_last : int, default=1
        Of paths that agree in so many last states, only the likeliest is kept, as in [1]_: a narrow beam then
        holds paths that differ.
    acoustic : bool, default=False
        Whether the network also hears the frame: the probabilities of the states are its inputs beside the
        state before, and its outputs are the only judge, as in [1]_. It then learns from the probabilities
        that ``fit`` is given, which are surer than others if they are of clips that a classifier was trained
        on. If not, it knows states alone.
    network_weight : float, default=1.0
        Power of the network's probabilities against those of the frames; without effect if ``acoustic``.
    prior_weight : float, default=0.0
        Power of the states' shares of the frames by which probabilities of frames are divided, as for
        :class:`Viterbi`; without effect if ``acoustic``.
    label_noise : float, default=0.05
        Share of the states before that are replaced by random ones in training, so that the network does not
        rely on a path without errors.
    transpositions : list of int or None, default=None
        For each state, the one that it is after a step up. The network then learns all transpositions of the
        known states too, which must come back after twelve steps. :class:`ChordRecognizer` sets it if it is
        None.
    random_state : int, RandomState instance or None, default=None
        Seeds noise, and the network if its own ``random_state`` is None.

    Attributes
    ----------
    network_ : RNNSequenceClassifier
        The fitted network.
    priors_ : ndarray of shape (n_states,)
        Share of the frames of each state.
    n_states_ : int
        Number of states.

    See Also
    --------
    Viterbi : The likeliest path if a state depends on the one before alone.

    Notes
    -----
    With ``merge_last=1``, a beam as wide as there are states, and a network that only looks at the last
    state, the path is that of Viterbi; with ``beam_width=1`` it is that of a greedy search.

    States that are not known (-1) end a sequence in training.

    References
    ----------
    .. [1] N. Boulanger-Lewandowski, Y. Bengio and P. Vincent, "Audio chord recognition with recurrent neural
           networks", ISMIR, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import RNNSequenceClassifier
    >>> from skmir.sequence import BeamSearch
    >>> states = np.tile(np.repeat([0, 1, 2], 4), 10)  # each lasts four frames
    >>> probabilities = np.full((3, 120), 0.25)
    >>> probabilities[states, range(120)] = 0.5
    >>> network = RNNSequenceClassifier(bidirectional=False, max_iter=100, random_state=0)
    >>> decoder = BeamSearch(network, random_state=0).fit([probabilities] * 4, [states] * 4)
    >>> probabilities[:, 8] = 0.6, 0.2, 0.2  # a frame that lies
    >>> decoder.predict([probabilities])[0][:12]
    array([0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2])
    """

    network: object = positional(default=None)
    beam_width: int = positional(default=25)
    merge_last: int = 1
    acoustic: bool = False
    network_weight: float = 1.0
    prior_weight: float = 0.0
    label_noise: float = 0.05
    transpositions: list | None = None
    random_state: int | np.random.RandomState | None = None

    _needs_states = True

    def _check_parameters(self):
        if self.network is not None and not isinstance(self.network, RNNSequenceClassifier):
            raise TypeError(f"network={shown(self.network)} must be None or an RNNSequenceClassifier.")
        if self.network is not None and self.network.bidirectional:
            raise ValueError(
                "network must have bidirectional=False: states that are not decided yet cannot be read."
            )
        check_number("beam_width", self.beam_width, kind=numbers.Integral, low=1)
        check_number("merge_last", self.merge_last, kind=numbers.Integral, low=1)
        check_flag("acoustic", self.acoustic)
        check_number("network_weight", self.network_weight, low=0)
        check_number("prior_weight", self.prior_weight, low=0)
        check_number("label_noise", self.label_noise, low=0, below=1)

    def _learn(self, probabilities, states):
        n, rng = self.n_states_, check_random_state(self.random_state)
        counts = 1 + sum(np.bincount(one[one >= 0], minlength=n) for one in states)
        self.priors_ = counts / counts.sum()
        higher = self._higher()
        inputs, targets = [], []
        for x, of_clip in zip(probabilities, states, strict=True):
            for part in _known_parts(of_clip):
                for turn in higher:
                    path = turn[of_clip[part]]
                    rows = np.empty((n, len(path)))
                    rows[turn] = x[:, part]
                    inputs.append(self._inputs(_with_noise(path, n, self.label_noise, rng), rows))
                    targets.append(path)
        if not targets:
            raise ValueError("y must have frames with known states, got none.")
        network = self._network()
        if network.random_state is None and self.random_state is not None:
            network.set_params(random_state=int(rng.randint(MAX_SEED)))
        self.network_ = network.set_params(classes=list(range(n))).fit(inputs, targets)
        self._hears, self._agreeing = bool(self.acoustic), int(self.merge_last)
        self._weight, self._offsets = float(self.network_weight), self.prior_weight * log(self.priors_)

    def _network(self):
        if self.network is None:
            recipe = TrainingRecipe(label_smoothing=0)  # probabilities are what is wanted
            return RNNSequenceClassifier(
                hidden_layer_sizes=(32,),
                bidirectional=False,
                n_frames=64,
                max_iter=30 if self.transpositions is None else 6,  # of twelve times as many states
                learning_rate_init=0.01,
                recipe=recipe,
            )
        return clone(self.network)

    def _higher(self):
        """Return each state after 0 to 11 steps up; only as it is if there are no transpositions."""
        n = self.n_states_
        turns = [np.arange(n)]
        if self.transpositions is None:
            return turns
        step = np.asarray(self.transpositions)
        if not np.array_equal(np.sort(step), np.arange(n)):
            raise ValueError(
                f"transpositions must have each of the {n} states once, got {shown(self.transpositions)}."
            )
        for _ in range(11):
            turns.append(step[turns[-1]])
        if not np.array_equal(step[turns[-1]], np.arange(n)):
            raise ValueError("transpositions must bring each state back after twelve steps.")
        return turns

    def _inputs(self, path, probabilities):
        """Return what the network reads: the state before each frame, and the frame's probabilities."""
        inputs = np.zeros((self.n_states_, len(path)), np.float32)
        inputs[path[:-1], np.arange(1, len(path))] = 1
        return np.concatenate([inputs, probabilities.astype(np.float32)]) if self.acoustic else inputs

    def _decode(self, probabilities):
        n, module = self.n_states_, self.network_.module_
        of_frames = log(probabilities) - self._offsets[:, np.newaxis]
        ends, scores, states = np.zeros((1, 0), int), np.zeros(1), None  # ends: the last states of each path
        last, steps = np.zeros((1, n), np.float32), []
        with torch_threads(1), torch.no_grad():
            for i in range(probabilities.shape[1]):
                frame = np.tile(probabilities[:, i].astype(np.float32), (len(last), 1))
                x = np.concatenate([last, frame], axis=1) if self._hears else last
                logits, states = module.step(torch.from_numpy(x), states)
                found = log_softmax(logits.numpy().astype(float), axis=1)  # (n_paths, n_states)
                if not self._hears:
                    found = self._weight * found + of_frames[:, i]
                sums = scores[:, np.newaxis] + found
                rows, kept = self._best(ends, sums)
                steps.append((rows, kept))
                ends = np.column_stack([ends[rows], kept])[:, -self._agreeing :]
                scores = sums[rows, kept]
                states = [_of_rows(state, torch.from_numpy(rows)) for state in states]
                last = np.eye(n, dtype=np.float32)[kept]
        return _follow_back(steps, int(scores.argmax()))

    def _best(self, ends, sums):
        """Return the rows and states of the best continuations, of those that agree the best alone."""
        order = np.argsort(-sums, axis=None, kind="stable")
        rows, states = np.divmod(order, sums.shape[1])
        agree = np.column_stack([ends[rows], states])[:, -self._agreeing :]
        _, first = np.unique(agree, axis=0, return_index=True)
        kept = np.sort(first)[: int(self.beam_width)]
        return rows[kept], states[kept]


def _follow_back(steps, place):
    """Return the states of the path that ends at a place of the beam."""
    path = []
    for rows, states in reversed(steps):
        path.append(states[place])
        place = rows[place]
    return np.array(path[::-1], int)


def _known_parts(states):
    """Return slices of the stretches in which states are known."""
    known = np.concatenate([[False], states >= 0, [False]]).astype(int)
    starts, ends = np.flatnonzero(np.diff(known) == 1), np.flatnonzero(np.diff(known) == -1)
    return [slice(start, end) for start, end in zip(starts, ends, strict=True)]


def _with_noise(path, n_states, share, rng):
    wrong = rng.rand(len(path)) < share
    return np.where(wrong, rng.randint(n_states, size=len(path)), path)


def _of_rows(state, rows):
    """Return the recurrent states of some paths."""
    if isinstance(state, tuple):
        return tuple(part[:, rows] for part in state)
    return state[:, rows]
