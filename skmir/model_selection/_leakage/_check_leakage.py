"""Find clips that hold the same recording, and folds that put them on both sides."""

import numpy as np
import pandas as pd
from sklearn.utils import check_consistent_length

from ..._parameter_checks import check_number
from ..._reading import reader
from ..._validation import check_clips, is_path
from ...audio import AudioLoader
from .._groups import check_groups
from .._seeds import as_seed
from .._splits import make_splits
from ._copy_finder import CopyFinder

_KINDS = ("same_clip", "same_file", "same_audio", "same_recording", "same_group")


def check_leakage(X, groups=None, cv=None, *, y=None, sr=22050, n_jobs=None, random_state=None, verbose=0):
    """Find clips that hold the same sound: all of them, or only the ones that folds put on both sides.

    Three things are compared: the bytes of files, their decoded samples, and properties of the sound that
    survive lossy coding, resampling, changes of level and cutting. For the last, landmarks in the
    spectrogram (Wang [1]_) say which clips may hold the same stretch of sound, and at which offset. The
    cross-correlation of the waveforms then decides whether they do, since phases agree in copies but not in
    two takes of the same note.

    Parameters
    ----------
    X : clips
        Paths, waveforms as a 2-D array, or a list of 1-D arrays.
    groups : array-like of shape (n_clips,), default=None
        Group of each clip; no group must be on both sides of a fold. A clip whose group is missing (None,
        NaN, blank) is a group of its own.
    cv : int, splitter, iterable of (train, test), or None, default=None
        None lists all pairs. Otherwise only pairs on both sides of a fold are listed; an integer gives the
        folds that :func:`compare` would make of the same ``groups``, ``y`` and ``random_state``.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs), default=None
        Labels, for folds that depend on them.
    sr : float, default=22050
        Sampling rate of waveforms in Hz; files state their own.
    n_jobs : int or None, default=None
        Number of threads, as in joblib.
    random_state : int, RandomState instance or None, default=None
        Seeds the folds if ``cv`` is an integer, as in :func:`compare`.
    verbose : int, default=0
        1 draws progress bars on stderr.

    Returns
    -------
    leaks : DataFrame
        One row per pair of clips. With ``cv``, only pairs with one clip in the training part and the other
        in the test part of at least one fold. Empty if nothing was found. The columns:

        clip, other : int
            Positions in ``X``; ``clip`` is the lower one.
        kind : {"same_clip", "same_file", "same_audio", "same_recording", "same_group"}
            ``same_file``: equal bytes, or equal arrays. ``same_audio``: equal samples, from another file
            format. ``same_recording``: a coded or otherwise changed copy, or two cuts that overlap. With
            ``cv`` also ``same_clip``: a fold has the clip on both sides; and ``same_group``: a group is on
            both sides, with one row per group, which names its first two clips.
        offset : float
            Time from the beginning of ``clip`` to the beginning of ``other``, in s.
        overlap : float
            Duration for which both sound, in s.
        similarity : float
            In (0, 1]; 1 for equal samples, otherwise the highest whitened cross-correlation.
        folds : tuple of int
            Folds in which the two are on both sides; only with ``cv``.
        group, other_group : object
            Their groups as given; None if there are no groups.
        file, other_file : str
            Their files, if ``X`` holds paths.

    Raises
    ------
    OSError, ValueError
        If a file cannot be read, lengths differ, a label is missing, or there is no fold.

    See Also
    --------
    MultilabelStratifiedGroupKFold : Folds that keep groups together and tags balanced.

    Notes
    -----
    An empty table does not prove that there are no leaks. Two cuts of one recording that do not overlap have
    no sound in common: only ``groups`` can keep them together. Overlaps shorter than 0.9 s are not reported,
    unless they make up most of the shorter clip; nor are copies at another speed or pitch, cover versions,
    and remixes. Steady tones and clips shorter than a second have few landmarks: whole copies of them are
    found, but hardly any cuts. On the other hand, clips made from the same samples (sample libraries, loops)
    are reported, since they do hold the same sound.

    References
    ----------
    .. [1] A. L.-C. Wang, "An industrial-strength audio search algorithm", ISMIR, 2003.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.model_selection import check_leakage
    >>> rng = np.random.RandomState(0)
    >>> clips = [rng.randn(22050 * 2) for _ in range(6)]
    >>> clips[5] = 0.5 * clips[0][11025:]  # a softer copy that begins half a second later
    >>> pairs = check_leakage(clips)
    >>> pairs[["clip", "other", "kind"]]
       clip  other            kind
    0     0      5  same_recording
    >>> pairs["offset"].round(3).tolist()
    [0.5]
    >>> check_leakage(clips, cv=[([0, 1, 2], [3, 4, 5])])["folds"].tolist()
    [(0,)]
    """
    check_number("sr", sr, above=0)
    clips = list(check_clips(AudioLoader(), X, reset=True, read=reader(sr)))
    check_consistent_length(clips, groups, y)
    sides = None if cv is None else _sides(_folds(cv, clips, y, groups, random_state), len(clips))
    copies = CopyFinder(clips, sr=sr, n_jobs=n_jobs, verbose=verbose).find()
    if cv is None:
        leaks = _table([(*_pair(copy), ()) for copy in copies]).drop(columns="folds")
    else:
        found = [_clips_on_both_sides(*sides), _copies_on_both_sides(copies, *sides)]
        found += [] if groups is None else [_groups_on_both_sides(check_groups(groups), *sides)]
        leaks = pd.concat(found, ignore_index=True)
    return _described(leaks, clips, None if groups is None else np.asarray(groups, dtype=object).ravel())


