"""The command ``skmir``: does a deep network beat an SVM on MFCCs on these recordings?"""

import argparse
import json
import pathlib
import sys
import tempfile

from ._version import __version__

TABLE = {"labels": "labels.csv", "file": "file", "label": "label", "group": "auto"}  # options and defaults
MAX_ERRORS = 10  # files named when some cannot be read
OUTPUTS = {"table": "table.csv", "record": "record.json", "figure": "figure.png"}


def main(argv=None):
    """Run the command.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; those of the process by default.

    Returns
    -------
    status : int
        0, or 2 where the data or an argument is not what it may be.
    """
    args = _parser().parse_args(argv)
    try:
        args.run(args)
    except (OSError, ValueError, TypeError, ImportError) as error:
        print(f"skmir {args.command}: error: {error}", file=sys.stderr)
        return 2
    return 0


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
    parser.add_argument(
        "--models",
        nargs="+",
        metavar="NAME",
        help="models to run, of SVM LDA MLP CNN CRNN DBN; all if not given",
    )
    parser.add_argument(
        "--reference", metavar="NAME", help="model that the others are tested against; the first if not given"
    )
    parser.add_argument(
        "--cv", type=int, default=5, metavar="N", help="number of folds (default: %(default)s)"
    )
    parser.add_argument(
        "--scoring", default="balanced_accuracy", help="a scikit-learn scorer (default: %(default)s)"
    )
    parser.add_argument(
        "--n-jobs", type=int, metavar="N", help="processes; all cores if not given, one on a GPU"
    )
    parser.add_argument(
        "--seed", type=int, default=0, help="decides notes, folds, weights and order (default: %(default)s)"
    )
    parser.add_argument(
        "--max-epochs", type=int, metavar="N", help="epochs of each network; its own number if not given"
    )
    parser.add_argument(
        "--output", metavar="DIR", help="folder for the table (CSV), the record (JSON) and the figure (PNG)"
    )
    parser.add_argument(
        "--memory",
        metavar="DIR",
        help="folder in which features are kept from run to run; one for this run only if not given",
    )
    parser.add_argument("--quiet", action="store_true", help="draw no progress bar")


def _compare(args):
    """Load, compare, print, write."""
    # Imported here so that --help and --version answer at once.
    from .model_selection import compare, default_models

    output = _output_folder(args.output)
    with tempfile.TemporaryDirectory(prefix="skmir-") as folder:
        memory = args.memory or folder
        models = default_models(args.models, max_iter=args.max_epochs, memory=memory)
        data = _load(args)
        result = compare(
            models,
            data.data,
            data.target,
            groups=data.groups,
            cv=args.cv,
            scoring=args.scoring,
            reference=args.reference,
            n_jobs=_n_jobs(args.n_jobs),
            random_state=args.seed,
            verbose=0 if args.quiet else 1,
        )
    print(_describe(data))
    print(result)
    if output is not None:
        for path in _write(result, data, output):
            print(f"wrote {path}")


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


def _output_folder(name):
    """Make the folder, and see that a figure can be drawn, before hours go into what it shall hold."""
    if name is None:
        return None
    import matplotlib  # noqa: F401

    folder = pathlib.Path(name)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _write(result, data, folder):
    """Write table, record and figure; return their paths."""
    import matplotlib

    matplotlib.use("agg")
    from .inspection import ComparisonDisplay

    paths = {name: folder / file for name, file in OUTPUTS.items()}
    result.table_.to_csv(paths["table"])
    record = {"data": data.DESCR, "target_names": list(data.target_names), **result.to_dict()}
    paths["record"].write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    display = ComparisonDisplay.from_comparison(result)
    display.figure_.savefig(paths["figure"], dpi=150, bbox_inches="tight")
    return paths.values()


if __name__ == "__main__":
    sys.exit(main())
