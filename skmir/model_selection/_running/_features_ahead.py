"""Front ends' frames, computed before the first fit, so that each file is decoded once for all models."""

from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import StackingClassifier, StackingRegressor, VotingClassifier, VotingRegressor
from sklearn.pipeline import FeatureUnion, Pipeline

from ..._validation import paths_of
from ...feature_extraction._base import BaseFrontEnd
from ...feature_extraction._compute import keep_frames
from ...sequence._detector import BaseDetector

_SIDE_BY_SIDE = (VotingClassifier, VotingRegressor, StackingClassifier, StackingRegressor)


def keep_features(models, X, splits, *, n_jobs=None, verbose=0):
    """Keep the frames of all clips of some folds in the ``memory`` of the models' front ends.

    Parameters
    ----------
    models : list of estimator
        Unfitted.
    X : clips, frames or table
        Nothing is done unless they are paths: only files are decoded.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.
    n_jobs : int or None, default=None
        Threads, as in joblib.
    verbose : int, default=0
        1 draws a progress bar on stderr.
    """
    front_ends = [front_end for model in models for front_end in first_front_ends(model)]
    paths = paths_of(X) if front_ends else None
    if paths:
        used = sorted({int(i) for split in splits for part in split for i in part})
        keep_frames(front_ends, [paths[i] for i in used], n_jobs=n_jobs, verbose=verbose)


def first_front_ends(model):
    """Yield the front ends to which a model hands its clips as it gets them.

    A search is left out, since its candidates may have other front ends, and so is whatever changes clips.

    Parameters
    ----------
    model : estimator or str

    Yields
    ------
    front_end : BaseFrontEnd
    """
    if isinstance(model, BaseFrontEnd):
        yield model
    for part in _parts_with_the_same_clips(model):
        yield from first_front_ends(part)


def _parts_with_the_same_clips(model):
    if isinstance(model, Pipeline):
        return [step for _, step in model.steps if step not in (None, "passthrough")][:1]
    if isinstance(model, FeatureUnion):
        return [step for _, step in model.transformer_list]
    if isinstance(model, _SIDE_BY_SIDE):
        return [estimator for _, estimator in model.estimators]
    if isinstance(model, TransformedTargetRegressor):
        return [model.regressor]
    return [model.front_end] if isinstance(model, BaseDetector) else []
