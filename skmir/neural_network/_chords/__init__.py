"""Chroma features learned from chord templates."""

from ._chord_templates import chord_templates
from ._learned_chroma import LearnedChroma

__all__ = [
    "LearnedChroma",
    "chord_templates",
]
