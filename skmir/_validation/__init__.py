"""The data contract: which clips, frames and labels are valid, and the error texts about those that are not.

Clips are paths, or waveforms: a 2-D array with one clip per row, or a list of 1-D arrays of any lengths.
Waveforms are floating point in [-1, 1], or integers as they are stored, which are scaled: see ``_waveforms``.
Frames are a 3-D array ``(n_clips, n_bins, n_frames)``, or a list of ``(n_bins, n_frames_i)`` arrays;
a 2-D array is one frame per clip. Which of the two forms arrives can depend on the fold, since equal
lengths are stacked; iterating over either gives the clips one by one.
"""

from ._arrays import FLOAT
from ._clips import check_clips, unread
from ._forms import is_encoded, is_path, is_table, paths_of, stack_if_equal
from ._frames import WIDE, check_frames, warn_if_wide
from ._tags import check_tags

__all__ = [
    "FLOAT",
    "WIDE",
    "check_clips",
    "check_frames",
    "check_tags",
    "is_encoded",
    "is_path",
    "is_table",
    "paths_of",
    "stack_if_equal",
    "unread",
    "warn_if_wide",
]
