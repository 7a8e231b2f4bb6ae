"""Front ends: clips to frames, with librosa's parameter names, defaults and results."""

from .._cache import FeatureCache
from ._chroma import Chroma
from ._cqt import CQT
from ._dft import DFT
from ._mel_spectrogram import MelSpectrogram
from ._mfcc import MFCC

__all__ = ["CQT", "DFT", "MFCC", "Chroma", "FeatureCache", "MelSpectrogram"]
