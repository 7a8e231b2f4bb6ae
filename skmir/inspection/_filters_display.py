"""Weights as pictures."""

import copy
import math

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted

from .._extras import require
from ..dsp import cqt_frequencies
from ..dsp._wavelets import relative_bandwidth, wavelets
from ..feature_extraction import CQT
from ..neural_network import UnfrozenClassifier
from ._style import PLAIN, wrapped


class FiltersDisplay:
    """Draw the weights of units, of components or of filters as pictures.

    A picture has one row per filter. With ``shape`` each filter is a small picture of its own, as receptive
    fields are shown. Negative weights are blue, positive ones red. If no picture has negative weights, bright
    colours are large weights.

    Parameters
    ----------
    weights : ndarray of shape (n_filters, n_inputs), or dict of str to such arrays
        Weights of one picture, or of several, by title. Pictures stand side by side, for instance the weights
        of a network at the start and at the end of training. Complex weights, such as those of the constant-Q
        transform, are drawn as real part and as magnitude.
    shape : (int, int) or None, default=None
        Rows and columns of the picture of each filter, for instance (n_bins, n_frames).
    normalize : bool, default=True
        Whether to divide each filter by its largest magnitude, so that weak ones are seen too.

    Attributes
    ----------
    pictures_ : dict of str to ndarray
        Pictures by title: weights, or the small pictures in rows with NaN between them.
    axes_ : ndarray of matplotlib Axes of shape (n_pictures,)
        The axes of the pictures.
    figure_ : matplotlib Figure
        The figure around them.

    See Also
    --------
    skmir.neural_network.LearnedChroma : Weights that start as octave equivalence.
    skmir.neural_network.UnfrozenClassifier : Steps of a Pipeline that go on learning.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.inspection import FiltersDisplay
    >>> octaves = np.tile(np.eye(12), 7)  # pitch classes, bins
    >>> display = FiltersDisplay.from_weights({"start": octaves, "end": octaves - 0.1})
    >>> [ax.get_title() for ax in display.axes_]
    ['start', 'end']
    """

    def __init__(self, weights, *, shape=None, normalize=True):
        self.weights = weights
        self.shape = shape
        self.normalize = normalize

    @classmethod
    def from_weights(cls, weights, *, shape=None, normalize=True, ax=None):
        """Draw weights.

        Parameters
        ----------
        weights, shape, normalize : see the class
        ax : matplotlib Axes, or sequence of them, default=None
            Axes to draw on, one per picture; None makes a figure.

        Returns
        -------
        display : FiltersDisplay
        """
        return cls(weights, shape=shape, normalize=normalize).plot(ax=ax)

    @classmethod
    def from_estimator(cls, estimator, *, layer=0, step=None, shape=None, normalize=True, ax=None):
        """Draw the weights of a fitted estimator.

        Parameters
        ----------
        estimator : estimator
            ``LearnedChroma``, whose weights are drawn at start and end; an estimator with ``components_``,
            such as ``RBM``, ``PCA`` or ``NMF``, also in a ``FrameTransformer``; ``CQT``, whose filters are
            drawn; or ``UnfrozenClassifier``, whose trained steps are drawn at start and end.
        layer : int, default=0
            Index of the layer of ``LearnedChroma`` that is drawn.
        step : str or None, default=None
            Name of the step of ``UnfrozenClassifier`` that is drawn; None draws all trained steps.
        shape, normalize : see the class
        ax : matplotlib Axes, or sequence of them, default=None
            Axes to draw on, one per picture; None makes a figure.

        Returns
        -------
        display : FiltersDisplay

        Raises
        ------
        TypeError
            If the estimator has no such weights.
        ValueError
            If no trained step has the name ``step``.
        """
        weights = filters_of(estimator, layer, step)
        return cls.from_weights(weights, shape=shape, normalize=normalize, ax=ax)

    def plot(self, ax=None):
        """Draw the weights.

        Parameters
        ----------
        ax : matplotlib Axes, or sequence of them, default=None
            Axes to draw on, one per picture; None makes a figure.

        Returns
        -------
        self : FiltersDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the weights do not fit ``shape`` or the axes.
        """
        weights = _by_title(self.weights)
        if self.normalize:
            weights = {title: _normalized(w) for title, w in weights.items()}
        if self.shape is not None:
            weights = {title: _mosaic(w, self.shape) for title, w in weights.items()}
        self.pictures_ = weights
        self.axes_ = _new_axes(weights) if ax is None else np.atleast_1d(np.asarray(ax, object)).ravel()
        if len(self.axes_) != len(weights):
            raise ValueError(
                f"ax must hold one axes per picture, {len(weights)} for {list(weights)}, got "
                f"{len(self.axes_)}. Pass that many, or None to make a figure."
            )
        self.figure_ = self.axes_[0].get_figure()
        signed = any(np.nanmin(picture) < 0 for picture in weights.values())
        for axes, (title, picture) in zip(self.axes_, weights.items(), strict=True):
            self._draw(axes, title, picture, signed)
        return self

    def _draw(self, ax, title, picture, signed):
        largest = np.nanmax(np.abs(picture)) or 1
        colours = {"cmap": "RdBu_r", "vmin": -largest} if signed else {"cmap": "magma", "vmin": 0}
        whole = self.shape is None
        box = {"origin": "lower", "aspect": "auto" if whole else "equal"}
        image = ax.imshow(picture, vmax=largest, **box, **colours)
        label = "weight / largest of the filter" if self.normalize else "weight"
        self.figure_.colorbar(image, ax=ax, label=label)
        ax.set_title(wrapped(title), **PLAIN)
        if whole:
            ax.set(xlabel="input", ylabel="filter")
        else:
            ax.set_axis_off()


