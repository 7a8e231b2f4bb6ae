"""The sentence below a table of seconds: threads and machine."""

import pathlib

from skmir._show_versions import machine


def note_machine(threads, csv=None):
    """Print the threads and the machine for which a table's seconds are valid, and write them beside it.

    Parameters
    ----------
    threads : str
        For instance "one thread per fit".
    csv : str or None, default=None
        The table's file; the sentence goes to the same name with ``.machine.txt`` at its end, which the
        documentation includes.
    """
    sentence = f"Seconds: {threads}, on {machine()}."
    print(sentence)
    if csv:
        pathlib.Path(csv).with_suffix(".machine.txt").write_text(f"{sentence}\n", encoding="utf-8")
