"""Find what a display draws inside of Pipelines, searches and meta-estimators."""

from sklearn.pipeline import Pipeline

from .._output import FramesOutputMixin
from ..feature_extraction import BeatSynchronizer
from ..feature_extraction._base import BaseFrontEnd

_INNER = ("best_estimator_", "estimator_", "network_")  # of searches, of meta-estimators, of detectors
_FRONT_ENDS = (BaseFrontEnd, BeatSynchronizer)


def unwrapped(estimator):
    """Return the fitted estimator inside a search or a meta-estimator, or the estimator itself.

    Parameters
    ----------
    estimator : estimator

    Returns
    -------
    inner : estimator
        Has neither ``best_estimator_`` nor ``estimator_`` nor ``network_``.
    """
    for name in _INNER:
        if hasattr(getattr(estimator, name, None), "get_params"):
            return unwrapped(getattr(estimator, name))
    return estimator


def last_step(estimator):
    """Return the last step of an estimator, however deep Pipelines and meta-estimators are nested."""
    inner = unwrapped(estimator)
    return last_step(inner.steps[-1][1]) if isinstance(inner, Pipeline) else inner


def steps_to_frames(estimator):
    """Return the steps that make frames of clips: those before the front end, it, and those after it.

    Parameters
    ----------
    estimator : front end, or Pipeline or search with one

    Returns
    -------
    before : list of transformer
        From clips to clips.
    front_end : transformer
    after : list of transformer
        From frames to frames, up to the first step whose result is something else.

    Raises
    ------
    TypeError
        If there is no front end.
    """
    steps = all_steps(unwrapped(estimator))
    places = [i for i, step in enumerate(steps) if isinstance(step, _FRONT_ENDS)]
    if not places:
        raise TypeError(
            "estimator must be a front end such as MelSpectrogram(), or a fitted Pipeline or search with "
            f"one, got {type(estimator).__name__}. Pass the front end itself, or frames to "
            "FramesDisplay.from_frames."
        )
    before, rest = steps[: places[0]], steps[places[0] + 1 :]
    stop = next((i for i, step in enumerate(rest) if not isinstance(step, FramesOutputMixin)), len(rest))
    return before, steps[places[0]], rest[:stop]


def all_steps(estimator):
    """Return the steps of nested Pipelines in one list, without those that do nothing."""
    if not isinstance(estimator, Pipeline):
        return [estimator]
    real = [step for _, step in estimator.steps if step is not None and step != "passthrough"]
    return [inner for step in real for inner in all_steps(step)]
