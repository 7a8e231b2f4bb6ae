"""Data to begin with: seeded synthetic music, and folders of recordings."""

from ._folder import load_folder
from ._instruments import make_instruments

__all__ = ["load_folder", "make_instruments"]
