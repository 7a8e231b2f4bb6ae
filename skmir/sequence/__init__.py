"""Events in time: detectors of onsets, beats and tempo, and decoders that turn activations into events."""

from ._bar_hmm import BarHMM
from ._beat_autocorrelation import BeatAutocorrelation
from ._beat_dynamic_programming import BeatDynamicProgramming
from ._beat_hmm import BeatHMM
from ._beat_tracker import BeatTracker
from ._downbeat_tracker import DownbeatTracker
from ._onset_detector import OnsetDetector
from ._peak_picker import PeakPicker
from ._tempo_estimator import TempoEstimator

__all__ = [
    "BarHMM",
    "BeatAutocorrelation",
    "BeatDynamicProgramming",
    "BeatHMM",
    "BeatTracker",
    "DownbeatTracker",
    "OnsetDetector",
    "PeakPicker",
    "TempoEstimator",
]
