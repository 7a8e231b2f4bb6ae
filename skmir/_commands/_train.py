"""The command ``skmir train``: fit a model on all recordings, and keep it with a card."""

import argparse
import pathlib
import shlex
import tempfile
import warnings

from .._early_checks import check_names, check_numbers
from .._model_names import ANNOTATED, LABELLED, MODEL_NAMES
from .._options import in_options
from ._checks import check_memory, check_new_file, check_saving
from ._common import add_n_jobs, add_quiet, default_n_jobs, say
from ._compare import add_parser as add_compare
from ._config import add_modules, apply_config, check_own_models, options_of
from ._model_specs import importable, make_model
from ._table import add_columns
from ._targets import SCORING, add_targets, check_labels, described, labels, list_labels, set_task

SCORE = {"mean": "mean", "low": "ci_low", "high": "ci_high"}  # names in the card: columns of the table
# Kinds of target that other commands or Python can learn, and what to do instead.
OTHERS = {
    task: f"fit one of skmir.model_selection.default_models(task={task!r}) on "
    f"skmir.datasets.load_annotations(FOLDER, kind={task!r})"
    for task in ANNOTATED
}


def add_parser(commands):
    """Add the command to the subparsers."""
    parser = commands.add_parser(
        "train",
        help="fit one model on all labelled recordings, for skmir predict",
        description="Fit a default model, or one of --config, on all labelled recordings of a folder, and "
        "write it to a file that skmir predict and skmir.load read. A card says what it was fitted on; "
        "it stands in the file and, as text, beside it.",
    )
    option = parser.add_argument
    data = "folder with a labels.csv (columns file,label[,group]) or with one sub-folder per class"
    option("folder", nargs="?", metavar="FOLDER", help=f"{data}; only --config can take its place")
    names = {task: shlex.join(MODEL_NAMES[task]) for task in LABELLED}
    others = "; ".join(f"with --{task}, from {names[task]}" for task in LABELLED[1:])
    option("--model", required=True, metavar="NAME", help=f"model to fit, from {names['classes']}; {others}")
    output = "file to write, which ends in .skops; the card is written beside it, ending in .md"
    option("-o", "--output", required=True, metavar="FILE", help=output)
    option("--overwrite", action="store_true", help="replace existing files of --output")
    add_targets(parser.add_mutually_exclusive_group())
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
    config = "TOML file of skmir compare --config, or the config.toml of a run: models, recordings, seed and "
    config += "memory are taken from there, except where options are typed; folds are not"
    option("--config", metavar="FILE", help=config)
    add_modules(parser)
    memory = "folder in which features and finished folds are kept, for the next run or for skmir compare"
    option("--memory", metavar="DIR", help=memory)
    add_quiet(parser)
    for kind in OTHERS:  # known, so that a user who tries them learns what to do
        option(f"--{kind}", dest="other", action="store_const", const=kind, help=argparse.SUPPRESS)
    parser.set_defaults(run=run, how_to_go_on=_how_to_go_on, scoring=None)


def _how_to_go_on(args):
    if args.memory is None:
        return "No model was written. Use --memory DIR to keep features and finished folds."
    return f"No model was written. Features and finished folds are kept in {args.memory}."


def run(args):
    """Check, load, judge, fit, write; modules that are slow to import are imported when needed."""
    _apply_config(args)
    path, card_path = _check_options(args)
    data = list_labels(args)
    check_labels(data, args, folds=args.cv is not None)
    from .._recordings import check_recordings
    from ._card import make_card

    check_recordings(data["data"], task=args.task, verbose=0 if args.quiet else 1)
    with tempfile.TemporaryDirectory(prefix="skmir-") as folder, importable(args.modules):
        model, score = _fit(data, args, args.memory or folder)
    _write(model, make_card(args, data, model, score), described(data, args.task), path, card_path)
    if args.model in args.own_models:
        _check_reading(path)


def _apply_config(args):
    """Take what a file for ``skmir compare`` says of the recordings and the models."""
    compare = argparse.ArgumentParser().add_subparsers()
    add_compare(compare)
    there, here = (set(options_of(parser)) for parser in (compare.choices["compare"], args.parser))
    apply_config(args, passed_over=(there - here - set(ANNOTATED)) | {"cv", "repeats", "output", "quiet"})
    if args.folder is None:
        raise ValueError("skmir train needs a FOLDER with labelled recordings, and none was given. Name it.")


