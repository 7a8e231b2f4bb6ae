"""Files of annotations: every format, what strangers' files look like, and errors that name file and line."""

import json
import re
import sys
import warnings

import numpy as np
import pretty_midi
import pytest

from skmir.datasets import read_annotations, write_annotations

A = np.array
HZ = {57: 220.0, 69: 440.0}


def same(first, second):
    if isinstance(second, tuple):
        return np.array_equal(first[0], second[0]) and list(first[1]) == list(second[1])
    return np.array_equal(first, second)


def jams(*annotations):
    return json.dumps(
        {"annotations": [{"namespace": name, "data": data, **more} for name, data, more in annotations]}
    )


def seen(time, duration, value):
    return {"time": time, "duration": duration, "value": value, "confidence": None}


def string(i, midi):
    """One string of a guitar, as in GuitarSet."""
    source = {"annotation_metadata": {"data_source": str(i)}}
    return "note_midi", [seen(0.5 + i, 0.25, midi)], source


CHORDS = (A([[0.0, 1.5], [1.5, 2.5]]), ["F#:min", "N"])
NOTE = (A([[0.5, 0.75]]), A([440.0]))
GOOD = {
    "times, unsorted, with comments and empty lines": ("# onsets\n1.0\n0.5\n\n", None, A([0.5, 1.0])),
    "Windows line ends": ("0.5\r\n1.0\r\n", None, A([0.5, 1.0])),
    "old Mac line ends": ("0.5\r1.0\r", None, A([0.5, 1.0])),
    "a byte order mark": ("\ufeff0.5\n", None, A([0.5])),
    "UTF-16": ("0.5\n1.0\n".encode("utf-16"), None, A([0.5, 1.0])),
    "exponents": ("5e-1\n1E0\n", None, A([0.5, 1.0])),
    "times and labels of several words": ("0.5 kick\n0.7 snare drum\n", None, A([0.5, 0.7])),
    "madmom's beats": ("0.5\t1\n1.0\t2\n", None, A([[0.5, 1], [1.0, 2]])),
    "places as floats": ("0.5 1.000\n1.0 2.000\n", None, A([[0.5, 1], [1.0, 2]])),
    "beats alone of bars": ("0.5\t1\n1.0\t2\n", "beats", A([0.5, 1.0])),
    "times and strengths": ("0.5 0.9\n1.0 0.7\n", "onsets", A([0.5, 1.0])),
    "a pickup among places": ("0.5 pickup\n1.0 1\n", "beats", A([0.5, 1.0])),
    "chords in white space": ("0 1.5 F#:min\n1.5 2.5 N\n", None, CHORDS),
    "chords in tabs": ("0.0\t1.5\tF#:min\n1.5\t2.5\tN\n", None, CHORDS),
    "chords in commas": ("0.0, 1.5, F#:min\n1.5, 2.5, N\n", None, CHORDS),
    "decimal commas in tabs": ("0,0\t1,5\tF#:min\n1,5\t2,5\tN\n", None, CHORDS),
    "decimal commas in semicolons": ("start;end;chord\n0,0;1,5;F#:min\n1,5;2,5;N\n", None, CHORDS),
    "decimal commas in white space": ("0,0 1,5 F#:min\n1,5 2,5 N\n", None, CHORDS),
    "a column with decimal commas": ("time\n0,5\n1,25\n", None, A([0.5, 1.25])),
    "commas in chords": ("0 1 C:maj(9,11)\n", None, (A([[0.0, 1.0]]), ["C:maj(9,11)"])),
    "quoted commas": ('start,end,chord\n0,1,"C:maj(9,11)"\n', None, (A([[0.0, 1.0]]), ["C:maj(9,11)"])),
    "labels of spaces": ("0\t1\tverse one\n", None, (A([[0.0, 1.0]]), ["verse one"])),
    "labels that are numbers": ("0 1 440\n", "chords", (A([[0.0, 1.0]]), ["440"])),
    "mir_eval's notes": ("0.5 0.75 440.0\n", None, NOTE),
    "onsets of notes": ("0.5 0.75 440.0\n", "onsets", A([0.5])),
    "CSV of beats": ("time,beat\n0.5,1\n1.0,2\n", None, A([[0.5, 1], [1.0, 2]])),
    "CSV of onsets": ("Time,Label\n0.5,kick\n", None, A([0.5])),
    "CSV of MIDI notes": ("onset,offset,midi,velocity\n0.5,0.75,69,80\n", None, NOTE),
    "CSV with durations": ("onset,f0_hz,duration\n0.5,440,0.25\n", None, NOTE),
    "MAPS": ("OnsetTime\tOffsetTime\tMidiPitch\n0.5\t0.75\t69\n\n", None, NOTE),
    "drums have no pitch": (
        "onset,offset,midi,program\n0.5,0.75,69,5\n0.1,0.2,36,drum\n",
        "notes",
        NOTE,
    ),
    "drums have onsets": (
        "onset,offset,midi,program\n0.5,0.75,69,5\n0.1,0.2,36,drum\n",
        "onsets",
        A([0.1, 0.5]),
    ),
    "Audacity's points": ("0.5\t0.5\t\n0.7\t0.7\tsnare\n", None, A([0.5, 0.7])),
    "Audacity's points without labels": ("0.5\t0.5\n0.7\t0.7\n", None, A([0.5, 0.7])),
    "Audacity's beats and bands": ("0.5\t0.5\t1\n\\\t90\t200\n0.7\t0.7\t2\n", None, A([[0.5, 1], [0.7, 2]])),
    "Audacity's regions": ("0.0\t1.5\tF#:min\n1.5\t2.5\tN\n", "chords", CHORDS),
    "Audacity's region without a label": ("0\t1\t\n1\t2\tB\n", None, (A([[0.0, 1], [1, 2]]), ["", "B"])),
    "events at 0 and 1 s": ("0.0\n1.0\n", None, A([0.0, 1.0])),
    "JAMS onsets": (jams(("onset", [seen(0.5, 0, 1)], {})), None, A([0.5])),
    "JAMS beats": (jams(("beat", [seen(0.5, 0, None)], {})), None, A([0.5])),
    "JAMS beats with places": (jams(("beat", [seen(0.5, 0, 1)], {})), "bars", A([[0.5, 1]])),
    "JAMS bars": (jams(("beat_position", [seen(0.5, 0, {"position": 2})], {})), None, A([[0.5, 2]])),
    "JAMS chords": (jams(("chord_harte", [seen(0, 1.5, "F#:min"), seen(1.5, 1, "N")], {})), None, CHORDS),
    "JAMS MIDI notes": (jams(("note_midi", [seen(0.5, 0.25, 69)], {})), None, NOTE),
    "JAMS notes in Hz": (jams(("note_hz", [seen(0.5, 0.25, 440)], {})), None, NOTE),
    "dense JAMS": (jams(("note_hz", {"time": [0.5], "duration": [0.25], "value": [440]}, {})), None, NOTE),
    "GuitarSet's strings": (
        jams(string(0, 57), string(1, 69), ("tempo", [], {})),
        "notes",
        (A([[0.5, 0.75], [1.5, 1.75]]), A([220.0, 440.0])),
    ),
    "JAMS of notes for onsets": (jams(string(0, 57), ("beat", [], {})), "onsets", A([0.5])),
}


