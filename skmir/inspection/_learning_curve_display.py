"""Learning curves as a picture."""

from ._style import PLAIN, name_lines, new_axes, score_label, styles, tidy_axes


class LearningCurveDisplay:
    """Draw learning curves: one line per model over the number of training clips, with its interval.

    Parameters
    ----------
    curves : LearningCurves
        Result of :func:`skmir.model_selection.learning_curves`.

    Attributes
    ----------
    ax_ : matplotlib Axes
        The axes of the drawing.
    figure_ : matplotlib Figure
        The figure around them.

    See Also
    --------
    skmir.model_selection.learning_curves : Makes the curves.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from skmir.inspection import LearningCurveDisplay
    >>> from skmir.model_selection import learning_curves
    >>> X, y = load_iris(return_X_y=True)
    >>> curves = learning_curves({"Bayes": GaussianNB()}, X, y, train_sizes=[0.2, 1.0], random_state=0)
    >>> LearningCurveDisplay.from_curves(curves).ax_.get_xlabel()
    'Training clips'
    """

    def __init__(self, curves):
        self.curves = curves

    @classmethod
    def from_curves(cls, curves, *, ax=None):
        """Draw learning curves.

        Parameters
        ----------
        curves : LearningCurves
            Result of :func:`skmir.model_selection.learning_curves`.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : LearningCurveDisplay
        """
        return cls(curves).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the curves.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        self : LearningCurveDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        """
        self.ax_ = new_axes("LearningCurveDisplay", (7, 4)) if ax is None else ax
        self.figure_ = self.ax_.get_figure()
        found = list(self.curves.comparisons_.values())[-1]
        lines = {
            self._draw(name, style, is_baseline=name in found.baselines_): name
            for name, style in styles(found.models_).items()
        }
        self.ax_.set_xscale("log")
        self.ax_.set_xlabel("Training clips")
        ticks = self.curves.table_["n_train"].unique()
        self.ax_.set_xticks(ticks, [f"{tick:.0f}" for tick in ticks])
        self.ax_.minorticks_off()
        self.ax_.set_ylabel(score_label(found.scoring_, found.confidence_level_), **PLAIN)
        tidy_axes(self.ax_)
        name_lines(self.ax_, lines, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
        return self

    def _draw(self, name, style, *, is_baseline):
        rows = self.curves.table_.loc[name].astype(float)
        line = {"linestyle": ":", "linewidth": 1} if is_baseline else {"linewidth": 2}
        drawn = self.ax_.plot(rows["n_train"], rows["mean"], label=name, markersize=5, **style, **line)
        if not is_baseline:
            self.ax_.fill_between(
                rows["n_train"], rows["ci_low"], rows["ci_high"], color=style["color"], alpha=0.1, linewidth=0
            )
        return drawn[0]
