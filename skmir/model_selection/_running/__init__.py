"""Every model on every fold: the jobs of a comparison, their answers and their keys."""

from ._baselines import baseline_models
from ._jobs import Jobs, raise_if_all_failed
from ._keys import clip_digests, holds_clips
from ._trial import try_scorers

__all__ = [
    "Jobs",
    "baseline_models",
    "clip_digests",
    "holds_clips",
    "raise_if_all_failed",
    "try_scorers",
]
