"""Data to begin with: seeded synthetic music, and folders of recordings."""

from ._instruments import make_instruments

__all__ = ["make_instruments"]
