"""Between front end and classifier: frames to frames, frames to table."""

from ._pooler import FramePooler
from ._scaler import FrameScaler

__all__ = ["FramePooler", "FrameScaler"]
