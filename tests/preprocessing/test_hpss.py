"""Harmonic and percussive parts of frames."""

import pickle

import librosa
import numpy as np
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import DFT, MFCC
from skmir.preprocessing import HPSS, FramePooler, FrameScaler

PARAMETERS = [
    {},
    {"kernel_size": 5},
    {"kernel_size": (17, 8)},
    {"power": 1.0, "margin": 2.0},
    {"margin": (1.0, 5.0)},
    {"power": np.inf},
]


@pytest.fixture
def ragged(rng):
    return [rng.gamma(1, size=(20, n)) for n in (30, 3, 1, 51)]


def power(x):
    """The power of frames of magnitudes; 10 dB are a factor of 10."""
    return np.sum(np.square(x))


def separated(y):
    return {
        part: make_pipeline(DFT(), HPSS(part)).fit_transform(y[np.newaxis])
        for part in ("harmonic", "percussive")
    }


def test_a_steady_tone_is_harmonic():
    parts = separated(np.sin(2 * np.pi * 440 * np.arange(2 * 22050) / 22050))
    assert power(parts["harmonic"]) > 10 * power(parts["percussive"])


def test_clicks_are_percussive():
    y = np.zeros(2 * 22050)
    y[3000::11025] = 1
    parts = separated(y)
    assert power(parts["percussive"]) > 10 * power(parts["harmonic"])


def test_tone_and_clicks_part_ways():
    """Of their sum, each part is more like its source than like the other, by 10 dB."""
    tone = np.sin(2 * np.pi * 440 * np.arange(2 * 22050) / 22050)
    clicks = np.zeros(2 * 22050)
    clicks[3000::11025] = 50
    parts = separated(tone + clicks)
    sources = {"harmonic": tone, "percussive": clicks}
    for name, other in (("harmonic", "percussive"), ("percussive", "harmonic")):
        right, wrong = (DFT().fit_transform(sources[s][np.newaxis]) for s in (name, other))
        assert power(parts[name] - wrong) > 10 * power(parts[name] - right)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("params", PARAMETERS, ids=str)
def test_it_is_librosas(ragged, params, dtype):
    X = [x.astype(dtype) for x in ragged]
    both = HPSS("both", **params).fit_transform(X)
    parts = [HPSS(name, **params).fit_transform(X) for name in ("harmonic", "percussive")]
    for i, x in enumerate(X):
        expected = librosa.decompose.hpss(x, **params)
        np.testing.assert_array_equal(both[i], np.concatenate(expected))
        np.testing.assert_array_equal([parts[0][i], parts[1][i]], expected)
        assert both[i].dtype == parts[0][i].dtype == dtype


def test_the_parts_add_up(ragged):
    for x, both in zip(ragged, HPSS("both").fit_transform(ragged), strict=True):
        assert (both >= 0).all()
        np.testing.assert_allclose(both[:20] + both[20:], x)
    for x, both in zip(ragged, HPSS("both", margin=2.0).fit_transform(ragged), strict=True):
        assert (both[:20] + both[20:] <= x + 1e-12).all()
        assert (both[:20] + both[20:]).sum() < 0.95 * x.sum()


@pytest.mark.parametrize("component", ["harmonic", "percussive", "both"])
def test_one_frame(rng, component):
    """A frame alone is steady, so the harmonic median is the frame itself."""
    table = rng.gamma(1, size=(5, 40))
    model = HPSS(component).fit(table)
    found = model.transform(table)
    assert found.shape == (5, 80 if component == "both" else 40)
    assert model.n_features_in_ == 40
    np.testing.assert_array_equal(found, model.transform(table[:, :, np.newaxis])[:, :, 0])
    expected = np.array([np.concatenate(librosa.decompose.hpss(row[:, np.newaxis]))[:, 0] for row in table])
    start, end = {"harmonic": (0, 40), "percussive": (40, 80), "both": (0, 80)}[component]
    np.testing.assert_array_equal(found, expected[:, start:end])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("params", [{}, {"power": 1.7, "margin": 1.5}], ids=str)
