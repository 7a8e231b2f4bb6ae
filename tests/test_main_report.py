"""The command ``skmir report``: the page that ``skmir compare --report`` wrote, from its record alone."""

import json
import os
import re

import numpy as np
import pytest
import soundfile
from html_page import Page

from skmir.__main__ import main
from skmir._commands._compare_output import _inside
from skmir.model_selection import Comparison

pytest.importorskip("matplotlib")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with eight clips of noise and of tones, and the output of a comparison beside it."""
    path, rng = tmp_path_factory.mktemp("made"), np.random.RandomState(0)
    for i in range(8):
        y = rng.randn(5000) if i % 2 else np.sin(0.1 * (i + 1) * np.arange(5000))
        file = path / "recordings" / ("noise & co", "tön")[i % 2] / f"{i}.wav"
        file.parent.mkdir(parents=True, exist_ok=True)
        soundfile.write(file, 0.1 * y, 22050)
    options = ["--models", "SVM", "--cv", "2", "--quiet", "--n-jobs", "1", "--report"]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(path)
        assert main(["compare", "recordings", *options, "--output", "out"]) == 0
    return path


def test_the_page_is_the_same_byte_for_byte(folder, tmp_path, monkeypatch, capsys):
    """From anywhere, by the record or by its folder, and without the recordings."""
    first = (folder / "out" / "report.html").read_bytes()
    assert (
        main(["report", str(folder / "out" / "record.json"), "-o", str(tmp_path / "new" / "page.html")]) == 0
    )
    assert capsys.readouterr().out == f"wrote {tmp_path / 'new' / 'page.html'}\n"
    assert (tmp_path / "new" / "page.html").read_bytes() == first
    monkeypatch.chdir(folder)
    assert main(["report", "out"]) == 0
    assert (folder / "out" / "report.html").read_bytes() == first
    (tmp_path / "record.json").write_bytes((folder / "out" / "record.json").read_bytes())
    assert main(["report", str(tmp_path), "--title", "Tones & noise"]) == 0
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "Tones & noise" in page.text and [row[0] for row in page.tables["SVM"][1:]] == [
        "noise & co",
        "tön",
    ]


def test_the_record_knows_where_the_recordings_are(folder, tmp_path, monkeypatch):
    """They may move together with it; else --folder says where they are now."""
    record = json.loads((folder / "out" / "record.json").read_text(encoding="utf-8"))
    assert record["folder"] == "../recordings"
    assert record["files"][0] == "noise & co/0.wav"
    found = []
    monkeypatch.setattr(Comparison, "from_dict", lambda record: found.append(record["files"]) or 1 / 0)
    for options, expected in (([], folder / "recordings"), (["--folder", str(tmp_path)], tmp_path)):
        with pytest.raises(ZeroDivisionError, match="division"):
            main(["report", str(folder / "out"), *options])
        assert found.pop()[0] == str(expected / "noise & co" / "0.wav")


def test_files_elsewhere_keep_their_whole_path(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert _inside("recordings", os.path.join("recordings", "a", "b.wav")) == "a/b.wav"
    assert _inside("recordings", os.path.join("others", "b.wav")) == str(tmp_path / "others" / "b.wav")


def test_what_the_command_added_to_the_record_is_checked(folder, tmp_path, capsys):
    record = json.loads((folder / "out" / "record.json").read_text(encoding="utf-8"))
    (tmp_path / "record.json").write_text(json.dumps(record | {"target_names": 3}))
    assert main(["report", str(tmp_path)]) == 2
    assert "record['target_names'] must be a list of names of classes, got 3" in capsys.readouterr().err


def test_a_page_without_the_ending_is_refused(folder, capsys):
    assert main(["report", str(folder / "out"), "-o", str(folder / "page")]) == 2
    assert re.search(
        r"skmir report: error: --output must be a file that ends in \.html", capsys.readouterr().err
    )
