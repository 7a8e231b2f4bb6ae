"""Fitted Pipelines that go on learning as one network."""

from ._unfrozen_classifier import UnfrozenClassifier

__all__ = ["UnfrozenClassifier"]
