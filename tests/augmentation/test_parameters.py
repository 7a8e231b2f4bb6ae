"""Parameters of augmentations that are not what they may be."""

import numpy as np
import pytest
import torch

from skmir.augmentation import (
    FrequencyMask,
    FrequencyResponse,
    Gain,
    GaussianNoise,
    InputDropout,
    Mixup,
    PitchRoll,
    TimeMask,
    TimeShift,
)


@pytest.mark.parametrize(
    ("augmentation", "error", "message"),
    [
        (PitchRoll(-1), ValueError, "max_steps=-1 must be an integer >= 0"),
        (PitchRoll(1.5), TypeError, "max_steps=1.5 must be an integer"),
        (PitchRoll(bins_per_step=0), ValueError, "bins_per_step=0 must be an integer >= 1"),
        (PitchRoll(mode="roll"), ValueError, r"mode='roll' is not one of \['circular', 'shift'\]"),
        (PitchRoll(fill="zero"), ValueError, r"fill='zero' is not one of \['edge', 'mean', 'min'\]"),
        (PitchRoll(fill=None), TypeError, "fill=None must be a number"),
        (PitchRoll(p=1.5), ValueError, "p=1.5 must be a number >= 0 and <= 1"),
        (TimeMask(-1), ValueError, "max_width=-1 must be an integer >= 0"),
        (TimeMask(2.0), TypeError, "max_width=2.0 must be an integer"),
        (TimeMask(2, n_masks=-1), ValueError, "n_masks=-1 must be an integer >= 0"),
        (TimeMask(2, max_share=1.1), ValueError, "max_share=1.1 must be a number >= 0 and <= 1"),
        (TimeMask(2, fill="edge"), ValueError, r"fill='edge' is not one of \['mean', 'min'\]"),
        (TimeMask(2, fill=np.nan), ValueError, "fill=nan must be finite"),
        (FrequencyMask("2"), TypeError, "max_width='2' must be an integer"),
        (FrequencyMask(2, p=-0.1), ValueError, "p=-0.1 must be a number >= 0 and <= 1"),
        (Gain(-1), ValueError, "max_gain=-1 must be a number >= 0"),
        (Gain(np.inf), ValueError, "max_gain=inf must be finite"),
        (GaussianNoise(None), TypeError, "scale=None must be a number >= 0"),
        (GaussianNoise(np.nan), ValueError, "scale=nan must be a number >= 0"),
        (FrequencyResponse(-1), ValueError, "max_gain=-1 must be a number >= 0"),
        (FrequencyResponse(1, width=5), TypeError, r"width=5 must be two numbers of bins, such as \(5, 7\)"),
        (FrequencyResponse(1, width=(0, 5)), ValueError, "width=0 must be a number > 0"),
        (FrequencyResponse(1, width=(7, 5)), ValueError, r"width=\(7, 5\) must be \(smallest, largest\)"),
        (TimeShift(-1), ValueError, "max_shift=-1 must be an integer >= 0 or None"),
        (InputDropout(1), ValueError, "rate=1 must be below 1, so that something is left"),
        (InputDropout(-0.1), ValueError, "rate=-0.1 must be a number >= 0"),
        (Mixup(-1), ValueError, "alpha=-1 must be a number >= 0"),
        (Mixup(np.inf), ValueError, "alpha=inf must be finite"),
        (Mixup(p=True), TypeError, "p=True must be a number >= 0 and <= 1"),
    ],
    ids=repr,
)
def test_parameters_out_of_range_are_refused(augmentation, error, message):
    with pytest.raises(error, match=message):
        augmentation.check()
    with pytest.raises(error, match=message):
        augmentation(torch.zeros(2, 3, 4), torch.eye(2), torch.Generator())
