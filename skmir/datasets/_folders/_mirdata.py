"""Any data set of mirdata as clips and targets. The recordings are read from the user's disk."""

import operator
import os
import warnings

import numpy as np

from ..._extras import require
from ..._parameter_checks import check_choice, shown

KINDS = ("onsets", "bars")  # what may be made of an annotation instead of its usual form


def from_mirdata(dataset, target, *, groups=None, audio="audio_path", kind=None):
    """List the recordings of a data set of mirdata, with what its tracks say of them.

    Parameters
    ----------
    dataset : mirdata.core.Dataset
        From ``mirdata.initialize(name, data_home=...)``, with its recordings on disk.
    target : str or callable
        What is learned: an attribute of the tracks, such as "genre", "tempo", "beats" or "chords"; or a
        function that takes a track and returns a label, a number, a list of tags, or an annotation.
    groups : str, callable or None, default=None
        What must not be on both sides of a split, in the same form: "artist", "player", or a function.
    audio : str or callable, default="audio_path"
        The path of each recording, in the same form.
    kind : {"onsets", "bars"} or None, default=None
        "onsets" takes the beginnings of notes, and "bars" the beats with their positions in bars; None takes
        notes as they are, and the times of beats.

    Returns
    -------
    data : Bunch
        With the attributes

        data : list of str, of length n_clips
            Paths, in mirdata's order of tracks. Tracks without a recording or a target are left out.
        target : ndarray of shape (n_clips,) or (n_clips, n_tags), or list of length n_clips
            For labels, positions in ``target_names``; numbers as they are; for tags, an indicator. For
            annotations a list: times of beats in s; arrays of shape (n_beats, 2) for bars; pairs of intervals
            in s and labels for chords, sections, keys and events; pairs of intervals and pitches in Hz for
            notes.
        target_names : list of str or None
            The classes or tags, sorted; None for numbers and annotations.
        groups : ndarray of shape (n_clips,) or None
            Groups as str.
        track_ids : list of str, of length n_clips
            mirdata's names of the tracks.
        DESCR : str
            Description in one line.

    Raises
    ------
    FileNotFoundError
        If recordings, or files of annotations, are not on disk.
    ImportError
        If mirdata is not installed.
    TypeError
        If ``dataset`` is something else, or targets are of a type that cannot be learned, or of several.
    ValueError
        If tracks have no such attribute, a unit of time or pitch cannot be converted, or no track has both a
        recording and a target.

    Warns
    -----
    UserWarning
        If tracks are left out.

    See Also
    --------
    load_gtzan : GTZAN with its known faults.
    load_annotations : A folder of recordings and annotations.

    Examples
    --------
    >>> import mirdata
    >>> from skmir.datasets import from_mirdata
    >>> dataset = mirdata.initialize("ballroom", data_home="ballroom")
    >>> songs = from_mirdata(dataset, "genre")  # doctest: +SKIP
    >>> beats = from_mirdata(dataset, "beats", groups="genre")  # doctest: +SKIP
    """
    require("from_mirdata", "data")
    from mirdata.core import Dataset
    from sklearn.utils import Bunch

    if not isinstance(dataset, Dataset):
        raise TypeError(
            f"dataset must be a data set of mirdata, got {type(dataset).__name__}. Pass "
            f"mirdata.initialize({shown(dataset) if isinstance(dataset, str) else 'name'}, data_home=...)."
        )
    if kind is not None:
        check_choice("kind", kind, KINDS, also="None")
    named = {"target": target, "groups": groups, "audio": audio}
    tracks = {name: dataset.track(name) for name in _track_ids(dataset)}
    paths = {name: _told(track, "audio", named) for name, track in tracks.items()}
    _check_present([path for path in paths.values() if path is not None])
    targets = {name: _told(track, "target", named) for name, track in tracks.items()}
    kept = [name for name in tracks if paths[name] is not None and not _is_missing(targets[name])]
    _tell_left_out(dataset, len(kept), len(tracks), named)
    values = [_plain(targets[name], name, kind) for name in kept]
    y, names = _encoded(values, target)
    grouped = None if groups is None else _groups([tracks[name] for name in kept], named)
    return Bunch(
        data=[os.fspath(paths[name]) for name in kept],
        target=y,
        target_names=names,
        groups=grouped,
        track_ids=kept,
        DESCR=f"{len(kept)} recordings of {dataset.name}, from {dataset.data_home!r}.",
    )


def _track_ids(dataset):
    try:
        return list(dataset.track_ids)
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"mirdata has no index of {dataset.name} yet, {dataset.index_path!r}. Fetch it once: "
            "dataset.download(['index'])"
        ) from error


def _told(track, argument, named):
    """Return what a track says: its attribute, or what the user's function makes of it."""
    wanted = named[argument]
    if callable(wanted):
        return wanted(track)
    try:
        return operator.attrgetter(wanted)(track)
    except AttributeError as error:
        there = sorted({*vars(track), *dir(type(track))})
        there = [name for name in there if not name.startswith("_") and not _is_method(type(track), name)]
        raise ValueError(
            f"{argument}={wanted!r} must be an attribute of the tracks, or a function of a track. They have "
            f"{', '.join(there)}."
        ) from error
    except FileNotFoundError as error:
        raise FileNotFoundError(
            f"The track {track.track_id!r} has no file for {argument}={wanted!r} on disk ({error}). Fetch it "
            "with dataset.download(), or leave the track out with a function that returns None."
        ) from error


def _is_method(cls, name):
    return callable(getattr(cls, name, None))


