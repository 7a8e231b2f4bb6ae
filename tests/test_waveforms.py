"""Waveforms as other libraries give them: scaled, laid out anew, or refused by a sentence that cures."""

import io
import warnings

import numpy as np
import pandas as pd
import pytest
import scipy.sparse
import soundfile
import torch
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline

from skmir._validation import check_clips, check_frames
from skmir.audio import AudioLoader, load
from skmir.compose import AugmentedEstimator
from skmir.feature_extraction import MFCC
from skmir.model_selection import check_leakage
from skmir.preprocessing import FramePooler


class Step(BaseEstimator):
    """What the validators hang their findings on."""


TONE = 0.5 * np.sin(np.arange(3000) / 5)
STORED = {
    "int8": (np.round(TONE * 128), 2**-8),
    "int16": (np.round(TONE * 32768), 2**-16),
    "int32": (np.round(TONE * 2**31), 2**-30),
    "uint8": (np.round(TONE * 128) + 128, 2**-8),
    "uint16": (np.round(TONE * 32768) + 32768, 2**-16),
    ">i2": (np.round(TONE * 32768), 2**-16),
}


def clips_of(X, **parameters):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        return check_clips(Step(), X, reset=False, **parameters)


# --------------------------------------------------------------------------------------------- scale


@pytest.mark.parametrize("dtype", STORED)
@pytest.mark.parametrize("form", [list, np.stack, pd.DataFrame], ids=["list", "2-D", "DataFrame"])
def test_stored_integers_are_scaled_by_their_range(dtype, form):
    values, tolerance = STORED[dtype]
    X = form([values.astype(dtype)] * 2)
    before = np.array(X)
    clips = clips_of(X)
    assert clips[0].dtype == np.float64
    for clip in clips:
        np.testing.assert_allclose(clip, TONE, atol=2 * tolerance)
    np.testing.assert_array_equal(np.array(X), before)


@pytest.mark.parametrize("dtype", [np.int64, np.uint32, np.uint64])
def test_integers_of_no_scale_are_refused_in_lists_and_taken_as_they_are_in_tables(dtype):
    y = np.arange(50, dtype=dtype)
    with pytest.raises(
        ValueError, match=rf"clip 1 of X is a waveform of {np.dtype(dtype)}, whose full scale"
    ):
        clips_of([TONE, y])
    np.testing.assert_array_equal(clips_of(np.stack([y, y])), [y, y])
    with pytest.warns(UserWarning, match=r"must lie in \[-1, 1\], .*: clip 0 of X reaches 20000\."):
        check_clips(Step(), np.full((1, 50), 20000, dtype=dtype), reset=False)


