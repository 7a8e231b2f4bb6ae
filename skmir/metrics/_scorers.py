"""Scorers by name."""

import sklearn.metrics
from sklearn.metrics import make_scorer

from .._parameter_checks import check_choice
from ._beats import MEASURES, beat_continuity, beat_f_measure, downbeat_f_measure
from ._chords import chord_weighted_recall
from ._events import AVERAGES, onset_f_measure
from ._notes import frame_accuracy, frame_f_measure, note_f_measure
from ._tag_scorer import TagScorer
from ._tags import CUTS, precision_at_k, r_precision, tag_average_precision, tag_roc_auc
from ._tempo import tempo_accuracy

_AVERAGED = {
    "onset_f25": (onset_f_measure, {"window": 0.025}),
    "onset_f50": (onset_f_measure, {}),
    "beat_f": (beat_f_measure, {}),
    "downbeat_f": (downbeat_f_measure, {}),
    "chord_root": (chord_weighted_recall, {"comparison": "root"}),
    "chord_majmin": (chord_weighted_recall, {}),
    "chord_sevenths": (chord_weighted_recall, {"comparison": "sevenths"}),
    "note_f": (note_f_measure, {}),
    "note_offset_f": (note_f_measure, {"offset_ratio": 0.2}),
    "frame_f": (frame_f_measure, {}),
    "frame_accuracy": (frame_accuracy, {}),
}
_IN_TIME = (
    {name: make_scorer(metric, **options) for name, (metric, options) in _AVERAGED.items()}
    | {
        f"{name}_{average}": make_scorer(metric, average=average, **options)
        for name, (metric, options) in _AVERAGED.items()
        for average in AVERAGES
    }
    | {measure: make_scorer(beat_continuity, measure=measure) for measure in MEASURES}
    | {
        "tempo_acc1": make_scorer(tempo_accuracy),
        "tempo_acc2": make_scorer(tempo_accuracy, factors=(1, 2, 3, 1 / 2, 1 / 3)),
    }
)
_OF_TAGS = {
    "auc_tag": TagScorer(tag_roc_auc),
    "auc_clip": TagScorer(tag_roc_auc, average="samples"),
    "tag_map": TagScorer(tag_average_precision),
    "clip_map": TagScorer(tag_average_precision, average="samples"),
    **{f"precision_at_{k}": TagScorer(precision_at_k, k=k) for k in CUTS},
    "r_precision": TagScorer(r_precision),
}
_KINDS = {"annotations": _IN_TIME, "tags": _OF_TAGS}
_SCORERS = _IN_TIME | _OF_TAGS


def get_scorer(scoring):
    """Return a scorer by its name, for ``cross_val_score``, ``GridSearchCV`` and the like.

    :func:`skmir.model_selection.compare` and :class:`skmir.model_selection.DecoderSearchCV` take the names
    themselves.

    Parameters
    ----------
    scoring : str or callable
        One of :func:`get_scorer_names`, or of scikit-learn's names; a callable is returned as it is.

    Returns
    -------
    scorer : callable
        Takes (estimator, X, y) and returns a number; higher is better. Scorers of music in time call
        ``estimator.predict``. Scorers of tags call ``predict_proba``, or ``decision_function`` if there is no
        such method, whatever form it has: an array, or a list with an array per tag. Weights per clip
        (``sample_weight``) are refused.

    Raises
    ------
    ValueError
        If there is no scorer of this name.

    See Also
    --------
    get_scorer_names : The names.

    Examples
    --------
    >>> from skmir.metrics import get_scorer
    >>> get_scorer("onset_f25")
    make_scorer(onset_f_measure, response_method='predict', window=0.025)
    """
    if isinstance(scoring, str) and scoring in _SCORERS:
        return _SCORERS[scoring]
    try:
        return sklearn.metrics.get_scorer(scoring)
    except ValueError as error:
        raise ValueError(
            f"{error} Those of music in time, and of tags, are {get_scorer_names()}, from "
            "skmir.metrics.get_scorer_names()."
        ) from error


def get_scorer_names(kind=None):
    """Return the names of the scorers of music in time, and of tags.

    Most of those of music in time stand under three names: with the ending "_micro" all clips are counted
    together, with "_samples" the score is the mean over the clips, and without ending it is what the
    literature gives: beats per clip, onsets, chords and notes together.

    Parameters
    ----------
    kind : {"annotations", "tags"} or None, default=None
        What ``y`` holds: annotations of music in time, or an indicator of tags. None returns all names.

    Returns
    -------
    names : list of str
        In alphabetical order.

    Raises
    ------
    ValueError
        If there is no such kind.

    See Also
    --------
    get_scorer : The scorer of a name.

    Examples
    --------
    >>> from skmir.metrics import get_scorer_names
    >>> [name for name in get_scorer_names() if "_" not in name]
    ['amlc', 'amlt', 'cmlc', 'cmlt']
    >>> get_scorer_names("tags")[:3]
    ['auc_clip', 'auc_tag', 'clip_map']
    """
    return sorted(_SCORERS if kind is None else check_choice("kind", kind, _KINDS, also="None for all"))
