"""The command ``skmir``, and ``skmir compare``: does a deep network beat classic models on these recordings?

The other commands stand in ``_commands``, a file each.
"""

import argparse
import importlib.util
import json
import os
import shlex
import sys
import tempfile
import warnings

from ._commands import COMMANDS, default_n_jobs, say
from ._model_names import MODEL_NAMES
from ._options import in_options
from ._version import __version__

TABLE = {  # options and defaults
    "labels": "labels.csv",
    "file": "file",
    "label": "label",
    "annotation": "auto",
    "group": "auto",
}
# Warnings from within fits that repeat what the command has said about the classes and the recordings.
SAID_BEFORE = ["The least populated class in y", r"\d+ of \d+ clips are shorter than"]
ANNOTATED = tuple(task for task in MODEL_NAMES if task != "classes")
SUFFIXES = {"onsets": ".onsets.csv", "beats": ".beats.csv", "chords": ".lab", "notes": ".mid"}
OUTPUTS = {"table": "table.csv", "record": "record.json", "figure": "figure.png"}
PREDICTIONS = "predictions"  # a table of classes, or a folder of annotations, in the folder of --output
N_SYNTHESISED = 40  # clips with annotations, if there is no folder
REPORT, REPORT_ALONE = "report.html", "skmir-report.html"  # in the folder of --output, and without one


def main(argv=None):
    """Run the command.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; those of the process by default.

    Returns
    -------
    status : int
        0; 1 if ``skmir predict`` passed over a file; 2 if the data or an argument is not valid; 130 if the
        user interrupts the command.
    """
    args = _parser().parse_args(argv)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _Warnings(args.command).show
            for words in SAID_BEFORE:
                warnings.filterwarnings("ignore", message=words)
            return args.run(args) or 0
    except (OSError, ValueError, TypeError, ImportError) as error:
        text = in_options(str(error), classes_only=args.command != "compare")
        print(f"skmir {args.command}: error: {text}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"skmir {args.command}: interrupted. {args.how_to_go_on(args)}", file=sys.stderr)
        return 130


class _Warnings:
    """Print warnings above the progress bar, each once and in the command's words."""

    def __init__(self, command):
        self._command, self._said = command, set()

    def show(self, message, category, filename, lineno, file=None, line=None):
        """Take the place of ``warnings.showwarning``."""
        from tqdm import tqdm

        text = in_options(" ".join(str(message).split()))
        if text not in self._said:
            self._said.add(text)
            tqdm.write(f"skmir {self._command}: warning: {text}", file=sys.stderr)


def _how_to_go_on(args):
    if args.memory is None:
        return "No results are kept. Use --memory DIR to keep finished folds."
    return f"Finished folds are kept in {args.memory}. Run the same command again to go on from there."


def _parser():
    parser = argparse.ArgumentParser(
        prog="skmir", description="Deep learning in music information retrieval."
    )
    parser.add_argument("--version", action="version", version=f"skmir {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    compare = commands.add_parser(
        "compare",
        help="compare deep networks with classic models on labelled or annotated recordings",
        description="Compare deep networks with classic models on labelled recordings, or on recordings with "
        "annotations of onsets, beats, chords or notes, by grouped cross-validation, and print a table with "
        "intervals and p-values.",
    )
    compare.set_defaults(run=_compare, how_to_go_on=_how_to_go_on)
    _add_data_arguments(compare)
    _add_experiment_arguments(compare)
    _add_output_arguments(compare)
    for command in COMMANDS:
        command.add_parser(commands)
    return parser


def _add_data_arguments(parser):
    parser.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help="folder with a labels.csv (columns file,label[,group]) or with one sub-folder per class; "
        "without it, synthesised notes of seven instrument families are used",
    )
    task = parser.add_mutually_exclusive_group()
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
    parser.add_argument("--labels", help="name of the table in FOLDER (default: %(default)s)")
    table_column = "the table's column of"
    parser.add_argument("--file", metavar="COLUMN", help=f"{table_column} file names (default: %(default)s)")
    parser.add_argument("--label", metavar="COLUMN", help=f"{table_column} labels (default: %(default)s)")
    parser.add_argument(
        "--annotation",
        metavar="COLUMN",
        help=f"{table_column} annotation files, for --onsets and the like; auto takes the column of that "
        "name, or one called midi, jams, notes or bars that has such annotations (default: %(default)s)",
    )
    parser.add_argument(
        "--group",
        metavar="COLUMN",
        help=f"{table_column} groups; a group is never on both sides of a split; auto takes the column "
        "'group' if there is one, none ignores it (default: %(default)s)",
    )
    parser.set_defaults(task="classes", **TABLE)


