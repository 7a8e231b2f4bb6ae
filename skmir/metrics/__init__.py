"""Metrics of music in time, and scorers by name."""

from ._beats import beat_continuity, beat_f_measure, downbeat_f_measure
from ._events import onset_f_measure, precision_recall_f_measure
from ._scorers import get_scorer, get_scorer_names
from ._tempo import tempo_accuracy

__all__ = [
    "beat_continuity",
    "beat_f_measure",
    "downbeat_f_measure",
    "get_scorer",
    "get_scorer_names",
    "onset_f_measure",
    "precision_recall_f_measure",
    "tempo_accuracy",
]
