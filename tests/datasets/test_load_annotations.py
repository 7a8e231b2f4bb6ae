"""Folders of recordings with annotations: which file belongs to which, and what is left out or refused."""

import warnings

import numpy as np
import pytest
import soundfile

from skmir.datasets import load_annotations

A = np.array


def make(folder, files, seconds=2.0):
    """Write recordings (names that end in .wav) and texts."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.lower().endswith((".wav", ".flac")):
            soundfile.write(path, np.zeros(int(8000 * seconds)), 8000)
        else:
            path.write_text(content)
    return folder


def names(folder, found):
    """Recordings and annotation files as a dict of names relative to the folder."""
    pairs = zip(found.data, found.annotation_files, strict=True)
    return {str(relative(folder, a)): str(relative(folder, b)) for a, b in pairs}


def relative(folder, path):
    return (folder / path).resolve().relative_to(folder.resolve())


@pytest.fixture(autouse=True)
def no_other_warnings():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        yield


PAIRS = {
    "song.onsets.csv": "onsets",
    "song.onsets": "onsets",
    "song_onsets.txt": "onsets",
    "song.ONSETS.TXT": "onsets",
    "song.notes.csv": "onsets",
    "song.txt": "onsets",
    "song.jams": "beats",
    "song.beats": "beats",
    "song.beats.lab": "bars",
    "song.bars.csv": "bars",
    "song.chords.lab": "chords",
    "song.lab": "chords",
    "annotations/song.beats.csv": "beats",
    "beats/song.txt": "beats",
    "../annotations/song.txt": "onsets",
    "../notes/song.csv": "notes",
}
CONTENT = {
    "onsets": "0.5\n1.0\n",
    "beats": "0.5 1\n1.0 2\n",
    "bars": "0.5 1\n1.0 2\n",
    "chords": "0.5 1.0 C\n1.0 1.5 G\n",
    "notes": "0.5 1.0 440\n1.0 1.5 220\n",
}


@pytest.mark.parametrize("name", PAIRS)
def test_a_name_finds_its_recording(name, tmp_path):
    kind = PAIRS[name]
    content = CONTENT["notes" if "notes" in name else kind]
    if name.endswith(".jams"):
        content = '{"annotations": [{"namespace": "beat", "data": [{"time": 0.5}, {"time": 1.0}]}]}'
    folder = make(tmp_path / "audio", {"song.wav": None, "song.unrelated.txt": "words", name: content})
    found = load_annotations(folder, kind)
    assert names(tmp_path, found) == {"audio/song.wav": str(relative(tmp_path, folder / name))}
    [annotation] = found.target
    starts = annotation[0][:, 0] if isinstance(annotation, tuple) else A(annotation).reshape(2, -1)[:, 0]
    assert starts.tolist() == [0.5, 1.0]
    assert (found.groups, found.frame, found.kind) == (None, None, kind)


def test_the_name_with_the_kind_comes_first(tmp_path):
    folder = make(
        tmp_path,
        {
            "a/song.wav": None,
            "a/song.mid": "not read",
            "a/song.txt": "lyrics",
            "a/song.notes.csv": "onset,offset,midi\n0.1,0.2,60\n",
            "a/song.onsets.csv": "time\n0.5\n",
            "my_onsets.wav": None,
            "my_onsets.csv": "0.25\n",
            "my_onsets.mid": "not read",
        },
    )
    found = load_annotations(folder)
    assert names(folder, found) == {"a/song.wav": "a/song.onsets.csv", "my_onsets.wav": "my_onsets.csv"}
    assert [x.tolist() for x in found.target] == [[0.5], [0.25]]
    assert found.DESCR.startswith("2 recordings with 2 onsets, from ")


def test_onsets_of_a_chord_are_one(tmp_path):
    times = [0.5, 0.51, 0.53, 0.531, 0.56, 0.562, 1.0]
    folder = make(tmp_path, {"a.wav": None, "a.txt": "\n".join(map(str, times))})
    assert load_annotations(folder).target[0].tolist() == [0.5, 0.531, 0.562, 1.0]
    assert load_annotations(folder, combine=0.1).target[0].tolist() == [0.5, 1.0]
    assert load_annotations(folder, combine=0).target[0].tolist() == times
    assert load_annotations(folder, "beats").target[0].tolist() == times
    with pytest.raises(ValueError, match=r"combine=-1 must be a number >= 0"):
        load_annotations(folder, combine=-1)


TABLE = {
    "x/1.wav": None,
    "x/2.wav": None,
    "x/3.wav": None,
    "o/1.txt": "0.5\n",
    "n/2.csv": "onset,offset,midi\n0.25,0.5,69\n",
    "c.csv": "start,end,chord\n0,1,C\n",
}


def test_a_table_names_the_files(tmp_path):
    table = (
        "file,group,onsets,notes,midi\nx/2.wav,b,,n/2.csv,60\nx/1.wav,a,o/1.txt,n/2.csv,61\nx/3.wav,a,,,\n"
    )
    folder = make(tmp_path, {**TABLE, "labels.csv": table})
    with pytest.warns(
        UserWarning, match=r"1 recording is left out without an annotation of onsets: .*3\.wav"
    ):
        found = load_annotations(folder)
    assert names(folder, found) == {"x/2.wav": "n/2.csv", "x/1.wav": "o/1.txt"}
    assert [x.tolist() for x in found.target] == [[0.25], [0.5]]
    assert found.groups.tolist() == ["b", "a"]
    assert found.frame["midi"].tolist() == ["60", "61"]  # numbers, and so no files
    with pytest.warns(UserWarning, match="1 recording is left out|have the same annotation"):
        assert load_annotations(folder, "notes").target[0][1].tolist() == [440.0]
    with pytest.raises(
        ValueError, match=r"has no annotation of beats for any recording \(of 3\)\..*2\.beats\.csv"
    ):
        load_annotations(folder, "beats")


def test_other_names_of_columns(tmp_path):
    table = "path;who;harmony\nx/1.wav;a;c.csv\nx/2.wav;b;c.csv\n"
    folder = make(tmp_path, {**TABLE, "songs.csv": table})
    columns = {"labels": "songs.csv", "file_column": "path", "group_column": "who"}
    with pytest.warns(UserWarning, match=r"1\.wav' and .*2\.wav' have the same annotation .*c\.csv'"):
        found = load_annotations(folder, "chords", annotation_column="harmony", **columns)
    assert found.groups.tolist() == ["a", "b"] and found.target[1][1] == ["C"]
    with pytest.raises(
        ValueError, match=r"no column annotation_column='chords'\. Its columns are \['path', 'who'"
    ):
        load_annotations(folder, "chords", annotation_column="chords", **columns)
    with pytest.raises(
        FileNotFoundError, match=r"no table .*labels\.csv', which file_column='path' asks for"
    ):
        load_annotations(folder, "chords", file_column="path")


def test_a_table_without_a_column_for_it_is_paired_by_name(tmp_path):
    folder = make(tmp_path, {**TABLE, "labels.csv": "file,group\nx/1.wav,g\n", "x/1.beats": "0.5\n"})
    found = load_annotations(folder, "beats")
    assert names(folder, found) == {"x/1.wav": "x/1.beats"} and found.groups.tolist() == ["g"]


def test_a_file_that_the_table_names_must_exist(tmp_path):
    folder = make(tmp_path, {**TABLE, "labels.csv": "file,onsets\nx/1.wav,o/1.txt\nx/2.wav,o/2.txt\n"})
    with pytest.raises(
        FileNotFoundError, match=r"o/2\.txt', in the column 'onsets' of .*, in row 2 below the"
    ):
        load_annotations(folder)


REFUSED = {
    "nothing": ({"a.txt": "0.5\n"}, r"has no recordings, in it or below it"),
    "none annotated": (
        {"a.wav": None, "b.txt": "0.5"},
        r"For 'a\.wav' write 'a\.onsets\.csv' beside it.* are a\.onsets\.txt, .*a\.lab, a\.jams, a\.mid",
    ),
    "two files": (
        {"a.wav": None, "a.onsets.csv": "time\n0.5\n", "annotations/a.onsets.txt": "0.5"},
        r"a\.wav' has two files for onsets: .*a\.onsets\.csv' and .*a\.onsets\.txt'\. Remove or rename",
    ),
    "another kind": ({"a.wav": None, "a.txt": "0 1 C\n"}, r"a\.txt', line 1: this is a segment"),
    "milliseconds": (
        {"a.wav": None, "a.txt": "1.5\n500\n1500\n"},
        r"a\.txt': 2 of 3 events lie after the end of .*a\.wav', which is 2\.00 s long; the last is at "
        r"1500\.00 s\. Times must be in seconds.*milliseconds or samples",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refusals(name, tmp_path):
    files, match = REFUSED[name]
    with pytest.raises(ValueError, match=match):
        load_annotations(make(tmp_path, files))


def test_doubts_are_warnings(tmp_path):
    files = {
        "a.wav": None,
        "a.txt": "0.5\n1\n2.5\n",
        "b.wav": None,
        "b.txt": "",
        "c.wav": None,
        "d.onsets.csv": "time\n0.5\n",
        "e.m4a": "",
    }
    with pytest.warns(UserWarning) as caught:
        found = load_annotations(make(tmp_path, files))
    messages = "\n".join(str(warning.message) for warning in caught)
    for part in (
        "a.txt': 1 of 3 events lie after the end",
        "1 recording is without onsets",
        "1 recording is left out without an annotation of onsets",
        "1 file is left out that fit no recording",
        "1 file is left out since the format is not read",
    ):
        assert part in messages
    assert len(caught) == 5 and {warning.filename for warning in caught} == {__file__}
    assert [x.tolist() for x in found.target] == [[0.5, 1.0], []]


def test_a_path_must_be_a_folder(tmp_path):
    make(tmp_path, {"a.wav": None})
    with pytest.raises(FileNotFoundError, match="There is no folder"):
        load_annotations(tmp_path / "nowhere")
    with pytest.raises(NotADirectoryError, match="is a file"):
        load_annotations(tmp_path / "a.wav")
    with pytest.raises(ValueError, match=r"kind='tempo' is not one of \['bars'"):
        load_annotations(tmp_path, "tempo")


def test_real_folders(real_data):
    drums = load_annotations(real_data / "drum_loops")
    assert (len(drums.data), sum(map(len, drums.target))) == (32, 1314)
    assert set(drums.groups) == {"virtuosity", "sonicpi"}
    songs = load_annotations(real_data / "chord_songs", "bars")
    assert {int(bars[:, 1].max()) for bars in songs.target} == {3, 4}
    notes = load_annotations(real_data / "folk_dances", "notes")
    assert notes.annotation_files[0].endswith(".mid") and len(notes.target) == 96
    starts = load_annotations(real_data / "folk_dances").target
    assert all(np.isin(times, pair[0][:, 0]).all() for times, pair in zip(starts, notes.target, strict=True))
