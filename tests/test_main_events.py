"""The command on recordings with annotations."""

import json
import re

import numpy as np
import pandas as pd
import pytest
import soundfile
from html_page import Page

from skmir.__main__ import main
from skmir._commands import _compare
from skmir._early_checks import BEAT_SCORERS, CHORD_SCORERS, NOTE_SCORERS, ONSET_SCORERS
from skmir.datasets import (
    make_beats,
    make_onsets,
    make_piano,
    make_progressions,
    read_annotations,
    write_annotations,
)
from skmir.metrics import get_scorer_names
from skmir.sequence._chord_vocabulary import ChordVocabulary

LABELS = ChordVocabulary("majmin").labels
GUESSES = ["nothing", "constant tempo"]
OTHER_TARGETS = {"downbeat_f", "downbeat_f_micro", "downbeat_f_samples", "tempo_acc1", "tempo_acc2"}


def write(folder, clips, truth, kind):
    folder.mkdir(exist_ok=True)
    for i, (clip, times) in enumerate(zip(clips, truth, strict=True)):
        soundfile.write(folder / f"{i}.wav", clip, 22050)
        write_annotations(folder / f"{i}.{kind}.csv", times)
    return folder


@pytest.fixture
def hits(tmp_path):
    """Six clips with onsets, one without, one without annotation; an onset is too late, one by rounding."""
    clips, onsets = make_onsets(6, sounds="percussive", duration=1.5, random_state=0)
    onsets[0], onsets[1] = np.append(onsets[0], 1.9), np.append(onsets[1], 1.53)
    folder = write(tmp_path / "hits", [*clips, clips[0] * 0], [*onsets, []], "onsets")
    soundfile.write(folder / "noise.wav", np.random.RandomState(0).randn(11025) / 10, 22050)
    return folder


@pytest.fixture
def grooves(tmp_path):
    """Four clips in two groups, with a table that names the files of beats in a column of its own."""
    clips, beats = make_beats(4, duration=4, random_state=0)
    folder = write(tmp_path / "grooves", clips, beats, "beats")
    return with_table(folder)


def with_table(folder):
    rows = [f"{i}.wav,{'ab'[i % 2]},{i}.beats.csv\n" for i in range(4)]
    (folder / "labels.csv").write_text("file,group,tapped\n" + "".join(rows))
    return folder


def run(folder, *options):
    return main(["compare", str(folder), "--quiet", "--n-jobs", "1", *map(str, options)])


def test_onsets_from_a_folder_to_the_report(hits, tmp_path, capsys):
    kept, out = tmp_path / "kept", tmp_path / "out"
    options = ["--onsets", "--cv", "2", "--max-epochs", "1", "--memory", kept]
    assert run(hits, *options, "--output", out, "--report") == 0
    printed = capsys.readouterr()
    assert "7 clips, 27 onsets, no groups" in printed.out
    for words in (
        r"1 recording is left out without an annotation of onsets: \[.*noise\.wav'\]",
        r"1 recording is without onsets, by the empty \[.*6\.onsets\.csv'\]",
        r"0\.onsets\.csv': 1 of \d+ events lie after the end .* at 1\.90 s\. They are left out",
        r"1 of 7 recordings is silent: .*6\.wav'\. They hold no onsets",
    ):
        assert re.search(words, printed.err)
    assert "failed" not in printed.err
    table = pd.read_csv(out / "table.csv", index_col=0)
    assert list(table.index) == ["flux", "SuperFlux", "TCN", *GUESSES]
    assert table.loc["SuperFlux", "mean"] > 0.5 > table.loc["constant tempo", "mean"]
    record = json.loads((out / "record.json").read_text())
    assert (record["scoring"], record["n_clips"]) == ("onset_f50", 7) and "target_names" not in record
    page = Page((out / "report.html").read_text(encoding="utf-8"))
    assert "7 recordings with 27 onsets" in page.text and "Onset f50 on the held-out clips" in page.tables
    assert not any("rue ↓" in str(rows) or caption.startswith("F1") for caption, rows in page.tables.items())
    again = ["--n-jobs", "1", *map(str, options), "--scoring", "onset_f25_samples", "onset_f50"]
    assert main(["compare", *again, str(hits)]) == 0  # not quiet; and the folder is the last word
    again = capsys.readouterr()
    assert f"10 of 10 fits found in {kept}" in again.err and "\nonset_f50\n" in again.out


