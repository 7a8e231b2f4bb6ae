"""Random changes of the frames that a network trains on, batch by batch, on the batch's device."""

from ._augment import augment
from ._frequency_mask import FrequencyMask
from ._frequency_response import FrequencyResponse
from ._gain import Gain
from ._gaussian_noise import GaussianNoise
from ._input_dropout import InputDropout
from ._mixup import Mixup
from ._pitch_roll import PitchRoll
from ._time_mask import TimeMask
from ._time_shift import TimeShift

__all__ = [
    "FrequencyMask",
    "FrequencyResponse",
    "Gain",
    "GaussianNoise",
    "InputDropout",
    "Mixup",
    "PitchRoll",
    "TimeMask",
    "TimeShift",
    "augment",
]