def _check_options(args):
    """Raise for options that are wrong whatever the recordings are; return the files to write."""
    if args.other is not None:
        raise ValueError(
            f"skmir train learns classes, tags or numbers, and --{args.other} asks for something else. In "
            f"Python, {OTHERS[args.other]}, and keep the model with skmir.save."
        )
    set_task(args)
    check_numbers(args)
    if args.repeats > 1 and args.cv is None:
        raise ValueError(
            f"--repeats {args.repeats} repeats --cv, which is not given. Add --cv with a number."
        )
    check_own_models(args)
    known = dict.fromkeys([*args.own_models, *MODEL_NAMES[args.task]])
    check_names("--model", [args.model], list(known), f"a model for {args.task}")
    path = pathlib.Path(args.output)
    if path.suffix.lower() != ".skops":
        raise ValueError(f"--output must be a file that ends in .skops, got {path}. Use {path.stem}.skops.")
    card_path = path.with_suffix(".md")
    for each in (path, card_path):
        check_new_file(each, overwrite=args.overwrite)
    check_memory(args.memory)
    check_saving("skmir train")
    return path, card_path


def _fit(data, args, memory):
    """Return the model, fitted on all recordings, and the score of its folds, or None."""
    from ..model_selection._fit_on_all import fit_on_all

    model = make_model(args.model, args, memory=memory)
    score = None if args.cv is None else _judge(model, data, args)
    names, target = data["target_names"], data["target"]
    if args.task == "classes":
        target = [names[i] for i in target]
    model = fit_on_all(model, data["data"], target, data["groups"], random_state=args.seed)
    # A search predicts as its best model does, and holds splitters and scorers, which files may not hold.
    model = getattr(model, "best_estimator_", model)
    # A folder of this machine means nothing where the model is used.
    nothing = {"memory": None, "stored": False}
    last = {name: name.rpartition("__")[2] for name in model.get_params()}
    return model.set_params(**{name: nothing[end] for name, end in last.items() if end in nothing}), score


def _judge(model, data, args):
    """Print the table of a cross-validation, and return the model's score for the card."""
    from ..model_selection import compare

    result = compare(
        {args.model: model},
        data["data"],
        labels(data, args.task),  # as skmir compare passes them: both share the folds that they keep
        groups=data["groups"],
        cv=args.cv,
        n_repeats=args.repeats,
        scoring=SCORING.get(args.task),
        memory=args.memory,
        n_jobs=default_n_jobs(args.n_jobs),
        random_state=args.seed,
        verbose=0 if args.quiet else 1,
    )
    result.warnings_ = list(map(in_options, result.warnings_))
    say(result)
    others = result.scorers_[1:]
    return {
        "metric": result.scoring_,
        **{name: _number(result.table_.at[args.model, column]) for name, column in SCORE.items()},
        "others": {name: _number(result.tables_[name].at[args.model, "mean"]) for name in others},
        "level": result.confidence_level_,
        "n_folds": args.cv,
        "n_repeats": args.repeats,
        "grouped": data["groups"] is not None,
        "warnings": result.warnings_,
    }


def _number(value):
    """Return None for NaN, which JSON lacks."""
    return float(value) if value == value else None


def _write(model, card, learned, path, card_path):
    from .._persistence import save
    from ._card import as_markdown

    save(model, path, card=card)
    card_path.write_text(as_markdown(card, path.name), encoding="utf-8")
    groups = "no groups" if card["n_groups"] is None else f"{card['n_groups']} groups"
    say(f"{card['model']}: fitted on {card['n_clips']} clips, {learned}, {groups}")
    say(f"wrote {path}\nwrote {card_path}")


def _check_reading(path):
    """Warn if a file cannot be read as it is: models of one's own may hold types that are not trusted."""
    from .._persistence import load

    try:
        load(path)
    except (TypeError, ValueError, ImportError) as error:
        warnings.warn(f"skmir predict will not read {path}: {error}", stacklevel=2)
