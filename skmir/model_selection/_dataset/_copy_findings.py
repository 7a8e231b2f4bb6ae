"""Findings about recordings that are there more than once."""

import re

from ._finding import Finding

_EQUAL = ("same_file", "same_audio")


def copy_findings(copies, files, labels, groups):
    """Yield findings about pairs of recordings that hold the same sound.

    Parameters
    ----------
    copies : list of Copy
    files : list of str
    labels, groups : ndarray of shape (n_recordings,) or None
    """
    torn, apart, within = [], [], []
    for copy in copies:
        is_equal = copy.kind in _EQUAL
        if is_equal and labels is not None and labels[copy.clip] != labels[copy.other]:
            torn.append(copy)
        elif groups is None or groups[copy.clip] != groups[copy.other]:
            apart.append(copy)
        elif is_equal:
            within.append(copy)
    yield from _about(
        "contradiction",
        True,
        torn,
        files,
        "equal recordings {have} different classes",
        "At most one of the two labels is right. Listen, and keep the right one.",
    )
    where = "in different groups" if groups is not None else "and there are no groups"
    yield from _about(
        "copies",
        True,
        apart,
        files,
        f"recordings {{hold}} the same sound, in part or as a whole, {where}",
        "One of a pair may be learned from and the other one tested, which makes scores too good. Remove the "
        "copies, or give each pair one group.",
    )
    yield from _about(
        "copies_in_group",
        False,
        within,
        files,
        "equal recordings {are} in the same group",
        "They stay on one side of each fold, but count twice.",
    )


def _about(kind, is_wrong, copies, files, words, advice):
    if copies:
        is_one = len(copies) == 1
        verbs = {"have": "has", "hold": "holds", "are": "is"} if is_one else {}
        words = re.sub(r"\{(\w+)\}", lambda match: verbs.get(match[1], match[1]), words)
        what = f"{len(copies):,} pair{'' if is_one else 's'} of {words}"
        clips = sorted({position for copy in copies for position in (copy.clip, copy.other)})
        details = tuple(f"{files[copy.clip]!r} and {files[copy.other]!r}" for copy in copies)
        yield Finding(kind, is_wrong, what, advice, tuple(clips), details)
