"""The command's check of every recording before the first fit."""

import warnings

from ._reading import LOUD, examine
from .feature_extraction import MFCC

MAX_ERRORS = 10  # files described if some cannot be used
MAX_NAMED = 3  # files named in a warning
LEARNED = {"classes": "class", "tags": "tag", "regression": "number"}
# Attributes of an Examination: the words for recordings for which they are true, and the advice.
DOUBTS = {
    "cancels": (
        "stereo with channels that cancel each other",
        "Models hear the mean of the channels, which is nearly silent. Keep one channel, or change the sign "
        "of the other.",
    ),
    "loud": (
        f"far louder than full scale (a sample above {LOUD:g})",
        "If integers were saved without scaling, divide them by the largest integer of their type.",
    ),
}


def check_recordings(paths, *, task="classes", verbose=0):
    """Decode every file once: a bad file would fail most fits of every model, some of them hours later.

    Parameters
    ----------
    paths : list of str
        The recordings.
    task : {"classes", "tags", "regression", "onsets", "beats", "chords", "notes"}, default="classes"
        What models learn from them.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Raises
    ------
    ValueError
        If recordings cannot be used: unreadable, too short for the models' front ends, with invalid samples.

    Warns
    -----
    UserWarning
        If recordings are silent, cancel when their channels are averaged, or are far too loud.
    """
    front_end = MFCC()
    found = list(examine(paths, sr=front_end.sr, shortest=front_end.hop_length, n_jobs=-1, verbose=verbose))
    _refuse([each.error for each in found if each.error is not None], len(paths))
    silence = f"They hold no {task}."
    if task in LEARNED:
        silence = f"Models may take silence for a sign of a {LEARNED[task]}. Leave them out."
    for doubt, words in {"silent": ("silent", silence), **DOUBTS}.items():
        _warn(*words, [each.file for each in found if getattr(each, doubt)], len(paths))
    frame = front_end._span()[0]
    what = f"shorter than a frame of a spectrum ({frame} samples at {front_end.sr:g} Hz)"
    short = [each.file for each in found if each.n_samples < frame]
    _warn(what, "Zeros are added at both ends.", short, len(paths))


def _warn(what, cure, files, n_paths):
    if files:
        more = f" and {len(files) - MAX_NAMED} more" if len(files) > MAX_NAMED else ""
        warnings.warn(
            f"{len(files)} of {n_paths} recordings {'is' if len(files) == 1 else 'are'} {what}: "
            f"{', '.join(map(repr, files[:MAX_NAMED]))}{more}. {cure}",
            stacklevel=4,
        )


def _refuse(errors, n_paths):
    if errors:
        more = "" if len(errors) <= MAX_ERRORS else f"\nand {len(errors) - MAX_ERRORS} more"
        listed = "\n".join(errors[:MAX_ERRORS])
        raise ValueError(f"{len(errors)} of {n_paths} recordings cannot be used:\n{listed}{more}")
