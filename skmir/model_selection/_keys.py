"""Names for results: equal where the model, its parameters, the clips and the versions are equal.

A key is a hash of a text that says everything a result depends on, by value: two processes, or the same
script on another day, come to the same one. What has no effect on a result (cache folders, numbers of jobs)
is left out.
"""

import functools
import inspect
import json
import types

import joblib
import numpy as np
import xxhash
from sklearn.frozen import FrozenEstimator

from .._cache import array_digest, file_digest
from .._show_versions import versions
from .._validation import WIDE, is_path

NO_EFFECT = {"memory", "n_jobs", "verbose"}
PACKAGES = ("skmir", "scikit-learn", "torch", "librosa", "numpy")  # whose versions can change a result


def holds_clips(X):
    """Return whether X holds recordings, not rows of a table, where two equal ones are no wonder.

    Parameters
    ----------
    X : clips, frames or table

    Returns
    -------
    holds_clips : bool
        Paths, arrays of different lengths, waveforms (over 2,000 columns) or frames.
    """
    if hasattr(X, "iloc"):
        return len(X) > 0 and is_path(X.iloc[0] if X.ndim == 1 else X.iloc[0, 0])
    if getattr(X, "ndim", 1) > 1:
        return X.ndim > 2 or X.shape[1] > WIDE
    return len(X) > 0 and (is_path(X[0]) or getattr(X[0], "ndim", 0) > 0)


def clip_digests(X):
    """Return a hash of what each clip holds.

    Parameters
    ----------
    X : clips, frames or table
        Paths are read; a file that cannot be read counts by its name, and fails later with its own error.

    Returns
    -------
    digests : list of str
    """
    rows = X.to_numpy() if hasattr(X, "iloc") else X
    return [_digest_of(rows[i]) for i in range(len(rows) if not hasattr(rows, "shape") else rows.shape[0])]


def job_keys(models, digests, y, params, splits, scoring):
    """Return a key for each model and fold.

    Parameters
    ----------
    models : dict of str to estimator
        Unfitted; names have no effect.
    digests : list of str
        Of the clips; see :func:`clip_digests`.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    params : dict of str to dict
        What each model's ``fit`` gets besides, an entry a clip.
    splits : list of (ndarray, ndarray)
        Positions of the training and of the test clips.
    scoring : dict of str to (str or callable)
        The scorers.

    Returns
    -------
    keys : dict of (str, int) to str

    Raises
    ------
    TypeError
        Where a parameter of a model cannot be hashed.
    """
    found = versions()
    surroundings = [{package: found[package] for package in PACKAGES}, describe(scoring)]
    y, keys = np.asarray(y), {}
    for name, model in models.items():
        try:
            text = describe(model)
        except Exception as error:  # of whatever a parameter's pickle raises
            raise TypeError(
                f"models[{name!r}] cannot be told by its parameters ({type(error).__name__}: {error}), so "
                "its results cannot be kept. Define functions and classes in a module, or pass memory=None."
            ) from error
        for fold, (train, test) in enumerate(splits):
            parts = [[digests[i] for i in part] + [describe(y[part])] for part in (train, test)]
            extra = {
                key: describe(np.asarray(values, dtype=object)[train]) for key, values in params[name].items()
            }
            keys[name, fold] = _hash(json.dumps([surroundings, text, parts, extra]))
    return keys


def describe(value):
    """Return a text that is equal for equal values, and as a rule for no others.

    Parameters
    ----------
    value : estimator, function, class, array, container, number or text

    Returns
    -------
    text : str
        Of functions and classes the source is part, where Python knows it.
    """
    if value is None or isinstance(value, bool | int | float | complex | str | bytes):
        return repr(value)
    if isinstance(value, np.ndarray) and not value.dtype.hasobject:
        return f"array {array_digest(value)}"
    if isinstance(value, np.ndarray | list | tuple):
        return f"{type(value).__name__}[{', '.join(describe(item) for item in value)}]"
    if isinstance(value, set | frozenset):
        return f"set[{', '.join(sorted(describe(item) for item in value))}]"
    if isinstance(value, dict):
        return f"dict[{', '.join(f'{describe(k)}: {describe(v)}' for k, v in value.items())}]"
    if isinstance(value, type | types.FunctionType):
        return _describe_code(value)
    if hasattr(value, "get_params") and not isinstance(value, FrozenEstimator):
        return _describe_estimator(value)
    return f"{type(value).__qualname__} {joblib.hash(value)}"  # by its pickle


def _describe_estimator(estimator):
    params = estimator.get_params(deep=False)
    listed = ", ".join(f"{name}={describe(params[name])}" for name in sorted(params) if name not in NO_EFFECT)
    return f"{_describe_code(type(estimator))}({listed})"


def _describe_code(code):
    """Return a class's or function's name and a hash of its source, its defaults and what it closes over."""
    inside = [getattr(code, "__defaults__", None), getattr(code, "__kwdefaults__", None)]
    cells = getattr(code, "__closure__", None) or ()
    inside += [cell.cell_contents for cell in cells if cell.cell_contents is not code]
    listed = "".join(f" {describe(part)}" for part in inside if part is not None)
    return f"{code.__module__}.{code.__qualname__} {_source_hash(code)}{listed}"


@functools.lru_cache(maxsize=1024)
def _source_hash(code):
    try:
        return _hash(inspect.getsource(code))
    except (OSError, TypeError):  # compiled, or typed at a prompt
        return ""


def _digest_of(clip):
    if is_path(clip):
        try:
            return file_digest(str(clip))
        except OSError:
            return f"unread {clip}"
    try:
        array = np.asarray(clip)
    except ValueError:  # of unequal lengths
        return joblib.hash(clip)
    return joblib.hash(clip) if array.dtype.hasobject else array_digest(array)


def _hash(text):
    return xxhash.xxh3_128_hexdigest(text.encode())
