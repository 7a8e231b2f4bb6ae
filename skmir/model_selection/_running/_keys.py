"""Keys for results, equal if the model, its parameters, the clips and the versions are equal.

A key is a hash of a text that describes everything a result depends on, by value: two processes, or the same
script on another day, compute the same key. Parameters that have no effect on a result (cache folders,
numbers of jobs) are left out.
"""

import json
import os
import sys

import joblib
import numpy as np
import xxhash
from sklearn import get_config

from ..._annotations import kind_of_annotations
from ..._cache import array_digest, content_digest, describe, file_digest, library_versions, skmir_text
from ..._validation import WIDE, is_encoded, is_path
from ..._waveforms import to_numpy
from ...metrics import get_scorer
from ._fold import rows

# Packages whose versions can change a result. The description of a model or scorer adds its own package.
PACKAGES = (
    *("skmir", "scikit-learn", "scipy", "numpy", "torch", "skorch", "soxr", "soundfile"),
    *("joblib", "pandas"),
)


def holds_clips(X):
    """Return whether X holds recordings, not rows of a table, of which two may well be equal.

    Parameters
    ----------
    X : clips, frames or table

    Returns
    -------
    holds_clips : bool
        True for paths, arrays of different lengths, waveforms (over 2,000 columns) and frames.
    """
    if hasattr(X, "iloc"):
        return len(X) > 0 and is_path(X.iloc[0] if X.ndim == 1 else X.iloc[0, 0])
    if getattr(X, "ndim", 1) > 1:
        return X.ndim > 2 or X.shape[1] > WIDE
    return len(X) > 0 and (is_path(X[0]) or is_encoded(X[0]) or getattr(X[0], "ndim", 0) > 0)


def clip_digests(X):
    """Return a hash of the content of each clip.

    Parameters
    ----------
    X : clips, frames or table
        Files are read, whether their paths are in a list, an array, a column of a table or a row of several
        values. A file that cannot be read is hashed by its name; its own error occurs later.

    Returns
    -------
    digests : list of str
    """
    rows = X.to_numpy() if hasattr(X, "iloc") else X
    return [_digest_of(rows[i]) for i in range(len(rows) if not hasattr(rows, "shape") else rows.shape[0])]


def job_keys(models, digests, y, params, splits):
    """Return a key for each model and fold, for the fit and its predictions, which no scorer changes.

    Parameters
    ----------
    models : dict of str to estimator
        Unfitted; names have no effect.
    digests : list of str
        Hashes of the clips; see :func:`clip_digests`.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    params : dict of str to dict
        Further arguments of each model's ``fit``, with one entry per clip.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.

    Returns
    -------
    keys : dict of (str, int) to str

    Raises
    ------
    TypeError
        If a parameter of a model cannot be hashed.
    """
    keys = {}
    y = y if kind_of_annotations(y) else np.asarray(y)
    routing = get_config()["enable_metadata_routing"]
    surroundings = json.dumps([routing, sys.version_info[:2], library_versions(PACKAGES), skmir_text()])
    folds = [
        _hash(json.dumps([[digests[i] for i in part] + [describe(rows(y, part))] for part in split]))
        for split in splits
    ]
    for name, model in models.items():
        text = _told(f"models[{name!r}]", model, " by its parameters")
        for fold, (train, _) in enumerate(splits):
            extra = {
                key: describe(np.asarray(values, dtype=object)[train]) for key, values in params[name].items()
            }
            keys[name, fold] = _hash(json.dumps([surroundings, text, folds[fold], extra]))
    return keys


def scorer_keys(scorers):
    """Return a key for each scorer, from the function inside, its arguments, and their contents.

    Parameters
    ----------
    scorers : dict of str to (str or callable)

    Returns
    -------
    keys : dict of str to str

    Raises
    ------
    TypeError
        If a scorer holds a value that cannot be hashed.
    """
    matching = json.dumps(library_versions(("mir_eval",)))  # it matches events for skmir.metrics
    return {
        name: _hash(matching + _told(f"scoring[{name!r}]", get_scorer(scorer)))
        for name, scorer in scorers.items()
    }


def _told(name, value, by=""):
    try:
        return describe(value)
    except Exception as error:  # whatever a parameter's pickle raises
        raise TypeError(
            f"{name} cannot be hashed{by} ({type(error).__name__}: {error}), so its results cannot be kept. "
            "Define functions and classes in a module, or pass memory=None."
        ) from error


def _digest_of(clip):
    """Return a hash of the content of a clip, or of one row of a table; files are hashed by their content."""
    if is_path(clip) or isinstance(clip, bytes):
        try:
            return file_digest(os.fspath(clip))
        except (OSError, ValueError):
            return f"unread {os.fspath(clip)!r}"
    if isinstance(clip, dict):
        return _hash(json.dumps([[str(key), _digest_of(value)] for key, value in clip.items()]))
    if hasattr(clip, "read"):
        return content_digest(clip)
    if hasattr(clip, "get_all_samples"):
        samples = clip.get_all_samples()
        return _digest_of({"array": to_numpy(samples.data), "sampling_rate": samples.sample_rate})
    try:
        array = np.asarray(clip)
    except ValueError:  # parts have unequal lengths
        return joblib.hash(clip)
    if array.ndim and array.dtype.kind in "OUS":
        return _hash(
            json.dumps(
                [array.shape, *map(_digest_of, clip.ravel() if isinstance(clip, np.ndarray) else clip)]
            )
        )
    return joblib.hash(clip) if array.dtype.hasobject else array_digest(array)


def _hash(text):
    return xxhash.xxh3_128_hexdigest(text.encode())
