"""LogCompression: log(1 + gamma x)."""

import numpy as np
import pytest

from skmir.preprocessing import LogCompression


def test_values_of_clips_of_any_length():
    clips = [np.abs(np.random.RandomState(0).randn(4, n)).astype("f4") for n in (3, 5)]
    found = LogCompression().fit_transform(clips)
    for one, clip in zip(found, clips, strict=True):
        assert one.dtype == np.float32
        np.testing.assert_allclose(one, np.log10(1 + 10_000 * clip), rtol=1e-5)
    np.testing.assert_allclose(LogCompression(3, base=np.e).fit_transform(np.ones((1, 2, 3))), np.log(4))


def test_decibels_are_refused():
    with pytest.raises(ValueError, match=r"down to -80: it takes magnitudes or power"):
        LogCompression().fit_transform(np.full((2, 3, 4), -80.0))
    step = LogCompression().fit(np.ones((2, 3, 4)))
    with pytest.raises(ValueError, match=r"Negative values"):
        step.transform(np.full((2, 3, 4), -1.0))
    with pytest.raises(ValueError, match=r"base=1 must be"):
        LogCompression(base=1).fit(np.ones((1, 2, 3)))
