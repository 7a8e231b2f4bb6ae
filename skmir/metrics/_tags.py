"""Metrics of tags: how well scores rank the clips of each tag, and the tags of each clip.

Each clip can have several of the tags, and a model gives a score for each of them. A tag that all clips have,
or that no clip has, cannot be ranked well or badly, and neither can a clip that has all tags or none: these
are left out of every mean. scikit-learn's own means count such a clip as perfect, and such a tag as zero or
NaN.
"""

import numbers

import numpy as np
from scipy.sparse import issparse
from sklearn.metrics import average_precision_score, roc_auc_score

from .._parameter_checks import check_choice, check_number, shown
from .._validation import check_tags
from ._score_table import score_table

AVERAGES = ("macro", "samples")
CUTS = (3, 6, 9, 12, 15)  # the numbers of tags at which the literature gives precision


def tag_roc_auc(y_true, y_score, *, average="macro"):
    """Return the mean area under the ROC curve, of tags (AUC-tag) or of clips (AUC-clip).

    AUC-tag is the chance that, of two clips of which one has the tag, that one has the higher score. AUC-clip
    is the chance that, of two tags of which a clip has one, that one has the higher score. The scorers
    "auc_tag" and "auc_clip" stand for them.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (n_clips, n_tags)
        1 if a clip has a tag, else 0.
    y_score : array-like of shape (n_clips, n_tags), or list of n_tags arrays of shape (n_clips, 2)
        Any numbers that are higher for a likelier tag: probabilities, decision values or logits; NaN and
        infinity are refused. Or what ``MultiOutputClassifier.predict_proba`` returns, the probabilities of
        absence and presence for each tag. A single column for a tag means that training knew one class only;
        it is taken to be absence, with the score 0.
    average : {"macro", "samples"} or None, default="macro"
        "macro" is the mean over tags, "samples" that over clips. None returns the value of each tag.

    Returns
    -------
    auc : float in [0, 1], or ndarray of shape (n_tags,)
        0.5 is chance. With ``average=None``, NaN for tags that are left out of the mean.

    Raises
    ------
    ValueError
        If nothing is left for the mean, shapes differ, a tag is neither 0 nor 1, a score is not a finite
        number, or there is no such average.

    See Also
    --------
    tag_scores : All metrics at once, with the number of tags and clips that are left out.

    Notes
    -----
    Tags that all clips have, or none, are left out of AUC-tag, and clips with all tags, or none, are left out
    of AUC-clip. ``sklearn.metrics.roc_auc_score`` returns NaN if there is one of them.

    Examples
    --------
    >>> from skmir.metrics import tag_roc_auc
    >>> y_true = [[1, 0, 0], [0, 1, 0], [1, 1, 0]]  # no clip has the last tag
    >>> y_score = [[0.9, 0.2, 0.1], [0.1, 0.6, 0.3], [0.8, 0.1, 0.2]]
    >>> tag_roc_auc(y_true, y_score)  # (1 + 0.5) / 2
    0.75
    >>> tag_roc_auc(y_true, y_score, average=None)
    array([1. , 0.5, nan])
    """
    return _averaged(roc_auc_score, y_true, y_score, average)


def tag_average_precision(y_true, y_score, *, average="macro"):
    """Return the mean average precision, of tags (mAP) or of clips.

    Average precision is the mean of the precision at each clip that has the tag, or at each tag that a clip
    has, from the highest score down. The scorers "tag_map" and "clip_map" stand for the two means.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (n_clips, n_tags)
        1 if a clip has a tag, else 0.
    y_score : array-like of shape (n_clips, n_tags), or list of n_tags arrays of shape (n_clips, 2)
        See :func:`tag_roc_auc`.
    average : {"macro", "samples"} or None, default="macro"
        "macro" is the mean over tags, "samples" that over clips. None returns the value of each tag.

    Returns
    -------
    average_precision : float in [0, 1], or ndarray of shape (n_tags,)
        Guessing gets about the share of the clips that have the tag. With ``average=None``, NaN for tags that
        are left out of the mean.

    Raises
    ------
    ValueError
        As :func:`tag_roc_auc`.

    See Also
    --------
    tag_scores : All metrics at once, with the number of tags and clips that are left out.

    Notes
    -----
    Tags that all clips have, or none, are left out of the mean over tags, and clips with all tags, or none,
    out of that over clips. In ``sklearn.metrics.average_precision_score`` a tag that no clip has counts as 0,
    and a tag that all clips have as 1.

    Examples
    --------
    >>> from skmir.metrics import tag_average_precision
    >>> y_true = [[1, 0, 0], [0, 1, 0], [1, 1, 0]]  # no clip has the last tag
    >>> y_score = [[0.9, 0.2, 0.1], [0.1, 0.6, 0.3], [0.8, 0.1, 0.2]]
    >>> round(tag_average_precision(y_true, y_score), 3)  # (1 + (1 + 2 / 3) / 2) / 2
    0.917
    """
    return _averaged(average_precision_score, y_true, y_score, average)