def filters_of(estimator, layer=0, step=None):
    """Return the weights of a fitted estimator by title.

    Parameters
    ----------
    estimator : estimator
        See :meth:`FiltersDisplay.from_estimator`.
    layer : int, default=0
        Of ``LearnedChroma``.
    step : str or None, default=None
        Of ``UnfrozenClassifier``.

    Returns
    -------
    weights : dict of str to ndarray of shape (n_filters, n_inputs)
    """
    estimator = getattr(estimator, "transformer_", estimator)
    if isinstance(estimator, CQT):
        return {"filters": _cqt_filters(estimator)}
    check_is_fitted(estimator)
    if isinstance(estimator, UnfrozenClassifier):
        return _start_and_end(estimator, step)
    if hasattr(estimator, "initial_weights_"):
        return {"start": estimator.initial_weights_[layer], "end": estimator.weights_[layer]}
    if hasattr(estimator, "components_"):
        return {"components": estimator.components_}
    raise TypeError(
        "estimator must be a LearnedChroma, an UnfrozenClassifier, a CQT or an estimator with components_, "
        f"got {type(estimator).__name__}. Pass one step of a Pipeline, and other weights to "
        "FiltersDisplay.from_weights."
    )


def _start_and_end(unfrozen, step):
    """Return the weights of trained steps at the start and at the end of training, by title."""
    names = unfrozen.trainable_ if step is None else [step]
    if not names or not set(names) <= set(unfrozen.trainable_):
        trained = ", ".join(unfrozen.trainable_) or "none"
        raise ValueError(f"step={step!r} must be the name of a step that was trained. There are: {trained}.")
    pictures = {}
    for name in names:
        end = unfrozen.module_.steps[unfrozen.module_.names.index(name)]
        start = copy.deepcopy(end)
        for key, values in start.named_parameters():
            values.data = torch.from_numpy(unfrozen.initial_weights_[name][key])
        after = _matrices(end)
        for key, matrix in _matrices(start).items():
            title = f"{name} {key}" if len(after) > 1 else name
            pictures |= {f"{title}: start": matrix, f"{title}: end": after[key]}
    return pictures


def _matrices(module):
    """Return the weights of a step's module by name, each of shape (n_filters, n_inputs)."""
    if hasattr(module, "filters"):  # those that count, of those that may be learned
        return {"filters": module.filters().T.detach().numpy()}
    weights = {key: values.detach().numpy() for key, values in module.named_parameters()}
    return {key: values for key, values in weights.items() if values.ndim == 2}


def _cqt_filters(cqt):
    """Return the filters as complex waveforms, of shape (n_bins, n_samples)."""
    bins = {"fmin": cqt.fmin, "bins_per_octave": cqt.bins_per_octave, "tuning": cqt.tuning or 0.0}
    filters, lengths = wavelets(
        cqt_frequencies(cqt.n_bins, **bins),
        sr=cqt.sr,
        alpha=relative_bandwidth(cqt.bins_per_octave),
        window=cqt.window,
        filter_scale=cqt.filter_scale,
        norm=cqt.norm,
    )
    margin = int(filters.shape[1] - lengths.max()) // 2  # filters stand in the middle of a power of 2
    return filters[:, margin : filters.shape[1] - margin]


def _by_title(weights):
    """Return pictures of real numbers by title."""
    weights = weights if isinstance(weights, dict) else {"": weights}
    pictures = {}
    for title, w in weights.items():
        w = np.asarray(w)
        if w.ndim != 2 or not w.size:
            raise ValueError(
                f"weights must have the shape (n_filters, n_inputs), got {w.shape}. Reshape them to one row "
                "per filter."
            )
        if np.iscomplexobj(w):
            pictures[f"{title} real part".strip()] = w.real
            pictures[f"{title} magnitude".strip()] = np.abs(w)
        else:
            pictures[title] = w.astype(float)
    return pictures


def _normalized(weights):
    largest = np.abs(weights).max(axis=1, keepdims=True)
    return weights / np.where(largest > 0, largest, 1)


def _mosaic(weights, shape):
    """Return small pictures from the top left, in as many rows as columns, NaN between them."""
    height, width = shape
    if height * width != weights.shape[1]:
        raise ValueError(
            f"shape={shape!r} must hold as many values as a filter, {weights.shape[1]}, got "
            f"{height * width}. Use (n_bins, n_frames)."
        )
    n_columns = math.ceil(math.sqrt(len(weights)))
    n_rows = math.ceil(len(weights) / n_columns)
    mosaic = np.full((n_rows * (height + 1) - 1, n_columns * (width + 1) - 1), np.nan)
    for i, picture in enumerate(weights.reshape(-1, height, width)):
        row, column = n_rows - 1 - i // n_columns, i % n_columns  # drawn from the bottom
        top, left = row * (height + 1), column * (width + 1)
        mosaic[top : top + height, left : left + width] = picture
    return mosaic


def _new_axes(pictures):
    require("FiltersDisplay.plot", "plot")
    import matplotlib.pyplot as plt

    size = (1 + 5 * len(pictures), 4)
    _, axes = plt.subplots(1, len(pictures), figsize=size, layout="constrained", squeeze=False)
    return axes[0]