def _is_missing(value):
    return value is None or (isinstance(value, str) and not value) or (_is_number(value) and value != value)


def _is_number(value):
    return isinstance(value, int | float | np.number) and not isinstance(value, bool | np.bool_)


def _check_present(paths):
    missing = [path for path in paths if not os.path.isfile(path)]
    if missing:
        raise FileNotFoundError(
            f"{len(missing)} of the {len(paths)} recordings are missing; the first is {missing[0]!r}. Fetch "
            "them with dataset.download(), or pass the folder that holds them to mirdata.initialize as "
            "data_home."
        )


def _tell_left_out(dataset, n_kept, n_tracks, named):
    if not n_kept:
        raise ValueError(
            f"At least one of the {n_tracks} tracks of {dataset.name} must have a recording (audio="
            f"{named['audio']!r}) and a target (target={named['target']!r}), but none has both."
        )
    if n_kept < n_tracks:
        warnings.warn(
            f"{n_tracks - n_kept} of the {n_tracks} tracks of {dataset.name} are left out, since they have "
            f"no recording (audio={named['audio']!r}) or no target (target={named['target']!r}).",
            stacklevel=3,
        )


def _groups(tracks, named):
    groups = [_told(track, "groups", named) for track in tracks]
    without = [track.track_id for track, group in zip(tracks, groups, strict=True) if _is_missing(group)]
    if without:
        raise ValueError(
            f"groups={named['groups']!r} must be known of every track, but {len(without)} of {len(tracks)} "
            f"have none, such as {without[0]!r}. Pass a function that gives these tracks a group, such as "
            "their track_id."
        )
    return np.array([str(group) for group in groups])


def _plain(value, track, kind):
    """Return an annotation as arrays; return labels, numbers and tags as they are."""
    name = next((cls.__name__ for cls in type(value).__mro__ if cls.__name__ in _ANNOTATIONS), None)
    if name is None and type(value).__module__.startswith("mirdata."):
        raise TypeError(
            f"The track {track!r} has a {type(value).__name__}, which no model of skmir learns as it is. "
            "Pass a function as target that makes a label, a number or an annotation of it."
        )
    if name is None:
        return value
    try:
        return _ANNOTATIONS[name](value, kind)
    except ValueError as error:
        raise ValueError(f"The annotation of the track {track!r} cannot be used: {error}") from error


def _seconds(times, unit):
    scale = {"s": 1.0, "ms": 1e-3}
    if unit not in scale:
        raise ValueError(f"its times must be in s or ms, got {unit!r}.")
    return np.asarray(times, dtype=float) * scale[unit]


def _beats(beats, kind):
    times = _seconds(beats.times, beats.time_unit)
    if kind != "bars":
        return times
    if beats.positions is None or beats.position_unit != "bar_index":
        raise ValueError(
            f"its beats must have positions in bars, as 'bar_index', got {beats.position_unit!r}."
        )
    return np.column_stack([times, beats.positions]).astype(float)


def _notes(notes, kind):
    intervals = _seconds(notes.intervals, notes.interval_unit)
    if kind == "onsets":
        return np.unique(intervals[:, 0])
    pitches = np.asarray(notes.pitches)
    if notes.pitch_unit == "midi":
        return intervals, 440.0 * 2 ** ((pitches.astype(float) - 69) / 12)
    if notes.pitch_unit != "hz":
        raise ValueError(f"its pitches must be in Hz or MIDI numbers, got {notes.pitch_unit!r}.")
    return intervals, pitches.astype(float)


def _labelled(name):
    """Return the function that makes a pair of intervals and labels of an annotation."""

    def pair(annotation, kind):
        # mirdata 1.0 does not keep the unit of chords, which is the second in all its data sets.
        intervals = _seconds(annotation.intervals, getattr(annotation, "interval_unit", "s"))
        labels = getattr(annotation, name)
        if labels is None:
            raise ValueError("its intervals must have labels, got none.")
        return intervals, [str(label) for label in labels]

    return pair


def _tempo(tempi, kind):
    if len(set(tempi.tempos)) != 1:
        raise ValueError(
            f"it must have one tempo, got {len(tempi.tempos)}. Pass a function that picks one as target."
        )
    return float(tempi.tempos[0])


_ANNOTATIONS = {  # mirdata's types
    "BeatData": _beats,
    "ChordData": _labelled("labels"),
    "EventData": _labelled("events"),
    "KeyData": _labelled("keys"),
    "NoteData": _notes,
    "SectionData": _labelled("labels"),
    "TempoData": _tempo,
}


def _encoded(values, target):
    """Return targets as models take them, and the names of the classes or tags or None."""
    if all(isinstance(value, str | bool | np.bool_) for value in values):
        names, y = np.unique([str(value) for value in values], return_inverse=True)
        return y, names.tolist()
    if all(map(_is_number, values)):
        return np.asarray(values), None
    if all(isinstance(value, np.ndarray | tuple) and not _is_tags(value) for value in values):
        return values, None
    if all(map(_is_tags, values)):
        names = sorted({tag for tags in values for tag in tags})
        return np.array([[tag in tags for tag in names] for tags in values], dtype=int), names
    kinds = sorted({type(value).__name__ for value in values})
    raise TypeError(
        f"target={shown(target)} must give every track a label, a number, a list of tags or an annotation, "
        f"the same for all, got {', '.join(kinds)}."
    )


def _is_tags(value):
    return isinstance(value, list | tuple | set | frozenset) and all(isinstance(tag, str) for tag in value)
