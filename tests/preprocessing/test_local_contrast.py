"""Local contrast normalisation."""

import pickle

import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import CQT
from skmir.preprocessing import FramePooler, FrameScaler, LocalContrastNormalizer

WIDTHS = [(9, 9), (1, 5), (7, 1), (31, 3)]


@pytest.fixture
def ragged(rng):
    return [10 * rng.randn(12, n) - 40 for n in (30, 3, 1, 51)]


def by_the_formula(x, width, with_std=True):
    """Jarrett et al. (2009), value by value."""
    n_bins, n_frames = x.shape
    half = [n // 2 for n in width]
    weights = np.multiply.outer(
        *(np.exp(-0.5 * (np.arange(-h, h + 1) / (n / 4)) ** 2) for n, h in zip(width, half, strict=True))
    )
    weights /= weights.sum()

    def local_mean(values):
        padded = np.pad(values, [(h, h) for h in half], mode="symmetric")
        windows = np.lib.stride_tricks.sliding_window_view(padded, width)
        return np.array([[np.sum(weights * windows[i, j]) for j in range(n_frames)] for i in range(n_bins)])

    v = x - local_mean(x)
    v[np.abs(v) < 1e-9] = 0
    std = np.sqrt(local_mean(v**2))
    return v / np.maximum(np.maximum(std, std.mean()), 1e-9) if with_std else v


@pytest.mark.parametrize("with_std", [True, False])
@pytest.mark.parametrize("width", WIDTHS)
def test_the_formula_of_the_paper(ragged, width, with_std):
    found = LocalContrastNormalizer(width, with_std=with_std).fit_transform(ragged)
    for x, one in zip(ragged, found, strict=True):
        np.testing.assert_allclose(one, by_the_formula(x, width, with_std), atol=1e-9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("with_std", [True, False])
@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, -80.0, 1e6 + 0.1])
def test_a_constant_is_exactly_zero(dtype, with_std, value):
    """Not what rounding left of it, blown up."""
    model = LocalContrastNormalizer(with_std=with_std)
    for shape in ((1, 20, 30), (1, 1, 1), (2, 7, 1)):
        assert not model.fit_transform(np.full(shape, value, dtype)).any()


@pytest.mark.parametrize("with_std", [True, False])
def test_what_varies_in_the_other_direction_only_is_zero(rng, with_std):
    steady = rng.randn(1, 12, 1).repeat(7, axis=2)
    assert not LocalContrastNormalizer((1, 9), with_std=with_std).fit_transform(steady).any()
    assert not LocalContrastNormalizer((1, 9), with_std=with_std).fit_transform(steady[:, :, 0]).any()
    assert not LocalContrastNormalizer((9, 1), with_std=with_std).fit_transform(steady.swapaxes(1, 2)).any()


def test_an_offset_changes_nothing_and_a_gain_little(ragged):
    plain = LocalContrastNormalizer(with_std=False).fit(ragged)
    model = LocalContrastNormalizer().fit(ragged)
    for x in ragged:
        np.testing.assert_allclose(model.transform([x + 1000])[0], model.transform([x])[0], atol=1e-9)
        np.testing.assert_allclose(model.transform([7 * x])[0], model.transform([x])[0], atol=1e-9)
        np.testing.assert_allclose(plain.transform([7 * x])[0], 7 * plain.transform([x])[0], atol=1e-9)


def test_weak_and_strong_partials_stand_out_alike():
    frames = np.full((1, 84, 60), -80.0)
    frames[0, 20], frames[0, 60] = 0, -50
    found = LocalContrastNormalizer().fit_transform(frames)[0]
    np.testing.assert_allclose(found[60], found[20], rtol=0.01)
    plain = LocalContrastNormalizer(with_std=False).fit_transform(frames)[0]
    np.testing.assert_allclose(plain[60] / plain[20], 30 / 80)


def test_quiet_places_are_not_blown_up(rng):
    frames = np.full((1, 84, 200), -80.0)
    frames[0, :, :100] += 20 * rng.randn(84, 100)
    frames[0, :, 100:] += 1e-3 * rng.randn(84, 100)
    found = LocalContrastNormalizer().fit_transform(frames)[0]
    assert found[:, :90].std() > 0.5
    assert found[:, 110:].std() < 1e-3


