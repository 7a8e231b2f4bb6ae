"""The commands train and predict, end to end on small data."""

import csv
import os
import re
import sys

import numpy as np
import pandas as pd
import pytest
import soundfile
from fresh_command import run_fresh
from sklearn.pipeline import make_pipeline

import skmir
from skmir.__main__ import main
from skmir._commands import _files
from skmir.feature_extraction import MFCC
from skmir.neural_network import MLPClassifier
from skmir.preprocessing import FramePooler

pytest.importorskip("skops")
PITCHES = {"höher, bright": 880, "low": 220, "middle": 440}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Twelve tones of three classes in sub-folders, and in four groups of a table of another name."""
    path, rng = tmp_path_factory.mktemp("tones"), np.random.RandomState(0)
    rows, time = [], np.arange(11025) / 22050
    for i, (label, pitch) in enumerate([*PITCHES.items()] * 4):
        (path / label).mkdir(exist_ok=True)
        y = 0.5 * np.sin(2 * np.pi * pitch * time + i) + 0.02 * rng.randn(len(time))
        soundfile.write(path / label / f"{i:02d}.wav", y, 22050)
        rows.append({"file": f"{label}/{i:02d}.wav", "label": label, "take": i // 3})
    pd.DataFrame(rows).to_csv(path / "takes.csv", index=False)
    return path


def train(folder, path, *options, model="MLP"):
    return main(["train", str(folder), "--model", model, "-o", str(path), "--quiet", *options])


@pytest.fixture(scope="module")
def trained(folder, tmp_path_factory):
    """Files of two models: one that gives probabilities, and one that gives scores."""
    paths = {name: tmp_path_factory.mktemp("models") / f"{name}.skops" for name in ("MLP", "SVM")}
    for name, path in paths.items():
        assert train(folder, path, model=name) == 0
    return paths


def rows_of(text):
    return list(csv.reader(text.splitlines()))


def recordings(folder):
    return sorted(str(path) for path in folder.rglob("*.wav"))


def test_a_trained_model_labels_a_folder(folder, trained, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_files, "MAX_FILES", 5)  # three batches
    out = tmp_path / "new" / "predictions.csv"
    assert main(["predict", str(trained["MLP"]), str(folder), "-o", str(out)]) == 0
    assert "12/12" in capsys.readouterr().err  # the bar
    header, *rows = rows_of(out.read_text(encoding="utf-8"))
    assert header == ["file", "label", *(f"probability_{name}" for name in PITCHES)]
    files = recordings(folder)
    assert [row[0] for row in rows] == files
    assert [row[1] for row in rows] == [file.split("/")[-2] for file in files]
    model = skmir.load(trained["MLP"])
    assert [row[1] for row in rows] == model.predict(files).tolist()
    found = np.array([row[2:] for row in rows], dtype=float)
    np.testing.assert_allclose(found, model.predict_proba(files), atol=1e-5)


def test_the_same_seed_gives_the_same_model_whatever_is_kept(folder, trained, tmp_path):
    files = recordings(folder)
    assert train(folder, tmp_path / "again.skops", "--memory", str(tmp_path / "kept")) == 0
    assert train(folder, tmp_path / "other.skops", "--seed", "1") == 0
    first, again, other = map(
        skmir.load, (trained["MLP"], tmp_path / "again.skops", tmp_path / "other.skops")
    )
    assert np.array_equal(again.predict_proba(files), first.predict_proba(files))
    assert not np.array_equal(other.predict_proba(files), first.predict_proba(files))
    assert (tmp_path / "kept").is_dir()
    assert again.get_params()["melspectrogram__memory"] is None


def test_the_card_says_what_the_model_was_fitted_on(trained):
    card = skmir.load_card(trained["SVM"])
    assert card["model"] == "SVM" and card["seed"] == 0 and card["score"] is None
    assert card["classes"] == dict.fromkeys(PITCHES, 4)
    assert card["n_clips"] == 12 and card["n_groups"] is None
    assert card["versions"]["skmir"] == skmir.__version__
    text = trained["SVM"].with_suffix(".md").read_text(encoding="utf-8")
    assert "| höher, bright | 4 |" in text and "Not measured" in text


def test_cv_keeps_groups_together_and_goes_to_the_card(folder, tmp_path, capsys):
    table = ["--labels", "takes.csv", "--group", "take", "--cv", "2", "--repeats", "2", "--n-jobs", "1"]
    table += ["--memory", str(tmp_path / "kept")]
    assert main(["compare", str(folder), "--models", "SVM", *table]) == 0
    assert main(["train", str(folder), "--model", "SVM", *table, "-o", str(tmp_path / "m.skops")]) == 0
    printed = capsys.readouterr()
    assert f"12 of 12 fits found in {tmp_path / 'kept'}" in printed.err  # those of compare
    card = skmir.load_card(tmp_path / "m.skops")
    score = card["score"]
    assert card["n_groups"] == 4 and score["grouped"] and score["n_folds"] == 2
    assert score["metric"] == "balanced_accuracy" and 0 <= score["mean"] <= 1
    text = (tmp_path / "m.md").read_text(encoding="utf-8")
    assert f"balanced_accuracy {score['mean']:.3f}" in text and "groups together" in text
    assert "2 repeats of 2 folds" in text
    assert "majority" in printed.out and printed.out.splitlines()[-1] == f"wrote {tmp_path / 'm.md'}"


@pytest.mark.parametrize("top", [1, 2, 9])
def test_top_names_the_likeliest_classes(folder, trained, capsys, top):
    files = recordings(folder)[:2]
    assert main(["predict", str(trained["MLP"]), *files, "--top", str(top)]) == 0
    header, *rows = rows_of(capsys.readouterr().out)
    columns = ["label", "probability", "label_2", "probability_2", "label_3", "probability_3"][: 2 * top]
    assert header == ["file", *columns]
    expected = skmir.load(trained["MLP"]).predict_proba(files)
    for row, of_classes in zip(rows, expected, strict=True):
        order = np.argsort(-of_classes)[:top]
        assert row[1::2] == [list(PITCHES)[i] for i in order]
        np.testing.assert_allclose(np.array(row[2::2], dtype=float), of_classes[order], atol=1e-5)


def test_scores_stand_where_there_are_no_probabilities(folder, trained, capsys):
    files = recordings(folder)
    assert main(["predict", str(trained["SVM"]), str(folder)]) == 0
    header, *rows = rows_of(capsys.readouterr().out)
    assert header == ["file", "label", *(f"score_{name}" for name in PITCHES)]
    model = skmir.load(trained["SVM"])
    assert [row[1] for row in rows] == model.predict(files).tolist()
    found = np.array([row[2:] for row in rows], dtype=float)
    np.testing.assert_allclose(found, model.decision_function(files), atol=1e-4)


def test_files_that_cannot_be_used_are_named_and_passed_over(folder, trained, tmp_path, capsys):
    good = recordings(folder)[:3]
    (tmp_path / "empty.wav").write_bytes(b"")
    (tmp_path / "text.wav").write_text("no sound")
    given = [good[0], str(tmp_path), good[1], str(tmp_path / "nowhere.wav"), good[2]]
    assert main(["predict", str(trained["MLP"]), *given]) == 1
    printed = capsys.readouterr()
    assert [row[0] for row in rows_of(printed.out)[1:]] == good
    for name in ("empty.wav", "text.wav", "nowhere.wav"):
        assert len(re.findall(rf"skmir predict: passed over: .*{name}", printed.err)) == 1
    assert "3 of 6 files were passed over" in printed.err


def test_a_reader_that_leaves_ends_no_run_with_an_error(folder, trained, monkeypatch, capsys):
    read, write = os.pipe()
    os.close(read)
    with open(write, "w") as nobody_reads:
        monkeypatch.setattr(sys, "stdout", nobody_reads)
        assert main(["predict", str(trained["SVM"]), str(folder), "--quiet"]) == 0
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("command", "words"),
    {
        "train FOLDER --model svm -o OUT.skops": r"--model must name .*, got svm\. Did you mean SVM",
        "train FOLDER --model SVM -o OUT.pkl": r"must be a file that ends in \.skops, got .*OUT\.pkl",
        "train nowhere --model SVM -o OUT.skops": "There is no folder 'nowhere'",
        "train FOLDER --model SVM -o OUT.skops --seed -1": "--seed must be at least 0",
        "train FOLDER --model SVM -o OUT.skops --repeats 2": "--repeats 2 repeats --cv, which is not given",
        "train FOLDER --model SVM -o OUT.skops --cv 5": "--cv 5 needs 5 recordings of each class",
        "train FOLDER --model SVM -o OUT.skops --onsets": r"--onsets asks .*models\(task='onsets'\)",
        "train FOLDER/low --model SVM -o OUT.skops": r"neither a labels\.csv .*\[,group\]\. Recordings are",
        "train FOLDER --model SVM -o MODEL": "exists already. Name another file, or add --overwrite",
        "predict nowhere.skops FOLDER": "and there is no such file: nowhere.skops",
        "predict FOLDER FOLDER": "got a folder",
        "predict FOLDER/low/01.wav FOLDER": "must be a file by skmir.save, got another kind of file",
        "predict MODEL nowhere.wav": "There are no recordings to label: nowhere.wav",
        "predict MODEL FOLDER --top 0": "--top must be at least 1, got 0",
        "predict MODEL FOLDER -o MODEL": "exists already. Name another file, or add --overwrite",
        "predict MODEL FOLDER -o FOLDER": "--output must be a file, got the folder",
    }.items(),
)
def test_wrong_input_is_refused_and_replaces_nothing(folder, trained, tmp_path, capsys, command, words):
    before = trained["SVM"].read_bytes()
    places = {"FOLDER": folder, "OUT": tmp_path / "OUT", "MODEL": trained["SVM"]}
    pattern = re.compile("|".join(places))
    assert main([pattern.sub(lambda m: str(places[m[0]]), part) for part in command.split()]) == 2
    error = capsys.readouterr().err
    assert re.match(rf"skmir {command.split()[0]}: error: .*{words}", error), error
    assert trained["SVM"].read_bytes() == before and not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "arguments",
    [
        "--help",
        "train --help",
        "predict --help",
        "train FOLDER --model GAN -o x.skops",
        "predict MODEL FOLDER --top 0",
        "predict MODEL nowhere",
    ],
)
def test_nothing_slow_is_loaded_to_help_or_to_refuse(folder, trained, arguments):
    arguments = arguments.replace("FOLDER", str(folder)).replace("MODEL", str(trained["SVM"])).split()
    status, loaded, _ = run_fresh(*arguments)
    assert (status, loaded) == (0 if "--help" in arguments else 2, [])


@pytest.mark.parametrize(
    ("labels", "words"),
    [
        (["rock;loud", "rock", "loud", "loud"], "'rock;loud' look like several tags.*add --tags ';'"),
        (["120.5", "98", "121", "120.5"], "all of them are numbers such as.*add --regression"),
        (["a", "a", "a", "a"], "at least two classes, got one, 'a'"),
    ],
)
def test_labels_that_are_no_classes(tmp_path, capsys, labels, words):
    for i in range(4):
        (tmp_path / f"{i}.wav").touch()
    rows = "".join(f"{i}.wav,{label}\n" for i, label in enumerate(labels))
    (tmp_path / "labels.csv").write_text(f"file,label\n{rows}")
    assert train(tmp_path, tmp_path / "m.skops", model="SVM") == 2
    assert re.search(words, capsys.readouterr().err)
    assert not (tmp_path / "m.skops").exists()


def test_overwrite_replaces(folder, tmp_path, trained):
    out = tmp_path / "rows.csv"
    out.write_text("old")
    command = ["predict", str(trained["SVM"]), str(folder), "--quiet", "-o", str(out)]
    assert main(command) == 2 and out.read_text() == "old"
    assert main([*command, "--overwrite"]) == 0
    assert len(rows_of(out.read_text(encoding="utf-8"))) == 13


def test_models_that_say_nothing_of_a_recording_are_refused(folder, tmp_path, capsys):
    files = recordings(folder)
    tags = make_pipeline(MFCC(), FramePooler(), MLPClassifier(max_iter=1)).fit(
        files, np.eye(12, dtype=int)[:, :3]
    )
    classes = make_pipeline(MFCC(), FramePooler(), MLPClassifier(max_iter=1)).fit(files, np.arange(12) % 2)
    features = make_pipeline(MFCC(), FramePooler()).fit(files)
    for model, card, words in (
        (features, None, "must hold a fitted classifier or regressor, got Pipeline"),
        (tags, None, r"save it with a card that names them: .*'tags': \['slow', 'sad'\]"),
        (tags, {"task": "tags", "tags": ["a", "b"]}, "The model gives 3 tags, and its card names 2"),
        (classes, {"task": "tags", "tags": ["a", "b"]}, "one label per recording, and its card names 2"),
        (tags, {"task": "onsets"}, "skmir predict finds classes, tags or numbers, and .* finds onsets"),
    ):
        skmir.save(model, tmp_path / "m.skops", card=card)
        assert main(["predict", str(tmp_path / "m.skops"), files[0]]) == 2
        assert re.search(words, capsys.readouterr().err)
