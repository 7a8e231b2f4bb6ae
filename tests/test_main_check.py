"""The commands check and features, end to end on small folders."""

import csv
import os
import re

import numpy as np
import pandas as pd
import pytest
import soundfile
from fresh_command import run_fresh
from html_page import Page
from sklearn.base import TransformerMixin
from sklearn.pipeline import make_pipeline

from skmir import feature_extraction
from skmir.__main__ import main
from skmir._commands import _files
from skmir._model_names import FRONT_END_NAMES
from skmir.base import BaseFrontEnd
from skmir.feature_extraction import MFCC
from skmir.preprocessing import FramePooler

SR = 22050


@pytest.fixture
def folder(tmp_path, rng):
    """Ten recordings of two classes and five groups, with a table, in a folder of their own."""
    path, rows = tmp_path / "set", []
    for i in range(10):
        label = "höher" if i % 2 else "low, dark"
        (path / label).mkdir(parents=True, exist_ok=True)
        soundfile.write(path / label / f"{i}.wav", 0.1 * rng.randn(6000), SR)
        rows.append((f"{label}/{i}.wav", label, f"g{i // 2}", 100.5 + i))
    table = pd.DataFrame(rows, columns=["file", "label", "group", "bpm"])
    table.to_csv(path / "labels.csv", index=False)
    return path


def check(*arguments):
    return main(["check", *map(str, arguments), "--quiet"])


def features(*arguments, front_end="MFCC"):
    return main(["features", "--front-end", front_end, *map(str, arguments)])


def paths(folder):
    table = pd.read_csv(folder / "labels.csv")
    return [os.path.join(folder, file) for file in table["file"]]


def test_check_says_that_nothing_is_wrong(folder, capsys):
    assert check(folder) == 0
    printed = capsys.readouterr()
    assert printed.out.startswith("10 recordings, 2 classes, 5 groups, 3 s in total, length 0.272 s\n")
    assert printed.out.endswith("\nNothing is wrong.\n") and printed.err == ""


def test_check_says_what_is_wrong_and_writes_a_page(folder, tmp_path, capsys):
    (folder / "labels.csv").unlink()
    (folder / "höher" / "x.m4a").write_bytes(b"x")
    (folder / "höher" / "cut.wav").write_bytes(b"RIFF")
    soundfile.write(folder / "low, dark" / "silent.flac", np.zeros(SR), SR)
    page = tmp_path / "new" / "page.html"
    assert check(folder, "--cv", "3", "--report", page) == 1
    out = capsys.readouterr().out
    assert re.findall(r"^(wrong|note)", out, re.MULTILINE) == ["wrong"] * 3 + ["note"]
    assert "1 file is left out since the format is not read" in out
    assert re.search(r"1 of 12 recordings cannot be used: '[^']*cut\.wav' ", " ".join(out.split()))
    assert "1 of 12 recordings is silent" in out
    assert "(--" not in out.replace("(--group)", "") and out.endswith(f"wrote {page}\n")
    text = Page(page.read_text(encoding="utf-8")).text
    assert f"Check of {folder}" in text and "3 things are wrong; 1 is worth knowing." in text


def test_check_names_options_and_takes_columns(folder, capsys):
    assert check(folder, "--group", "none") == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "columns of the table could be groups: 'group' (5 values)" in out
    assert "Name the column that says what belongs together (--group)." in out
    assert check(folder, "--label", "group", "--group", "label") == 0
    assert "There are 2 groups for 5 folds" in capsys.readouterr().out


def test_check_takes_recordings_without_classes(folder, capsys):
    assert check(folder / "höher") == 0
    assert "5 recordings, no classes, no groups" in capsys.readouterr().out
    assert check(folder / "höher", "--group", "none") == 0
    assert check(folder / "höher", "--group", "artist") == 2
    assert "--group" in capsys.readouterr().err
    assert check(folder, "--label", "bpm") == 0
    printed = capsys.readouterr()
    assert "10 recordings, no classes, 5 groups" in printed.out
    assert "Classes are not checked. Labels must be classes, but all of them are numbers" in printed.err