def test_beats_from_a_column_of_a_table(grooves, tmp_path, capsys):
    options = [
        "--beats",
        "--annotation",
        "tapped",
        "--cv",
        "2",
        "--models",
        "flux + HMM",
        "--scoring",
        "beat_f",
    ]
    assert run(grooves, *options, "amlt", "--output", tmp_path / "out") == 0
    assert "4 clips, " in (text := capsys.readouterr().out) and " beats, 2 groups" in text
    table = pd.read_csv(tmp_path / "out" / "table.csv", index_col=0)
    assert list(table.index) == ["flux + HMM", *GUESSES] and table.loc["flux + HMM", "mean"] > 0.5
    files = tmp_path / "out" / "predictions" / "flux + HMM"
    assert all(len(read_annotations(files / f"{i}.beats.csv")) > 2 for i in range(4))


@pytest.fixture
def songs(tmp_path):
    """Four clips with chords, in MIREX's files of intervals and labels."""
    clips, chords = make_progressions(4, duration=4, random_state=0)
    folder = tmp_path / "songs"
    folder.mkdir()
    for i, (clip, segments) in enumerate(zip(clips, chords, strict=True)):
        soundfile.write(folder / f"{i}.wav", clip, 22050)
        write_annotations(folder / f"{i}.lab", segments)
    return folder


def test_chords_from_lab_files(songs, tmp_path, capsys):
    options = [
        "--chords",
        "--cv",
        "2",
        "--max-epochs",
        "1",
        "--scoring",
        "chord_majmin",
        "chord_root_samples",
    ]
    assert run(songs, *options, "--output", tmp_path / "out", "--report") == 0
    printed = capsys.readouterr()
    assert re.search(r"4 clips, \d+ chords, no groups", printed.out) and "failed" not in printed.err
    table = pd.read_csv(tmp_path / "out" / "table.csv", index_col=0)
    models = ["templates", "templates + Viterbi", "TCN + Viterbi"]
    assert list(table.index) == [*models, "nothing", "commonest label"]
    assert table.loc["templates + Viterbi", "mean"] > 0.3 > table.loc["nothing", "mean"]
    page = Page((tmp_path / "out" / "report.html").read_text(encoding="utf-8"))
    assert "4 recordings with" in page.text and "segments" in page.text
    for model in models:
        files = sorted((tmp_path / "out" / "predictions" / model).iterdir())
        assert [file.name for file in files] == ["0.lab", "1.lab", "2.lab", "3.lab"]
        intervals, labels = read_annotations(files[0], "chords")
        assert intervals[-1, 1] == pytest.approx(4, abs=0.1) and set(labels) <= {*LABELS}


def test_notes_from_midi_files(tmp_path, capsys):
    pytest.importorskip("pretty_midi")
    clips, notes = make_piano(4, n_hands=1, duration=2, random_state=0)
    for i, (clip, played) in enumerate(zip(clips, notes, strict=True)):
        soundfile.write(tmp_path / f"{i}.wav", clip, 22050)
        write_annotations(tmp_path / f"{i}.mid", played)
    options = ["--notes", "--cv", "2", "--max-epochs", "1", "--scoring", "note_f", "frame_f"]
    assert run(tmp_path, *options, "--output", tmp_path / "out") == 0
    assert re.search(r"4 clips, \d+ notes, no groups", capsys.readouterr().out)
    table = pd.read_csv(tmp_path / "out" / "table.csv", index_col=0)
    assert list(table.index) == ["logistic regression + HMM", "HarmonicCNN", "nothing"]
    files = tmp_path / "out" / "predictions" / "logistic regression + HMM"
    assert sum(len(read_annotations(file, "notes")[1]) for file in files.iterdir()) > 0


