"""Read and write the annotation of one recording: text, CSV, Audacity's labels, JAMS, MIDI."""

import csv
import io
import os
import warnings

import numpy as np

from ..._annotations import CHECKS, kind_of_annotations, n_events
from ..._parameter_checks import check_choice
from .._folders import decode
from ._annotation_columns import KINDS, annotation_of, empty
from ._annotation_jams import jams_text, read_jams
from ._annotation_midi import read_midi, write_midi
from ._annotation_rows import split_rows

_FORMATS = {".csv": "csv", ".jams": "jams", ".json": "jams", ".mid": "midi", ".midi": "midi"}
_HEADERS = {
    "events": ("time",),
    "bars": ("time", "beat"),
    "segments": ("start", "end", "label"),
    "notes": ("onset", "offset", "hz"),
}
_DEFAULTS = {"events": "onsets", "bars": "bars", "segments": "chords", "notes": "notes"}


def read_annotations(file, kind=None):
    """Read the annotation of one recording.

    The format is found out from the content:

    - text as mir_eval reads it, with cells separated by white space, tabs, commas or semicolons: times; times
      and labels, or places in the bar; start, end and label; start, end and pitch in Hz;
    - CSV with a header: ``time`` with ``beat`` or ``label``; ``start,end,chord``; ``onset,offset`` (or
      ``duration``) with ``hz`` or ``midi``; other columns are ignored, and names of columns may differ in
      case;
    - labels exported from Audacity, those at a point being events;
    - JAMS, in the namespaces onset, beat, beat_position, chord, chord_harte, note_midi and note_hz;
    - MIDI, if pretty_midi is installed.

    Text may be UTF-8, UTF-16 with a byte order mark, or cp1252 (with a warning), with any line ends. Lines
    that begin with ``#`` are comments. Numbers may have a decimal comma.

    Parameters
    ----------
    file : str or PathLike
        The file.
    kind : {"onsets", "beats", "bars", "chords", "notes"} or None, default=None
        What to read: "bars" are beats with places in the bar, "chords" any labelled segments. Onsets are also
        read from notes. None takes what the columns say; MIDI gives notes, and JAMS must hold one kind only.

    Returns
    -------
    annotation : ndarray, or pair
        Times of onsets or beats in s, of shape (n_events,); bars of shape (n_beats, 2), times in s and places
        in the bar; chords as (intervals in s of shape (n, 2), list of n labels); notes as (intervals in s of
        shape (n, 2), pitches in Hz of shape (n,)). Sorted by time.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If the file is MIDI, and pretty_midi is not installed.
    TypeError
        If ``file`` is not a path.
    ValueError
        If the file does not hold an annotation of that kind, or a value is not valid: a time that is negative
        or not a number, an end that is not after its start, a pitch that is not above 0 Hz. The message names
        the file and the line.

    Warns
    -----
    UserWarning
        If the file holds no events, or is read as cp1252; if a JAMS file holds several annotations of that
        kind.

    See Also
    --------
    load_annotations : All recordings of a folder with their annotations.
    write_annotations : The opposite.

    Notes
    -----
    It cannot be told whether times are in another unit than seconds, nor whether pitches without a header are
    MIDI numbers: they are taken to be seconds and Hz. :func:`load_annotations` compares times with the
    lengths of the recordings.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skmir.datasets import read_annotations
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "song.txt")
    ...     _ = file.write_text("0.0 1.5 C:maj\\n1.5 3.0 G:maj\\n")
    ...     intervals, labels = read_annotations(file)
    >>> intervals
    array([[0. , 1.5],
           [1.5, 3. ]])
    >>> labels
    ['C:maj', 'G:maj']
    """
    if not isinstance(file, str | os.PathLike):
        raise TypeError(f"file must be a path, got {file!r}.")
    if kind is not None:
        check_choice("kind", kind, KINDS)
    file = os.fspath(file)
    annotation = read_file(file, kind)
    if not n_events(annotation):
        noun = "events" if kind is None else kind
        warnings.warn(f"{file!r} holds no {noun}: it is read as a recording without {noun}.", stacklevel=2)
    return annotation


def read_file(file, kind):
    """Return the checked annotation of a file, without a warning if it is empty; see read_annotations."""
    annotation = _parse(file, kind)
    form = KINDS[kind] if kind is not None else _form_of(annotation, None)
    [annotation] = CHECKS[form]([annotation], name=repr(file))
    return annotation


