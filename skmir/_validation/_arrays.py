"""What clips and frames share: arrays and tables of finite numbers, and what X may not be in either place."""

import os

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

from .._parameter_checks import shown
from .._waveforms import check_all_finite, laid_out
from ._forms import is_path

FLOAT = (np.float64, np.float32)
_WORDS = 400  # characters at most of another library's error


def no_single_path(X):
    """Return X, or raise if it is one path or one file."""
    if is_path(X):
        name = shown(os.fspath(X), width=120)
        raise ValueError(f"X must hold several clips, but is the single path {name}. Pass a list: [{name}].")
    if hasattr(X, "read"):
        raise ValueError(f"X must hold several clips, but is one file object ({type(X).__name__}). Pass [X].")
    return X


def not_empty(X):
    """Return X, or raise if it is an empty list."""
    if isinstance(X, list | tuple) and not X:
        raise ValueError("X holds no clips. Pass at least one path or array.")
    return X


def forget_n_features(estimator, reset):
    """Forget the width and column names of an earlier table in a refit on clips of no fixed length."""
    for name in ("n_features_in_", "feature_names_in_"):
        if reset and hasattr(estimator, name):
            delattr(estimator, name)


def check_values(x, name, *, ndim, dtype=FLOAT, finite=True):
    """Return an array of finite numbers whose memory torch can share, or raise about ``name``."""
    if x.ndim != ndim or 0 in x.shape:
        raise ValueError(f"{name} must be {ndim}-dimensional and not empty, got the shape {x.shape}.")
    if type(x) is np.ndarray and dtype is FLOAT and x.dtype in FLOAT:
        if finite:  # what is left of check_array, which takes longer than a pooled clip
            check_all_finite(x, name)
        return laid_out(x)
    try:
        checked = check_array(
            x,
            dtype=dtype,
            allow_nd=True,
            ensure_2d=False,
            ensure_min_samples=0,
            ensure_all_finite=finite,
            input_name=name,
        )
    except ValueError as error:
        raise ValueError(_short(error)) from error
    return laid_out(checked)


def check_table(estimator, X, *, reset, cure, dtype=FLOAT, finite=True):
    """Return a table of finite numbers, of the width that the estimator knows, or raise with ``cure``."""
    try:
        return laid_out(validate_data(estimator, X, reset=reset, dtype=dtype, ensure_all_finite=finite))
    except ValueError as error:
        raise ValueError(f"{_short(error)}\n{cure}") from error


def _short(error):
    """Return an error's text, without its middle if it quotes a long input."""
    return shown(error, str, width=_WORDS)
