"""Checks that the command makes at once: nothing here loads torch or scikit-learn, or decodes a file."""

from ._folds import check_annotated_folds, check_enough, check_folds, check_two_classes
from ._options import check_audio, check_names, check_numbers, check_options, meant
from ._outputs import check_targets, check_writable, report_path
from ._scorers import (
    BEAT_SCORERS,
    CHORD_SCORERS,
    NOTE_SCORERS,
    NUMBER_SCORERS,
    ONSET_SCORERS,
    SCORERS,
    SCORERS_OF_TWO,
    TAG_SCORERS,
)

__all__ = [
    "BEAT_SCORERS",
    "CHORD_SCORERS",
    "NOTE_SCORERS",
    "NUMBER_SCORERS",
    "ONSET_SCORERS",
    "SCORERS",
    "SCORERS_OF_TWO",
    "TAG_SCORERS",
    "check_annotated_folds",
    "check_audio",
    "check_enough",
    "check_folds",
    "check_names",
    "check_numbers",
    "check_options",
    "check_targets",
    "check_two_classes",
    "check_writable",
    "meant",
    "report_path",
]
