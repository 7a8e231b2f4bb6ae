"""The data contract: every accepted kind of clips and frames, and every refusal with its words."""

import numbers
import pathlib
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import soundfile
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmir._parameter_checks import check_choice, check_number, plain
from skmir._validation import (
    _forms,
    check_clips,
    check_frames,
    check_tags,
    is_path,
    stack_if_equal,
    warn_if_wide,
)
from skmir.audio import AudioLoader, load
from skmir.augmentation import AddNoise
from skmir.compose import AugmentedEstimator
from skmir.feature_extraction import MFCC
from skmir.preprocessing import FramePooler


class Step(BaseEstimator):
    """What the validators hang their findings on."""


def as_objects(*items):
    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        array[i] = item
    return array


RAMP5, RAMP7 = np.linspace(-1, 1, 5), np.linspace(-1, 1, 7)
LONG, SHORT = np.arange(12.0).reshape(3, 4), np.arange(6.0).reshape(3, 2)

PATHS = {
    "list of str": ["a.wav", "b.wav"],
    "list of Path": [pathlib.Path("a.wav"), pathlib.Path("b.wav")],
    "mixed str and Path": ["a.wav", pathlib.Path("b.wav")],
    "tuple": ("a.wav", "b.wav"),
    "U-array": np.array(["a.wav", "b.wav"]),
    "object array": np.array(["a.wav", "b.wav"], dtype=object),
    "object array of Path": np.array([pathlib.Path("a.wav"), pathlib.Path("b.wav")]),
    "Series": pd.Series(["a.wav", "b.wav"], index=[7, 3]),
    "categorical Series": pd.Series(["a.wav", "b.wav"], dtype="category"),
    "string Series": pd.Series(["a.wav", "b.wav"], dtype="string"),
    "Index": pd.Index(["a.wav", "b.wav"]),
    "extension array": pd.array(["a.wav", "b.wav"]),
    "one-column DataFrame": pd.DataFrame({"file": ["a.wav", "b.wav"]}),
}
WAVEFORM_LISTS = {
    "ragged list": [RAMP5, RAMP7],
    "list of equal lengths": [RAMP5, RAMP5],
    "list of one": [RAMP5],
    "tuple": (RAMP5, RAMP7),
    "object array": as_objects(RAMP5, RAMP7),
    "object array of equal lengths": as_objects(RAMP5, RAMP5),
    "Series of arrays": pd.Series([RAMP5, RAMP7]),
}
TABLES = {
    "2-D array": np.stack([RAMP5, -RAMP5]),
    "list of lists": [RAMP5.tolist(), (-RAMP5).tolist()],
    "DataFrame": pd.DataFrame(np.stack([RAMP5, -RAMP5]), columns=list("abcde")),
    "one row": RAMP5.reshape(1, -1),
    "one column": RAMP5.reshape(-1, 1),
}
RAGGED_FRAMES = {
    "list": [LONG, SHORT],
    "tuple": (LONG, SHORT),
    "object array": as_objects(LONG, SHORT),
}
EQUAL_FRAMES = {
    "3-D array": np.stack([LONG, -LONG]),
    "list of equal shapes": [LONG, -LONG],
    "object array of equal shapes": as_objects(LONG, -LONG),
}


def each(kinds):
    return pytest.mark.parametrize("X", kinds.values(), ids=kinds.keys())


# ---------------------------------------------------------------------------------------------- clips


@each(PATHS)
@pytest.mark.parametrize("reset", [True, False])
def test_paths_become_a_list_of_str(X, reset):
    step = Step()
    assert check_clips(step, X, reset=reset) == ["a.wav", "b.wav"]
    assert vars(step) == {}


@each(WAVEFORM_LISTS)
def test_lists_of_waveforms_stay_lists(X):
    step = Step()
    clips = check_clips(step, X, reset=True)
    assert isinstance(clips, list)
    for clip, original in zip(clips, X, strict=True):
        np.testing.assert_array_equal(clip, original)
    assert vars(step) == {}


@each(TABLES)
def test_tables_of_waveforms_set_n_features_in(X):
    step = Step()
    clips = check_clips(step, X, reset=True)
    assert isinstance(clips, np.ndarray)
    np.testing.assert_array_equal(clips, np.asarray(X))
    assert step.n_features_in_ == np.shape(X)[1]


