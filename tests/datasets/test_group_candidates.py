"""Which columns of a table could be groups."""

import pandas as pd
import pytest

from skmir.datasets._group_candidates import group_candidates, table_of

TABLE = pd.DataFrame(
    {
        "file": [f"{i}.wav" for i in range(12)],
        "label": ["flute", "oboe", "cello"] * 4,
        "id": range(12),  # a value a row
        "constant": ["x"] * 12,
        "family": ["wind", "wind", "string"] * 4,  # known from the label
        "tempo": [100.5 + i // 2 for i in range(12)],  # a measurement
        "fold": [i % 2 for i in range(12)],
        "licence": ["CC0", "CC-BY"] * 6,
        "Artist": ["p", "q", "r", "s"] * 3,
        "number": [i // 2 for i in range(12)],  # a number of a catalogue
        "empty": [""] * 12,
        "half": ["a", "a", "b", "b", "", None] * 2,
    }
)


def test_columns_that_could_be_groups(tmp_path):
    expected = {"Artist": 4, "number": 6, "licence": 2, "half": 2}
    assert group_candidates(TABLE) == expected
    assert list(group_candidates(TABLE)) == list(expected)  # named like groups first, then by number
    TABLE.to_csv(tmp_path / "labels.csv", index=False)
    assert group_candidates(tmp_path / "labels.csv") == expected


def test_names_of_the_columns():
    table = TABLE.rename(columns={"file": "path", "label": "instrument"})
    assert "instrument" not in group_candidates(table, file_column="path", label_column="instrument")
    assert "family" not in group_candidates(table, file_column="path", label_column="instrument")
    assert "family" in group_candidates(table.drop(columns="instrument"))


@pytest.mark.parametrize("text", ["", "a;b\n1,2,3\n4,5\n", "\xff\xfe"])
def test_what_is_no_table_has_none(text, tmp_path):
    (tmp_path / "labels.csv").write_bytes(text.encode("latin-1"))
    assert group_candidates(tmp_path / "labels.csv") == {}
    assert group_candidates(tmp_path / "none.csv") == {}


def test_the_table_of_files(tmp_path):
    paths = [str(tmp_path / "audio" / name / "x.wav") for name in ("a", "b")]
    assert table_of(paths) is None
    (tmp_path / "labels.csv").touch()
    assert table_of(paths) == str(tmp_path / "labels.csv")
    assert table_of([str(tmp_path / "1" / "2" / "3" / "x.wav")]) is None  # three folders above
