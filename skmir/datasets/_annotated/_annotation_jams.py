"""Annotations in JAMS files, which are JSON: the namespaces of onsets, beats, chords and notes.

Reference: E. J. Humphrey et al., "JAMS: a JSON annotated music specification for reproducible MIR research",
ISMIR, 2014.
"""

import json
import math
import warnings

import numpy as np

from ..._parameter_checks import shown
from ._annotation_columns import empty, hz_of

# The namespaces for each kind; if a file has none of the first tuple, those of the second are read.
_NAMESPACES = {
    "onsets": (("onset",), ("note_midi", "note_hz")),
    "beats": (("beat", "beat_position"), ()),
    "bars": (("beat_position",), ("beat",)),
    "chords": (("chord", "chord_harte"), ()),
    "notes": (("note_midi", "note_hz"), ()),
}
_KIND_OF = {
    "onset": "onsets",
    "beat": "beats",
    "beat_position": "bars",
    "chord": "chords",
    "chord_harte": "chords",
    "note_midi": "notes",
    "note_hz": "notes",
}


def read_jams(file, text, kind):
    """Return the annotation of one kind that a JAMS file holds.

    Parameters
    ----------
    file : str
        For errors.
    text : str
        JSON.
    kind : {"onsets", "beats", "bars", "chords", "notes"} or None
        None takes the only kind that there is.

    Returns
    -------
    annotation : ndarray or (ndarray, list or ndarray)

    Raises
    ------
    ValueError
        If the file is not JAMS, holds nothing of that kind, or a value is not valid; the message names the
        namespace and the observation.

    Warns
    -----
    UserWarning
        If there are several annotations of that kind, of which the first one is read. Those of notes are
        joined if each is from another source, as GuitarSet's are from the six strings.
    """
    annotations = _annotations(file, text)
    if kind is None:
        kind = _only_kind(file, annotations)
    chosen = _chosen(file, annotations, kind)
    observations = [
        (f"{file!r}, {annotation['namespace']}, observation {i}", annotation["namespace"], *each)
        for annotation in chosen
        for i, each in enumerate(_observations(file, annotation))
    ]
    return _MAKERS[kind](observations) if observations else empty(kind)


def _annotations(file, text):
    try:
        content = json.loads(text)
    except json.JSONDecodeError as error:
        raise ValueError(f"{file!r}, line {error.lineno}: this is not valid JSON: {error.msg}.") from error
    found = content.get("annotations") if isinstance(content, dict) else None
    if not isinstance(found, list) or not all(isinstance(a, dict) and "namespace" in a for a in found):
        raise ValueError(
            f"{file!r} is JSON but not JAMS: it must have a list 'annotations', each with a 'namespace'."
        )
    return found


def _only_kind(file, annotations):
    kinds = sorted({_KIND_OF[a["namespace"]] for a in annotations if a["namespace"] in _KIND_OF})
    if len(kinds) != 1:
        raise ValueError(f"{file!r} holds {_listed(annotations)}. Pass kind=, one of {sorted(_NAMESPACES)}.")
    return kinds[0]


def _chosen(file, annotations, kind):
    """Return the annotations to read: one, or all if they are notes from different sources."""
    for namespaces in _NAMESPACES[kind]:
        found = [annotation for annotation in annotations if annotation["namespace"] in namespaces]
        if found:
            break
    else:
        names = [name for names in _NAMESPACES[kind] for name in names]
        raise ValueError(f"{file!r} holds {_listed(annotations)}, and {kind} are in the namespaces {names}.")
    sources = [(a.get("annotation_metadata") or {}).get("data_source") for a in found]
    is_parts = found[0]["namespace"].startswith("note") and all(sources) and len(set(sources)) == len(found)
    if len(found) > 1 and not is_parts:
        warnings.warn(
            f"{file!r} holds {len(found)} annotations for {kind}; the first is read. Remove the others to be "
            "sure of the right one.",
            stacklevel=6,
        )
    return found if is_parts else found[:1]