def test_all_that_takes_clips_scales_alike(rng):
    floats = [0.3 * rng.randn(22050).clip(-1, 1) for _ in range(6)]
    floats = [np.round(y * 32768) / 32768 for y in floats]
    integers = [(y * 32768).astype(np.int16) for y in floats]
    y = [0, 1] * 3
    for step in (MFCC(), AudioLoader(), MFCC(offset="center", duration=0.5)):
        np.testing.assert_allclose(step.fit_transform(integers), step.fit_transform(floats), rtol=1e-6)
    make = AugmentedEstimator(make_pipeline(MFCC(), FramePooler(), MFCCMean()), [], 0)
    np.testing.assert_allclose(make.fit(integers, y).predict(integers), make.fit(floats, y).predict(floats))
    leaks = check_leakage([*integers, integers[0] // 2], cv=[([0, 1, 2], [3, 4, 5, 6])])
    assert leaks[["clip", "other"]].to_numpy().tolist() == [[0, 6]]


class MFCCMean(BaseEstimator):
    """Answers with the mean of each row."""

    def fit(self, X, y):
        self.n_ = len(X)
        return self

    def predict(self, X):
        return np.mean(X, axis=1)


@pytest.mark.parametrize("form", [list, np.stack])
def test_floats_beyond_any_sense_are_warned_of_once(form):
    X = form([TONE, 32768 * TONE, 30000 * TONE])
    with pytest.warns(UserWarning) as record:
        MFCC().fit_transform(X)
    (message,) = (str(warning.message) for warning in record)
    assert message.startswith(
        "Samples must lie in [-1, 1], but 2 of 3 clips go far beyond: clip 1 of X reaches 16384"
    )
    assert "32768 for 16 bits" in message


@pytest.mark.parametrize("values", [np.round(TONE * 1000), np.round(TONE * 127) + 128])
def test_soft_integers_that_became_floats_are_warned_of(values):
    with pytest.warns(
        UserWarning, match=r"Samples must lie in \[-1, 1\], but 1 of 2 clips go far beyond: clip 1 of X"
    ):
        check_clips(Step(), [TONE, values], reset=False)


@pytest.mark.parametrize("X", [[TONE * 4], np.stack([TONE * 2000] * 2), [(TONE * 32768).astype(np.int16)]])
def test_loud_music_is_not_warned_of(X):
    clips_of(X)


def test_samples_of_16_bits_in_32_are_warned_of():
    with pytest.warns(
        UserWarning, match=r"largest sample of X is 1638\d, and X is int32.*astype\(numpy.int16\)"
    ):
        check_clips(Step(), [(TONE * 32768).astype(np.int32)], reset=False)


# ---------------------------------------------------------------------------------------------- memory


def structured(y):
    """A view whose strides are no multiple of its items' size."""
    pairs = np.zeros(len(y), dtype=[("y", np.float64), ("mark", np.int8)])
    pairs["y"] = y
    return pairs["y"]


@pytest.mark.parametrize(
    ("view", "tolerance"),
    [
        (lambda y: y[::-1][::-1], 0),
        (lambda y: y[::-1].copy()[::-1], 0),
        (structured, 0),
        (lambda y: y.astype(">f8"), 0),
        (lambda y: y.astype(">f4"), 1e-7),
        (lambda y: y.astype(np.float16), 1e-3),
        (torch.tensor, 0),
        (lambda y: torch.tensor(y, requires_grad=True), 0),
        (lambda y: torch.tensor(y).bfloat16(), 1e-2),
        (pd.Series, 0),
    ],
)
def test_any_memory_serves(view, tolerance):
    expected = MFCC().fit_transform([TONE])
    y = view(TONE)
    np.testing.assert_allclose(clips_of([y])[0], TONE, atol=tolerance)
    frames = MFCC().fit_transform([y])
    if not tolerance:
        np.testing.assert_array_equal(frames, expected)


@pytest.mark.parametrize("as_tensor", [False, True])
def test_tables_and_frames_turned_round(as_tensor, rng):
    X, frames = rng.randn(3, 500), rng.randn(3, 4, 20)
    turned = X[:, ::-1]
    np.testing.assert_array_equal(MFCC().fit_transform(turned), MFCC().fit_transform(turned.copy()))
    for given in (frames[:, :, ::-1], [x[:, ::-1] for x in frames], [frames[0][::-1], frames[1][::-1, :9]]):
        checked = check_frames(Step(), given, reset=True)
        for x, original in zip(checked, given, strict=True):
            np.testing.assert_array_equal(torch.from_numpy(x), np.array(original))
    table = check_frames(Step(), torch.tensor(X) if as_tensor else X[:, ::-1], reset=True)
    assert torch.from_numpy(table).shape == (3, 500, 1)


# ------------------------------------------------------------------------------------------- refusals

STEREO = np.stack([TONE, TONE])
REFUSALS = {
    "bytes": ([b"RIFF" + bytes(10**6)], "clip 0 of X is of type bytes, with 1000004 bytes. Pass the path"),
    "bytes alone": (b"a.wav", "X is of type bytes, with 5 bytes. Pass the path"),
    "bytearray": ([bytearray(10)], "clip 0 of X is of type bytearray, with 10 bytes"),
    "dict": (
        [{"array": TONE, "sampling_rate": 16000}],
        r"clip 0 of X is a dict with the keys 'array', 'sampling_rate'. Pass the samples alone",
    ),
    "dict alone": ({"array": TONE}, "X is a dict with the keys 'array'"),
    "dicts in an array": (np.array([{"array": TONE}]), "clip 0 of X is a dict"),
    "(y, sr)": ([(TONE, 22050)] * 2, r"clip 0 of X is a pair of a waveform and a rate"),
    "(sr, y)": ([(22050, TONE)] * 2, r"clip 0 of X is a pair of a waveform and a rate"),
    "[tensor, sr]": ([[torch.tensor(TONE), 22050]], r"clip 0 of X is a pair of a waveform and a rate"),
    "one pair": ((TONE, 22050), r"X is a pair of a waveform and a rate"),
    "(n, 2)": (
        [STEREO.T],
        r"must have one channel, got shape \(3000, 2\): 2 channels .* X = \[clip.mean\(axis=1\) for",
    ),
    "(2, n)": (
        [STEREO],
        r"must have one channel, got shape \(2, 3000\): 2 channels .* X = \[clip.mean\(axis=0\) for",
    ),
    "(1, n)": ([TONE[np.newaxis]], r"must have one channel, .* 1 channels of 3000 samples"),
    "3-D stereo": (
        np.stack([STEREO] * 3),
        r"clip 0 of X must have one channel, got shape \(2, 3000\): 2 channels",
    ),
    "None": (None, "X is of type NoneType. Pass a list of paths"),
    "None among clips": ([TONE, None], "clip 1 of X is of type NoneType"),
    "generator": ((y for y in STEREO), "X is of type generator. Pass a list"),
    "set": ({1, 2}, "X is of type set. Pass a list"),
    "long texts": (np.array([["a" * 10**5]]), r"could not convert string to float.*\[\.\.\.\]"),
    "a long path": ("a" * 10**5, r"X must hold several clips, but is the single path 'aaa.*\[\.\.\.\]"),
    "many columns": (pd.DataFrame([["a.wav"] * 5000]), r"DataFrame with the columns \[0, 1,.*\[\.\.\.\]"),
    "one long waveform in a list": (TONE[:999].tolist(), r"(?s)Expected 2D array, got 1D.*\[\.\.\.\]"),
}


@pytest.mark.parametrize(("X", "message"), REFUSALS.values(), ids=REFUSALS)
@pytest.mark.parametrize("reset", [True, False])
def test_what_is_no_clip_is_refused_in_few_words(X, message, reset):
    with pytest.raises(ValueError, match=message) as error:
        check_clips(Step(), X, reset=reset)
    assert len(str(error.value)) < 600


@pytest.mark.parametrize("kind", [scipy.sparse.csr_array, scipy.sparse.dok_array, scipy.sparse.dok_matrix])
def test_sparse_tables_are_still_called_sparse(kind):
    with pytest.raises(TypeError, match="Sparse data was passed"):
        check_clips(Step(), kind(np.eye(3)), reset=True)


def test_names_come_out_as_plain_text():
    (path,) = check_clips(Step(), np.array(["a.wav"]), reset=True)
    assert type(path) is str


# --------------------------------------------------------------------------------------- file objects


@pytest.fixture
def files(tmp_path, rng):
    paths = [str(tmp_path / name) for name in ("a.wav", "b.flac", "c.ogg", "d.mp3")]
    for path in paths:
        soundfile.write(path, 0.2 * rng.randn(30000).clip(-1, 1), 44100)
    return paths


@pytest.mark.parametrize("step", [AudioLoader(), MFCC(), make_pipeline(MFCC(), FramePooler())], ids=str)
def test_file_objects_are_read_as_files_are(step, files):
    objects = [io.BytesIO(open(path, "rb").read()) for path in files]  # noqa: SIM115
    expected = step.fit_transform(files)
    for _ in range(2):  # a second reading finds them where the first did
        for a, b in zip(step.fit_transform(objects), expected, strict=True):
            np.testing.assert_array_equal(a, b)
    for a, b in zip(step.transform([objects[0], load(files[1])[0]]), expected, strict=False):
        np.testing.assert_array_equal(a, b)


def test_file_objects_have_entries_in_a_cache(files, tmp_path):
    objects = [io.BytesIO(open(path, "rb").read()) for path in files]  # noqa: SIM115
    front_end = MFCC(memory=tmp_path / "memory")
    first = front_end.fit_transform(objects[:2])
    n_entries = len(list((tmp_path / "memory").rglob("*")))
    np.testing.assert_array_equal(front_end.fit_transform(objects[:2])[0], first[0])
    assert len(list((tmp_path / "memory").rglob("*"))) == n_entries


def test_a_file_object_that_cannot_be_read_is_named():
    with pytest.raises(OSError, match="clip 1 of X cannot be used: <BytesIO> cannot be decoded as audio"):
        MFCC().transform([TONE, io.BytesIO(b"no audio" * 10)])
    with pytest.raises(ValueError, match=r"clip 0 of X is a file object \(BytesIO\). Pass its path"):
        check_clips(Step(), [io.BytesIO(b"")], reset=True)
    with pytest.raises(ValueError, match=r"X must hold several clips, but is one file object .*Pass \[X\]"):
        MFCC().fit(io.BytesIO(b""))
