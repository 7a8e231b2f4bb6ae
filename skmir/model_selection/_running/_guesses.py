"""Models that predict annotations without looking at the clips."""

import numpy as np
from sklearn.base import BaseEstimator

from ..._annotations import CHECKS

_EMPTY = {
    "events": lambda: np.zeros(0),
    "bars": lambda: np.zeros((0, 2)),
    "segments": lambda: (np.zeros((0, 2)), []),
    "notes": lambda: (np.zeros((0, 2)), np.zeros(0)),
}


class NothingEverywhere(BaseEstimator):
    """Predicts that nothing happens.

    Parameters
    ----------
    kind : {"events", "bars", "segments", "notes"}, default="events"
        The kind of annotations; the form of few of them does not always tell.
    """

    def __init__(self, kind="events"):
        self.kind = kind

    def fit(self, X, y):
        """Learn nothing."""
        return self

    def predict(self, X):
        """Return an empty annotation per clip."""
        return [_EMPTY[self.kind]() for _ in range(_n_clips(X))]


class ConstantTempo(BaseEstimator):
    """Predicts the same beats for each clip: the training clips' median interval, at their mean phase.

    The last beat is the last one before the median of the training clips' last events. Bars have the
    commonest length, and begin with the commonest position.

    Parameters
    ----------
    kind : {"events", "bars"}, default="events"
        The kind of annotations.
    """

    def __init__(self, kind="events"):
        self.kind = kind

    def fit(self, X, y):
        """Learn interval, phase, end and bars."""
        clips = [clip for clip in CHECKS[self.kind](y) if len(clip)]
        times = [clip[:, 0] if self.kind == "bars" else clip for clip in clips]
        self.beats_ = _steady(times)
        if self.kind == "bars":
            n_beats, first = (
                _commonest([clip[:, 1].max() for clip in clips]),
                _commonest([clip[0, 1] for clip in clips]),
            )
            positions = (first - 1 + np.arange(len(self.beats_))) % n_beats + 1
            self.beats_ = np.column_stack([self.beats_, positions])
        return self

    def predict(self, X):
        """Return the same beats for each clip."""
        return [self.beats_.copy() for _ in range(_n_clips(X))]


class CommonestLabel(BaseEstimator):
    """Predicts one segment, up to the median end of the training clips, with the label that lasts longest."""

    def __init__(self, kind="segments"):
        self.kind = kind

    def fit(self, X, y):
        """Learn the label and the end."""
        clips = [clip for clip in CHECKS["segments"](y) if len(clip[1])]
        seconds = {}
        for intervals, labels in clips:
            for (start, end), label in zip(intervals, labels, strict=True):
                seconds[label] = seconds.get(label, 0) + end - start
        self.label_ = max(seconds, key=seconds.get, default=None)
        self.end_ = float(np.median([intervals.max() for intervals, _ in clips])) if clips else 0.0
        return self

    def predict(self, X):
        """Return the segment for each clip, or none if no training clip has one."""
        if self.label_ is None:
            return [_EMPTY["segments"]() for _ in range(_n_clips(X))]
        return [(np.array([[0.0, self.end_]]), [self.label_]) for _ in range(_n_clips(X))]


GUESSES = {
    "events": {"nothing": NothingEverywhere, "constant tempo": ConstantTempo},
    "bars": {"nothing": NothingEverywhere, "constant tempo": ConstantTempo},
    "segments": {"nothing": NothingEverywhere, "commonest label": CommonestLabel},
    "notes": {"nothing": NothingEverywhere},
}


def _n_clips(X):
    return X.shape[0] if hasattr(X, "shape") else len(X)


def _steady(times):
    """Return beats at the median of the clips' median intervals; none if no clip has two events."""
    intervals = [np.median(np.diff(clip)) for clip in times if len(clip) > 1]
    period = np.median(intervals) if intervals else 0.0
    if period <= 0:
        return np.zeros(0)
    turns = np.array([clip[0] / period for clip in times])  # phases lie on a circle, and so does their mean
    phase = np.angle(np.exp(2j * np.pi * turns).mean()) / (2 * np.pi) % 1
    end = np.median([clip[-1] for clip in times])
    return period * np.arange(phase, end / period + 1e-9, 1)


def _commonest(values):
    found, counts = np.unique(values, return_counts=True)
    return found[counts.argmax()] if len(found) else 1
