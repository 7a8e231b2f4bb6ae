"""Norms of the rows of filter banks, in numpy."""

import numpy as np


def unit_rows(rows, norm):
    """Divide each row by its norm.

    Parameters
    ----------
    rows : ndarray of shape (..., n_values)
        Real or complex.
    norm : float or None
        As in :func:`skmir.dsp.normalize`.

    Returns
    -------
    rows : ndarray of the same shape and dtype
        Rows whose norm is below the smallest normal number of their dtype are left unchanged.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.dsp._norm import unit_rows
    >>> unit_rows(np.array([[3.0, -1.0], [0.0, 0.0]]), 1)
    array([[ 0.75, -0.25],
           [ 0.  ,  0.  ]])
    """
    if norm is None:
        return rows
    lengths = np.linalg.norm(np.abs(rows).astype(np.float64), norm, axis=-1, keepdims=True)
    lengths[lengths < np.finfo(rows.dtype).tiny] = 1
    return (rows / lengths).astype(rows.dtype)
