"""How clips are read: files are decoded, resampled and cut, clip by clip in threads."""

from ._examine import LOUD, SILENT, Examination, examination, examine
from ._excerpt import check_excerpt
from ._load import load
from ._mpeg import empty_tag
from ._stream import reader, shares_memory, stream, waveform

__all__ = [
    "LOUD",
    "SILENT",
    "Examination",
    "check_excerpt",
    "empty_tag",
    "examination",
    "examine",
    "load",
    "reader",
    "shares_memory",
    "stream",
    "waveform",
]
