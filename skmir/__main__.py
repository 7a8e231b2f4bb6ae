"""The command ``skmir``: does a deep network beat an SVM on MFCCs on these recordings?"""

import argparse
import json
import os
import pathlib
import sys
import tempfile
import warnings

from ._version import __version__

TABLE = {"labels": "labels.csv", "file": "file", "label": "label", "group": "auto"}  # options and defaults
MAX_ERRORS = 10  # files named when some cannot be read
OUTPUTS = {"table": "table.csv", "record": "record.json", "figure": "figure.png"}
REPORT, REPORT_ALONE = "report.html", "skmir-report.html"  # in the folder of --output, and without one
DASH = "\N{EN DASH}"  # in tables, for what is not known
OTHER_COLUMNS = ["mean", "ci_low", "ci_high", "difference", "p_holm"]  # of a table that is not the first


def main(argv=None):
    """Run the command.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; those of the process by default.

    Returns
    -------
    status : int
        0; 2 where the data or an argument is not what it may be; 130 where the user breaks it off.
    """
    args = _parser().parse_args(argv)
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _show_warning
            args.run(args)
    except (OSError, ValueError, TypeError, ImportError) as error:
        print(f"skmir {args.command}: error: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print(f"skmir {args.command}: broken off. {_how_to_go_on(args)}", file=sys.stderr)
        return 130
    return 0


def _show_warning(message, category, filename, lineno, file=None, line=None):
    """Say a warning in one line, above the progress bar, without the place in the source that gave it."""
    from tqdm import tqdm

    tqdm.write(f"skmir compare: warning: {' '.join(str(message).split())}", file=sys.stderr)


def _how_to_go_on(args):
    if args.memory is None:
        return "Nothing is kept; with --memory DIR, what is finished would be."
    return f"What was finished is kept in {args.memory}: the same command goes on from there."


def _parser():
    parser = argparse.ArgumentParser(
        prog="skmir", description="Deep learning in music information retrieval."
    )
    parser.add_argument("--version", action="version", version=f"skmir {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    compare = commands.add_parser(
        "compare",
        help="compare deep networks with classic models on labelled recordings",
        description="Compare deep networks with classic models on labelled recordings, by grouped "
        "cross-validation, and print a table with intervals and p-values.",
    )
    compare.set_defaults(run=_compare)
    _add_data_arguments(compare)
    _add_experiment_arguments(compare)
    _add_output_arguments(compare)
    return parser


def _add_data_arguments(parser):
    parser.add_argument(
        "folder",
        nargs="?",
        metavar="FOLDER",
        help="folder with a labels.csv (columns file,label[,group]) or with a sub-folder a class; without "
        "it, synthesised notes of seven instrument families are used",
    )
    parser.add_argument("--labels", help="name of the table in FOLDER (default: %(default)s)")
    parser.add_argument("--file", metavar="COLUMN", help="its column of file names (default: %(default)s)")
    parser.add_argument("--label", metavar="COLUMN", help="its column of labels (default: %(default)s)")
    parser.add_argument(
        "--group",
        metavar="COLUMN",
        help="its column of groups, which never stand on both sides of a split; auto takes a column "
        "'group' if there is one, none ignores it (default: %(default)s)",
    )
    parser.set_defaults(**TABLE)


def _add_experiment_arguments(parser):
    option = parser.add_argument
    models = "models to run, of SVM LDA MLP CNN CRNN DBN; all if not given"
    option("--models", nargs="+", metavar="NAME", help=models)
    reference = "model that the others are tested against; the first if not given"
    option("--reference", metavar="NAME", help=reference)
    option("--cv", type=int, default=5, metavar="N", help="number of folds (default: %(default)s)")
    repeats = "how many times clips, or groups, are dealt out anew to the folds (default: %(default)s)"
    option("--repeats", type=int, default=1, metavar="N", help=repeats)
    scorers = "scikit-learn scorers; models are judged by the first (default: balanced_accuracy)"
    option("--scoring", nargs="+", default=["balanced_accuracy"], metavar="NAME", help=scorers)
    option("--n-jobs", type=int, metavar="N", help="processes; all cores if not given, one on a GPU")
    seed = "decides notes, folds, weights and order (default: %(default)s)"
    option("--seed", type=int, default=0, help=seed)
    epochs = "epochs of each network; its own number if not given"
    option("--max-epochs", type=int, metavar="N", help=epochs)


def _add_output_arguments(parser):
    option = parser.add_argument
    output = "folder for the table (CSV), the record (JSON) and the figure (PNG)"
    option("--output", metavar="DIR", help=output)
    option(
        "--report",
        nargs="?",
        const="",
        metavar="FILE",
        help="write a page with all results, which opens without a network; without FILE it is "
        f"{REPORT} in the folder of --output, or {REPORT_ALONE} here",
    )
    option(
        "--memory",
        metavar="DIR",
        help="folder in which features and finished folds are kept; the same command, started again, goes "
        "on where it stopped. If not given, features are kept for this run only",
    )
    option("--quiet", action="store_true", help="draw no progress bar")


def _compare(args):
    """Load, compare, print, write."""
    # Imported here so that --help and --version answer at once.
    from .model_selection import compare, default_models

    _give_back_folder(args)
    output, report = _targets(args)
    with tempfile.TemporaryDirectory(prefix="skmir-") as folder:
        models = default_models(args.models, max_iter=args.max_epochs, memory=args.memory or folder)
        data = _load(args)
        result = compare(
            models,
            data.data,
            _labels(data),
            groups=data.groups,
            cv=args.cv,
            n_repeats=args.repeats,
            scoring=args.scoring,
            reference=args.reference,
            memory=args.memory,
            n_jobs=_n_jobs(args.n_jobs),
            random_state=args.seed,
            verbose=0 if args.quiet else 1,
        )
    _print(result, data)
    for path in _write(result, data, output, report):
        print(f"wrote {path}")


def _give_back_folder(args):
    """Take a FOLDER that stands behind --scoring or --report for what it is, not for a scorer or a file."""
    if args.folder is not None:
        return
    if args.report and os.path.isdir(args.report):
        args.folder, args.report = args.report, ""
    elif len(args.scoring) > 1 and os.path.isdir(args.scoring[-1]):
        args.folder = args.scoring.pop()


def _labels(data):
    """Return names of classes, in which warnings can be read; of two, numbers: scorers look for class 1."""
    return data.target if len(data.target_names) <= 2 else [data.target_names[i] for i in data.target]


def _print(result, data):
    print(_describe(data))
    print(result)
    for scorer in result.scorers_[1:]:
        table = result.tables_[scorer][OTHER_COLUMNS]
        print(f"\n{scorer}\n{table.to_string(float_format='{:.3f}'.format, na_rep=DASH)}")


def _load(args):
    from .datasets import load_folder, make_instruments

    if args.folder is None:
        _refuse_without_folder(args)
        return make_instruments(random_state=args.seed)
    data = load_folder(
        args.folder,
        labels=args.labels,
        file_column=args.file,
        label_column=args.label,
        group_column=None if args.group == "none" else args.group,
    )
    _check_recordings(data.data, verbose=0 if args.quiet else 1)
    return data


def _check_recordings(paths, *, verbose):
    """Decode every file once: a bad one would fail most fits of every model, some of them hours later."""
    from .audio._stream import stream

    errors = [error for error in stream(_error_of, paths, n_jobs=-1, verbose=verbose) if error]
    if errors:
        more = "" if len(errors) <= MAX_ERRORS else f"\nand {len(errors) - MAX_ERRORS} more"
        listed = "\n".join(str(error) for error in errors[:MAX_ERRORS])
        raise ValueError(f"{len(errors)} of {len(paths)} recordings cannot be used:\n{listed}{more}")


def _error_of(path):
    """Return what is wrong with a file, or None."""
    from .audio import load

    try:
        load(path)
    except (OSError, ValueError) as error:
        return error
    return None


def _refuse_without_folder(args):
    """Synthesised notes have no table whose columns could be named."""
    given = [name for name, default in TABLE.items() if getattr(args, name) != default]
    if given:
        raise ValueError(f"--{given[0]} is about the table of a FOLDER, and none was given. Name the folder.")


def _n_jobs(n_jobs):
    """All cores; but several processes on one GPU would get in each other's way."""
    import torch

    if n_jobs is not None:
        return n_jobs
    return 1 if torch.cuda.is_available() else -1


def _describe(data):
    groups = "no groups" if data.groups is None else f"{len(set(data.groups))} groups"
    return f"{len(data.data)} clips, {len(data.target_names)} classes, {groups}"


def _targets(args):
    """Return the folder of --output and the file of --report, or None.

    What would fail in the end fails now, before hours go into what they shall hold.
    """
    output = None if args.output is None else pathlib.Path(args.output)
    report = None if args.report is None else pathlib.Path(args.report or _default_report(output))
    if report is not None and report.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--report {args.report} is no name of a page. Let it end in .html.")
    for folder in filter(None, (output, report and report.parent)):
        import matplotlib  # noqa: F401

        folder.mkdir(parents=True, exist_ok=True)
    return output, report


def _default_report(output):
    return REPORT_ALONE if output is None else output / REPORT


def _write(result, data, output, report):
    """Write what was asked for; return the paths."""
    paths = [] if output is None else _write_output(result, data, output)
    if report is not None:
        from .inspection import write_report

        names = {"target_names": data.target_names}
        paths.append(write_report(result, report, description=data.DESCR, **names))
    return paths


def _write_output(result, data, folder):
    """Write table, record and figure; return their paths."""
    import matplotlib

    from .inspection import ComparisonDisplay

    matplotlib.use("agg")
    paths = {name: folder / file for name, file in OUTPUTS.items()}
    result.table_.to_csv(paths["table"])
    record = {"data": data.DESCR, "target_names": list(data.target_names), **result.to_dict()}
    paths["record"].write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    display = ComparisonDisplay.from_comparison(result)
    display.figure_.savefig(paths["figure"], dpi=150, bbox_inches="tight")
    return list(paths.values())


if __name__ == "__main__":
    sys.exit(main())
