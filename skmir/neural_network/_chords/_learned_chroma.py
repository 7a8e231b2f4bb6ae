"""Chroma that a network learns from chord labels."""

import numbers

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils.validation import check_is_fitted

from ..._declared_parameters import DeclaredParameters, positional
from ..._device import resolve_device
from ..._fitting import all_or_nothing
from ..._frame_rows import frame_rows
from ..._output import FramesOutputMixin
from ..._parameter_checks import check_choice, check_number
from ..._random import seeded, torch_threads
from ..._saving import TorchSavingMixin
from ..._validation import check_frames, is_table, stack_if_equal
from ...modules import ChromaNet
from ...preprocessing import Tonnetz
from .._parameters import check_sizes
from ._chord_templates import templates_of_rows
from ._octave_weights import not_standardised, octave_fold, octave_start, random_start, standardised
from ._template_training import sum_to_one, train_towards

# From pitch classes to what is learned, of shape (n_outputs, 12).
TARGETS = {"chroma": lambda: np.eye(12), "tonnetz": lambda: Tonnetz(norm=None).fit_transform(np.eye(12)).T}
INITS = ("octave", "random")
PITCH_CLASSES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")


class LearnedChroma(DeclaredParameters, FramesOutputMixin, TransformerMixin, TorchSavingMixin, BaseEstimator):
    """Learn from chord labels how the bins of a frame indicate pitch classes.

    Chroma sum the bins of all octaves, and so take every partial and every melody note for a note of the
    chord. A network of one to three layers, each half-wave rectified, starts as that sum. It learns to output
    the chord's template, which has equal shares for the chord's pitch classes and 0 for the others. Any
    classifier can follow.

    Parameters
    ----------
    hidden_layer_sizes : sequence of int, default=()
        Number of units in each of up to two hidden layers; () means a network of a single layer.
    target : {"chroma", "tonnetz"}, default="chroma"
        Outputs to learn: 12 pitch classes, or the six numbers that ``Tonnetz`` makes from them, which are
        not rectified, since they can be negative.
    init : {"octave", "random"}, default="octave"
        Initial weights. "octave" sums the bins of each pitch class over octaves: the whole network starts as
        chroma of sum 1, or as their ``Tonnetz``. "random" draws from a normal distribution with a standard
        deviation of 0.01, and does not need bins of equal spacing in pitch.
    fmin : float or None, default=None
        Frequency of the lowest bin, in Hz, for "octave"; None is C1, 32.7 Hz, as for ``CQT``.
    bins_per_octave : int, default=12
        Number of bins per octave, for "octave".
    compression : float or None, default=None
        Each value of a frame, divided by the largest magnitude, becomes log(1 + compression * value);
        negative values are compressed by their magnitude and keep their sign. None leaves the values
        unchanged.
    learning_rate : float, default=3e-4
        Learning rate of Adam.
    weight_decay : float, default=0.1
        L2 penalty on weights, not on biases: each step multiplies them by
        ``1 - learning_rate * weight_decay``.
    l1 : float, default=0.0
        L1 penalty on weights: each step moves them by ``learning_rate * l1`` towards zero, where they stop.
    max_iter : int, default=20
        Number of passes over the frames.
    batch_size : int, default=50
        Number of frames per batch.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    n_threads : int, default=1
        Number of threads that torch uses; another number changes the last bits of the result.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights and the order of the frames.
    verbose : int, default=0
        1 draws a progress bar of passes on stderr.

    Attributes
    ----------
    weights_ : list of ndarray of shape (n_units, n_inputs)
        Weights of each layer, float32, from the first layer to the last.
    intercepts_ : list of ndarray of shape (n_units,)
        Biases of each layer.
    initial_weights_ : list of ndarray of shape (n_units, n_inputs)
        Initial weights.
    losses_ : ndarray of shape (max_iter,)
        Squared distance to the target per pass, summed over outputs.
    n_iter_ : int
        Number of passes.
    n_bins_ : int
        Number of bins.
    n_features_in_ : int
        The same, if ``fit`` saw a 2-D array.

    See Also
    --------
    chord_templates : Templates that the network learns to output.
    skmir.feature_extraction.Chroma : Chroma that sum octaves, without learning.
    skmir.inspection.FiltersDisplay : Draws the weights at start and end.

    Notes
    -----
    Each frame is divided by the sum of its magnitudes, so that loudness does not matter; silence stays zero.
    Training uses bins that are standardised as well, which makes it fast; ``weights_`` are converted, so that
    they apply to frames that are not standardised. A weight that a penalty brings to zero is zero in both.

    With hidden layers and "octave", the units of each hidden layer are assigned to the pitch classes in turn:
    a unit of the first layer sums the bins of its class, and a unit of a later layer averages the units of
    its class. Noise, a fiftieth of the weights, lets units of one class learn different things. Biases start
    as zeros; with "random", the biases of the outputs start as the mean target, 1 / 12.

    References
    ----------
    .. [1] E. J. Humphrey, J. P. Bello and Y. LeCun, "Feature learning and deep architectures: new directions
       for music informatics", Journal of Intelligent Information Systems 41(3), 2013.
    .. [2] E. J. Humphrey, T. Cho and J. P. Bello, "Learning a robust Tonnetz-space transform for automatic
       chord recognition", ICASSP 2012.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmir.datasets import make_chords
    >>> from skmir.feature_extraction import CQT
    >>> from skmir.neural_network import LearnedChroma
    >>> chords = make_chords(n_instruments=1, random_state=0)
    >>> chroma = make_pipeline(CQT(hop_length=4096), LearnedChroma(max_iter=5, random_state=0))
    >>> chroma.fit_transform(chords.data, chords.target).shape
    (24, 12, 4)
    """

    hidden_layer_sizes: tuple[int, ...] = positional(default=())
    target: str = "chroma"
    init: str = "octave"
    fmin: float | None = None
    bins_per_octave: int = 12
    compression: float | None = None
    learning_rate: float = 3e-4
    weight_decay: float = 0.1
    l1: float = 0.0
    max_iter: int = 20
    batch_size: int = 50
    device: str = "auto"
    n_threads: int = 1
    random_state: int | np.random.RandomState | None = None
    verbose: int = 0

    @all_or_nothing
    def fit(self, X, y):
        """Learn weights from frames and the chords that sound in them.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i),
            or 2-D array. Magnitudes or powers.
        y : array-like of shape (n_clips,), or of arrays of shape (n_frames_i,)
            One chord per clip, for all of its frames, or one chord per frame: "C:maj", "Bb:min7", "N", in
            mir_eval's syntax, see :func:`chord_templates`; or single notes as MIDI numbers.

        Returns
        -------
        self : LearnedChroma

        Raises
        ------
        ValueError
            If y is missing, a label is not a chord, training diverges, or a parameter is not valid.
        """
        sizes = self._check_parameters()
        frames = check_frames(self, X, reset=True)
        rows, n_rows = frame_rows(frames)
        matrix = TARGETS[self.target]()
        targets = templates_of_rows(y, n_rows) @ matrix.T
        self._compression = self.compression  # parameters may be set after fit
        rows = sum_to_one(rows.astype(np.float64), self._compression)
        scaler = StandardScaler().fit(rows)
        device = resolve_device(self.device)
        with seeded(self.random_state, n_threads=self.n_threads, device=device) as seed:
            start = self._start(sizes, matrix, scaler, np.random.default_rng(seed))
            network = self._network(*start, np.float32, device)
            losses = train_towards(
                network,
                torch.from_numpy(scaler.transform(rows).astype(np.float32)).to(device),
                torch.from_numpy(targets.astype(np.float32)).to(device),
                learning_rate=self.learning_rate,
                weight_decay=self.weight_decay,
                l1=self.l1,
                max_iter=int(self.max_iter),
                batch_size=int(self.batch_size),
                generator=torch.Generator().manual_seed(seed),
                verbose=self.verbose,
            )
        self.initial_weights_, _ = not_standardised(*start, scaler)
        self.weights_, self.intercepts_ = not_standardised(*network.arrays(), scaler)
        self.losses_ = np.array(losses)
        return self

    def transform(self, X):
        """Return the learned chroma of each frame.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        chroma : ndarray of shape (n_clips, 12, n_frames), or list if lengths differ
            6 in place of 12 for "tonnetz". A 2-D array if X is one; in the dtype of X.
        """
        check_is_fitted(self)
        rows, n_rows = frame_rows(check_frames(self, X, reset=False))
        device = resolve_device(self.device)
        network = self._network(self.weights_, self.intercepts_, rows.dtype, device)
        with torch_threads(self.n_threads), torch.no_grad():
            outputs = network(torch.from_numpy(sum_to_one(rows, self._compression)).to(device)).cpu().numpy()
        if is_table(X):
            return outputs
        return stack_if_equal([part.T for part in np.split(outputs, np.cumsum(n_rows)[:-1])])

    def get_feature_names_out(self, input_features=None):
        """Return the names of the outputs.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of object of shape (12,) or (6,)
            ``learned_chroma_C``, ``learned_chroma_C#``, ...; or the names of ``Tonnetz``.
        """
        check_is_fitted(self)
        if len(self.weights_[-1]) == 6:
            return Tonnetz().fit(np.eye(12)).get_feature_names_out()
        return np.array([f"learned_chroma_{name}" for name in PITCH_CLASSES], object)

    @property
    def n_iter_(self):
        """Number of passes over the frames."""
        return len(self.losses_)

    @property
    def n_parameters_(self):
        """Number of trained weights and biases."""
        return sum(array.size for array in (*self.weights_, *self.intercepts_))

    def __sklearn_is_fitted__(self):
        return hasattr(self, "weights_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags

    def _check_parameters(self):
        """Raise if a parameter is not valid, and return the sizes of the hidden layers."""
        check_choice("target", self.target, TARGETS)
        check_choice("init", self.init, INITS)
        for name in ("bins_per_octave", "max_iter", "batch_size", "n_threads"):
            check_number(name, getattr(self, name), kind=numbers.Integral, low=1)
        check_number("weight_decay", self.weight_decay, low=0)
        check_number("l1", self.l1, low=0)
        check_number("learning_rate", self.learning_rate, above=0)
        check_number("fmin", self.fmin, above=0, none=True)
        check_number("compression", self.compression, above=0, none=True)
        sizes = check_sizes("hidden_layer_sizes", self.hidden_layer_sizes)
        if len(sizes) > 2:
            raise ValueError(f"hidden_layer_sizes={self.hidden_layer_sizes!r} must hold at most two sizes.")
        return sizes

    def _start(self, sizes, matrix, scaler, rng):
        """Return the initial weights and biases of each layer, for standardised frames."""
        if self.init == "random":
            return random_start([self.n_bins_, *sizes], matrix, rng)
        fold = octave_fold(self.n_bins_, fmin=self.fmin, bins_per_octave=self.bins_per_octave)
        return standardised(*octave_start(fold, sizes, matrix, rng), scaler)

    def _network(self, weights, intercepts, dtype, device):
        arrays = ([array.astype(dtype) for array in layer] for layer in (weights, intercepts))
        return ChromaNet.from_arrays(*arrays, rectified=len(weights[-1]) == 12).to(device)
