"""The command, end to end on small data."""

import json
import os
import re
import subprocess
import sys
import warnings

import numpy as np
import pandas as pd
import pytest
import soundfile
from html_page import Page

from skmir.__main__ import main
from skmir.feature_extraction import FeatureCache
from skmir.model_selection._running import _fold

GUESSES = ["majority", "class frequency"]


@pytest.fixture
def folder(tmp_path, rng):
    """Low and high tones in noise, eight recordings in four groups, with a labels.csv."""
    rows = []
    for i in range(16):
        label = ("high", "low")[i % 2]
        time = np.arange(11025) / 22050
        y = np.sin(2 * np.pi * (880 if label == "high" else 220) * time) + 0.1 * rng.randn(len(time))
        soundfile.write(tmp_path / f"{i:02d}.wav", 0.5 * y, 22050)
        rows.append({"file": f"{i:02d}.wav", "label": label, "take": f"take{i // 4}"})
    pd.DataFrame(rows).to_csv(tmp_path / "labels.csv", index=False)
    return tmp_path


def test_compares_and_writes(folder, capsys):
    out = folder / "out"
    arguments = [
        "--group",
        "take",
        "--cv",
        "2",
        "--models",
        "SVM",
        "CNN",
        "--max-epochs",
        "2",
        "--n-jobs",
        "1",
    ]
    assert main(["compare", str(folder), *arguments, "--output", str(out)]) == 0
    printed = capsys.readouterr()
    assert "16 clips, 2 classes, 4 groups" in printed.out
    assert "SVM" in printed.out and "CNN" in printed.out
    assert "fit" in printed.err  # the bar
    table = pd.read_csv(out / "table.csv", index_col=0)
    assert list(table.index) == ["SVM", "CNN", *GUESSES]
    assert table.loc["SVM", "mean"] == 1.0
    record = json.loads((out / "record.json").read_text())
    assert record["random_state"] == 0
    assert record["target_names"] == ["high", "low"]
    assert len(record["models"]["CNN"]["scores"]) == 2
    assert (out / "figure.png").read_bytes().startswith(b"\x89PNG")
    names = ["table.csv", "record.json", "config.toml", "figure.png", "predictions.csv"]
    assert re.findall("wrote (.*)", printed.out) == [str(out / name) for name in names]
    said = pd.read_csv(out / "predictions.csv")
    assert list(said) == ["file", "group", "fold", "label", "SVM", "CNN", "CNN probability"]
    labels = pd.read_csv(folder / "labels.csv")
    for column, expected in {"file": "file", "group": "take", "label": "label", "SVM": "label"}.items():
        assert said[column].tolist() == labels[expected].tolist()
    assert said["CNN"].isin(["high", "low"]).all() and said["CNN probability"].between(0.5, 1).all()
    assert set(said["fold"]) == {0, 1}


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_of_files_that_are_not_text(tmp_path, rng):
    """Bytes that are not UTF-8, in a table that pandas reads again."""
    names = []
    for i in range(9):
        label = ("hi,gh", "l\u00f6w", "mid")[i % 3]
        path = tmp_path / label / os.fsdecode(b"\xe9 %d.wav" % i)
        path.parent.mkdir(exist_ok=True)
        with open(path, "wb") as file:
            soundfile.write(file, 0.1 * rng.randn(5000), 22050, format="WAV")
        names.append((os.fspath(path.relative_to(tmp_path)), label))
    assert svm(tmp_path, "--cv", "3", "--group", "none", "--output", tmp_path / "out", "--report") == 0
    said = pd.read_csv(tmp_path / "out" / "predictions.csv", encoding_errors="surrogateescape")
    assert list(said) == ["file", "fold", "label", "SVM"]
    assert sorted(said[["file", "label"]].itertuples(index=False, name=None)) == sorted(names)


def test_same_seed_same_table(folder, capsys):
    arguments = [
        "compare",
        str(folder),
        "--group",
        "take",
        "--cv",
        "2",
        "--models",
        "MLP",
        "--max-epochs",
        "2",
    ]
    records = []
    for run, n_jobs in enumerate((1, 2)):
        out = folder / f"out{run}"
        assert main([*arguments, "--quiet", "--n-jobs", str(n_jobs), "--output", str(out)]) == 0
        records.append(json.loads((out / "record.json").read_text()))
    error = capsys.readouterr().err
    assert error.count("skmir compare: warning: MLP: 8 training clips") == 2
    assert all(line.startswith("skmir compare: warning: ") for line in error.splitlines())  # no bar
    assert records[0]["models"]["MLP"]["scores"] == records[1]["models"]["MLP"]["scores"]


