"""Between front end and classifier: frames to frames, frames to table."""

from ._hpss import HPSS
from ._local_contrast import LocalContrastNormalizer
from ._pooler import FramePooler
from ._scaler import FrameScaler
from ._window_pooler import WindowPooler

__all__ = ["HPSS", "FramePooler", "FrameScaler", "LocalContrastNormalizer", "WindowPooler"]
