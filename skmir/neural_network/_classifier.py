"""Base of network classifiers: it handles labels, class weights and probabilities."""

import numbers
import warnings

import numpy as np
from sklearn.base import ClassifierMixin
from sklearn.utils.class_weight import compute_sample_weight

from .._parameter_checks import check_choice, plain
from .._training import recipe_of
from ._base import BaseNetwork
from ._parameters import check_sample_weight, mean_one
from ._targets import TARGETS, check_known, check_labels, target_for


class BaseNetworkClassifier(ClassifierMixin, BaseNetwork):
    """Base of network classifiers: a subclass says which network it is.

    The base checks frames and labels, draws windows, weights classes, seeds, trains, predicts, saves and
    loads. A subclass declares its own parameters as annotated attributes (:class:`DeclaredParameters`); it
    inherits the parameters below. A module without parameters of its own needs no subclass:
    ``CNNClassifier(Module)``.

    Parameters
    ----------
    class_weight : dict, "balanced" or None, default="balanced"
        As in scikit-learn, except that for tags "balanced" is the mean of the weights that each tag gives.
        The weights follow from the clips that ``fit`` gets.
    n_frames, max_iter, batch_size, learning_rate_init, weight_decay, early_stopping, \
validation_fraction, n_iter_no_change, augmentation, recipe, warm_start, device, random_state, verbose, \
net_params : as in CNNClassifier
        Parameters of all networks; :class:`skmir.neural_network.CNNClassifier` describes them.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, or the column numbers of the tags.
    class_prior_ : ndarray of shape (n_classes,)
        Share of each class or tag in the training clips, weighted by ``class_weight`` and
        ``sample_weight``.
    n_bins_, n_frames_, n_outputs_ : int
        Sizes of the network's input and output.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds per epoch.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of trained parameters.

    See Also
    --------
    BaseNetworkRegressor : The same for numbers.
    skmir.modules : Networks on tensors, to build on.

    Notes
    -----
    A subclass must have a method:

    ``_make_module(**params)``
        Returns a new ``torch.nn.Module``. Its arguments, by name, are the values that
        ``_module_parameters`` returned in ``fit``. The method runs inside the seeded part of ``fit``, so
        that ``random_state`` decides the initial weights, and again when a saved model is loaded.

    and, if it has parameters of its own:

    ``_module_parameters()``
        Checks the subclass's own parameters and returns the arguments of ``_make_module``, a dict of plain
        values: numbers, strings, lists. ``super()._module_parameters()`` gives ``n_bins``, ``n_frames`` and
        ``n_outputs``, the sizes of the data. ``fit`` keeps the dict, and a saved model is rebuilt from it.

    The module gets a float32 tensor of shape (B, n_bins, n_frames) and returns one of shape (B, n_outputs):
    logits, never probabilities, since loss and link follow from the labels. A 2-D array is one frame per
    clip, so the module must also work with a single frame.

    Examples
    --------
    >>> import numbers
    >>> import numpy as np
    >>> from torch import nn
    >>> from skmir.base import BaseNetworkClassifier, check_number, positional
    >>> class Dense(nn.Module):
    ...     def __init__(self, n_bins, n_frames, n_outputs, n_hidden):
    ...         super().__init__()
    ...         self.hidden_layer = nn.Linear(n_bins, n_hidden)
    ...         self.final_layer = nn.Linear(n_hidden, n_outputs)
    ...
    ...     def forward(self, x):
    ...         return self.final_layer(self.hidden_layer(x.mean(dim=2)).relu())
    >>> class DenseClassifier(BaseNetworkClassifier):
    ...     n_hidden: int = positional(default=16)
    ...
    ...     def _module_parameters(self):
    ...         check_number("n_hidden", self.n_hidden, kind=numbers.Integral, low=1)
    ...         return {**super()._module_parameters(), "n_hidden": int(self.n_hidden)}
    ...
    ...     def _make_module(self, **params):
    ...         return Dense(**params)
    >>> frames = np.random.RandomState(0).randn(20, 6, 10)  # clips, bins, frames
    >>> frames[:10] += 1
    >>> y = np.repeat(["bright", "dark"], 10)
    >>> model = DenseClassifier(8, learning_rate_init=0.05, random_state=0).fit(frames, y)
    >>> float(model.score(frames, y))
    1.0
    """

    class_weight: dict | list[dict] | str | None = "balanced"

    def partial_fit(self, X, y, classes=None, sample_weight=None):
        """Train for one epoch, from where the last call ended.

        Parameters
        ----------
        X, y : frames and labels
            As in ``fit``.
        classes : array-like of shape (n_classes,), default=None
            All labels of all calls; the first call needs them if its y lacks some.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in the loss.

        Returns
        -------
        self : object
            The network after the epoch. The learning rate is always ``learning_rate_init``, unless the
            recipe says otherwise; ``class_prior_`` is that of the first call, and
            ``class_weight="balanced"`` balances each call by itself.
        """
        return self._partial_fit(X, y, sample_weight, None if classes is None else np.unique(classes))

    def decision_function(self, X):
        """Return the logits, averaged over the windows of a clip.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        scores : ndarray of shape (n_clips,), (n_clips, n_classes) or (n_clips, n_tags)
            float32. For two classes, one value per clip, which is positive for the second class.
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].decision(logits)

    def predict_proba(self, X):
        """Return the probability of each class, or of each tag.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_classes) or (n_clips, n_tags)
            float32, in the order of ``classes_``.
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].proba(logits)

    def predict_log_proba(self, X):
        """Return the logarithm of the probabilities.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        log_probabilities : ndarray of shape (n_clips, n_classes) or (n_clips, n_tags)
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].log_proba(logits)

    def predict(self, X):
        """Return the likeliest class of each clip, or the tags more likely than not.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        labels : ndarray of shape (n_clips,) or (n_clips, n_tags)
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].labels(logits, self.classes_)

    def _learn_targets(self, y, sample_weight, frames, classes=None, *, reset):
        y = check_labels(self, len(frames), y)
        return self._learn_labels(y, check_sample_weight(sample_weight, len(y)), classes, reset=reset)

    def _learn_labels(self, y, weights, classes, *, reset):
        """Return encoded labels and weights of mean 1; learn the classes, or check that they are known."""
        known = classes if reset else self.classes_
        weights = weights * class_weights(self.class_weight, y, known)
        if not weights.any():
            raise ValueError(
                "At least one clip must have a weight above zero, but "
                f"class_weight={self.class_weight!r} and sample_weight leave none. Raise one of them."
            )
        if reset:
            self.target_type_ = target_for(y)
            self.classes_ = TARGETS[self.target_type_].classes(y) if classes is None else classes
            self.n_outputs_ = len(self.classes_)
        elif classes is not None and not np.array_equal(classes, self.classes_):
            raise ValueError(
                f"classes={plain(classes)} must be equal to the classes of the first call to partial_fit, "
                f"{plain(self.classes_)}. Leave classes out, or start with a new network."
            )
        targets = self._encode(y)
        if reset:
            self.class_prior_ = TARGETS[self.target_type_].prior(targets, weights, self.n_outputs_)
        return targets, mean_one(weights)

    def _encode(self, y):
        check_known(y, self.classes_, self.target_type_)
        return TARGETS[self.target_type_].encode(y, self.classes_)

    def _logits(self, X):
        """Return logits, float32 of shape (n_clips, n_outputs)."""
        offset = self._logit_offset()
        logits = self._outputs(X)
        return logits if offset is None else logits - offset

    def _logit_offset(self):
        """Return what is subtracted from the outputs to undo the prior of the classes, or None."""
        if not recipe_of(self).prior_correction:
            return None
        return TARGETS[self.target_type_].prior_logits(self.class_prior_)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.classifier_tags.multi_label = True
        return tags


