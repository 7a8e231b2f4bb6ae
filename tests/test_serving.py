"""Models in a service: loaded once, in a process that imports what they need, and asked by many threads."""

import io
import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import soundfile
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

import skmir
from skmir.audio import segments
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import FramePooler, FrameScaler

pytest.importorskip("skops")
NOT_NEEDED = ["torch._dynamo", "skmir.model_selection", "skmir.datasets", "librosa", "numba", "matplotlib"]
PROBE = """
import json, sys
import skmir
model = skmir.load(sys.argv[1])
probabilities = model.predict_proba([sys.argv[2]])
print(json.dumps([probabilities.tolist(), [name for name in sys.argv[3:] if name in sys.modules]]))
"""


def upload(i):
    """A recording of 0.3 to 0.6 s at one of two rates, as a file object, which an upload is."""
    sr, file = (16000, 22050)[i % 2], io.BytesIO()
    time = np.arange(round((0.3 + 0.1 * (i % 4)) * sr)) / sr
    noise = 0.05 * np.random.RandomState(i).randn(len(time))
    soundfile.write(file, 0.3 * np.sin(2 * np.pi * 110 * (1 + i) * time) + noise, sr, format="WAV")
    return file


def svm():
    return make_pipeline(MFCC(), FramePooler(), StandardScaler(), SVC())


def cnn():
    network = CNNClassifier(n_filters=(2, 2, 2, 2), max_iter=1, device="cpu", random_state=0)
    return make_pipeline(MelSpectrogram(n_mels=40), FrameScaler(), network)


@pytest.fixture(scope="module")
def uploads():
    return [upload(i) for i in range(8)]


@pytest.fixture(scope="module")
def saved(uploads, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models")
    for make in (svm, cnn):
        skmir.save(make().fit(uploads, np.arange(8) % 2), folder / make.__name__)
    return folder


@pytest.mark.parametrize("name", ["svm", "cnn"])
def test_threads_side_by_side_get_the_answers_of_one(saved, uploads, name):
    model = skmir.load(saved / name)
    expected = [model.decision_function([file]) for file in uploads]
    with ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            found = list(pool.map(lambda i: model.decision_function([upload(i)]), range(8)))
            np.testing.assert_array_equal(found, expected)


def test_threads_cut_and_predict_segments_side_by_side(saved, uploads):
    model = skmir.load(saved / "svm")

    def answer(i):
        return [(start, end, model.predict([file])[0]) for start, end, file in segments(upload(i), 0.1)]

    expected = list(map(answer, range(8)))
    assert sorted(map(len, expected)) == [3, 3, 4, 4, 5, 5, 6, 6]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(answer, range(8))) == expected


def test_a_fresh_process_imports_what_its_model_needs(saved, uploads, tmp_path):
    path = tmp_path / "a.wav"
    path.write_bytes(uploads[0].getvalue())
    command = [sys.executable, "-c", PROBE, str(saved / "cnn"), str(path), *NOT_NEEDED]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    probabilities, imported = json.loads(done.stdout)
    assert imported == []
    np.testing.assert_array_equal(probabilities, skmir.load(saved / "cnn").predict_proba([str(path)]))
