"""What front ends make of clips, computed once for all fits that need it."""

import joblib

from ...feature_extraction._base import BaseFrontEnd

ALL = slice(None)


class ComputedOnce:
    """Clips, and the frames of each front end that was asked for.

    Parameters
    ----------
    X : clips, frames or table
    """

    def __init__(self, X):
        self.X = X
        self.frames = {}

    def fit(self, pipeline, y, rows, **parameters):
        """Fit a Pipeline to some rows; its front end, if it begins with one, is computed for all at once."""
        (name, first), *rest = pipeline.steps
        if not isinstance(first, BaseFrontEnd) or not rest:
            return pipeline.fit(rows_of(self.X, rows), y[rows], **parameters)
        first.fit(self.X)
        pipeline.set_params(steps=rest)
        pipeline.fit(rows_of(self._of(first), rows), y[rows], **parameters)
        return pipeline.set_params(steps=[(name, first), *rest])

    def through(self, steps, rows):
        """Return what fitted steps make of some rows, one after another."""
        if steps and isinstance(steps[0], BaseFrontEnd):
            X, steps = rows_of(self._of(steps[0]), rows), steps[1:]
        else:
            X = rows_of(self.X, rows)
        for step in steps:
            X = step.transform(X)
        return X

    def _of(self, front_end):
        key = joblib.hash((type(front_end).__qualname__, front_end.get_params()))
        if key not in self.frames:
            self.frames[key] = front_end.transform(self.X)
        return self.frames[key]


def rows_of(X, rows):
    """Return some rows of a list, of an array or of a table of pandas; all of them for ``ALL``."""
    if isinstance(rows, slice):
        return X
    if hasattr(X, "iloc"):
        return X.iloc[rows]
    return X[rows] if hasattr(X, "shape") else [X[int(row)] for row in rows]