def _add_experiment_arguments(parser):
    option = parser.add_argument
    of_task = {task: shlex.join(names) for task, names in MODEL_NAMES.items()}
    annotated = "; ".join(f"with --{task}, from {of_task[task]}" for task in ANNOTATED)
    models = f"models to run, from {of_task['classes']}; {annotated}; all if not given"
    option("--models", nargs="+", metavar="NAME", help=models)
    reference = "model that the others are tested against; the first if not given"
    option("--reference", metavar="NAME", help=reference)
    option("--cv", type=int, default=5, metavar="N", help="number of folds (default: %(default)s)")
    repeats = "how many times clips, or groups, are distributed over the folds (default: %(default)s)"
    option("--repeats", type=int, default=1, metavar="N", help=repeats)
    scorers = "scikit-learn scorers, or skmir's of onsets, beats, chords or notes; models are judged by the "
    scorers += "first; balanced_accuracy, onset_f50, beat_f, chord_majmin or note_f if not given"
    option("--scoring", nargs="+", metavar="NAME", help=scorers)
    n_jobs = "number of processes; if not given, one per core, or one if there is a GPU"
    option("--n-jobs", type=int, metavar="N", help=n_jobs)
    seed = "seed of synthesised clips, folds, weights and order of clips (default: %(default)s)"
    option("--seed", type=int, default=0, help=seed)
    epochs = "number of epochs of each network; each network's own number if not given"
    option("--max-epochs", type=int, metavar="N", help=epochs)


def _add_output_arguments(parser):
    option = parser.add_argument
    output = "folder for the table (CSV), the record (JSON), the figure (PNG), and what each model predicted "
    output += "for each recording: a table (CSV), or, with --onsets and the like, files as CSV, .lab or .mid"
    option("--output", metavar="DIR", help=output)
    option(
        "--report",
        nargs="?",
        const="",
        metavar="FILE",
        help="write a page with all results, which opens without a network; without FILE the page is "
        f"{REPORT} in the folder of --output, or {REPORT_ALONE} in the current folder",
    )
    option(
        "--memory",
        metavar="DIR",
        help="folder in which features and finished folds are kept; the same command, started again, goes "
        "on where it stopped. If not given, features are kept for this run only",
    )
    option("--quiet", action="store_true", help="draw no progress bar")


def _compare(args):
    """Check, load, compare, print, write; modules that are slow to import are imported when needed."""
    from ._early_checks import check_annotated_folds, check_folds, check_options, check_targets

    _give_back_folder(args)
    check_options(args)
    data = _load(args)
    (check_folds if args.task == "classes" else check_annotated_folds)(data, args)
    output, report = check_targets(args, REPORT, REPORT_ALONE)
    if args.folder is not None:
        from ._recordings import check_recordings

        check_recordings(data["data"], task=args.task, verbose=0 if args.quiet else 1)
    result = _run(args, data)
    say(_describe(data, args.task))
    say(result)
    paths = _write(result, data, output, report, args)
    for path in paths:
        say(f"wrote {path}")


