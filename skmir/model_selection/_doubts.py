"""Warnings about the validity of a comparison's numbers, with advice on what to do."""

import numpy as np
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis
from sklearn.frozen import FrozenEstimator
from sklearn.pipeline import Pipeline
from sklearn.svm import SVC, SVR, NuSVC, NuSVR

from .._parameter_checks import plain
from .._validation import WIDE, is_encoded, is_path, paths_of
from ..compose import FrameClassifier
from ..neural_network._base import BaseNetwork
from ._group_candidates import group_candidates, table_of
from ._groups import unreached_groups
from ._results import score_frame, without_variance
from ._shrinkage_lda import ShrinkageLDA

FEW_SEGMENTS = 1000  # a rule of thumb: with fewer, deep networks rarely show what they can do
FEW_FOLDS = 5  # with fewer, the variance that tests and intervals are based on is hardly known
DISCRIMINANT = (LinearDiscriminantAnalysis, QuadraticDiscriminantAnalysis, ShrinkageLDA)
KERNEL = (SVC, SVR, NuSVC, NuSVR)  # those of libsvm, whose time grows with the square of the clips
MANY_FOR_A_KERNEL = 10_000  # a fit takes seconds, and four times as many with twice the clips
N_NAMED = 5  # columns, bins or clips named in one message


def find_doubts(models, X, y, kind, groups, splits, digests, routes=None, tags=None):
    """Return warnings about data, folds and models, found before anything is fitted.

    Parameters
    ----------
    models : dict of str to estimator
        Maps names to models, unfitted unless frozen.
    X : clips, frames or table
        All clips.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    kind : {"classes", "tags", "numbers", "annotations"}
        What the labels are.
    groups : array-like of shape (n_clips,) or None
        Group of each clip; no group must be on both sides of a fold.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.
    digests : list of str or None
        Hashes of the clips' contents; None if equal rows do not suggest a leak.
    routes : dict of str to GroupRoute, default=None
        How groups reach the inside of each model.
    tags : sequence of str, default=None
        Names of the columns of ``y``.

    Returns
    -------
    messages : list of str
    """
    return [
        *no_groups(X, groups, y if kind == "classes" else None),
        *few_folds(splits),
        *(missing_classes(y, splits) if kind == "classes" else ()),
        *(missing_tags(y, splits, tags) if kind == "tags" else ()),
        *(single_clips(models, y, splits) if kind == "classes" else ()),
        *torn_groups(groups, splits),
        *shared_positions(splits),
        *equal_clips(digests, splits),
        *constant_features(X, groups),
        *(unreached_groups(models, routes) if routes else ()),
        *fitted_already(models),
        *few_segments(models, splits),
        *kernels_on_many(models, splits),
    ]


def no_variance(results, splits, scorers, models, reference):
    """Yield warnings about scores, or differences, that are equal on all folds.

    Parameters
    ----------
    results : dict of str to list of FoldResult
        Maps each model to its results on the folds.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.
    scorers : collection of str
        Names of the scorers.
    models : list of str
        The models without the baselines, which only guess.
    reference : str
        The model that the others are tested against.
    """
    for scorer in scorers:
        constant, level = without_variance(score_frame(results, scorer), splits, models, reference)
        if constant:
            yield (
                f"{', '.join(constant)}: the score ({scorer}) is the same on all folds, so it is unknown how "
                "much it varies. There is no interval, which does not mean certainty. More clips, or "
                "n_repeats=, may show how much it varies."
            )
        if level:
            yield (
                f"{', '.join(level)}: the difference from {reference!r} ({scorer}) is the same on all folds, "
                "so it is unknown how much it varies. There is no test, which does not mean certainty. More "
                "clips, or n_repeats=, may show how much it varies."
            )


def no_groups(X, groups, classes=None):
    """Yield a message if it is not known which clips belong together."""
    if groups is not None:
        return
    found = _candidates_beside(X, classes)
    listed = ", ".join(f"{name!r} ({n:,} values)" for name, n in list(found.items())[:N_NAMED])
    named = f" Columns of the table that could be groups: {listed}." if found else ""
    recordings = "X" if _holds_recordings(X) else "recordings"
    yield (
        "There are no groups: clips of one piece, player, album or device may be on both sides of a fold. "
        "Scores then say how well models recognise pieces, players, albums or devices that they know, not "
        f"new ones.{named} Pass groups (groups= in Python, --group COLUMN in the command). "
        f"skmir.model_selection.check_leakage({recordings}) lists clips that hold the same sound."
    )


def few_folds(splits):
    """Yield a message if intervals and tests are based on few folds."""
    if len(splits) == 1:
        yield f"There is only 1 fold, so there are no intervals and no tests. Use {FEW_FOLDS} folds or more."
    elif len(splits) < FEW_FOLDS:
        yield (
            f"There are only {len(splits)} folds: how much scores vary is hardly known, intervals are wide, "
            f"and tests find few differences. Use {FEW_FOLDS} folds or more."
        )


