"""The command ``skmir predict``: label recordings by a model that was kept."""

import contextlib
import csv
import os
import pathlib
import sys
import warnings

from .._model_files import load_card
from .._model_names import LABELLED
from ._checks import check_new_file, check_saving
from ._common import close_stdout
from ._prediction_rows import ClassRows, NumberRows, TagRows
from ._targets import SEPARATOR

MAX_FILES, MAX_BYTES = 32, 2**26  # of one batch; an hour of sound as a WAV file is a batch of its own
FAILS = (OSError, ValueError)  # what a recording raises that cannot be used


def add_parser(commands):
    """Add the command to the subparsers."""
    parser = commands.add_parser(
        "predict",
        help="label recordings by a model of skmir train",
        description="Label recordings by a model that skmir train, or skmir.save, has written. The result is "
        "a table (CSV) with the columns file and label, and for each class its probability, or, if the model "
        "has none (SVM), its score; the label is the class that the model predicts. A model of tags gives "
        "the same with its tags, a model of numbers the columns file and prediction. Files that cannot be "
        "used are named on stderr and passed over; then the exit status is 1.",
    )
    option = parser.add_argument
    option("model", metavar="MODEL", help="file of the model, such as model.skops")
    inputs = "recordings, and folders with recordings at any depth"
    option("inputs", nargs="+", metavar="FILE|FOLDER", help=inputs)
    option("-o", "--output", metavar="FILE", help="file to write; standard output if not given")
    option("--overwrite", action="store_true", help="replace an existing file of --output")
    top = "write the N likeliest classes or tags, each with its name, in place of a column for each"
    option("--top", type=int, metavar="N", help=top)
    option("--quiet", action="store_true", help="draw no progress bar")
    parser.set_defaults(run=run, how_to_go_on=_how_to_go_on)


def _how_to_go_on(args):
    if args.output is None:
        return "The rows above are complete."
    if not os.path.exists(args.output):
        return "Nothing was written."
    return f"{args.output} holds rows of the files that were done."


def run(args):
    """Check, list, load, predict; return 1 if files were passed over, and 0 otherwise."""
    card = _check_options(args)
    files = _files(args.inputs)
    model = _load(args.model)
    kind = _kind(model, args.top)
    rows = _rows(model, card, kind, args.top)
    n_failed = 0
    with _opened(args.output) as stream, _bar(files, args) as bar:
        table = _Table(stream, rows)
        for batch in _batches(files):
            for file, found in zip(batch, _predict(model, kind, rows, batch), strict=True):
                if isinstance(found, Exception):
                    n_failed += 1
                    bar.write(_why(file, found), file=sys.stderr)
                else:
                    table.add(file, *found)
            stream.flush()
            bar.update(len(batch))
    if n_failed:
        of = f"{n_failed} of {len(files)} files {'was' if n_failed == 1 else 'were'}"
        print(f"skmir predict: {of} passed over.", file=sys.stderr)
    return int(n_failed > 0)


def _check_options(args):
    """Raise for options that are wrong whatever the recordings are; return the model's card, or {}."""
    if args.top is not None and args.top < 1:
        raise ValueError(f"--top must be at least 1, got {args.top}.")
    if not os.path.isfile(args.model):
        what = "got a folder" if os.path.isdir(args.model) else "and there is no such file"
        raise ValueError(
            f"MODEL must be a file by skmir train, {what}: {args.model}. Name it first, then the recordings."
        )
    card = load_card(args.model) or {}
    if card.get("task", "classes") not in LABELLED:
        raise ValueError(
            f"skmir predict finds classes, tags or numbers, and {args.model} finds {card['task']}. In "
            "Python, use skmir.load(file).predict(files)."
        )
    check_saving("skmir predict")
    if args.output is not None:
        check_new_file(pathlib.Path(args.output), overwrite=args.overwrite)
    return card


def _files(inputs):
    """Return the recordings to label, each once, in the order of the inputs."""
    from ..datasets._walk import recordings

    files = []
    for given in inputs:
        if os.path.isdir(given):
            found, messages = recordings(given)
            for message in [*messages, *([] if found else [f"There are no recordings in {given!r}."])]:
                warnings.warn(message, stacklevel=2)
            files += found
        else:
            files.append(given)
    if not any(map(os.path.exists, files)):
        raise FileNotFoundError(
            f"There are no recordings to label: {' '.join(inputs[:3])}{' ...' * (len(inputs) > 3)} must name "
            f"files or folders with recordings. Paths are relative to {os.getcwd()!r} unless absolute."
        )
    return list(dict.fromkeys(files))


def _load(path):
    """Return the model, or raise if it neither tells classes or tags apart nor predicts numbers."""
    from sklearn.base import is_classifier, is_regressor

    from .._persistence import load

    model = load(path)
    if not (is_regressor(model) or (is_classifier(model) and hasattr(model, "classes_"))):
        raise TypeError(
            f"{path!r} must hold a fitted classifier or regressor, got {type(model).__name__}. skmir train "
            "makes one; in Python, use skmir.load(file) for other models."
        )
    return model


