"""Which columns of a table could be groups."""

import os

import pandas as pd
import pytest

from skmir.model_selection._group_candidates import group_candidates, table_of

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
    assert group_candidates(TABLE, labels="label") == expected
    assert list(group_candidates(TABLE, labels="label")) == list(
        expected
    )  # named like groups, then by number
    assert group_candidates(TABLE.sample(frac=1, random_state=0), labels="label") == expected
    assert group_candidates(TABLE, labels=TABLE["label"].tolist()) == expected
    assert set(group_candidates(TABLE)) - set(expected) == {"label", "family"}
    TABLE.to_csv(tmp_path / "labels.csv", index=False)
    assert group_candidates(tmp_path / "labels.csv", labels="label") == expected


@pytest.mark.parametrize("text", ["", "a;b\n1,2,3\n4,5\n", "\xff\xfe"])
def test_what_is_no_table_has_none(text, tmp_path):
    (tmp_path / "labels.csv").write_bytes(text.encode("latin-1"))
    assert group_candidates(tmp_path / "labels.csv") == {}
    assert group_candidates(tmp_path / "none.csv") == {}


@pytest.mark.parametrize("name", ["labels.csv", "solos.csv", "meta.TSV"])
@pytest.mark.parametrize("above", [".", "..", "../.."])
def test_the_rows_of_files(name, above, tmp_path):
    folder = tmp_path / "a" / "b"
    folder.mkdir(parents=True)
    place = (folder / above).resolve()
    files = [os.path.relpath(folder / f"{i}.wav", place) for i in range(4)]
    table = pd.DataFrame({"artist": list("ppqq"), "path": files, "take": range(4)})
    table.to_csv(place / name, index=False, sep="\t" if name.endswith("TSV") else ",")
    (folder / "another.csv").write_text("artist,path\nx,y.wav\n")
    rows = table_of([str(folder / f"{i}.wav") for i in (3, 0, 1)])
    assert rows["artist"].tolist() == ["q", "p", "p"]
    assert table_of([str(folder / "5.wav")]) is None  # not listed


def test_a_table_three_folders_above_is_another_matter(tmp_path):
    (tmp_path / "labels.csv").write_text("file\n1/2/3/x.wav\n")
    assert table_of([str(tmp_path / "1" / "2" / "3" / "x.wav")]) is None
