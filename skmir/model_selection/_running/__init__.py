"""Run every model on every fold: the jobs of a comparison, their predictions and their keys."""

from ._baselines import baseline_models
from ._fold import FoldResult, rows
from ._jobs import raise_if_all_failed, run_jobs
from ._keys import clip_digests, holds_clips
from ._responses import Responses, needs_model
from ._trial import has_method, try_scorers

__all__ = [
    "FoldResult",
    "Responses",
    "baseline_models",
    "clip_digests",
    "has_method",
    "holds_clips",
    "needs_model",
    "raise_if_all_failed",
    "rows",
    "run_jobs",
    "try_scorers",
]
