"""Annotations and predictions, drawn."""

import numpy as np
import pytest

from skmir.inspection import AnnotationsDisplay

plt = pytest.importorskip("matplotlib.pyplot")


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


class Answers:
    def __init__(self, answers):
        self.answers = answers

    def predict(self, X):
        return [self.answers[x] for x in X]


def test_chords_are_segments_with_their_names():
    truth = [[0, 2], [2, 4]], ["C:maj", "A:min"]
    display = AnnotationsDisplay.from_predictions(truth, ([[0, 3], [3, 4]], ["C:maj", "N"]))
    assert display.kind_ == "segments" and display.figure_ is display.ax_.get_figure()
    assert [text.get_text() for text in display.ax_.texts] == ["C:maj", "A:min", "C:maj", "N"]
    bars = display.ax_.patches
    assert [(bar.get_x(), bar.get_width()) for bar in bars] == [(0, 2), (2, 2), (0, 3), (3, 1)]
    assert bars[0].get_facecolor() == bars[2].get_facecolor() != bars[1].get_facecolor()
    assert [label.get_text() for label in display.ax_.get_yticklabels()] == ["annotated", "predicted"]


def test_labels_that_are_no_chords_and_signs_that_are_markup():
    verse = [[0, 1], [1, 2]], ["verse $1", "X"]
    display = AnnotationsDisplay.from_predictions(verse, verse)
    display.figure_.canvas.draw()
    assert [text.get_text() for text in display.ax_.texts] == ["verse $1", "X"] * 2


def test_notes_that_are_found_have_another_colour():
    truth = [[0, 1], [1, 2]], [440.0, 220.0]
    estimate = [[0.1, 0.9], [1, 2]], [441.0, 233.1]
    display = AnnotationsDisplay.from_predictions(truth, estimate)
    found, wrong, *outlines = display.ax_.patches
    assert found.get_facecolor() != wrong.get_facecolor() and not any(one.get_fill() for one in outlines)
    assert [round(one.get_y() + 0.4) for one in outlines] == [69, 57]
    assert display.ax_.get_ylabel() == "MIDI number"


@pytest.mark.parametrize("beats", [[0.5, 1.0, 1.5], [[0.5, 1], [1.0, 2]]])
def test_times_are_lines(beats):
    display = AnnotationsDisplay.from_predictions(np.array(beats), np.array(beats))
    assert display.kind_ in ("events", "bars") and len(display.ax_.collections) == 2


def test_a_clip_of_several_on_given_axes():
    ax = plt.subplots()[1]
    y = [np.array([0.1, 0.2]), np.array([0.3])]
    display = AnnotationsDisplay.from_estimator(Answers(y), [0, 1], y, clip=1, ax=ax)
    assert display.ax_ is ax and len(ax.collections[0].get_segments()) == 1


def test_nothing_predicted():
    truth = [[0, 1]], [440.0]
    display = AnnotationsDisplay.from_predictions(truth, (np.zeros((0, 2)), np.zeros(0)))
    assert len(display.ax_.patches) == 1


def test_different_kinds():
    with pytest.raises(ValueError, match="annotations of the same kind"):
        AnnotationsDisplay.from_predictions([0.5, 1.0], ([[0, 1]], ["C"]))
