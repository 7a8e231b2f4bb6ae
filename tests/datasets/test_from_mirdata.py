"""Data sets of mirdata: a small one is made of mirdata's own classes, with an index beside its files."""

import json
import sys

import numpy as np
import pytest
import soundfile
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline

from skmir._annotations import check_bars, check_events, check_notes, check_segments
from skmir.datasets import from_mirdata
from skmir.feature_extraction import MFCC
from skmir.preprocessing import FramePooler

pytest.importorskip("mirdata")
from mirdata import annotations, core

INTERVALS = np.array([[0.0, 0.2], [0.2, 0.5]])


class Song(core.Track):
    """A song of which the index and the metadata tell everything."""

    def __init__(self, *args):
        super().__init__(*args)
        self.audio_path = self.get_path("audio")

    genre = core.cached_property(lambda self: self._track_metadata.get("genre"))
    artist = core.cached_property(lambda self: self._track_metadata.get("artist"))
    year = core.cached_property(lambda self: self._track_metadata.get("year"))
    moods = core.cached_property(lambda self: self._track_metadata.get("moods"))

    @core.cached_property
    def beats(self):
        return annotations.BeatData(np.array([100.0, 300.0]), "ms", np.array([1.0, 2.0]), "bar_index")

    @core.cached_property
    def chords(self):
        if self.genre is None:
            return None
        return annotations.ChordData(INTERVALS, "s", ["C:maj", "N"], "harte")

    @core.cached_property
    def notes(self):
        return annotations.NoteData(INTERVALS, "s", np.array([69.0, 81.0]), "midi")

    @core.cached_property
    def key(self):
        return annotations.KeyData(INTERVALS, "s", ["C", "G"], "key_mode")

    @core.cached_property
    def tempo(self):
        return annotations.TempoData(INTERVALS[:1], "s", np.array([120.0]), "bpm")

    @core.cached_property
    def melody(self):
        one = np.array([1.0])
        return annotations.F0Data(one, "s", one, "hz", one, "binary")

    @core.cached_property
    def sheet(self):
        with open(self.audio_path + ".krn", encoding="utf-8") as file:
            return file.read()

    @core.cached_property
    def ticks(self):
        return annotations.SectionData(INTERVALS, "ticks", ["a", "b"], "open")

    def to_jams(self):
        """Never called."""


class Songs(core.Dataset):
    """Eight songs, of which the seventh has no genre, and the eighth no recording."""

    @core.cached_property
    def _metadata(self):
        names = list(self._index["tracks"])
        told = {
            name: {
                "genre": ["rock", "jazz"][i % 2],
                "artist": f"artist {i // 2}",
                "year": 1990 + i,
                "moods": [["calm"], ["happy", "calm"], []][i % 3],
            }
            for i, name in enumerate(names)
        }
        told[names[6]] |= {"genre": None, "artist": None}
        return told


@pytest.fixture
def songs(tmp_path, rng):
    tracks = {}
    for i in range(8):
        file = f"audio/é {i}.wav"
        (tmp_path / "audio").mkdir(exist_ok=True)
        soundfile.write(tmp_path / file, (0.5 if i % 2 else 0.01) * rng.uniform(-1, 1, 11025), 22050)
        tracks[f"song{i}"] = {"audio": [file if i < 7 else None, ""]}
    (tmp_path / "index.json").write_text(json.dumps({"version": "1.0", "tracks": tracks}))
    index = core.Index("index.json")
    index.indexes_dir = str(tmp_path)
    indexes = {"default": "1.0", "1.0": index}
    return Songs(str(tmp_path), name="songs", track_class=Song, indexes=indexes)