def class_weights(class_weight, y, classes=None):
    """Return the weight that each clip gets from its classes.

    Parameters
    ----------
    class_weight : dict, list of dict, "balanced" or None
        As in scikit-learn, except that for tags "balanced" is the mean of the weights that each tag gives:
        scikit-learn multiplies them, so that a clip with three rare tags would outweigh all others.
    y : ndarray of shape (n_clips,) or (n_clips, n_tags)
    classes : ndarray of shape (n_classes,) or None, default=None
        All classes; None takes the classes in y.

    Returns
    -------
    weights : ndarray of shape (n_clips,), or 1.0

    Raises
    ------
    ValueError
        If a weight is negative or not finite, or if a class has no weight.
    """
    if class_weight is None:
        return 1.0
    if isinstance(class_weight, str):
        check_choice("class_weight", class_weight, ["balanced"], also="a dict of classes to weights, or None")
    if isinstance(class_weight, dict) and y.ndim == 1:
        known = np.unique(y) if classes is None else classes
        _check_class_weight(class_weight, known.tolist(), "class_weight")
    elif isinstance(class_weight, list | tuple) and y.ndim == 2:
        for i, weights in enumerate(class_weight):
            _check_class_weight(weights, [0, 1], f"class_weight[{i}]")
    if y.ndim == 1 or not isinstance(class_weight, str):
        return compute_sample_weight(class_weight, y)
    return np.mean([compute_sample_weight(class_weight, tag) for tag in y.T], axis=0)


def _check_class_weight(class_weight, classes, name):
    """Raise unless a dict gives classes weights of zero or more; warn of weights for unknown classes."""
    if not isinstance(class_weight, dict):
        raise TypeError(f"{name}={class_weight!r} must be a dict that maps classes to weights.")
    for label, weight in class_weight.items():
        if not isinstance(weight, numbers.Real) or not 0 <= weight < np.inf:
            raise ValueError(f"{name} must give finite weights >= 0, got {weight!r} for {label!r}.")
    missing = [label for label in classes if label not in class_weight]
    unknown = [label for label in class_weight if label not in classes]
    if missing and unknown:  # most likely a typing error; a class left out on purpose has the weight 1
        raise ValueError(
            f"{name} must have weights for classes of y only, got weights for {unknown}, and none for "
            f"{missing}. The classes are {classes}."
        )
    if unknown:  # the training fold may lack a class
        warnings.warn(f"{name} has weights for {unknown}; the classes of y are {classes}.", stacklevel=2)
