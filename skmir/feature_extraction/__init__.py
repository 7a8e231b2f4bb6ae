"""Front ends: clips to frames, with librosa's parameter names, defaults and results."""

from .._cache import FeatureCache
from .._stored_frames import StoredFrames
from ._beat_synchronizer import BeatSynchronizer
from ._chroma import Chroma
from ._cqt import CQT
from ._dft import DFT
from ._log_filtered_spectrogram import LogFilteredSpectrogram
from ._mel_spectrogram import MelSpectrogram
from ._mfcc import MFCC
from ._onset_strength import OnsetStrength
from ._spectral_shape import SpectralShape
from ._tempogram import Tempogram

__all__ = [
    "CQT",
    "DFT",
    "MFCC",
    "BeatSynchronizer",
    "Chroma",
    "FeatureCache",
    "LogFilteredSpectrogram",
    "MelSpectrogram",
    "OnsetStrength",
    "SpectralShape",
    "StoredFrames",
    "Tempogram",
]