def _run(args, data):
    from .model_selection import compare, default_models

    with tempfile.TemporaryDirectory(prefix="skmir-") as folder:
        options = {"max_iter": args.max_epochs, "memory": args.memory or folder}
        models = default_models(args.models, task=args.task, **options)
        result = compare(
            models,
            data["data"],
            _labels(data) if args.task == "classes" else data["target"],
            groups=data["groups"],
            cv=args.cv,
            n_repeats=args.repeats,
            scoring=args.scoring,
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


def _labels(data):
    """Return names of classes, so that warnings name them; for two classes numbers: scorers need class 1."""
    names = data["target_names"]
    return data["target"] if len(names) <= 2 else [names[i] for i in data["target"]]


def _load(args):
    """Return the data as a mapping."""
    if args.folder is None:
        _refuse_without_folder(args)
        return _synthesise(args)
    table = {
        "labels": args.labels,
        "file_column": args.file,
        "group_column": None if args.group == "none" else args.group,
    }
    if args.task == "classes":
        from .datasets._folder import list_folder

        return list_folder(args.folder, label_column=args.label, **table)
    from .datasets._annotation_folder import COMBINE, list_annotations

    return list_annotations(
        args.folder, args.task, combine=COMBINE, annotation_column=args.annotation, **table
    )


def _synthesise(args):
    """Return synthetic notes of seven families, or clips with exact annotations."""
    from . import datasets

    if args.task == "classes":
        return datasets.make_instruments(random_state=args.seed)
    from ._annotations import n_events

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
    given = [name for name, default in TABLE.items() if getattr(args, name) != default]
    if given:
        raise ValueError(f"--{given[0]} needs a FOLDER with a table, and none was given. Name the folder.")


def _describe(data, task):
    from ._annotations import n_events

    groups = "no groups" if data["groups"] is None else f"{len(set(data['groups']))} groups"
    n = len(data["target_names"]) if task == "classes" else sum(map(n_events, data["target"]))
    return f"{len(data['data'])} clips, {n} {task}, {groups}"


def _write(result, data, output, report, args):
    """Write the output and the report that were asked for; return the paths."""
    paths = [] if output is None else _write_output(result, data, output)
    if output is not None:
        write = _write_prediction_table if args.task == "classes" else _write_predictions
        paths.append(write(result, data, output / PREDICTIONS, args))
    if report is not None:
        from .inspection import write_report

        paths.append(write_report(result, report, description=data["DESCR"], **_target_names(data)))
    return paths


def _target_names(data):
    """Return the names of the classes as an argument; annotations have no classes."""
    return {"target_names": list(data["target_names"])} if "target_names" in data else {}


def _write_output(result, data, folder):
    """Write table, record and figure; return their paths."""
    import matplotlib

    from .inspection import ComparisonDisplay

    matplotlib.use("agg")
    paths = {name: folder / file for name, file in OUTPUTS.items()}
    result.table_.to_csv(paths["table"])
    record = {"data": data["DESCR"], **_target_names(data), **result.to_dict()}
    paths["record"].write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    display = ComparisonDisplay.from_comparison(result)
    display.figure_.savefig(paths["figure"], dpi=150, bbox_inches="tight")
    return list(paths.values())


def _write_prediction_table(result, data, path, args):
    """Write what each model said of each recording while it was held out; return the file."""
    table, path = result.prediction_table(**_target_names(data)), path.with_suffix(".csv")
    if args.folder is not None:
        table["file"] = [os.path.relpath(file, args.folder) for file in table["file"]]
        table = table.drop(columns="row")
    table.to_csv(path, index=False, errors="surrogateescape")  # names of files need not be UTF-8
    return path


def _write_predictions(result, data, folder, args):
    """Write what each model found in each recording while it was held out; return the folder."""
    from .datasets import write_annotations

    suffix = SUFFIXES[args.task]
    if suffix == ".mid" and importlib.util.find_spec("pretty_midi") is None:
        suffix = ".notes.csv"
    for model in MODEL_NAMES[args.task]:
        for i, prediction in enumerate(result.predictions_.get(model, ())):
            if prediction is None:  # of a fold that failed
                continue
            file = str(i) if args.folder is None else os.path.relpath(data["data"][i], args.folder)
            path = folder / model / f"{os.path.splitext(file)[0]}{suffix}"
            path.parent.mkdir(parents=True, exist_ok=True)
            write_annotations(path, prediction, kind=args.task)
    return folder


if __name__ == "__main__":
    sys.exit(main())
