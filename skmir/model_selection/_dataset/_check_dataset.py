"""Check recordings, classes, groups and copies before anything is fitted."""

import numbers
import os
import re

import numpy as np
import pandas as pd
from sklearn.utils import check_consistent_length, check_random_state

from ..._parameter_checks import check_number
from ..._validation import is_path
from ...feature_extraction import MFCC
from .._group_candidates import table_of
from .._groups import check_groups
from ._class_findings import class_findings, group_findings
from ._copy_findings import copy_findings
from ._dataset_check import DatasetCheck
from ._finding import Finding, findings_table
from ._recording_facts import listen
from ._shortcut_findings import shortcut_findings
from ._sound_findings import sound_findings
from ._words import classes

# Files that are listed once already, and a table in an encoding that was probably guessed right.
_HARMLESS = re.compile(r"links? (is|are) passed over|\bcp1252\b")
_COPY = ["clip", "other", "kind", "offset", "overlap", "similarity"]


def check_dataset(
    X, y=None, groups=None, *, table=None, cv=5, listing=(), n_jobs=None, random_state=0, verbose=0
):
    """Describe recordings, and find what is wrong with them, before anything is fitted.

    Each recording is decoded once. The check finds:

    - files that cannot be decoded, are empty, cut short or too short;
    - silence, clipping, channels that cancel each other or are silent, samples far beyond full scale;
    - classes and groups that are too few or too small for the folds, and columns of the table that could be
      groups;
    - recordings that are there more than once, with different labels or in different groups, as
      :func:`check_leakage` finds them;
    - shortcuts: the length, the level, the sampling rate and number of channels, or the encoding (PCM, MP3,
      Vorbis) alone tell the classes. A shallow decision tree that knows nothing else is judged on groups
      that it did not learn from, and against the same tree with shuffled labels.

    Parameters
    ----------
    X : sequence of str or PathLike, of length n_recordings
        Paths.
    y : array-like of shape (n_recordings,), default=None
        Classes. Without them, recordings, groups and copies are checked.
    groups : array-like of shape (n_recordings,), default=None
        Group of each recording, as for :func:`compare`.
    table : DataFrame, default=None
        One row per recording; its columns are looked through for groups. None looks for a table beside the
        recordings.
    cv : int, default=5
        Number of folds of the comparison to come.
    listing : sequence of str, default=()
        Messages from whatever made the list of recordings, such as the warnings of
        :func:`skmir.datasets.load_folder`; each is a finding.
    n_jobs : int or None, default=None
        Number of threads, as in joblib.
    random_state : int, RandomState instance or None, default=0
        Seeds folds and shuffles of the test for shortcuts.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Returns
    -------
    check : DatasetCheck

    Raises
    ------
    TypeError
        If ``X`` does not hold paths.
    ValueError
        If there is no recording, lengths differ, or ``cv`` is less than 2.

    See Also
    --------
    check_leakage : Copies alone, of waveforms as well, and folds that divide them.

    Notes
    -----
    Whether a finding is wrong or worth knowing: wrong is what makes training fail, or scores mean something
    else than they seem to. For shortcuts, 0 % is guessing, and 100 % is every class told apart. The length
    and the level may belong to the sound (a cymbal rings longer than a snare drum), so they are wrong from
    60 % on, and worth knowing from 10 % on. The sampling rate, the channels and the encoding never do: they
    are wrong from 10 % on, and worth knowing from 3 % on. In each case, 199 shuffles of the labels must give
    a p-value of at most 0.01.

    Clipping before lossy coding leaves no flat tops, and is not found.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np, soundfile
    >>> from skmir.model_selection import check_dataset
    >>> rng = np.random.RandomState(0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     files = [str(pathlib.Path(folder, f"{i}.wav")) for i in range(10)]
    ...     for i, file in enumerate(files):
    ...         soundfile.write(file, 0.1 * rng.randn(22050) * (i != 3), 22050)
    ...     check = check_dataset(files, ["a", "b"] * 5, groups=[0, 1, 2, 3, 4] * 2)
    >>> check.is_good_
    False
    >>> check.findings_["kind"].tolist()
    ['silent']
    >>> print(check.findings_["text"][0].partition(":")[0])
    1 of 10 recordings is silent
    """
    files = _paths(X)
    check_consistent_length(files, y, groups, table)
    check_number("cv", cv, kind=numbers.Integral, low=2)
    labels = None if y is None else np.asarray(y)
    groups = None if groups is None else np.asarray(check_groups(groups))
    front_end = MFCC()  # stands for the models, which need no shorter recordings
    facts, copies = listen(
        files, sr=front_end.sr, shortest=front_end.hop_length, n_jobs=n_jobs, verbose=verbose
    )
    recordings = pd.DataFrame(facts)
    recordings.insert(2, "label", labels)
    recordings.insert(3, "group", groups)
    table = table_of(files) if table is None else table.reset_index(drop=True)
    findings = [
        *map(_listed, listing),
        *sound_findings(recordings, sr=front_end.sr, frame=front_end._span()[0]),
        *copy_findings(copies, files, labels, groups),
        *(() if labels is None else class_findings(labels, groups, cv)),
        *group_findings(labels, groups, table),
        *(() if labels is None else _shortcuts(recordings, labels, groups, random_state)),
    ]
    pairs = pd.DataFrame([[getattr(copy, name) for name in _COPY] for copy in copies], columns=_COPY)
    return DatasetCheck(recordings, classes(recordings), pairs, findings_table(findings))


def _paths(X):
    files = list(X) if not isinstance(X, str | os.PathLike) else [X]
    wrong = next((each for each in files if not is_path(each)), None)
    if isinstance(X, str | os.PathLike) or wrong is not None:
        got = type(X if wrong is None else wrong).__name__
        raise TypeError(
            f"X must be a sequence of paths of recordings, got {'one ' if wrong is None else 'a '}{got}. "
            "List the recordings of a folder with skmir.datasets.load_folder; check_leakage takes waveforms."
        )
    if not files:
        raise ValueError("X must hold at least one recording, got none.")
    return [os.fsdecode(file) for file in files]


def _listed(message):
    what, _, advice = " ".join(message.split()).rstrip(".").rpartition(". ")
    is_wrong = _HARMLESS.search(message) is None
    return Finding("listing", is_wrong, what or advice, f"{advice}." if what else "")


def _shortcuts(recordings, labels, groups, random_state):
    usable = (recordings["error"].isna() & ~recordings["silent"]).to_numpy()
    if not usable.any():
        return
    groups = None if groups is None else groups[usable]
    rng = check_random_state(random_state)
    yield from shortcut_findings(recordings[usable], labels[usable], groups, rng)
