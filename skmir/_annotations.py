"""Annotations of clips: which are valid, in what form they are returned, and the errors about all others.

An annotation says what happens when inside a clip, in mir_eval's conventions. There are four kinds:

events
    Times in s, of shape (n_events,): onsets, or beats.
bars
    Beats with their places in the bar, of shape (n_beats, 2): time in s, and position, 1 for a downbeat.
segments
    A pair of intervals in s, of shape (n_segments, 2), and n_segments labels: chords, sections.
notes
    A pair of intervals in s, of shape (n_notes, 2), and n_notes pitches in Hz.

``y`` holds one annotation per clip, as a list, a tuple or a 1-D object array. ``np.asarray`` on such a list
fails if lengths differ, and makes a table of it if they happen to be equal: use :func:`as_object_array`.
"""

import numbers

import numpy as np

from ._annotation_kinds import (
    as_pair,
    is_list_like,
    is_number,
    is_one_pair,
    is_text,
    kind_of_annotations,
)
from ._parameter_checks import shown

BEYOND = 0.05  # in s; an event may lie that much after the end of its clip, by rounding

__all__ = [
    "BEYOND",
    "CHECKS",
    "as_object_array",
    "check_bars",
    "check_events",
    "check_notes",
    "check_segments",
    "kind_of_annotations",
    "n_events",
]

_FORMS = {
    "events": "a 1-D array of event times in s",
    "bars": "an array of shape (n_beats, 2): time in s, and position in the bar, 1 for a downbeat",
    "segments": "a pair of intervals of shape (n, 2) in s, and n labels",
    "notes": "a pair of intervals of shape (n, 2) in s, and n pitches in Hz",
}


def check_events(y, n_clips=None, *, name="y"):
    """Return the event times of each clip, sorted.

    Parameters
    ----------
    y : list, tuple, Series or 1-D object array of array-like of shape (n_events_i,)
        Times in s, in any order; a clip without an event has an empty array. An array (n_clips, n_events) has
        the same number of events per clip. A 1-D array, or a list, of numbers has one event per clip, and
        none if the number is below 0: it is the form of y in scikit-learn's own checks.
    n_clips : int or None, default=None
        How many annotations there must be; None accepts any number.
    name : str, default="y"
        The argument's name, for errors.

    Returns
    -------
    events : list of ndarray of float64 of shape (n_events_i,)
        New arrays, sorted; equal times are kept.

    Raises
    ------
    ValueError
        If y is anything else, a time is negative or not finite, or the number of annotations is wrong. The
        message names the annotation and the event, both counted from 0.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir._annotations import check_events
    >>> check_events([np.array([1.5, 0.5]), np.array([])])
    [array([0.5, 1.5]), array([], dtype=float64)]
    """
    y = _container(y, name, "events")
    table = _numbers(y)
    if table is not None and table.ndim == 1 and len(table):
        _check_count(len(table), n_clips, name)
        _check_finite(table, name)
        return [table[i : i + 1] if table[i] >= 0 else np.zeros(0) for i in range(len(table))]
    items = _items(y, n_clips, name, "events")
    return [_times(item, f"annotation {i} of {name}") for i, item in enumerate(items)]


def check_bars(y, n_clips=None, *, name="y"):
    """Return the beats of each clip with their positions in the bar, sorted by time.

    Parameters
    ----------
    y : list, tuple, Series or 1-D object array of array-like of shape (n_beats_i, 2)
        Time in s, and position, a whole number from 1, the downbeat. A clip without a beat has an empty
        array of any shape.
    n_clips, name
        See :func:`check_events`.

    Returns
    -------
    bars : list of ndarray of float64 of shape (n_beats_i, 2)

    Raises
    ------
    ValueError
        As for :func:`check_events`; also if a position is not a whole number from 1.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir._annotations import check_bars
    >>> check_bars([np.array([[0.5, 1], [1.0, 2]])])[0].shape
    (2, 2)
    """
    items = _items(_container(y, name, "bars"), n_clips, name, "bars")
    return [_bars(item, f"annotation {i} of {name}") for i, item in enumerate(items)]


def check_segments(y, n_clips=None, *, name="y"):
    """Return the labelled segments of each clip, sorted by their starts.

    Parameters
    ----------
    y : list, tuple, Series or 1-D object array of (intervals, labels)
        Intervals in s, array-like of shape (n_segments_i, 2), and as many labels, str.
    n_clips, name
        See :func:`check_events`.

    Returns
    -------
    segments : list of (ndarray of float64 of shape (n_segments_i, 2), list of str)

    Raises
    ------
    ValueError
        As for :func:`check_events`; also if a segment does not end after its start, a label is not text, or
        there are not as many labels as intervals.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir._annotations import check_segments
    >>> intervals, labels = check_segments([(np.array([[1.0, 2.0], [0.0, 1.0]]), ["G:maj", "C:maj"])])[0]
    >>> labels
    ['C:maj', 'G:maj']
    """
    items = _items(_container(y, name, "segments"), n_clips, name, "segments")
    return [_segments(item, f"annotation {i} of {name}") for i, item in enumerate(items)]