def _rows(model, card, kind, top):
    """Return what makes the cells of a row."""
    if kind == "number":
        return NumberRows()
    if card.get("task") == "tags" and card.get("tags"):
        return TagRows(card["tags"], kind, top, card.get("separator", SEPARATOR))
    return ClassRows(model.classes_, kind, top)


def _kind(model, top):
    """Return "probability" or "score", whichever the model gives for each class or tag, "number", or None."""
    from sklearn.base import is_regressor

    if is_regressor(model):
        if top is not None:
            raise ValueError("--top needs a model of classes or tags, and this one predicts numbers.")
        return "number"
    if hasattr(model, "predict_proba"):
        return "probability"
    # With one score for each pair of classes there is none for a class.
    pairs = any(
        name.rpartition("__")[2] == "decision_function_shape" and value == "ovo"
        for name, value in model.get_params().items()
    )
    if hasattr(model, "decision_function") and not pairs:
        return "score"
    if top is not None:
        raise ValueError(
            "--top needs a model that gives a probability or a score for each class, and this one gives a "
            "label alone. Leave --top out."
        )
    return None


@contextlib.contextmanager
def _opened(output):
    """Open the table. Names of files that cannot be decoded as text keep their bytes."""
    if output is not None:
        with open(output, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
            yield stream
        return
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="surrogateescape")
    try:
        yield sys.stdout
    except BrokenPipeError:  # the reader has seen enough (``| head``)
        close_stdout()


def _bar(files, args):
    from tqdm import tqdm

    # On a terminal, rows on standard output would run into the bar, and show the progress themselves.
    rows_are_seen = args.output is None and sys.stdout.isatty()
    return tqdm(total=len(files), unit="file", disable=args.quiet or rows_are_seen, file=sys.stderr)


def _batches(files):
    """Yield lists of files that fit in memory together."""
    batch, n_bytes = [], 0
    for file in files:
        size = os.path.getsize(file) if os.path.isfile(file) else 0
        if batch and (len(batch) == MAX_FILES or n_bytes + size > MAX_BYTES):
            yield batch
            batch, n_bytes = [], 0
        batch.append(file)
        n_bytes += size
    yield batch


def _predict(model, kind, rows, files):
    """Return for each file what is predicted and the numbers of all classes, or the error that it raises."""
    try:
        return _labelled(model, kind, rows, files)
    except FAILS as error:
        if len(files) == 1:
            return [error]
        middle = len(files) // 2  # halves find the bad ones, while the others stay together
        halves = files[:middle], files[middle:]
        return [found for half in halves for found in _predict(model, kind, rows, half)]


def _labelled(model, kind, rows, files):
    from sklearn.pipeline import Pipeline

    from ..base import BaseNetworkClassifier

    last, X = model, files
    if isinstance(model, Pipeline) and len(model.steps) > 1:
        last, X = model[-1], model[:-1].transform(files)  # once for labels and probabilities
    if isinstance(rows, TagRows):
        return rows.found(last, X)
    numbers = _numbers(last, kind, X) if kind in ("probability", "score") else [()] * len(files)
    if isinstance(last, BaseNetworkClassifier) and last.target_type_ in ("binary", "multiclass"):
        labels = last.classes_[numbers.argmax(axis=1)]  # what predict returns, without a second run
    else:
        labels = last.predict(X)
    if labels.ndim != 1:
        raise TypeError(
            "The model gives several labels per recording. If they are tags, save it with a card that names "
            "them: skmir.save(model, file, card={'task': 'tags', 'tags': ['slow', 'sad']})."
        )
    return list(zip(labels, numbers, strict=True))


def _numbers(last, kind, X):
    """Return an array of shape (n_files, n_classes)."""
    if kind == "probability":
        return last.predict_proba(X)
    scores = last.decision_function(X)
    if scores.ndim == 1:  # of the second of two classes
        import numpy as np

        scores = np.column_stack([-scores, scores])
    return scores


def _why(file, error):
    text = " ".join(str(error).split())
    named = text if file in text or repr(file) in text else f"{file!r}: {text}"
    return f"skmir predict: passed over: {named}"


class _Table:
    """Writes the rows of the table as they come.

    Parameters
    ----------
    stream : file-like
    rows : ClassRows, TagRows or NumberRows
    """

    def __init__(self, stream, rows):
        self._writer, self._rows = csv.writer(stream, lineterminator="\n"), rows
        self._writer.writerow(["file", *rows.header])

    def add(self, file, found, numbers):
        """Write the row of one file."""
        self._writer.writerow([file, *self._rows.cells(found, numbers)])