def test_a_table_is_held_to_its_width_and_the_cure_is_a_list():
    step = Step()
    check_clips(step, np.zeros((3, 5)), reset=True)
    with pytest.raises(
        ValueError, match=r"(?s)7 features, but Step is expecting 5.*lengths differ, pass a list"
    ):
        check_clips(step, np.zeros((3, 7)), reset=False)
    assert [len(clip) for clip in check_clips(step, [RAMP5, RAMP7], reset=False)] == [5, 7]
    assert check_clips(step, ["a.wav"], reset=False) == ["a.wav"]
    assert step.n_features_in_ == 5


@each({**PATHS, **WAVEFORM_LISTS})
def test_a_refit_without_a_width_forgets_the_old_one(X):
    step = Step()
    check_clips(step, pd.DataFrame(np.zeros((3, 5)), columns=list("abcde")), reset=True)
    check_clips(step, X, reset=True)
    assert vars(step) == {}
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # of column names that are no more
        assert check_clips(step, np.zeros((3, 7)), reset=False).shape == (3, 7)


def test_a_table_after_a_list_has_no_width_to_keep():
    step = Step()
    check_clips(step, [RAMP5, RAMP7], reset=True)
    assert check_clips(step, np.zeros((2, 9)), reset=False).shape == (2, 9)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_float_dtypes_are_kept(dtype):
    assert check_clips(Step(), np.zeros((2, 5), dtype), reset=True).dtype == dtype
    assert check_clips(Step(), [RAMP5.astype(dtype)], reset=True)[0].dtype == dtype
    assert check_frames(Step(), np.zeros((2, 3, 4), dtype), reset=True).dtype == dtype
    assert check_frames(Step(), [LONG.astype(dtype), SHORT.astype(dtype)], reset=True)[1].dtype == dtype
    assert check_frames(Step(), np.zeros((2, 5), dtype), reset=True).dtype == dtype


@pytest.mark.parametrize("dtype", [np.int16, np.uint8, bool, np.float16])
def test_other_dtypes_become_double(dtype):
    assert check_clips(Step(), np.ones((2, 5), dtype), reset=True).dtype == np.float64
    assert check_clips(Step(), [np.ones(5, dtype)], reset=True)[0].dtype == np.float64
    assert check_frames(Step(), np.ones((2, 3, 4), dtype), reset=True).dtype == np.float64


def test_a_dtype_may_be_asked_for():
    assert check_frames(Step(), np.zeros((2, 3, 4)), reset=True, dtype=np.float32).dtype == np.float32
    assert check_frames(Step(), [LONG, SHORT], reset=True, dtype=np.float32)[0].dtype == np.float32


@pytest.mark.parametrize(
    ("check", "X"),
    [
        (check_clips, np.full((2, 5), 1e6)),
        (check_clips, [RAMP5 * 1e6, RAMP7 * 1e6]),
        (check_frames, np.full((2, 5), 1e6)),
        (check_frames, np.full((2, 3, 4), 1e6)),
        (check_frames, [LONG * 1e6, SHORT * 1e6]),
    ],
)
def test_the_callers_arrays_are_unchanged_and_may_be_read_only(check, X):
    before = [np.copy(x) for x in X]
    for array in [X] if isinstance(X, np.ndarray) else X:
        array.flags.writeable = False
    assert len(check(Step(), X, reset=True)) == 2
    for x, copy in zip(X, before, strict=True):
        np.testing.assert_array_equal(x, copy)


