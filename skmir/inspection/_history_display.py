"""How networks were trained, as a picture."""

import numpy as np

from ._style import PLAIN, name_lines, new_axes, styles, tidy_axes, wrapped
from ._unwrap import last_step

_RATES = ("lr", "event_lr", "learning_rate")  # names of the learning rate in histories
_LOSSES = ("train_loss", "valid_loss")
_NOT_DRAWN = ("epoch", "dur", "batches")
_HEIGHT, _GAP = 0.35, 0.06  # of each strip above, as shares of the picture's height


class HistoryDisplay:
    """Draw the training of networks: the losses per epoch, and whatever else their histories hold.

    The training loss is a thin dashed line, the validation loss a solid one, with a dot at the epoch where it
    is lowest. Several networks have a colour each. The learning rate, and scores on the validation data, are
    drawn above in a strip each, if a history has them.

    Parameters
    ----------
    histories : dict of str to ndarray of shape (n_epochs,), or dict of str to such dicts
        The ``history_`` of a network; or several, by the names of their networks.

    Attributes
    ----------
    histories_ : dict of str to dict of str to ndarray of shape (n_epochs,)
        Histories by name; that of a single network has the name "".
    ax_ : matplotlib Axes
        The axes of the losses.
    strips_ : dict of str to matplotlib Axes
        The axes above, by the names of their quantities; empty if histories hold losses only.
    figure_ : matplotlib Figure
        The figure around them.

    See Also
    --------
    LearningCurveDisplay : Scores over the number of training clips.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.inspection import HistoryDisplay
    >>> from skmir.neural_network import MLPClassifier
    >>> X, y = np.random.RandomState(0).randn(40, 10), np.repeat(["a", "b"], 20)
    >>> network = MLPClassifier((8,), max_iter=3, early_stopping=True, random_state=0).fit(X, y)
    >>> display = HistoryDisplay.from_estimator(network)
    >>> [line.get_label() for line in display.ax_.get_lines()[:2]]
    ['training', 'validation']
    """

    def __init__(self, histories):
        self.histories = histories

    @classmethod
    def from_estimator(cls, estimator, *, ax=None):
        """Draw how a network, or several, were trained.

        Parameters
        ----------
        estimator : estimator, or dict of str to estimator
            A fitted network; or a Pipeline whose last step is one; or a search or meta-estimator around
            either, or a detector. A dict gives several, by the names to draw.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : HistoryDisplay

        Raises
        ------
        TypeError
            If there is no fitted network.
        """
        estimators = estimator if isinstance(estimator, dict) else {"": estimator}
        return cls({name: _history_of(each) for name, each in estimators.items()}).plot(ax=ax)

    @classmethod
    def from_history(cls, histories, *, ax=None):
        """Draw histories.

        Parameters
        ----------
        histories : see the class
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : HistoryDisplay
        """
        return cls(histories).plot(ax=ax)

    def plot(self, ax=None):
        """Draw the losses, and what else there is above them.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        self : HistoryDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If a history holds no loss, or no epoch.
        """
        self.histories_ = _by_name(self.histories)
        quantities = _strips(self.histories_)
        self.ax_ = new_axes("HistoryDisplay", (7, 3.5 + len(quantities))) if ax is None else ax
        self.figure_ = self.ax_.get_figure()
        self._colours = {name: style["color"] for name, style in styles(self.histories_).items()}
        lines = {}
        for name, history in self.histories_.items():
            lines |= self._draw_losses(name, history)
        self.strips_ = dict(zip(quantities, _axes_above(self.ax_, len(quantities)), strict=True))
        for quantity, strip in self.strips_.items():
            self._draw_strip(quantity, strip)
        self.ax_.set(xlabel="epoch", ylabel="loss")
        self.ax_.xaxis.get_major_locator().set_params(integer=True)
        tidy_axes(self.ax_)
        name_lines(self.ax_, lines, frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
        return self

    def _draw_losses(self, name, history):
        """Draw the losses of a network; return their names by line."""
        colour, lines = self._colours[name], {}
        epochs = _epochs(history)
        looks = {"train_loss": {"linestyle": "--", "linewidth": 1}, "valid_loss": {"linewidth": 2}}
        words = {"train_loss": "training", "valid_loss": "validation"}
        for quantity in _LOSSES:
            if quantity in history:
                label = f"{name}: {words[quantity]}" if name else words[quantity]
                (line,) = self.ax_.plot(
                    epochs, history[quantity], color=colour, label=label, **looks[quantity]
                )
                lines[line] = label
        losses = history.get("valid_loss", np.array([np.nan]))
        if np.isfinite(losses).any():
            best = np.nanargmin(losses)
            self.ax_.plot(epochs[best], losses[best], "o", color=colour, label="_lowest")
        return lines

    def _draw_strip(self, quantity, strip):
        """Draw one quantity of all networks that have it."""
        for name, history in self.histories_.items():
            if (found := _rate_of(history) if quantity == "learning rate" else quantity) in history:
                strip.plot(_epochs(history), history[found], color=self._colours[name], linewidth=1.5)
        strip.set_ylabel(wrapped(quantity.replace("_", " "), 14), fontsize="small", **PLAIN)
        strip.tick_params(labelbottom=False, labelsize="small")
        tidy_axes(strip)


def _axes_above(ax, n):
    """Return new axes above others, in room that these give up; without a grid to divide, outside of them."""
    if not n:
        return []
    if (place := ax.get_subplotspec()) is None:
        steps = [1 + _GAP + i * (_HEIGHT + _GAP) for i in reversed(range(n))]
        return [ax.inset_axes([0, step, 1, _HEIGHT], sharex=ax) for step in steps]
    rows = place.subgridspec(n + 1, 1, height_ratios=[_HEIGHT] * n + [1])
    ax.set_subplotspec(rows[n])
    return [ax.get_figure().add_subplot(rows[i], sharex=ax) for i in range(n)]


def _history_of(estimator):
    step = last_step(estimator)
    history = getattr(step, "history_", None)
    if not isinstance(history, dict):
        raise TypeError(
            "estimator must be a fitted network, or a Pipeline, search or detector with one at its end, got "
            f"{type(step).__name__} without history_. Call fit first, or pass the network itself."
        )
    return history


def _by_name(histories):
    """Return checked histories of arrays of float by name."""
    if not isinstance(histories, dict) or not histories:
        raise ValueError(
            f"histories must be the history_ of a network, or a dict of several, got {histories!r:.80}."
        )
    if not any(isinstance(value, dict) for value in histories.values()):
        histories = {"": histories}
    found = {}
    for name, history in histories.items():
        columns = {key: np.asarray(value) for key, value in history.items()}
        found[str(name)] = {
            key: column.astype(float)
            for key, column in columns.items()
            if column.ndim == 1 and column.dtype.kind in "fiub"
        }
        if not any(len(found[str(name)].get(loss, ())) for loss in _LOSSES):
            of = f" of {name!r}" if name else ""
            raise ValueError(
                f"The history{of} must hold train_loss or valid_loss for at least one epoch, got "
                f"{list(history)}. Fit the network with max_iter of 1 or more."
            )
    return found


def _epochs(history):
    n_epochs = len(history.get("train_loss", history.get("valid_loss")))
    return history.get("epoch", np.arange(1, n_epochs + 1))


def _rate_of(history):
    return next((name for name in _RATES if name in history), None)


def _strips(histories):
    """Return the names of what is drawn above the losses: scores in their order, then the learning rate."""
    known = {*_RATES, *_LOSSES, *_NOT_DRAWN}
    scores = dict.fromkeys(name for history in histories.values() for name in history if name not in known)
    rate = ["learning rate"] if any(map(_rate_of, histories.values())) else []
    return [*(name for name in scores if not name.endswith("_best")), *rate]
