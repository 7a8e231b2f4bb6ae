"""What a comparison found."""

import html

import numpy as np
import pandas as pd
from sklearn.utils.multiclass import type_of_target

from .._show_versions import versions
from ._table import comparison_table, score_frame

_FORMAT = {
    "float_format": "{:.3f}".format,
    "formatters": dict.fromkeys(("p_value", "p_holm"), "{:.2g}".format)
    | dict.fromkeys(("fit_time", "score_time"), "{:.2f}".format),
}


class Comparison:
    """The result of :func:`compare`: a table, and the folds behind it.

    Parameters
    ----------
    models : dict of str to estimator
        Unfitted, with the seeds they ran with.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    splits : list of (ndarray, ndarray)
        Training and test positions of each fold.
    results : dict of str to list of FoldResult
        Model to its folds.
    reference : str
        The model that the others are tested against.
    scoring : str
        Name of the scorer.
    confidence_level : float
        Of the intervals.
    random_state : int or None
        The seed.

    Attributes
    ----------
    table_ : DataFrame
        A row a model, in the order given. ``mean``: mean score over the folds; ``ci_low``,
        ``ci_high``: its confidence interval, not clipped to the scorer's range; ``difference``: mean
        score minus the reference's, over the folds that both have; ``p_value``: of the corrected
        resampled t-test of that difference, two-sided; ``p_holm``: the same, adjusted for the number
        of models; ``fit_time``, ``score_time``: mean s a fold; ``n_parameters``: learned numbers,
        mean over the folds, <NA> where unknown; ``n_failed``: folds without a score.
    scores_ : DataFrame of shape (n_folds, n_models)
        NaN where a fold failed.
    predictions_ : dict of str to MaskedArray of shape (n_clips,) or (n_clips, n_outputs)
        What each model predicted for each clip while the clip was held out, in the order of ``y``;
        masked for clips that are in no test fold, or in one that failed. Of a clip that is tested
        several times, the last prediction.
    splits_ : list of (ndarray, ndarray)
        Training and test positions of each fold, the same for all models.
    errors_ : dict of (str, int) to str
        (model, fold) to what went wrong there.
    models_ : dict of str to estimator
        Unfitted copies of the models, with the seeds they ran with.
    y_ : ndarray of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    n_classes_ : int or None
        Number of classes; None where ``y`` is no single class a clip.
    reference_ : str
        The model that the others are tested against.
    scoring_ : str
        Name of the scorer.
    confidence_level_ : float
        Of the intervals.
    random_state_ : int or None
        The seed; where a RandomState was given, the number drawn from it.

    See Also
    --------
    skmir.inspection.ComparisonDisplay : Draws it.
    """

    def __init__(self, models, y, splits, results, *, reference, scoring, confidence_level, random_state):
        self.models_ = models
        self.y_ = np.asarray(y)
        self.n_classes_ = _n_classes(self.y_)
        self.splits_ = splits
        self.reference_ = reference
        self.scoring_ = scoring
        self.confidence_level_ = confidence_level
        self.random_state_ = random_state
        self.table_ = comparison_table(
            results, splits, reference=reference, confidence_level=confidence_level
        )
        self.scores_ = score_frame(results)
        self.predictions_ = {name: _out_of_fold(folds, splits, self.y_) for name, folds in results.items()}
        self.errors_ = {
            (name, i): fold.error
            for name, folds in results.items()
            for i, fold in enumerate(folds)
            if fold.error is not None
        }
        self._results = results

    def __repr__(self):
        return f"{self._title()}\n{self.table_.to_string(**_FORMAT)}"

    def _repr_html_(self):
        return f"<p>{html.escape(self._title())}</p>\n{self.table_.to_html(**_FORMAT)}"

    def to_dict(self):
        """Return a record of the comparison that ``json.dump`` takes.

        Returns
        -------
        record : dict
            ``versions``, ``scoring``, ``confidence_level``, ``random_state``, ``reference``,
            ``n_clips``, ``n_classes``; ``test_folds``: positions of the test clips, a list a fold;
            ``models``: for each its ``estimator`` (as it prints itself: what differs from the
            defaults, seeds included) and, an entry a fold, ``scores``, ``fit_times`` and
            ``score_times`` in s, ``n_parameters`` and ``errors``; ``table``. None stands for NaN.
        """
        return {
            "versions": versions(),
            "scoring": self.scoring_,
            "confidence_level": float(self.confidence_level_),
            "random_state": self.random_state_,
            "reference": self.reference_,
            "n_clips": len(self.y_),
            "n_classes": self.n_classes_,
            "test_folds": [test.tolist() for _, test in self.splits_],
            "models": {name: self._model_record(name) for name in self.models_},
            "table": {
                name: {column: _plain(value) for column, value in row.items()}
                for name, row in self.table_.astype(object).iterrows()
            },
        }

    def _model_record(self, name):
        folds = self._results[name]
        return {
            "estimator": str(self.models_[name]),
            "scores": [_plain(fold.score) for fold in folds],
            "fit_times": [_plain(fold.fit_time) for fold in folds],
            "score_times": [_plain(fold.score_time) for fold in folds],
            "n_parameters": [fold.n_parameters for fold in folds],
            "errors": [fold.error for fold in folds],
        }

    def _title(self):
        return (
            f"Comparison of {len(self.models_)} models on {len(self.splits_)} folds: {self.scoring_}, "
            f"{100 * self.confidence_level_:g} % intervals, differences from {self.reference_!r}"
        )


def _n_classes(y):
    return len(np.unique(y)) if type_of_target(y) in ("binary", "multiclass") else None


def _out_of_fold(folds, splits, y):
    """Put the folds' predictions at their clips; mask the clips that have none."""
    done = [
        (test, fold.predictions)
        for (_, test), fold in zip(splits, folds, strict=True)
        if fold.predictions is not None
    ]
    if not done:
        return np.ma.masked_array(np.zeros_like(y), mask=True)
    everything = np.concatenate([predictions for _, predictions in done])
    values = np.zeros((len(y), *everything.shape[1:]), dtype=everything.dtype)
    missing = np.ones(values.shape, dtype=bool)
    for test, predictions in done:
        values[test] = predictions
        missing[test] = False
    return np.ma.masked_array(values, mask=missing)


def _plain(value):
    """Return a number as JSON knows it: no NaN, no numpy."""
    if pd.isna(value) or np.isinf(value):
        return None
    return value.item() if hasattr(value, "item") else value
