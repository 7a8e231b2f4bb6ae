"""The command ``skmir check``: what is in a folder of recordings, and what is wrong with it."""

import warnings

from .._early_checks import check_numbers, check_writable, report_path
from .._options import in_options
from ._checks import check_are_classes
from ._common import add_n_jobs, add_quiet, add_report, say
from ._table import add_columns, list_recordings

REPORT = "skmir-check.html"


def add_parser(commands):
    """Add the command to the subparsers."""
    parser = commands.add_parser(
        "check",
        help="say what is in a folder of recordings, and what is wrong with it",
        description="Decode every recording of a folder once, and say what is there and what is wrong with "
        "it: formats, rates and lengths; silence, clipping, channels that cancel; classes and groups; "
        "copies; classes that the length, the level or the encoding tells without any music. The exit "
        "status is 1 if something is wrong, and 0 if nothing is, even if something is worth knowing.",
    )
    data = "folder with a labels.csv (columns file,label[,group]), with one sub-folder per class, or with "
    parser.add_argument("folder", metavar="FOLDER", help=f"{data}recordings alone")
    add_columns(parser)
    folds = "number of folds for which there should be enough recordings and groups (default: %(default)s)"
    parser.add_argument("--cv", type=int, default=5, metavar="N", help=folds)
    add_report(parser, "all findings and all files that they name", f"{REPORT} in the current folder")
    add_n_jobs(parser, "threads", "one per core")
    add_quiet(parser)
    parser.set_defaults(run=run, how_to_go_on=_how_to_go_on, seed=0)


def _how_to_go_on(_args):
    return "Nothing was written."


def run(args):
    """Check options, list, decode, print; return 1 if something is wrong, and 0 otherwise."""
    check_numbers(args)
    report = None if args.report is None else report_path(args.report or REPORT)
    if report is not None:
        check_writable("--report", report.parent)
    with warnings.catch_warnings(record=True) as listing:
        warnings.simplefilter("always")
        data = list_recordings(args)
    labels = _classes(data)
    from ..model_selection import check_dataset

    check = check_dataset(
        data["data"],
        labels,
        data["groups"],
        table=data["frame"],
        cv=args.cv,
        listing=[str(each.message) for each in listing if each.category is UserWarning],
        n_jobs=-1 if args.n_jobs is None else args.n_jobs,
        random_state=args.seed,
        verbose=0 if args.quiet else 1,
    )
    check.findings_["text"] = check.findings_["text"].map(in_options)
    say(check)
    if report is not None:
        report.write_text(check.to_html(title=f"Check of {args.folder}"), encoding="utf-8", newline="\n")
        say(f"wrote {report}")
    return int(not check.is_good_)


def _classes(data):
    """Return the class of each recording, or None if labels are missing, or are tags or numbers."""
    if data["target"] is None:
        return None
    names = data["target_names"]
    try:
        check_are_classes(names)
    except ValueError as error:
        reason = str(error).partition(" For ")[0]
        warnings.warn(f"Classes are not checked. {reason}", stacklevel=2)
        return None
    return [names[i] for i in data["target"]]
