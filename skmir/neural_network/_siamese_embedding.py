"""A network whose outputs are near each other for similar clips, as a transformer."""

import numbers

import numpy as np
from sklearn.base import ClassNamePrefixFeaturesOutMixin, TransformerMixin

from .._parameter_checks import check_choice, check_flag, check_number
from .._stored_frames import StoredFrames
from .._training import (
    ContrastiveLoss,
    PairedExamples,
    SupervisedContrastiveLoss,
    TripletLoss,
    check_augmentation,
    windows_of,
)
from .._validation import check_frames
from ..modules import MLP
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

    @staticmethod
    def widths(scale):
        """Return the width of the only hidden layer at a scale from 0."""
        return {"hidden_layer_sizes": [max(round(256 * scale), 1)]}


class SiameseEmbedding(CNNMixin, ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseNetwork):
    """Embedding that a network learns from pairs of clips: similar clips near each other.

    Every batch of clips goes through one network, the trunk, and all pairs of its outputs enter the loss.
    Which clips are similar follows from y: clips of one class; clips with common tags, by the cosine of
    their tags, where rare tags count more; or clips with similar descriptors, by the cosine of the rows.
    The rows of the embedding have length 1, so that cosine and Euclidean distance rank alike. A collection
    is embedded once, and then searched by any search for nearest neighbours.

    Parameters
    ----------
    architecture : str or nn.Module class, default="timbre_rhythm"
        The trunk. "mlp" is a multi-layer perceptron: take it for tables. "timbre_rhythm" is a compact network
        for small data sets, with clips of any length. "k1c2", "k2c1" and "k2c2" are the networks of Choi et
        al. (2017): with one-dimensional kernels along time; with the same after a first layer over all bins;
        with 3 x 3 kernels throughout. "compact" is the CompactCNN of the ISMIR 2018 tutorial, "pitch" is
        Humphrey's network with kernels shaped for a constant-Q spectrogram, and "temporal" is van den Oord's
        with convolution over time only. See :mod:`skmir.modules` for each. A class of your own is built with
        ``n_bins``, ``n_frames`` and ``n_outputs``, and with ``n_filters`` and ``dropout`` if its constructor
        takes them; setting one that it does not take is an error. Further arguments of its constructor are
        parameters with the prefix ``module__``, which are set, searched and saved like all others:
        ``SiameseEmbedding(Own, module__depth=3)``.
    n_components : int, default=32
        Number of columns of the embedding. Rows of length 1 have one degree of freedom less: with 2 they lie
        on a circle, and with 3 on a sphere.
    loss : {"supcon", "triplet", "contrastive"}, default="supcon"
        "supcon" is the cross-entropy of picking a similar clip among all others of the batch [1]_. "triplet"
        asks that a similar clip be nearer than a dissimilar one, by a margin in squared distance; the
        dissimilar clip is semi-hard [2]_. "contrastive" pulls similar clips together and pushes the others
        apart up to a margin [3]_; similar pairs and others count the same however many there are.
    margin : float or pair of float, default=1.0
        For "triplet" and "contrastive", in (0, 2]; the distance of two rows is between 0 and 2. Two numbers,
        for "contrastive", are the distance up to which similar clips cost nothing, and that from which the
        others do, as in Humphrey's timbre space [4]_.
    temperature : float, default=0.1
        For "supcon": what cosines are divided by. A smaller one looks at the nearest clips more.
    threshold : float, default=0.5
        For "triplet", with tags or descriptors: cosine from which two clips are similar, in (0, 1].
    idf : bool, default=True
        Whether a tag of few training clips counts more than a common one, by its inverse document frequency.
    hidden_layer_sizes : tuple of int or None, default=None
        For "mlp": number of units in each hidden layer; () is a linear map, and None is (256,).
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the architecture's default.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters``: the widths of all layers are scaled in
        the architecture's own ratio. This makes networks of equal size, which can be compared.
    dropout : float, default=0.3
        Share of the inputs of each dense layer that is dropped in training, in [0, 1).
    n_frames : int or None, default=1024
        Largest number of frames that the network sees at once; with the front ends' defaults, 43 frames
        are 1 s. In training, longer clips are cut at random places; in prediction, the scores of the
        windows that cover a clip are averaged. If the median clip is shorter, its length is used, and
        clips that are shorter still are repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=4e-3
        Highest learning rate. The recipe sets the schedule: by default, the rate rises to this value over
        a quarter of the steps and falls to zero along a cosine; with ``early_stopping`` it is constant.
    weight_decay : float, default=0.02
        Weight decay of the optimiser.
    early_stopping : bool, default=False
        Whether to hold out a part of the training clips, and to stop when the loss on it has not fallen
        for ``n_iter_no_change`` epochs. If ``fit`` gets ``groups``, no group is in both parts; otherwise
        the split is stratified by label, or random for numbers. If ``fit`` gets ``X_val`` and ``y_val``,
        they take the place of the held-out part. The weights of the best epoch are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Number of epochs for which early stopping waits for a lower loss.
    augmentation : augmentation, list of augmentations or None, default=None
        Random changes to the training frames, from :mod:`skmir.augmentation`.
    recipe : TrainingRecipe or None, default=None
        Optimiser, schedule, label smoothing, further regularisers and precision. None is a
        :class:`TrainingRecipe` with its defaults.
    warm_start : bool, default=False
        Whether a second ``fit`` continues the training, instead of starting with a new network.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the clips, windows, augmentation and dropout. An int gives
        the same network each time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a progress bar of epochs on stderr.
    net_params : dict or None, default=None
        Arguments of :class:`skorch.NeuralNet`: "callbacks", "optimizer", and options of either, such as
        "optimizer__betas". Callbacks are copied before use; the copies are in ``net_.callbacks_``.

    Attributes
    ----------
    target_type_ : str
        Kind of y: "multiclass", "multilabel-indicator" for tags, or "continuous-multioutput" for descriptors.
    idf_ : ndarray of shape (n_tags,) or None
        What each tag counts, from the clips that ``fit`` got; None if y is of another kind.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds per epoch; ``pandas.DataFrame(history_)`` turns them into a table.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of trained parameters.
    n_outputs_ : int
        Number of components.
    n_bins_, n_frames_ : int
        Size of the network's input.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which further training continues.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    NetworkFeatures : Layers of a network that has learned to classify, as features.
    skmir.metrics.retrieval_scores : How well a search in the embedding finds similar clips.
    sklearn.discriminant_analysis.LinearDiscriminantAnalysis : On tables, a rival that is hard to beat.

    Notes
    -----
    Pairs are formed inside a batch, so they never join the two sides of a split. An epoch takes each clip
    once, in an order that is random but for this: two clips of one class, or of one tag drawn for each clip,
    come one after another. So batches hold pairs even of classes that are rare. ``early_stopping`` watches
    the same loss on pairs of held-out clips, with one window per clip.

    "timbre_rhythm" has two last layers, which learn as two views of a clip: they are similar to each other,
    and to both views of similar clips. ``transform`` returns their mean, at length 1.

    Descriptors should have a mean near 0 (``StandardScaler``), otherwise all their cosines are near 1; a
    negative cosine counts as 0. A weight of 0 takes a clip out of all pairs. The recipe's ``label_smoothing``
    has no effect.

    References
    ----------
    .. [1] P. Khosla et al., "Supervised contrastive learning", NeurIPS 2020.
    .. [2] F. Schroff, D. Kalenichenko and J. Philbin, "FaceNet: a unified embedding for face recognition and
       clustering", CVPR 2015.
    .. [3] R. Hadsell, S. Chopra and Y. LeCun, "Dimensionality reduction by learning an invariant mapping",
       CVPR 2006.
    .. [4] E. J. Humphrey, "An exploration of deep learning in content-based music informatics", PhD thesis,
       New York University, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.metrics import retrieval_scores
    >>> from skmir.neural_network import SiameseEmbedding
    >>> rng = np.random.RandomState(0)
    >>> X, y = rng.randn(60, 10), np.tile(["drum", "horn", "voice"], 20)
    >>> X[y == "horn", 0] += 3
    >>> X[y == "voice", 1] += 3
    >>> model = SiameseEmbedding("mlp", n_components=4, random_state=0).fit(X[:30], y[:30])
    >>> embedding = model.transform(X[30:])
    >>> embedding.shape
    (30, 4)
    >>> before = retrieval_scores(X[30:], y[30:])["mean_average_precision"]
    >>> bool(retrieval_scores(embedding, y[30:])["mean_average_precision"] > before)
    True
    """

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
        """Train the network so that similar clips are near each other.

        Parameters
        ----------
        X : frames
            ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i), or a
            table of shape (n_clips, n_features), which is one frame per clip.
        y : array-like of shape (n_clips,), (n_clips, n_tags) or (n_clips, n_descriptors), default=None
            What clips are similar by: classes of any type, an indicator of tags, or rows of numbers. None
            raises an error.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in the loss; a pair has the product of both.
        groups : array-like of shape (n_clips,), default=None
            With ``early_stopping``, no group is on both sides of the validation split.
        X_val, y_val : frames and targets, default=None
            Clips to validate on, in place of a part of X. Their classes may be others than those of y.

        Returns
        -------
        self : SiameseEmbedding

        Raises
        ------
        ValueError
            If no two clips are similar, if all clips are alike, or if X, y or a parameter is not valid.
        """
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
        frames = check_frames(self, X, reset=False, stored=True)
        dtypes = {frames.dtype} if isinstance(frames, StoredFrames) else {x.dtype for x in frames}
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
        if self.n_parameters is not None:
            raise ValueError(
                f"n_parameters={self.n_parameters} and hidden_layer_sizes={self.hidden_layer_sizes!r} both "
                "set the width of the network. Leave one of them at None."
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
                f"{name} must be of the kind that the network learned from, {self.target_type_}, with the "
                f"same tags, got {kind} of shape {y.shape}. For another kind, set warm_start=False."
            )

    def _examples(self, frames, targets, weights, device, rows=None):
        training = weights is not None
        check_there_are_pairs(targets, self.target_type_, "train on" if training else "validate on")
        if training:
            check_there_are_others(targets, self.target_type_)
        windows = windows_of(frames, self.n_frames_, device, packed=self._packed, rows=rows)
        return PairedExamples(windows, targets, weights, sparse=self.target_type_ == TAGS)

    def _loss_of_targets(self, recipe):
        """Return the loss of pairs; several last layers give views of a clip that are pairs themselves."""
        return LOSSES[self.loss](self)

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
                    f"augmentation: {step!r} changes the targets of a batch, but {type(self).__name__} "
                    "learns from pairs of clips, whose similarity it would have to change. Leave it out."
                )
        if (self.net_params or {}).get("accelerator") is not None:
            raise ValueError(
                f"net_params: {type(self).__name__} takes no accelerator, since each process would see only "
                "the pairs in its own share of a batch. Leave it out."
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
