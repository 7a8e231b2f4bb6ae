"""What models learn from the table: the options ``--tags`` and ``--regression``, and how they are read."""

from .._early_checks import check_enough, check_folds, check_two_classes
from ._checks import check_are_classes
from ._table import list_classes, list_table

# Metrics by which models are judged if --scoring is not given; for other tasks compare has one.
SCORING = {"tags": ["auc_tag", "tag_map"], "regression": ["r2", "neg_mean_absolute_error"]}
SEPARATOR = ";"  # of tags in what is written, if the table has a column for each


def add_targets(parser):
    """Add the options to a parser, or to a group of options that exclude each other."""
    parser.add_argument(
        "--tags",
        metavar="SEPARATOR|COLUMNS",
        help="the table holds tags, any number for each recording: either SEPARATOR, such as ';', stands "
        "between them in the column of --label, or COLUMNS, such as 'sad,slow', each hold 1 or 0; 'mood_*' "
        "stands for all columns that begin so",
    )
    parser.add_argument(
        "--regression",
        dest="task",
        action="store_const",
        const="regression",
        help="the column of --label holds numbers, such as tempi",
    )
    parser.set_defaults(task="classes")


def set_task(args):
    """Let ``args.task`` say what models learn, also if ``--tags`` is given."""
    if args.tags is None:
        return
    args.task = "tags"
    if not args.tags:
        raise ValueError("--tags must be what stands between two tags, such as ';', or names of columns.")
    if not _is_separator(args.tags) and args.label != "label":
        raise ValueError(
            f"--label {args.label} names one column, and --tags {args.tags} names columns of tags. Leave one "
            "of them out, or pass --tags what stands between the tags of a cell, such as ';'."
        )


def separator(args):
    """Return what stands between the tags of a cell, in the table and in what is written."""
    return args.tags if args.tags is not None and _is_separator(args.tags) else SEPARATOR


def _is_separator(text):
    return not any(letter.isalnum() or letter in "*?" for letter in text)


def list_labels(args):
    """Return the recordings of FOLDER with what models learn, as a mapping; see ``load_folder``."""
    if args.task == "classes":
        return list_classes(args)
    target, columns = "numbers" if args.task == "regression" else "tags", args.label
    if target == "tags" and not _is_separator(args.tags):
        columns = [name.strip() for name in args.tags.split(",") if name.strip()]
    return list_table(args, label_column=columns, target=target, separator=separator(args))


def check_labels(data, args, *, folds):
    """Raise if there is nothing to learn from the labels, or the folds cannot be made of them.

    Parameters
    ----------
    data : mapping
        As :func:`list_labels` returns it.
    args : argparse.Namespace
    folds : bool
        Whether the model is judged on ``--cv`` folds.

    Raises
    ------
    ValueError
        The message names the class or the option.
    """
    if args.task == "classes":
        check_two_classes(data["target_names"])
        check_are_classes(data["target_names"])
        if folds:
            check_folds(data, args)
        return
    (_check_tags if args.task == "tags" else _check_numbers)(data["target"], data["target_names"])
    if folds:
        check_enough(data["groups"], len(data["target"]), args.cv, "recordings")


def _check_tags(target, names):
    if len(names) < 2:
        raise ValueError(
            f"There must be at least two tags, got {f'one, {names[0]!r}' if names else 'none'}. A single tag "
            "is two classes: leave --tags out, and name its column with --label."
        )
    if not (target != target[0]).any():
        raise ValueError(
            f"There must be a tag that some recordings have and others lack, but all {len(target)} "
            "recordings have the same tags. Check the column, or the separator of --tags."
        )


def _check_numbers(target, names):
    if not (target != target[0]).any():
        raise ValueError(
            f"The numbers must differ, but all {len(target)} recordings have {names[0]} {target[0]:g}. Name "
            "another column with --label."
        )


def described(data, task):
    """Return what the recordings have, in words: "3 classes", "20 tags", "bpm from 98 to 140"."""
    names, target = data["target_names"], data["target"]
    if task == "regression":
        return f"{names[0]} from {target.min():g} to {target.max():g}"
    return f"{len(names)} {task}"


def labels(data, task):
    """Return what models learn, as it is passed to them.

    Names of classes, so that warnings name them; for two classes numbers, since scorers need class 1. Tags
    have names for the warnings of :func:`skmir.model_selection.compare`.
    """
    if task == "tags":
        import pandas as pd

        return pd.DataFrame(data["target"], columns=data["target_names"])
    if task != "classes" or len(data["target_names"]) <= 2:
        return data["target"]
    return [data["target_names"][i] for i in data["target"]]
