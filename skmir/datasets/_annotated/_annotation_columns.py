"""Make an annotation of the columns of a text."""

import dataclasses

import numpy as np

from ..._parameter_checks import shown
from .._folders import tidy

KINDS = {
    "onsets": "events",
    "beats": "events",
    "bars": "bars",
    "chords": "segments",
    "notes": "notes",
}


def annotation_of(rows, kind):
    """Return the annotation that rows of a text hold.

    Parameters
    ----------
    rows : Rows
    kind : {"onsets", "beats", "bars", "chords", "notes"} or None
        What to read; None takes what the columns say.

    Returns
    -------
    annotation : ndarray or (ndarray, list or ndarray)
        In the order of the file.

    Raises
    ------
    ValueError
        If the rows do not hold that, or a value is not valid; the message names the line.
    """
    if not len(rows):
        return empty(kind)
    return _MAKERS[_kind_of(rows) if kind is None else kind](rows)


def empty(kind):
    """Return the annotation of a clip in which nothing happens."""
    form = KINDS.get(kind, "events")
    if form == "segments":
        return np.zeros((0, 2)), []
    if form == "notes":
        return np.zeros((0, 2)), np.zeros(0)
    return np.zeros((0, 2)) if form == "bars" else np.zeros(0)


def _kind_of(rows):
    """Return the kind that the columns say."""
    columns = rows.columns
    if "start" not in columns:
        if "beat" in columns or ("label" in columns and rows.names is None and _are_positions(rows, "label")):
            return "bars"
        if rows.names is None and _are_numbers(rows, "label") and not _are_points(rows, "time", "label"):
            raise rows.error(
                0,
                "the second of two columns is a number, but not a place in the bar. Pass kind='onsets' or "
                "kind='beats' to read the first one alone.",
            )
        return "onsets"
    if {"hz", "midi"} & set(columns):
        return "notes"
    if "end" in columns and _are_points(rows, "start", "end"):
        return "bars" if _are_positions(rows, "label") else "onsets"
    if rows.names is None and _are_numbers(rows, "label"):
        return "notes"
    if "label" in columns and {"end", "duration"} & set(columns):
        return "chords"
    return "onsets"


def _onsets(rows):
    return _events(rows, of_notes=True)


def _beats(rows):
    return _events(rows, of_notes=False)


def _events(rows, *, of_notes):
    """Return times: of events, of Audacity's labels at points, or the onsets of notes."""
    columns = rows.columns
    if "time" in columns:
        return _times(rows, "time")
    is_notes = {"hz", "midi"} & set(columns) or (rows.names is None and _are_numbers(rows, "label"))
    is_segments = ("end" in columns or "duration" in columns) and not is_notes
    if is_segments and not _are_points(rows, "start", "end") and (not of_notes or "label" in columns):
        raise rows.error(
            0, "this is a segment with a start and an end, but times of events are wanted. Pass another kind."
        )
    if is_notes and not of_notes:
        raise rows.error(
            0, "this is a note, but times of beats are wanted. Pass kind='onsets' for its onset."
        )
    return _times(rows, "start")


def _bars(rows):
    columns = rows.columns
    role = next((role for role in ("beat", "label") if role in columns), None)
    if "time" not in columns and not _are_points(rows, "start", "end"):
        raise rows.error(0, "a time in s and a place in the bar are wanted, one beat per line.")
    if role is None:
        raise rows.error(
            0,
            "there is no place in the bar beside the time. Write it as a second column "
            f"({'there is no header' if rows.names is None else f'the columns are {shown(rows.names)}'}), "
            "under the header time,beat; 1 is a downbeat.",
        )
    positions = [_position(rows, i, cell) for i, cell in enumerate(columns[role])]
    return np.column_stack([_times(rows, "time" if "time" in columns else "start"), positions])


def _chords(rows):
    intervals = _intervals(rows)
    if "label" not in rows.columns:
        raise rows.error(
            0,
            "there is no label beside the times. Write three columns: start, end and label."
            f"{'' if rows.names is None else f' There are {shown(rows.names)}.'}",
        )
    return intervals, [tidy(cell) for cell in rows.columns["label"]]