def missing_classes(y, splits):
    """Yield a message if the training or test part of a fold has no clip of some class."""
    y = np.asarray(y)
    consequence = {
        "training": "no model can learn that class there",
        "test": "scores averaged over classes leave that class out there",
    }
    for i, part in enumerate(consequence):
        lacking = {fold: np.setdiff1d(y, y[split[i]]) for fold, split in enumerate(splits)}
        lacking = {fold: classes for fold, classes in lacking.items() if len(classes)}
        if lacking:
            fold, classes = next(iter(lacking.items()))
            yield (
                f"In {len(lacking)} of {len(splits)} folds the {part} part has no clip of some class (fold "
                f"{fold}: {plain(classes)}): {consequence[part]}. Fewer folds, or a splitter that spreads "
                "classes (StratifiedGroupKFold), may help."
            )


def missing_tags(y, splits, names=None):
    """Yield a message if no clip, or each clip, of the training or test part of a fold has some tag."""
    y = np.asarray(y)
    names = np.arange(y.shape[1]) if names is None else np.asarray(names, dtype=object)
    columns = ", columns of y counted from 0" if names.dtype.kind == "i" else ""
    known = np.flatnonzero(_varies(y))
    consequence = {
        "training": "no model can learn that tag there",
        "test": "means over tags leave that tag out there",
    }
    for i, part in enumerate(consequence):
        lacking = {fold: known[~_varies(y[split[i]][:, known])] for fold, split in enumerate(splits)}
        lacking = {fold: tags for fold, tags in lacking.items() if len(tags)}
        if lacking:
            fold, tags = next(iter(lacking.items()))
            yield (
                f"In {len(lacking)} of {len(splits)} folds no clip of the {part} part has some tag, or all "
                f"have it (fold {fold}: {plain(names[tags])}{columns}): {consequence[part]}. "
                "Fewer folds, or MultilabelStratifiedGroupKFold, which an integer cv takes, may help."
            )
    if len(known) < y.shape[1]:
        alike = np.setdiff1d(np.arange(y.shape[1]), known)
        yield (
            f"All clips have a tag, or none has it ({plain(names[alike])}{columns}): it cannot be learned, "
            "and means over tags leave it out."
        )


def _varies(y):
    """Return which columns hold more than one value."""
    return (y != y[:1]).any(axis=0)


def single_clips(models, y, splits):
    """Yield a message if discriminant analysis gets a single training clip of a class."""
    names = [
        name
        for name, model in models.items()
        if any(isinstance(part, DISCRIMINANT) for part in _parts_by_name(model).values())
    ]
    if not names:
        return
    y = np.asarray(y)
    single = {}
    for fold, (train, _) in enumerate(splits):
        classes, counts = np.unique(y[train], return_counts=True)
        if (counts == 1).any():
            single[fold] = classes[counts == 1]
    if single:
        fold, classes = next(iter(single.items()))
        yield (
            f"{', '.join(names)}: in {len(single)} of {len(splits)} folds the training part has a single "
            f"clip of some class (fold {fold}: {plain(classes)}). Discriminant analysis estimates how the "
            "clips of a class vary, which one clip cannot show, and warns or fails there. Record more clips "
            "of the class, or leave it out."
        )


def torn_groups(groups, splits):
    """Yield a message if a group is on both sides of a fold."""
    if groups is None:
        return
    groups = np.asarray(groups)
    torn = [np.intersect1d(groups[train], groups[test]) for train, test in splits]
    if any(map(len, torn)):
        fold = next(i for i, both in enumerate(torn) if len(both))
        yield (
            f"The folds divide groups: in {sum(len(both) > 0 for both in torn)} of {len(splits)} folds a "
            f"group is on both sides (fold {fold}: {plain(torn[fold][:N_NAMED])}). Scores then say how well "
            "models recognise groups that they know, not new ones. Pass cv as an integer, or a splitter that "
            "keeps groups together (GroupKFold, StratifiedGroupKFold)."
        )


def shared_positions(splits):
    """Yield a message if the training and the test part of a fold have rows of X in common."""
    shared = [np.intersect1d(train, test) for train, test in splits]
    if any(map(len, shared)):
        fold = next(i for i, both in enumerate(shared) if len(both))
        rows, more = shared[fold][:N_NAMED].tolist(), " and more" if len(shared[fold]) > N_NAMED else ""
        yield (
            f"The same clip is on both sides of a fold: in {sum(len(both) > 0 for both in shared)} of "
            f"{len(splits)} folds rows of X are in the training part and in the test part (fold {fold}: "
            f"{rows}{more}). This makes scores too good. Pass a cv whose parts do not overlap."
        )


def equal_clips(digests, splits):
    """Yield a message if two equal clips are on both sides of a fold."""
    if digests is None or len(set(digests)) == len(digests):
        return
    digests = np.asarray(digests)
    for fold, (train, test) in enumerate(splits):
        test = np.setdiff1d(test, train)  # shared_positions reports clips that are in both
        both = np.flatnonzero(np.isin(digests[test], digests[train]))
        if len(both):
            clip = int(test[both[0]])
            twin = int(train[np.flatnonzero(digests[train] == digests[clip])[0]])
            yield (
                f"The same clip is on both sides of a fold: clips {twin} and {clip} of X are equal "
                f"(fold {fold}, which has {len(both)} such clips). This makes scores too good. "
                "check_leakage(X, groups, cv) lists all of them, re-encoded and overlapping clips too; give "
                "such clips one group."
            )
            return


