"""Fitted steps as modules of torch that compute the same."""

from ._convert import convert

__all__ = ["convert"]