@pytest.mark.parametrize("name", GOOD)
def test_what_is_read(name, tmp_path):
    content, kind, expected = GOOD[name]
    file = tmp_path / "song.any"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert same(read_annotations(file, kind), expected)


BAD = {
    "a word among times": ("0.5\nabc\n", None, r"line 2: a time in s must be a finite number, got 'abc'"),
    "NaN": ("0.5\n\nnan\n", None, r"line 3: a time in s must be a finite number, got 'nan'"),
    "before the start": ("0.5\n-0.1\n", None, r"line 2: a time must not be before the start .* got -0\.1 s"),
    "no length": ("0 1 A\n2 2 B\n", None, r"line 2: the end must be after the start, got 2 and 2 s"),
    "backwards": ("0 1 A\n2 1 B\n", None, r"line 2: the end must be after the start, got 2 and 1 s"),
    "an empty cell": ("start,end,chord\n0,,C\n", None, r"line 2: a time in s must be .* got an empty cell"),
    "no pitch": ("0 1 440\n1 2 0\n", None, r"line 2: a pitch must be above 0 Hz, got 0"),
    "no MIDI": (
        "onset,offset,midi\n0,1,200\n",
        None,
        r"line 2: a MIDI number must be from 0 to 127, got 200",
    ),
    "pitch of which unit": (
        "onset,offset,pitch\n0,1,60\n",
        None,
        r"line 1: the column 'pitch' can hold Hz or",
    ),
    "no header known": ("who,what\n1,2\n", None, r"line 1: 'who,what' is neither a row .* nor a header"),
    "a label first": ("kick 0.5\n", None, r"line 1: 'kick 0\.5' is neither"),
    "too many cells": ("time,beat\n1,2,3\n", None, r"line 2 has 3 cells, but the header has 2"),
    "no header, four columns": ("1 2 3 4\n", None, r"line 1 has 4 cells, and without a header"),
    "a comma of which kind": (
        "0,512\n0,700\n",
        None,
        r"line 1: '0,512' can be one number with a decimal comma",
    ),
    "a second column of numbers": (
        "0.5 0.9\n",
        None,
        r"line 1: the second .* not a place in the bar\. Pass kind=",
    ),
    "no place in the bar": ("time,score_beat\n0.5,0\n", "bars", r"line 2: there is no place in the bar"),
    "place 0": (
        "time,beat\n0.5,0\n",
        "bars",
        r"line 2: a place in the bar must be a whole number from 1.*'0'",
    ),
    "segments for events": ("0 1 C\n", "onsets", r"line 1: this is a segment with a start and an end"),
    "notes for beats": ("0 1 440\n", "beats", r"line 1: this is a note, but times of beats"),
    "times for chords": ("0.5\n", "chords", r"line 1: each line must have a start and an end"),
    "times for notes": ("0.5\n", "notes", r"line 1: there is no pitch beside the times"),
    "no text": (b"\x00\x01\x02", None, r"null characters"),
    "a workbook": (b"PK\x03\x04 and more", None, r"its content is an Excel or OpenDocument workbook"),
    "broken JSON": ("{'a': 1}", None, r"line 1: this is not valid JSON"),
    "JSON, but not JAMS": ('{"a": 1}', None, r"is JSON but not JAMS"),
    "JAMS without it": (jams(("tempo", [], {})), "beats", r"in the namespaces \['tempo'\], and beats are in"),
    "JAMS of two kinds": (
        jams(string(0, 57), ("beat", [], {})),
        None,
        r"\['beat', 'note_midi'\]\. Pass kind=",
    ),
    "JAMS without length": (
        jams(("chord", [seen(0, 0, "C")], {})),
        None,
        r"chord, observation 0: a duration in s",
    ),
    "JAMS without time": (
        jams(("beat", [seen(1, 0, 1), seen(None, 0, 1)], {})),
        None,
        r"observation 1: a time",
    ),
    "JAMS chord": (jams(("chord", [seen(0, 1, 7)], {})), None, r"observation 0: a chord must be text, got 7"),
    "broken MIDI": (b"MThd and no more", None, r"cannot be read as MIDI: "),
}


