"""Pure functions on torch tensors: spectra, bands, cepstra, constant-Q transform, chroma, tuning, onsets.

The last axis of a waveform is time; leading axes are a batch. Results have the dtype (float32 or float64)
and the device of the input. Parameters have librosa's names and defaults, and results agree with librosa's.
"""

from ._cepstrum import cepstrum, power_to_db
from ._chroma import chroma_cqt, chroma_stft, normalize
from ._cqt import cqt
from ._cqt_filters import cqt_frequencies
from ._log_filter import band_frequencies, filtered_spectrogram
from ._mel import mel_spectrogram
from ._onset import onset_strength
from ._spectral_shape import spectral_shape
from ._stft import spectrogram, stft
from ._tempogram import tempogram
from ._tuning import estimate_tuning

__all__ = [
    "band_frequencies",
    "cepstrum",
    "chroma_cqt",
    "chroma_stft",
    "cqt",
    "cqt_frequencies",
    "estimate_tuning",
    "filtered_spectrogram",
    "mel_spectrogram",
    "normalize",
    "onset_strength",
    "power_to_db",
    "spectral_shape",
    "spectrogram",
    "stft",
    "tempogram",
]
