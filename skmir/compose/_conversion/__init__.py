"""Fitted steps as modules of torch that compute the same."""

from ._convert import convert, convert_transformer

__all__ = ["convert", "convert_transformer"]