def _folds(cv, clips, y, groups, random_state):
    """Return the folds that compare would make; without labels, folds of groups are not stratified."""
    labels = np.zeros(len(clips)) if y is None else y
    kind = "numbers" if y is None and groups is not None else None
    return make_splits(cv, clips, labels, check_groups(groups), as_seed(random_state), kind=kind)


def _pair(copy):
    return copy.clip, copy.other, copy.kind, copy.offset, copy.overlap, copy.similarity


def _sides(splits, n_clips):
    """Return masks of the training and test clips of each fold, both of shape (n_folds, n_clips)."""
    train, test = np.zeros((2, len(splits), n_clips), dtype=bool)
    for fold, (train_positions, test_positions) in enumerate(splits):
        train[fold, train_positions] = True
        test[fold, test_positions] = True
    return train, test


def _table(rows):
    """Return rows of clip, other, kind, offset, overlap, similarity and folds as a table."""
    types = {
        "clip": int,
        "other": int,
        "kind": object,
        "offset": float,
        "overlap": float,
        "similarity": float,
        "folds": object,
    }
    return pd.DataFrame(rows, columns=list(types)).astype(types)


def _clips_on_both_sides(train, test):
    both = train & test
    folds = {clip: np.flatnonzero(both[:, clip]) for clip in np.flatnonzero(both.any(axis=0))}
    return _table(
        [(clip, clip, "same_clip", 0.0, np.nan, 1.0, tuple(map(int, where))) for clip, where in folds.items()]
    )


def _copies_on_both_sides(copies, train, test):
    rows = []
    for copy in copies:
        a, b = copy.clip, copy.other
        folds = np.flatnonzero(train[:, a] & test[:, b] | test[:, a] & train[:, b])
        if len(folds):
            rows.append((*_pair(copy), tuple(map(int, folds))))
    return _table(rows)


def _groups_on_both_sides(groups, train, test):
    """Return one row per group that some fold divides: two of its clips, and all such folds."""
    rows = []
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    for code in pd.unique(codes):
        members = np.flatnonzero(codes == code)
        folds = np.flatnonzero(train[:, members].any(axis=1) & test[:, members].any(axis=1))
        for fold in folds[:1]:
            a = members[train[fold, members]][0]
            b = members[test[fold, members] & (members != a)][:1]
            if len(b):
                pair = int(min(a, b[0])), int(max(a, b[0]))
                rows.append((*pair, "same_group", np.nan, np.nan, np.nan, tuple(map(int, folds))))
    return _table(rows)


def _described(leaks, clips, groups):
    """Sort rows, the most certain first, and add groups and files."""
    order = leaks["kind"].map(_KINDS.index)
    leaks = leaks.assign(order=order).sort_values(["order", "clip", "other"], ignore_index=True)
    leaks = leaks.drop(columns="order")
    for column, positions in (("group", leaks["clip"]), ("other_group", leaks["other"])):
        leaks[column] = pd.Series([None if groups is None else groups[i] for i in positions], dtype=object)
    if is_path(clips[0]):
        leaks["file"] = pd.Series([clips[i] for i in leaks["clip"]], dtype=object)
        leaks["other_file"] = pd.Series([clips[i] for i in leaks["other"]], dtype=object)
    return leaks
