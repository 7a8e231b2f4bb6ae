"""Sound in: decoding, resampling, cutting."""

from ._load import load
from ._loader import AudioLoader
from ._stream import stream, waveform

__all__ = ["AudioLoader", "load", "stream", "waveform"]
