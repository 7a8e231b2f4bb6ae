"""Labels and groups as text: those that look the same are the same."""

import os
import re
import unicodedata

import numpy as np

_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")  # soft hyphen, zero-width space, word joiner, mark
_FORMATS = ("Cc", "Cf", "Zl", "Zp", "Zs")  # Unicode's categories of controls, formats and spaces


def tidy(text):
    """Return a label as it is compared with others.

    The result is composed (NFC), without white space or zero-width characters around it, and with one space
    for each run of white space inside: a no-break space from a web page, or the decomposed letters of a Mac,
    do not make a second class.

    Parameters
    ----------
    text : str
        A cell of a table, or the name of a folder. Bytes in a name that are not UTF-8 become readable
        escapes.

    Returns
    -------
    text : str
    """
    text = os.fsencode(text).decode("utf-8", "backslashreplace") if _has_raw_bytes(text) else text
    text = " ".join(_UNSEEN.sub("", unicodedata.normalize("NFC", text)).split())
    return trim(text)


def trim(text):
    """Return a text without white space, control characters and zero-width characters around it."""
    start, end = 0, len(text)
    while start < end and unicodedata.category(text[start]) in _FORMATS:
        start += 1
    while end > start and unicodedata.category(text[end - 1]) in _FORMATS:
        end -= 1
    return text[start:end]


def classes_of(names):
    """Return the position of each name among the sorted names, an ndarray of int, and the sorted names."""
    target_names, target = np.unique(np.asarray(names, dtype=str), return_inverse=True)
    return target, target_names.tolist()


def case_twins(names):
    """Return the first two of some sorted names that differ only in case, or None."""
    seen = {}
    for name in names:
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            return other, name
    return None


def count(items, noun):
    """Return "1 file is" or "2 files are", the beginning of a sentence."""
    return f"{len(items)} {noun} is" if len(items) == 1 else f"{len(items)} {noun}s are"


def _has_raw_bytes(text):
    return any("\udc80" <= character <= "\udcff" for character in text)
