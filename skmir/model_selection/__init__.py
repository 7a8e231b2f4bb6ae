"""Comparing models on the same folds."""

from ._compare import compare
from ._comparison import Comparison
from ._default_models import default_models

__all__ = ["Comparison", "compare", "default_models"]
