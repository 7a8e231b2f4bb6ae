"""What is found in good recordings, in bad ones, and in labels that something else than sound tells."""

import re

import numpy as np
import pandas as pd
import pytest
import soundfile
from html_page import Page

from skmir.model_selection import check_dataset, check_leakage

SR = 22050


@pytest.fixture
def write(tmp_path, rng):
    """Write waveforms, or noise of some length and level, by name; return the paths."""

    def write(name, y=None, *, seconds=0.3, level=0.1, sr=SR, **options):
        path = tmp_path / name
        y = level * rng.randn(int(seconds * sr)).clip(-3, 3) if y is None else y
        soundfile.write(path, y, sr, **options)
        return str(path)

    return write


@pytest.fixture
def good(write):
    """Twenty recordings of two classes in ten groups, with nothing wrong."""
    files = [write(f"good{i:02d}.wav") for i in range(20)]
    return files, ["a", "b"] * 10, [i // 2 for i in range(20)]


def kinds(check, *, wrong):
    found = check.findings_
    return sorted(found["kind"][found["is_wrong"] == wrong])


def finding(check, kind):
    (row,) = [each for each in check.findings_.itertuples() if each.kind == kind]
    return row


def test_good_recordings_have_no_findings(good):
    files, y, groups = good
    check = check_dataset(files, y, groups)
    assert check.is_good_ and len(check.findings_) == 0 and len(check.copies_) == 0
    assert repr(check).endswith("Nothing is wrong.")
    facts = check.recordings_
    assert facts["file"].tolist() == files and facts["label"].tolist() == y
    assert set(facts["format"]) == {"WAV"} and set(facts["encoding"]) == {"PCM_16"}
    np.testing.assert_allclose(facts["duration"], 0.3, atol=1e-4)
    np.testing.assert_allclose(facts["level"], -20, atol=0.5)  # of a standard deviation of 0.1
    assert check.classes_["recordings"].tolist() == [10, 10]
    assert check.classes_["groups"].tolist() == [10, 10]


def test_each_bad_recording_is_named(good, write, tmp_path, rng):
    files, y, groups = good
    noise = iter(0.1 * rng.randn(9, SR // 3))
    sound = next(noise)
    clipped = (20 * next(noise)).clip(-0.7, 0.7)
    bad = {
        "silent": write("silent.wav", 0 * sound),
        "cancels": write("cancels.wav", np.stack([sound, -sound], axis=1)),
        "one_sided": write("one_sided.wav", np.stack([next(noise), 0 * sound], axis=1)),
        "loud": write("loud.wav", np.round(1e4 * next(noise)), subtype="FLOAT"),
        "distorted": write("distorted.wav", clipped),
        "clipped": write("clipped.wav", np.concatenate([next(noise), clipped[:200]])),
        "short": write("short.wav", next(noise)[:1000]),
    }
    for name in ("empty.wav", "no-sound.wav"):
        (tmp_path / name).write_bytes(b"" if name == "empty.wav" else b"<html>404</html>" * 99)
    unusable = [
        str(tmp_path / "empty.wav"),
        str(tmp_path / "no-sound.wav"),
        write("tiny.wav", next(noise)[:99]),
    ]
    every = [*files, *bad.values(), *unusable]
    more = len(every) - len(files)
    check = check_dataset(every, [*y, *"ab" * 5][: len(every)], [*groups, *range(more)])
    assert kinds(check, wrong=True) == sorted(["silent", "cancels", "loud", "distorted", "unusable"])
    assert kinds(check, wrong=False) == sorted(["one_sided", "clipped", "short"])
    for kind, path in bad.items():
        found = finding(check, kind)
        assert found.named == (repr(path),) and every[found.clips[0]] == path
        assert found.text.startswith("1 of 30 recordings is ")
    text = finding(check, "unusable").text
    assert text.startswith("3 of 30 recordings cannot be used: ")
    assert all(repr(path) in text for path in unusable)
    assert check.recordings_["error"].notna().tolist() == [path in unusable for path in every]


@pytest.mark.parametrize("encoding", ["PCM_U8", "ULAW"])
def test_steps_of_eight_bits_and_low_tones_are_no_clipping(write, encoding):
    time = np.arange(SR) / SR
    tone = write("tone.wav", 0.9 * np.sin(2 * np.pi * 27.5 * time))
    coarse = write("coarse.wav", 0.9 * np.sin(2 * np.pi * 200 * time), subtype=encoding)
    assert check_dataset([tone, coarse]).recordings_["clipped"].tolist() == [0, 0]


def test_copies_are_wrong_unless_a_group_keeps_them_together(good, write):
    files, y, groups = good
    whole, rate = soundfile.read(files[0])
    flac = write("copy.flac", whole, sr=rate)  # equal to a recording of class a
    every = [*files, flac]
    same = check_dataset(every, [*y, "a"], [*groups, groups[0]])
    assert same.is_good_ and kinds(same, wrong=False) == ["copies_in_group"]
    apart = check_dataset(every, [*y, "a"], [*groups, groups[-1]])
    assert kinds(apart, wrong=True) == ["copies"]
    assert finding(apart, "copies").named == (f"{files[0]!r} and {flac!r}",)
    torn = check_dataset(every, [*y, "b"], [*groups, groups[0]])
    assert kinds(torn, wrong=True) == ["contradiction"]
    ungrouped = check_dataset(every, [*y, "a"])
    assert "copies" in kinds(ungrouped, wrong=True)
    expected = check_leakage(every)[["clip", "other", "kind"]]
    assert ungrouped.copies_[["clip", "other", "kind"]].to_numpy().tolist() == expected.to_numpy().tolist()


@pytest.mark.parametrize("fact", ["duration", "level", "sr", "encoding"])
def test_a_fact_that_tells_the_class_is_found(write, fact):
    y, groups = ["a", "b"] * 20, [i // 2 for i in range(40)]
    options = {
        "duration": {"seconds": 0.35},
        "level": {"level": 0.03},
        "sr": {"sr": 16000},
        "encoding": {"subtype": "PCM_24"},
    }[fact]
    files = [write(f"{i}.wav", **(options if label == "b" else {})) for i, label in enumerate(y)]
    words = {
        "duration": "length",
        "sr": "sampling rate and number of channels",
    }.get(fact, fact)
    found = finding(check_dataset(files, y, groups), "shortcut")
    assert found.is_wrong and found.text.startswith(f"The {words} alone says much")
    score, chance, shuffled, p = map(float, re.findall(r"\d\.\d+", found.text))
    assert score == 1 and chance == 0.5 and 0.5 < shuffled < 0.95 and p == 0.005


def test_one_class_of_many_with_an_encoding_of_its_own_is_found(write):
    y, groups = list("abcdefg") * 6, [i // 7 for i in range(42)]
    files = [write(f"{i}.wav", subtype="PCM_24" if y[i] == "d" else "PCM_16") for i in range(42)]
    found = finding(check_dataset(files, y, groups), "shortcut")
    assert found.is_wrong and found.text.startswith("The encoding alone")


def test_a_length_that_tells_the_player_is_no_shortcut_to_the_class(write):
    """Each of six players has one class and one length: three witnesses of a class are too few."""
    files = [write(f"{i}.wav", seconds=0.2 + 0.02 * (i % 6)) for i in range(60)]
    players = [i % 6 for i in range(60)]
    y = ["a" if player < 3 else "b" for player in players]
    check = check_dataset(files, y, players)
    assert "shortcut" not in set(check.findings_["kind"])
    assert "shortcut" in set(check_dataset(files, y).findings_["kind"])  # as if each were a witness


def test_classes_and_groups(good):
    files, y, groups = good
    one = check_dataset(files, ["a"] * 20, groups)
    assert kinds(one, wrong=True) == ["one_class"]
    single = check_dataset(files, [*y[:-1], "c"], groups)
    assert kinds(single, wrong=True) == ["one_group"] and "'c'" in finding(single, "one_group").text
    alone = check_dataset(files, [*y[:-1], "c"])
    assert kinds(alone, wrong=True) == ["single_recording"]
    assert "no_groups" in kinds(alone, wrong=False)
    few = check_dataset(files, y, [i % 3 for i in range(20)])
    assert few.is_good_ and "There are 3 groups for 5 folds" in finding(few, "few_groups").text
    assert "few_groups" not in kinds(check_dataset(files, y, [i % 3 for i in range(20)], cv=3), wrong=False)
    uneven = check_dataset(files, ["a"] * 18 + ["b"] * 2, list(range(20)))
    assert kinds(uneven, wrong=False) == ["few_groups_of_class", "single_clips"]


def test_columns_that_could_be_groups_are_named(good):
    files, y, groups = good
    table = pd.DataFrame(
        {"artist": [f"artist {i // 4}" for i in range(20)], "bpm": [90 + i for i in range(20)]}
    )
    without = finding(check_dataset(files, y, table=table), "no_groups")
    assert without.is_wrong and without.named == ("'artist' (5 values)",)
    coarser = check_dataset(files, y, groups, table=table)
    assert coarser.is_good_
    assert "column 'artist', which has 5 values for 10 groups" in finding(coarser, "coarser_groups").text
    assert check_dataset(files, y, table["artist"], table=table).findings_.empty


def test_messages_of_the_list_are_findings(good):
    files, y, groups = good
    listing = ["2 files are left out. Convert them.", "1 link is passed over that is there. Remove it."]
    check = check_dataset(files, y, groups, listing=listing)
    assert check.findings_["is_wrong"].tolist() == [True, False]
    assert check.findings_["text"].tolist() == listing


def test_the_page_holds_every_file_and_escapes_names(good, write):
    files, y, groups = good
    silent = [write(f"<b>&{i}.wav", np.zeros(SR // 2)) for i in range(9)]
    check = check_dataset([*files, *silent], [*y, *["<i>"] * 9], [*groups, *range(9)])
    source = check.to_html(title="My <set>")
    page = Page(source)
    assert page.headings == ["To be mended", "Classes", "Formats"]
    assert all(path in page.text for path in silent) and "<b>" not in source
    assert "and 6 more" in repr(check)
    assert page.tables["Recordings of each class"][1][:2] == ["<i>", "9"]


@pytest.mark.parametrize(
    ("given", "error", "match"),
    [
        ({"X": "a.wav"}, TypeError, "sequence of paths of recordings, got one str"),
        ({"X": np.zeros((2, 999))}, TypeError, "got a ndarray"),
        ({"X": []}, ValueError, "at least one recording"),
        ({"X": ["a.wav"], "y": [1, 2]}, ValueError, "inconsistent numbers"),
        ({"X": ["a.wav"], "cv": 1}, ValueError, "cv=1"),
    ],
)
def test_wrong_arguments_say_what_is_meant(given, error, match):
    with pytest.raises(error, match=match):
        check_dataset(**given)
