"""``skmir predict --segments``: what a model says of each segment of a recording, with times."""

import contextlib
import csv
import datetime
import json
import os
import pathlib
import sys
from collections import Counter

from .._early_checks import check_writable
from ._checks import check_new_file
from ._files import FAILS, MAX_BYTES, MAX_FILES, exit_status, named, of_each, open_table, progress

FORMATS = (".csv", ".txt", ".json")
NUMBERS = ("probability", "score", "prediction")  # what the names of columns of numbers begin with
N_DIGITS = 6  # of times in s, behind the point


def add_options(option):
    """Add the options to those of the command."""
    segments = (
        "predict each S seconds of a recording, with the times where they begin and end: as CSV, as labels "
        "for Audacity (--output ends in .txt, or is a folder, which gets a file per recording; segments that "
        "follow each other with one label are joined), or as JSON (--output ends in .json)"
    )
    option("--segments", type=float, metavar="S", help=segments)
    hop = "seconds from the start of one segment to that of the next; if not given, S, so that none overlap"
    option("--hop", type=float, metavar="H", help=hop)


def check_options(args):
    """Raise for options that are wrong whatever the recordings are."""
    if args.segments is None:
        if args.hop is not None:
            raise ValueError(f"--hop {args.hop:g} says how far segments are apart. Add --segments S.")
        return
    for name in ("segments", "hop"):
        value = getattr(args, name)
        if value is not None and not 0 < value < float("inf"):
            raise ValueError(f"--{name} must be a number of seconds above 0, got {value:g}.")
    if args.output is None:
        return
    if _is_folder(args.output):
        check_writable("--output", pathlib.Path(args.output))
    else:
        if not args.output.lower().endswith(FORMATS):
            raise ValueError(
                "With --segments, --output must end in .csv, .txt (labels for Audacity) or .json, or be a "
                f"folder for labels, got {args.output}."
            )
        check_new_file(pathlib.Path(args.output), overwrite=args.overwrite)
    if args.top is not None and not args.output.lower().endswith((".csv", ".json")):
        raise ValueError("--top needs a table: labels for Audacity have no room for it. Write .csv or .json.")


def check_targets(args, files):
    """Raise unless the labels of all recordings can be written."""
    if args.segments is None or args.output is None:
        return
    if args.output.lower().endswith(".txt") and len(files) > 1 and not _is_folder(args.output):
        raise ValueError(
            f"--output {args.output} can hold the labels of one recording, got {len(files)}. Name a folder, "
            "which gets a file per recording, or write .csv or .json."
        )
    if _is_folder(args.output) and not args.overwrite:
        there = [path for path in _label_files(args.output, files).values() if os.path.exists(path)]
        if there:
            raise FileExistsError(
                f"--output: {there[0]} exists already ({len(there)} such files). Name another folder, or add "
                "--overwrite."
            )


def predict_segments(predict, rows, files, args):
    """Predict the segments of each recording, and write them as they come.

    Parameters
    ----------
    predict : callable
        Takes a list of recordings, and returns for each the arguments of ``rows.cells``.
    rows : object
        Its ``header`` names the columns, and its method ``cells`` makes the cells of one row.
    files : list of str
    args : argparse.Namespace
        The options of the command, checked.

    Returns
    -------
    status : int
        1 if a file, or a part of one, was passed over, and 0 otherwise.
    """
    passed_over = []
    with _open(args.output, rows, files) as out, progress(files, args) as bar:
        for file in files:
            n_bad, fault, end = 0, None, 0.0
            for segment, found in _predicted(predict, file, args):
                if isinstance(found, Exception):
                    n_bad += 1
                    fault = (segment, found) if fault is None or segment is None else fault
                else:
                    out.add(file, segment, rows.cells(*found))
                if segment is not None:
                    minute_is_over, end = segment.end // 60 > end // 60, segment.end
                    at = datetime.timedelta(seconds=int(end))
                    bar.set_postfix_str(f"at {at}", refresh=minute_is_over)
            out.end()
            if fault is not None:
                passed_over.append(file)
                bar.write(f"skmir predict: passed over: {_why(file, n_bad, end, *fault)}", file=sys.stderr)
            bar.update()
    return exit_status("predict", passed_over, files)


def _predicted(predict, file, args):
    """Yield each segment with its prediction or error; an error of the recording comes with None."""
    from ..audio import segments

    def predict_batch(batch):
        return predict([segment.file for segment in batch])

    try:
        for batch in _batches(segments(file, args.segments, hop=args.hop)):
            yield from of_each(predict_batch, batch)
    except FAILS as error:
        yield None, error


def _batches(segments):
    """Yield lists of segments that fit in memory together; those before an error come, too."""
    batch, n_bytes = [], 0
    try:
        for segment in segments:
            batch.append(segment)
            n_bytes += segment.file.getbuffer().nbytes
            if len(batch) == MAX_FILES or n_bytes >= MAX_BYTES:
                yield batch
                batch, n_bytes = [], 0
    except FAILS:
        if batch:
            yield batch
        raise
    if batch:
        yield batch