@pytest.mark.parametrize("shape", [(30, 47), (1, 31), (7, 1)])
def test_a_clip_gives_the_same_bits_in_any_form_and_memory_order(rng, dtype, params, shape):
    X = rng.gamma(1, size=(3, *shape)).astype(dtype)
    other = np.zeros((shape[0], shape[1] + 1), dtype)  # makes the list a ragged one
    model = HPSS("both", **params).fit(X)
    expected = model.transform(X)
    by_time = np.ascontiguousarray(X.swapaxes(1, 2)).swapaxes(1, 2)
    for clips in (X, by_time, np.asfortranarray(X), list(X), list(by_time)):
        np.testing.assert_array_equal(model.transform(clips), expected)
        np.testing.assert_array_equal(np.stack(model.transform([*clips, other])[:-1]), expected)
        np.testing.assert_array_equal(
            np.concatenate([np.stack(model.transform([x])) for x in clips]), expected
        )


def test_form_goes_in_as_it_comes_out(ragged):
    model = HPSS().fit(ragged)
    found = model.transform(ragged)
    assert isinstance(found, list) and [x.shape for x in found] == [x.shape for x in ragged]
    stacked = np.stack([ragged[0], ragged[3][:, :30]])
    np.testing.assert_array_equal(model.transform(stacked), model.transform(list(stacked)))
    assert isinstance(model.transform(list(stacked)), np.ndarray)


def test_silence_stays_silent():
    assert not HPSS("both").fit_transform(np.zeros((2, 10, 12))).any()


def test_the_callers_arrays_are_left_alone(ragged):
    before = [x.copy() for x in ragged]
    for x in ragged:
        x.setflags(write=False)
    HPSS("both").fit_transform(ragged)
    for x, unchanged in zip(ragged, before, strict=True):
        np.testing.assert_array_equal(x, unchanged)


def test_names(tones):
    pipeline = make_pipeline(DFT(n_fft=4), HPSS("both"), FramePooler(("mean",))).fit(tones[0][:2, :1000])
    names = pipeline.get_feature_names_out().tolist()
    assert names == [f"dft0{i}_{part}_mean" for part in ("harmonic", "percussive") for i in range(3)]
    model = HPSS("percussive").fit(np.ones((2, 2, 3)))
    assert model.get_feature_names_out().tolist() == ["x0_percussive", "x1_percussive"]


def test_a_pickle(ragged):
    model = HPSS(kernel_size=[5, 7]).fit(ragged)
    for x, found in zip(
        model.transform(ragged), pickle.loads(pickle.dumps(model)).transform(ragged), strict=True
    ):
        np.testing.assert_array_equal(x, found)


@pytest.mark.parametrize("front_end", [MFCC(), make_pipeline(DFT(), FrameScaler())], ids=["mfcc", "scaled"])
def test_negative_values_are_refused(tones, front_end):
    frames = front_end.fit_transform(tones[0][:2])
    message = "Negative values in data passed to HPSS, .* right after DFT.* before FrameScaler"
    with pytest.raises(ValueError, match=message):
        HPSS().fit(frames)
    model = HPSS().fit(np.abs(frames))
    with pytest.raises(ValueError, match=message):
        model.transform(list(frames))


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"component": "drums"}, ValueError, r"component='drums' is not one of \['both', 'harmonic'"),
        ({"kernel_size": 0}, ValueError, "kernel_size=0 must be an integer >= 1"),
        ({"kernel_size": (3, 2.5)}, TypeError, "kernel_size=2.5 must be an integer"),
        ({"kernel_size": (3, 3, 3)}, ValueError, r"kernel_size=\(3, 3, 3\) must be one number, or two"),
        ({"power": 0}, ValueError, "power=0 must be a number > 0"),
        ({"margin": 0.5}, ValueError, "margin=0.5 must be a number >= 1"),
        ({"margin": (1, 0.5)}, ValueError, "margin=0.5 must be a number >= 1"),
    ],
)
def test_parameters_out_of_range_are_refused(ragged, params, error, message):
    with pytest.raises(error, match=message):
        HPSS(**params).fit(ragged)


def test_what_is_refused(ragged):
    with pytest.raises(NotFittedError, match="not fitted yet"):
        HPSS().transform(ragged)
    with pytest.raises(ValueError, match="clip 0 of X has 3 bins per frame, but HPSS was fitted on 20"):
        HPSS().fit(ragged).transform([x[:3] for x in ragged])
    with pytest.raises(ValueError, match="HPSS takes frames, and X holds waveforms"):
        HPSS().fit([np.zeros(100), np.zeros(90)])
