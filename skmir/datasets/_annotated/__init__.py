"""Files of annotations, and folders of recordings that have them."""

from ._annotation_files import read_annotations, write_annotations
from ._annotation_folder import COMBINE, list_annotations, load_annotations

__all__ = ["COMBINE", "list_annotations", "load_annotations", "read_annotations", "write_annotations"]