def _why(file, n_bad, end, segment, error):
    """Return why a recording, or some of its segments, was passed over."""
    if segment is None:
        return named(file, error) + (f" Its segments up to {end:g} s are written." if end else "")
    text = " ".join(str(error).split()).removeprefix("clip 0 of X cannot be used: ")
    text = text.replace("<BytesIO>", "it").replace("clip 0 of X", "it")
    which = "1 segment," if n_bad == 1 else f"{n_bad} segments, the first"
    return f"{file!r}: {which} from {segment.start:g} s to {segment.end:g} s: {text}"


def _is_folder(output):
    return os.path.isdir(output) or not os.path.splitext(os.path.basename(output))[1]


def _label_files(folder, files):
    """Return the file of labels for each recording, below the folder as the recordings are below theirs."""
    paths = {file: os.path.abspath(file) for file in files}
    root = os.path.commonpath([os.path.dirname(path) for path in paths.values()])
    names = {file: os.path.relpath(path, root) for file, path in paths.items()}
    stems = {file: os.path.splitext(name)[0] for file, name in names.items()}
    n_alike = Counter(stem.casefold() for stem in stems.values())
    return {
        file: os.path.join(folder, names[file] if n_alike[stem.casefold()] > 1 else stem) + ".txt"
        for file, stem in stems.items()
    }


@contextlib.contextmanager
def _open(output, rows, files):
    """Open what the segments are written to."""
    if output is not None and (_is_folder(output) or output.lower().endswith(".txt")):
        yield _Labels(_label_files(output, files) if _is_folder(output) else dict.fromkeys(files, output))
        return
    with open_table(output) as stream:
        if output is None or output.lower().endswith(".csv"):
            yield _Table(stream, rows.header)
        else:
            out = _Json(stream, rows.header)
            try:
                yield out
            finally:
                out.close()


def _times(segment):
    """Return start and end in s, without digits that say nothing."""
    return round(segment.start, N_DIGITS), round(segment.end, N_DIGITS)


class _Table:
    """Writes a row per segment."""

    def __init__(self, stream, header):
        self._stream, self._writer = stream, csv.writer(stream, lineterminator="\n")
        self._writer.writerow(["file", "start", "end", *header])

    def add(self, file, segment, cells):
        """Write a segment."""
        self._writer.writerow([file, *_times(segment), *cells])

    def end(self):
        """End a recording."""
        self._stream.flush()


class _Json:
    """Writes a list with an object per recording, whose segments have the columns of the table as keys."""

    def __init__(self, stream, header):
        self._stream, self._keys = stream, header
        self._before_file, self._before_segment = "[\n", None

    def add(self, file, segment, cells):
        """Write a segment."""
        if self._before_segment is None:
            self._stream.write(f'{self._before_file}{{"file": {_json(file)}, "segments": [\n')
            self._before_file, self._before_segment = ",\n", ""
        values = map(_value, self._keys, cells)
        start, end = _times(segment)
        content = {"start": start, "end": end, **dict(zip(self._keys, values, strict=True))}
        self._stream.write(self._before_segment + _json(content))
        self._before_segment = ",\n"

    def end(self):
        """End a recording."""
        if self._before_segment is not None:
            self._stream.write("\n]}")
        self._before_segment = None
        self._stream.flush()

    def close(self):
        """End the list, which may be empty."""
        self.end()
        self._stream.write("[]\n" if self._before_file == "[\n" else "\n]\n")


def _json(value):
    return json.dumps(value, ensure_ascii=False)


def _value(name, cell):
    return float(cell) if name.startswith(NUMBERS) else str(cell)


class _Labels:
    """Writes a file per recording that Audacity imports; joins segments that follow each other."""

    def __init__(self, paths):
        self._paths, self._path, self._found = paths, None, []

    def add(self, file, segment, cells):
        """Take note of a segment: its label, or whatever else the model says first."""
        self._path = self._paths[file]
        (start, end), label = _times(segment), " ".join(str(cells[0]).split())
        if self._found and self._found[-1][2] == label and start <= self._found[-1][1]:
            self._found[-1][1] = end
        else:
            self._found.append([start, end, label])

    def end(self):
        """Write the labels of a recording."""
        from ..datasets import write_annotations

        if self._path is not None:
            os.makedirs(os.path.dirname(self._path) or ".", exist_ok=True)
            found = [each for each in self._found if each[2]]  # no tags, no label
            labels = [label for _, _, label in found]
            intervals = [[start, end] for start, end, _ in found]
            write_annotations(self._path, (intervals, labels), kind="chords", format="audacity")
        self._path, self._found = None, []
