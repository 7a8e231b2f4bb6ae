"""The forms in which clips and frames are passed: what an item is, and which items X holds."""

import os
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from .._parameter_checks import shown
from .._stored_frames import StoredFrames
from .._waveforms import to_numpy


def is_path(item):
    """Return whether ``item`` names a file."""
    return isinstance(item, str | os.PathLike)


def is_encoded(item):
    """Return whether ``item`` is a file object, or holds a recording as Hugging Face's ``datasets`` does.

    That is a dict with the samples and their rate, or with the content or the path of a file; or a decoder of
    torchcodec.
    """
    if isinstance(item, Mapping):
        return {"array", "sampling_rate"} <= item.keys() or "bytes" in item or "path" in item
    return hasattr(item, "read") or hasattr(item, "get_all_samples")


def paths_of(X):
    """Return clips as a list of str if all of them are paths, else None.

    Parameters
    ----------
    X : clips, frames or table
        Or a table whose first column holds the paths.
    """
    column = X.iloc[:, 0] if getattr(X, "ndim", 1) == 2 and hasattr(X, "iloc") else X
    paths = list(column) if getattr(column, "ndim", 1) == 1 else []
    return [os.fsdecode(path) for path in paths] if paths and all(map(is_path, paths)) else None


def is_table(X):
    """Return whether X is two-dimensional: one frame, or one row of features, per clip."""
    if isinstance(X, StoredFrames):
        return False
    items = items_of(X)
    if items is not None:
        return ndims_of(items) != {2}
    return not (is_numeric_array(X) and X.ndim == 3)


def stack_if_equal(arrays):
    """Return one array if all shapes agree, else the list itself."""
    return np.stack(arrays) if len({a.shape for a in arrays}) == 1 else arrays


def items_of(X):
    """Return the clips of a list-like of paths or arrays; None if X is one array of numbers."""
    if isinstance(X, pd.Series | pd.Index | pd.api.extensions.ExtensionArray):
        X = X.to_numpy()
    if isinstance(X, np.ndarray):
        return list(map(to_numpy, X)) if X.ndim == 1 and X.dtype.kind in "OUT" and X.size else None
    if not isinstance(X, Sequence) or isinstance(X, str | bytes | bytearray | memoryview) or not len(X):
        return None
    return list(map(to_numpy, X))


def ndims_of(items):
    """Return the set of numbers of dimensions of the items that are arrays; lists of numbers do not count."""
    return {getattr(item, "ndim", None) for item in items}


def is_numeric_array(X):
    """Return whether X is an array of numbers or booleans."""
    return isinstance(X, np.ndarray) and X.dtype.kind in "biuf"


def column_of_paths(X):
    """Take the one column of a DataFrame of paths; leave everything else alone."""
    if not isinstance(X, pd.DataFrame):
        return X
    if not any(map(is_path, X.select_dtypes(exclude=["number", "bool"]).to_numpy().flat)):
        return X
    if X.shape[1] != 1:
        raise ValueError(
            f"X is a DataFrame with the columns {shown(list(X.columns))}. Pass the one that holds the paths, "
            f"for instance X[{shown(X.columns[0], width=60)}]."
        )
    return X.iloc[:, 0]
