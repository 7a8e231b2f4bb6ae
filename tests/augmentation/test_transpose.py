"""Chords and keys as text."""

import mir_eval
import numpy as np
import pytest

from skmir.augmentation._transpose import FLATS, SHARPS, transpose

LABELS = ["C:maj", "Bb:min7", "F#:hdim7/b3", "Db", "G:7(#9)", "A/5", "Cb:maj", "E:sus4(b7)"]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("n", [-13, -5, 0, 1, 6, 12])
def test_mir_eval_hears_the_same_chord_higher(label, n):
    (moved,) = transpose([label], [n])
    root, bits, bass = mir_eval.chord.encode(label)
    new_root, new_bits, new_bass = mir_eval.chord.encode(moved)
    assert new_root == (root + n) % 12
    np.testing.assert_array_equal(new_bits, bits)
    assert new_bass == bass


@pytest.mark.parametrize("label", ["C major", "F# minor", "Bb", "Am", "D:min", "Gmaj7", "E7", "Bdim"])
def test_there_and_back(label):
    (up,) = transpose([label], [5])
    assert transpose([up, label], [-5, 0]) == [label, label]
    assert up != label


def test_no_chord_stays():
    assert transpose(["N", "X", ""], [1, 2, 3]) == ["N", "X", ""]


def test_roots_take_the_names_they_have():
    assert transpose(["C:maj", "Eb:maj"], [3, 0]) == ["Eb:maj", "Eb:maj"]
    assert transpose(["C:maj", "D#:maj"], [3, 0]) == ["D#:maj", "D#:maj"]
    assert transpose(["C:maj", "D#:maj", "Eb:min", "Eb:maj"], [3, 0, 0, 0])[0] == "Eb:maj"
    assert transpose(["Bb:maj", "C:maj"], [3, 1]) == ["Db:maj", "Db:maj"]  # flats are more
    assert transpose(["C:maj"], [1]) == ["C#:maj"]
    jazz = ["C:maj", "F#:min", "Bb:7", "Eb:maj", "Ab:7"]
    assert transpose(jazz, [6, 4, 8, 10, 4]) == ["F#:maj", "Bb:min", "F#:7", "Db:maj", "C:7"]


def test_every_class_turns_into_one_of_the_same_names():
    for names in (SHARPS, FLATS):
        labels = [f"{root}:{kind}" for root in names for kind in ("maj", "min")]
        for n in range(-11, 12):
            assert set(transpose(labels, [n] * 24)) == set(labels)


@pytest.mark.parametrize("label", ["jig", "Dorian", "H:maj", "Ambient", "c:maj", "Electronic"])
def test_words_are_no_chords(label):
    with pytest.raises(
        ValueError, match=f"chord or key must begin with a root, as in 'Bb:min7' .* got the label '{label}'"
    ):
        transpose(["C:maj", label], [1, 1])
