"""Chords or notes as annotated, and as predicted."""

import numpy as np

from .._annotations import CHECKS, kind_of_annotations
from .._chord_labels import NO_CHORD, SHARPS, UNKNOWN, root_and_steps
from ._style import BLUE, GREY, PLAIN, VERMILION, new_axes

_FOUND, _MISSED = BLUE, VERMILION


class AnnotationsDisplay:
    """Draw annotation and prediction: chords as coloured segments, notes as a piano roll, events as lines.

    Chords of one root share a colour, minor ones are darker, and no chord is grey. Of notes, those of the
    annotation are outlines and those predicted are filled: blue where the annotation has the same pitch at
    the same time, vermilion where it has not.

    Parameters
    ----------
    truth : annotation
        Of one clip: (intervals, labels), (intervals, pitches), or times, as
        :func:`skmir.datasets.read_annotations` returns them.
    estimate : annotation
        A prediction of the same kind.

    Attributes
    ----------
    kind_ : {"segments", "notes", "events", "bars"}
        What is drawn.
    ax_ : matplotlib Axes
        The axes.
    figure_ : matplotlib Figure
        The figure around them.

    Examples
    --------
    >>> from skmir.inspection import AnnotationsDisplay
    >>> truth = [[0, 2], [2, 4]], ["C:maj", "A:min"]
    >>> estimate = [[0, 3], [3, 4]], ["C:maj", "A:min"]
    >>> display = AnnotationsDisplay.from_predictions(truth, estimate)
    >>> display.ax_.get_xlabel()
    'time in s'
    """

    def __init__(self, truth, estimate):
        self.truth = truth
        self.estimate = estimate

    @classmethod
    def from_predictions(cls, truth, estimate, *, ax=None):
        """Draw an annotation and a prediction of one clip.

        Parameters
        ----------
        truth, estimate : see the class
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : AnnotationsDisplay
        """
        return cls(truth, estimate).plot(ax=ax)

    @classmethod
    def from_estimator(cls, estimator, X, y, *, clip=0, ax=None):
        """Draw what a fitted estimator finds in a clip.

        Parameters
        ----------
        estimator : estimator
            Such as ``ChordRecognizer``, ``PianoTranscriber`` or ``BeatTracker``.
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : list of annotations
            Of all clips.
        clip : int, default=0
            Number of the clip that is drawn.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : AnnotationsDisplay
        """
        return cls(y[clip], estimator.predict([X[clip]])[0]).plot(ax=ax)

    def plot(self, ax=None):
        """Draw both.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        self : AnnotationsDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the two are not annotations of the same kind.
        """
        pair = [self.truth, self.estimate]
        self.kind_ = kind_of_annotations(pair)
        if self.kind_ is None:
            raise ValueError(
                "truth and estimate must be annotations of the same kind, of one clip each: times, or pairs "
                "of intervals and labels or pitches."
            )
        truth, estimate = CHECKS[self.kind_](pair)
        height = 4 if self.kind_ == "notes" else 1.8
        self.ax_ = new_axes(type(self).__name__, (9, height)) if ax is None else ax
        self.figure_ = self.ax_.get_figure()
        {"segments": self._draw_segments, "notes": self._draw_notes}.get(self.kind_, self._draw_events)(
            truth, estimate
        )
        self.ax_.set_xlabel("time in s")
        return self

    def _draw_segments(self, truth, estimate):
        for row, (intervals, labels) in zip((1, 0), (truth, estimate), strict=True):
            draw_segments(self.ax_, row, intervals, labels)
        self._name_rows()

    def _draw_events(self, truth, estimate):
        for row, times in zip((1, 0), (truth, estimate), strict=True):
            times = times[:, 0] if times.ndim == 2 else times
            self.ax_.vlines(times, row - 0.45, row + 0.45, color=(GREY, BLUE)[row == 0])
        self._name_rows()

    def _draw_notes(self, truth, estimate):
        midi = [69 + 12 * np.log2(pitches / 440) for _, pitches in (truth, estimate)]
        for (start, end), pitch in zip(estimate[0], midi[1], strict=True):
            same = np.abs(midi[0] - pitch) < 0.5
            heard = same & (truth[0][:, 0] < end) & (truth[0][:, 1] > start)
            self.ax_.barh(pitch, end - start, 0.8, start, color=_FOUND if heard.any() else _MISSED)
        for (start, end), pitch in zip(truth[0], midi[0], strict=True):
            self.ax_.barh(pitch, end - start, 0.8, start, fill=False, edgecolor="black", linewidth=0.8)
        self.ax_.set_ylabel("MIDI number")

    def _name_rows(self):
        self.ax_.set_yticks([1, 0], ["annotated", "predicted"])
        self.ax_.set_ylim(-0.5, 1.5)


def draw_segments(ax, row, intervals, labels):
    """Draw labelled segments as a row of boxes.

    Parameters
    ----------
    ax : matplotlib Axes
    row : float
        Where the row's middle is; it is 0.9 high.
    intervals : ndarray of shape (n_segments, 2)
        Starts and ends, in s.
    labels : list of str
    """
    for (start, end), label in zip(intervals, labels, strict=True):
        box = {"color": _colour(label), "edgecolor": "white", "linewidth": 0.5}
        ax.barh(row, end - start, 0.9, start, **box)
        centred = {"ha": "center", "va": "center", "fontsize": 7, "clip_on": True}
        ax.text((start + end) / 2, row, label, **centred, **PLAIN)


def _colour(label):
    """Return the colour of a chord by its root, darker if it is minor; of other labels by their letters."""
    if label in (NO_CHORD, UNKNOWN):
        return "0.85"
    from matplotlib.colors import hsv_to_rgb

    try:
        root, steps = root_and_steps(label)
    except ValueError:
        root, steps = sum(map(ord, label)) % len(SHARPS), ()
    place = root * 7 % 12 / 12  # neighbours in the circle of fifths are neighbours in colour
    return tuple(hsv_to_rgb((place, 0.45, 0.75 if 3 in steps else 0.95)))
