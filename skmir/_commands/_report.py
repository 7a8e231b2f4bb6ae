"""The command ``skmir report``: the page of a comparison, made again from its record."""

import json
import os
import pathlib

from .._comparison_records import check_record
from .._early_checks import check_audio, check_writable
from .._extras import require
from ._common import add_audio, say
from ._compare_output import OUTPUTS

REPORT = "report.html"
# What skmir compare adds to the record of a comparison.
TEXTS = {
    "data": (str, "a description of the data"),
    "target_names": (list, "a list of names of classes"),
    "folder": (str, "the folder of the recordings"),
}


def add_parser(commands):
    """Add the command to the subparsers."""
    parser = commands.add_parser(
        "report",
        help="make the page of a comparison again from its record",
        description="Make the page of a comparison from the record that skmir compare --output has written. "
        "Nothing is fitted. Recordings are needed for nothing but the mistakes to listen to.",
    )
    option = parser.add_argument
    record = f"file that skmir compare --output wrote, {OUTPUTS['record']}, or the folder that holds it"
    option("record", metavar="RECORD", help=record)
    output = f"file to write, which ends in .html; {REPORT} beside the record if not given. An existing "
    output += "file is replaced"
    option("-o", "--output", metavar="FILE", help=output)
    option("--title", metavar="TEXT", help="heading of the page; it names the models if not given")
    folder = "folder of the recordings, if they are no longer where skmir compare found them"
    option("--folder", metavar="DIR", help=folder)
    add_audio(parser)
    parser.set_defaults(run=run, how_to_go_on=lambda args: "No page was written.")


def run(args):
    """Read, check, write; modules that are slow to import are imported when needed."""
    check_audio(args)
    path = _record_file(args.record)
    output = _check_output(args.output, path)
    record = _read(path)
    require("skmir report", "plot")
    check_writable("--output", output.parent)
    from ..inspection import write_report
    from ..model_selection import Comparison

    files = _with_folder(record, path, args.folder)
    write_report(
        Comparison.from_dict(record | {"files": files}),
        output,
        title=args.title,
        description=record.get("data"),
        target_names=record.get("target_names"),
        audio=not args.no_audio,
        audio_limit=args.audio_limit,
    )
    say(f"wrote {output}")


def _record_file(name):
    path = pathlib.Path(name)
    path = path / OUTPUTS["record"] if path.is_dir() else path
    if not path.is_file():
        raise FileNotFoundError(
            f"RECORD must be a file that skmir compare --output wrote, and there is no file {path}."
        )
    return path


def _check_output(name, record):
    path = record.with_name(REPORT) if name is None else pathlib.Path(name)
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--output must be a file that ends in .html, got {path}. Name a file that does.")
    if path.is_dir():
        raise IsADirectoryError(f"--output must be a file, got the folder {path}. Name a file in it.")
    return path


def _read(path):
    """Return the record, or raise an error that names the file."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:  # not JSON, or not text
        raise ValueError(
            f"{path} is not JSON ({error}). Name the {OUTPUTS['record']} that skmir compare --output wrote."
        ) from error
    try:
        check_record(record)
    except (TypeError, ValueError) as error:
        raise type(error)(f"{path}: {error}") from error
    for name, (kind, words) in TEXTS.items():
        if not isinstance(record.get(name), kind | None):
            raise ValueError(f"{path}: record[{name!r}] must be {words}, got {record[name]!r}.")
    return record


def _with_folder(record, path, folder):
    """Return the files of the clips, which the record names as seen from the folder of the recordings."""
    if record["files"] is None or record.get("folder") is None:
        return record["files"]
    folder = path.parent / record["folder"] if folder is None else folder
    return [os.path.normpath(os.path.join(folder, file)) for file in record["files"]]
