"""A folder of labelled recordings: a table of files, or a sub-folder for each class. Nothing is decoded."""

import os
import warnings

import numpy as np
import soundfile

# How files of libsndfile's formats are called; raw samples and formats that hold no sound alone are left out.
_SUFFIXES = {
    "AIFF": (".aif", ".aiff", ".aifc"),
    "AU": (".au", ".snd"),
    "AVR": (".avr",),
    "CAF": (".caf",),
    "FLAC": (".flac",),
    "IRCAM": (".sf",),
    "MP3": (".mp3",),
    "NIST": (".nist", ".sph"),
    "OGG": (".ogg", ".oga", ".opus"),
    "PAF": (".paf",),
    "RF64": (".rf64",),
    "SVX": (".iff", ".svx", ".8svx"),
    "VOC": (".voc",),
    "W64": (".w64",),
    "WAV": (".wav", ".wave"),
}
_TABLE = "labels.csv"
_UNREAD = (".aac", ".m4a", ".mp4", ".wma", ".ape", ".mka", ".webm")  # sound that libsndfile does not decode


def load_folder(path, *, labels="labels.csv", file_column="file", label_column="label", group_column="auto"):
    """List the recordings of a folder with their classes.

    Where the folder holds the table ``labels``, the table says which files there are. Elsewhere each
    sub-folder is a class, to which every recording below it belongs, at any depth; hidden files, and files
    that are no sound, are passed over.

    Parameters
    ----------
    path : str or PathLike
        The folder.
    labels : str, default="labels.csv"
        Name of the table: comma-separated, UTF-8, with a header and a row a recording. Where it is named
        otherwise than by default, it must be there.
    file_column : str, default="file"
        Column of the files' paths, relative to the folder, or absolute.
    label_column : str, default="label"
        Column of the classes.
    group_column : str or None, default="auto"
        Column of what must not stand on both sides of a split: the artist, the album, the instrument.
        "auto" takes the column "group" where there is one; None takes none.

    Returns
    -------
    data : Bunch
        With the attributes

        data : list of str, of length n_clips
            Paths: those of the table in its order, those of sub-folders sorted.
        target : ndarray of shape (n_clips,)
            Positions in ``target_names``.
        target_names : list of str
            The classes, sorted.
        groups : ndarray of shape (n_clips,) or None
            Cells of the column of groups, as str; None where none is taken.
        DESCR : str
            What this is, in one line.

    Raises
    ------
    FileNotFoundError
        The folder, the table, or a file listed in it is not there.
    NotADirectoryError
        ``path`` is a file.
    ValueError
        There is neither a table nor a sub-folder with recordings; the table does not parse, has no such
        column, holds an empty cell, or lists a file twice.

    See Also
    --------
    skmir.audio.AudioLoader : Decodes the files; front ends take their paths as well.

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
    """
    found = list_folder(
        path, labels=labels, file_column=file_column, label_column=label_column, group_column=group_column
    )
    from sklearn.utils import Bunch  # slow to import, and most mistakes have been found by now

    return Bunch(**found)


def list_folder(path, *, labels, file_column, label_column, group_column):
    """Return what :func:`load_folder` returns as a dict, without loading scikit-learn.

    That takes longer than to look at most folders, and the command is to say at once what is wrong with one.
    """
    path = os.fspath(path)
    _check_folder(path)
    table = os.path.join(path, labels)
    groups = None
    if os.path.isfile(table):
        from ._table import read_table

        files, names, groups = read_table(
            table, path, file_column=file_column, label_column=label_column, group_column=group_column
        )
    elif labels != _TABLE or group_column not in ("auto", None):
        raise FileNotFoundError(
            f"There is no table {table!r}, which labels={labels!r} and group_column={group_column!r} ask "
            "for. Write one with the columns file,label[,group], or leave both at their defaults to take "
            "sub-folders for classes."
        )
    else:
        files, names = _walk(path)
    target_names, target = np.unique(names, return_inverse=True)
    return {
        "data": files,
        "target": target,
        "target_names": target_names.tolist(),
        "groups": groups,
        "DESCR": _describe(path, files, target_names, groups),
    }


def _check_folder(path):
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"There is no folder {path!r}. Paths are relative to {os.getcwd()!r} unless absolute."
        )
    if not os.path.isdir(path):
        raise NotADirectoryError(
            f"{path!r} is a file. Pass the folder that holds the recordings; labels= names a table in it "
            f"that is not called {_TABLE}."
        )


def _walk(path):
    """Return the recordings below each sub-folder, and for each the sub-folder's name."""
    visible = sorted(name for name in os.listdir(path) if not name.startswith("."))
    pairs = [(file, name) for name in visible for file in _files(os.path.join(path, name))]
    _warn_of_unread([file for file, _ in pairs if file.lower().endswith(_UNREAD)])
    pairs = [pair for pair in pairs if pair[0].lower().endswith(_suffixes())]
    if not pairs:
        raise ValueError(_nothing_in(path, visible))
    files, names = zip(*pairs, strict=True)
    return list(files), list(names)


def _files(folder):
    """Return the files at any depth below a folder, sorted, none of them hidden or in a hidden folder."""
    found = []
    for parent, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".")]
        found += [os.path.join(parent, name) for name in names if not name.startswith(".")]
    return sorted(found)


def _warn_of_unread(files):
    if files:
        warnings.warn(
            f"{len(files)} files are left out since their format is not read; the first is {files[0]!r}. "
            "Convert them to WAV, FLAC, Ogg or MP3.",
            stacklevel=5,
        )


def _suffixes():
    return tuple(suffix for name in soundfile.available_formats() for suffix in _SUFFIXES.get(name, ()))


def _nothing_in(path, visible):
    loose = sum(name.lower().endswith(_suffixes()) for name in visible)
    return (
        f"{path!r} has neither a {_TABLE} nor sub-folders with recordings, and {loose} recordings directly "
        "in it. Put those of each class in a sub-folder of the class's name, or write a labels.csv with the "
        f"columns file,label[,group]. Recordings are files that end in {', '.join(sorted(_suffixes()))}."
    )


def _describe(path, files, target_names, groups):
    grouped = "" if groups is None else f", in {len(np.unique(groups))} groups"
    return f"{len(files)} recordings of {len(target_names)} classes{grouped}, from {path!r}."