def constant_features(X, groups):
    """Yield a message if features say which recording a row is from, rather than how it sounds."""
    constant = _constant_columns(X, groups)
    if len(constant):
        kind = "Columns" if getattr(X, "ndim", 3) == 2 else "Bins"
        where = "in all rows of a group" if kind == "Columns" else "in all frames of a clip"
        yield (
            f"{kind} {plain(constant[:N_NAMED])}{' and more' if len(constant) > N_NAMED else ''} have one "
            f"value {where}, and another value in the next. With such features a model can tell recordings "
            "apart without hearing them (by the length of a file, the cut-off of a codec, a catalogue "
            "number). Leave them out, or state why they are needed."
        )


def fitted_already(models):
    """Yield a message if models are frozen, since the clips that they were fitted on are not known."""
    names = [name for name, model in models.items() if _is_frozen(model)]
    if names:
        yield (
            f"{', '.join(names)}: frozen, so not fitted here. If a frozen model was fitted on any of these "
            "clips, its scores are too good."
        )


def few_segments(models, splits):
    """Yield a message if networks train on few clips."""
    fewest = min(len(train) for train, _ in splits)
    names = [name for name, model in models.items() if _trains_on_clips(model)]
    if names and fewest < FEW_SEGMENTS:
        yield (
            f"{', '.join(names)}: {fewest} training clips in the smallest fold. With fewer than about "
            f"{FEW_SEGMENTS:,} training segments, the score of a deep network depends strongly on seed and "
            "folds. Judge by the intervals; n_repeats= narrows them, AugmentedEstimator makes more of the "
            "clips."
        )


def kernels_on_many(models, splits):
    """Yield a message if support vector machines with a kernel train on many clips."""
    most = max(len(train) for train, _ in splits)
    names = [
        name
        for name, model in models.items()
        if any(isinstance(part, KERNEL) for part in _parts_by_name(model).values())
    ]
    if names and most > MANY_FOR_A_KERNEL:
        yield (
            f"{', '.join(names)}: {most:,} training clips in the largest fold. The time of a support vector "
            "machine with a kernel grows with the square of their number, and so does that of its "
            f"predictions. With more than about {MANY_FOR_A_KERNEL:,}, take a linear one, whose time grows "
            "in proportion: LinearSVC() behind StandardScaler(), or, for nearly the same kernel, Nystroem() "
            "and then LinearSVC()."
        )


def _candidates_beside(X, classes):
    """Return columns that could be groups, from a table that lists the files, if X holds paths."""
    paths = paths_of(X)
    table = None if paths is None else table_of(paths)
    return {} if table is None else group_candidates(table, labels=classes)


def _holds_recordings(X):
    """Return whether X holds paths or waveforms, rather than frames or a table of features."""
    first = X.iloc[0] if hasattr(X, "iloc") else X[0]
    if getattr(X, "ndim", 1) > 1:
        return (X.ndim == 2 and X.shape[1] > WIDE) or is_path(np.ravel(first)[0])
    return is_path(first) or is_encoded(first) or getattr(first, "ndim", 0) == 1


def _is_frozen(model):
    while isinstance(model, Pipeline):
        model = model.steps[-1][1]
    return isinstance(model, FrozenEstimator)


def _trains_on_clips(model):
    """Return whether a network in the model sees one segment per clip and epoch: no windows, not frozen."""
    parts = _parts_by_name(model)
    apart = tuple(
        f"{name}__" if name else ""
        for name, part in parts.items()
        # A detector learns from frames, of which a clip has many.
        if isinstance(part, FrameClassifier | FrozenEstimator) or hasattr(part, "predict_frames")
    )
    return any(isinstance(part, BaseNetwork) and not name.startswith(apart) for name, part in parts.items())


def _parts_by_name(model):
    """Return a model, under the empty name, and its parameters, nested ones included."""
    return {"": model, **(model.get_params(deep=True) if hasattr(model, "get_params") else {})}


def _constant_columns(X, groups):
    """Return the columns that are constant in every group, or the bins in every clip, but not throughout."""
    values = X.to_numpy() if hasattr(X, "to_numpy") else X
    if not isinstance(values, np.ndarray) or values.dtype.kind not in "fiu" or not values.size:
        return np.array([], int)
    if values.ndim == 3 and values.shape[2] > 1:
        still = (values == values[:, :, :1]).all(axis=(0, 2))
        return np.flatnonzero(still & (values[:, :, 0] != values[0, :, 0]).any(axis=0))
    if values.ndim != 2 or groups is None:
        return np.array([], int)
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    if np.bincount(codes).max() < 2:
        return np.array([], int)
    first = values[np.unique(codes, return_index=True)[1]]  # of each group
    return np.flatnonzero((values == first[codes]).all(axis=0) & (first != first[0]).any(axis=0))
