"""Steps between front end and classifier: from frames to frames, and from frames to tables."""

from ._context_window import ContextWindow
from ._cqt_to_chroma import CQTToChroma
from ._delta import Delta
from ._hpss import HPSS
from ._local_contrast import LocalContrastNormalizer
from ._log_compression import LogCompression
from ._pca_whitener import PCAWhitener
from ._pooler import FramePooler
from ._scaler import FrameScaler
from ._tonnetz import Tonnetz
from ._window_pooler import WindowPooler

__all__ = [
    "HPSS",
    "CQTToChroma",
    "ContextWindow",
    "Delta",
    "FramePooler",
    "FrameScaler",
    "LocalContrastNormalizer",
    "LogCompression",
    "PCAWhitener",
    "Tonnetz",
    "WindowPooler",
]