def test_features_are_kept_where_a_folder_is_named(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    run = [
        "compare",
        str(folder),
        "--group",
        "take",
        "--cv",
        "2",
        "--models",
        "SVM",
        "--quiet",
        "--n-jobs",
        "1",
    ]
    assert main(run) == 0
    first = capsys.readouterr().out
    assert list((tmp_path / "tmp").iterdir()) == []
    for _ in range(2):
        assert main([*run, "--memory", str(tmp_path / "kept")]) == 0
        assert list(FeatureCache(tmp_path / "kept").sizes()["n_entries"]) == [16]
    scores = [line.split()[:4] for line in first.splitlines() if line.startswith("SVM")]
    assert (
        scores
        == [line.split()[:4] for line in capsys.readouterr().out.splitlines() if line.startswith("SVM")][:1]
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nowhere"], "nowhere"),
        (["--models", "GAN"], r"GAN.*SVM"),
        (["--group", "artist"], "artist"),
        (["--reference", "CRNN", "--models", "SVM"], "CRNN"),
    ],
)
def test_bad_arguments_say_what_to_do(folder, arguments, message, capsys):
    if arguments[0].startswith("--"):
        arguments = [str(folder), *arguments]
    assert main(["compare", *arguments]) == 2
    error = capsys.readouterr().err
    assert "skmir compare: error:" in error
    assert re.search(message, error)


def test_columns_without_a_folder_are_refused(capsys):
    assert main(["compare", "--group", "artist", "--models", "SVM"]) == 2
    assert "--group needs a FOLDER with a table, and none was given" in capsys.readouterr().err


def test_bad_files_are_named_before_any_fit(folder, capsys):
    (folder / "03.wav").write_bytes(b"")
    (folder / "05.wav").write_text("no audio")
    assert main(["compare", str(folder), "--models", "SVM", "--cv", "2", "--quiet"]) == 2
    error = capsys.readouterr().err
    assert "2 of 16 recordings cannot be used" in error
    assert "03.wav' is empty" in error and "05.wav' cannot be decoded" in error


def svm(folder, *options):
    """Run an SVM on two folds of four groups, two processes' work in one; return the status."""
    common = ["--group", "take", "--cv", "2", "--models", "SVM", "--quiet", "--n-jobs", "1"]
    return main(["compare", str(folder), *common, *map(str, options)])


def page(path):
    return Page(path.read_text(encoding="utf-8"))


