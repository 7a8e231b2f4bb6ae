"""Scores against costs, as a picture."""

import numpy as np

from .._parameter_checks import check_choice
from ._style import PLAIN, new_axes, score_label, seconds_text, short, styles, tidy_axes, wrapped

COSTS = {
    "n_parameters": ("Learned parameters", short),
    "fit_time": ("Time to fit one fold", seconds_text),
}


class CostDisplay:
    """Draw each model's mean score, with its interval, against its size or its time to fit.

    Choi et al. [1]_ compare architectures in this way: a higher score with more parameters does not show that
    an architecture is better.

    Parameters
    ----------
    comparison : Comparison
        Result of :func:`skmir.model_selection.compare`.
    cost : {"n_parameters", "fit_time"}, default="n_parameters"
        Quantity on the horizontal axis, which is logarithmic.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the drawing.
    figure_ : matplotlib Figure
        The figure around them.

    References
    ----------
    .. [1] K. Choi, G. Fazekas, M. Sandler and K. Cho, "Convolutional recurrent neural networks for
       music classification", ICASSP 2017.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.svm import SVC
    >>> from skmir.inspection import CostDisplay
    >>> from skmir.model_selection import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> result = compare({"SVM": SVC(), "logistic": LogisticRegression()}, X, y, random_state=0)
    >>> CostDisplay.from_comparison(result).ax_.get_xlabel()
    'Learned parameters'
    """

    def __init__(self, comparison, *, cost="n_parameters"):
        self.comparison = comparison
        self.cost = cost

    @classmethod
    def from_comparison(cls, comparison, *, cost="n_parameters", ax=None):
        """Draw a comparison.

        Parameters
        ----------
        comparison : Comparison
            Result of :func:`skmir.model_selection.compare`.
        cost : {"n_parameters", "fit_time"}, default="n_parameters"
            Quantity on the horizontal axis.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : CostDisplay
        """
        return cls(comparison, cost=cost).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the comparison.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        self : CostDisplay

        Raises
        ------
        ValueError
            If ``cost`` has another value, or is not known for any model.
        ImportError
            If matplotlib is not installed.
        """
        label, words = check_choice("cost", self.cost, COSTS)
        table = self.comparison.table_.astype(float).drop(index=self.comparison.baselines_)
        table = table[table[self.cost] > 0]
        if table.empty:
            others = " or ".join(repr(cost) for cost in COSTS if cost != self.cost)
            raise ValueError(f"cost={self.cost!r} must be known for at least one model. Use cost={others}.")
        self.ax_ = new_axes("CostDisplay", (6, 4)) if ax is None else ax
        self.figure_ = self.ax_.get_figure()
        for name, style in styles(table.index).items():
            self._draw(table.loc[name], name, style)
        self.ax_.set_xscale("log")
        self.ax_.margins(x=0.15)
        self._set_ticks(table[self.cost], words)
        self.ax_.set_xlabel(label)
        self.ax_.set_ylabel(score_label(self.comparison.scoring_, self.comparison.confidence_level_), **PLAIN)
        tidy_axes(self.ax_)
        return self

    def _set_ticks(self, costs, words):
        """Put ticks at 1, 2 and 5 times powers of 10, or at the costs if fewer than two are in view."""
        low, high = self.ax_.get_xlim()
        powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
        steps = (1, 2, 5) if len(powers) <= 4 else (1,)
        ticks = [step * power for power in powers for step in steps if low <= step * power <= high]
        ticks = ticks if len(ticks) > 1 else np.unique(costs)
        self.ax_.set_xticks(ticks, [words(tick) for tick in ticks])
        self.ax_.minorticks_off()

    def _draw(self, row, name, style):
        bounds = np.abs([[row["mean"] - row["ci_low"]], [row["ci_high"] - row["mean"]]])
        bounds = bounds if np.isfinite(bounds).all() else None  # without an interval, draw the mean alone
        self.ax_.errorbar(row[self.cost], row["mean"], bounds, capsize=3, ms=7, **style)
        self.ax_.annotate(
            wrapped(name),
            (row[self.cost], row["mean"]),
            xytext=(7, 4),
            textcoords="offset points",
            fontsize="small",
            color=style["color"],
            **PLAIN,
        )
