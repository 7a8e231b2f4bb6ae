"""Results of folds on disk, so that a comparison that was broken off goes on where it stopped."""

import dataclasses
import json

import numpy as np

from .._cache import Entries
from ._fold import FoldResult

_GROUP = "folds"


class KeptFolds:
    """Results of folds, each under its key, in a folder that many processes may write at once.

    An entry is written when its fold is done, whole or not at all, by the process that ran it: whatever
    happens to the comparison afterwards, it stays.

    Parameters
    ----------
    location : str or PathLike
        The folder; it is made at the first writing.

    Raises
    ------
    NotADirectoryError
        Where it is a file.
    """

    def __init__(self, location):
        self._entries = Entries(location, name="skmir-compare")

    def __contains__(self, key):
        return self._entries.has(_GROUP, key)

    def read(self, key):
        """Return a result, or None where there is none, or it is damaged."""
        arrays = self._entries.read(_GROUP, key)
        self._entries.warn_of_damage()
        if arrays is None:
            return None
        record = json.loads(arrays[0].tobytes())
        objects = record.pop("objects")
        predictions = np.array(objects, dtype=object) if objects is not None else arrays[1]
        return FoldResult(**record, predictions=predictions)

    def write(self, key, result):
        """Keep a result; one that holds what JSON cannot say is passed over, and would be run again."""
        record = {field.name: getattr(result, field.name) for field in dataclasses.fields(result)}
        predictions = record.pop("predictions")
        are_objects = predictions.dtype.hasobject
        record["objects"] = predictions.tolist() if are_objects else None
        try:
            text = json.dumps(record).encode()
        except TypeError:  # labels of a class of the user's own
            return
        arrays = [np.frombuffer(text, np.uint8), *([] if are_objects else [predictions])]
        self._entries.write(_GROUP, key, arrays)