CLIP_REFUSALS = {
    "a str": (
        "a.wav",
        r"X must hold several clips, but is the single path 'a\.wav'. Pass a list: \['a\.wav'\]",
    ),
    "a Path": (pathlib.Path("a.wav"), r"X must hold several clips, but is the single path 'a\.wav'"),
    "two columns": (
        pd.DataFrame({"file": ["a.wav"], "label": ["x"]}),
        r"the columns \['file', 'label'\]. Pass the one that holds the paths, for instance X\['file'\]",
    ),
    "a column of numbers beside": (
        pd.DataFrame({"sr": [8000], "file": ["a.wav"]}),
        r"the columns \['sr', 'file'\]. Pass the one",
    ),
    "one waveform": (RAMP5, r"one waveform of 5 samples\. .* X\.reshape\(1, -1\), or pass \[X\]"),
    "frames": (
        np.zeros((2, 3, 4)),
        r"X has 3 dimensions, \(2, 3, 4\): these are frames.* one front end too many",
    ),
    "list of frames": ([LONG, SHORT], r"X has clips of 2 dimensions, \(3, 4\): these are frames"),
    "paths first, then arrays": (["a.wav", RAMP5], "mixes paths and other clips: clip 1 is of type ndarray"),
    "arrays first, then paths": ([RAMP5, "a.wav"], "mixes paths and other clips: clip 0 is of type ndarray"),
    "None among paths": (["a.wav", None], "mixes paths and other clips: clip 1 is of type NoneType"),
    "an empty clip": (
        [RAMP5, np.array([])],
        r"clip 1 of X must be 1-dimensional and not empty, got the shape \(0,\)",
    ),
    "NaN in a list": ([RAMP5, np.array([0, np.nan])], "clip 1 of X contains NaN"),
    "infinity in a list": ([np.array([np.inf, 0])], "clip 0 of X contains infinity"),
    "NaN in a table": (np.array([[0, np.nan]]), "(?s)contains NaN.*lengths differ, pass a list of 1-D"),
    "complex": ([RAMP5 * 1j], "Complex data not supported"),
    "no rows": (np.zeros((0, 5)), r"0 sample\(s\)"),
    "ragged lists of numbers": ([[1.0, 2.0], [3.0]], "(?s)inhomogeneous.*pass a list of 1-D arrays"),
    "one and two dimensions": ([RAMP5, LONG], "inhomogeneous"),
}


@pytest.mark.parametrize(("X", "message"), CLIP_REFUSALS.values(), ids=CLIP_REFUSALS.keys())
@pytest.mark.parametrize("reset", [True, False])
def test_what_clips_may_not_be(X, message, reset):
    with pytest.raises(ValueError, match=message):
        check_clips(Step(), X, reset=reset)


def test_sparse_clips_are_refused():
    with pytest.raises(TypeError, match="Sparse data was passed"):
        check_clips(Step(), scipy.sparse.csr_array(np.eye(3)), reset=True)


def test_tables_of_numbers_are_not_searched_for_paths(monkeypatch):
    """A DataFrame of waveforms holds millions of cells; each would cost a call."""
    seen = []
    monkeypatch.setattr(_forms, "is_path", lambda item: seen.append(item) or is_path(item))
    assert check_clips(Step(), pd.DataFrame(np.zeros((2, 500))), reset=True).shape == (2, 500)
    assert len(seen) < 10


# --------------------------------------------------------------------------------------------- frames


@each(EQUAL_FRAMES)
def test_equal_frames_are_stacked(X):
    step = Step()
    frames = check_frames(step, X, reset=True)
    np.testing.assert_array_equal(frames, np.stack([LONG, -LONG]))
    assert vars(step) == {"n_bins_": 3}


@each(RAGGED_FRAMES)
def test_frames_of_different_lengths_stay_a_list(X):
    step = Step()
    frames = check_frames(step, X, reset=True)
    assert isinstance(frames, list)
    assert [x.shape for x in frames] == [(3, 4), (3, 2)]
    assert vars(step) == {"n_bins_": 3}


@each(TABLES)
def test_a_table_is_one_frame_a_clip(X):
    step = Step()
    frames = check_frames(step, X, reset=True)
    assert frames.shape == (*np.shape(X), 1)
    np.testing.assert_array_equal(frames[:, :, 0], np.asarray(X))
    assert step.n_features_in_ == step.n_bins_ == np.shape(X)[1]


def test_any_form_of_frames_may_follow_any_other():
    forms = [np.zeros((2, 3, 4)), [LONG, SHORT], np.zeros((2, 3)), [LONG]]
    for first in forms:
        for second in forms:
            step = Step()
            check_frames(step, first, reset=True)
            assert len(check_frames(step, second, reset=False)) == len(second)
            check_frames(step, second, reset=True)
            assert hasattr(step, "n_features_in_") == (np.ndim(second[0]) == 1)


