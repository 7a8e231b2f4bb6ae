"""The sentence that belongs under a table of seconds: threads and machine."""

import pathlib

from skmir._show_versions import machine


def note_machine(threads, csv=None):
    """Print what a table's seconds hold for, and write it beside the table.

    Parameters
    ----------
    threads : str
        Such as "one thread per fit".
    csv : str or None, default=None
        The table's file; the sentence goes to the same name with ``.machine.txt`` at its end, which the
        documentation includes.
    """
    sentence = f"Seconds: {threads}, on {machine()}."
    print(sentence)
    if csv:
        pathlib.Path(csv).with_suffix(".machine.txt").write_text(f"{sentence}\n", encoding="utf-8")
