"""Whether results can be written where they are asked for."""

import importlib.util
import pathlib
import tempfile

from .._extras import require


def check_targets(args, report_name, report_alone):
    """Make the folders for the results, and try whether files can be written there.

    A folder that cannot be written thus raises at once, and not after hours of work.

    Parameters
    ----------
    args : argparse.Namespace
        Options of ``skmir compare``.
    report_name, report_alone : str
        Default names of a report, in the folder of ``--output`` and without such a folder.

    Returns
    -------
    output : Path or None
        The folder of ``--output``.
    report : Path or None
        The file of ``--report``.

    Raises
    ------
    ImportError
        If matplotlib is needed and not installed.
    OSError
        If a folder cannot be made or written.
    ValueError
        If ``--report`` does not end in ``.html`` or ``.htm``.
    """
    output = None if args.output is None else pathlib.Path(args.output)
    default = report_alone if output is None else output / report_name
    report = None if args.report is None else report_path(args.report or default)
    for option, folder in (
        ("--output", output),
        ("--report", report and report.parent),
        ("--memory", args.memory),
    ):
        if folder is not None:
            _check_matplotlib(option)
            check_writable(option, pathlib.Path(folder))
    return output, report


def report_path(given):
    """Return the file of ``--report``, or raise if it does not look like a page.

    Parameters
    ----------
    given : str or Path

    Returns
    -------
    path : Path

    Raises
    ------
    IsADirectoryError
        If it is a folder.
    ValueError
        If it does not end in ``.html`` or ``.htm``.
    """
    path = pathlib.Path(given)
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--report must be a file that ends in .html, got {given}. Name a file that does.")
    if path.is_dir():
        raise IsADirectoryError(
            f"--report must be a file, got the folder {path}. Name a file that ends in .html."
        )
    return path


def _check_matplotlib(option):
    if option != "--memory" and importlib.util.find_spec("matplotlib") is None:  # not imported: that is slow
        require(option, "plot")


def check_writable(option, folder):
    """Make the folder that an option names, and raise if no file can be written there."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(
            f"{option} must be a folder, got the file {folder}. Name another folder; it need not exist."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise OSError(
            f"{option}: cannot write to {folder}: {error.strerror or error}. Name another folder."
        ) from error
