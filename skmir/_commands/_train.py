"""The command ``skmir train``: fit a default model on all recordings, and keep it with a card."""

import argparse
import pathlib
import shlex
import tempfile

from .._early_checks import check_folds, check_names, check_numbers, check_two_classes
from .._model_names import MODEL_NAMES
from .._options import in_options
from ._checks import check_are_classes, check_memory, check_new_file, check_saving
from ._common import add_n_jobs, add_quiet, default_n_jobs, say
from ._table import add_columns, list_classes

SCORE = {"mean": "mean", "low": "ci_low", "high": "ci_high"}  # names in the card: columns of the table
NAMES = MODEL_NAMES["classes"]
# Kinds of target that other commands or Python can learn, and what to do instead.
ANNOTATED = tuple(task for task in MODEL_NAMES if task != "classes")
OTHERS = {
    **{
        task: f"fit one of skmir.model_selection.default_models(task={task!r}) on "
        f"skmir.datasets.load_annotations(FOLDER, kind={task!r})"
        for task in ANNOTATED
    },
    "tags": "fit a network, such as skmir.neural_network.CNNClassifier, on an array of shape (n_clips, "
    "n_tags)",
    "regression": "fit a network, such as skmir.neural_network.CNNRegressor, on an array of numbers",
}


def add_parser(commands):
    """Add the command to the subparsers."""
    parser = commands.add_parser(
        "train",
        help="fit one model on all labelled recordings, for skmir predict",
        description="Fit a default model on all labelled recordings of a folder, and write it to a file that "
        "skmir predict and skmir.load read. A card says what the model was fitted on; it stands in the file "
        "and, as text, beside it.",
    )
    option = parser.add_argument
    data = "folder with a labels.csv (columns file,label[,group]) or with one sub-folder per class"
    option("folder", metavar="FOLDER", help=data)
    option("--model", required=True, metavar="NAME", help=f"model to fit, from {shlex.join(NAMES)}")
    output = "file to write, which ends in .skops; the card is written beside it, ending in .md"
    option("-o", "--output", required=True, metavar="FILE", help=output)
    option("--overwrite", action="store_true", help="replace existing files of --output")
    add_columns(parser, groups=", for --cv")
    cv = "also judge the model by N-fold cross-validation, as skmir compare does; the score goes to the card"
    option("--cv", type=int, metavar="N", help=cv)
    repeats = "how many times --cv distributes clips, or groups, over the folds (default: %(default)s)"
    option("--repeats", type=int, default=1, metavar="N", help=repeats)
    add_n_jobs(parser, "processes for --cv", "one per core, or one if there is a GPU")
    seed = "seed of folds, weights and order of clips (default: %(default)s)"
    option("--seed", type=int, default=0, help=seed)
    epochs = "number of epochs of a network; the network's own number if not given"
    option("--max-epochs", type=int, metavar="N", help=epochs)
    memory = "folder in which features and finished folds are kept, for the next run or for skmir compare"
    option("--memory", metavar="DIR", help=memory)
    add_quiet(parser)
    for kind in OTHERS:  # known, so that a user who tries them learns what to do
        option(f"--{kind}", dest="other", action="store_const", const=kind, help=argparse.SUPPRESS)
    parser.set_defaults(run=run, how_to_go_on=_how_to_go_on, task="classes", scoring=None)


def _how_to_go_on(args):
    if args.memory is None:
        return "No model was written. Use --memory DIR to keep features and finished folds."
    return f"No model was written. Features and finished folds are kept in {args.memory}."


def run(args):
    """Check, load, judge, fit, write; modules that are slow to import are imported when needed."""
    path, card_path = _check_options(args)
    data = list_classes(args)
    _check_data(data, args)
    from .._recordings import check_recordings
    from ._card import make_card

    check_recordings(data["data"], verbose=0 if args.quiet else 1)
    with tempfile.TemporaryDirectory(prefix="skmir-") as folder:
        model, score = _fit(data, args, args.memory or folder)
    _write(model, make_card(args, data, model, score), path, card_path)


def _check_options(args):
    """Raise for options that are wrong whatever the recordings are; return the files to write."""
    if args.other is not None:
        raise ValueError(
            f"skmir train learns classes, one per recording, and --{args.other} asks for something else. In "
            f"Python, {OTHERS[args.other]}, and keep the model with skmir.save."
        )
    check_numbers(args)
    if args.repeats > 1 and args.cv is None:
        raise ValueError(
            f"--repeats {args.repeats} repeats --cv, which is not given. Add --cv with a number."
        )
    check_names("--model", [args.model], NAMES, "a model for classes")
    path = pathlib.Path(args.output)
    if path.suffix.lower() != ".skops":
        raise ValueError(f"--output must be a file that ends in .skops, got {path}. Use {path.stem}.skops.")
    card_path = path.with_suffix(".md")
    for each in (path, card_path):
        check_new_file(each, overwrite=args.overwrite)
    check_memory(args.memory)
    check_saving("skmir train")
    return path, card_path


def _check_data(data, args):
    names = data["target_names"]
    check_two_classes(names)
    check_are_classes(names, OTHERS)
    if args.cv is not None:
        check_folds(data, args)


def _fit(data, args, memory):
    """Return the model, fitted on all recordings, and the score of its folds, or None."""
    from ..model_selection import default_models
    from ..model_selection._seeds import seeded_clone

    model = default_models(args.model, max_iter=args.max_epochs, memory=memory)[args.model]
    score = None if args.cv is None else _judge(model, data, args)
    labels = [data["target_names"][i] for i in data["target"]]
    model = seeded_clone(model, args.seed).fit(data["data"], labels)
    # A folder of this machine means nothing where the model is used.
    folders = [name for name in model.get_params() if name.rpartition("__")[2] == "memory"]
    return model.set_params(**dict.fromkeys(folders)), score


def _judge(model, data, args):
    """Print the table of a cross-validation, and return the model's score for the card."""
    from ..model_selection import compare

    names, target = data["target_names"], data["target"]
    result = compare(
        {args.model: model},
        data["data"],
        # As skmir compare passes them, so that both share the folds that they keep.
        target if len(names) <= 2 else [names[i] for i in target],
        groups=data["groups"],
        cv=args.cv,
        n_repeats=args.repeats,
        memory=args.memory,
        n_jobs=default_n_jobs(args.n_jobs),
        random_state=args.seed,
        verbose=0 if args.quiet else 1,
    )
    result.warnings_ = list(map(in_options, result.warnings_))
    say(result)
    return {
        "metric": result.scoring_,
        **{name: _number(result.table_.at[args.model, column]) for name, column in SCORE.items()},
        "level": result.confidence_level_,
        "n_folds": args.cv,
        "n_repeats": args.repeats,
        "grouped": data["groups"] is not None,
        "warnings": result.warnings_,
    }


def _number(value):
    """Return None for NaN, which JSON lacks."""
    return float(value) if value == value else None


def _write(model, card, path, card_path):
    from .._persistence import save
    from ._card import as_markdown

    save(model, path, card=card)
    card_path.write_text(as_markdown(card, path.name), encoding="utf-8")
    groups = "no groups" if card["n_groups"] is None else f"{card['n_groups']} groups"
    say(f"{card['model']}: fitted on {card['n_clips']} clips, {len(card['classes'])} classes, {groups}")
    say(f"wrote {path}\nwrote {card_path}")
