"""What the command refuses before anything slow is loaded."""

import os
import re
import sys
import types

import numpy as np
import pytest
import soundfile
from fresh_command import run_fresh
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import get_scorer, get_scorer_names

from skmir.__main__ import main
from skmir._early_checks import SCORERS, SCORERS_OF_TWO, check_folds, check_targets
from skmir._model_names import MODEL_NAMES
from skmir.model_selection import default_models


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Six recordings of two classes, with beats of one class: they hold nothing that could be decoded."""
    path = tmp_path_factory.mktemp("sounds")
    for i, label in enumerate("aaaabb"):
        (path / label).mkdir(exist_ok=True)
        (path / label / f"{i}.wav").write_text("no sound")
    for i in (4, 5):
        (path / "b" / f"{i}.beats.txt").write_text("0.5\n1.0\n")
    return path


def table(folder, *groups):
    rows = "".join(f"{'ab'[i % 2]}{i}.wav,{'ab'[i % 2]},{group}\n" for i, group in enumerate(groups))
    for i in range(len(groups)):
        (folder / f"{'ab'[i % 2]}{i}.wav").touch()
    (folder / "labels.csv").write_text(f"file,label,group\n{rows}")
    return folder


WRONG = {
    "nowhere": "There is no folder 'nowhere'",
    "FOLDER --models svm": r"--models must name models, got svm\. Did you mean SVM\? Use any of SVM LDA",
    "FOLDER --scoring acuracy": r"must name scorers for classes, got acuracy\. Did you mean accuracy\?",
    "FOLDER --scoring r2": "--scoring must name scorers for classes, got r2",
    "FOLDER --models SVM --reference CNN": "--reference must be one of the models that are run, SVM, got CNN",
    "FOLDER --cv 3": "--cv 3 needs 3 recordings of each class.*but class 'b' has 2 recordings.*--cv 2, add",
    "FOLDER --cv 1": "--cv must be at least 2, got 1",
    "FOLDER --report --audio-limit 0": "--audio-limit must be above 0, got 0. For no sound .* --no-audio",
    "FOLDER --report --audio-limit nan": "--audio-limit must be above 0, got nan",
    "FOLDER --group artist": "--group 'artist'",
    "FOLDER --cv 2 --memory FOLDER/a/0.wav": r"--memory must be a folder, got the file .*0\.wav",
    "--group artist": "--group needs a FOLDER with a table",
    "FOLDER --onsets": r"has no annotation of onsets for any recording \(of 6\)\. For '0\.wav' write",
    "FOLDER/b --beats": "--cv 5 needs 5 recordings with beats, .*, and there are 2. Use --cv 2",
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.items())
def test_nothing_slow_is_loaded_to_refuse(folder, arguments, words):
    status, loaded, error = run_fresh("compare", *arguments.replace("FOLDER", str(folder)).split())
    assert status == 2
    assert loaded == []
    assert re.search(f"^skmir compare: error: .*{words}", error), error
    assert error.count("\n") == 1


WRONG_RECORDS = {
    None: "there is no file .*record.json",
    "{": r"record.json is not JSON \(.* line 1 column 2 .*\)\. Name the record.json that skmir compare",
    "[1]": "record.json: record must be a dict, got list",
    '{"name": "x"}': "record.json: record must be the record of a comparison, .* with the keys \\['name'\\]",
    '{"record_format": 99, "versions": {"skmir": "9.0"}}': "record has format 99, from skmir 9.0.* Update",
    '{"record_format": 1}': "record.json: record lacks 'kind'",
}


@pytest.mark.parametrize(("text", "words"), WRONG_RECORDS.items(), ids=range(len(WRONG_RECORDS)))
def test_nothing_slow_is_loaded_to_refuse_a_record(tmp_path, text, words):
    if text is not None:
        (tmp_path / "record.json").write_text(text)
    status, loaded, error = run_fresh("report", tmp_path / "record.json")
    assert (status, loaded) == (2, [])
    assert re.search(f"^skmir report: error: .*{words}", error), error


WRONG_CONFIGS = {
    "cvs = 3": r"c\.toml: skmir compare has no option 'cvs'\. Did you mean cv\?",
    "cv = 3\n= 4": r"c\.toml is not valid: Invalid statement \(at line 2, column 1\)",
    "[models.a]\nsteps = [{ C = 1 }]": r"c\.toml: models\.a\.steps\[0\] must be a table with the key class",
}


@pytest.mark.parametrize(("text", "words"), WRONG_CONFIGS.items(), ids=range(len(WRONG_CONFIGS)))
def test_nothing_slow_is_loaded_to_refuse_a_configuration(folder, tmp_path, text, words):
    (tmp_path / "c.toml").write_text(text)
    status, loaded, error = run_fresh("compare", folder, "--cv", 2, "--config", tmp_path / "c.toml")
    assert (status, loaded) == (2, [])
    assert re.search(f"^skmir compare: error: .*{words}", error), error


def test_a_table_loads_pandas_alone(tmp_path):
    status, loaded, error = run_fresh("compare", table(tmp_path, *"uvwxyz"), "--file", "track")
    assert status == 2
    assert "scipy" not in loaded and "torch" not in loaded and "sklearn" not in loaded
    assert "no column --file 'track'" in error and "with --file" in error


@pytest.mark.parametrize("options", [["--tags", "|"], ["--regression", "--label", "bpm"]])
def test_tags_and_numbers_load_pandas_alone(tmp_path, options):
    for name in "abc":
        (tmp_path / f"{name}.wav").touch()
    (tmp_path / "labels.csv").write_text("file,label,bpm\na.wav,x|y,90\nb.wav,x,95\nc.wav,z,100\n")
    status, loaded, error = run_fresh("compare", tmp_path, *options)
    assert status == 2 and loaded == ["pandas"]
    assert "--cv 5 needs 5 recordings, one to test on in every fold, and there are 3. Use --cv 3" in error


def refused(folder, capsys, *options):
    assert main(["compare", str(folder), "--models", "SVM", *map(str, options)]) == 2
    return capsys.readouterr().err


def test_one_class(tmp_path, capsys):
    (tmp_path / "genres").mkdir()
    for i in range(4):
        (tmp_path / "genres" / f"{i}.wav").touch()
    assert "at least two classes, got one, 'genres'" in (error := refused(tmp_path, capsys))
    assert "If the classes lie one level deeper, name the folder" in error


def test_fewer_groups_than_folds(tmp_path, capsys):
    error = refused(table(tmp_path, *"uuvvuv"), capsys, "--cv", "3")
    assert "--cv 3 needs 3 groups, since a group is never divided, and there are 2. Use --cv 2." in error
    assert "--group none" in error
    assert "there is one. Name" in refused(table(tmp_path, *"uuuuuu"), capsys, "--cv", "3")


def test_a_class_in_fewer_groups_than_folds_is_named():
    data = {"target": [0, 0, 1, 1, 1], "target_names": ["a", "b"], "groups": list("uuvwx")}
    args = types.SimpleNamespace(cv=3, scoring=None)
    with pytest.warns(UserWarning, match=r"With --cv 3, .*: class 'a' has 1 group\. Add groups, or leave"):
        check_folds(data, args)


def test_many_small_classes_are_counted():
    names = [f"c{i}" for i in range(9)]
    data = {"target": range(9), "target_names": names, "groups": None}
    with pytest.raises(ValueError, match=r"class 'c4' has 1 recording, and 4 more .*\. Add recordings, or"):
        check_folds(data, types.SimpleNamespace(cv=2, scoring=None))


def test_scorer_for_two_classes():
    data = {"target": [0, 1, 2], "target_names": list("abc"), "groups": None}
    with pytest.raises(ValueError, match=r"--scoring roc_auc needs two classes, and there are 3"):
        check_folds(data, types.SimpleNamespace(cv=2, scoring=["accuracy", "roc_auc"]))


@pytest.mark.parametrize(
    ("option", "value", "words"),
    [
        ("--repeats", 0, "--repeats must be at least 1, got 0"),
        ("--max-epochs", 0, "--max-epochs must be at least 1, got 0"),
        (
            "--n-jobs",
            0,
            "--n-jobs must be a number of processes, or -1 for as many as there are cores, got 0",
        ),
        ("--seed", -1, "--seed must be at least 0, got -1"),
        ("--seed", 2**32, "--seed must be at most 4294967295, got 4294967296"),
    ],
)
def test_numbers_out_of_range(folder, capsys, option, value, words):
    assert words in refused(folder, capsys, option, value)


@pytest.mark.parametrize("option", ["--models", "--scoring"])
def test_a_name_given_twice(folder, capsys, option):
    name = {"--models": "SVM", "--scoring": "f1"}[option]
    assert main(["compare", str(folder), option, name, name]) == 2
    assert f"{option} names {name} twice" in capsys.readouterr().err


def targets(**given):
    return types.SimpleNamespace(**({"output": None, "report": None, "memory": None} | given))


@pytest.mark.parametrize("option", ["output", "memory"])
def test_a_file_where_a_folder_is_wanted(tmp_path, option):
    (tmp_path / "x").touch()
    with pytest.raises(NotADirectoryError, match=f"--{option} must be a folder, got the file .*x"):
        check_targets(targets(**{option: str(tmp_path / "x")}), "r.html", "s.html")
    with pytest.raises(OSError, match=f"--{option}: cannot write to .*y: Not a directory"):
        check_targets(targets(**{option: str(tmp_path / "x" / "y")}), "r.html", "s.html")


@pytest.mark.parametrize("option", ["output", "memory", "report"])
def test_a_folder_that_cannot_be_written(tmp_path, monkeypatch, option):
    def refuse(dir):
        raise PermissionError(13, os.strerror(13), str(dir))

    monkeypatch.setattr("tempfile.TemporaryFile", refuse)
    path = tmp_path / "r.html" if option == "report" else tmp_path
    with pytest.raises(OSError, match=f"--{option}: cannot write to .*: Permission denied"):
        check_targets(targets(**{option: str(path)}), "r.html", "s.html")


def test_a_folder_in_the_place_of_a_report(tmp_path):
    (tmp_path / "r.html").mkdir()
    with pytest.raises(IsADirectoryError, match=r"--report must be a file, got the folder .*r\.html"):
        check_targets(targets(report=str(tmp_path / "r.html")), "r.html", "s.html")


@pytest.mark.parametrize("option", ["output", "report"])
def test_no_matplotlib(tmp_path, monkeypatch, option):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    given = {option: str(tmp_path / "r.html")}
    with pytest.raises(ImportError, match=f"--{option} needs matplotlib.*pip install"):
        check_targets(targets(**given), "r.html", "s.html")
    assert check_targets(targets(memory=str(tmp_path)), "r.html", "s.html") == (None, None)


@pytest.mark.parametrize("task", MODEL_NAMES)
def test_models_are_those_of_default_models(task):
    assert tuple(default_models(task=task)) == MODEL_NAMES[task]


def working_scorers(n_classes):
    """scikit-learn's scorers that give a number for classes."""
    X, y = make_classification(90, 8, n_informative=4, n_classes=n_classes, random_state=0)
    labels = y if n_classes == 2 else np.array(["a", "b", "c"])[y]
    model = LogisticRegression().fit(X[:60], labels[:60])
    for name in get_scorer_names():
        try:
            if np.isfinite(get_scorer(name)(model, X[60:], labels[60:])):
                yield name
        except (ValueError, TypeError):
            continue


@pytest.mark.filterwarnings("ignore")
def test_scorers_are_all_that_scikit_learn_has_for_classes():
    of_three, of_two = set(working_scorers(3)), set(working_scorers(2))
    assert of_three <= set(SCORERS)
    of_numbers = {
        name for name in of_two - of_three if "error" in name or name in ("r2", "explained_variance")
    }
    assert of_two - of_three - of_numbers - set(SCORERS) <= set(SCORERS_OF_TWO)
    assert not set(SCORERS) & set(SCORERS_OF_TWO)


def test_recordings_are_not_decoded_before(folder, tmp_path, monkeypatch, capsys):
    def never(*args, **kwargs):
        raise AssertionError("decoded")

    monkeypatch.setattr(soundfile, "SoundFile", never)
    assert "class 'b' has 2 recordings" in refused(folder, capsys, "--cv", "3")
