"""The command ``skmir predict``: label recordings by a model that was kept."""

import csv
import functools
import os
import pathlib

from .._model_files import load_card
from .._model_names import LABELLED
from ._checks import check_new_file, check_saving
from ._files import exit_status, in_batches, list_files, open_table, progress
from ._prediction_rows import ClassRows, NumberRows, TagRows
from ._segments import add_options, check_options, check_targets, predict_segments
from ._targets import SEPARATOR


def add_parser(commands):
    """Add the command to the subparsers."""
    parser = commands.add_parser(
        "predict",
        help="label recordings by a model of skmir train",
        description="Label recordings by a model that skmir train, or skmir.save, has written. The result is "
        "a table (CSV) with the columns file and label, and for each class its probability, or, if the model "
        "has none (SVM), its score; the label is the class that the model predicts. A model of tags gives "
        "the same with its tags, a model of numbers the columns file and prediction. Files that cannot be "
        "used are named on stderr and passed over; then the exit status is 1. With --segments there is a row "
        "for each segment of a recording, with its times.",
    )
    option = parser.add_argument
    option("model", metavar="MODEL", help="file of the model, such as model.skops")
    inputs = "recordings, and folders with recordings at any depth"
    option("inputs", nargs="+", metavar="FILE|FOLDER", help=inputs)
    option("-o", "--output", metavar="FILE", help="file to write; standard output if not given")
    option("--overwrite", action="store_true", help="replace an existing file of --output")
    top = "write the N likeliest classes or tags, each with its name, in place of a column for each"
    option("--top", type=int, metavar="N", help=top)
    add_options(option)
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
    files = list_files(args.inputs, "to label")
    check_targets(args, files)
    model = _load(args.model)
    kind = _kind(model, args.top)
    rows = _rows(model, card, kind, args.top)
    label = functools.partial(_labelled, model, kind, rows)
    if args.segments is not None:
        return predict_segments(label, rows, files, args)
    passed_over = []
    with open_table(args.output) as stream, progress(files, args) as bar:
        table = _Table(stream, rows)
        for found in in_batches(label, files, bar, "predict", passed_over):
            for file, result in found:
                table.add(file, *result)
            stream.flush()
    return exit_status("predict", passed_over, files)


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
    check_options(args)
    if args.output is not None and args.segments is None:
        check_new_file(pathlib.Path(args.output), overwrite=args.overwrite)
    return card


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


def _labelled(model, kind, rows, files):
    """Return for each file what is predicted, and the numbers of all classes or tags."""
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
