"""Sound in: decoding, resampling, cutting."""

from ._load import load
from ._loader import AudioLoader

__all__ = ["AudioLoader", "load"]
