"""The command ``skmir compare``: does a deep network beat classic models on these recordings?"""

import os
import shlex
import tempfile

from .._model_names import ANNOTATED, MODEL_NAMES
from .._options import in_options
from ._common import add_audio, add_n_jobs, add_quiet, add_report, default_n_jobs, say
from ._config import add_config, apply_config, check_own_models
from ._model_specs import importable, make_models
from ._table import COLUMNS, add_columns, table_arguments
from ._targets import SCORING, add_targets, check_labels, described, labels, list_labels, set_task

ANNOTATION = "auto"  # the column that --annotation names, if it is not given
N_SYNTHESISED = 40  # clips with annotations, if there is no folder
REPORT, REPORT_ALONE = "report.html", "skmir-report.html"  # in the folder of --output, and without one


def add_parser(commands):
    """Add the command to the subparsers."""
    parser = commands.add_parser(
        "compare",
        help="compare deep networks with classic models on labelled or annotated recordings",
        description="Compare deep networks with classic models on labelled recordings (classes, tags or "
        "numbers), or on recordings with annotations of onsets, beats, chords or notes, by grouped "
        "cross-validation, and print a table with intervals and p-values.",
    )
    _add_data_arguments(parser)
    _add_experiment_arguments(parser)
    _add_output_arguments(parser)
    add_config(parser)
    parser.set_defaults(run=run, how_to_go_on=_how_to_go_on)


def _add_data_arguments(parser):
    parser.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help="folder with a labels.csv (columns file,label[,group]) or with one sub-folder per class; "
        "without it, synthesised notes of seven instrument families are used",
    )
    task = parser.add_mutually_exclusive_group()
    add_targets(task)
    for name in ANNOTATED:
        task.add_argument(
            f"--{name}",
            dest="task",
            action="store_const",
            const=name,
            help=f"compare models of {name}: FOLDER holds recordings with annotation files beside them, "
            f"such as song.{name}.csv, or a labels.csv (columns file,{name}[,group]); without FOLDER, "
            "synthesised clips are used",
        )
    add_columns(parser)
    parser.add_argument(
        "--annotation",
        metavar="COLUMN",
        help="the table's column of annotation files, for --onsets and the like; auto takes the column of "
        "that name, or one called midi, jams, notes or bars that has such annotations (default: %(default)s)",
    )
    parser.set_defaults(annotation=ANNOTATION)


def _add_experiment_arguments(parser):
    option = parser.add_argument
    of_task = {task: shlex.join(names) for task, names in MODEL_NAMES.items()}
    others = "; ".join(f"with --{task}, from {names}" for task, names in of_task.items() if task != "classes")
    models = f"models to run, from {of_task['classes']}; {others}; all if not given"
    option("--models", nargs="+", metavar="NAME", help=models)
    reference = "model that the others are tested against; the first if not given"
    option("--reference", metavar="NAME", help=reference)
    option("--cv", type=int, default=5, metavar="N", help="number of folds (default: %(default)s)")
    repeats = "how many times clips, or groups, are distributed over the folds (default: %(default)s)"
    option("--repeats", type=int, default=1, metavar="N", help=repeats)
    scorers = "scikit-learn scorers, or skmir's of tags, onsets, beats, chords or notes; models are judged "
    scorers += "by the first; if not given balanced_accuracy; auc_tag and tag_map for tags; r2 and "
    scorers += "neg_mean_absolute_error for numbers; onset_f50, beat_f, chord_majmin or note_f"
    option("--scoring", nargs="+", metavar="NAME", help=scorers)
    add_n_jobs(parser, "processes", "one per core, or one if there is a GPU")
    seed = "seed of synthesised clips, folds, weights and order of clips (default: %(default)s)"
    option("--seed", type=int, default=0, help=seed)
    epochs = "number of epochs of each network; each network's own number if not given"
    option("--max-epochs", type=int, metavar="N", help=epochs)


def _add_output_arguments(parser):
    option = parser.add_argument
    output = "folder for the table (CSV), the record (JSON), a file for --config that repeats the comparison "
    output += (
        "(TOML), the figure (PNG), and what each model predicted for each recording: a table (CSV), or, "
    )
    output += "with --onsets and the like, files as CSV, .lab or .mid"
    option("--output", metavar="DIR", help=output)
    where = f"{REPORT} in the folder of --output, or {REPORT_ALONE} in the current folder"
    add_report(parser, "all results", where)
    add_audio(parser)
    option(
        "--memory",
        metavar="DIR",
        help="folder in which features and finished folds are kept; the same command, started again, goes "
        "on where it stopped. If not given, features are kept for this run only",
    )
    add_quiet(parser)


