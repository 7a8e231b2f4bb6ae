"""The progress bar of a comparison: it shows time, not fits, since a CNN takes longer than an SVM."""

import sys
import threading
import time

import numpy as np
from tqdm.auto import tqdm

from ...neural_network import UnfrozenClassifier
from ...neural_network._base import BaseNetwork

# Relative duration of a fit by kind of model, in seconds, until durations have been measured.
GUESS, CLASSIC, NETWORK = 0.02, 1.0, 15.0
_EVERY, _EVERY_IN_FILES = 1.0, 10.0  # s between two updates, on a terminal and elsewhere
_NOT_DONE = 0.95  # maximum share of a running fit that counts as done: a fit that goes on takes longer
_FORMAT = "{percentage:3.0f}%|{bar}| {postfix[0]} [{elapsed}<{postfix[1]}]"


def expected_weight(model):
    """Return how long a fit of a model takes relative to others, by the kind of model."""
    parts = [model, *(model.get_params(deep=True).values() if hasattr(model, "get_params") else ())]
    # A detector (it has predict_frames) has a network, if only the usual one.
    networks = BaseNetwork | UnfrozenClassifier
    is_slow = any(isinstance(part, networks) or hasattr(part, "predict_frames") for part in parts)
    return NETWORK if is_slow else CLASSIC


class Forecast:
    """Estimates how much of the work is done, in seconds, and how much is left.

    A fit is expected to take as long as the fits of its model took on average. If no fit of its model is
    done, its weight relative to the other models says how long it is expected to take. A fit that has run
    for longer than expected is expected to end soon.

    Parameters
    ----------
    names : list of str
        The model of each fit, in the order in which they start.
    weights : dict of str to float
        Weight of each model, see :func:`expected_weight`.
    n_workers : int, default=1
        Number of fits that run at the same time.
    found : collection of int, default=()
        Positions of fits whose results exist already: they take no time.
    clock : callable, default=time.monotonic
        Function that returns the time in seconds.
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
        """Record that the next fit is done, and how many seconds it took (NaN if not known)."""
        if np.isfinite(seconds):
            self._seconds.setdefault(self._names[self.n_done], []).append(seconds)
        if self._running.pop(self.n_done, None) is not None:
            self._start_next()
        self.n_done += 1

    def share(self):
        """Return the share of the work that is done, in [0, 1]."""
        total = sum(self._expected())
        return 1 - self._left() / total if total else self.n_done / self.n_fits

    def remaining(self):
        """Return about how many seconds are left, or None while no duration is known."""
        return self._left() / max(1, len(self._running)) if self._seconds else None

    def _start_next(self):
        if self._waiting:
            self._running[self._waiting.pop()] = self._clock()

    def _left(self):
        """Return the seconds of work that are left; for running fits, less the time they have run."""
        expected = self._expected()
        begun = [min(self._elapsed(i), _NOT_DONE * expected[i]) for i in self._running if self._seconds]
        return sum(expected[self.n_done :]) - sum(begun)

    def _expected(self):
        """Return the seconds that each fit takes, or took; 0 for fits whose results were found."""
        known = {name: float(np.mean(seconds)) for name, seconds in self._seconds.items()}
        ratios = [max(seconds, 1e-6) / self._weights[name] for name, seconds in known.items()]
        scale = float(np.exp(np.mean(np.log(ratios)))) if ratios else 1.0
        at_least = {i: self._elapsed(i) / _NOT_DONE for i in self._running if ratios}
        for i, seconds in at_least.items():
            name = self._names[i]
            if name not in self._seconds:  # before the first fit of a model ends, assume the same for all
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
        The forecast to show.
    opening : str or None, default=None
        A line above the bar.
    disable : bool, default=False
        Whether to show nothing.
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
        """Record that the next fit is done.

        Parameters
        ----------
        label : str
            Name of the fit, which the bar shows.
        seconds : float
            Duration of the fit; NaN if it is not known.
        """
        with self._lock:
            self._forecast.done(seconds)
            self._label = f" ({label} done)"

    def _keep_moving(self):
        watched = getattr(sys.stderr, "isatty", bool)() or hasattr(self._bar, "container")  # a notebook's
        every = _EVERY if watched else _EVERY_IN_FILES
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
