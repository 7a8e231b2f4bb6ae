"""Music in time: onsets, beats, tempo and chords, and decoders from activations to events and states."""

from ._bar_hmm import BarHMM
from ._beam_search import BeamSearch
from ._beat_autocorrelation import BeatAutocorrelation
from ._beat_dynamic_programming import BeatDynamicProgramming
from ._beat_hmm import BeatHMM
from ._beat_tracker import BeatTracker
from ._chord_recognizer import ChordRecognizer
from ._downbeat_tracker import DownbeatTracker
from ._note_decoders import NoteHMM, NotePicker
from ._onset_detector import OnsetDetector
from ._peak_picker import PeakPicker
from ._piano_transcriber import PianoTranscriber
from ._states import Argmax
from ._tempo_estimator import TempoEstimator
from ._viterbi import Viterbi

__all__ = [
    "Argmax",
    "BarHMM",
    "BeamSearch",
    "BeatAutocorrelation",
    "BeatDynamicProgramming",
    "BeatHMM",
    "BeatTracker",
    "ChordRecognizer",
    "DownbeatTracker",
    "NoteHMM",
    "NotePicker",
    "OnsetDetector",
    "PeakPicker",
    "PianoTranscriber",
    "TempoEstimator",
    "Viterbi",
]