def check_notes(y, n_clips=None, *, name="y"):
    """Return the notes of each clip, sorted by their onsets, then by pitch.

    Parameters
    ----------
    y : list, tuple, Series or 1-D object array of (intervals, pitches)
        Intervals in s, array-like of shape (n_notes_i, 2), and as many pitches in Hz. MIDI numbers are valid
        frequencies too and cannot be recognised: convert them first, ``440 * 2 ** ((midi - 69) / 12)``.
    n_clips, name
        See :func:`check_events`.

    Returns
    -------
    notes : list of (ndarray of float64 of shape (n_notes_i, 2), ndarray of float64 of shape (n_notes_i,))

    Raises
    ------
    ValueError
        As for :func:`check_events`; also if a note does not end after its onset, a pitch is not above 0 Hz,
        or there are not as many pitches as intervals.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir._annotations import check_notes
    >>> intervals, pitches = check_notes([(np.array([[0.0, 1.0]]), np.array([440.0]))])[0]
    >>> pitches
    array([440.])
    """
    items = _items(_container(y, name, "notes"), n_clips, name, "notes")
    return [_notes(item, f"annotation {i} of {name}") for i, item in enumerate(items)]


CHECKS = {"events": check_events, "bars": check_bars, "segments": check_segments, "notes": check_notes}


def n_events(annotation):
    """Return the number of events, beats, segments or notes of an annotation."""
    return len(annotation[1] if isinstance(annotation, tuple) else annotation)


def as_object_array(items):
    """Return a 1-D object array of items of any shapes, equal or not.

    ``np.array(items, dtype=object)`` has two dimensions if all items are equally long.

    Parameters
    ----------
    items : iterable

    Returns
    -------
    array : ndarray of object of shape (n_items,)

    Examples
    --------
    >>> import numpy as np
    >>> from skmir._annotations import as_object_array
    >>> as_object_array([np.zeros(3), np.ones(3)]).shape
    (2,)
    """
    items = list(items)
    array = np.empty(len(items), dtype=object)
    for i, item in enumerate(items):
        array[i] = item
    return array


# ------------------------------------------------------------------------- the list of annotations


def _container(y, name, kind):
    """Return y as list, tuple or ndarray, after refusing all that cannot hold one annotation per clip."""
    wanted = f"{name} must be a list with one annotation per clip, each {_FORMS[kind]}"
    if y is None:
        raise ValueError(f"{wanted}. Fitting requires y to be passed, but the target y is None.")
    if is_text(y):
        raise ValueError(
            f"{wanted}, got the text {shown(str(y), width=120)}. If it names a folder or a file, read it "
            "with skmir.datasets.load_annotations or read_annotations."
        )
    if not isinstance(y, list | tuple) and (hasattr(y, "__array__") or hasattr(y, "to_numpy")):
        y = np.asarray(y)
    if not isinstance(y, list | tuple | np.ndarray) or np.ndim(y if isinstance(y, np.ndarray) else [0]) == 0:
        raise ValueError(f"{wanted}, got {shown(y, width=120)}, of type {type(y).__name__}.")
    if is_one_pair(y):
        raise ValueError(f"{wanted}, got a single pair, the annotation of one clip. Pass a list: [{name}].")
    if isinstance(y, np.ndarray) and y.dtype.kind == "O" and y.ndim > 1 and not is_list_like(y):
        raise ValueError(
            f"{wanted}, got an object array of the shape {y.shape}: numpy makes one of annotations that are "
            f"equally long. Pass the list that it was made of, or list({name})."
        )
    return y


def _numbers(y):
    """Return a list or array of single numbers as an array of float; None if y is something else."""
    if isinstance(y, np.ndarray) and y.dtype.kind in "iuf":
        return y.astype(float)
    if len(y) and all(isinstance(item, numbers.Real) and not isinstance(item, bool) for item in y):
        return np.array(y, dtype=float)
    return None


def _items(y, n_clips, name, kind):
    """Return the annotations as a list, after checking that each one can be one."""
    items = list(map(as_pair, y))
    _check_count(len(items), n_clips, name)
    for i, item in enumerate(items):
        wanted = f"annotation {i} of {name} must be {_FORMS[kind]}"
        if is_text(item):
            raise ValueError(
                f"{wanted}, got the text {shown(str(item), width=120)}. If it names a file, read it with "
                "skmir.datasets.read_annotations."
            )
        if item is None or np.isscalar(item) or (isinstance(item, np.ndarray) and not item.ndim):
            one = f" A clip with one event has [{item}]." if kind == "events" and item is not None else ""
            raise ValueError(f"{wanted}, got {shown(item, width=120)}.{one}")
    return items


def _check_count(n_annotations, n_clips, name):
    if n_clips is not None and n_annotations != n_clips:
        raise ValueError(
            f"Found input variables with inconsistent numbers of samples: [{n_clips}, {n_annotations}]. "
            f"{name} must have one annotation per clip."
        )


