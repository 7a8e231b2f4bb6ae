"""Files of features: CSV, Parquet, and NumPy's archives, each written as the features come."""

import contextlib
import csv
import os
import zipfile

from ._files import open_table

SUFFIXES = (".csv", ".parquet", ".npz")


@contextlib.contextmanager
def feature_file(output, names, data, *, frames):
    """Open a file of features, and give an object whose ``add`` takes files with their features.

    A Parquet file or an archive gets its name when it is complete.

    Parameters
    ----------
    output : str or None
        The file; None is a table of text on standard output.
    names : list of str
        Names of the features, or of the bins of frames.
    data : mapping
        With ``data``, ``target`` and ``groups``, and ``target_names`` if there is a target.
    frames : bool
        Whether features are frames, of shape (n_bins, n_frames), and not rows.
    """
    about = _About(data)
    suffix = ".csv" if output is None else os.path.splitext(output)[1].lower()
    if suffix == ".csv":
        with open_table(output) as stream:
            yield _TextTable(stream, names, about)
        return
    part = f"{output}.part"
    try:
        with (_parquet if suffix == ".parquet" else _archive)(part, names, about, frames) as table:
            yield table
        os.replace(part, output)
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.remove(part)


class _About:
    """The name of each file, and its label and group if they are known.

    Parameters
    ----------
    data : mapping

    Attributes
    ----------
    columns : list of str
    """

    def __init__(self, data):
        columns = {"file": data["data"]}
        if data["target"] is not None:
            columns["label"] = [data["target_names"][i] for i in data["target"]]
        if data["groups"] is not None:
            columns["group"] = list(map(str, data["groups"]))
        self.columns = list(columns)
        self._cells = dict(zip(data["data"], zip(*columns.values(), strict=True), strict=True))

    def cells(self, file):
        """Return the cells of a file, as a tuple of str."""
        return self._cells[file]


class _TextTable:
    """A table of text (CSV)."""

    def __init__(self, stream, names, about):
        self._stream, self._about = stream, about
        self._writer = csv.writer(stream, lineterminator="\n")
        self._writer.writerow([*about.columns, *names])

    def add(self, found):
        """Write a row for each file; numbers have the digits that tell them from others of their type."""
        for file, row in found:
            self._writer.writerow([*self._about.cells(file), *map(str, row)])
        self._stream.flush()


@contextlib.contextmanager
def _parquet(path, names, about, _frames):
    import pyarrow
    from pyarrow import parquet

    text = [(name, pyarrow.string()) for name in about.columns]
    schema = pyarrow.schema([*text, *((name, pyarrow.float32()) for name in names)])
    with parquet.ParquetWriter(path, schema) as writer:
        yield _ParquetTable(writer, schema, about)


class _ParquetTable:
    """A table in a Parquet file, with a row group for each batch."""

    def __init__(self, writer, schema, about):
        self._writer, self._schema, self._about = writer, schema, about

    def add(self, found):
        """Write a row for each file."""
        import pyarrow

        if found:
            cells = zip(*(map(_readable, self._about.cells(file)) for file, _ in found), strict=True)
            numbers = zip(*(row for _, row in found), strict=True)
            columns = [*map(list, cells), *map(list, numbers)]
            arrays = [
                pyarrow.array(column, kind) for column, kind in zip(columns, self._schema.types, strict=True)
            ]
            self._writer.write_table(pyarrow.Table.from_arrays(arrays, schema=self._schema))


def _readable(text):
    """Return text that UTF-8 can hold, with escapes for bytes of a file name that it cannot."""
    return os.fsencode(text).decode("utf-8", "backslashreplace")


@contextlib.contextmanager
def _archive(path, names, about, frames):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        table = _Archive(archive, about, frames)
        yield table
        table.finish(names)


class _Archive:
    """An ``.npz`` archive without pickled objects; frames are written as they come, rows at the end.

    It holds ``file``, and ``label`` and ``group`` if known; ``names``, of features or bins; and either
    ``features``, of shape (n_files, n_features), or ``frames_0``, ``frames_1``, ... of the files in order.
    """

    def __init__(self, archive, about, frames):
        self._archive, self._about, self._frames = archive, about, frames
        self._cells, self._rows = [], []

    def add(self, found):
        """Write the frames of each file, or keep its row."""
        for file, values in found:
            if self._frames:
                self._write(f"frames_{len(self._cells)}", values)
            else:
                self._rows.append(values)
            self._cells.append(self._about.cells(file))

    def finish(self, names):
        """Write what is known at the end."""
        import numpy as np

        if not self._frames:
            self._write("features", np.array(self._rows).reshape(len(self._rows), len(names)))
        for i, column in enumerate(self._about.columns):
            self._write(column, np.array([cells[i] for cells in self._cells], dtype=str))
        self._write("names", np.array(names, dtype=str))

    def _write(self, name, array):
        import numpy as np

        with self._archive.open(f"{name}.npy", "w", force_zip64=True) as member:
            np.lib.format.write_array(member, np.ascontiguousarray(array), allow_pickle=False)
