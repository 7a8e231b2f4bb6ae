"""The command predict --segments: a line per segment of a recording, as a table, labels and JSON."""

import csv
import io
import json
import re

import numpy as np
import pytest
import soundfile
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import LinearSVC

import skmir
from skmir.__main__ import main
from skmir._commands import _segments
from skmir.datasets import read_annotations
from skmir.feature_extraction import MFCC
from skmir.preprocessing import FramePooler

pytest.importorskip("skops")
SR = 16000  # of the recordings; the model works at 22050 Hz
PITCHES = {"höher, bright": 880, "low": 220}


def tone(label, duration, seed=0):
    rng = np.random.RandomState(seed)
    time = np.arange(round(duration * SR)) / SR
    return 0.5 * np.sin(2 * np.pi * PITCHES[label] * time + seed) + 0.01 * rng.randn(len(time))


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """Files of a model with probabilities, and of one with scores."""
    folder, low_high = tmp_path_factory.mktemp("models"), sorted(PITCHES)
    labels = [low_high[i % 2] for i in range(8)]
    clips = []
    for i, label in enumerate(labels):
        clips.append(io.BytesIO())
        soundfile.write(clips[-1], tone(label, 0.5, i), SR, format="WAV")
    for name, last in (("probabilities", LogisticRegression()), ("scores", LinearSVC(random_state=0))):
        model = make_pipeline(MFCC(), FramePooler(), StandardScaler(), last).fit(clips, labels)
        skmir.save(model, folder / f"{name}.skops")
    return folder


@pytest.fixture
def folder(tmp_path):
    """Two recordings in sub-folders: one changes at 2 s, and one is shorter than a segment."""
    path = tmp_path / "recordings"
    (path / "live").mkdir(parents=True)
    both = np.concatenate([tone("low", 2), tone("höher, bright", 1.75)])
    soundfile.write(path / "live" / "both.flac", np.stack([both, both], axis=1), SR)
    soundfile.write(path / "shört.wav", tone("low", 0.4), SR)
    return path


@pytest.fixture
def predict(models, capsys):
    """Run the command; return its status, and what it printed on stdout and stderr."""

    def predict(*arguments, model="probabilities"):
        status = main(["predict", str(models / f"{model}.skops"), *map(str, arguments)])
        return status, *capsys.readouterr()

    return predict


def cut(path, start, end):
    """A piece of a recording as a file of its own."""
    y, sr = soundfile.read(path, start=round(start * SR), stop=round(end * SR))
    file = io.BytesIO()
    soundfile.write(file, y, sr, format="WAV", subtype="PCM_16")
    return file


def test_a_table_has_a_row_per_segment(folder, models, predict, monkeypatch):
    monkeypatch.setattr(_segments, "MAX_FILES", 3)  # batches of three, and one that is not full
    status, text, said = predict(folder, "--segments", "1")
    assert status == 0 and "2/2" in said
    header, *rows = csv.reader(text.splitlines())
    assert header == ["file", "start", "end", "label", *(f"probability_{name}" for name in sorted(PITCHES))]
    both, short = str(folder / "live" / "both.flac"), str(folder / "shört.wav")
    times = [("0.0", "1.0"), ("1.0", "2.0"), ("2.0", "3.0"), ("3.0", "3.75")]
    assert [(row[0], row[1], row[2]) for row in rows] == [(both, *each) for each in times] + [
        (short, "0.0", "0.4")
    ]
    assert [row[3] for row in rows] == ["low", "low", "höher, bright", "höher, bright", "low"]
    pieces = [cut(row[0], float(row[1]), float(row[2])) for row in rows]
    expected = skmir.load(models / "probabilities.skops").predict_proba(pieces)
    np.testing.assert_allclose(np.array([row[4:] for row in rows], dtype=float), expected, atol=1e-5)


def test_labels_for_audacity_lie_as_the_recordings_do(folder, predict, tmp_path):
    (folder / "shört.mp3").write_bytes((folder / "shört.wav").read_bytes())
    status, text, _ = predict(folder, "--segments", "1", "-o", tmp_path / "labels", "--quiet")
    assert (status, text) == (0, "")
    files = {str(path.relative_to(tmp_path / "labels")) for path in (tmp_path / "labels").rglob("*.txt")}
    assert files == {"live/both.txt", "shört.wav.txt", "shört.mp3.txt"}
    labels = tmp_path / "labels" / "live" / "both.txt"
    assert labels.read_text("utf-8") == "0.0\t2.0\tlow\n2.0\t3.75\thöher, bright\n"
    intervals, names = read_annotations(labels)
    assert intervals.tolist() == [[0, 2], [2, 3.75]] and names == ["low", "höher, bright"]
    status, _, said = predict(folder, "--segments", "1", "-o", tmp_path / "labels")
    assert status == 2 and "exists already (3 such files)" in said
    assert predict(folder, "--segments", "2", "-o", tmp_path / "labels", "--overwrite")[0] == 0


