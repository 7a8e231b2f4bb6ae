"""A folder of recordings with their annotations: named by a table, or found by their names."""

import numbers
import os
import warnings

import numpy as np
import soundfile

from ..._annotations import BEYOND, n_events
from ..._parameter_checks import check_choice, check_number, shown
from .._folders import check_folder, count, recordings
from ._annotation_columns import KINDS
from ._annotation_files import read_file
from ._annotation_pairs import WORDS, Pairing, names_for

COMBINE = (
    0.03  # in s; the annotated onsets of a chord are one, as Böck, Krebs and Schedl (ISMIR 2012) have it
)


def load_annotations(
    folder,
    kind="onsets",
    *,
    combine=COMBINE,
    labels="labels.csv",
    file_column="file",
    annotation_column="auto",
    group_column="auto",
):
    """List the recordings of a folder with what happens when in each.

    If the folder holds the table ``labels``, the table says which recordings there are, and a column of it,
    which file holds the annotation of each. Otherwise all recordings in the folder and below it are listed.
    Without such a column, the annotation of ``song.wav`` is a file beside it, or in a folder called
    ``annotations`` (or ``onsets``, ``beats``, ``midi``, ...) in or beside its folder:

    - with the kind in its name: ``song.onsets.csv``, ``song.beats.txt``, ``song.chords.lab``, ``song.beats``;
    - otherwise with the same name: ``song.txt``, ``song.csv``, ``song.lab``, ``song.jams``;
    - otherwise, except for chords, ``song.mid``.

    For onsets, files and columns of notes serve as well. :func:`read_annotations` lists the formats.

    Parameters
    ----------
    folder : str or PathLike
        The folder.
    kind : {"onsets", "beats", "bars", "chords", "notes"}, default="onsets"
        What to read; "bars" are beats with places in the bar, "chords" any labelled segments.
    combine : float, default=0.03
        Onsets that follow the one before within this time in s are left out: the notes of a chord are one
        onset. 0 keeps all. It has no effect on other kinds.
    labels : str, default="labels.csv"
        Name of the table, as for :func:`load_folder`.
    file_column : str, default="file"
        Column with the recordings' paths, relative to the folder; or a pattern of columns, as in
        :func:`load_folder`.
    annotation_column : str, default="auto"
        Column with the annotations' paths, relative to the folder; an empty cell is a recording without one.
        "auto" takes the columns named like the kind; for onsets also ``notes``; for all but chords also
        ``midi``; and ``jams``.
    group_column : str or None, default="auto"
        Column with the groups that must not be on both sides of a split. "auto" takes "group" if there is
        such a column; None takes none.

    Returns
    -------
    data : Bunch
        With the attributes

        data : list of str, of length n_clips
            Paths of the recordings that have an annotation.
        target : list of length n_clips
            The annotations: arrays of times in s (onsets, beats), arrays of shape (n_beats, 2) (bars), or
            pairs of intervals and labels, or of intervals and pitches in Hz.
        groups : ndarray of shape (n_clips,) or None
            Cells of the group column; None if there is no such column.
        annotation_files : list of str, of length n_clips
            The file from which each annotation was read.
        kind : str
            As the parameter.
        frame : DataFrame or None
            All columns of the table, one row per clip; None if there is no table.
        DESCR : str
            Description in one line.

    Raises
    ------
    FileNotFoundError
        If the folder, or a file that the table names, does not exist.
    NotADirectoryError
        If ``folder`` is a file.
    TypeError
        If ``combine`` is not a number.
    ValueError
        If there is no recording, no recording has an annotation, or one has two; if a file does not hold this
        kind; or if most events of a recording lie after its end, because times are not in seconds.

    Warns
    -----
    UserWarning
        If recordings are left out because they have no annotation; if files of annotations belong to no
        recording; if recordings have no events; if events are left out that lie after the end; if beats are
        those of the tempi in MIDI files; if links are passed over, or files are in a format that is not read.

    See Also
    --------
    read_annotations : Read one file.
    load_folder : Recordings with one label each.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import soundfile
    >>> from skmir.datasets import load_annotations
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     soundfile.write(pathlib.Path(folder, "song.wav"), np.zeros(22050), 22050)
    ...     _ = pathlib.Path(folder, "song.onsets.csv").write_text("time\\n0.25\\n0.26\\n0.75\\n")
    ...     songs = load_annotations(folder)
    >>> songs.target
    [array([0.25, 0.75])]
    """
    found = list_annotations(
        folder,
        kind,
        combine=combine,
        labels=labels,
        file_column=file_column,
        annotation_column=annotation_column,
        group_column=group_column,
    )
    from sklearn.utils import Bunch  # slow to import, and most mistakes have been found by now

    return Bunch(**found)


