"""What several commands do in the same way."""

import os
import sys


def add_report(parser, holds, where):
    """Add ``--report``, a page that ``holds`` something; ``where`` says where it is without FILE."""
    parser.add_argument(
        "--report",
        nargs="?",
        const="",
        metavar="FILE",
        help=f"write a page with {holds}, which opens without a network; without FILE the page is {where}",
    )


def add_n_jobs(parser, of, default):
    """Add ``--n-jobs``, the number ``of`` something; ``default`` says how many there are if not given."""
    parser.add_argument("--n-jobs", type=int, metavar="N", help=f"number of {of}; if not given, {default}")


def add_quiet(parser):
    """Add ``--quiet``."""
    parser.add_argument("--quiet", action="store_true", help="draw no progress bar")


def add_audio(parser):
    """Add the options that say what can be heard on a page."""
    option = parser.add_argument
    silent = "put no sound into the page of --report; without it, whoever gets the page hears and sees the "
    option("--no-audio", action="store_true", help=silent + "loudest seconds of clips that models got wrong")
    limit = "megabytes that sound and spectrograms may take on the page (default: %(default)s)"
    option("--audio-limit", type=float, default=8, metavar="MB", help=limit)


def say(text):
    """Print; if the pipe is closed (``| head``), go on in silence, since files are still to be written."""
    try:
        print(text, flush=True)
    except BrokenPipeError:
        close_stdout()


def close_stdout():
    """Let what is printed from now on vanish, without an error at the end of the process."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def default_n_jobs(n_jobs):
    """Return all cores by default, but one on a GPU, where several processes would compete."""
    import torch

    if n_jobs is not None:
        return n_jobs
    return 1 if torch.cuda.is_available() else -1


def relative_path(path, folder):
    """Return a path as seen from a folder, with slashes; the whole path if they are on different drives."""
    try:
        path = os.path.relpath(path, folder)
    except ValueError:
        path = os.path.abspath(path)
    return path.replace(os.sep, "/")