def _check_finite(table, name):
    """Raise in scikit-learn's words, which its own checks look for."""
    if np.isnan(table).any():
        raise ValueError(f"Input {name} contains NaN.")
    if np.isinf(table).any():
        raise ValueError(f"Input {name} contains infinity or a value too large for dtype('float64').")


# ------------------------------------------------------------------------------- single annotations


def _times(item, where):
    times = _array(item, f"{where} must be {_FORMS['events']}")
    if times.ndim != 1 and times.size:
        cure = " For the times of bars alone, pass their first column." if times.ndim == 2 else ""
        raise ValueError(f"{where} must be {_FORMS['events']}, got the shape {times.shape}.{cure}")
    times = times.reshape(-1)
    _check_times(times, where, "event")
    return np.sort(times)


def _bars(item, where):
    bars = _array(item, f"{where} must be {_FORMS['bars']}")
    bars = bars if bars.size else np.zeros((0, 2))
    if bars.ndim != 2 or bars.shape[1] != 2:
        cure = " Times alone are events, without places in the bar." if bars.ndim == 1 else ""
        raise ValueError(f"{where} must be {_FORMS['bars']}, got the shape {bars.shape}.{cure}")
    times, positions = bars.T
    _check_times(times, where, "beat")
    valid = np.isfinite(positions) & (positions >= 1) & (positions == np.round(positions))
    must = "must have a whole number from 1 as its position in the bar, 1 for a downbeat"
    _check_all(valid, where, "beat", must, positions)
    return bars[np.argsort(times, kind="stable")]


def _segments(item, where):
    intervals, labels = _pair(item, where, "segments")
    valid = np.array([isinstance(label, str) for label in labels], dtype=bool)
    _check_all(valid, where, "segment", "must have text as its label", labels)
    intervals = _check_intervals(intervals, len(labels), where, "segment", "labels")
    order = np.lexsort((intervals[:, 1], intervals[:, 0]))
    return intervals[order], [str(labels[i]) for i in order]


def _notes(item, where):
    intervals, pitches = _pair(item, where, "notes")
    pitches = _array(pitches, f"{where} must be {_FORMS['notes']}").reshape(-1)
    valid = np.isfinite(pitches) & (pitches > 0)
    must = "must have a finite pitch above 0 Hz (leave out rests and unvoiced parts)"
    _check_all(valid, where, "note", must, pitches, " Hz")
    intervals = _check_intervals(intervals, len(pitches), where, "note", "pitches")
    order = np.lexsort((pitches, intervals[:, 0]))
    return intervals[order], pitches[order]


def _pair(item, where, kind):
    """Return the intervals of a pair as an array, and its second part as a list."""
    if not isinstance(item, list | tuple) or len(item) != 2 or any(map(is_text, item)):
        got = f"the shape {item.shape}" if isinstance(item, np.ndarray) else shown(item, width=120)
        raise ValueError(f"{where} must be {_FORMS[kind]}, got {got}.")
    intervals, values = item
    if not isinstance(values, list | tuple) and np.ndim(values) != 1:
        raise ValueError(
            f"{where} must be {_FORMS[kind]}, got {shown(values, width=120)} as the second part."
        )
    return _array(intervals, f"{where} must be {_FORMS[kind]}"), list(values)


def _array(item, wanted):
    """Return numbers as a new array of float64, of any shape; raise if there is anything but numbers."""
    try:
        array = np.asarray(item)
        is_numeric = array.dtype.kind in "iuf" or not array.size or all(map(is_number, array.flat))
        if is_numeric:
            return np.array(array, dtype=float)
    except (TypeError, ValueError):  # lists of unequal lengths
        pass
    raise ValueError(f"{wanted}, got {shown(item, width=120)}.")


def _check_intervals(intervals, n_values, where, noun, values):
    intervals = intervals if intervals.size else np.zeros((0, 2))
    if intervals.ndim != 2 or intervals.shape[1] != 2:
        raise ValueError(f"{where}: its intervals must be of shape (n, 2) in s, got {intervals.shape}.")
    if len(intervals) != n_values:
        raise ValueError(
            f"{where} must have as many {values} as intervals, got {n_values} {values} and {len(intervals)} "
            "intervals."
        )
    _check_times(intervals, where, noun)
    must = "must end after its start (swap the two, or leave out what has no length)"
    _check_all(intervals[:, 1] > intervals[:, 0], where, noun, must, intervals, " s")
    return intervals


def _check_times(times, where, noun):
    valid = np.isfinite(times) & (times >= 0)
    must = "must be at a finite time in s, not before 0, the start of the recording"
    _check_all(valid if times.ndim == 1 else valid.all(axis=1), where, noun, must, times, " s")


def _check_all(valid, where, noun, must, values, unit=""):
    """Raise unless all is valid; the error names the first event that is not, and its value."""
    wrong = np.flatnonzero(~valid)
    if len(wrong):
        raise ValueError(f"{where}: {noun} {wrong[0]} {must}, got {shown(values[wrong[0]])}{unit}.")
