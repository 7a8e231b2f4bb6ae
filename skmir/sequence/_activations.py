"""Activations: which are valid, and the errors about those that are not."""

import numpy as np
from sklearn.utils import check_array
from sklearn.utils.validation import validate_data

_CURE = "If clips differ in their number of frames, pass a list of arrays."


def check_activations(estimator, X, *, reset, n_rows=None):
    """Return the activations of each clip.

    Parameters
    ----------
    estimator : estimator
        A 2-D array sets its ``n_features_in_`` (``reset=True``), or is compared with it.
    X : list of ndarray of shape (n_frames_i,), or array-like of shape (n_clips, n_frames)
        Activations, one value per frame.
    reset : bool
        True in ``fit``.
    n_rows : int, "any" or None, default=None
        If given, a clip may also have that many rows, "any" number of them: a list of ndarray of shape
        (n_rows, n_frames_i), or a 3-D array.

    Returns
    -------
    activations : list of ndarray of float64 of shape (n_frames_i,) or (n_rows, n_frames_i)

    Raises
    ------
    ValueError
        If X is anything else or holds NaN, or if a clip has no frame.
    """
    if _is_one_array_per_clip(X):
        if reset and hasattr(estimator, "n_features_in_"):
            del estimator.n_features_in_
        return [_check_clip(x, f"clip {i} of X", n_rows) for i, x in enumerate(X)]
    try:
        return list(validate_data(estimator, X, reset=reset, dtype=np.float64))
    except ValueError as error:
        raise ValueError(f"{error}\n{_CURE}") from error


def _is_one_array_per_clip(X):
    if isinstance(X, np.ndarray):
        return X.ndim == 3 or (X.ndim == 1 and X.dtype.kind == "O" and len(X) > 0)
    return isinstance(X, list | tuple) and len(X) > 0 and all(isinstance(x, np.ndarray) for x in X)


def _check_clip(x, name, n_rows):
    x = check_array(
        x, ensure_2d=False, allow_nd=True, ensure_min_samples=0, dtype=np.float64, input_name=name
    )
    if not x.size or not (x.ndim == 1 or (x.ndim == 2 and n_rows in (len(x), "any"))):
        rows = {None: "", "any": " or (n_rows, n_frames)"}.get(n_rows, f" or ({n_rows}, n_frames)")
        raise ValueError(
            f"{name} must have the shape (n_frames,){rows} with at least one frame, got {x.shape}."
        )
    return x
