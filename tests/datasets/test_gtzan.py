"""GTZAN as mirdata lays it out, with empty files in place of the music: paths, artists, faults."""

import json
import sys

import numpy as np
import pytest

from skmir.datasets._folders._gtzan import _table, load_gtzan

pytest.importorskip("mirdata")
GENRES = ["blues", "classical", "country", "disco", "hiphop", "jazz", "metal", "pop", "reggae", "rock"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A data home with 1000 empty files, since nothing is decoded, and mirdata's index of them beside it."""
    home = tmp_path_factory.mktemp("gtzan")
    tracks = {}
    for genre in GENRES:
        (home / "gtzan_genre" / "genres" / genre).mkdir(parents=True)
        for number in range(100):
            name = f"{genre}.{number:05d}"
            file = f"gtzan_genre/genres/{genre}/{name}.wav"
            (home / file).touch()
            tracks[name] = {"audio": [file, ""], "beats": [None, None], "tempo": [None, None]}
    (home / "gtzan_genre_index_1.0.json").write_text(json.dumps({"version": "1.0", "tracks": tracks}))
    return home


@pytest.fixture
def gtzan_home(folder, monkeypatch):
    """The data home, where mirdata finds its index without fetching it."""
    from mirdata.datasets import gtzan_genre

    monkeypatch.setattr(gtzan_genre.INDEXES["1.0"], "indexes_dir", str(folder))
    return folder


def test_files_and_genres(gtzan_home):
    gtzan = load_gtzan(gtzan_home)
    assert len(gtzan.data) == len(gtzan.target) == len(gtzan.groups) == len(gtzan.parts) == 1000
    assert gtzan.data[0] == str(gtzan_home / "gtzan_genre" / "genres" / "blues" / "blues.00000.wav")
    assert gtzan.target_names == sorted(["hip-hop", *GENRES[:4], *GENRES[5:]])
    assert np.bincount(gtzan.target).tolist() == [100] * 10
    assert gtzan.clips[gtzan.target == gtzan.target_names.index("rock")].tolist() == [
        f"rock.{i:05d}" for i in range(100)
    ]


def test_faults_number_what_sturm_counted(gtzan_home):
    faults = load_gtzan(gtzan_home).faults
    exact = faults[faults["kind"] == "exact_repetition"]
    assert len(exact) == len(exact.drop_duplicates("clip")) == 50
    genres = exact["clip"].str.split(".").str[0], exact["other"].str.split(".").str[0]
    assert (genres[0] != genres[1]).sum() == 1  # one stands in two classes
    assert set(faults["kind"]) == {"exact_repetition", "same_title", "distortion", "undecodable"}
    clips = set(_table("gtzan_clips.csv")["clip"])
    assert set(faults["clip"]) <= clips
    assert set(faults["other"]) - {""} <= clips


def test_repetitions_are_by_the_same_artist(gtzan_home):
    """The list of repetitions and the index of artists come from different places, and agree."""
    known = _table("gtzan_clips.csv").set_index("clip")["artists"]
    faults = _table("gtzan_faults.csv")
    exact = faults[faults["kind"] == "exact_repetition"]
    assert (known[exact["clip"]].to_numpy() == known[exact["other"]].to_numpy()).all()
    assert (known[exact["clip"]] != "").all()


def test_groups_are_artists_across_genres(gtzan_home):
    gtzan = load_gtzan(gtzan_home)
    group = dict(zip(gtzan.clips, gtzan.groups, strict=True))
    assert group["rock.00016"] == group["metal.00059"] == "Queen"
    assert group["jazz.00000"] == group["classical.00047"] == "Leonard Bernstein"
    assert group["reggae.00087"] == group["reggae.00000"] == group["hiphop.00039"] == "Bob Marley"  # a duet
    assert group["country.00047"] == group["country.00046"] == "Jimmie Skinner"  # same title, unknown artist
    assert group["pop.00010"] == group["pop.00014"] == "pop.00010"
    assert group["jazz.00047"] == "jazz.00047"
    assert (gtzan.groups == "Bob Marley").sum() == 35 + 1 + 3


def test_no_repetition_is_divided_by_groups(gtzan_home):
    gtzan = load_gtzan(gtzan_home)
    group = dict(zip(gtzan.clips, gtzan.groups, strict=True))
    repeated = gtzan.faults[gtzan.faults["other"] != ""]
    assert all(group[a] == group[b] for a, b in zip(repeated["clip"], repeated["other"], strict=True))


def test_the_fault_filtered_split(gtzan_home):
    gtzan = load_gtzan(gtzan_home, subset="fault_filtered")
    values, counts = np.unique(gtzan.parts, return_counts=True)
    assert dict(zip(values.tolist(), counts.tolist(), strict=True)) == {
        "test": 290,
        "train": 443,
        "valid": 197,
    }
    exact = gtzan.faults[gtzan.faults["kind"] == "exact_repetition"]
    assert not set(exact["other"]) & set(gtzan.clips)
    assert not (gtzan.faults["kind"] == "distortion").any()


def test_sources_are_named(gtzan_home):
    description = load_gtzan(gtzan_home).DESCR
    for text in ("Sturm", "Kereliuk", "Not included: the mislabellings", "34 pairs"):
        assert text in description


def test_missing_recordings(gtzan_home, tmp_path):
    with pytest.raises(
        FileNotFoundError, match=r"1000 of the 1000 recordings are missing; the first is .*blues"
    ):
        load_gtzan(tmp_path)


def test_missing_index(folder, monkeypatch, tmp_path):
    from mirdata.datasets import gtzan_genre

    monkeypatch.setattr(gtzan_genre.INDEXES["1.0"], "indexes_dir", str(tmp_path))
    with pytest.raises(FileNotFoundError, match=r"no index of gtzan_genre yet.*download\(\['index'\]\)"):
        load_gtzan(folder)


def test_without_mirdata(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "mirdata", None)
    with pytest.raises(ImportError, match=r"load_gtzan needs mirdata.*pip install mirdata"):
        load_gtzan(tmp_path)


def test_unknown_subset(gtzan_home):
    with pytest.raises(ValueError, match="subset='filtered' is not one of"):
        load_gtzan(gtzan_home, subset="filtered")