def test_labels_are_joined_only_if_segments_meet(folder, predict, tmp_path):
    recording, out = folder / "live" / "both.flac", tmp_path / "both.txt"
    status, _, said = predict(recording, "--segments", "0.5", "--hop", "1", "-o", out)
    assert status == 0 and "1/1" in said and "at 0:00:03" in said
    assert [line.split("\t")[:2] for line in out.read_text("utf-8").splitlines()] == [
        ["0.0", "0.5"],
        ["1.0", "1.5"],
        ["2.0", "2.5"],
        ["3.0", "3.5"],
    ]
    assert predict(recording, "--segments", "1", "--hop", "0.5", "-o", out, "--overwrite")[0] == 0
    assert out.read_text("utf-8").splitlines()[0].startswith("0.0\t2")
    assert len(out.read_text("utf-8").splitlines()) == 2


def test_json_has_the_columns_of_the_table(folder, predict, tmp_path):
    assert predict(folder, "--segments", "2", "-o", tmp_path / "found.json", model="scores")[0] == 0
    assert predict(folder, "--segments", "2", "-o", tmp_path / "found.csv", model="scores")[0] == 0
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    assert [(each["file"], len(each["segments"])) for each in found] == [
        (str(folder / "live" / "both.flac"), 2),
        (str(folder / "shört.wav"), 1),
    ]
    rows = list(csv.DictReader((tmp_path / "found.csv").read_text("utf-8").splitlines()))
    flat = [{"file": each["file"], **segment} for each in found for segment in each["segments"]]
    assert [{key: str(value) for key, value in row.items()} for row in flat] == [
        {key: value if key in ("file", "label") else str(float(value)) for key, value in row.items()}
        for row in rows
    ]
    assert isinstance(flat[0]["score_low"], float) and flat[0]["label"] == "low"


def test_tags_and_numbers_have_segments_as_well(folder, models, predict, tmp_path):
    labels = ["höher, bright", "low"]
    clips, is_low = [tone(labels[i % 2], 0.5, i) for i in range(8)], np.arange(8) % 2
    steps = MFCC(SR), FramePooler(), StandardScaler()
    tagger = make_pipeline(*steps, OneVsRestClassifier(LogisticRegression()))
    tagger.fit(clips, np.stack([is_low, 1 - is_low], axis=1))
    skmir.save(tagger, models / "tags.skops", card={"task": "tags", "tags": ["deep", "bright"]})
    skmir.save(make_pipeline(*steps, Ridge()).fit(clips, is_low), models / "numbers.skops")
    recording, out = folder / "live" / "both.flac", tmp_path / "both.txt"
    assert predict(recording, "--segments", "1", "-o", out, model="tags")[0] == 0
    assert out.read_text("utf-8") == "0.0\t2.0\tdeep\n2.0\t3.75\tbright\n"
    assert predict(recording, "--segments", "2", "-o", tmp_path / "both.json", model="numbers")[0] == 0
    [found] = json.loads((tmp_path / "both.json").read_text("utf-8"))
    assert [list(segment) for segment in found["segments"]] == 2 * [["start", "end", "prediction"]]
    assert found["segments"][0]["prediction"] > 0.5 > found["segments"][1]["prediction"]


def test_what_cannot_be_used_is_named_and_the_rest_is_written(folder, predict, tmp_path):
    (folder / "text.wav").write_text("no sound")
    (folder / "cut.flac").write_bytes((folder / "live" / "both.flac").read_bytes()[:-9000])
    y = tone("low", 3).astype(np.float32)
    y[SR + 5] = np.nan
    soundfile.write(folder / "nan.wav", y, SR, subtype="FLOAT")
    status, _, said = predict(folder, "--segments", "1", "-o", tmp_path / "found.json")
    assert status == 1 and "3 of 5 files were passed over" in said
    found = json.loads((tmp_path / "found.json").read_text("utf-8"))
    starts = {each["file"].split("/")[-1]: [s["start"] for s in each["segments"]] for each in found}
    assert starts == {"both.flac": [0, 1, 2, 3], "shört.wav": [0], "nan.wav": [0, 2]}
    for words in (r"text\.wav' cannot be decoded", r"cut\.flac' is cut short"):
        assert len(re.findall(f"skmir predict: passed over: .*{words}", said)) == 1
    assert re.search(r"nan\.wav': 1 segment, from 1 s to 2 s: it holds 1 samples that are NaN", said)
    status, _, _ = predict(folder / "text.wav", "--segments", "1", "-o", tmp_path / "none.json")
    assert status == 1 and json.loads((tmp_path / "none.json").read_text()) == []


@pytest.mark.parametrize(
    ("options", "words"),
    {
        "--hop 1": "--hop 1 says how far segments are apart. Add --segments S",
        "--segments 0": "--segments must be a number of seconds above 0, got 0",
        "--segments 1 --hop nan": "--hop must be a number of seconds above 0, got nan",
        "--segments 1 -o OUT.tsv": r"--output must end in \.csv, \.txt .* or be a folder .*, got .*tsv",
        "--segments 1 -o OUT.txt": "can hold the labels of one recording, got 2. Name a folder",
        "--segments 1 -o OUT --top 1": "--top needs a table",
    }.items(),
)
def test_wrong_options_are_refused_before_the_model_is_loaded(
    folder, predict, tmp_path, monkeypatch, options, words
):
    monkeypatch.setattr("skmir._persistence.load", None)
    arguments = options.replace("OUT", str(tmp_path / "out")).split()
    status, _, said = predict(folder, *arguments)
    assert status == 2 and re.search(f"skmir predict: error: .*{words}", said), said
    assert not [path for path in tmp_path.glob("out*") if path.is_file()]