@pytest.mark.parametrize("task", ["onsets", "beats", "chords", "notes"])
def test_without_a_folder_clips_are_synthesised(task, monkeypatch, capsys):
    monkeypatch.setattr(_compare, "N_SYNTHESISED", 2)
    names = {
        "onsets": "SuperFlux",
        "beats": "flux + HMM",
        "chords": "templates",
        "notes": "logistic regression + HMM",
    }
    options = ["--cv", "2", "--models", names[task], "--quiet", "--n-jobs", "1"]
    assert main(["compare", f"--{task}", *options]) == 0
    printed = capsys.readouterr()
    assert re.match(rf"2 clips, \d+ {task}, 2 groups\n.*{re.escape(names[task])}", printed.out, re.DOTALL)
    assert "no groups" not in printed.err


@pytest.fixture
def names(tmp_path):
    """The same folder as a list of names: nothing is decoded to refuse it."""
    for i in range(4):
        (tmp_path / f"{i}.wav").touch()
        (tmp_path / f"{i}.beats.csv").write_text("time\n0.5\n1\n")
    return with_table(tmp_path)


REFUSED = {
    "--onsets --cv 2": r"has no annotation of onsets for any recording \(of 4\)\. For '0\.wav' write "
    r"'0\.onsets\.csv' beside it .*0\.onsets\.txt, 0\.txt, ",
    "--beats --annotation tapped": r"--cv 5 needs 5 groups, .* and there are 2\. Use --cv 2\. .*--group none",
    "--beats --annotation tapped --group none": r"needs 5 recordings with beats, .* --cv 4, or add",
    "--beats --annotation beats": r"has no column --annotation 'beats'\. Its columns are \['file', 'group'",
    "--beats --label tapped": r"--label tapped names a column of classes, and --beats reads none",
    "--annotation tapped": r"--annotation tapped names a column .* with --onsets, --beats, "
    "--chords or --notes",
    "--beats --models flux": r"--models must name models for beats, got flux\..* 'flux \+ HMM' 'TCN \+ HMM'",
    "--beats --models flux+hmm": r"got flux\+hmm\. Did you mean 'flux \+ HMM'\?",
    "--beats --reference SVM": r"that are run, 'flux \+ HMM' 'TCN \+ HMM', got SVM",
    "--beats --scoring accuracy": r"must name scorers for beats, got accuracy\. .*amlt",
    "--onsets --scoring onset_50": r"scorers for onsets, got onset_50\. Did you mean onset_f50\?",
}


@pytest.mark.parametrize("options", REFUSED)
def test_refusals(names, capsys, options):
    assert run(names, *options.split()) == 2
    assert re.search(f"error: .*{REFUSED[options]}", error := capsys.readouterr().err), error


@pytest.mark.parametrize(
    ("empty", "words"),
    [((0, 1, 2, 3), "no group has"), ((1, 2, 3), "only one group has")],
)
def test_events_in_fewer_than_two_groups_are_refused(names, capsys, empty, words):
    for i in empty:
        (names / f"{i}.beats.csv").write_text("time\n")
    assert run(names, "--beats", "--annotation", "tapped", "--cv", "2") == 2
    expected = (
        f"At least two groups must have beats, to learn from one while the other is held out, but {words}"
    )
    assert expected in capsys.readouterr().err


def test_notes_in_place_of_beats_speak_of_options(names, capsys):
    (names / "1.beats.csv").write_text("onset,offset,midi\n0.1,0.5,60\n")
    assert run(names, "--beats", "--annotation", "tapped", "--cv", "2") == 2
    assert "Use --onsets for its onset" in capsys.readouterr().err


def test_onsets_and_beats_exclude_each_other(names, capsys):
    with pytest.raises(SystemExit, match="2"):
        run(names, "--onsets", "--beats")
    assert "--beats: not allowed with argument --onsets" in capsys.readouterr().err


def test_a_folder_without_classes_points_to_the_options(hits, capsys):
    assert run(hits) == 2
    assert "annotations, use --onsets, --beats, --chords or --notes" in capsys.readouterr().err


def test_scorers_are_all_that_skmir_has_for_events():
    assert {*ONSET_SCORERS, *BEAT_SCORERS, *CHORD_SCORERS, *NOTE_SCORERS} | OTHER_TARGETS == set(
        get_scorer_names("annotations")
    )