def _parse(file, kind):
    with open(file, "rb") as opened:
        beginning = opened.read(64)
    if beginning.startswith(b"MThd") or _suffix(file) in (".mid", ".midi"):
        return read_midi(file, kind)
    text = decode(file, stacklevel=6)
    if _suffix(file) == ".jams" or text.lstrip().startswith("{"):
        return read_jams(file, text, kind)
    rows = split_rows(file, text)
    return annotation_of(rows, kind) if len(rows) else empty(kind)


def _suffix(file):
    return os.path.splitext(file)[1].lower()


def write_annotations(file, annotation, *, kind=None, format=None):
    """Write the annotation of one recording.

    Parameters
    ----------
    file : str or PathLike
        The file; it is replaced if it exists.
    annotation : array-like or pair
        One annotation, in one of the forms that :func:`read_annotations` returns.
    kind : {"onsets", "beats", "bars", "chords", "notes"} or None, default=None
        What it is; None goes by its form. Only JAMS has different words for onsets and beats; onsets are the
        default there.
    format : {"text", "csv", "audacity", "jams", "midi"} or None, default=None
        "text" is mir_eval's, separated by tabs; "audacity" writes start, end and label for each event as
        well, so that Audacity can import it. None goes by the suffix: .csv, .jams, .mid, and text for all
        others.

    Raises
    ------
    ImportError
        If MIDI is to be written, and pretty_midi is not installed.
    ValueError
        If the annotation is not valid, MIDI is wanted for something other than notes, or a label cannot be
        written.

    See Also
    --------
    read_annotations : The opposite.

    Notes
    -----
    Numbers are written in full, and read back exactly, except in MIDI: its pitches are semitones, and its
    times are rounded to about 0.5 ms.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skmir.datasets import write_annotations
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     file = pathlib.Path(folder, "song.csv")
    ...     write_annotations(file, [[0.5, 1], [1.0, 2]])
    ...     print(file.read_text())
    time,beat
    0.5,1
    1.0,2
    <BLANKLINE>
    """
    file = os.fspath(file)
    form = _form_of(annotation, kind)
    [annotation] = CHECKS[form]([annotation], name="annotation")
    format = _FORMATS.get(_suffix(file), "text") if format is None else format
    write = check_choice("format", format, _WRITERS)
    write(file, annotation, form, _DEFAULTS[form] if kind is None else kind)


def _form_of(annotation, kind):
    if kind is not None:
        return check_choice("kind", kind, KINDS)
    is_pair = isinstance(annotation, list | tuple) and len(annotation) == 2 and np.ndim(annotation[0]) == 2
    if is_pair or (isinstance(annotation, tuple) and len(annotation) == 2):
        return kind_of_annotations([tuple(annotation)]) or "segments"
    return "bars" if np.ndim(annotation) == 2 else "events"


def _rows(annotation, form):
    """Return rows of cells, numbers in full."""
    if form == "events":
        return [(repr(time),) for time in annotation.tolist()]
    if form == "bars":
        return [(repr(time), str(int(position))) for time, position in annotation.tolist()]
    intervals, values = annotation
    values = values if form == "segments" else map(repr, values.tolist())
    return [
        (repr(start), repr(end), value)
        for (start, end), value in zip(intervals.tolist(), values, strict=True)
    ]


def _write_csv(file, annotation, form, kind):
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([_HEADERS[form], *_rows(annotation, form)])
    _write(file, text.getvalue())


def _write_text(file, annotation, form, kind):
    rows = _rows(annotation, form)
    for i, row in enumerate(rows):
        if form == "segments" and (not row[2].strip() or set("\t\r\n") & set(row[2])):
            raise ValueError(
                f"annotation: the label of segment {i} must be text without tabs and line breaks, got "
                f"{row[2]!r}. Write a .csv or .jams instead."
            )
    _write(file, "".join("\t".join(row) + "\n" for row in rows))


def _write_audacity(file, annotation, form, kind):
    if form == "events":
        rows = [(time, time, "") for (time,) in _rows(annotation, form)]
    elif form == "bars":
        rows = [(time, time, position) for time, position in _rows(annotation, form)]
    else:
        return _write_text(file, annotation, form, kind)
    return _write(file, "".join("\t".join(row) + "\n" for row in rows))


def _write_jams(file, annotation, form, kind):
    _write(file, jams_text(kind, annotation))


def _write_midi(file, annotation, form, kind):
    if form != "notes":
        raise ValueError(f"MIDI can be written of notes only, got {form}. Write a .csv, .txt or .jams.")
    write_midi(file, annotation)


def _write(file, text):
    with open(file, "w", encoding="utf-8", newline="\n") as opened:
        opened.write(text)


_WRITERS = {
    "text": _write_text,
    "csv": _write_csv,
    "audacity": _write_audacity,
    "jams": _write_jams,
    "midi": _write_midi,
}
