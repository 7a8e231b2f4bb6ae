"""The script that goes from a folder of recordings to a model in use, with nothing but commands."""

import csv
import os
import pathlib
import shutil
import subprocess
import sys

import pandas as pd
import pytest

for package in ("matplotlib", "skops"):
    pytest.importorskip(package)
SCRIPT = pathlib.Path(__file__).parents[1] / "examples" / "from_folder_to_answer.sh"
pytestmark = pytest.mark.skipif(os.name == "nt", reason="a script for a POSIX shell")


@pytest.fixture
def commands(tmp_path):
    """Environment in which ``skmir`` is the package that is tested."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "skmir").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m skmir "$@"\n', encoding="utf-8")
    (folder / "skmir").chmod(0o755)
    paths = {"PATH": os.pathsep.join([str(folder), os.environ["PATH"]])}
    return os.environ | paths | {"PYTHONPATH": str(SCRIPT.parents[1])}


def run(commands, *arguments):
    command = ["sh", str(SCRIPT), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, env=commands, check=False, timeout=300)


def test_from_a_folder_to_labels_of_new_recordings(real_data, commands, tmp_path):
    """Real speech, music and other sounds; of one fold's speakers and pieces the model has heard nothing."""
    source, folder, new = real_data / "music_speech_other", tmp_path / "labelled", tmp_path / "nëw"
    rows = pd.read_csv(source / "labels.csv")
    held_out = rows["fold"] == 0
    assert not set(rows["group"][held_out]) & set(rows["group"][~held_out])
    (folder / "audio").mkdir(parents=True)
    new.mkdir()
    for file, is_new in zip(rows["file"], held_out, strict=True):
        shutil.copy(source / file, new if is_new else folder / "audio")
    rows.loc[~held_out, ["file", "label", "group"]].to_csv(folder / "labels.csv", index=False)

    done = run(commands, folder, new, tmp_path / "out", "--models", "SVM", "LDA")
    assert done.returncode == 0, done.stderr
    assert "Nothing is wrong" in done.stdout
    assert "<audio" in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    with open(tmp_path / "out" / "new.csv", encoding="utf-8", newline="") as file:
        predicted = {pathlib.Path(row["file"]).name: row["label"] for row in csv.DictReader(file)}
    truth = {pathlib.Path(file).name: label for file, label in zip(rows["file"], rows["label"], strict=True)}
    assert len(predicted) == held_out.sum()
    assert sum(truth[name] == label for name, label in predicted.items()) > 0.5 * len(
        predicted
    )  # guessing: a third


def test_the_script_stops_where_something_is_wrong(commands, tmp_path):
    for label in "ab":
        (tmp_path / "folder" / label).mkdir(parents=True)
        (tmp_path / "folder" / label / "1.wav").write_bytes(b"no sound")
    done = run(commands, tmp_path / "folder", tmp_path, tmp_path / "out")
    assert done.returncode != 0
    assert "wrong:" in done.stdout and "cannot be used" in done.stdout
    assert not (tmp_path / "out" / "table.csv").exists()
    usage = run(commands, tmp_path)
    assert usage.returncode == 2 and "FOLDER NEW OUT" in usage.stderr
