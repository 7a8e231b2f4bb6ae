"""Sound in: decoding, resampling, cutting."""

from .._reading import load
from ._loader import AudioLoader

__all__ = ["AudioLoader", "load"]
