"""Folders, tables and collections of labelled recordings.

What brings pandas, which a folder without a table does not need, is imported from its own file.
"""

from ._decode import decode
from ._folder import check_folder, list_folder, load_folder
from ._text import count, tidy
from ._walk import recordings

__all__ = ["check_folder", "count", "decode", "list_folder", "load_folder", "recordings", "tidy"]