@pytest.mark.filterwarnings("ignore:.*tracks of songs are left out")
class TestTargets:
    def test_labels_go_through_a_model(self, songs, tmp_path):
        with pytest.warns(UserWarning, match=r"2 of the 8 tracks of songs are left out, .*target='genre'"):
            data = from_mirdata(songs, "genre", groups="artist")
        assert data.data[0] == str(tmp_path / "audio" / "é 0.wav")
        assert data.target_names == ["jazz", "rock"] and data.target.tolist() == [1, 0] * 3
        assert data.groups.tolist() == [f"artist {i // 2}" for i in range(6)]
        assert data.track_ids == [f"song{i}" for i in range(6)]
        model = make_pipeline(MFCC(), FramePooler(), GaussianNB())
        assert (
            cross_val_score(model, data.data, data.target, groups=data.groups, cv=GroupKFold(3)).mean() == 1
        )

    def test_numbers_tags_and_functions(self, songs):
        data = from_mirdata(songs, "year")
        assert data.target.tolist() == list(range(1990, 1997)) and data.target_names is None
        assert from_mirdata(songs, "tempo").target.tolist() == [120.0] * 7
        data = from_mirdata(songs, "moods", groups=lambda track: track.track_id[-1])
        assert data.target_names == ["calm", "happy"] and data.groups.tolist() == list("0123456")
        assert data.target[:3].tolist() == [[1, 0], [1, 1], [0, 0]]
        data = from_mirdata(songs, lambda track: track.key.keys[0], audio=lambda track: track.audio_path)
        assert data.target_names == ["C"]

    def test_annotations_are_those_of_this_library(self, songs):
        assert [check_events(from_mirdata(songs, "beats").target)[0].tolist()] == [[0.1, 0.3]]
        bars = check_bars(from_mirdata(songs, "beats", kind="bars").target)
        assert bars[0].tolist() == [[0.1, 1], [0.3, 2]]
        chords = check_segments(from_mirdata(songs, "chords").target)
        assert len(chords) == 6 and list(chords[0][1]) == ["C:maj", "N"]
        intervals, pitches = check_notes(from_mirdata(songs, "notes").target)[0]
        np.testing.assert_array_equal(intervals, INTERVALS)
        np.testing.assert_allclose(pitches, [440, 880])
        assert from_mirdata(songs, "notes", kind="onsets").target[0].tolist() == [0.0, 0.2]

    @pytest.mark.parametrize(
        ("arguments", "error", "message"),
        [
            (
                {"target": "gener"},
                ValueError,
                "target='gener' must be an attribute of .*beats, chords, genre",
            ),
            ({"target": "melody"}, TypeError, "'song0' has a F0Data, which no model .* Pass a function"),
            ({"target": "ticks"}, ValueError, "'song0' cannot be used: its times must be in s or ms"),
            ({"target": "sheet"}, FileNotFoundError, "'song0' has no file for target='sheet' .*download"),
            ({"target": lambda track: None}, ValueError, "At least one of the 8 tracks .* none has both"),
            (
                {"target": lambda track: track.year if track.year % 2 else track.genre},
                TypeError,
                "must give every track a label, a number, .*got int, str",
            ),
            ({"target": "year", "groups": "artist"}, ValueError, "groups='artist' .*1 of 7 .*'song6'"),
            ({"target": "notes", "kind": "chords"}, ValueError, "kind='chords' is not one of"),
        ],
        ids=["unknown", "melody", "ticks", "no file", "none", "mixed", "no group", "kind"],
    )
    def test_errors_say_what_to_do(self, songs, arguments, error, message):
        with pytest.raises(error, match=message):
            from_mirdata(songs, **arguments)


def test_what_is_not_on_disk_is_named(songs, tmp_path):
    (tmp_path / "audio" / "é 2.wav").unlink()
    with pytest.raises(
        FileNotFoundError, match=r"1 of the 7 recordings are missing; .*é 2.wav.*download\(\)"
    ):
        from_mirdata(songs, "genre")
    with pytest.raises(TypeError, match=r"got str. Pass mirdata.initialize\('ballroom', data_home=...\)"):
        from_mirdata("ballroom", "genre")
    (tmp_path / "index.json").unlink()
    songs = Songs(
        songs.data_home, name="songs", track_class=Song, indexes={"default": "1", "1": songs._index_data}
    )
    with pytest.raises(
        FileNotFoundError, match=r"mirdata has no index of songs yet, .*download\(\['index'\]\)"
    ):
        from_mirdata(songs, "genre")


def test_without_mirdata(monkeypatch):
    monkeypatch.setitem(sys.modules, "mirdata", None)
    with pytest.raises(ImportError, match=r"from_mirdata needs mirdata.*pip install mirdata"):
        from_mirdata(None, "genre")
