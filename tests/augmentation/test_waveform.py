"""What holds for every augmentation of waveforms."""

import numpy as np
import pytest
from sklearn.base import clone

from skmir.augmentation._add_noise import AddNoise
from skmir.augmentation._codec import Codec
from skmir.augmentation._compression import Compression
from skmir.augmentation._impulse_response import ImpulseResponse
from skmir.augmentation._pitch_shift import PitchShift
from skmir.augmentation._time_stretch import TimeStretch
from skmir.augmentation._waveform import TARGETS, check_range, draw_range

SR = 22050
EVERY = [
    PitchShift(),
    PitchShift((-1, 1), whole=False),
    TimeStretch(),
    AddNoise(color=("white", "pink", "brown")),
    Codec(),
    Compression(),
    ImpulseResponse(),
    ImpulseResponse([np.array([0.0, 1.0, -0.5]), np.array([-1.0, 0.2])]),
]
every = pytest.mark.parametrize("augmentation", EVERY, ids=str)


@pytest.fixture
def y(rng):
    time = np.arange(8000) / SR
    return 0.3 * np.sin(2 * np.pi * 330 * time) * np.linspace(1, 0.1, 8000) + 0.01 * rng.randn(8000)


@every
def test_a_generator_decides(augmentation, y):
    first = augmentation.apply(y, SR, 3)
    np.testing.assert_array_equal(augmentation.apply(y, SR, np.random.default_rng(3)), first)
    np.testing.assert_array_equal(clone(augmentation).apply(y, SR, 3), first)
    others = [augmentation.apply(y, SR, seed) for seed in range(4, 9)]
    assert any(o.shape != first.shape or not np.array_equal(o, first) for o in others)


@every
def test_a_random_state_serves_and_goes_on(augmentation):
    draws = [augmentation.draw(np.random.RandomState(0)) for _ in range(2)]
    assert draws[0] == draws[1]
    rng = np.random.RandomState(0)
    several = [augmentation.draw(rng) for _ in range(20)]
    assert several[0] == draws[0]
    assert any(drawn != several[0] for drawn in several)


@every
def test_result_is_float32_and_the_clip_unchanged(augmentation, y):
    for x in (y, y.astype(np.float32), np.repeat(y, 2)[::2]):
        before = x.copy()
        x.setflags(write=False)
        result = augmentation.apply(x, SR, 0)
        np.testing.assert_array_equal(x, before)
        assert result.dtype == np.float32
        assert result.ndim == 1
        assert np.isfinite(result).all()
        assert not np.shares_memory(result, x)


@every
def test_length_is_kept_but_by_stretching(augmentation, y):
    if not isinstance(augmentation, TimeStretch):
        assert {len(augmentation.apply(y, SR, seed)) for seed in range(4)} == {len(y)}


@every
@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("n_samples", [1, 2, 3, 10, 63, 100])
def test_very_short_clips(augmentation, n_samples):
    result = augmentation.apply(np.linspace(0.1, 0.5, n_samples), SR, 1)
    assert np.isfinite(result).all()
    assert len(result) >= min(n_samples, 2)


@every
def test_silence_stays_silence(augmentation):
    assert np.abs(augmentation.apply(np.zeros(5000), SR, 0)).max() < 1e-4


@every
@pytest.mark.parametrize("y", [np.zeros((2, 3)), np.array([]), np.array([0.0, np.nan]), np.array([np.inf])])
def test_what_is_not_one_waveform_is_refused(augmentation, y):
    with pytest.raises(ValueError, match=r"y must be one waveform of finite samples, got the shape \("):
        augmentation.apply(y, SR, 0)


@every
def test_each_says_what_it_does_to_labels(augmentation):
    assert augmentation.transforms | augmentation.invalidates
    assert not augmentation.transforms & augmentation.invalidates
    assert augmentation.transforms | augmentation.invalidates <= set(TARGETS)
    for kind in set(TARGETS) - augmentation.transforms - augmentation.invalidates:
        assert augmentation.change_targets(["x", "y"], kind, [augmentation.draw(i) for i in range(2)]) == [
            "x",
            "y",
        ]
    for kind in augmentation.invalidates:
        with pytest.raises(ValueError, match=rf"makes labels of the kind '{kind}' wrong\. "):
            augmentation.change_targets([], kind, [])
    with pytest.raises(
        ValueError, match=r"target='tempi' is not one of \['bars', 'chord', .*'tempo', 'times'\]"
    ):
        augmentation.change_targets([], "tempi", [])


