"""The command ``skmir features``: write what a front end makes of recordings, for other programs."""

import ast
import functools
import os
import pathlib
import shlex
import warnings

from .._early_checks import check_names, check_numbers, meant
from .._extras import require
from .._model_names import FRONT_END_NAMES
from ._checks import check_new_file
from ._common import add_n_jobs, add_quiet
from ._feature_files import SUFFIXES, feature_file
from ._files import exit_status, in_batches, list_files, progress
from ._table import add_columns, given_columns, list_recordings


def add_parser(commands):
    """Add the command to the subparsers."""
    parser = commands.add_parser(
        "features",
        help="write features of recordings as a table",
        description="Write what a front end makes of recordings, for R, Weka or pandas: a row per recording, "
        "with the file, its label and group if the inputs are one FOLDER that has them, and statistics over "
        "time of each bin. Files that cannot be used are named on stderr and passed over; then the exit "
        "status is 1.",
    )
    option = parser.add_argument
    inputs = "one FOLDER as skmir check takes it; or recordings, and folders with recordings at any depth"
    option("inputs", nargs="*", metavar="FILE|FOLDER", help=inputs)
    front_end = f"front end, from {shlex.join(FRONT_END_NAMES)}"
    option("--front-end", required=True, metavar="NAME", help=front_end)
    parameter = "a parameter of the front end, such as n_mfcc=13; may be given several times"
    option("--set", action="append", default=[], metavar="NAME=VALUE", help=parameter)
    statistics = "statistics over the frames, as FramePooler takes them, such as mean std q95 delta_std "
    option("--statistics", nargs="+", metavar="NAME", help=f"{statistics}(default: mean std)")
    frames = "write the frames themselves, an array per recording; needs an .npz file"
    option("--frames", action="store_true", help=frames)
    output = "file to write, which ends in .csv, .parquet or .npz; CSV on standard output if not given"
    option("-o", "--output", metavar="FILE", help=output)
    option("--overwrite", action="store_true", help="replace an existing file of --output")
    add_columns(parser)
    add_n_jobs(parser, "threads", "one per core")
    add_quiet(parser)
    parser.set_defaults(run=run, how_to_go_on=_how_to_go_on, seed=0)


def _how_to_go_on(args):
    if args.output is None:
        return "The rows above are complete."
    if args.output.lower().endswith(".csv") and os.path.exists(args.output):
        return f"{args.output} holds rows of the files that were done."
    return "Nothing was written."


def run(args):
    """Check, list, compute, write; return 1 if files were passed over, and 0 otherwise."""
    _give_back_inputs(args)
    parameters = _check_options(args)
    data = _list(args)
    steps, names = _make(args, parameters)
    files, passed_over = data["data"], []
    compute = functools.partial(_compute, steps)
    with feature_file(args.output, names, data, frames=args.frames) as table, progress(files, args) as bar:
        for found in in_batches(compute, files, bar, "features", passed_over):
            table.add(found)
    return exit_status("features", passed_over, files)


def _give_back_inputs(args):
    """Read files and folders behind --statistics as inputs, not as names of statistics."""
    while not args.inputs and args.statistics and os.path.exists(args.statistics[-1]):
        first = next(i for i, name in enumerate(args.statistics) if os.path.exists(name))
        args.statistics, args.inputs = args.statistics[:first], args.statistics[first:]


def _check_options(args):
    """Raise for options that are wrong whatever the recordings are; return the front end's parameters."""
    check_numbers(args)
    check_names("--front-end", [args.front_end], FRONT_END_NAMES, "a front end")
    if not args.inputs:
        raise ValueError("There must be a FILE or a FOLDER with recordings, and none was given. Name one.")
    suffix = "" if args.output is None else pathlib.Path(args.output).suffix.lower()
    if args.output is not None and suffix not in SUFFIXES:
        raise ValueError(
            f"--output must be a file that ends in {', '.join(SUFFIXES[:-1])} or {SUFFIXES[-1]}, got "
            f"{args.output}. Name a file that does."
        )
    if args.frames and suffix != ".npz":
        raise ValueError(
            "--frames writes arrays, which need a file that ends in .npz. Name one with --output."
        )
    if args.frames and args.statistics:
        raise ValueError("--frames writes no --statistics. Leave one of them out.")
    if suffix == ".parquet":
        require("--output FILE.parquet", "parquet")
    if args.output is not None:
        check_new_file(pathlib.Path(args.output), overwrite=args.overwrite)
    return dict(map(_parse, args.set))


def _parse(text):
    """Return name and value of ``--set``; a value that Python cannot read as its own is a word."""
    name, equals, value = text.partition("=")
    if not (name.strip().isidentifier() and equals):
        raise ValueError(f"--set must be NAME=VALUE, such as n_mfcc=13, got {text!r}.")
    try:
        return name.strip(), ast.literal_eval(value.strip())
    except (ValueError, SyntaxError):
        return name.strip(), value.strip()


def _list(args):
    """Return the recordings as a mapping; only those of a single folder have classes and groups."""
    if len(args.inputs) == 1 and os.path.isdir(args.inputs[0]):
        args.folder = args.inputs[0]
        return list_recordings(args)
    if given_columns(args):
        raise ValueError(
            f"{given_columns(args)[0]} needs one FOLDER with a table, got {shlex.join(args.inputs[:3])}. "
            "Name the folder alone."
        )
    return {"data": list_files(args.inputs, "to compute features of"), "target": None, "groups": None}


def _make(args, parameters):
    """Return the steps from files to rows or frames, and the names of the features.

    A second of silence goes through them: what it raises is the options' fault, and not that of a file.
    """
    import numpy as np
    from sklearn.pipeline import make_pipeline

    from .. import feature_extraction
    from ..preprocessing import FramePooler

    front_end = getattr(feature_extraction, args.front_end)()
    known = sorted(front_end.get_params(deep=False))
    for name in parameters:
        if name not in known:
            raise ValueError(
                f"--set must name a parameter of {args.front_end}, got {name!r}.{meant(name, known)} Use any "
                f"of {', '.join(map(repr, known))}."
            )
    n_samples = max(1, round(front_end.sr))  # of the defaults: parameters are checked below
    n_jobs = -1 if args.n_jobs is None else args.n_jobs
    front_end.set_params(**{"n_jobs": n_jobs, **parameters})
    pooler = FramePooler() if args.statistics is None else FramePooler(tuple(args.statistics))
    steps = make_pipeline(front_end, *([] if args.frames else [pooler]))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        steps.fit_transform([np.zeros(n_samples)])
    return steps, list(map(str, steps.get_feature_names_out()))


def _compute(steps, files):
    return list(steps.fit_transform(files))
