"""A folder of labelled recordings: a table of files, or a sub-folder for each class. Nothing is decoded."""

import os
import re
import warnings

import numpy as np

from ..._parameter_checks import check_choice
from ._text import case_twins, classes_of
from ._walk import walk

TARGETS = ("classes", "tags", "numbers")
_DEFAULTS = {
    "labels": "labels.csv",
    "file_column": "file",
    "label_column": "label",
    "group_column": "auto",
    "target": "classes",
}
_TABLES = re.compile(r"labels\.(csv|tsv|tab|txt|xlsx?|ods)(\.(csv|txt))?", re.IGNORECASE)
# Names of folders that are parts of a collection or of a split rather than classes.
_PARTS = re.compile(
    r"(train|training|test|testing|val|valid|validation|dev|development|eval|evaluation|holdout|unlabell?ed"
    r"|(fold|split|part|cv|cd|dis[ck]|subset|batch|chunk|session)[ _-]*\d+)"
    r"([ _-]*(set|data|audio|wavs?|files|\d+))*",
    re.IGNORECASE,
)


def load_folder(
    path,
    *,
    labels="labels.csv",
    file_column="file",
    label_column="label",
    group_column="auto",
    target="classes",
    separator=";",
):
    """List the recordings of a folder with their classes, tags or numbers.

    If the folder holds the table ``labels``, the table says which files there are. Otherwise each
    sub-folder is a class that contains every recording below it, at any depth; tags and numbers need a table.
    Links to folders are followed; hidden files, files that hold no sound, and the caches of ``memory=`` are
    skipped.

    Labels and groups are compared as they look: white space and zero-width characters around them, and
    the two forms in which Unicode writes "é" (NFC and NFD), do not make a second class or group. Names of
    files stay as they are in the file system; if the table names a file in another form, it is found if
    there is only one such file.

    Parameters
    ----------
    path : str or PathLike
        The folder.
    labels : str, default="labels.csv"
        Name of the table: text with a header and one row per recording, with cells separated by commas,
        tabs, semicolons or vertical bars; in UTF-8, in UTF-16 with a byte order mark, or in cp1252 (with a
        warning). If this or one of the next three parameters is not at its default, the table must exist.
    file_column : str, default="file"
        Column with the files' paths, relative to the folder, or absolute. If no column has exactly this name,
        one that differs only in upper or lower case is taken; the same holds for the next two parameters.
        A pattern with names of columns in braces makes paths of several columns, or adds what they lack:
        ``"audio/fold{fold}/{slice_file_name}"`` for UrbanSound8K, or ``"{track_id}.mp3"``.
    label_column : str or list of str, default="label"
        Column with the classes, the tags or the numbers. For tags it can also be a list of columns, one for
        each tag, with 1 (or true) if the recording has it and 0 (or false) if it has not. In their names
        ``*`` stands for any text and ``?`` for any letter: ``["tag_*"]`` takes all columns that begin with
        ``tag_``. Such names never take the columns of files and groups.
    group_column : str or None, default="auto"
        Column with the groups that must not be on both sides of a split: the artist, the album, the
        instrument. "auto" takes the column "group" if there is one; None takes none.
    target : {"classes", "tags", "numbers"}, default="classes"
        What the table says of each recording: one class, any number of tags, or a number such as a tempo.
    separator : str, default=";"
        What stands between the tags in a cell, if ``label_column`` is a single column.

    Returns
    -------
    data : Bunch
        With the attributes

        data : list of str, of length n_clips
            Paths, in the order of the table; sorted for sub-folders.
        target : ndarray of shape (n_clips,) or (n_clips, n_tags)
            Positions of the classes in ``target_names``; 1 and 0 for each tag that a recording has or has
            not; or numbers.
        target_names : list of str
            The classes, sorted; the tags, sorted or in the order of their columns; or, for numbers, the name
            of the column.
        groups : ndarray of shape (n_clips,) or None
            Cells of the group column, as str; None if there is no such column.
        frame : DataFrame or None
            All columns of the table, as str, with one row per clip; None for sub-folders.
        DESCR : str
            Description in one line.

    Raises
    ------
    FileNotFoundError
        If the folder, the table, or a file listed in it does not exist.
    NotADirectoryError
        If ``path`` is a file.
    TypeError
        If ``label_column`` is a list, and ``target`` is not "tags".
    ValueError
        If there is neither a table nor a sub-folder with recordings; or if the table cannot be parsed, lacks
        a column, has an empty cell or a line break in a cell, or lists a file twice. Also if no cell has
        several tags, a cell of a tag's column holds something else than 0 and 1, or a cell of numbers
        something else than a finite number.

    Warns
    -----
    UserWarning
        If sub-folders without a recording, recordings outside of sub-folders, or files of other formats are
        left out; if links lead to a recording a second time, or nowhere; if classes are named like parts of
        a split (train, test, fold1); if two classes, tags or groups differ only in upper or lower case; if
        recordings have an empty cell in place of tags, which means none; if the table is read as cp1252, or
        has a name other than ``labels``.

    See Also
    --------
    skmir.audio.AudioLoader : Decode the files; front ends take their paths as well.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from skmir.datasets import load_folder
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("flute/a.wav", "flute/b.wav", "cello/a.wav"):
    ...         file = pathlib.Path(folder, name)
    ...         file.parent.mkdir(exist_ok=True)
    ...         file.touch()
    ...     notes = load_folder(folder)
    >>> notes.target_names, notes.target.tolist()
    (['cello', 'flute'], [0, 1, 1])
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     for name in ("a.wav", "b.wav"):
    ...         pathlib.Path(folder, name).touch()
    ...     _ = pathlib.Path(folder, "labels.csv").write_text("file,label\\na.wav,slow;sad\\nb.wav,slow\\n")
    ...     tracks = load_folder(folder, target="tags")
    >>> tracks.target_names, tracks.target.tolist()
    (['sad', 'slow'], [[1, 1], [0, 1]])
    """
    found = list_folder(
        path,
        labels=labels,
        file_column=file_column,
        label_column=label_column,
        group_column=group_column,
        target=target,
        separator=separator,
    )
    from sklearn.utils import Bunch  # slow to import, and most mistakes have been found by now

    return Bunch(**found)


