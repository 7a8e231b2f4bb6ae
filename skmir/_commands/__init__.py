"""Commands of ``skmir``, one file each. What they do stands in the public Python that they call."""

from . import _predict, _train
from ._common import default_n_jobs, say

__all__ = ["COMMANDS", "default_n_jobs", "say"]
COMMANDS = (_train, _predict)
