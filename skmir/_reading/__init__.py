"""How clips are read: files are decoded, resampled and cut, clip by clip in threads."""

from ._examine import LOUD, SILENT, Examination, examination, examine
from ._excerpt import check_excerpt, excerpt
from ._load import load
from ._mpeg import empty_tag
from ._objects import reader
from ._segments import segments
from ._stream import shares_memory, stream, waveform

__all__ = [
    "LOUD",
    "SILENT",
    "Examination",
    "check_excerpt",
    "empty_tag",
    "examination",
    "examine",
    "excerpt",
    "load",
    "reader",
    "segments",
    "shares_memory",
    "stream",
    "waveform",
]
