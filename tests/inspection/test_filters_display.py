"""Weights as pictures."""

import sys

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmir.compose import FrameTransformer
from skmir.feature_extraction import CQT
from skmir.inspection._filters_display import FiltersDisplay, filters_of
from skmir.neural_network import RBM, LearnedChroma, UnfrozenClassifier
from skmir.preprocessing import CQTToChroma, FramePooler

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


@pytest.fixture
def chroma(rng):
    X, y = rng.gamma(0.5, size=(4, 24, 5)), ["C:maj", "D:min", "N", "G:7"]
    return LearnedChroma((12,), max_iter=2, device="cpu", random_state=0).fit(X, y)


def drawn(display):
    return [np.ma.filled(ax.images[0].get_array(), np.nan) for ax in display.axes_]


def test_learned_chroma_at_start_and_end(chroma):
    display = FiltersDisplay.from_estimator(chroma, normalize=False)
    assert [ax.get_title() for ax in display.axes_] == ["start", "end"]
    for found, expected in zip(drawn(display), (chroma.initial_weights_, chroma.weights_), strict=True):
        np.testing.assert_allclose(found, expected[0])
    second = FiltersDisplay.from_estimator(chroma, layer=1, normalize=False)
    np.testing.assert_allclose(drawn(second)[1], chroma.weights_[1])
    assert display.axes_[0].get_xlabel() == "input" and display.axes_[0].get_ylabel() == "filter"


def test_each_filter_is_divided_by_its_largest(rng):
    weights = rng.randn(5, 8) * np.array([[1], [10], [100], [0.1], [0]])
    (found,) = drawn(FiltersDisplay.from_weights(weights))
    np.testing.assert_allclose(np.abs(found).max(axis=1), [1, 1, 1, 1, 0])
    np.testing.assert_allclose(found[:4], weights[:4] / np.abs(weights[:4]).max(axis=1, keepdims=True))


def test_colours_are_around_zero_where_there_are_signs(rng):
    signed, positive = rng.randn(3, 8), rng.rand(3, 8)
    display = FiltersDisplay.from_weights({"a": signed, "b": positive}, normalize=False)
    images = [ax.images[0] for ax in display.axes_]
    for image, weights in zip(images, (signed, positive), strict=True):
        assert image.get_clim() == (-np.abs(weights).max(), np.abs(weights).max())
        assert image.get_cmap().name == "RdBu_r"  # of both, so that they can be compared
    (ax,) = FiltersDisplay.from_weights(positive, normalize=False).axes_
    assert ax.images[0].get_clim() == (0, positive.max())
    assert ax.images[0].get_cmap().name == "magma"


@pytest.mark.parametrize("n_filters", [1, 4, 5])
def test_receptive_fields_are_small_pictures(rng, n_filters):
    weights = rng.randn(n_filters, 6)
    (mosaic,) = drawn(FiltersDisplay.from_weights(weights, shape=(3, 2), normalize=False))
    n_columns = {1: 1, 4: 2, 5: 3}[n_filters]
    n_rows = {1: 1, 4: 2, 5: 2}[n_filters]
    assert mosaic.shape == (4 * n_rows - 1, 3 * n_columns - 1)
    assert (~np.isnan(mosaic)).sum() == 6 * n_filters
    np.testing.assert_array_equal(mosaic[-3:, :2], weights[0].reshape(3, 2))  # top left, as drawn
    if n_filters == 5:
        np.testing.assert_array_equal(mosaic[:3, 3:5], weights[4].reshape(3, 2))


def test_components_of_a_machine_and_of_pca(rng):
    X = rng.randn(60, 6)
    rbm = RBM(4, n_iter=2, device="cpu", random_state=0).fit(X)
    (found,) = drawn(FiltersDisplay.from_estimator(rbm, normalize=False))
    np.testing.assert_allclose(found, rbm.components_)
    fields = FiltersDisplay.from_estimator(rbm, shape=(3, 2))
    assert fields.pictures_["components"].shape == (7, 5)
    frames = FrameTransformer(PCA(2)).fit(rng.randn(5, 6, 10))
    np.testing.assert_array_equal(filters_of(frames)["components"], frames.transformer_.components_)