def test_the_neighbourhood_is_as_wide_as_said(rng):
    """One value is changed; only what has it near changes with it, where nothing is divided."""
    X = rng.randn(1, 40, 50)
    Y = X.copy()
    Y[0, 20, 30] += 1
    model = LocalContrastNormalizer((9, 3), with_std=False).fit(X)
    bins, frames = np.nonzero(np.abs(model.transform(Y) - model.transform(X))[0] > 1e-12)
    assert (bins.min(), bins.max(), frames.min(), frames.max()) == (16, 24, 29, 31)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("shape", [(20, 216), (1, 31), (7, 1)])
def test_a_clip_gives_the_same_bits_in_any_form_and_memory_order(rng, dtype, shape):
    X = (50 * rng.randn(3, *shape)).astype(dtype)
    other = np.zeros((shape[0], shape[1] + 1), dtype)  # makes the list a ragged one
    model = LocalContrastNormalizer().fit(X)
    expected = model.transform(X)
    assert expected.dtype == dtype and expected.shape == X.shape
    by_time = np.ascontiguousarray(X.swapaxes(1, 2)).swapaxes(1, 2)
    for clips in (X, by_time, np.asfortranarray(X), list(X), list(by_time)):
        np.testing.assert_array_equal(model.transform(clips), expected)
        np.testing.assert_array_equal(np.stack(model.transform([*clips, other])[:-1]), expected)
        np.testing.assert_array_equal(
            np.concatenate([np.stack(model.transform([x])) for x in clips]), expected
        )


def test_float32_is_as_good(rng):
    X = (1e4 + rng.randn(1, 20, 300)).astype(np.float32)
    exact = LocalContrastNormalizer().fit_transform(X.astype(np.float64))
    np.testing.assert_allclose(LocalContrastNormalizer().fit_transform(X), exact, rtol=1e-6, atol=1e-7)


def test_a_table_stays_a_table(rng):
    table = rng.randn(6, 15)
    model = LocalContrastNormalizer().fit(table)
    assert model.n_features_in_ == 15
    np.testing.assert_array_equal(model.transform(table), model.transform(table[:, :, np.newaxis])[:, :, 0])


def test_the_callers_arrays_are_left_alone(ragged):
    before = [x.copy() for x in ragged]
    for x in ragged:
        x.setflags(write=False)
    LocalContrastNormalizer().fit_transform(ragged)
    for x, unchanged in zip(ragged, before, strict=True):
        np.testing.assert_array_equal(x, unchanged)


def test_names_go_through_a_pipeline(tones):
    scaler = FrameScaler(with_mean=False, with_std=False)
    pipeline = make_pipeline(
        CQT(n_bins=3, fmin=400), scaler, LocalContrastNormalizer(), FramePooler(("max",))
    )
    pipeline.fit(tones[0])
    assert pipeline.get_feature_names_out().tolist() == ["cqt00_max", "cqt01_max", "cqt02_max"]


def test_a_pickle(ragged):
    model = LocalContrastNormalizer([5, 3]).fit(ragged)
    for x, found in zip(
        model.transform(ragged), pickle.loads(pickle.dumps(model)).transform(ragged), strict=True
    ):
        np.testing.assert_array_equal(x, found)


@pytest.mark.parametrize(
    ("width", "error", "message"),
    [
        (9, ValueError, r"width=9 must be two odd numbers: of bins and of frames, as in \(9, 9\)"),
        ((9, 9, 9), ValueError, "width=.* must be two odd numbers"),
        ((9, 4), ValueError, r"width=\(9, 4\) must be two odd numbers"),
        ((1, 1), ValueError, r"width=\(1, 1\) must be two odd numbers, not both 1"),
        ((9, -1), ValueError, "width=-1 must be an integer >= 1"),
        ((9, 1.0), TypeError, "width=1.0 must be an integer"),
    ],
)
def test_parameters_out_of_range_are_refused(ragged, width, error, message):
    with pytest.raises(error, match=message):
        LocalContrastNormalizer(width).fit(ragged)


def test_what_is_refused(ragged):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        LocalContrastNormalizer().transform(ragged)
    model = LocalContrastNormalizer().fit(ragged)
    with pytest.raises(
        ValueError, match="has 3 bins per frame, but LocalContrastNormalizer was fitted on 12"
    ):
        model.transform([x[:3] for x in ragged])
