"""Pictures inside a report: SVG, the same bytes for the same comparison."""

import contextlib
import io

import numpy as np
from sklearn.metrics import PredictionErrorDisplay

from .._comparison_display import ComparisonDisplay
from .._cost_display import COSTS, CostDisplay
from .._style import PLAIN, wrapped
from ._html import picture
from ._numbers import digits_for, interval, number
from ._words import judged, scorer_name

STYLE = {
    "svg.hashsalt": "skmir",  # or names inside would be drawn at random
    "svg.fonttype": "path",  # or another machine's fonts would break the lines
}


def score_figure(comparison):
    """Return the picture of the first table."""
    digits = digits_for(comparison.table_["mean"].astype(float))
    rows = comparison.table_.astype(float).iterrows()
    means = "; ".join(
        f"{name} {number(row['mean'], digits)} ({interval(row['ci_low'], row['ci_high'], digits)})"
        for name, row in rows
    )
    with figure_of((7.2, 1.1 + 0.5 * len(comparison.table_))) as figure:
        ComparisonDisplay.from_comparison(comparison, ax=figure.subplots())
        data = _svg(figure)
    return picture(
        data,
        f"Mean {scorer_name(comparison.scoring_)} and interval of each model: {means}.",
        "Mean and interval of each model, and its folds as grey dots. The reference's marker is hollow.",
        css="wide",
    )


def cost_figures(comparison):
    """Return pictures of the score against each cost that is known for at least two models."""
    table = comparison.table_.loc[judged(comparison)].astype(float).dropna(subset="mean")
    pictures = []
    for cost, (label, words) in COSTS.items():
        known = table.loc[table[cost] > 0, cost]
        if len(known) < 2:
            continue
        with figure_of((4.9, 3.5)) as figure:
            CostDisplay.from_comparison(comparison, cost=cost, ax=figure.subplots())
            data = _svg(figure)
        costs = "; ".join(f"{name} {words(value)}" for name, value in known.items())
        pictures.append(picture(data, f"Score against {label.lower()}: {costs}.", f"{label}: {costs}."))
    return pictures


def confusion_figure(matrix, shares, name):
    """Return the picture of a confusion matrix that is too large for a table.

    Parameters
    ----------
    matrix : DataFrame of shape (n_classes, n_classes)
        Counts; its names are the classes' names.
    shares : ndarray of the same shape
        Of the rows; NaN for a class without clips.
    name : str
        The model.
    """
    size = min(2.5 + 0.16 * len(matrix), 10)
    with figure_of((size + 1, size)) as figure:
        ax = figure.subplots()
        image = ax.imshow(shares, cmap="Blues", vmin=0, vmax=1)
        figure.colorbar(image, ax=ax, label="Share of the row", fraction=0.046, pad=0.04)
        step = -(-len(matrix) // 50)  # names that can be read
        ticks = np.arange(0, len(matrix), step)
        names = [wrapped(matrix.index[tick], 40, 1) for tick in ticks]
        ax.set_xticks(ticks, names, rotation=90, fontsize=6, **PLAIN)
        ax.set_yticks(ticks, names, fontsize=6, **PLAIN)
        ax.set(xlabel="Predicted", ylabel="True")
        data = _svg(figure)
    right = np.trace(matrix.to_numpy())
    alt = f"Confusion matrix of {name}: {right:,} of {matrix.to_numpy().sum():,} clips on the diagonal."
    return picture(data, alt, f"{name}: rows are true classes, columns are predicted classes.")


def number_figures(comparison, name):
    """Return a picture for each model of what it predicted against the numbers; none if y holds no numbers.

    Parameters
    ----------
    comparison : Comparison
    name : str
        What the numbers are.
    """
    if comparison.kind_ != "numbers" or comparison.y_.ndim > 1:
        return []
    done = {model: comparison.predictions_[model] for model in judged(comparison)}
    return [
        _number_figure(comparison.y_[~found.mask], found.compressed(), model, name)
        for model, found in done.items()
        if not found.mask.all()
    ]


def _number_figure(truth, found, model, name):
    from matplotlib.ticker import MaxNLocator, ScalarFormatter

    with figure_of((3.3, 3.3)) as figure:
        ax = figure.subplots()
        drawn = {"scatter_kwargs": {"s": 9, "alpha": 0.6}, "subsample": 1000, "random_state": 0}
        PredictionErrorDisplay.from_predictions(truth, found, kind="actual_vs_predicted", ax=ax, **drawn)
        for axis in (ax.xaxis, ax.yaxis):  # round numbers, in place of five from the lowest to the highest
            axis.set_major_locator(MaxNLocator(5))
            axis.set_major_formatter(ScalarFormatter())
        ax.set_xlabel(wrapped(f"Predicted {name}", 40, 2), **PLAIN)
        ax.set_ylabel(wrapped(name, 40, 2), **PLAIN)
        data = _svg(figure)
    error = np.abs(truth - found)
    text = f"{model}: the mean absolute error of {len(found):,} clips is {error.mean():.3g}, the median "
    return picture(data, f"{name} against what {model} predicted.", f"{text}{np.median(error):.3g}.")


@contextlib.contextmanager
def figure_of(size):
    """Yield a figure outside of pyplot, in matplotlib's own style whatever the user's is."""
    import matplotlib
    from matplotlib.figure import Figure

    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.rcParams.update(STYLE)
        yield Figure(figsize=size)  # the axes have this size, whatever stands around them


def _svg(figure):
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", bbox_inches="tight", metadata={"Date": None, "Creator": None})
    return buffer.getvalue()
