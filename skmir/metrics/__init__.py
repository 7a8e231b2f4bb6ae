"""Metrics of music in time, of tags and of search by similarity, and scorers by name."""

from ._beats import beat_continuity, beat_f_measure, downbeat_f_measure
from ._chords import chord_weighted_recall
from ._events import onset_f_measure, precision_recall_f_measure
from ._notes import frame_accuracy, frame_f_measure, note_f_measure
from ._retrieval import retrieval_scores
from ._scorers import get_scorer, get_scorer_names
from ._tags import precision_at_k, r_precision, tag_average_precision, tag_roc_auc, tag_scores
from ._tempo import tempo_accuracy

__all__ = [
    "beat_continuity",
    "beat_f_measure",
    "chord_weighted_recall",
    "downbeat_f_measure",
    "frame_accuracy",
    "frame_f_measure",
    "get_scorer",
    "get_scorer_names",
    "note_f_measure",
    "onset_f_measure",
    "precision_at_k",
    "precision_recall_f_measure",
    "r_precision",
    "retrieval_scores",
    "tag_average_precision",
    "tag_roc_auc",
    "tag_scores",
    "tempo_accuracy",
]