def test_report_stands_where_it_is_told_to(folder, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    out, own = tmp_path / "out", tmp_path / "new" / "own.html"
    for options, path in (
        (["--report"], "skmir-report.html"),
        (["--report", "--output", out], out / "report.html"),
        (["--report", own], own),
    ):
        assert svm(folder, *options) == 0
        assert capsys.readouterr().out.splitlines()[-1] == f"wrote {path}"
        found = page(tmp_path / path)
        caption = "Balanced accuracy on the held-out clips"
        assert [row[0] for row in found.tables[caption][1:]] == ["SVM", *GUESSES]
        assert [row[0] for row in found.tables["SVM"][1:]] == ["high", "low"]
        assert "16 recordings of 2 classes, in 4 groups" in found.text


def test_mistakes_can_be_heard_in_the_report_unless_they_shall_not(tmp_path):
    rng = np.random.RandomState(0)
    for i in range(8):  # nobody can learn these
        soundfile.write(tmp_path / f"{i}.wav", 0.1 * rng.randn(8000), 8000)
    rows = [f"{i}.wav,{'ab'[i % 2]},{i}" for i in range(8)]
    (tmp_path / "labels.csv").write_text("\n".join(["file,label,take", *rows]), encoding="utf-8")
    report = tmp_path / "page.html"
    assert svm(tmp_path, "--report", report) == 0
    text = report.read_text(encoding="utf-8")
    assert text.count("<audio") == text.count("data:audio/mpeg") > 0
    assert svm(tmp_path, "--report", report, "--no-audio") == 0
    assert "<audio" not in report.read_text(encoding="utf-8")
    assert svm(tmp_path, "--report", report, "--audio-limit", "1e-3") == 0
    assert "takes more than audio_limit=0.001 MB" in report.read_text(encoding="utf-8")


def test_no_report_unless_asked_for(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert svm(folder, "--output", tmp_path / "out") == 0
    assert not list(tmp_path.rglob("*.html"))


def test_a_report_that_could_not_be_written_is_refused_first(folder, capsys):
    before = (folder / "labels.csv").read_bytes()
    assert svm(folder, "--report", folder / "labels.csv") == 2
    assert (
        f"--report must be a file that ends in .html, got {folder / 'labels.csv'}" in capsys.readouterr().err
    )
    assert (folder / "labels.csv").read_bytes() == before


@pytest.mark.parametrize("options", [["--report"], ["--scoring", "accuracy"], ["--models", "SVM"]])
def test_folder_behind_options_with_open_ends(folder, tmp_path, monkeypatch, capsys, options):
    monkeypatch.chdir(tmp_path)
    common = ["--group", "take", "--cv", "2", "--models", "SVM", "--quiet", "--n-jobs", "1"]
    assert main(["compare", *common, *options, str(folder)]) == 0
    assert "16 clips, 2 classes, 4 groups" in capsys.readouterr().out


def test_several_scorers_and_repeats(folder, tmp_path, capsys):
    options = ["--scoring", "accuracy", "f1_macro", "--repeats", "3", "--output", tmp_path / "out"]
    assert svm(folder, *options, "--report") == 0
    printed = capsys.readouterr().out
    assert "on 6 folds: accuracy" in printed
    assert "\nf1_macro\n" in printed
    record = json.loads((tmp_path / "out" / "record.json").read_text())
    assert record["scorers"] == ["accuracy", "f1_macro"]
    assert len(record["models"]["SVM"]["all_scores"]["f1_macro"]) == 6
    assert "F1 macro on the held-out clips" in page(tmp_path / "out" / "report.html").tables


def test_one_scorer_by_name(folder, tmp_path):
    assert svm(folder, "--scoring", "accuracy", "--output", tmp_path / "out") == 0
    assert json.loads((tmp_path / "out" / "record.json").read_text())["scoring"] == "accuracy"


def test_goes_on_where_it_was_broken_off(folder, tmp_path, monkeypatch, capsys):
    run_fold, done = _fold.run_fold, []

    def counted(*args, **kwargs):
        done.append(args)
        if len(done) == 4:
            raise KeyboardInterrupt
        return run_fold(*args, **kwargs)

    monkeypatch.setattr(_fold, "run_fold", counted)
    kept = ["--memory", tmp_path / "kept"]
    assert svm(folder, *kept) == 130
    assert f"Finished folds are kept in {tmp_path / 'kept'}. Run the same command" in capsys.readouterr().err
    assert svm(folder, *kept, "--output", tmp_path / "resumed") == 0
    assert len(done) == 4 + 3  # of 6: a model and two baselines on two folds
    assert svm(folder, *kept) == 0
    assert len(done) == 4 + 3
    monkeypatch.undo()
    assert svm(folder, "--output", tmp_path / "fresh") == 0
    resumed, fresh = (
        json.loads((tmp_path / name / "record.json").read_text())["models"] for name in ("resumed", "fresh")
    )
    assert {name: model["scores"] for name, model in resumed.items()} == {
        name: model["scores"] for name, model in fresh.items()
    }


def test_broken_off_without_memory(folder, monkeypatch, capsys):
    def interrupted(*args, **kwargs):
        raise KeyboardInterrupt

    monkeypatch.setattr(_fold, "run_fold", interrupted)
    assert svm(folder) == 130
    assert "No results are kept. Use --memory DIR to keep finished folds." in capsys.readouterr().err


def test_warnings_are_lines_that_can_be_read(folder, tmp_path, monkeypatch, capsys):
    """Of doubts and of failures, with classes by name; and Python's own way of showing them comes back."""
    rows = pd.read_csv(folder / "labels.csv")
    rows.loc[rows["take"] == "take0", "label"] = "middle"
    rows.to_csv(folder / "labels.csv", index=False)
    run_fold = _fold.run_fold

    def fails_first(*args, **kwargs):
        monkeypatch.setattr(_fold, "run_fold", run_fold)
        return _fold.FoldResult(error="ValueError: no\nsuch thing")

    monkeypatch.setattr(_fold, "run_fold", fails_first)
    shown = warnings.showwarning
    assert svm(folder, "--report", tmp_path / "r.html") == 0
    assert warnings.showwarning is shown
    lines = capsys.readouterr().err.splitlines()
    assert all(line.startswith("skmir compare: warning: ") for line in lines)
    assert any(
        "the training part has no clip of some class" in line and "['middle']" in line for line in lines
    )
    assert any("Model 'SVM' failed on fold 0: ValueError: no such thing Its score" in line for line in lines)
    assert not any("_compare.py" in line or "UserWarning" in line for line in lines)
    assert "SVM failed on fold 0: ValueError: no" in page(tmp_path / "r.html").text


def test_a_recording_too_short_for_the_models_is_named_before_any_fit(folder, monkeypatch, capsys):
    soundfile.write(folder / "03.wav", np.full(100, 0.1), 22050)
    monkeypatch.setattr(_fold, "run_fold", None)
    assert svm(folder) == 2
    error = capsys.readouterr().err
    assert "1 of 16 recordings cannot be used:\n" in error
    assert "03.wav' is too short: it has 100 samples" in error


def test_doubtful_recordings_are_warned_of_once(folder, capsys):
    soundfile.write(folder / "03.wav", np.zeros(11025), 22050)
    soundfile.write(folder / "05.wav", 0.1 * np.sin(np.arange(1000)), 22050)
    assert svm(folder) == 0
    lines = capsys.readouterr().err.splitlines()
    assert sum("1 of 16 recordings is silent" in line for line in lines) == 1
    assert sum("shorter than" in line for line in lines) == 1


def test_messages_speak_of_options(folder, capsys):
    """Doubts, in the words of the command, on the terminal, in the report and in the record."""
    out = folder / "out"
    options = [
        "--models",
        "CNN",
        "--max-epochs",
        "1",
        "--cv",
        "2",
        "--n-jobs",
        "1",
        "--group",
        "none",
        "--quiet",
    ]
    assert main(["compare", str(folder), *options, "--report", "--output", str(out)]) == 0
    error = capsys.readouterr().err
    record = json.loads((out / "record.json").read_text())
    for text in (error, *record["warnings"], page(out / "report.html").text):
        assert not re.search(r"\b(n_repeats|cv|groups|group_column|n_jobs|names)=|\bPass cv\b", text)
    assert "--repeats narrows them" in error
    assert any("--repeats narrows them" in warning for warning in record["warnings"])


def test_small_classes_are_warned_of_in_groups(folder, capsys):
    rows = pd.read_csv(folder / "labels.csv")
    rows.loc[rows["take"] == "take0", "label"] = "middle"
    rows.to_csv(folder / "labels.csv", index=False)
    assert svm(folder) == 0
    error = capsys.readouterr().err
    assert (
        "With --cv 2, some folds have no clip of some classes to test on: class 'middle' has 1 group."
        in error
    )
    assert "least populated" not in error


def test_fits_that_were_found_are_counted(folder, tmp_path, capsys):
    common = [
        "compare",
        str(folder),
        "--group",
        "take",
        "--cv",
        "2",
        "--n-jobs",
        "1",
        "--memory",
        str(tmp_path / "k"),
    ]
    assert main([*common, "--models", "SVM"]) == 0
    assert "0 of 6 fits found in" in capsys.readouterr().err
    assert main([*common, "--models", "SVM", "LDA"]) == 0
    assert f"6 of 8 fits found in {tmp_path / 'k'}\n" in capsys.readouterr().err


def test_a_reader_that_leaves_costs_no_results(folder, tmp_path):
    arguments = [str(folder), "--group", "take", "--cv", "2", "--models", "SVM", "--quiet", "--n-jobs", "1"]
    command = [sys.executable, "-m", "skmir", "compare", *arguments, "--output", str(tmp_path / "out")]
    read, write = os.pipe()
    os.close(read)
    done = subprocess.run(command, stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    assert done.returncode == 0
    assert "roken pipe" not in done.stderr and "BrokenPipe" not in done.stderr
    assert (tmp_path / "out" / "table.csv").exists()
