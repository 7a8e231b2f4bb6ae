"""Base of all networks: it validates, seeds, builds, trains, and saves a model as plain values."""

import contextlib
from collections.abc import Callable
from typing import Literal

import numpy as np
import torch
from sklearn.base import BaseEstimator
from sklearn.utils import check_consistent_length
from sklearn.utils.validation import check_is_fitted

from .._declared_parameters import DeclaredParameters, method_missing
from .._device import resolve_device
from .._fitting import all_or_nothing
from .._random import seeded
from .._saving import TorchSavingMixin
from .._training import (
    Examples,
    HeadsLoss,
    TrainingRecipe,
    callbacks_for,
    check_augmentation,
    check_net_params,
    columns_of,
    epochs_of,
    history_from,
    initialize,
    load_weights,
    make_net,
    outputs_of,
    recipe_of,
    restore,
    rewound,
    snapshot,
    take_over,
    train,
    weights_of,
    window_length,
    windows_of,
)
from .._validation import check_frames, warn_if_wide
from ..modules._heads import has_heads
from ._network_module import NetworkModule
from ._parameters import check_moved_labels, check_training_parameters
from ._scored import parts_to_score, scored
from ._split import check_held_out, check_validation_data, validation_split
from ._targets import TARGETS


class BaseNetwork(DeclaredParameters, TorchSavingMixin, BaseEstimator):
    """Base of the networks: a subclass is a docstring, its own parameters and ``_make_module``.

    :class:`BaseNetworkClassifier` and :class:`BaseNetworkRegressor` stand in between and define the targets.
    For the parameters, see :class:`skmir.neural_network.CNNClassifier`.
    """

    # Requested by default, so that both reach early stopping through a search or cross_validate.
    __metadata_request__fit = {"groups": True, "X_val": True, "y_val": True}

    _per_frame = False  # whether the module's outputs, and y, are one per frame
    _embeds = False  # whether outputs say where a clip lies among others, rather than what it is
    _starts_fitted = False  # whether the module predicts before it is trained, so that 0 epochs are a choice
    _packed = False  # whether the module takes clips of unequal length in one batch, with their lengths

    n_frames: int | None = 128
    max_iter: int | Literal["auto"] = "auto"
    batch_size: int = 32
    learning_rate_init: float = 4e-3
    weight_decay: float = 0.02
    early_stopping: bool = False
    validation_fraction: float = 0.1
    n_iter_no_change: int = 10
    augmentation: Callable | list[Callable] | None = None
    recipe: TrainingRecipe | None = None
    warm_start: bool = False
    device: str = "auto"
    random_state: int | np.random.RandomState | None = None
    verbose: int = 0
    net_params: dict[str, object] | None = None

    def fit(self, X, y, sample_weight=None, *, groups=None, X_val=None, y_val=None):
        """Build the network for the data and train it.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i), \
or array-like of shape (n_clips, n_features)
            Frames; a 2-D array is one frame per clip.
        y : array-like of shape (n_clips,), (n_clips, n_tags) or (n_clips, n_outputs)
            Labels of any type, an indicator of tags, or numbers for a regressor.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in the loss.
        groups : array-like of shape (n_clips,), default=None
            With ``early_stopping``, no group is on both sides of the validation split.
        X_val, y_val : frames and targets, default=None
            Clips to validate on, in place of a part of X; without ``early_stopping`` the loss on them is
            only recorded. In a Pipeline, ``transform_input=["X_val"]`` passes X_val through the earlier
            steps.

        Returns
        -------
        self : object
            The fitted network. With ``warm_start``, training continues from where the last fit ended.

        Raises
        ------
        ValueError
            If X, y or a parameter is not valid.
        """
        goes_on = bool(self.warm_start) and hasattr(self, "net_")
        return self._fit(X, y, sample_weight, groups, (X_val, y_val), goes_on=goes_on)

    def _partial_fit(self, X, y, sample_weight, classes=None):
        """Train for one epoch."""
        if self.early_stopping:
            raise ValueError(
                "early_stopping=True needs all epochs in one call, but partial_fit trains for one epoch. Set "
                "early_stopping=False, or call fit."
            )
        goes_on = hasattr(self, "net_")
        nothing = (None, None)
        return self._fit(X, y, sample_weight, None, nothing, goes_on=goes_on, last=False, classes=classes)

    @all_or_nothing
    def _fit(
        self, X, y, sample_weight, groups, held_out, *, goes_on, last=True, classes=None, unlabelled=None
    ):
        """Train for ``max_iter`` epochs, or for one epoch if more calls may follow (``last`` is False)."""
        recipe = self._checked_recipe()
        device = resolve_device(self.device)
        frames = _checked(self, X, reset=not goes_on)
        warn_if_wide(self, frames)
        targets, weights = self._learn_targets(y, sample_weight, frames, classes, reset=not goes_on)
        y_val, held_out = held_out[1], check_validation_data(self, *held_out)
        parts = parts_to_score(self, recipe, held_out)
        unlabelled = None if unlabelled is None else _checked(self, unlabelled)
        check_consistent_length(targets, groups)
        check_moved_labels(self, self._per_frame)
        with (
            seeded(self.random_state, n_threads=recipe.n_threads, device=device) as seed,
            rewound(self.net_) if goes_on else contextlib.nullcontext(),
        ):
            generator = torch.Generator().manual_seed(seed)
            rows, valid_rows = self._split(targets, groups, held_out, seed)
            if goes_on:
                restore(self.random_state_, generator, device)
                self.net_ = take_over(self._make_net(self.module_, device, recipe).initialize(), self.net_)
            else:
                self._build(frames, rows, unlabelled, recipe, seed, device)
            examples = self._examples(frames, targets[rows], weights[rows], device, rows)
            valid, *of_valid = self._validation(frames, targets, y, valid_rows, held_out, y_val, device)
            clips = {"train": (examples, y, rows), "valid": (valid, *of_valid)}
            del frames, held_out, unlabelled  # so that memory holds one copy of the clips in training
            train(
                self.net_.set_params(lr=float(self.learning_rate_init)),
                examples,
                valid,
                epochs=self._epochs(len(examples)) if last else 1,
                recipe=recipe,
                schedule=self._schedule(recipe, last),
                augmentation=self.augmentation,
                generator=generator,
                scored={part: scored(self, *clips[part]) for part in parts},
                anchor=self._anchor(),
            )
            self.random_state_ = snapshot(generator, device)
        return self

    def _epochs(self, n_examples):
        """Return the number of epochs of ``fit``."""
        return epochs_of(self.max_iter, n_examples, int(self.batch_size), self._auto())

    def _auto(self):
        """Return the smallest numbers of steps and of epochs with ``max_iter="auto"``."""
        return 200, 15

    def _checked_recipe(self):
        """Return the recipe, with all parameters of the training checked."""
        recipe = recipe_of(self)
        check_training_parameters(self)
        check_net_params(self.net_params, recipe.optimizer)
        return recipe

    def _validation(self, frames, targets, y, rows, held_out, y_val, device):
        """Return the examples of the validation part, or None, and the labels and rows that they are of."""
        if held_out is not None:
            return self._examples(*held_out, None, device), y_val, None
        valid = self._examples(frames, targets[rows], None, device, rows) if len(rows) else None
        return valid, y, rows

    def to_module(self):
        """Return a module of torch that computes what the fitted network does with frames.

        Returns
        -------
        module : torch.nn.Module
            It takes frames, a float32 tensor of shape (B, n_bins, n_frames), or a table, (B, n_features); and
            ``lengths``, an int64 tensor of shape (B,) that says how many frames are each clip's own if clips
            of unequal length are padded at their end, or None. It returns logits of shape (B, n_classes),
            as ``decision_function`` has them (for two classes, the difference of the two is the decision);
            of a regressor, the numbers that ``predict`` gives, of shape (B, n_outputs); and of a
            :class:`SiameseEmbedding`, the rows of ``transform``. A network with outputs per frame returns
            (B, n_outputs, n_frames).

        Raises
        ------
        sklearn.exceptions.NotFittedError
            If the network is not fitted.

        Notes
        -----
        A clip longer than a window of ``n_frames_`` frames gets the mean over the windows that cover it, and
        a shorter one is repeated, as in prediction. A network with outputs per frame takes clips whole; a
        recurrent one predicts long clips in pieces, and so differs there in the frames where pieces meet.

        The module holds a copy of the weights, in evaluation mode; training it leaves the estimator as it is.

        Examples
        --------
        >>> import numpy as np
        >>> import torch
        >>> from skmir.neural_network import MLPClassifier
        >>> frames, y = np.random.RandomState(0).randn(20, 8, 5).astype("float32"), np.tile([0, 1], 10)
        >>> model = MLPClassifier((4,), max_iter=2, random_state=0).fit(frames, y)
        >>> probabilities = model.to_module()(torch.from_numpy(frames)).softmax(1).detach()
        >>> np.allclose(probabilities, model.predict_proba(frames), atol=1e-5)
        True
        """
        check_is_fitted(self)
        return NetworkModule(self)

    @property
    def module_(self):
        """The fitted ``torch.nn.Module``, on the CPU."""
        return self.net_.module_

    @property
    def history_(self):
        """Dict with one array of shape (n_epochs,) per quantity: train_loss, valid_loss, dur in s, scores.

        ``pandas.DataFrame(model.history_)`` turns it into a table.
        """
        return columns_of(self.net_.history)

    @property
    def n_iter_(self):
        """Number of epochs trained."""
        return len(self.net_.history)

    @property
    def n_parameters_(self):
        """Number of trained parameters."""
        return sum(p.numel() for p in self.module_.parameters() if p.requires_grad)

    def _make_module(self, **params):
        raise method_missing(self, "_make_module")

    def _module_parameters(self):
        """Return the arguments of ``_make_module``: plain values, from which a saved model is rebuilt."""
        return {
            "n_bins": int(self.n_bins_),
            "n_frames": int(self.n_frames_ or 1),
            "n_outputs": int(self.n_outputs_),
        }

    def _learn_targets(self, y, sample_weight, frames, classes=None, *, reset):
        """Return targets as a tensor and weights of mean 1; learn the form of y, or check it."""
        raise method_missing(self, "_learn_targets")

    def _held_out_targets(self, y, frames):
        """Return the targets of the clips to validate on, as a tensor."""
        return self._encode(check_held_out(y))

    def _sample_targets(self, y, rows, lengths):
        """Return the targets of some clips as scorers take them."""
        y = check_held_out(y)
        return y if rows is None else y[rows]

    def _pretrain(self, module, frames, rows, seed, unlabelled):
        """Prepare a module before it is trained with labels; most networks start from random weights."""

    def _build(self, frames, rows, unlabelled, recipe, seed, device):
        """Make an untrained net for the size of the data."""
        self.n_frames_ = self._window_length(frames, rows)
        self._module_arguments = self._module_parameters()
        module = self._make_module(**self._module_arguments)
        initialize(module, recipe.init)
        self._pretrain(module, frames, rows, seed, unlabelled)
        self.net_ = self._make_net(module, device, recipe).initialize()

    def _window_length(self, frames, rows):
        """Return the length of windows, in frames."""
        return window_length(frames, self.n_frames, whole=self._packed, rows=rows)

    def _examples(self, frames, targets, weights, device, rows=None):
        """Return all or some clips in the form that training takes: windows, targets, weights."""
        if any(step.mixes_targets for step in check_augmentation(self.augmentation)):
            targets = TARGETS[self.target_type_].soft(targets, self.n_outputs_)
        windows = windows_of(frames, self.n_frames_, device, packed=self._packed, rows=rows)
        return Examples(windows, targets, weights)

    def _split(self, targets, groups, held_out, seed):
        """Return the rows to train on, and the rows to validate on, of which only early stopping has any."""
        if not self.early_stopping or held_out is not None:
            return np.arange(len(targets)), np.arange(0)
        return validation_split(targets.numpy(), groups, self.validation_fraction, seed)

    def _anchor(self):
        """Return weights of the squared distance of parameters from where they start, by name, or None."""
        return None

    def _schedule(self, recipe, last):
        """Return the schedule of the learning rate; a falling one needs to know the last epoch."""
        if recipe.learning_rate != "auto":
            return recipe.learning_rate
        return "one_cycle" if last and not self.early_stopping else "constant"

    def _loss(self, module, recipe):
        """Return the loss of a batch, as a module; each of several last layers learns the same targets."""
        loss = self._loss_of_targets(recipe)
        return HeadsLoss(loss) if has_heads(module) else loss

    def _loss_of_targets(self, recipe):
        """Return the loss of outputs of shape (B, n_outputs), as a module."""
        return TARGETS[self.target_type_].loss(recipe.label_smoothing)

    def _make_net(self, module, device, recipe):
        return make_net(
            module,
            self._loss(module, recipe),
            recipe=recipe,
            learning_rate=self.learning_rate_init,
            weight_decay=self.weight_decay,
            batch_size=int(self.batch_size),
            device=device,
            callbacks=callbacks_for(
                patience=self.n_iter_no_change if self.early_stopping else None,
                verbose=self.verbose,
                scoring=recipe.scoring,
                from_start=self._starts_fitted,
            ),
            net_params=self.net_params,
        )

    def _outputs(self, X):
        """Return the network's outputs, float32 of shape (n_clips, n_outputs)."""
        check_is_fitted(self)
        return outputs_of(self, self.module_, _checked(self, X))

    def __sklearn_is_fitted__(self):
        return hasattr(self, "net_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.target_tags.multi_output = True
        return tags

    def __getstate__(self):
        """Return plain arrays, strings and numbers, without modules, tensors and nets."""
        state = dict(super().__getstate__())
        net = state.pop("net_", None)
        if net is not None:
            state["_module_state"] = weights_of(net.module_)
            state["_net_history"] = columns_of(net.history)
        return state

    def __setstate__(self, state):
        state = dict(state)
        weights, history = state.pop("_module_state", None), state.pop("_net_history", None)
        super().__setstate__(state)
        if weights is None:
            return
        recipe = recipe_of(self)
        # Building a module draws initial weights, which must not come from the caller's generator.
        with seeded(0, n_threads=recipe.n_threads):
            module = self._make_module(**self._module_arguments)
            load_weights(module, weights)
            self.net_ = self._make_net(module, "cpu", recipe).initialize_for_prediction()
        self.net_.history_ = history_from(history)
        self.net_.module_.eval()


def _checked(network, X, reset=False):
    """Return checked frames in the form that a network takes."""
    return check_frames(network, X, reset=reset, dtype=np.float32, stored=True)