def list_annotations(folder, kind, *, combine, labels, file_column, annotation_column, group_column):
    """Return the result of :func:`load_annotations` as a dict, without loading scikit-learn."""
    folder = os.fspath(folder)
    check_choice("kind", kind, KINDS)
    check_number("combine", combine, kind=numbers.Real, low=0)
    check_folder(folder)
    table = os.path.join(folder, labels)
    columns = {
        "file_column": file_column,
        "annotation_column": annotation_column,
        "group_column": group_column,
    }
    if not os.path.isfile(table):
        _check_no_table(table, labels, columns)
    files, annotation_files, groups, frame, messages = _paired(folder, table, kind, columns)
    kept, left_out = _with_annotation(folder, files, annotation_files, kind)
    files, annotation_files = ([each[i] for i in kept] for each in (files, annotation_files))
    target = [read_file(file, kind) for file in annotation_files]
    messages += [*left_out, *_doubts(files, annotation_files, target, kind)]
    target, late = _within(files, annotation_files, target)
    messages += late
    for message in messages:
        warnings.warn(message, stacklevel=3)
    if kind == "onsets" and combine:
        target = [combined(onsets, combine) for onsets in target]
    return {
        "data": files,
        "target": target,
        "groups": None if groups is None else groups[kept],
        "annotation_files": annotation_files,
        "kind": kind,
        "frame": None if frame is None else frame.iloc[kept].reset_index(drop=True),
        "DESCR": f"{len(files)} recordings with {sum(map(n_events, target))} {kind}, from {folder!r}.",
    }


def _paired(folder, table, kind, columns):
    """Return recordings, their annotation files or None, groups, the table, and what is to be warned of."""
    groups, frame, messages = None, None, []
    if os.path.isfile(table):
        # It brings pandas, which a folder without a table does not need.
        from .._folders._annotation_table import read_table

        files, annotation_files, groups, frame = read_table(table, folder, kind, **columns)
    else:
        files, messages = recordings(folder)
        annotation_files = [None] * len(files)
    if columns["annotation_column"] == "auto" and not any(annotation_files):
        annotation_files, left_over = _by_name(files, kind)
        messages = [*messages, *left_over]
    return files, annotation_files, groups, frame, messages


def combined(onsets, combine):
    """Return sorted onsets without those that follow the one before, of those kept, within a time in s."""
    kept = []
    for onset in onsets.tolist():
        if not kept or onset - kept[-1] > combine + 1e-9:  # 0.53 - 0.5 is a little more than 0.03
            kept.append(onset)
    return np.array(kept)


def _check_no_table(table, labels, columns):
    """Raise if an argument asks for a table."""
    defaults = {"file_column": "file", "annotation_column": "auto", "group_column": "auto"}
    asking = {name: value for name, value in columns.items() if value not in (None, defaults[name])}
    if labels != "labels.csv":
        asking["labels"] = labels
    if asking:
        given = " and ".join(f"{name}={value!r}" for name, value in asking.items())
        raise FileNotFoundError(
            f"There is no table {table!r}, which {given} ask{'s' if len(asking) == 1 else ''} for. Write "
            "one with the columns file,onsets[,group], or leave these arguments at their defaults to find "
            "annotations by their names."
        )


