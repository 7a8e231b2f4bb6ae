"""Tags and numbers in a table of recordings, and each way in which they can be wrong."""

import numpy as np
import pytest

from skmir.datasets import load_folder


def write(folder, header, *cells):
    for i in range(len(cells)):
        (folder / f"{i}.wav").touch()
    rows = "".join(f"{i}.wav,{row}\n" for i, row in enumerate(cells))
    (folder / "labels.csv").write_text(f"file,{header}\n{rows}", encoding="utf-8")
    return folder


def test_tags_in_a_cell(tmp_path):
    """Spaces, repeated and empty tags, and decomposed letters make no tag of their own."""
    folder = write(tmp_path, "mood,group", "slow; triste\u0301 ;slow,a", "trist\u00e9;;,a", " loud,b")
    tracks = load_folder(folder, label_column="mood", target="tags")
    assert tracks.target_names == ["loud", "slow", "trist\u00e9"]
    assert tracks.target.tolist() == [[0, 1, 1], [0, 0, 1], [1, 0, 0]]
    assert tracks.target.dtype.kind == "i" and tracks.groups.tolist() == ["a", "a", "b"]
    assert f"3 recordings with 3 tags, in 2 groups, from {str(tmp_path)!r}." == tracks.DESCR


def test_an_empty_cell_has_no_tag_and_is_told(tmp_path):
    folder = write(tmp_path, "label", "a|b", "", "b")
    with pytest.warns(UserWarning, match="1 of 3 recordings has an empty cell in place of tags"):
        tracks = load_folder(folder, target="tags", separator="|")
    assert tracks.target.tolist() == [[1, 1], [0, 0], [0, 1]]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["tag_sad", "tag_fast"], ["tag_sad", "tag_fast"]),
        (["tag_*"], ["tag_fast", "tag_sad"]),
        (["TAG_s?d", "tag_*"], ["tag_sad", "tag_fast"]),
        (["*"], ["tag_fast", "tag_sad"]),  # without files and groups
    ],
)
def test_columns_of_tags(tmp_path, names, expected):
    folder = write(tmp_path, "tag_fast,group,tag_sad", "1,0,True", "0.0,1,0")
    tracks = load_folder(folder, label_column=names, target="tags")
    assert tracks.target_names == expected
    by_name = dict(zip(tracks.target_names, tracks.target.T.tolist(), strict=True))
    assert by_name == {"tag_fast": [1, 0], "tag_sad": [1, 0]}


def test_numbers(tmp_path):
    tracks = load_folder(write(tmp_path, "bpm", "98.5", " 120 ", "1e2"), target="numbers", label_column="BPM")
    assert tracks.target.tolist() == [98.5, 120, 100] and tracks.target_names == ["bpm"]
    assert f"3 recordings with bpm from 98.5 to 120, from {str(tmp_path)!r}." == tracks.DESCR


WRONG = [
    (
        "tags",
        "label",
        "a|b",
        "b",
        r"several tags .* 'label', with separator=';' .* first is 'a\|b'",
    ),
    ("tags", ["x"], "1", "0", r"has no column 'x' for a tag\. Its columns are \['file', 'label'\]"),
    (
        "tags",
        ["lab*"],
        "1",
        "2",
        "must have 0 or 1 in .*, got '2' in the column 'label' in row 2",
    ),
    ("tags", ["label"], "", "1", r"got nothing in the column 'label' in row 1 .*\(in 1 of 2 rows\)"),
    ("tags", [], "a", "b", "label_column is empty"),
    ("numbers", "label", "1", "fast", "must have finite numbers in the column 'label', got 'fast' in row 2"),
    ("numbers", "label", "nan", "1", "must have finite numbers .* got 'nan' in row 1"),
    ("numbers", "label", '"98,5"', "1", "got '98,5' in row 1 .* with a point"),
    ("numbers", "label", "", "1", "has nothing in the column 'label' in row 1"),
    ("moods", "label", "a", "b", "target='moods' is not one of"),
]


@pytest.mark.parametrize(("target", "label_column", "first", "second", "words"), WRONG)
def test_what_is_refused(tmp_path, target, label_column, first, second, words):
    with pytest.raises(ValueError, match=words):
        load_folder(write(tmp_path, "label", first, second), target=target, label_column=label_column)


def test_several_columns_are_those_of_tags(tmp_path):
    with pytest.raises(TypeError, match="Several columns can be those of tags: pass target='tags'"):
        load_folder(tmp_path, label_column=["a", "b"])
    with pytest.raises(ValueError, match="separator='' must be the text between two tags"):
        load_folder(tmp_path, target="tags", separator="")


def test_tags_and_numbers_need_a_table(tmp_path):
    (tmp_path / "flute").mkdir()
    (tmp_path / "flute" / "a.wav").touch()
    with pytest.raises(FileNotFoundError, match=r"labels='labels\.csv' and target='numbers' ask for"):
        load_folder(tmp_path, target="numbers")
    assert np.array_equal(load_folder(tmp_path).target, [0])
