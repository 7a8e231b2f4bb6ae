"""The command ``skmir``: reads the arguments, runs a command of ``_commands``, and tells its errors."""

import argparse
import functools
import sys
import warnings

from ._commands import COMMANDS
from ._options import ConfigError, in_options
from ._version import __version__

# Warnings from within fits that repeat what the command has said about the labels and the recordings.
SAID_BEFORE = [
    "The least populated class in y",
    r"\d+ of \d+ clips are shorter than",
    "Label .* is present in all training examples",
]


def main(argv=None):
    """Run the command.

    Parameters
    ----------
    argv : list of str, default=None
        Arguments; those of the process by default.

    Returns
    -------
    status : int
        0; 1 if ``skmir check`` finds something wrong, or another command passed over a file; 2 if the data
        or an argument is not valid; 130 if the user interrupts the command.
    """
    parser = _parser()
    args = parser.parse_args(argv)
    args.parse_again = functools.partial(
        parser.parse_args, argv
    )  # for --config, which must know what was typed
    try:
        with warnings.catch_warnings():
            warnings.showwarning = _Warnings(args.command).show
            for words in SAID_BEFORE:
                warnings.filterwarnings("ignore", message=words)
            return args.run(args) or 0
    except (OSError, ValueError, TypeError, ImportError) as error:
        as_is = isinstance(error, ConfigError)
        text = str(error) if as_is else in_options(str(error), classes_only=args.command != "compare")
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


def _parser():
    parser = argparse.ArgumentParser(
        prog="skmir", description="Deep learning in music information retrieval."
    )
    parser.add_argument("--version", action="version", version=f"skmir {__version__}")
    commands = parser.add_subparsers(dest="command", required=True)
    for command in COMMANDS:
        command.add_parser(commands)
    return parser


if __name__ == "__main__":
    sys.exit(main())
