"""What recordings are like, and what is wrong with them, before anything is fitted."""

from ._check_dataset import check_dataset
from ._dataset_check import DatasetCheck

__all__ = ["DatasetCheck", "check_dataset"]