def precision_at_k(y_true, y_score, *, k=3):
    """Return the share of each clip's k highest-scored tags that are right, averaged over clips.

    The scorers "precision_at_3", "precision_at_6", "precision_at_9", "precision_at_12" and "precision_at_15"
    stand for it.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (n_clips, n_tags)
        1 if a clip has a tag, else 0.
    y_score : array-like of shape (n_clips, n_tags), or list of n_tags arrays of shape (n_clips, 2)
        See :func:`tag_roc_auc`.
    k : int, default=3
        Number of tags taken from each clip, from 1 to n_tags.

    Returns
    -------
    precision : float in [0, 1]
        Less than 1 for any model if some clips have fewer than ``k`` tags. Of tags with equal scores, none
        comes first: each counts by its chance to be among the ``k``.

    Raises
    ------
    TypeError
        If ``k`` is not an integer.
    ValueError
        If there are fewer than ``k`` tags; else as :func:`tag_roc_auc`.

    See Also
    --------
    r_precision : Takes as many tags as the clip has.

    Notes
    -----
    Clips with all tags, or none, are left out.

    Examples
    --------
    >>> from skmir.metrics import precision_at_k
    >>> y_true = [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]  # the last clip has no tag
    >>> y_score = [[0.9, 0.2, 0.1, 0.8], [0.1, 0.6, 0.3, 0.2], [0.8, 0.1, 0.2, 0.3]]
    >>> precision_at_k(y_true, y_score, k=2)  # (1 + 1 / 2) / 2
    0.75
    """
    check_number("k", k, kind=numbers.Integral, low=1)
    truth, scores = _checked(y_true, y_score)
    if k > truth.shape[1]:
        raise ValueError(f"k={k} is more than the {truth.shape[1]} tags of y_true. Use a smaller k.")
    truth, scores = _with_both(truth, scores, "samples")
    return _precision_at(truth, scores, np.full(len(truth), k))


def r_precision(y_true, y_score):
    """Return the share of each clip's R highest-scored tags that are right, if it has R, averaged over clips.

    The scorer "r_precision" stands for it.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (n_clips, n_tags)
        1 if a clip has a tag, else 0.
    y_score : array-like of shape (n_clips, n_tags), or list of n_tags arrays of shape (n_clips, 2)
        See :func:`tag_roc_auc`.

    Returns
    -------
    precision : float in [0, 1]
        1 if in each clip all of its tags have higher scores than all others. Of tags with equal scores, none
        comes first: each counts by its chance to be among the R.

    Raises
    ------
    ValueError
        As :func:`tag_roc_auc`.

    See Also
    --------
    precision_at_k : Takes the same number of tags from each clip.

    Notes
    -----
    Clips with all tags, or none, are left out.

    Examples
    --------
    >>> from skmir.metrics import r_precision
    >>> y_true = [[1, 0, 0, 1], [0, 1, 0, 0], [0, 0, 0, 0]]  # the last clip has no tag
    >>> y_score = [[0.9, 0.8, 0.1, 0.2], [0.1, 0.6, 0.3, 0.2], [0.8, 0.1, 0.2, 0.3]]
    >>> r_precision(y_true, y_score)  # (1 / 2 + 1) / 2
    0.75
    """
    truth, scores = _with_both(*_checked(y_true, y_score), "samples")
    return _precision_at(truth, scores, truth.sum(axis=1))


def tag_scores(y_true, y_score):
    """Return all metrics of tags, and how many tags and clips they leave out.

    Parameters
    ----------
    y_true : array-like or sparse matrix of shape (n_clips, n_tags)
        1 if a clip has a tag, else 0.
    y_score : array-like of shape (n_clips, n_tags), or list of n_tags arrays of shape (n_clips, 2)
        See :func:`tag_roc_auc`.

    Returns
    -------
    scores : dict of str to (float or int)
        By the names of the scorers: "auc_tag", "auc_clip", "tag_map", "clip_map", "precision_at_3" and so on
        up to 15, as far as there are so many tags, and "r_precision". "n_tags" and "n_clips" are the numbers
        of all tags and clips; "n_tags_left_out" counts tags that all clips have, or none, and
        "n_clips_left_out" clips that have all tags, or none.

    Raises
    ------
    ValueError
        As :func:`tag_roc_auc`; also if there is no tag, or no clip, left.

    Examples
    --------
    >>> from skmir.metrics import tag_scores
    >>> y_true = [[1, 0, 0], [0, 1, 0], [1, 1, 0]]  # no clip has the last tag
    >>> y_score = [[0.9, 0.2, 0.1], [0.1, 0.6, 0.3], [0.8, 0.1, 0.2]]
    >>> scores = tag_scores(y_true, y_score)
    >>> scores["auc_tag"], scores["n_tags"], scores["n_tags_left_out"]
    (0.75, 3, 1)
    """
    truth, scores = _checked(y_true, y_score)
    n_clips, n_tags = truth.shape
    return {
        "auc_tag": tag_roc_auc(truth, scores),
        "auc_clip": tag_roc_auc(truth, scores, average="samples"),
        "tag_map": tag_average_precision(truth, scores),
        "clip_map": tag_average_precision(truth, scores, average="samples"),
        **{f"precision_at_{k}": precision_at_k(truth, scores, k=k) for k in CUTS if k <= n_tags},
        "r_precision": r_precision(truth, scores),
        "n_tags": n_tags,
        "n_tags_left_out": n_tags - int(_has_both(truth).sum()),
        "n_clips": n_clips,
        "n_clips_left_out": n_clips - int(_has_both(truth.T).sum()),
    }