def _notes(rows):
    role = next((role for role in ("hz", "midi") if role in rows.columns), None)
    if role is None and rows.names is None and "end" in rows.columns:
        role = "label"  # the third column
    if role is None:
        raise rows.error(
            0,
            "there is no pitch beside the times. Write a header with the columns onset, offset, hz or midi.",
        )
    rows = _without_drums(rows)
    pitches = np.array([_pitch(rows, i, cell, role) for i, cell in enumerate(rows.columns[role])])
    return _intervals(rows), (hz_of(pitches) if role == "midi" else pitches)


_MAKERS = {"onsets": _onsets, "beats": _beats, "bars": _bars, "chords": _chords, "notes": _notes}


def hz_of(midi):
    """Return the frequency in Hz of MIDI numbers; 69 is 440 Hz."""
    return 440.0 * 2.0 ** ((np.asarray(midi, dtype=float) - 69) / 12)


def _without_drums(rows):
    """Return the rows without those whose program is a drum: their numbers say which drum, not a pitch."""
    programs = rows.columns.get("program", [""] * len(rows))
    kept = [i for i, cell in enumerate(programs) if not cell.casefold().startswith("drum")]
    columns = {role: [cells[i] for i in kept] for role, cells in rows.columns.items()}
    return dataclasses.replace(rows, lines=[rows.lines[i] for i in kept], columns=columns)


def _times(rows, role):
    return np.array([_time(rows, i, cell) for i, cell in enumerate(rows.columns[role])])


def _intervals(rows):
    columns = rows.columns
    if "start" not in columns or not {"end", "duration"} & set(columns):
        raise rows.error(0, "each line must have a start and an end in s; there is only one time.")
    starts = _times(rows, "start")
    if "end" in columns:
        ends = _times(rows, "end")
    else:
        ends = starts + [
            _number(rows, i, cell, "a duration in s") for i, cell in enumerate(columns["duration"])
        ]
    wrong = np.flatnonzero(ends <= starts)
    if len(wrong):
        raise rows.error(
            wrong[0],
            f"the end must be after the start, got {starts[wrong[0]]:g} and {ends[wrong[0]]:g} s. Remove the "
            "line if nothing happens, or correct it.",
        )
    return np.column_stack([starts, ends])


def _time(rows, i, cell):
    time = _number(rows, i, cell, "a time in s")
    if time < 0:
        raise rows.error(
            i, f"a time must not be before the start of the recording, 0 s, got {time:g} s. Remove the line."
        )
    return time


def _position(rows, i, cell):
    position = _number(rows, i, cell, "a place in the bar")
    if position < 1 or position != round(position):
        raise rows.error(i, f"a place in the bar must be a whole number from 1, the downbeat, got {cell!r}.")
    return position


def _pitch(rows, i, cell, role):
    pitch = _number(rows, i, cell, "a pitch")
    if not (0 <= pitch <= 127 if role == "midi" else pitch > 0):
        must = "a MIDI number must be from 0 to 127" if role == "midi" else "a pitch must be above 0 Hz"
        raise rows.error(i, f"{must}, got {pitch:g}. Remove the line if it has no pitch, or correct it.")
    return pitch


def _number(rows, i, cell, what):
    value = _parse(cell, rows.decimal_comma)
    if value is None or not np.isfinite(value):
        got = "an empty cell" if not cell else shown(cell, width=60)
        raise rows.error(i, f"{what} must be a finite number, got {got}.")
    return value


def _parse(cell, decimal_comma):
    """Return a cell as a float; None if it holds something else."""
    try:
        return float(cell.replace(",", ".") if decimal_comma else cell)
    except ValueError:
        return None


def _values(rows, role):
    return [_parse(cell, rows.decimal_comma) for cell in rows.columns.get(role, [])]


def _are_numbers(rows, role):
    values = _values(rows, role)
    return bool(values) and None not in values


def _are_positions(rows, role):
    return _are_numbers(rows, role) and all(v >= 1 and v == round(v) for v in _values(rows, role))


def _are_points(rows, first, second):
    """Return whether two columns hold the same numbers: Audacity's labels that have no length."""
    return _are_numbers(rows, first) and _values(rows, first) == _values(rows, second)