def test_features_of_a_folder_are_a_table_with_labels_and_groups(folder, tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(_files, "MAX_FILES", 4)  # three batches
    out = tmp_path / "new" / "features.csv"
    options = ["--set", "n_mfcc=3", "--set", "sr=16000", "-o", out]
    assert features(*options, "--statistics", "mean", "q95", folder) == 0
    assert "10/10" in capsys.readouterr().err  # the bar
    table = pd.read_csv(out)
    pooler = FramePooler(("mean", "q95"))
    steps = make_pipeline(MFCC(n_mfcc=3, sr=16000), pooler)
    expected = steps.fit_transform(paths(folder))
    names = list(steps.get_feature_names_out())
    assert list(table) == ["file", "label", "group", *names] and "mfcc02_q95" in names
    assert table["file"].tolist() == paths(folder)
    about = pd.read_csv(folder / "labels.csv")[["label", "group"]]
    pd.testing.assert_frame_equal(table[["label", "group"]], about)
    assert np.array_equal(table[names].to_numpy(np.float32), expected)


def test_features_of_files_stand_on_standard_output_and_bad_files_are_passed_over(folder, tmp_path, capsys):
    (tmp_path / "empty.wav").write_bytes(b"")
    good = paths(folder)[:2]
    assert features(good[0], tmp_path / "empty.wav", good[1], tmp_path / "nowhere.wav") == 1
    printed = capsys.readouterr()
    header, *rows = csv.reader(printed.out.splitlines())
    assert header[:2] == ["file", "mfcc00_mean"] and len(header) == 41
    assert [row[0] for row in rows] == good
    for name in ("empty.wav", "nowhere.wav"):
        assert len(re.findall(rf"skmir features: passed over: .*{name}", printed.err)) == 1
    assert "2 of 4 files were passed over" in printed.err


def test_archives_hold_rows_or_frames(folder, tmp_path):
    files = paths(folder)
    frames = MFCC().fit_transform(files)
    assert features(folder, "-o", tmp_path / "rows.npz", "--quiet") == 0
    (folder / "labels.csv").unlink()
    assert features(folder, "-o", tmp_path / "frames.npz", "--frames", "--quiet") == 0
    with np.load(tmp_path / "rows.npz") as rows:
        assert sorted(rows) == ["features", "file", "group", "label", "names"]
        np.testing.assert_array_equal(rows["features"], FramePooler().fit_transform(frames))
        assert rows["names"][-1] == "mfcc19_std" and rows["group"].tolist()[-1] == "g4"
    of_file = dict(zip(files, frames, strict=True))
    with np.load(tmp_path / "frames.npz") as kept:
        assert set(kept) == {"file", "label", "names", *(f"frames_{i}" for i in range(10))}
        assert sorted(kept["file"]) == sorted(files)
        for i, file in enumerate(kept["file"]):
            np.testing.assert_array_equal(kept[f"frames_{i}"], of_file[file])
            assert kept["label"][i] == file.split(os.sep)[-2]
    assert not list(tmp_path.glob("*.part"))


def test_a_parquet_file_holds_the_same_as_the_table(folder, tmp_path, monkeypatch):
    pytest.importorskip("pyarrow")
    monkeypatch.setattr(_files, "MAX_FILES", 4)
    for suffix in ("csv", "parquet"):
        assert features(folder, "-o", tmp_path / f"rows.{suffix}", "--quiet", front_end="Chroma") == 0
    table, expected = pd.read_parquet(tmp_path / "rows.parquet"), pd.read_csv(tmp_path / "rows.csv")
    assert list(table) == list(expected) and len(table) == 10
    assert table["label"].tolist() == expected["label"].tolist()
    np.testing.assert_allclose(table.iloc[:, 3:], expected.iloc[:, 3:], rtol=1e-6)
    assert set(table.dtypes[3:]) == {np.dtype("float32")}


def test_the_names_are_those_of_the_front_ends():
    public = {
        name
        for name in feature_extraction.__all__
        if issubclass(getattr(feature_extraction, name), BaseFrontEnd)
    }
    others = set(feature_extraction.__all__) - public
    assert set(FRONT_END_NAMES) == public and list(FRONT_END_NAMES) == sorted(FRONT_END_NAMES)
    # A step around a front end, which --set cannot give, and a cache.
    assert {n for n in others if issubclass(getattr(feature_extraction, n), TransformerMixin)} == {
        "BeatSynchronizer"
    }


@pytest.mark.parametrize(
    ("command", "words"),
    {
        "check nowhere": "There is no folder 'nowhere'",
        "check FOLDER --cv 1": "--cv must be at least 2, got 1",
        "check FOLDER --n-jobs 0": "--n-jobs must be a number of processes",
        "check FOLDER --label genre": "no column --label 'genre'",
        "check FOLDER --report OUT.pdf": r"--report must be a file that ends in \.html, got .*OUT\.pdf",
        "features FOLDER --front-end mfc": r"--front-end must name a front end, got mfc\. Did you mean MFCC",
        "features --front-end MFCC": "There must be a FILE or a FOLDER",
        "features FOLDER --front-end MFCC -o OUT.arff": r"ends in \.csv, \.parquet or \.npz, got .*OUT\.arff",
        "features FOLDER --front-end MFCC --frames": r"ends in \.npz",
        "features FOLDER --front-end MFCC --set n_mfcc": "--set must be NAME=VALUE",
        "features FOLDER --front-end MFCC --set nmfcc=3": r"got 'nmfcc'\. Did you mean n_mfcc",
        "features FOLDER --front-end MFCC --set n_mfcc=300": "n_mfcc=300 must be",
        "features FOLDER --front-end MFCC --set sr=fast": "sr",
        "features FOLDER --front-end MFCC --statistics men": "statistics='men' is not one of",
        "features FOLDER --front-end MFCC -o FOLDER/labels.csv": "exists already",
        "features FOLDER/0.wav --front-end MFCC --label x": "--label needs one FOLDER with a table",
        "features nowhere.wav --front-end MFCC": "There are no recordings to compute features of",
    }.items(),
)
def test_wrong_input_is_refused_and_writes_nothing(folder, tmp_path, capsys, command, words):
    before = sorted(tmp_path.rglob("*"))
    places = {"FOLDER": str(folder), "OUT": str(tmp_path / "OUT")}
    pattern = re.compile("|".join(places))
    assert main([pattern.sub(lambda m: places[m[0]], part) for part in command.split()]) == 2
    error = capsys.readouterr().err
    assert re.match(rf"skmir {command.split()[0]}: error: .*{words}", error), error
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    "arguments",
    ["check --help", "features --help", "check FOLDER --cv 1", "features FOLDER --front-end MFC"],
)
def test_nothing_slow_is_loaded_to_help_or_to_refuse(folder, arguments):
    arguments = arguments.replace("FOLDER", str(folder)).split()
    status, loaded, _ = run_fresh(*arguments)
    assert (status, loaded) == (0 if "--help" in arguments else 2, [])