@pytest.mark.parametrize("X", [np.zeros((2, 5, 4)), [np.zeros((5, 4)), np.zeros((5, 2))]])
def test_other_bins_than_in_fit(X):
    step = Step()
    check_frames(step, [LONG, SHORT], reset=True)
    with pytest.raises(ValueError, match="clip 0 of X has 5 bins per frame, but Step was fitted on 3"):
        check_frames(step, X, reset=False)
    assert step.n_bins_ == 3


FRAME_REFUSALS = {
    "paths": (
        ["a.wav"],
        r"X holds paths. Put a front end before it: make_pipeline\(MelSpectrogram\(\), Step\(\)\)",
    ),
    "a column of paths": (pd.DataFrame({"file": ["a.wav"]}), "X holds paths"),
    "waveforms": ([RAMP5, RAMP7], "X holds waveforms. Put a front end before it"),
    "a str": ("a.wav", "X must hold several clips, but is the single path"),
    "different bins": ([LONG, LONG[:2]], "clip 1 of X has 2 bins per frame, but clip 0 has 3"),
    "no frames": (np.zeros((2, 3, 0)), r"X must be 3-dimensional and not empty, got the shape \(2, 3, 0\)"),
    "a clip without frames": (
        [LONG, np.zeros((3, 0))],
        r"clip 1 of X must be 2-dimensional and not empty, got the shape \(3, 0\)",
    ),
    "NaN": ([LONG, SHORT * np.nan], "clip 1 of X contains NaN"),
    "NaN in an array": (np.full((2, 3, 4), np.nan), "X contains NaN"),
    "four dimensions": (np.zeros((2, 3, 4, 5)), "(?s)dim 4.*Pass frames as a 3-D array, or as a list"),
    "one dimension": (RAMP5, "(?s)Expected 2D array, got 1D array.*Pass frames as a 3-D array"),
}


@pytest.mark.parametrize(("X", "message"), FRAME_REFUSALS.values(), ids=FRAME_REFUSALS.keys())
def test_what_frames_may_not_be(X, message):
    step = Step()
    with pytest.raises(ValueError, match=message):
        check_frames(step, X, reset=True)
    assert not hasattr(step, "n_bins_")


def test_a_wide_table_given_to_a_network_warns():
    with pytest.warns(
        UserWarning, match=r"Step got a table of 2001 columns.*make_pipeline\(MelSpectrogram\(\), Step"
    ):
        warn_if_wide(Step(), np.zeros((2, 2001, 1)))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        warn_if_wide(Step(), np.zeros((2, 2000, 1)))
        warn_if_wide(Step(), [np.zeros((2001, 2))])


# ------------------------------------------------------------------------------------- small helpers


def test_is_path():
    assert is_path("a") and is_path(pathlib.Path("a")) and is_path(np.str_("a"))
    assert not any(map(is_path, [b"a", 1, None, ["a"], np.zeros(2)]))


def test_stack_if_equal():
    assert stack_if_equal([LONG, LONG]).shape == (2, 3, 4)
    ragged = [LONG, SHORT]
    assert stack_if_equal(ragged) is ragged


@pytest.mark.parametrize(
    ("value", "rules"),
    [
        (1, {}),
        (np.int64(3), {"kind": numbers.Integral, "low": 3, "high": 3}),
        (np.float32(0.5), {"above": 0, "high": 1}),
        (None, {"none": True, "low": 0}),
    ],
)
def test_numbers_within_their_range_pass(value, rules):
    assert check_number("p", value, **rules) is None


