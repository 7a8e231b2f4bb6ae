"""Tonal centroids of chroma."""

import pickle
import warnings

import librosa
import numpy as np
import pandas as pd
import pytest
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import Chroma
from skmir.preprocessing import FramePooler, Tonnetz

NAMES = [f"tonnetz_{circle}_{axis}" for circle in ("fifths", "minor", "major") for axis in ("sin", "cos")]


@pytest.fixture
def chroma(rng):
    return rng.gamma(0.3, size=(4, 12, 20))


@pytest.fixture
def ragged(chroma):
    return [x[:, :n] for x, n in zip(chroma, [20, 7, 2, 1], strict=True)]


def note(*pitch_classes):
    """The centroid of notes of equal strength, semitones from C."""
    frame = np.zeros((1, 12))
    frame[0, list(pitch_classes)] = 1
    return Tonnetz().fit_transform(frame)[0]


def turn(circle, start, end):
    """By how many degrees a note moves on a circle, in [0, 360)."""
    places = [complex(*note(pitch % 12)[[2 * circle + 1, 2 * circle]]) for pitch in (start, end)]
    return np.degrees(np.angle(places[1] / places[0])) % 360


@pytest.mark.parametrize("pitch", range(12))
def test_notes_lie_on_three_circles(pitch):
    radii = np.linalg.norm(note(pitch).reshape(3, 2), axis=1)
    np.testing.assert_allclose(radii, [1, 1, 0.5])
    np.testing.assert_allclose(turn(0, pitch, pitch + 7), 30)  # a fifth: twelve go round
    np.testing.assert_allclose(turn(1, pitch, pitch + 3), 90)  # a minor third: four
    np.testing.assert_allclose(turn(2, pitch, pitch + 4), 120)  # a major third: three


def test_c_lies_where_each_circle_begins():
    np.testing.assert_allclose(note(0), [0, 1, 0, 1, 0, 0.5], atol=1e-12)


def test_chords_that_share_notes_lie_close():
    c_major, a_minor, f_sharp_major = note(0, 4, 7), note(9, 0, 4), note(6, 10, 1)
    assert np.linalg.norm(c_major - a_minor) < np.linalg.norm(c_major - f_sharp_major)


