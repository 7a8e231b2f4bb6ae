"""The command, end to end on small data."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import soundfile

from skmir.__main__ import main
from skmir.feature_extraction import FeatureCache


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
    assert list(table.index) == ["SVM", "CNN"]
    assert table.loc["SVM", "mean"] == 1.0
    record = json.loads((out / "record.json").read_text())
    assert record["random_state"] == 0
    assert record["target_names"] == ["high", "low"]
    assert len(record["models"]["CNN"]["scores"]) == 2
    assert (out / "figure.png").read_bytes().startswith(b"\x89PNG")


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
    assert capsys.readouterr().err == ""
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
    assert "--group is about the table of a FOLDER, and none was given" in capsys.readouterr().err


def test_bad_files_are_named_before_any_fit(folder, capsys):
    (folder / "03.wav").write_bytes(b"")
    (folder / "05.wav").write_text("no audio")
    assert main(["compare", str(folder), "--models", "SVM", "--cv", "2", "--quiet"]) == 2
    error = capsys.readouterr().err
    assert "2 of 16 recordings cannot be used" in error
    assert "03.wav' is empty" in error and "05.wav' cannot be decoded" in error