@pytest.mark.parametrize(
    ("value", "rules", "error", "message"),
    [
        (0, {"low": 1, "kind": numbers.Integral}, ValueError, r"p=0 must be an integer >= 1\."),
        (0, {"above": 0}, ValueError, r"p=0 must be a number > 0\."),
        (2, {"low": 0, "high": 1}, ValueError, r"p=2 must be a number >= 0 and <= 1\."),
        (np.nan, {"low": 0}, ValueError, r"p=nan must be a number >= 0\."),
        (1.0, {"kind": numbers.Integral}, TypeError, r"p=1\.0 must be an integer\."),
        ("1", {"none": True}, TypeError, r"p='1' must be a number or None\."),
        (None, {}, TypeError, r"p=None must be a number\."),
        (True, {"kind": numbers.Integral}, TypeError, r"p=True must be an integer\."),
    ],
)
def test_numbers_out_of_range(value, rules, error, message):
    with pytest.raises(error, match=message):
        check_number("p", value, **rules)


def test_choices():
    assert check_choice("p", "b", {"a": 1, "b": 2}) == 2
    assert check_choice("p", "b", ("a", "b")) == "b"
    for value in ("c", None, 1, ["a"]):
        with pytest.raises(ValueError, match=r"p=.* is not one of \['a', 'b'\]"):
            check_choice("p", value, ("b", "a"))


def test_values_in_messages_are_plain():
    names = np.array(["a.wav", "b.wav"])
    assert repr(plain(names[0])) == "'a.wav'"
    assert repr(plain(list(names))) == "['a.wav', 'b.wav']"
    assert repr(plain((np.int64(3), np.float32(0.5), [np.bool_(True)]))) == "(3, 0.5, [True])"
    assert repr(plain(np.array([np.str_("x"), np.int64(1), None], object))) == "['x', 1, None]"
    assert repr(plain({np.str_("k"): np.arange(2)})) == "{'k': [0, 1]}"
    thing = object()
    assert plain(thing) is thing


@pytest.mark.parametrize("form", [np.array, list, pd.Series, lambda names: np.array(names, object)])
def test_paths_in_messages_are_plain(form, tmp_path):
    """A numpy array of paths, as pandas and train_test_split give it, reads as its strings do."""
    names = np.array([str(tmp_path / "missing.wav"), str(tmp_path / "other.wav")])
    augmented = AugmentedEstimator(make_pipeline(MFCC(), FramePooler(), SVC()), [AddNoise(20)])
    attempts = [
        lambda: MFCC().fit_transform(form(list(names))),
        lambda: AudioLoader().fit_transform(form(list(names))),
        lambda: augmented.fit(form(list(names)), ["a", "b"]),
        lambda: load(names[0]),
    ]
    for attempt in attempts:
        with pytest.raises(OSError, match=r"missing\.wav") as caught:
            attempt()
        assert "np.str_" not in str(caught.value)
    short = np.array([str(tmp_path / "short.wav")] * 2)
    soundfile.write(short[0], np.zeros(100), 22050)
    with pytest.raises(ValueError, match=r"file '.*short\.wav' is too short") as caught:
        MFCC().fit_transform(form(list(short)))
    assert "np.str_" not in str(caught.value)


def test_numbers_from_numpy_are_plain_in_messages():
    for parameters, message in (
        ({"hop_length": np.int64(0)}, "hop_length=0 must be an integer >= 1"),
        ({"fmin": np.float64(-1)}, r"fmin=-1\.0 must be a number >= 0"),
        ({"window": np.str_("hammer")}, "window='hammer' must be one that"),
    ):
        with pytest.raises(ValueError, match=message):
            MFCC(**parameters).fit(np.zeros((1, 3000)))


@pytest.mark.parametrize("y", [[[0, 1], [1, 0]], [[True, False], [True, True]], [[0.0, 1.0], [0.0, 0.0]]])
def test_tags_of_zeros_and_ones_are_taken(y):
    for form in (list, np.asarray, scipy.sparse.csr_matrix):
        check_tags(form(y))


@pytest.mark.parametrize("form", [list, np.asarray, scipy.sparse.csr_matrix])
@pytest.mark.parametrize(
    ("y", "message"),
    [
        ([[0, 1], [1, -1]], r"Tags must be 0, or 1 if a clip has the tag, but y holds -1 in row 1, column 1"),
        ([[0, 2], [2, 0]], r"y holds 2 in row 0, column 1.*values are \[0, 2\]; .* pass \(y == 2\)"),
    ],
)
def test_other_values_of_tags_are_named(form, y, message):
    with pytest.raises(ValueError, match=message):
        check_tags(form(y))
