"""A folder of recordings, by table or by sub-folders, and each way in which it can be wrong."""

import os
import pathlib
import re

import numpy as np
import pytest
import soundfile
from sklearn.model_selection import GroupKFold

from skmir.datasets import load_folder


def write_files(folder, names):
    """Write 50 ms of noise under each name; load_folder decodes nothing, so that any suffix will do."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        with open(file, "wb") as stream:
            soundfile.write(stream, np.full(400, 0.1), 8000, format="WAV")
    return folder


def write_table(folder, text, name="labels.csv"):
    write_files(folder, ["audio/a.wav", "audio/b.wav", "audio/c.wav"])
    (folder / name).write_text(text, encoding="utf-8")
    return folder


TABLE = "file,label,group,source\naudio/b.wav,flute,g1,s1\naudio/a.wav,cello,g1,s2\naudio/c.wav,flute,g2,s3\n"


def test_table_keeps_its_order_and_codes_the_labels(tmp_path):
    notes = load_folder(write_table(tmp_path, TABLE))
    assert [pathlib.Path(file).relative_to(tmp_path).as_posix() for file in notes.data] == [
        "audio/b.wav",
        "audio/a.wav",
        "audio/c.wav",
    ]
    assert all(isinstance(file, str) and os.path.isfile(file) for file in notes.data)
    assert notes.target_names == ["cello", "flute"]
    assert notes.target.tolist() == [1, 0, 1]
    assert notes.target.dtype.kind == "i"
    assert notes.groups.tolist() == ["g1", "g1", "g2"]
    assert notes["DESCR"] == f"3 recordings of 2 classes, in 2 groups, from {str(tmp_path)!r}."


def test_columns_are_named_by_argument(tmp_path):
    write_table(tmp_path, "path,family,artist\naudio/a.wav,x,p\naudio/b.wav,y,q\n", name="list.csv")
    notes = load_folder(
        tmp_path, labels="list.csv", file_column="path", label_column="family", group_column="artist"
    )
    assert notes.target_names == ["x", "y"]
    assert notes.groups.tolist() == ["p", "q"]


@pytest.mark.parametrize(
    ("group_column", "groups"),
    [("auto", ["g1", "g1", "g2"]), ("source", ["s1", "s2", "s3"]), (None, None)],
)
def test_which_groups(tmp_path, group_column, groups):
    notes = load_folder(write_table(tmp_path, TABLE), group_column=group_column)
    assert (notes.groups if groups is None else notes.groups.tolist()) == groups


def test_no_group_column_means_no_groups_by_default(tmp_path):
    notes = load_folder(write_table(tmp_path, "file,label\naudio/a.wav,x\naudio/b.wav,y\n"))
    assert notes.groups is None
    assert "groups" not in notes.DESCR


def test_labels_stay_text(tmp_path):
    notes = load_folder(write_table(tmp_path, "file,label\naudio/a.wav,01\naudio/b.wav,NA\naudio/c.wav,1\n"))
    assert notes.target_names == ["01", "1", "NA"]


def test_table_may_hold_absolute_paths_a_mark_and_spaces(tmp_path):
    write_table(tmp_path, "")
    text = f"\ufefffile, label\n{tmp_path / 'audio' / 'a.wav'}, x\naudio/b.wav, y\n"
    (tmp_path / "labels.csv").write_text(text, encoding="utf-8")
    notes = load_folder(tmp_path)
    assert [os.path.basename(file) for file in notes.data] == ["a.wav", "b.wav"]
    assert notes.target_names == ["x", "y"]


def test_sub_folders_are_classes(tmp_path):
    write_files(
        tmp_path,
        ["oboe/2.WAV", "oboe/10.flac", "oboe/take/1.ogg", "horn/b.mp3", "horn/a.aiff", "horn/c.opus"],
    )
    write_files(tmp_path, ["horn/.hidden.wav", "horn/.cache/x.wav", ".git/y.wav", "horn/notes.txt"])
    write_files(tmp_path, ["drawings/plan.png", "loose.wav"])
    notes = load_folder(str(tmp_path))
    assert [os.path.relpath(file, tmp_path).replace(os.sep, "/") for file in notes.data] == [
        "horn/a.aiff",
        "horn/b.mp3",
        "horn/c.opus",
        "oboe/10.flac",
        "oboe/2.WAV",
        "oboe/take/1.ogg",
    ]
    assert notes.target_names == ["horn", "oboe"]
    assert notes.target.tolist() == [0, 0, 0, 1, 1, 1]
    assert notes.groups is None


def test_one_class_is_allowed(tmp_path):
    assert load_folder(write_files(tmp_path, ["oboe/a.wav"])).target_names == ["oboe"]


def test_a_relative_folder_gives_relative_paths(tmp_path, monkeypatch):
    write_files(tmp_path, ["set/oboe/a.wav"])
    monkeypatch.chdir(tmp_path)
    assert load_folder("set").data == [os.path.join("set", "oboe", "a.wav")]


def test_formats_that_are_not_read_are_named(tmp_path):
    write_files(tmp_path, ["oboe/a.wav", "oboe/b.m4a", "horn/c.M4A"])
    with pytest.warns(UserWarning, match=r"2 files are left out .* first is '.*c\.M4A'. Convert") as record:
        notes = load_folder(tmp_path)
    assert notes.target_names == ["oboe"]
    assert record[0].filename == __file__


def test_the_folder_is_missing_or_a_file(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no folder '.*nowhere'\. Paths are relative to '"):
        load_folder(tmp_path / "nowhere")
    write_table(tmp_path, TABLE)
    with pytest.raises(NotADirectoryError, match=r"is a file\. Pass the folder"):
        load_folder(tmp_path / "labels.csv")


@pytest.mark.parametrize(
    ("names", "loose"), [([], 0), (["a.wav", "b.wav"], 2), (["x/readme.txt", ".x/a.wav"], 0)]
)
def test_nothing_to_load(tmp_path, names, loose):
    write_files(tmp_path, names)
    message = (
        rf"neither a labels.csv nor sub-folders with recordings, and {loose} .* columns file,label\[,group\]"
    )
    with pytest.raises(ValueError, match=message):
        load_folder(tmp_path)


@pytest.mark.parametrize("argument", [{"labels": "list.csv"}, {"group_column": "artist"}])
def test_what_asks_for_a_table_needs_one(tmp_path, argument):
    write_files(tmp_path, ["oboe/a.wav"])
    with pytest.raises(
        FileNotFoundError, match=rf"no table '.*{next(iter(argument.values()))}' ask for|list.csv"
    ):
        load_folder(tmp_path, **argument)


@pytest.mark.parametrize("argument", ["file_column", "label_column", "group_column"])
def test_a_missing_column_lists_those_there(tmp_path, argument):
    message = (
        rf"no column {argument}='singer'. Its columns are \['file', 'label', 'group', 'source'\]; choose one"
    )
    with pytest.raises(ValueError, match=message):
        load_folder(write_table(tmp_path, TABLE), **{argument: "singer"})


@pytest.mark.parametrize(
    ("text", "column", "row"),
    [
        ("file,label\naudio/a.wav,x\naudio/b.wav,\n", "label", 2),
        ("file,label\naudio/a.wav,x\naudio/b.wav\n", "label", 2),
        ("file,label\n,x\naudio/b.wav,y\n", "file", 1),
        ("file,label,group\naudio/a.wav,x,g\naudio/b.wav,y, \n", "group", 2),
    ],
)
def test_an_empty_cell_is_named(tmp_path, text, column, row):
    with pytest.raises(ValueError, match=rf"nothing in the column '{column}' in row {row} .* 1 of 2 rows"):
        load_folder(write_table(tmp_path, text))


def test_an_empty_group_may_be_passed_over(tmp_path):
    write_table(tmp_path, "file,label,group\naudio/a.wav,x,g\naudio/b.wav,y,\n")
    with pytest.raises(ValueError, match="or pass group_column=None"):
        load_folder(tmp_path)
    assert load_folder(tmp_path, group_column=None).groups is None


def test_listed_files_must_be_there(tmp_path):
    write_table(tmp_path, "file,label\naudio/a.wav,x\naudio/z.wav,y\naudio,y\n")
    with pytest.raises(
        FileNotFoundError, match=r"2 of the 3 files in '.*' are not there; the first is '.*z\.wav'"
    ):
        load_folder(tmp_path)


def test_a_file_has_one_row(tmp_path):
    write_table(tmp_path, "file,label\naudio/a.wav,x\naudio/b.wav,y\n./audio/a.wav,y\n")
    with pytest.raises(ValueError, match=r"lists '.*a\.wav' twice, in the rows 1 and 3"):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "does not parse as a comma-separated table .* No columns"),
        (b"file,label\n", "lists no files"),
        (b'file,label\n"audio/a.wav,x\n', "does not parse as a comma-separated table"),
        (b"file,label\naudio/a.wav,x\na, b.wav,x\n", "does not parse .* Expected 2 fields in line 3, saw 3"),
        (
            b"file,label\na, b.wav,x\na, c.wav,x\n",
            "more cells than its header. Put names .* in double quotes",
        ),
        ("file,label\naudio/a.wav,fl\xf6te\n".encode("latin-1"), "in UTF-8 with a header: 'utf-8' codec"),
        (b"file;label\naudio/a.wav;x\n", re.escape("columns are ['file;label']")),
    ],
)
def test_a_table_that_does_not_parse(tmp_path, content, message):
    write_table(tmp_path, "")
    (tmp_path / "labels.csv").write_bytes(content)
    with pytest.raises(ValueError, match=message):
        load_folder(tmp_path)


@pytest.mark.parametrize(
    ("name", "arguments", "n_clips", "n_classes"),
    [("instrument_notes", {"group_column": "source"}, 614, 8), ("medley_solos", {}, 99, 8)],
)
def test_real_folders(real_data, name, arguments, n_clips, n_classes):
    clips = load_folder(real_data / name, **arguments)
    assert len(clips.data) == len(clips.target) == len(clips.groups) == n_clips
    assert len(clips.target_names) == n_classes
    assert set(clips.target) == set(range(n_classes))
    assert len(list(GroupKFold(5).split(clips.data, clips.target, clips.groups))) == 5


def test_a_real_folder_without_its_table(real_data):
    """The sub-folders of instrument_notes/audio are its classes: both ways agree."""
    table = load_folder(real_data / "instrument_notes")
    walked = load_folder(real_data / "instrument_notes" / "audio")
    assert walked.target_names == table.target_names
    names = dict(zip(map(os.path.realpath, table.data), table.target, strict=True))
    assert [names[os.path.realpath(file)] for file in walked.data] == walked.target.tolist()
