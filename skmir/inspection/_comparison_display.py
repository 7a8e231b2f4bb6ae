"""A comparison as a picture."""

import numpy as np

from ._style import BLUE, GREY, PLAIN, VERMILION, new_axes, score_label, seconds_text, short, wrapped


class ComparisonDisplay:
    """Draw a comparison: one row per model, with its mean score, the interval, and its folds as dots.

    The reference's marker is hollow. The number of learned parameters and the time to fit one fold are at the
    right. For balanced accuracy a dashed line marks chance, 1 / n_classes.

    Parameters
    ----------
    comparison : Comparison
        Result of :func:`skmir.model_selection.compare`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the drawing.
    figure_ : matplotlib Figure
        The figure around them.

    See Also
    --------
    skmir.model_selection.compare : Makes the comparison.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.dummy import DummyClassifier
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skmir.inspection import ComparisonDisplay
    >>> from skmir.model_selection import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> result = compare({"chance": DummyClassifier(), "Bayes": GaussianNB()}, X, y, random_state=0)
    >>> display = ComparisonDisplay.from_comparison(result)
    >>> display.ax_.get_xlabel()
    'Balanced accuracy (mean, 95 % interval, folds)'
    """

    def __init__(self, comparison):
        self.comparison = comparison

    @classmethod
    def from_comparison(cls, comparison, *, ax=None):
        """Draw a comparison.

        Parameters
        ----------
        comparison : Comparison
            Result of :func:`skmir.model_selection.compare`.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : ComparisonDisplay
        """
        return cls(comparison).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the comparison.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure whose height grows with the number of models.

        Returns
        -------
        self : ComparisonDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        height = 1.1 + 0.5 * len(self.comparison.table_)
        self.ax_ = new_axes("ComparisonDisplay", (7, height)) if ax is None else ax
        self.figure_ = self.ax_.get_figure()
        self._draw_chance()
        for row, name in enumerate(self.comparison.table_.index):
            self._draw_row(row, name)
        self._label_axes()
        return self

    def _draw_chance(self):
        n_classes = self.comparison.n_classes_
        if self.comparison.scoring_ != "balanced_accuracy" or not n_classes:
            return
        self.ax_.axvline(1 / n_classes, color=VERMILION, linestyle="--", linewidth=1, zorder=1)
        self.ax_.annotate(
            f"chance {1 / n_classes:.3g}",
            (1 / n_classes, 1),
            xycoords=self.ax_.get_xaxis_transform(),
            xytext=(0, 3),
            textcoords="offset points",
            ha="center",
            fontsize="small",
            color=VERMILION,
        )

    def _draw_row(self, row, name):
        """Draw the interval on the row's line, the folds a little below it, the costs at the right."""
        summary = self.comparison.table_.astype(float).loc[name]
        scores = self.comparison.scores_[name].dropna().to_numpy()
        self.ax_.plot(
            scores, np.full(len(scores), row + 0.22), "o", ms=3.5, mew=0, color=GREY, alpha=0.7, zorder=2
        )
        if np.isfinite(summary["ci_low"]):
            self.ax_.hlines(row, summary["ci_low"], summary["ci_high"], color=BLUE, linewidth=2, zorder=3)
        is_reference = name == self.comparison.reference_
        self.ax_.plot(
            summary["mean"],
            row,
            "o",
            ms=7,
            mew=1.5,
            mec=BLUE,
            mfc="white" if is_reference else BLUE,
            zorder=4,
        )
        self.ax_.annotate(
            _costs(summary),
            (1, row),
            xycoords=self.ax_.get_yaxis_transform(),
            xytext=(6, 0),
            textcoords="offset points",
            va="center",
            fontsize="small",
        )

    def _label_axes(self):
        names = [
            wrapped(name) + ("\n(reference)" if name == self.comparison.reference_ else "")
            for name in self.comparison.table_.index
        ]
        self.ax_.set_yticks(np.arange(len(names)), names, **PLAIN)
        self.ax_.set_ylim(len(names) - 0.5, -0.5)
        self.ax_.tick_params(axis="y", length=0)
        self.ax_.grid(axis="x", color="0.9", zorder=0)
        self.ax_.set_axisbelow(True)
        self.ax_.spines[["top", "right", "left"]].set_visible(False)
        label = score_label(self.comparison.scoring_, self.comparison.confidence_level_)
        self.ax_.set_xlabel(f"{label[:-1]}, folds)", **PLAIN)


def _costs(summary):
    """Return a model's learned parameters, seconds and failed folds, in words."""
    n_parameters, seconds, n_failed = summary[["n_parameters", "fit_time", "n_failed"]]
    counts = "" if np.isnan(n_parameters) else f"{short(n_parameters)} parameters"
    times = "" if np.isnan(seconds) else f"{seconds_text(seconds)} per fold"
    failed = f"{n_failed:.0f} failed" if n_failed else ""
    return "\n".join(filter(None, (counts, ", ".join(filter(None, (times, failed))))))
