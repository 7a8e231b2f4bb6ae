"""A network whose outputs are near each other for similar clips, as a transformer."""

import numbers

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from .._parameter_checks import check_choice, check_flag, check_number
from .._training import (
    ContrastiveLoss,
    HeadsLoss,
    PairedExamples,
    SupervisedContrastiveLoss,
    TripletLoss,
    Windows,
    check_augmentation,
)
from .._validation import check_frames
from ..modules import MLP
from ..modules._heads import has_heads
from ._base import BaseNetwork
from ._cnn import ARCHITECTURES, CNNMixin
from ._pair_targets import (
    TAGS,
    as_pair_targets,
    check_pair_targets,
    check_there_are_others,
    check_there_are_pairs,
    encoded,
    inverse_frequencies,
)
from ._parameters import check_sample_weight, check_sizes, mean_one

FARTHEST = 2.0  # distance of opposite vectors of length 1
TINY = 1e-30


class TableMLP(MLP):
    """The multi-layer perceptron, with the sizes of frames as the other architectures take them."""

    def __init__(self, n_bins, n_frames, n_outputs, hidden_layer_sizes=(256,), dropout=0.0):
        super().__init__(n_bins * n_frames, n_outputs, hidden_layer_sizes, dropout=dropout)


class SiameseEmbedding(CNNMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseNetwork):
    """docstring"""

    n_components: int = 32
    loss: str = "supcon"
    margin: float | tuple[float, float] = 1.0
    temperature: float = 0.1
    threshold: float = 0.5
    idf: bool = True
    hidden_layer_sizes: tuple[int, ...] | None = None

    _architectures = {**ARCHITECTURES, "mlp": TableMLP}
    _embeds = True

    def fit(self, X, y=None, sample_weight=None, *, groups=None, X_val=None, y_val=None):
        return super().fit(X, y, sample_weight, groups=groups, X_val=X_val, y_val=y_val)

    def transform(self, X):
        """Return the embedding of each clip.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        embedding : ndarray of shape (n_clips, n_components)
            Rows of length 1, in the dtype of X, but only as exact as the network's float32. Outputs for the
            windows of a long clip are averaged before.
        """
        rows = self._outputs(X).astype(np.float64)
        rows /= np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), TINY)
        dtypes = {x.dtype for x in check_frames(self, X, reset=False)}
        return rows.astype(np.result_type(*dtypes), copy=False)

    @property
    def _n_features_out(self):
        return self.n_outputs_

    def _module_parameters(self):
        params = super()._module_parameters()
        if self.hidden_layer_sizes is None:
            return params
        if self.architecture != "mlp":
            raise ValueError(
                f"hidden_layer_sizes={self.hidden_layer_sizes!r} has no effect on architecture="
                f"{self.architecture!r}: it sets the layers of 'mlp'. Leave it at None."
            )
        return {**params, "hidden_layer_sizes": check_sizes("hidden_layer_sizes", self.hidden_layer_sizes)}

    def _learn_targets(self, y, sample_weight, frames, classes=None, *, reset):
        self._check_parameters()
        y, kind = check_pair_targets(self, len(frames), y)
        weights = check_sample_weight(sample_weight, len(y))
        if reset:
            self.n_outputs_ = int(self.n_components)
            self.target_type_ = kind
            self.idf_ = inverse_frequencies(y) if kind == TAGS and self.idf else None
        self._check_kind(y, kind, "y")
        return encoded(y, kind, self.idf_), mean_one(weights)

    def _held_out_targets(self, y, frames):
        y, kind = as_pair_targets(y, "y_val")
        self._check_kind(y, kind, "y_val")
        return encoded(y, kind, self.idf_)

    def _check_kind(self, y, kind, name):
        """Raise unless y is of the kind, and has the tags, that ``fit`` saw first."""
        if kind != self.target_type_ or (self.idf_ is not None and y.shape[1] != len(self.idf_)):
            raise ValueError(
                f"{name} must be of the kind that the network learned from, {self.target_type_}, with the same "
                f"tags, got {kind} of shape {y.shape}. With warm_start, every fit continues the first."
            )

    def _examples(self, frames, targets, weights, device, rows=None):
        training = weights is not None
        check_there_are_pairs(targets, self.target_type_, "train on" if training else "validate on")
        if training:
            check_there_are_others(targets, self.target_type_)
        windows = Windows(frames, self.n_frames_, device, packed=self._packed, rows=rows)
        return PairedExamples(windows, targets, weights, sparse=self.target_type_ == TAGS)

    def _loss(self, module, recipe):
        """Return the loss; several last layers give as many views of a clip, which are similar to each other."""
        loss = LOSSES[self.loss](self)
        return HeadsLoss(loss) if has_heads(module) else loss

    def _check_parameters(self):
        """Raise if a parameter that networks do not share is not valid."""
        check_number("n_components", self.n_components, kind=numbers.Integral, low=1)
        check_choice("loss", self.loss, LOSSES)
        check_number("temperature", self.temperature, above=0)
        check_number("threshold", self.threshold, above=0, high=1)
        check_flag("idf", self.idf)
        if isinstance(self.margin, numbers.Real):
            check_number("margin", self.margin, above=0, high=FARTHEST)
        else:
            _check_two_margins(self.margin, self.loss)
        for step in check_augmentation(self.augmentation):
            if step.mixes_targets or getattr(step, "labels", None) not in (None, "keep"):
                raise ValueError(
                    f"augmentation: {step!r} changes the targets of a batch, but {type(self).__name__} learns "
                    "from pairs of clips, which have no target of their own. Leave it out."
                )
        if (self.net_params or {}).get("accelerator") is not None:
            raise ValueError(
                f"net_params: {type(self).__name__} takes no accelerator. Each process would see the pairs in "
                "its own share of a batch only. Leave it out."
            )

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.target_tags.required = True
        tags.transformer_tags.preserves_dtype = ["float64", "float32"]
        return tags


def two_margins(margin):
    """Return the distances up to which similar clips, and from which other clips, cost nothing."""
    return (0.0, float(margin)) if isinstance(margin, numbers.Real) else tuple(map(float, margin))


LOSSES = {
    "supcon": lambda network: SupervisedContrastiveLoss(float(network.temperature)),
    "triplet": lambda network: TripletLoss(float(network.margin), float(network.threshold)),
    "contrastive": lambda network: ContrastiveLoss(*two_margins(network.margin)),
}


def _check_two_margins(margin, loss):
    """Raise unless two margins are in order, and the loss takes two."""
    if loss != "contrastive":
        raise ValueError(
            f"margin={margin!r} must be a number for loss={loss!r}; two margins are for 'contrastive'."
        )
    try:
        near, far = margin
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"margin must be a number, or two: the distance up to which similar clips cost nothing, and that "
            f"from which others do. Got {margin!r}."
        ) from error
    check_number("margin[0]", near, low=0)
    check_number("margin[1]", far, above=near, high=FARTHEST)