def _how_to_go_on(args):
    if args.memory is None:
        return "No results are kept. Use --memory DIR to keep finished folds."
    return f"Finished folds are kept in {args.memory}. Run the same command again to go on from there."


def run(args):
    """Check, load, compare, print, write; modules that are slow to import are imported when needed."""
    from .._early_checks import check_annotated_folds, check_options, check_targets
    from ._compare_output import write_results

    _give_back_folder(args)
    apply_config(args)
    set_task(args)
    check_own_models(args)
    check_options(args)
    data = _load(args)
    if args.task in ANNOTATED:
        check_annotated_folds(data, args)
    else:
        check_labels(data, args, folds=True)
    output, report = check_targets(args, REPORT, REPORT_ALONE)
    if args.own_models:
        with importable(args.modules):
            make_models(args)  # what is wrong with them is told before any file is decoded
    if args.folder is not None:
        from .._recordings import check_recordings

        check_recordings(data["data"], task=args.task, verbose=0 if args.quiet else 1)
    result = _run(args, data)
    say(_describe(data, args.task))
    say(result)
    paths = write_results(result, data, output, report, args)
    for path in paths:
        say(f"wrote {path}")


def _run(args, data):
    from ..model_selection import compare

    with tempfile.TemporaryDirectory(prefix="skmir-") as folder, importable(args.modules):
        result = compare(
            make_models(args, memory=args.memory or folder),
            data["data"],
            labels(data, args.task),
            groups=data["groups"],
            cv=args.cv,
            n_repeats=args.repeats,
            scoring=args.scoring or SCORING.get(args.task),
            reference=args.reference,
            memory=args.memory,
            n_jobs=default_n_jobs(args.n_jobs),
            random_state=args.seed,
            verbose=0 if args.quiet else 1,
        )
    result.warnings_ = list(map(in_options, result.warnings_))  # the report and the record show them
    return result


def _give_back_folder(args):
    """Read a FOLDER behind --scoring, --models or --report as the folder, not as one of their values."""
    if args.folder is not None:
        return
    if args.report and os.path.isdir(args.report):
        args.folder, args.report = args.report, ""
    for names in (args.scoring, args.models):
        if args.folder is None and names and len(names) > 1 and os.path.isdir(names[-1]):
            args.folder = names.pop()


def _load(args):
    """Return the data as a mapping."""
    if args.folder is None:
        _refuse_without_folder(args)
        return _synthesise(args)
    if args.task not in ANNOTATED:
        return list_labels(args)
    from ..datasets._annotated import COMBINE, list_annotations

    return list_annotations(
        args.folder, args.task, combine=COMBINE, annotation_column=args.annotation, **table_arguments(args)
    )


def _synthesise(args):
    """Return synthetic notes of seven families, or clips with exact annotations."""
    from .. import datasets

    if args.task == "classes":
        return datasets.make_instruments(random_state=args.seed)
    from .._annotations import n_events

    make = {
        "onsets": datasets.make_onsets,
        "beats": datasets.make_beats,
        "chords": datasets.make_progressions,
        "notes": datasets.make_piano,
    }[args.task]
    clips, target = make(N_SYNTHESISED, random_state=args.seed)
    description = f"{N_SYNTHESISED} synthesised clips with {sum(map(n_events, target))} {args.task}."
    # Each clip has instruments of its own.
    return {"data": clips, "target": target, "groups": list(range(len(clips))), "DESCR": description}


def _refuse_without_folder(args):
    """Synthesised notes have no table whose columns could be named."""
    defaults = {"tags": None, **COLUMNS, "annotation": ANNOTATION}
    given = [name for name, default in defaults.items() if getattr(args, name) != default]
    if given:
        raise ValueError(f"--{given[0]} needs a FOLDER with a table, and none was given. Name the folder.")
    if args.task == "regression":
        raise ValueError("--regression needs a FOLDER with a table, and none was given. Name the folder.")


def _describe(data, task):
    from .._annotations import n_events

    groups = "no groups" if data["groups"] is None else f"{len(set(data['groups']))} groups"
    found = f"{sum(map(n_events, data['target']))} {task}" if task in ANNOTATED else described(data, task)
    return f"{len(data['data'])} clips, {found}, {groups}"
