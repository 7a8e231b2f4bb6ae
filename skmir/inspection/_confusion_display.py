"""Which classes are taken for which, as a picture."""

import numpy as np
import pandas as pd
from scipy.cluster.hierarchy import leaves_list, linkage
from scipy.spatial.distance import squareform
from sklearn.utils.multiclass import unique_labels

from .._parameter_checks import check_choice
from ._style import PLAIN, new_axes, wrapped

_ORDERS = ("likeness", "given")
_MAX_TEXT = 30  # classes up to which cells hold numbers
_MAX_NAMES = 100  # classes up to which each has its name


class ConfusionDisplay:
    """Draw a confusion matrix whose classes are ordered so that those often confused are neighbours.

    Rows are true classes, columns are predicted ones. The colour is the share of the row. Up to 30 classes,
    cells that are not empty hold their share in % and the count. Behind the name of each row is its number of
    clips. Blocks along the diagonal are groups of classes that the model finds alike.

    Parameters
    ----------
    matrix : DataFrame or array-like of shape (n_classes, n_classes)
        Counts: rows are true classes, columns are predicted classes. The index of a DataFrame names the
        classes.
    order : {"likeness", "given"}, default="likeness"
        "likeness" orders the classes by hierarchical clustering (average linkage, leaves in optimal order) of
        how often two are taken for each other, as shares of their rows. "given" keeps the matrix's order.
    title : str, default=""
        What the picture is of, such as the model.

    Attributes
    ----------
    matrix_ : DataFrame of shape (n_classes, n_classes)
        Counts in the order that is drawn.
    shares_ : DataFrame of shape (n_classes, n_classes)
        Shares of the rows; NaN for a class without clips.
    ax_ : matplotlib Axes
        The axes of the drawing.
    figure_ : matplotlib Figure
        The figure around them.

    See Also
    --------
    sklearn.metrics.ConfusionMatrixDisplay : The same in the order of the labels.

    Examples
    --------
    >>> from skmir.inspection import ConfusionDisplay
    >>> truth = ["flute", "drum", "oboe", "bell", "flute", "drum"]
    >>> heard = ["oboe", "drum", "flute", "drum", "flute", "bell"]
    >>> display = ConfusionDisplay.from_predictions(truth, heard)
    >>> sorted(display.matrix_.index[:2])
    ['bell', 'drum']
    """

    def __init__(self, matrix, *, order="likeness", title=""):
        self.matrix = matrix
        self.order = order
        self.title = title

    @classmethod
    def from_predictions(cls, y_true, y_pred, *, order="likeness", title="", ax=None):
        """Draw how predictions differ from labels.

        Parameters
        ----------
        y_true, y_pred : array-like of shape (n_clips,)
            Labels and predictions. Clips that are masked in either are left out, as in a comparison's
            ``predictions_``.
        order, title : see the class
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : ConfusionDisplay

        Raises
        ------
        ValueError
            If the two are not one class per clip, or no clip is left.
        """
        return cls(_confusions(y_true, y_pred), order=order, title=title).plot(ax=ax)

    @classmethod
    def from_estimator(cls, estimator, X, y, *, order="likeness", title="", ax=None):
        """Draw which classes a fitted classifier confuses.

        Parameters
        ----------
        estimator : classifier
            Fitted on other clips.
        X : clips
            As for its ``predict``.
        y : array-like of shape (n_clips,)
            Their labels.
        order, title : see the class
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : ConfusionDisplay

        Raises
        ------
        ValueError
            If y does not hold one class per clip.
        """
        return cls.from_predictions(y, estimator.predict(X), order=order, title=title, ax=ax)

    @classmethod
    def from_comparison(cls, comparison, model=None, *, order="likeness", title=None, ax=None):
        """Draw which classes a model of a comparison confuses, over the held-out clips of all folds.

        Parameters
        ----------
        comparison : Comparison
            Result of :func:`skmir.model_selection.compare`.
        model : str or None, default=None
            Name of the model; None takes the one with the highest mean score, baselines aside.
        order : see the class
        title : str or None, default=None
            None is the name of the model.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : ConfusionDisplay

        Raises
        ------
        ValueError
            If there is no such model, it failed on all folds, or a clip does not have exactly one class.
        """
        if model is None:
            means = comparison.table_["mean"].astype(float).drop(comparison.baselines_).dropna()
            model = comparison.reference_ if means.empty else means.idxmax()
        matrix = comparison.confusion_matrix(model)
        return cls(matrix, order=order, title=model if title is None else title).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the matrix.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure that grows with the number of classes.

        Returns
        -------
        self : ConfusionDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the matrix is not square, or holds anything but counts.
        """
        check_choice("order", self.order, _ORDERS)
        matrix = _checked(self.matrix)
        places = _by_likeness(_shares(matrix)) if self.order == "likeness" else np.arange(len(matrix))
        self.matrix_ = matrix.iloc[places, places]
        self.shares_ = _shares(self.matrix_)
        size = min(max(3.5, 1.5 + (0.55 if len(matrix) <= _MAX_TEXT else 0.2) * len(matrix)), 16)
        self.ax_ = new_axes("ConfusionDisplay", (size + 1.5, size)) if ax is None else ax
        self.figure_ = self.ax_.get_figure()
        image = self.ax_.imshow(self.shares_, cmap="Blues", vmin=0, vmax=1)
        self.figure_.colorbar(image, ax=self.ax_, label="share of the row", fraction=0.046, pad=0.04)
        if len(matrix) <= _MAX_TEXT:
            self._write_cells()
        self._name_classes()
        self.ax_.set_title(wrapped(self.title, 60, 2), **PLAIN)
        return self

    def _write_cells(self):
        size = 9 if len(self.matrix_) <= 12 else 6
        counts, shares = self.matrix_.to_numpy(), self.shares_.to_numpy()
        for i, j in np.argwhere(counts > 0):
            text = f"{100 * shares[i, j]:.0f} %\n{counts[i, j]:,}"
            colour = "white" if shares[i, j] > 0.5 else "black"
            self.ax_.text(j, i, text, ha="center", va="center", fontsize=size, color=colour)

    def _name_classes(self):
        step = -(-len(self.matrix_) // _MAX_NAMES)
        places = np.arange(0, len(self.matrix_), step)
        n_lines = 2 if len(self.matrix_) <= 12 else 1
        names = [wrapped(self.matrix_.index[place], 32, n_lines) for place in places]
        totals = self.matrix_.sum(axis=1).to_numpy()[places]
        rows = [f"{name} ({total:,})" for name, total in zip(names, totals, strict=True)]
        size = 9 if len(self.matrix_) <= 12 else 7 if len(self.matrix_) <= _MAX_TEXT else 6
        self.ax_.set_xticks(places, names, rotation=90, fontsize=size, **PLAIN)
        self.ax_.set_yticks(places, rows, fontsize=size, **PLAIN)
        self.ax_.set(xlabel="predicted", ylabel="true (number of clips)")


def _confusions(y_true, y_pred):
    """Return counts with the names of classes, without masked clips."""
    truth, predictions = np.ma.asarray(y_true), np.ma.asarray(y_pred)
    if truth.ndim != 1 or truth.shape != predictions.shape:
        raise ValueError(
            "y_true and y_pred must hold one class per clip, of the same clips, got shapes "
            f"{truth.shape} and {predictions.shape}. Draw one column of tags at a time."
        )
    known = ~(np.ma.getmaskarray(truth) | np.ma.getmaskarray(predictions))
    if not known.any():
        raise ValueError("y_true and y_pred must hold at least one clip that is not masked, got none.")
    truth, predictions = truth.data[known], predictions.data[known]
    labels = unique_labels(truth, predictions)
    counts = np.zeros((len(labels), len(labels)), int)
    np.add.at(counts, (np.searchsorted(labels, truth), np.searchsorted(labels, predictions)), 1)
    return pd.DataFrame(counts, labels, labels)


def _checked(matrix):
    frame = matrix if isinstance(matrix, pd.DataFrame) else pd.DataFrame(np.asarray(matrix))
    values = frame.to_numpy()
    whole = values.dtype.kind in "iuf" and bool(np.all(values >= 0) and np.all(values == np.round(values)))
    square = values.shape[0] == values.shape[1] and list(frame.index) == list(frame.columns)
    if not whole or not square or not values.size:
        raise ValueError(
            "matrix must hold counts, of shape (n_classes, n_classes), with the same classes in rows and "
            f"columns, got {values.dtype} of shape {values.shape}. Pass counts, not shares."
        )
    return pd.DataFrame(values.astype(int), frame.index, frame.index)


def _shares(matrix):
    totals = matrix.sum(axis=1).to_numpy(float)[:, np.newaxis]
    with np.errstate(invalid="ignore"):
        return pd.DataFrame(matrix.to_numpy() / totals, matrix.index, matrix.columns)


def _by_likeness(shares):
    """Return the positions of classes, those often taken for each other beside each other."""
    if len(shares) < 3:
        return np.arange(len(shares))
    values = np.nan_to_num(shares.to_numpy())
    distances = 1 - (values + values.T) / 2
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), "average", optimal_ordering=True)
    return leaves_list(tree)