def _by_name(files, kind):
    """Return the annotation file of each recording, by its name, or None; and a message about others."""
    pairing = Pairing(kind)
    found = [pairing.find(file) for file in files]
    left_over = pairing.left_over()
    if not left_over:
        return found, []
    return found, [f"{count(left_over, 'file')} left out that fit no recording: {shown(left_over)}."]


def _with_annotation(folder, files, annotation_files, kind):
    """Return the positions of the recordings that have an annotation, and a message about the others."""
    kept = [i for i, file in enumerate(annotation_files) if file is not None]
    if not files:
        raise ValueError(f"{folder!r} has no recordings, in it or below it. Is it the right folder?")
    if not kept:
        word = WORDS[kind][0]
        stem = os.path.splitext(os.path.basename(files[0]))[0]
        raise ValueError(
            f"{folder!r} has no annotation of {kind} for any recording (of {len(files)}). For "
            f"{os.path.basename(files[0])!r} write {stem + '.' + word + '.csv'!r} beside it or into a folder "
            f"'annotations', or name the files in a labels.csv with the columns file,{kind}. Other names "
            f"that would be found are {', '.join(names_for(stem, kind))}."
        )
    lost = [file for file, other in zip(files, annotation_files, strict=True) if other is None]
    if not lost:
        return kept, []
    return kept, [f"{count(lost, 'recording')} left out without an annotation of {kind}: {shown(lost)}."]


def _doubts(files, annotation_files, target, kind):
    """Yield messages about recordings that may not be annotated as they should be."""
    empty = [annotation_files[i] for i, annotation in enumerate(target) if not n_events(annotation)]
    if empty:
        yield f"{count(empty, 'recording')} without {kind}, by the empty {shown(empty)}."
    midi = [file for file in annotation_files if file.lower().endswith((".mid", ".midi"))]
    if midi and kind in ("beats", "bars"):
        yield (
            f"The {kind} of {len(midi)} recordings follow the tempi in MIDI files, such as "
            f"{midi[0]!r}. They are wrong if the music was not played to these tempi."
        )
    first = {}
    for file, annotation_file in zip(files, annotation_files, strict=True):
        other = first.setdefault(annotation_file, file)
        if other != file:
            yield (
                f"{other!r} and {file!r} have the same annotation {annotation_file!r}. If they "
                "are the same recording, remove one of them, or give both the same group: it must not be on "
                "both sides of a split."
            )
            return


def _within(files, annotation_files, target):
    """Return annotations without the events that begin after the end, and messages about these.

    Raises
    ------
    ValueError
        If these are most events of a recording.
    """
    kept, messages = [], []
    for file, annotation_file, annotation in zip(files, annotation_files, target, strict=True):
        starts, duration = _starts(annotation), _duration(file)
        late = starts[starts > duration + BEYOND]
        kept.append(_cut(annotation, len(starts) - len(late)) if len(late) else annotation)
        if not len(late):
            continue
        said = (
            f"{annotation_file!r}: {len(late)} of {len(starts)} events lie after the end of {file!r}, which "
            f"is {duration:.2f} s long; the last is at {starts.max():.2f} s."
        )
        if 2 * len(late) > len(starts):
            raise ValueError(
                f"{said} Times must be in seconds from the start of the recording: are these milliseconds or "
                "samples, or is it the annotation of another recording?"
            )
        messages.append(f"{said} They are left out; check whether the two belong together.")
    return kept, messages


def _cut(annotation, n_kept):
    """Return an annotation with its first events only."""
    if isinstance(annotation, tuple):
        return tuple(part[:n_kept] for part in annotation)
    return annotation[:n_kept]


def _starts(annotation):
    if isinstance(annotation, tuple):
        return annotation[0][:, 0]
    return annotation[:, 0] if annotation.ndim == 2 else annotation


def _duration(file):
    """Return the length of a recording in s; infinity if it cannot be opened, as its reader will say."""
    try:
        return soundfile.info(file).duration
    except (OSError, RuntimeError):
        return np.inf