@pytest.mark.parametrize("name", BAD)
def test_errors_name_the_file_and_the_line(name, tmp_path):
    content, kind, match = BAD[name]
    file = tmp_path / "song.any"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(ValueError, match=match) as caught:
        read_annotations(file, kind)
    assert re.match(rf"'{re.escape(str(file))}'", str(caught.value))


def test_a_file_without_events_is_a_recording_without_events(tmp_path):
    file = tmp_path / "song.txt"
    for content in ("", "\n# nothing\n", "time,beat\n"):
        file.write_text(content)
        with pytest.warns(UserWarning, match=r"song\.txt' holds no events"):
            assert read_annotations(file).shape == (0,)
    with pytest.warns(UserWarning, match=r"holds no bars"):
        assert read_annotations(file, "bars").shape == (0, 2)
    with pytest.warns(UserWarning, match=r"holds no chords"):
        assert same(read_annotations(file, "chords"), (np.zeros((0, 2)), []))


def test_doubts_are_warnings(tmp_path):
    file = tmp_path / "song.txt"
    file.write_bytes("0 1 Caf\u00e9\n".encode("latin-1"))
    with pytest.warns(UserWarning, match=r"is read as cp1252.*line 1 reads '0 1 Caf\u00e9'") as caught:
        assert read_annotations(file)[1] == ["Caf\u00e9"]
    assert caught[0].filename == __file__
    file.write_text(jams(("chord", [seen(0, 1, "C")], {}), ("chord", [seen(0, 1, "G")], {})))
    with pytest.warns(UserWarning, match=r"holds 2 annotations for chords; the first is read") as caught:
        assert read_annotations(file, "chords")[1] == ["C"]
    assert caught[0].filename == __file__


def test_parameters():
    with pytest.raises(TypeError, match=r"file must be a path, got \[0\.5\]"):
        read_annotations([0.5])
    with pytest.raises(
        ValueError, match=r"kind='onset' is not one of \['bars', 'beats', 'chords', 'notes', 'on"
    ):
        read_annotations("song.txt", "onset")
    with pytest.raises(FileNotFoundError, match=r"nowhere\.txt"):
        read_annotations("nowhere.txt")


WRITTEN = {
    "onsets": A([0.0, 1 / 3, 1.0]),
    "beats": A([0.1, 1.0]),
    "bars": A([[1 / 3, 1], [1.0, 2]]),
    "chords": (A([[0.0, 1 / 3], [1 / 3, 2.0]]), ["F#:maj(9,11)", "N"]),
    "notes": (A([[0.0, 1 / 3], [1.0, 2.0]]), A([440.0, 100 / 3])),
}