@every
def test_identity_is_of_what_it_does(augmentation):
    assert augmentation.identity() == clone(augmentation).identity()
    assert len({other.identity() for other in EVERY}) == len(EVERY)


def test_identity_looks_through_types_of_numbers():
    assert AddNoise((10, 20)).identity() == AddNoise([np.int64(10), 20]).identity()
    assert AddNoise((10, 20)).identity() != AddNoise((10, 21)).identity()


@pytest.mark.parametrize(
    ("augmentation", "error", "match"),
    [
        (AddNoise("loud"), TypeError, r"snr='loud' must be a number"),
        (AddNoise((1, 2, 3)), ValueError, r"snr=\(1, 2, 3\) must be a number, or a pair \(low, high\)"),
        (AddNoise((20, 10)), ValueError, r"snr=\(20, 10\).*low <= high"),
        (AddNoise(float("inf")), ValueError, r"snr=inf must be finite"),
        (AddNoise(color="violet"), ValueError, r"color='violet' is not one of \['brown', 'pink', 'white'\]"),
        (AddNoise(color=()), ValueError, r"color=\(\) must name at least one colour"),
        (PitchShift(60), ValueError, r"n_steps=60 must be a number >= -48 and <= 48"),
        (
            PitchShift((0.2, 0.8)),
            ValueError,
            r"n_steps=\(0.2, 0.8\) must include a whole number.*whole=False",
        ),
        (PitchShift(n_fft=2), ValueError, r"n_fft=2 must be an integer >= 64"),
        (TimeStretch(0), ValueError, r"rate=0 must be a number >= 0.1"),
        (Codec("aac"), ValueError, r"codec='aac' is not one of \['mp3', 'opus', 'vorbis'\]"),
        (Codec(()), ValueError, r"codec=\(\) must name at least one codec"),
        (Codec(bit_rate=0), ValueError, r"bit_rate=0 must be a number > 0"),
        (Compression(1), ValueError, r"threshold=1 must be a number <= 0"),
        (Compression(ratio=0.5), ValueError, r"ratio=0.5 must be a number >= 1"),
        (Compression(attack=-1), ValueError, r"attack=-1 must be a number >= 0"),
        (ImpulseResponse([]), TypeError, r"responses=\[\] must be a list of paths or 1-D arrays, not empty"),
        (ImpulseResponse(np.ones(3)), TypeError, r"must be a list of paths or 1-D arrays"),
        (
            ImpulseResponse([np.zeros(3)]),
            ValueError,
            r"responses\[0\] must be finite samples, not all 0, .*got shape \(3,\)",
        ),
        (ImpulseResponse([[1.0]]), ValueError, r"kind of responses\[0\]='list' is not one of \['ndarray'\]"),
        (ImpulseResponse(wet=1.5), ValueError, r"wet=1.5 must be a number >= 0 and <= 1"),
        (ImpulseResponse(rt60=0), ValueError, r"rt60=0 must be a number > 0"),
    ],
    ids=str,
)
def test_parameters_out_of_range(augmentation, error, match):
    with pytest.raises(error, match=match):
        augmentation.check()
    with pytest.raises(error, match=match):
        augmentation.apply(np.ones(100), SR, 0)


def test_ranges_are_filled_evenly():
    check_range("x", (1, 3), low=1, high=3)
    drawn = [draw_range((1, 3), np.random.default_rng(i)) for i in range(400)]
    assert 1 <= min(drawn) < 1.05 < 2.95 < max(drawn) <= 3
    assert abs(np.mean(drawn) - 2) < 0.1
    assert draw_range(2, np.random.default_rng(0)) == 2.0