def test_filters_of_the_constant_q_transform():
    cqt = CQT(sr=8000, fmin=220.0, n_bins=24)
    display = FiltersDisplay.from_estimator(cqt)
    assert [ax.get_title() for ax in display.axes_] == ["filters real part", "filters magnitude"]
    real, magnitude = drawn(display)
    assert real.shape == magnitude.shape and len(real) == 24
    assert (magnitude >= np.abs(real) - 1e-6).all()
    filters = filters_of(cqt)["filters"]
    frequencies = np.fft.fftfreq(2**15, 1 / 8000)
    for i in (0, 12, 23):
        peak = frequencies[np.abs(np.fft.fft(filters[i], 2**15)).argmax()]
        assert peak == pytest.approx(220 * 2 ** (i / 12), rel=0.01)
    widths = (np.abs(filters) > 0).sum(axis=1)
    assert widths[0] == pytest.approx(2 * widths[12], rel=0.01)
    assert filters.shape[1] - widths[0] < 4


def test_axes_of_ones_own(rng):
    figure, axes = plt.subplots(1, 2)
    display = FiltersDisplay.from_weights({"a": rng.randn(3, 4), "b": rng.randn(3, 4)}, ax=axes)
    assert display.figure_ is figure and list(display.axes_) == list(axes)
    one = FiltersDisplay(rng.randn(3, 4)).plot(ax=axes[0])
    assert one.axes_[0] is axes[0]
    assert plt.get_fignums() == [figure.number]
    with pytest.raises(ValueError, match=r"ax must hold one axes per picture, 2 for \['a', 'b'\], got 1"):
        FiltersDisplay.from_weights({"a": rng.randn(3, 4), "b": rng.randn(3, 4)}, ax=axes[0])


def test_weights_are_left_alone(rng):
    weights = rng.randn(3, 4)
    before = weights.copy()
    weights.setflags(write=False)
    FiltersDisplay.from_weights(weights)
    np.testing.assert_array_equal(weights, before)


def test_global_settings_are_left_alone(chroma):
    before = matplotlib.rcParams.copy()
    FiltersDisplay.from_estimator(chroma)
    assert matplotlib.rcParams == before


def test_what_are_no_weights_is_refused(rng):
    with pytest.raises(ValueError, match=r"weights must have the shape \(n_filters, n_inputs\), got \(4,\)"):
        FiltersDisplay.from_weights(rng.randn(4))
    with pytest.raises(ValueError, match=r"shape=\(3, 2\) must hold as many values as a filter, 4, got 6"):
        FiltersDisplay.from_weights(rng.randn(3, 4), shape=(3, 2))
    model = LogisticRegression().fit(rng.randn(10, 2), [0, 1] * 5)
    with pytest.raises(
        TypeError, match=r"estimator must be a LearnedChroma, an Unf.* a CQT or .*, got LogisticRegression"
    ):
        FiltersDisplay.from_estimator(model)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        FiltersDisplay.from_estimator(LearnedChroma())


def test_without_matplotlib(monkeypatch, rng):
    monkeypatch.setitem(sys.modules, "matplotlib.pyplot", None)
    with pytest.raises(ImportError, match=r"needs matplotlib.*pip install matplotlib, or in a clone"):
        FiltersDisplay(rng.randn(3, 4)).plot()


class TestUnfrozen:
    """The steps that were trained, at the start and at the end."""

    @pytest.fixture
    def model(self, rng):
        steps = CQTToChroma(), FrameTransformer(PCA(4)), FramePooler(), LogisticRegression()
        X, y = rng.rand(12, 24, 3), np.repeat(["a", "b", "c"], 4)
        return UnfrozenClassifier(make_pipeline(*steps), max_iter=2, random_state=0, device="cpu").fit(X, y)

    def test_all_steps(self, model):
        display = FiltersDisplay.from_estimator(model, normalize=False)
        titles = [" ".join(ax.get_title().split()) for ax in display.axes_]
        names = ["cqttochroma", "frametransformer", "logisticregression"]
        assert titles == [f"{name}: {when}" for name in names for when in ("start", "end")]
        fitted = model.pipeline_
        starts = np.tile(np.eye(12), 2), fitted[1].transformer_.components_, fitted[-1].coef_
        for i, start in enumerate(starts):
            before, after = drawn(display)[2 * i : 2 * i + 2]
            np.testing.assert_allclose(before, start, atol=1e-6)
            assert before.shape == after.shape and not np.allclose(before, after, atol=1e-4)

    def test_one_step(self, model):
        display = FiltersDisplay.from_estimator(model, step="cqttochroma")
        assert len(display.axes_) == 2
        with pytest.raises(
            ValueError, match=r"step='pca' must be the name of a step that was trained\. There"
        ):
            FiltersDisplay.from_estimator(model, step="pca")

    def test_nothing_was_trained(self, rng):
        X, y = rng.rand(12, 24), np.repeat(["a", "b", "c"], 4)
        model = UnfrozenClassifier(trainable="none").fit(X, y)
        with pytest.raises(ValueError, match="There are: none"):
            FiltersDisplay.from_estimator(model)
