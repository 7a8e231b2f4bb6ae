"""Results of folds on disk, so that an interrupted comparison goes on where it stopped."""

import dataclasses
import json
import uuid

import numpy as np

from ..._annotations import as_object_array
from ..._cache import Entries
from ._fold import FoldResult
from ._responses import Responses

_FITS, _SCORES = "fits", "scores"
_PLAIN = ("fit_time", "score_time", "n_parameters", "best_params")
_PARTS = np.ndarray | list | tuple
_CONTAINERS = {"list": list, "tuple": tuple, "each": as_object_array}


class FoldCache:
    """Fits of folds, each under its key, and their scores, in a folder that several processes may write to.

    An entry is written as soon as its fold is done, completely or not at all, by the process that ran it. It
    stays whatever happens to the comparison afterwards.

    Parameters
    ----------
    location : str or PathLike
        The folder; it is created when the first entry is written.

    Raises
    ------
    NotADirectoryError
        If it is a file.
    """

    def __init__(self, location):
        self._entries = Entries(location, name="skmir-compare")

    def __contains__(self, key):
        return self._entries.has(_FITS, key)

    def read(self, key):
        """Return a fit without its scores, or None if it is missing or damaged."""
        arrays = self._entries.read(_FITS, key)
        self._entries.warn_of_damage()
        if arrays is None:
            return None
        record = json.loads(arrays[0].tobytes())
        name, kind, methods, classes, values = record.pop("answers")
        values = {method: _unpack(spec, arrays) for method, spec in values.items()}
        probabilities = values.pop("probabilities")  # they are no answer of the model
        responses = Responses(name, kind, _unpack(classes, arrays), methods, values)
        return FoldResult(
            **record, predictions=values["predict"], probabilities=probabilities, responses=responses
        )

    def write(self, key, result):
        """Keep a fit. A fit with values that JSON cannot hold is not kept, so it would be run again.

        Parameters
        ----------
        key : str
        result : FoldResult
            A result with responses.

        Returns
        -------
        result : FoldResult
            The result with a stamp, so that scores belong to this fit, and not to one that replaces it.
        """
        record = {name: getattr(result, name) for name in _PLAIN} | {"stamp": uuid.uuid4().hex}
        responses, arrays = result.responses, []
        values = responses.to_keep()
        values |= {"predict": result.predictions, "probabilities": result.probabilities}
        values = {method: _pack(value, arrays) for method, value in values.items()}
        classes = _pack(responses.classes, arrays)
        record["answers"] = [responses.name, responses.kind, responses.methods, classes, values]
        try:
            text = json.dumps(record).encode()
        except TypeError:  # labels are objects of the user's own class
            return result
        self._entries.write(_FITS, key, [np.frombuffer(text, np.uint8), *arrays])
        return dataclasses.replace(result, stamp=record["stamp"])

    def read_score(self, result, key):
        """Return a kept fit's score by a scorer, or None."""
        arrays = self._entries.read(_SCORES, f"{result.stamp}-{key}")
        self._entries.warn_of_damage()
        return None if arrays is None else float(arrays[0])

    def write_score(self, result, key, value):
        """Keep a score of a fit that is kept."""
        if result.stamp is not None:
            self._entries.write(_SCORES, f"{result.stamp}-{key}", [np.array(value)])


def _pack(value, arrays):
    """Return a value in a form that JSON can hold; arrays are appended to the list and given by position."""
    if value is None:
        return None
    if isinstance(value, str):  # a label of a segment
        return {"text": value}
    if isinstance(value, list | tuple):
        return {type(value).__name__: [_pack(part, arrays) for part in value]}
    value = np.asarray(value)
    if value.dtype.hasobject and value.ndim == 1 and any(isinstance(one, _PARTS) for one in value):
        return {"each": [_pack(part, arrays) for part in value]}
    if value.dtype.hasobject:
        return {"objects": value.tolist()}
    arrays.append(value)
    return {"array": len(arrays)}  # the first array is the JSON text itself


def _unpack(spec, arrays):
    if spec is None:
        return None
    (form, held), *_ = spec.items()
    if form == "text":
        return held
    if form in _CONTAINERS:
        return _CONTAINERS[form](_unpack(part, arrays) for part in held)
    return np.array(spec["objects"], dtype=object) if "objects" in spec else arrays[spec["array"]]