def _listed(annotations):
    names = sorted({str(annotation["namespace"]) for annotation in annotations})
    return f"annotations in the namespaces {shown(names)}" if names else "no annotations"


def _observations(file, annotation):
    """Return (time, duration, value) for each observation, in the dense or the sparse form of JAMS."""
    data = annotation.get("data")
    if isinstance(data, dict):
        columns = [data.get(name, []) for name in ("time", "duration", "value")]
        return list(zip(*columns, strict=False))
    if not isinstance(data, list) or not all(isinstance(each, dict) for each in data):
        raise ValueError(f"{file!r}: the annotation {annotation['namespace']!r} has no list 'data'.")
    return [(each.get("time"), each.get("duration"), each.get("value")) for each in data]


def _times(observations):
    return np.array([_number(where, time, "a time in s", low=0) for where, _, time, _, _ in observations])


def _bars(observations):
    positions = [
        _number(where, _position(value), "a place in the bar", low=1) for where, *_, value in observations
    ]
    return np.column_stack([_times(observations), positions])


def _position(value):
    return value.get("position") if isinstance(value, dict) else value


def _chords(observations):
    for where, *_, value in observations:
        if not isinstance(value, str):
            raise ValueError(f"{where}: a chord must be text, got {shown(value, width=60)}.")
    return _intervals(observations), [value for *_, value in observations]


def _notes(observations):
    pitches = [_pitch(where, namespace, value) for where, namespace, _, _, value in observations]
    return _intervals(observations), np.array(pitches)


def _pitch(where, namespace, value):
    if namespace == "note_midi":
        return float(hz_of(_number(where, value, "a MIDI number", low=0, high=127)))
    return _number(where, value, "a pitch in Hz", low=math.ulp(0))


def _intervals(observations):
    starts = _times(observations)
    durations = [
        _number(where, each, "a duration in s", low=math.ulp(0)) for where, _, _, each, _ in observations
    ]
    return np.column_stack([starts, starts + durations])


def _number(where, value, noun, *, low, high=math.inf):
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not low <= number <= high or math.isinf(number):
        least = "above 0" if 0 < low < 1 else f"from {low}" + ("" if math.isinf(high) else f" to {high}")
        raise ValueError(f"{where}: {noun} must be a finite number {least}, got {shown(value, width=60)}.")
    return number


_MAKERS = {"onsets": _times, "beats": _times, "bars": _bars, "chords": _chords, "notes": _notes}


def jams_text(kind, annotation):
    """Return an annotation as the text of a JAMS file.

    Parameters
    ----------
    kind : {"onsets", "beats", "bars", "chords", "notes"}
    annotation : ndarray or (ndarray, list or ndarray)

    Returns
    -------
    text : str
    """
    namespace = {
        "onsets": "onset",
        "beats": "beat",
        "bars": "beat_position",
        "chords": "chord",
        "notes": "note_hz",
    }
    data = [
        {"time": time, "duration": duration, "value": value, "confidence": None}
        for time, duration, value in _triples(kind, annotation)
    ]
    end = max((each["time"] + each["duration"] for each in data), default=0.0)
    content = {
        "annotations": [
            {
                "namespace": namespace[kind],
                "data": data,
                "annotation_metadata": {},
                "sandbox": {},
                "time": 0,
                "duration": None,
            }
        ],
        "file_metadata": {"duration": end, "title": "", "artist": "", "release": "", "jams_version": "0.3.4"},
        "sandbox": {},
    }
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _triples(kind, annotation):
    if kind in ("onsets", "beats"):
        return [(time, 0.0, 1 if kind == "onsets" else None) for time in annotation.tolist()]
    if kind == "bars":
        n_beats = int(annotation[:, 1].max(initial=1))
        return [(time, 0.0, _place(int(position), n_beats)) for time, position in annotation.tolist()]
    intervals, values = annotation
    return [
        (start, end - start, value)
        for (start, end), value in zip(
            intervals.tolist(), np.asarray(values, dtype=object).tolist(), strict=True
        )
    ]


def _place(position, n_beats):
    return {"position": position, "measure": None, "num_beats": n_beats, "beat_units": 4}
