"""Clips that are neither paths nor waveforms: bad file objects, and what Hugging Face's datasets holds."""

import collections.abc
import io
import os
import pathlib
import types

import numpy as np
import pytest
import soundfile
import torch
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skmir.audio import AudioLoader
from skmir.feature_extraction import MFCC
from skmir.model_selection import compare
from skmir.model_selection._running import clip_digests
from skmir.preprocessing import FramePooler

TONE = 0.5 * np.sin(np.arange(3000) / 5)


@pytest.fixture
def files(tmp_path, rng):
    paths = [str(tmp_path / name) for name in ("a.wav", "b.flac", "c.ogg", "d.mp3")]
    for path in paths:
        soundfile.write(path, 0.2 * rng.randn(30000).clip(-1, 1), 44100)
    return paths


# ----------------------------------------------------------------------------------- bad file objects


def closed(path):
    with open(path, "rb") as file:
        return file


def as_text(path):
    return open(path, encoding="latin1")


def pipe(path):
    read, write = os.pipe()
    os.close(write)
    return os.fdopen(read, "rb")


class Upload:
    """As FastAPI's UploadFile."""

    async def read(self, size=-1):
        return b""


BAD_OBJECTS = {
    "closed": (closed, r"a.wav'> is closed. Pass it while it is open"),
    "text": (as_text, r"a.wav'> is open as text. Open it with mode 'rb'"),
    "pipe": (pipe, r"<BufferedReader> cannot be read from its beginning again. Pass io.BytesIO\(file"),
    "upload": (lambda path: Upload(), r"<Upload> is read asynchronously. Pass the file inside, upload.file"),
    "empty": (lambda path: io.BytesIO(b""), r"<BytesIO> is empty \(0 bytes\)"),
}


@pytest.mark.parametrize(("make", "message"), BAD_OBJECTS.values(), ids=BAD_OBJECTS)
def test_a_file_object_that_cannot_be_rewound_says_what_to_pass(files, make, message):
    with pytest.raises((OSError, ValueError), match=message) as error:
        MFCC().transform([TONE, make(files[0])])
    assert str(error.value).startswith("clip 1 of X cannot be used: <")


# ------------------------------------------------------------------ what Hugging Face's datasets holds


class Decoder:
    """As torchcodec's AudioDecoder, which newer versions of datasets give."""

    def __init__(self, y, sr):
        self.samples = types.SimpleNamespace(data=torch.tensor(y), sample_rate=sr)

    def get_all_samples(self):
        return self.samples


class Column(collections.abc.Sequence):
    """As a column of a data set, which makes its rows only now."""

    def __init__(self, rows):
        self.rows = rows

    def __len__(self):
        return len(self.rows)

    def __getitem__(self, i):
        return self.rows[i]


def in_datasets(path, form):
    y, sr = soundfile.read(path, dtype="float32")
    content = pathlib.Path(path).read_bytes()
    return {
        "array": {"path": "a.wav", "array": y, "sampling_rate": sr},
        "channels": {"array": np.stack([y, y]), "sampling_rate": sr},
        "bytes": {"bytes": content, "path": "not there"},
        "path": {"bytes": None, "path": path},
        "decoder": Decoder(np.stack([y, y]), sr),
    }[form]


@pytest.mark.parametrize("form", ["array", "channels", "bytes", "path", "decoder"])
def test_what_datasets_holds_is_read_as_files_are(files, form):
    files = files[:2]  # without loss, so that the samples are those of the file
    clips = Column([in_datasets(path, form) for path in files])
    for step in (AudioLoader(), MFCC()):
        for a, b in zip(step.fit_transform(clips), step.fit_transform(files), strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-6, atol=1e-5 * np.abs(b).max())
    assert len(clip_digests(clips)) == len(set(clip_digests(clips))) == 2


def test_encoded_clips_in_a_search_and_in_compare(files):
    X = [io.BytesIO(pathlib.Path(files[i % 4]).read_bytes()) for i in range(4)]
    X += [in_datasets(files[i % 2], "array") for i in range(4)]
    X = [{"bytes": x.getvalue()} if isinstance(x, io.BytesIO) else x for x in X]
    model = make_pipeline(MFCC(), FramePooler(), GaussianNB())
    y = np.tile(["a", "b"], 4)
    assert (
        GridSearchCV(model, {"mfcc__n_mfcc": [5, 13]}, cv=2, error_score="raise").fit(X, y).predict(X).shape
    )
    with pytest.warns(UserWarning):
        assert compare({"Bayes": model}, X, y, cv=2).table_["mean"].notna().all()


@pytest.mark.parametrize(
    ("clip", "message"),
    [
        (
            {"bytes": None, "path": None},
            "A dict must hold 'array' and 'sampling_rate', .*'bytes': 'NoneType'",
        ),
        ({"array": TONE, "sampling_rate": None}, "sampling_rate=None must be a number"),
        ({"array": np.arange(9), "sampling_rate": 8000}, "It is a waveform of int64, whose full scale"),
        ({"array": [], "sampling_rate": 8000}, "It holds no sample"),
        ({"path": "nowhere.wav"}, "There is no file 'nowhere.wav'"),
    ],
    ids=["nothing", "no rate", "unknown scale", "empty", "no file"],
)
def test_a_dict_that_cannot_be_read_is_named(clip, message):
    with pytest.raises((OSError, ValueError, TypeError), match=f"clip 1 of X cannot be used: {message}"):
        MFCC().transform([TONE, clip])
