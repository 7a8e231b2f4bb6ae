"""Leaks planted in copies of real recordings are found; recordings that are different are left in peace."""

import shutil

import joblib
import numpy as np
import pandas as pd
import pytest
import soundfile
from sklearn.dummy import DummyClassifier
from sklearn.model_selection import GroupKFold, LeaveOneGroupOut, LeaveOneOut

from skmir.audio import load
from skmir.model_selection import compare
from skmir.model_selection._leakage._check_leakage import check_leakage
from skmir.model_selection._splits import make_splits

SR = 22050


@pytest.fixture(scope="module")
def songs(real_data):
    """A clip of 2.97 s of each of 24 songs, no two with a sound in common."""
    table = pd.read_csv(real_data / "medley_solos" / "labels.csv").drop_duplicates("group")[:24]
    return [str(real_data / "medley_solos" / file) for file in table["file"]]


@pytest.fixture(scope="module")
def track(real_data):
    """20 s of a real track, at 44,100 Hz."""
    return load(real_data / "real_tracks" / "brahms_hungarian5.hq.ogg", sr=44100, offset=5, duration=20)[0]


def halves(n_clips):
    """One fold: the first half is trained on, the second is tested."""
    return [(np.arange(n_clips // 2), np.arange(n_clips // 2, n_clips))]


def pairs(leaks):
    return list(zip(leaks["clip"], leaks["other"], leaks["kind"], strict=True))


def encode(path, y, sr, **kwargs):
    with open(path, "wb") as file:
        soundfile.write(file, y, sr, **kwargs)
    return str(path)


def test_different_songs_are_clean(songs):
    leaks = check_leakage(songs)
    assert leaks.empty
    assert {"clip", "other", "kind", "offset", "group", "file", "other_file"} <= set(leaks)
    assert "folds" in check_leakage(songs[:4], cv=halves(4)) and "folds" not in leaks


@pytest.mark.parametrize(
    ("name", "every"), [("spoken_digits", 3), ("folk_dances", 6), ("midi_families", 8), ("drum_loops", 2)]
)
def test_the_same_words_notes_and_drums_are_no_copies(real_data, name, every):
    table = pd.read_csv(real_data / name / "labels.csv")
    files = [str(real_data / name / file) for file in table["file"][::every]]
    assert check_leakage(files, cv=LeaveOneOut()).empty


def test_leak_1_the_same_file(songs, tmp_path):
    copy = shutil.copy(songs[3], tmp_path / "other name.flac")
    leaks = check_leakage([*songs, copy], cv=halves(25))
    assert pairs(leaks) == [(3, 24, "same_file")]
    row = leaks.iloc[0]
    assert (row["offset"], row["similarity"], row["folds"]) == (0, 1, (0,))
    assert row["overlap"] == pytest.approx(2.97, abs=0.01)
    assert (row["file"], row["other_file"]) == (songs[3], str(copy))


def test_leak_1b_the_same_samples_in_another_container(songs, tmp_path):
    y, sr = soundfile.read(songs[5], dtype="int16")
    copy = encode(tmp_path / "a.wav", y, sr, format="WAV")
    assert pairs(check_leakage([*songs, copy], cv=halves(25))) == [(5, 24, "same_audio")]


@pytest.mark.parametrize(
    ("suffix", "subtype", "sr"),
    [
        ("MP3", "MPEG_LAYER_III", 44100),
        ("OGG", "VORBIS", 44100),
        ("OGG", "OPUS", 48000),
        ("WAV", "PCM_16", 12000),
    ],
)
def test_leak_2_coded_anew_at_another_level_and_rate(songs, tmp_path, suffix, subtype, sr):
    coded = [
        encode(tmp_path / f"{i}.x", 0.3 * load(songs[i], sr=sr)[0], sr, format=suffix, subtype=subtype)
        for i in range(6)
    ]
    leaks = check_leakage([*songs, *coded], cv=halves(30))
    assert pairs(leaks) == [(i, 24 + i, "same_recording") for i in range(6)]
    assert leaks["offset"].abs().max() < 0.06  # MP3 begins with silence
    assert leaks["overlap"].min() > 2.85


def test_leak_3_cuts_of_one_recording_whose_group_is_missing(songs, track, tmp_path):
    """A cut within a longer clip, and two that share one second, at no multiple of any hop."""
    cuts = {"whole": (0, 12), "inside": (3.21377, 6.0), "ends": (8.00013, 13.0), "begins": (12.0, 17.0)}
    files = [
        encode(tmp_path / f"{name}.ogg", track[round(44100 * a) : round(44100 * b)], 44100, format="OGG")
        for name, (a, b) in cuts.items()
    ]
    clips = [*songs, *files]
    groups = [*songs, *files]  # every clip by itself, since nobody wrote down where the cuts came from
    leaks = check_leakage(clips, groups, cv=LeaveOneGroupOut()).set_index(["clip", "other"])
    assert leaks.index.tolist() == [(24, 25), (24, 26), (26, 27)]
    assert set(leaks["kind"]) == {"same_recording"}
    np.testing.assert_allclose(leaks["offset"], [3.21377, 8.00013, 12 - 8.00013], atol=0.002)
    np.testing.assert_allclose(leaks["overlap"], [6 - 3.21377, 12 - 8.00013, 1.0], atol=0.002)
    assert leaks.loc[(26, 27), "group"] == files[2]
    assert leaks.loc[(26, 27), "other_group"] == files[3]
    assert len(leaks.loc[(26, 27), "folds"]) == 2


def test_a_known_group_keeps_cuts_together(track):
    cuts = [track[: 8 * 44100], track[5 * 44100 :]]
    rng = np.random.RandomState(0)
    clips = [*cuts, *(rng.randn(44100) for _ in range(8))]
    groups = [0, 0, *range(1, 9)]
    assert check_leakage(clips, groups, cv=GroupKFold(3), sr=44100).empty
    assert pairs(check_leakage(clips, cv=LeaveOneOut(), sr=44100)) == [(0, 1, "same_recording")]


@pytest.mark.parametrize("seconds", [0.3, 0.6])
def test_clips_of_a_third_of_a_second(real_data, tmp_path, seconds):
    table = pd.read_csv(real_data / "instrument_notes" / "labels.csv").drop_duplicates("group")
    clips = [load(real_data / "instrument_notes" / file, sr=44100)[0] for file in table["file"]]
    clips = [y[: round(44100 * seconds)] for y in clips if len(y) > 44100 * seconds]
    files = [encode(tmp_path / f"{i}.wav", y, 44100, format="WAV") for i, y in enumerate(clips)]
    coded = [encode(tmp_path / f"{i}.ogg", 0.5 * y, 44100, format="OGG") for i, y in enumerate(clips)]
    leaks = check_leakage([*files, *coded], cv=halves(2 * len(files)))
    found = [(a, b) for a, b, _ in pairs(leaks)]
    assert all(b == a + len(files) for a, b in found)  # nothing but the copies
    assert len(found) >= 0.9 * len(files)


def test_one_recording_in_fifteen_encodings(real_data):
    table = pd.read_csv(real_data / "format_zoo" / "labels.csv")
    table = table[(table["soundfile_reads"] == 1) & table["codec"].notna()]
    files = [str(real_data / "format_zoo" / file) for file in table["file"]]
    leaks = check_leakage(files, cv=LeaveOneOut())
    assert len(files) == 15
    assert len(leaks) == 15 * 14 / 2


def test_copies_on_the_same_side_are_no_leak(rng):
    clips = list(rng.randn(8, SR))
    clips[1] = clips[0]
    clips[7] = clips[6]
    assert check_leakage(clips, cv=halves(8)).empty
    assert pairs(check_leakage(clips, cv=[([0, 2, 3], [1, 4, 6]), ([6, 7], [2])])) == [(0, 1, "same_file")]


def test_without_folds_all_pairs_are_listed_and_always_the_same(rng):
    clips = list(rng.randn(8, SR))
    clips[1], clips[6], clips[7] = clips[0], clips[5][5000:], clips[0]
    expected = [(0, 1, "same_file"), (0, 7, "same_file"), (1, 7, "same_file"), (5, 6, "same_recording")]
    first = check_leakage(clips)
    assert pairs(first) == expected
    groups = ["a", "b", "c", "c", None, "d", "d", np.nan]
    for again in (check_leakage(clips, groups), check_leakage(clips, random_state=3, y=np.arange(8) % 2)):
        pd.testing.assert_frame_equal(
            again.drop(columns=["group", "other_group"]), first.drop(columns=["group", "other_group"])
        )
    assert (
        pairs(check_leakage(clips, cv=LeaveOneOut())) == expected
    )  # what every pair stands on both sides of
    assert check_leakage(clips[:1]).empty


@pytest.mark.parametrize("cv", [2, 3, GroupKFold(2), LeaveOneGroupOut()])
@pytest.mark.parametrize(
    "groups",
    [
        ["a", None, "b", None, "c", "c"],
        np.array(["a", None, "b", np.nan, "c", "c"], dtype=object),
        pd.Series([1, None, 2, None, 3, 3]),
        pd.Series(["a", None, "b", None, "c", "c"], dtype="category"),
        ["a", "", "b", " ", "c", "c"],
    ],
)
def test_a_missing_group_is_a_group_of_its_own(rng, groups, cv):
    clips = list(rng.randn(6, SR))
    clips[3] = clips[1]  # two clips without a group are not of one
    leaks = check_leakage(clips, groups, cv=cv)
    assert set(leaks["kind"]) <= {"same_file"}  # no group is divided
    assert pairs(check_leakage(clips, groups, cv=LeaveOneGroupOut())) == [(1, 3, "same_file")]


def test_folds_of_groups_are_those_of_compare(rng):
    clips = rng.randn(24, SR // 4)
    clips[23] = clips[0]
    y, groups = np.repeat(["a", "b", "c"], 8), np.arange(24) // 2
    splits = compare({"most": DummyClassifier()}, clips, y, groups=groups, cv=3).splits_
    where = [fold for fold, (_, test) in enumerate(splits) if (0 in test) != (23 in test)]
    assert check_leakage(clips, groups, cv=3, y=y)["folds"].tolist() == ([tuple(where)] if where else [])


def test_folds_are_those_of_compare(rng):
    clips = rng.randn(12, SR)
    clips[11] = clips[0]
    y = np.repeat([0, 1], 6)
    for seed in range(3):
        folds = check_leakage(clips, y=y, cv=3, random_state=seed)["folds"].tolist()
        tests = [test for _, test in make_splits(3, clips, y, None, seed)]
        where = [fold for fold, test in enumerate(tests) if (0 in test) != (11 in test)]
        assert folds == ([tuple(where)] if where else [])


def test_groups_and_clips_on_both_sides(rng):
    clips = list(rng.randn(6, SR))
    groups = ["a", "a", "b", None, np.nan, "c"]
    leaks = check_leakage(clips, groups, cv=[([0, 2, 3, 4], [1, 2, 5]), ([0, 1], [2, 5]), ([1], [0])])
    assert pairs(leaks) == [(2, 2, "same_clip"), (0, 1, "same_group")]
    assert leaks["folds"].tolist() == [(0,), (0, 2)]
    assert leaks["group"].tolist() == ["b", "a"]
    assert leaks["other_group"].tolist() == ["b", "a"]
    assert "file" not in leaks


def test_a_table_a_list_and_either_precision_give_the_same(rng):
    X = rng.randn(6, SR)
    X[5] = np.roll(X[1], 500)
    before = X.copy()
    expected = check_leakage(X, cv=halves(6))
    assert pairs(expected) == [(1, 5, "same_recording")]
    for same in (list(X), X.astype(np.float32), np.asfortranarray(X)):
        assert pairs(check_leakage(same, cv=halves(6))) == [(1, 5, "same_recording")]
    np.testing.assert_array_equal(X, before)


def test_threads_change_nothing(songs, track, tmp_path):
    cut = encode(tmp_path / "cut.wav", load(songs[0], sr=16000)[0][8000:], 16000, format="WAV")
    clips = [*songs[:8], cut]
    pd.testing.assert_frame_equal(
        check_leakage(clips, cv=LeaveOneOut(), n_jobs=1), check_leakage(clips, cv=LeaveOneOut(), n_jobs=2)
    )


def test_in_other_processes(rng):
    clips = [*rng.randn(4, SR), np.zeros(SR)]
    clips[3] = clips[0][3000:]
    with joblib.parallel_config("loky", n_jobs=1, inner_max_num_threads=1):
        assert pairs(check_leakage(clips, cv=LeaveOneOut())) == [(0, 3, "same_recording")]


def test_clips_are_read_again_where_memory_is_short(songs, monkeypatch):
    monkeypatch.setattr("skmir.model_selection._leakage._copy_finder._KEPT", 0)
    clips = [load(songs[i], sr=SR)[0] for i in range(4)]
    assert pairs(check_leakage([*clips, clips[2][777:]], cv=LeaveOneOut())) == [(2, 4, "same_recording")]


def test_silence_is_silence(rng):
    clips = [np.zeros(SR), rng.randn(SR), np.zeros(SR), np.zeros(2 * SR)]
    assert pairs(check_leakage(clips, cv=LeaveOneOut())) == [(0, 2, "same_file")]


def test_very_short_clips(rng):
    clips = [rng.randn(n) for n in (1, 2, 50, 500)]
    assert pairs(check_leakage([*clips, clips[2]], cv=LeaveOneOut())) == [(2, 4, "same_file")]


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"groups": [0, 1]}, "inconsistent numbers of samples"),
        ({"sr": 0}, "sr=0 must be a number > 0"),
        ({"cv": []}, "gives no fold"),
    ],
)
def test_what_cannot_be_checked(rng, params, message):
    with pytest.raises(ValueError, match=message):
        check_leakage(rng.randn(4, SR), **params)


def test_a_file_that_cannot_be_read_is_named(songs, tmp_path):
    (tmp_path / "bad.wav").write_bytes(b"RIFF nonsense")
    with pytest.raises(OSError, match=r"bad\.wav"):
        check_leakage([*songs[:4], str(tmp_path / "bad.wav")], cv=2)
