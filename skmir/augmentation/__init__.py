"""Random changes of the frames that a network trains on, batch by batch, and of waveforms before any step.

Augmentations of frames are passed to a network as ``augmentation``, those of waveforms to
``AugmentedEstimator``.
"""

from ._add_noise import AddNoise
from ._augment import augment
from ._codec import Codec
from ._compression import Compression
from ._frequency_mask import FrequencyMask
from ._frequency_response import FrequencyResponse
from ._gain import Gain
from ._gaussian_noise import GaussianNoise
from ._impulse_response import ImpulseResponse
from ._input_dropout import InputDropout
from ._mixup import Mixup
from ._pitch_roll import PitchRoll
from ._pitch_shift import PitchShift
from ._time_mask import TimeMask
from ._time_shift import TimeShift
from ._time_stretch import TimeStretch
from ._waveform import WaveformAugmentation

__all__ = [
    "AddNoise",
    "Codec",
    "Compression",
    "FrequencyMask",
    "FrequencyResponse",
    "Gain",
    "GaussianNoise",
    "ImpulseResponse",
    "InputDropout",
    "Mixup",
    "PitchRoll",
    "PitchShift",
    "TimeMask",
    "TimeShift",
    "TimeStretch",
    "WaveformAugmentation",
    "augment",
]