def list_folder(path, *, labels, file_column, label_column, group_column, target="classes", separator=";"):
    """Return the result of :func:`load_folder` as a dict, without loading scikit-learn.

    Loading it takes longer than looking at most folders, and the command should report errors at once.
    """
    _check_target(target, label_column, separator)
    path = os.fspath(path)
    check_folder(path)
    table = os.path.join(path, labels)
    columns = {"file_column": file_column, "label_column": label_column, "group_column": group_column}
    groups = frame = None
    if os.path.isfile(table):
        from ._table import read_table  # brings pandas, which sub-folders do not need

        files, values, names, groups, frame = read_table(
            table, path, **columns, target=target, separator=separator
        )
    else:
        _check_no_table(path, table, {"labels": labels, **columns, "target": target})
        files, classes = walk(path)
        values, names = classes_of(classes)
    source = f"the column {label_column!r}" if frame is not None else "the sub-folders"
    in_cells = isinstance(label_column, str)
    for message in (*_doubts(names, groups, source, target), *(_untagged(values) if in_cells else ())):
        warnings.warn(message, stacklevel=3)
    return {
        "data": files,
        "target": values,
        "target_names": names,
        "groups": groups,
        "frame": frame,
        "DESCR": _describe(path, files, values, names, groups, target),
    }


def _check_target(target, label_column, separator):
    check_choice("target", target, TARGETS)
    if target != "tags" and not isinstance(label_column, str):
        raise TypeError(
            f"label_column={label_column!r} must be the name of one column. Several columns can be those of "
            "tags: pass target='tags'."
        )
    if not isinstance(label_column, str) and not label_column:
        raise ValueError("label_column is empty. Name the columns of the tags.")
    if not isinstance(separator, str) or not separator:
        raise ValueError(f"separator={separator!r} must be the text between two tags, such as ';'.")


def check_folder(path):
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"There is no folder {path!r}. Paths are relative to {os.getcwd()!r} unless absolute."
        )
    if not os.path.isdir(path):
        raise NotADirectoryError(
            f"{path!r} is a file. Pass the folder that holds the recordings; if the table in it is not "
            f"called {_DEFAULTS['labels']}, pass its name as labels=."
        )


def _check_no_table(path, table, given):
    """Raise if an argument asks for a table; warn about a file that looks like one."""
    given = {
        name: value
        for name, value in given.items()
        if value != _DEFAULTS[name]
        and not (name == "group_column" and value is None)
        and not isinstance(value, list)  # of tags, which target says
    }
    others = [name for name in sorted(os.listdir(path)) if _TABLES.fullmatch(name)]
    others = [name for name in others if os.path.isfile(os.path.join(path, name))]
    if given:
        given = {"labels": os.path.basename(table), **given}
        asking = " and ".join(f"{name}={value!r}" for name, value in given.items())
        there = f" There is {others[0]!r}: pass labels={others[0]!r} if that is the table." if others else ""
        raise FileNotFoundError(
            f"There is no table {table!r}, which {asking} ask for.{there} Write one with the columns "
            "file,label[,group], or leave these arguments at their defaults to use sub-folders as classes."
        )
    if others:
        warnings.warn(
            f"{others[0]!r} in {path!r} is not read, since only {_DEFAULTS['labels']!r} is read by default; "
            f"sub-folders are taken as classes. Pass labels={others[0]!r} if it is a table of the "
            "recordings.",
            stacklevel=4,
        )


def _doubts(target_names, groups, source, target):
    """Yield warnings about suspicious names of classes, tags and groups."""
    parts = [name for name in target_names if _PARTS.fullmatch(name)] if target == "classes" else []
    if len(parts) > 1 or (parts and len(parts) == len(target_names)):
        yield (
            f"The classes, from {source}, look like parts of a split or of a collection: {parts[:5]}. Are "
            "the classes one level deeper, or in another column? A table labels.csv can name both: the class "
            "of each file, and its part as the group."
        )
    for kind, names in ((target, target_names), ("groups", [] if groups is None else np.unique(groups))):
        twins = case_twins(map(str, names))
        if twins:
            yield (
                f"The {kind} {twins[0]!r} and {twins[1]!r} differ only in upper or lower case, and count as "
                "two. If they are the same, write them in the same way."
            )


def _untagged(values):
    """Yield a warning about recordings without any tag: their cells are empty."""
    n = int((~values.any(axis=1)).sum()) if values.ndim == 2 else 0
    if n:
        yield (
            f"{n} of {len(values)} recordings {'has an empty cell' if n == 1 else 'have empty cells'} in "
            "place of tags, which means that they have none of the tags. Leave out recordings whose tags are "
            "not known."
        )


def _describe(path, files, values, names, groups, target):
    what = {"classes": f"of {len(names)} classes", "tags": f"with {len(names)} tags"}
    if target == "numbers":
        what["numbers"] = f"with {names[0]} from {values.min():g} to {values.max():g}"
    grouped = "" if groups is None else f", in {len(np.unique(groups))} groups"
    return f"{len(files)} recordings {what[target]}{grouped}, from {path!r}."
