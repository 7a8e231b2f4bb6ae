"""Chord labels as templates, compared with those of mir_eval."""

import sys

import numpy as np
import pytest

from skmir._chord_labels import QUALITIES
from skmir.neural_network._chords._chord_templates import chord_templates, templates_of_rows

ROOTS = ["C", "C#", "Db", "D", "E", "F", "F#", "Gb", "G", "Ab", "A", "Bb", "B", "Cb", "B#", "Fbb"]


def test_triads():
    templates = chord_templates(["C:maj", "A:min", "G"])
    assert [np.flatnonzero(t).tolist() for t in templates] == [[0, 4, 7], [0, 4, 9], [2, 7, 11]]
    np.testing.assert_allclose(templates[templates > 0], 1 / 3)


def test_no_chord_has_all_pitch_classes_alike():
    np.testing.assert_allclose(chord_templates(["N"]), np.full((1, 12), 1 / 12))


def test_there_are_thirteen_qualities():
    assert len(QUALITIES) == 13
    assert all(len(set(steps)) == len(steps) and steps[0] == 0 for steps in QUALITIES.values())


@pytest.mark.parametrize("quality", QUALITIES)
def test_another_root_is_a_rotation(quality):
    templates = chord_templates([f"{root}:{quality}" for root in ["C", "Db", "D", "Eb", "E", "F"]])
    for semitones, template in enumerate(templates):
        np.testing.assert_array_equal(template, np.roll(templates[0], semitones))
    np.testing.assert_allclose(templates.sum(axis=1), 1)


@pytest.mark.parametrize(
    "label",
    [
        *(f"{root}:{quality}" for root in ROOTS for quality in ("maj", "min7", "sus4")),
        *(f"A:{quality}" for quality in QUALITIES),
        *(
            "D",
            "E/3",
            "C:maj/5",
            "G:min/b3",
            "C:9",
            "C:maj9",
            "D:maj(9)",
            "F:(1,3,5)",
            "G:min11",
            "A:7(*5)/2",
        ),
    ],
)
def test_mir_eval_reads_the_same(label):
    chord = pytest.importorskip("mir_eval").chord
    root, bits, _ = chord.encode(label, reduce_extended_chords=True)
    expected = np.roll(bits, root)
    np.testing.assert_allclose(chord_templates([label])[0], expected / expected.sum())


def test_without_mir_eval(monkeypatch):
    monkeypatch.setitem(sys.modules, "mir_eval", None)
    assert chord_templates(["C:maj7", "N", "Ab"]).shape == (3, 12)
    with pytest.raises(
        ImportError, match=r"label 'C:9', which has parts other.*needs mir_eval.*pip install mir_eval"
    ):
        chord_templates(["C:9"])


@pytest.mark.parametrize("number", [60, 60.0, np.int64(72), np.float32(0)])
def test_integers_are_notes(number):
    assert chord_templates([number]).tolist() == [[1.0, *[0.0] * 11]]
    assert chord_templates(np.array([69]))[0].argmax() == 9


@pytest.mark.parametrize(
    "label", ["H:maj", "C:", "C:major", "c:maj", "", "Cx", 60.5, -1, 128, np.nan, None, b"C:maj", "C:maj/x"]
)
def test_labels_other_than_chords_are_refused(label):
    if isinstance(label, str) and label in ("C:major", "C:maj/x"):
        pytest.importorskip("mir_eval")
    with pytest.raises(ValueError, match=r"labels must be chords such as 'C:maj', 'Bb:min7', .*, got "):
        chord_templates([label])


def test_an_unknown_chord_is_refused():
    with pytest.raises(ValueError, match="label 'X' means an unknown chord, which has no template"):
        chord_templates(["C:maj", "X"])


def test_a_single_label_is_refused():
    with pytest.raises(ValueError, match="labels must be a list, got the single label 'C:maj'"):
        chord_templates("C:maj")


def test_frames_have_their_clips_label_or_their_own():
    expected = chord_templates(["C", "C", "G"])
    np.testing.assert_array_equal(templates_of_rows(["C", "G"], np.array([2, 1])), expected)
    for y in (["C", ["G"]], [np.array(["C", "C"]), "G"], [["C", "C"], ["G"]]):
        np.testing.assert_array_equal(templates_of_rows(y, np.array([2, 1])), expected)
    square = np.array([["C", "G"], ["G", "C"]])
    np.testing.assert_array_equal(
        templates_of_rows(square, np.array([2, 2])), chord_templates(square.ravel())
    )


def test_labels_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match=r"got labels of shape \(2,\) for clip 1, which has 3 frames"):
        templates_of_rows(["C", ["C", "G"]], np.array([2, 3]))
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        templates_of_rows(["C"], np.array([2, 3]))
    with pytest.raises(ValueError, match="requires y to be passed, but the target y is None"):
        templates_of_rows(None, np.array([2, 3]))
