"""The progress bar of a comparison: it goes by time, not by fits, since a CNN takes longer than an SVM."""

import sys
import threading
import time

import numpy as np
from tqdm import tqdm

from ...neural_network._base import BaseNetwork

# Seconds that a fit takes beside the others, by kind of model, until there is something to go by.
GUESS, CLASSIC, NETWORK = 0.02, 1.0, 15.0
_EVERY, _EVERY_IN_FILES = 1.0, 10.0  # s between two drawings, on a terminal and elsewhere
_NOT_DONE = 0.95  # share of a fit that counts at most before it is done: if it goes on, it takes longer
_FORMAT = "{percentage:3.0f}%|{bar}| {postfix[0]} [{elapsed}<{postfix[1]}]"


def expected_weight(model):
    """Return how long a fit of a model takes beside others, by what kind of model it is."""
    parts = [model, *(model.get_params(deep=True).values() if hasattr(model, "get_params") else ())]
    return NETWORK if any(isinstance(part, BaseNetwork) for part in parts) else CLASSIC


class Forecast:
    """How much of the work is done, in seconds, and how much is left.

    A fit is expected to take as long as the fits of its model took on average; one of a model of which none
    is known, as long as its weight says beside the models that are known. One that has run for longer than
    expected is expected to end soon.

    Parameters
    ----------
    names : list of str
        The model of each fit, in the order in which they start.
    weights : dict of str to float
        Of each model, see :func:`expected_weight`.
    n_workers : int, default=1
        Fits that run at the same time.
    found : collection of int, default=()
        Positions of fits whose results are there already: they are no work.
    clock : callable, default=time.monotonic
        Returns seconds.
    """

    def __init__(self, names, weights, *, n_workers=1, found=(), clock=time.monotonic):
        self.n_fits = len(names)
        self.n_done = 0
        self._names = names
        self._weights = weights
        self._found = frozenset(found)
        self._clock = clock
        self._seconds = {}
        self._waiting = [i for i in range(self.n_fits) if i not in self._found][::-1]
        self._running = {}
        for _ in range(n_workers):
            self._start_next()

    def done(self, seconds):
        """Take note that the next fit is done, and how many seconds it took; NaN if that is not known."""
        if np.isfinite(seconds):
            self._seconds.setdefault(self._names[self.n_done], []).append(seconds)
        if self._running.pop(self.n_done, None) is not None:
            self._start_next()
        self.n_done += 1

    def share(self):
        """Return which part of the work is done, in [0, 1]."""
        total = sum(self._expected())
        return 1 - self._left() / total if total else self.n_done / self.n_fits

    def remaining(self):
        """Return about how many seconds are left, or None as long as nothing is known."""
        return self._left() / max(1, len(self._running)) if self._seconds else None

    def _start_next(self):
        if self._waiting:
            self._running[self._waiting.pop()] = self._clock()

    def _left(self):
        """Return the seconds of work that are left: those of fits that run grow fewer with the clock."""
        expected = self._expected()
        begun = [min(self._elapsed(i), _NOT_DONE * expected[i]) for i in self._running if self._seconds]
        return sum(expected[self.n_done :]) - sum(begun)

    def _expected(self):
        """Return the seconds that each fit takes, or took; none for those that were found."""
        known = {name: float(np.mean(seconds)) for name, seconds in self._seconds.items()}
        ratios = [max(seconds, 1e-6) / self._weights[name] for name, seconds in known.items()]
        scale = float(np.exp(np.mean(np.log(ratios)))) if ratios else 1.0
        at_least = {i: self._elapsed(i) / _NOT_DONE for i in self._running if ratios}
        for i, seconds in at_least.items():
            name = self._names[i]
            if name not in self._seconds:  # all fits of a model that none is known of will take as long
                known[name] = max(known.get(name, scale * self._weights[name]), seconds)
        return [
            0.0 if i in self._found else max(known.get(name, scale * self._weights[name]), at_least.get(i, 0))
            for i, name in enumerate(self._names)
        ]

    def _elapsed(self, i):
        return self._clock() - self._running[i]


class FitBar:
    """A bar on stderr that shows a forecast, and moves while fits run.

    Parameters
    ----------
    forecast : Forecast
        What is shown.
    opening : str or None, default=None
        A line above the bar.
    disable : bool, default=False
        Whether nothing is shown.
    """

    def __init__(self, forecast, *, opening=None, disable=False):
        self._forecast = forecast
        self._opening = opening
        self._disable = disable
        self._label = ""

    def __enter__(self):
        if self._opening is not None and not self._disable:
            _Tqdm.write(self._opening, file=sys.stderr)
        self._bar = _Tqdm(
            total=1.0, disable=self._disable, bar_format=_FORMAT, postfix=["", "?"], mininterval=0
        )
        self._lock, self._stop = threading.Lock(), threading.Event()
        self._thread = threading.Thread(target=self._keep_moving, name="skmir-bar", daemon=True)
        if not self._disable:
            self._thread.start()
        return self

    def __exit__(self, *error):
        self._stop.set()
        if not self._disable:
            self._thread.join()
            self._draw()
        self._bar.close()

    def done(self, label, seconds):
        """Take note that the next fit is done.

        Parameters
        ----------
        label : str
            What is shown of it.
        seconds : float
            That it took; NaN where that is not known.
        """
        with self._lock:
            self._forecast.done(seconds)
            self._label = f" ({label} done)"

    def _keep_moving(self):
        every = _EVERY if getattr(sys.stderr, "isatty", bool)() else _EVERY_IN_FILES
        while not self._stop.is_set():
            self._draw()
            self._stop.wait(every)

    def _draw(self):
        with self._lock:
            left = self._forecast.remaining()
            counts = f"{self._forecast.n_done}/{self._forecast.n_fits} fits{self._label}"
            self._bar.postfix = [counts, "?" if left is None else self._bar.format_interval(left)]
            self._bar.n = self._forecast.share()
            self._bar.refresh()


class _Tqdm(tqdm):
    monitor_interval = 0  # no thread of tqdm's own, which would outlive the bar