def _averaged(metric, y_true, y_score, average):
    """Return the mean of a metric over the tags, or clips, for which it is defined."""
    if average is not None:
        check_choice("average", average, AVERAGES, also="None for the value of each tag")
    truth, scores = _checked(y_true, y_score)
    if average is None:
        values, is_known = np.full(truth.shape[1], np.nan), _has_both(truth)
        if is_known.any():
            values[is_known] = _of_columns(metric, truth[:, is_known], scores[:, is_known])
        return values
    truth, scores = _with_both(truth, scores, average)
    columns = (truth, scores) if average == "macro" else (truth.T, scores.T)
    return float(np.mean(_of_columns(metric, *columns)))


def _of_columns(metric, truth, scores):
    """Return a scikit-learn metric of each column; all of them hold zeros and ones."""
    if truth.shape[1] == 1:
        return np.array([metric(truth[:, 0], scores[:, 0])])
    return metric(truth, scores, average=None)


def _precision_at(truth, scores, k):
    """Return the mean precision of the ``k[i]`` highest scores of each clip; equal scores share a place."""
    ranked = -np.sort(-scores, axis=1)
    last = np.take_along_axis(ranked, k[:, np.newaxis] - 1, axis=1)  # the lowest score that is taken
    above, level = scores > last, scores == last
    share = (k - above.sum(axis=1)) / level.sum(axis=1)  # of the tags at that score, so many are taken
    n_right = (truth & above).sum(axis=1) + share * (truth & level).sum(axis=1)
    return float(np.mean(n_right / k))


def _has_both(truth):
    """Return which columns hold zeros and ones."""
    return truth.any(axis=0) & ~truth.all(axis=0)


def _with_both(truth, scores, average):
    """Leave out the tags (or, for "samples", the clips) for which no ranking is better than another."""
    kept = _has_both(truth) if average == "macro" else _has_both(truth.T)
    if kept.any():
        return (truth[:, kept], scores[:, kept]) if average == "macro" else (truth[kept], scores[kept])
    n_clips, n_tags = truth.shape
    if average == "macro":
        raise ValueError(
            f"No mean over tags exists: each of the {n_tags} tags of y_true is in all of the {n_clips} "
            "clips, or in none, so that no order of the clips is better than another. Pass clips with and "
            "without a tag; in cross-validation use fewer folds, or MultilabelStratifiedGroupKFold."
        )
    raise ValueError(
        f"No mean over clips exists: each of the {n_clips} clips of y_true has all of the {n_tags} tags, or "
        "none, so that no order of the tags is better than another. Pass clips that have some of the tags, "
        "or use a mean over tags, such as tag_roc_auc(y_true, y_score)."
    )


def _checked(y_true, y_score):
    """Return tags as booleans and scores as floats, both of shape (n_clips, n_tags)."""
    truth = _table_of_tags(y_true)
    scores = score_table(y_score)
    if scores.dtype.kind not in "biuf":
        try:
            scores = scores.astype(float)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"y_score must hold numbers, got {shown(scores.ravel()[:1].tolist())}."
            ) from error
    if scores.ndim == 1 and truth.shape[1] == 1:
        scores = scores[:, np.newaxis]  # decision values for a single tag
    if scores.shape != truth.shape:
        raise ValueError(
            f"y_score must have a score per clip and tag, of shape {truth.shape} as y_true, got "
            f"{scores.shape}."
        )
    scores = scores.astype(float, copy=False) if scores.dtype.kind != "f" else scores
    wrong = np.argwhere(~np.isfinite(scores))
    if len(wrong):
        clip, tag = wrong[0].tolist()
        raise ValueError(
            f"y_score must hold finite numbers, got {scores[clip, tag]} for clip {clip}, tag {tag} (counted "
            f"from 0; {len(wrong)} such scores). Did training diverge?"
        )
    return truth, scores


def _table_of_tags(y_true):
    """Return an indicator as an array of bool."""
    try:
        truth = y_true.toarray() if issparse(y_true) else np.asarray(y_true)
    except ValueError:  # rows of unequal length
        truth = np.array(None)
    if truth.ndim != 2 or truth.dtype.kind not in "biufO" or not truth.size:
        raise ValueError(
            "y_true must be an indicator of tags, of shape (n_clips, n_tags), with 1 if a clip has a tag, "
            f"got {shown(y_true)}. From lists of names, MultiLabelBinarizer().fit_transform(names) makes one."
        )
    check_tags(truth)
    return truth.astype(bool)