def test_all_notes_together_have_no_place():
    np.testing.assert_allclose(note(*range(12)), 0, atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_bins", [1, 2, 5, 7, 12, 24, 36])
def test_librosa_gives_the_same(rng, n_bins, dtype):
    chroma = rng.gamma(0.3, size=(3, n_bins, 20)).astype(dtype)
    chroma[0, :, 4] = 0
    found = Tonnetz().fit_transform(chroma)
    np.testing.assert_allclose(found, librosa.feature.tonnetz(chroma=chroma), atol=1e-6)
    assert found.dtype == dtype
    signed = rng.randn(3, n_bins, 20).astype(dtype)
    found = Tonnetz().fit_transform(signed)
    np.testing.assert_allclose(found, librosa.feature.tonnetz(chroma=signed), atol=1e-6)


def test_librosa_gives_the_same_for_tones(tones):
    X, _ = tones
    chroma = Chroma().fit_transform(X)
    expected = librosa.feature.tonnetz(chroma=chroma)
    np.testing.assert_allclose(Tonnetz().fit_transform(chroma), expected, atol=1e-6)


@pytest.mark.parametrize("n_bins", [24, 36])
def test_semitones_keep_their_places_among_more_pitch_classes(chroma, n_bins):
    finer = np.zeros((4, n_bins, 20))
    finer[:, :: n_bins // 12] = chroma
    np.testing.assert_allclose(Tonnetz().fit_transform(finer), Tonnetz().fit_transform(chroma), atol=1e-12)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("norm", [1, 2, np.inf, None])
def test_silence_is_0(norm, dtype):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert not Tonnetz(norm).fit_transform(np.zeros((2, 12, 3), dtype)).any()


def test_the_norm_takes_out_how_loud_it_is(chroma):
    expected = Tonnetz().fit_transform(chroma)
    for gain in (1e-9, 1e9):
        np.testing.assert_allclose(Tonnetz().fit_transform(gain * chroma), expected, atol=1e-12)
    assert not np.allclose(Tonnetz(None).fit_transform(2 * chroma), Tonnetz(None).fit_transform(chroma))


@pytest.mark.parametrize("norm", [1, 2, 0.5, np.inf])
def test_norms(chroma, norm):
    divided = librosa.util.normalize(chroma, norm=norm, axis=1)
    expected = Tonnetz(None).fit_transform(divided)
    np.testing.assert_allclose(Tonnetz(norm).fit_transform(chroma), expected, atol=1e-12)


def test_a_list_is_its_clips_one_by_one(ragged):
    model = Tonnetz().fit(ragged)
    found = model.transform(ragged)
    assert isinstance(found, list)
    for x, one in zip(ragged, found, strict=True):
        np.testing.assert_allclose(model.transform([x])[0], one, atol=1e-12)
        np.testing.assert_allclose(model.transform(x[np.newaxis])[0], one, atol=1e-12)
        np.testing.assert_allclose(model.transform([np.asfortranarray(x)])[0], one, atol=1e-12)
        assert one.shape == (6, x.shape[1])


def test_a_table_is_one_frame_a_clip(chroma):
    table = pd.DataFrame(chroma[:, :, 0], columns=list("abcdefghijkl"))
    model = Tonnetz().fit(table)
    found = model.transform(table)
    np.testing.assert_allclose(found, model.transform(chroma)[:, :, 0], atol=1e-12)
    assert found.shape == (4, 6) and model.n_features_in_ == 12
    assert not hasattr(Tonnetz().fit(chroma), "n_features_in_")


@pytest.mark.parametrize("norm", [1, None])
def test_the_callers_arrays_are_left_alone(ragged, norm):
    before = [x.copy() for x in ragged]
    for x in ragged:
        x.setflags(write=False)
    Tonnetz(norm).fit_transform(ragged)
    for x, unchanged in zip(ragged, before, strict=True):
        np.testing.assert_array_equal(x, unchanged)


@pytest.mark.parametrize(
    ("norm", "error", "message"),
    [
        (0, ValueError, "norm=0 must be a number > 0 or None"),
        (-1, ValueError, "norm=-1 must be a number > 0 or None"),
        ("l1", TypeError, "norm='l1' must be a number > 0 or None"),
        (True, TypeError, "norm=True must be a number > 0 or None"),
    ],
)
def test_other_norms_are_refused(chroma, norm, error, message):
    with pytest.raises(error, match=message):
        Tonnetz(norm).fit(chroma)


def test_what_it_was_not_fitted_on_is_refused(chroma):
    with pytest.raises(ValueError, match="clip 0 of X has 4 bins per frame, but Tonnetz was fitted on 12"):
        Tonnetz().fit(chroma).transform(chroma[:, :4])
    with pytest.raises(ValueError, match="Tonnetz takes frames, and X holds waveforms"):
        Tonnetz().fit([np.zeros(100), np.zeros(90)])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        Tonnetz().transform(chroma)


def test_names_go_through_a_pipeline(tones):
    X, _ = tones
    pipeline = make_pipeline(Chroma(), Tonnetz(), FramePooler(("mean",))).fit(X)
    assert pipeline.get_feature_names_out().tolist() == [f"{name}_mean" for name in NAMES]
    assert pipeline.transform(X).shape == (12, 6)
    model = Tonnetz().fit(np.ones((2, 5, 4)))
    assert model.get_feature_names_out().tolist() == NAMES
    with pytest.raises(ValueError, match="input_features has 2 names for 5 bins"):
        model.get_feature_names_out(["a", "b"])
    with pytest.raises(NotFittedError, match="not fitted yet"):
        Tonnetz().get_feature_names_out()


def test_a_pickle(chroma):
    model = Tonnetz().fit(chroma)
    np.testing.assert_array_equal(
        pickle.loads(pickle.dumps(model)).transform(chroma), model.transform(chroma)
    )