@pytest.mark.parametrize("format", ["text", "csv", "audacity", "jams"])
@pytest.mark.parametrize("kind", WRITTEN)
def test_what_is_written_is_read_again(kind, format, tmp_path):
    file, again = tmp_path / "song.any", tmp_path / "again.any"
    write_annotations(file, WRITTEN[kind], kind=kind, format=format)
    found = read_annotations(file, kind)
    if format == "jams" and kind in ("chords", "notes"):  # JAMS keeps durations
        np.testing.assert_allclose(found[0], WRITTEN[kind][0], atol=1e-12)
        found = WRITTEN[kind][0], found[1]
    assert same(found, WRITTEN[kind])
    write_annotations(again, WRITTEN[kind], kind=kind, format=format)
    assert file.read_bytes() == again.read_bytes()


def test_the_suffix_decides_and_mistakes_are_named(tmp_path):
    for name, beginning in (("a.csv", "time\n"), ("a.jams", "{"), ("a.lab", "0.0\n"), ("a.beats", "0.0\n")):
        write_annotations(tmp_path / name, WRITTEN["onsets"])
        assert (tmp_path / name).read_text().startswith(beginning)
    write_annotations(tmp_path / "a.csv", [[0.5, 1], [1.0, 2]])
    assert (tmp_path / "a.csv").read_text() == "time,beat\n0.5,1\n1.0,2\n"
    with pytest.raises(ValueError, match=r"annotation 0 of annotation: event 0 must be at a finite time"):
        write_annotations(tmp_path / "b.csv", [-1.0])
    with pytest.raises(
        ValueError, match=r"format='xml' is not one of \['audacity', 'csv', 'jams', 'midi', 'text'"
    ):
        write_annotations(tmp_path / "b.csv", [1.0], format="xml")
    with pytest.raises(ValueError, match=r"label of segment 0 must be text without tabs"):
        write_annotations(tmp_path / "b.txt", (A([[0.0, 1.0]]), ["a\tb"]))
    with pytest.raises(ValueError, match=r"MIDI can be written of notes only, got bars"):
        write_annotations(tmp_path / "b.mid", WRITTEN["bars"])
    assert not list(tmp_path.glob("b.*"))


def test_midi(tmp_path):
    file = tmp_path / "song.mid"
    midi = pretty_midi.PrettyMIDI(initial_tempo=90)
    midi.time_signature_changes.append(pretty_midi.TimeSignature(3, 4, 0.0))
    piano, drums = pretty_midi.Instrument(0), pretty_midi.Instrument(0, is_drum=True)
    piano.notes = [pretty_midi.Note(80, 69, 0.5, 0.75), pretty_midi.Note(80, 57, 4.0, 5.0)]
    drums.notes = [pretty_midi.Note(80, 36, 0.25, 0.3)]
    midi.instruments += [piano, drums]
    midi.write(str(file))
    intervals, pitches = read_annotations(file)
    np.testing.assert_allclose(intervals, [[0.5, 0.75], [4, 5]], atol=2e-3)
    assert pitches.tolist() == [440.0, 220.0]
    np.testing.assert_allclose(read_annotations(file, "onsets"), [0.25, 0.5, 4.0], atol=2e-3)
    bars = read_annotations(file, "bars")
    np.testing.assert_allclose(bars[:4, 0], A([0, 1, 2, 3]) * 60 / 90, atol=1e-5)  # MIDI rounds tempi to 1 us
    assert bars[:7, 1].tolist() == [1, 2, 3, 1, 2, 3, 1]
    assert np.array_equal(read_annotations(file, "beats"), bars[:, 0])
    with pytest.raises(ValueError, match=r"song\.mid' is a MIDI file, which holds no chords"):
        read_annotations(file, "chords")
    write_annotations(file, (A([[0.5, 0.75], [4.0, 5.0]]), A([441.0, 220.0])))  # nearly A4
    intervals, pitches = read_annotations(file)
    np.testing.assert_allclose(intervals, [[0.5, 0.75], [4, 5]], atol=1e-3)
    assert pitches.tolist() == [440.0, 220.0]
    with pytest.raises(ValueError, match=r"MIDI has pitches from 8\.2 to 12544 Hz, got 3 Hz"):
        write_annotations(file, (A([[0.5, 0.75]]), A([3.0])))


def test_midi_needs_a_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "pretty_midi", None)
    (tmp_path / "song.mid").write_bytes(b"MThd")
    with pytest.raises(ImportError, match=r"song\.mid' needs pretty_midi .*pip install pretty_midi, or"):
        read_annotations(tmp_path / "song.mid")
