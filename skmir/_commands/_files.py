"""Files and folders given to a command: listed, taken in batches, and passed over if they cannot be used."""

import contextlib
import os
import sys
import warnings

from ._common import close_stdout

MAX_FILES, MAX_BYTES = 32, 2**26  # of one batch; an hour of sound as a WAV file is a batch of its own
FAILS = (OSError, ValueError)  # what a recording raises that cannot be used


def list_files(inputs, purpose):
    """Return the recordings that files and folders name, each once, in the order of the inputs.

    Parameters
    ----------
    inputs : list of str
        Files, and folders with recordings at any depth.
    purpose : str
        What is done to the recordings, such as "to label".

    Returns
    -------
    files : list of str

    Raises
    ------
    FileNotFoundError
        If none of the files exists.
    """
    from ..datasets._folders import recordings

    files = []
    for given in inputs:
        if os.path.isdir(given):
            found, messages = recordings(given)
            for message in [*messages, *([] if found else [f"There are no recordings in {given!r}."])]:
                warnings.warn(message, stacklevel=2)
            files += found
        else:
            files.append(given)
    if not any(map(os.path.exists, files)):
        raise FileNotFoundError(
            f"There are no recordings {purpose}: {' '.join(inputs[:3])}{' ...' * (len(inputs) > 3)} must "
            f"name files or folders with recordings. Paths are relative to {os.getcwd()!r} unless absolute."
        )
    return list(dict.fromkeys(files))


@contextlib.contextmanager
def open_table(output):
    """Open a table of text to write. Names of files that cannot be decoded as text keep their bytes.

    Parameters
    ----------
    output : str or None
        The file; None is standard output.
    """
    if output is not None:
        with open(output, "w", encoding="utf-8", errors="surrogateescape", newline="") as stream:
            yield stream
        return
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(errors="surrogateescape")
    try:
        yield sys.stdout
    except BrokenPipeError:  # the reader has seen enough (``| head``)
        close_stdout()


def progress(files, args):
    """Return a bar on stderr that counts files."""
    from tqdm import tqdm

    # On a terminal, rows on standard output would run into the bar, and show the progress themselves.
    rows_are_seen = args.output is None and sys.stdout.isatty()
    return tqdm(total=len(files), unit="file", disable=args.quiet or rows_are_seen, file=sys.stderr)


def in_batches(function, files, bar, command, passed_over):
    """Apply a function to files, batch by batch; those that cannot be used are named on stderr.

    Parameters
    ----------
    function : callable
        Takes a list of files that fit in memory together, and returns one result per file.
    files : list of str
    bar : tqdm
        Counts the files.
    command : str
        Name of the command, for its messages.
    passed_over : list of str
        Gets the files that cannot be used.

    Yields
    ------
    found : list of (str, object)
        The files of a batch that can be used, each with its result.
    """
    for batch in _batches(files):
        results = of_each(function, batch)
        for file, result in results:
            if isinstance(result, Exception):
                passed_over.append(file)
                bar.write(f"skmir {command}: passed over: {named(file, result)}", file=sys.stderr)
        yield [(file, result) for file, result in results if not isinstance(result, Exception)]
        bar.update(len(batch))


def exit_status(command, passed_over, files):
    """Return 1, after saying how many files were passed over, or 0 if none was."""
    n_failed = len(passed_over)
    if n_failed:
        of = f"{n_failed} of {len(files)} files {'was' if n_failed == 1 else 'were'}"
        print(f"skmir {command}: {of} passed over.", file=sys.stderr)
    return int(n_failed > 0)


def _batches(files):
    """Yield lists of files that fit in memory together."""
    batch, n_bytes = [], 0
    for file in files:
        size = os.path.getsize(file) if os.path.isfile(file) else 0
        if batch and (len(batch) == MAX_FILES or n_bytes + size > MAX_BYTES):
            yield batch
            batch, n_bytes = [], 0
        batch.append(file)
        n_bytes += size
    yield batch


def of_each(function, files):
    """Return each file with its result, or with the error that it raises.

    Parameters
    ----------
    function : callable
        Takes a list of files, or of whatever else stands for recordings, and returns one result for each.
    files : list

    Returns
    -------
    results : list of (object, object)
    """
    try:
        return list(zip(files, function(files), strict=True))
    except FAILS as error:
        if len(files) == 1:
            return [(files[0], error)]
        middle = len(files) // 2  # halves find the bad ones, while the others stay together
        return of_each(function, files[:middle]) + of_each(function, files[middle:])


def named(file, error):
    """Return the text of an error, with the file's name in front unless it holds it."""
    text = " ".join(str(error).split())
    return text if file in text or repr(file) in text else f"{file!r}: {text}"
