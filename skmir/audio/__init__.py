"""Sound in: decoding, resampling, cutting."""

from .._reading import load, segments
from ._loader import AudioLoader

__all__ = ["AudioLoader", "load", "segments"]
