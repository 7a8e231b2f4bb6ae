"""A Pipeline that goes on learning, from where its fit ended, as one network."""

import copy
from typing import Literal

import numpy as np
import scipy.sparse
from sklearn.base import BaseEstimator, ClassifierMixin, clone, is_classifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.utils import check_consistent_length, check_random_state, get_tags
from sklearn.utils.validation import check_is_fitted

from ..._declared_parameters import DeclaredParameters, positional
from ..._fitting import all_or_nothing
from ..._parameter_checks import check_choice, check_number, check_share, shown
from ..._random import MAX_SEED
from ..._saving import TorchSavingMixin
from ..._step_modules import StepSequence
from ..._training import TrainingRecipe, recipe_of
from ...compose._conversion import convert, convert_transformer
from .._parameters import check_training_parameters
from .._targets import check_labels
from ._answers import AnswersMixin, is_word
from ._computed_once import ALL, ComputedOnce
from ._cut_pipeline import check_trainable, cut, flat_steps
from ._network import network_from
from ._training_on import UNTRAINED, TrainingOn

INITS = ("fitted", "random")


class UnfrozenClassifier(AnswersMixin, DeclaredParameters, ClassifierMixin, TorchSavingMixin, BaseEstimator):
    """A Pipeline that goes on learning, from where its fit ended, as one network.

    Filter banks, cosines, the sum of octaves, projections and linear classifiers are the layers of a network
    whose weights somebody designed, or a fit found step by step. This classifier fits the Pipeline and turns
    it into a network that predicts the same. Then it trains the steps together, and compares what was
    designed with what the clips teach.

    Parameters
    ----------
    pipeline : Pipeline or None, default=None
        A Pipeline from clips, frames or a table to classes, which is cloned before use; its own parameters
        can be searched: ``pipeline__logisticregression__C``. The last step must be a classifier with linear
        scores or a network, such as ``LogisticRegression``. None is a ``StandardScaler`` and a
        ``LogisticRegression``, for tables.
    trainable : "auto", "none" or sequence of str, default="auto"
        Names of the steps that are trained. "auto" takes all that can learn, behind the last step that
        cannot be part of a network; "none" predicts as the Pipeline does. A step of a Pipeline inside is
        named as "outer__inner". What stands before the first of them is computed once.
    init : {"fitted", "random"}, default="fitted"
        The start of the training. "random" draws the weights of the trained steps at random, at the scale of
        the fitted ones, and sets those of the classifier to 0; scalers are fitted again behind them. The
        difference between the two tells what the design was worth.
    anchor : float, default=0.1
        Weight in the loss of the squared distance from the start, summed over the steps, with the length of
        each step's fitted weights as its unit. 0 lets all weights go freely.
    max_iter : int or "auto", default=100
        Number of epochs, or what "auto" means for ``CNNClassifier``. 0 leaves the network as it starts.
    batch_size : int, default=32
        Number of clips per step.
    learning_rate_init : float, default=0.01
        Largest learning rate, as a share of the typical size of each step's weights, which differ from step
        to step.
    class_weight : dict, "balanced", "auto" or None, default="auto"
        Weights of the classes, as for ``CNNClassifier``, in training and in the Pipeline's last step, if that
        has a ``class_weight``. "auto" leaves the Pipeline as it is, and trains with the ``class_weight`` of
        its last step.
    early_stopping : bool, default=False
        Whether a validation part chooses the number of epochs: a Pipeline is fitted to the rest of the clips,
        and trained on from there. Then all clips fit the Pipeline again, and train it for as many epochs as
        gave the lowest validation loss. 0 is one of the candidates: where training on does not help, the
        Pipeline is kept as it is.
    validation_fraction : float, default=0.2
        Share of the clips, or of the groups if ``fit`` gets groups, in the validation part.
    n_iter_no_change : int, default=10
        Number of epochs without a lower validation loss after which the choice ends.
    recipe : TrainingRecipe or None, default=None
        Other settings of the training. None is ``TrainingRecipe(label_smoothing=0.0)``: smoothed labels ask
        for less certainty than the fitted Pipeline has, and undo what it learned. A recipe of your own
        smooths them by 0.1 unless it says otherwise.
    device : str, default="auto"
        Device of the network, as for ``CNNClassifier``. It may be changed after ``fit``.
    random_state : int, RandomState instance or None, default=None
        Seed of the order of clips, of the validation part and of random weights. Steps of the Pipeline have
        their own.
    verbose : int, default=0
        1 draws a progress bar of epochs on stderr.

    Attributes
    ----------
    pipeline_ : Pipeline
        The fitted Pipeline: the start.
    classes_ : ndarray of shape (n_classes,)
        The labels.
    trainable_ : list of str
        Names of the steps that were trained.
    deviation_ : dict of str to float
        How far each trained step is from its start: the length of the difference of its weights, divided by
        the length of the weights at the start (of the fitted ones for a classifier that starts at 0).
    initial_weights_, weights_ : dict of str to dict of str to ndarray
        Weights of the trained steps at the start and now, by the names of the steps, and of the weights.
    module_ : torch.nn.Module
        The trained network, from what was computed once to logits, on the CPU.
    n_iter_ : int
        Number of epochs trained.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses, with the term of the anchor, and seconds per epoch.
    validation_loss_ : ndarray of shape (n_epochs_tried + 1,) or None
        With ``early_stopping``: the loss of the validation part before the first epoch, and after each, by
        which the number of epochs was chosen.
    n_parameters_ : int
        Number of trained parameters.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    skmir.compose.convert : A fitted step as a module of torch.
    skmir.inspection.FiltersDisplay : Draws the weights at the start and at the end.
    LearnedChroma : Chroma that are learned apart from the classifier.

    Notes
    -----
    The loss is the cross-entropy, with neither label smoothing nor weight decay. For a
    ``LogisticRegression`` the scores at the start are those of the Pipeline, and so are the probabilities. A
    classifier with another loss (``LinearSVC``) starts from its own scores too; their probabilities are the
    softmax. A ``FrameClassifier`` starts from its probabilities, and the scores are their logarithms.

    A front end is trained in its last stage: the mel bands of ``MelSpectrogram``, the cosines of ``MFCC``,
    the pitch classes of ``Chroma`` with a number as ``tuning``. What that stage takes is computed once, and
    kept in the front end's ``memory``: for ``MelSpectrogram``, the powers of all frequencies, which for 2048
    samples per frame are eight times as many as 128 mel bands. Name other steps in ``trainable`` if that is
    too much.

    Weights of filters stay at least 0, and those that are 0 at the start stay 0: a filter keeps its range.

    References
    ----------
    .. [1] E. J. Humphrey, J. P. Bello and Y. LeCun, "Moving beyond feature design: deep architectures and
       automatic feature learning in music informatics", ISMIR 2012.
    .. [2] E. J. Humphrey, J. P. Bello and Y. LeCun, "Feature learning and deep architectures: new directions
       for music informatics", Journal of Intelligent Information Systems 41, 2013.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skmir.datasets import make_chords
    >>> from skmir.feature_extraction import CQT
    >>> from skmir.neural_network import UnfrozenClassifier
    >>> from skmir.preprocessing import CQTToChroma, FramePooler, LogCompression
    >>> chords = make_chords(n_instruments=4, random_state=0)
    >>> spectra = CQT(hop_length=4096).fit_transform(chords.data)
    >>> designed = make_pipeline(
    ...     LogCompression(10), CQTToChroma(), FramePooler(), StandardScaler(), LogisticRegression()
    ... )
    >>> model = UnfrozenClassifier(designed, max_iter=20, random_state=0).fit(spectra, chords.target)
    >>> model.trainable_, model.n_parameters_
    (['cqttochroma', 'logisticregression'], 1608)
    >>> model.initial_weights_["cqttochroma"]["weights"].shape  # bins, pitch classes
    (84, 12)
    >>> bool(0 < model.deviation_["cqttochroma"] < 1)
    True
    """

    # Requested by default, so that groups reach early stopping through a search or cross_validate.
    __metadata_request__fit = {"groups": True}

    pipeline: Pipeline | None = positional(default=None)
    trainable: str | list[str] | tuple[str, ...] = "auto"
    init: str = "fitted"
    anchor: float = 0.1
    max_iter: int | Literal["auto"] = 100
    batch_size: int = 32
    learning_rate_init: float = 0.01
    class_weight: dict | str | None = "auto"
    early_stopping: bool = False
    validation_fraction: float = 0.2
    n_iter_no_change: int = 10
    recipe: TrainingRecipe | None = None
    device: str = "auto"
    random_state: int | np.random.RandomState | None = None
    verbose: int = 0

    @all_or_nothing
    def fit(self, X, y, *, groups=None):
        """Fit the Pipeline, and train it on from there.

        Parameters
        ----------
        X : clips, frames or table
            What the Pipeline takes.
        y : array-like of shape (n_clips,)
            Labels.
        groups : array-like of shape (n_clips,), default=None
            With ``early_stopping``, no group is on both sides of the validation split.

        Returns
        -------
        self : UnfrozenClassifier

        Raises
        ------
        TypeError
            If ``pipeline`` is not a Pipeline, or ``trainable`` does not hold names.
        ValueError
            If X, y or a parameter is not valid, the Pipeline does not end in a classifier, or a step cannot
            be trained; the message names it, and tells what to do.
        """
        pipeline = self._weighted(self._inner())
        seed = int(check_random_state(self.random_state).randint(MAX_SEED))
        self._check_parameters(pipeline, TrainingOn(self, None, None, None, seed).network())
        y = self._check_labels(X, y, groups)
        groups = None if groups is None else np.asarray(groups)
        training, rows = TrainingOn(self, ComputedOnce(X), y, groups, seed), ALL
        trains = not is_word(self.trainable, "none")
        n_epochs, losses = None, None
        if trains and self.early_stopping and self.max_iter != 0:
            n_epochs, losses = training.choose_epochs(clone(pipeline))
        self.pipeline_ = training.fit(pipeline, rows)
        self.classes_ = self.pipeline_.classes_
        trained = training.run(self.pipeline_, rows, max_iter=n_epochs) if trains else UNTRAINED
        self.trainable_ = trained.trainable
        self.initial_weights_ = trained.initial_weights
        self.deviation_ = trained.deviation
        self.validation_loss_ = losses
        self._before, self._network = trained.before, trained.network
        self._of_tables = trains and self.module_.of_tables
        return self

    def to_module(self):
        """Return the whole as a module of torch, from what ``fit`` takes to logits.

        Returns
        -------
        module : torch.nn.Module

        Raises
        ------
        TypeError
            If a step that was computed once has no module, or nothing was trained and the Pipeline has none.
        """
        check_is_fitted(self)
        if self._network is None:
            return convert(self.pipeline_)
        before = {f"before{i}": convert_transformer(step) for i, step in enumerate(self._before)}
        return StepSequence({**before, "network": copy.deepcopy(self.module_)})

    @property
    def module_(self):
        """The trained network, from what was computed once to logits, on the CPU."""
        check_is_fitted(self)
        if self._network is None:
            raise AttributeError("There is no module_: with trainable='none', the Pipeline predicts.")
        return self._network.module_

    @property
    def weights_(self):
        """Weights of the trained steps, by the names of steps, and of weights."""
        return self.module_.weights_of(self.trainable_) if self.trainable_ else {}

    @property
    def history_(self):
        """Dict with one array of shape (n_epochs,) per quantity: train_loss, dur in s."""
        check_is_fitted(self)
        return {} if self._network is None else self._network.history_

    @property
    def n_iter_(self):
        """Number of epochs trained."""
        check_is_fitted(self)
        return 0 if self._network is None else self._network.n_iter_

    @property
    def n_parameters_(self):
        """Number of trained parameters."""
        check_is_fitted(self)
        return 0 if self._network is None else self._network.n_parameters_

    @property
    def n_features_in_(self):
        """Number of columns, if ``fit`` saw a 2-D array."""
        return self.pipeline_.n_features_in_

    @property
    def feature_names_in_(self):
        """Names of the columns, if ``fit`` saw a DataFrame."""
        return self.pipeline_.feature_names_in_

    def _inner(self):
        """Return the Pipeline, not fitted."""
        if self.pipeline is None:
            return make_pipeline(StandardScaler(), LogisticRegression())
        if not isinstance(self.pipeline, Pipeline):
            raise TypeError(
                f"pipeline must be a Pipeline, such as make_pipeline({type(self.pipeline).__name__}()), got "
                f"{shown(self.pipeline)}."
            )
        return clone(self.pipeline)

    def _weighted(self, pipeline):
        """Return the Pipeline with ``class_weight`` in its last step, if that has this parameter."""
        *_, name = flat_steps(pipeline)
        weights = f"{name}__class_weight"
        if not is_word(self.class_weight, "auto") and weights in pipeline.get_params():
            pipeline.set_params(**{weights: self.class_weight})
        return pipeline

    def _check_parameters(self, pipeline, network):
        """Raise if a parameter is not valid, before anything is computed."""
        if not is_classifier(pipeline):
            last = type(pipeline.steps[-1][1]).__name__
            raise ValueError(
                f"pipeline must end in a classifier, such as LogisticRegression, got {last}. Numbers "
                "and tags are not learned here."
            )
        check_choice("init", self.init, INITS)
        if isinstance(self.class_weight, str):
            choices = ("auto", "balanced")
            check_choice(
                "class_weight", self.class_weight, choices, also="a dict of classes to weights, or None"
            )
        check_number("anchor", self.anchor, low=0)
        check_training_parameters(network)
        if self.early_stopping:
            check_share("validation_fraction", self.validation_fraction, above=0)
        if recipe_of(network).init is not None:
            raise ValueError(
                f"recipe.init={shown(recipe_of(network).init)} must be None, since training begins at the "
                "Pipeline's weights, or at random ones with init='random' of UnfrozenClassifier."
            )
        check_trainable(self.trainable, list(flat_steps(pipeline)))

    def _check_labels(self, X, y, groups):
        """Return labels as an array of shape (n_clips,)."""
        if scipy.sparse.issparse(X):
            raise TypeError("A sparse matrix was passed, but dense data is required. Use X.toarray().")
        if y is not None:
            check_consistent_length(X, y, groups)
            if not len(np.asarray(y)):
                raise ValueError("X must hold clips to learn from, at least two, got none.")
        y = check_labels(self, 0 if y is None else len(np.asarray(y)), y)
        if y.ndim == 2:
            raise ValueError(
                f"y must hold one class per clip, got an indicator of {y.shape[1]} tags. For tags use a "
                "network such as CNNClassifier."
            )
        return y

    def __sklearn_is_fitted__(self):
        return hasattr(self, "pipeline_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        pipeline = getattr(self, "pipeline_", self.pipeline)
        for step in list(flat_steps(pipeline).values())[:1] if isinstance(pipeline, Pipeline) else []:
            taken = get_tags(step).input_tags
            for name in ("one_d_array", "two_d_array", "three_d_array", "string", "positive_only"):
                setattr(tags.input_tags, name, getattr(taken, name))
        return tags

    def __getstate__(self):
        """Return plain values: the network as arrays, which the Pipeline's modules take when it is loaded."""
        state = dict(super().__getstate__())
        state.pop("_before", None)
        if state.get("_network") is not None:
            state["_network"] = self._network.plain_state()
        return state

    def __setstate__(self, state):
        state = dict(state)
        network = state.pop("_network", None)
        super().__setstate__(state)
        if "pipeline_" not in state:
            return
        self._before, self._network = None, None
        if network is not None:
            parts = cut(self.pipeline_, self.trainable_)
            module = parts.network(self._of_tables)
            self._before = parts.before
            self._network = network_from({**network, "device": self.device}, module)
