"""What a comparison found."""

import html

import numpy as np
import pandas as pd

from ..._parameter_checks import check_choice
from ..._text_table import DASH
from ._comparison_record import comparison_record
from ._comparison_table import comparison_table, score_frame
from ._comparison_text import comparison_text
from ._held_out import best_params, errors_of, held_out, out_of_fold
from ._per_class import METRICS, class_table, confusions


def _shown(digits):
    """Return a function that prints a number, and a dash for NaN."""
    return lambda value: DASH if np.isnan(value) else f"{value:{digits}}"


_FORMAT = {
    "na_rep": DASH,
    "float_format": "{:.3f}".format,
    "formatters": dict.fromkeys(("p_value", "p_holm"), _shown(".2g"))
    | dict.fromkeys(("fit_time", "score_time", "worse_prob", "rope_prob", "better_prob"), _shown(".2f")),
}


class Comparison:
    """The result of :func:`compare`: a table, and the folds behind it.

    ``print`` shows in at most 100 columns, for each scorer, the mean of each model with its interval, the
    difference from the reference (with its interval if there is room), ``p_holm``, ``better_prob`` and
    ``fit_time``, and names the models that failed on some folds. Long names are shortened. ``table_`` holds
    everything.

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
    kind : {"classes", "tags", "numbers"}
        What ``y`` holds.
    reference : str
        The model that the others are tested against.
    scorers : list of str
        Names of the scorers; the first is the one that models are judged by.
    baselines : list of str
        The models that guess.
    confidence_level : float
        Of the intervals.
    rope : float
        Differences of up to so much count as none.
    random_state : int or None
        The seed.
    doubts : list of str
        What there is to say against the numbers.

    Attributes
    ----------
    table_ : DataFrame
        A row a model, in the order given, then the baselines. ``mean``: mean score over the folds;
        ``ci_low``, ``ci_high``: its confidence interval, not clipped to the scorer's range, and NaN if the
        score is the same on all folds; ``difference``:
        mean score minus the reference's, over the folds that both have, with its interval
        ``difference_low``, ``difference_high``; ``p_value``: of the corrected resampled t-test of that
        difference, two-sided; ``p_holm``: the same, adjusted for the number of models; ``worse_prob``,
        ``rope_prob``, ``better_prob``: probabilities that the difference lies below, inside and above the
        region of practical equivalence (test, probabilities and interval of a difference that is the same on
        all folds, give or take rounding, are NaN); ``fit_time``, ``score_time``: mean s a fold;
        ``n_parameters``: learned numbers, mean over the folds, <NA> where unknown; ``n_failed``: folds
        without this score.
    tables_ : dict of str to DataFrame
        Such a table for each scorer.
    scores_ : DataFrame of shape (n_folds, n_models)
        Of the first scorer; NaN where a fit or the scorer failed.
    all_scores_ : DataFrame of shape (n_folds, n_scorers * n_models)
        Of all scorers; the columns are (scorer, model).
    best_params_ : dict of str to DataFrame
        For each model that is a search, what it chose: a row a fold, a column a parameter.
    warnings_ : list of str
        What there is to say against the numbers; ``compare`` warns of it, too.
    baselines_ : list of str
        The models that guess.
    predictions_ : dict of str to MaskedArray of shape (n_clips,) or (n_clips, n_outputs)
        What each model predicted for each clip while the clip was held out, in the order of ``y``;
        masked for clips that are in no test fold, or in one that failed. Of a clip that is tested
        several times, the last prediction.
    splits_ : list of (ndarray, ndarray)
        Training and test positions of each fold, the same for all models.
    errors_ : dict of (str, int) or (str, int, str) to str
        (model, fold) to what went wrong where a model could not be fitted or could not predict;
        (model, fold, scorer) where it could, and one scorer raised an error or gave NaN. Empty where
        all went well.
    models_ : dict of str to estimator
        Unfitted copies of the models, with the seeds they ran with.
    y_ : ndarray of shape (n_clips,) or (n_clips, n_outputs)
        Labels.
    kind_ : {"classes", "tags", "numbers"}
        What ``y_`` holds.
    n_classes_ : int or None
        Number of classes; None where ``y`` is no single class a clip.
    reference_ : str
        The model that the others are tested against.
    scoring_ : str
        Name of the first scorer.
    scorers_ : list of str
        Names of all scorers.
    confidence_level_ : float
        Of the intervals.
    rope_ : float
        Differences of up to so much count as none.
    random_state_ : int or None
        The seed; where a RandomState was given, the number drawn from it.

    See Also
    --------
    skmir.inspection.ComparisonDisplay : Draws it.
    """

    def __init__(
        self,
        models,
        y,
        splits,
        results,
        *,
        kind,
        reference,
        scorers,
        baselines,
        confidence_level,
        rope,
        random_state,
        doubts=(),
    ):
        self.models_ = models
        self.y_ = np.asarray(y)
        self.kind_ = kind
        self.n_classes_ = len(np.unique(self.y_)) if kind == "classes" else None
        self.splits_ = splits
        self.reference_ = reference
        self.baselines_ = list(baselines)
        self.scorers_ = list(scorers)
        self.scoring_ = self.scorers_[0]
        self.confidence_level_ = confidence_level
        self.rope_ = rope
        self.random_state_ = random_state
        self.warnings_ = list(doubts)
        self.tables_ = {
            scorer: comparison_table(
                results,
                splits,
                scorer,
                reference=reference,
                baselines=self.baselines_,
                confidence_level=confidence_level,
                rope=rope,
            )
            for scorer in self.scorers_
        }
        self.table_ = self.tables_[self.scoring_]
        self.all_scores_ = pd.concat(
            {scorer: score_frame(results, scorer) for scorer in self.scorers_}, axis=1, names=["scorer"]
        )
        self.scores_ = score_frame(results, self.scoring_)
        self.predictions_ = {name: out_of_fold(folds, splits, self.y_) for name, folds in results.items()}
        self.errors_ = errors_of(results)
        self.best_params_ = best_params(results)
        self._results = results

    def class_table(self, metric="f1"):
        """Return how well each class is told from the others: a row a class, a column a model.

        Parameters
        ----------
        metric : {"precision", "recall", "f1"}, default="f1"
            Over the test clips of all folds together.

        Returns
        -------
        table : DataFrame
            The first column, "share", says how common the class is. The last row, "Global", is over all
            decisions: where each clip has one class, the share of clips that are right. They are called
            "(share)" and "(Global)" if a model or class has that name. NaN for 0 / 0, and for models that
            failed on all folds.

        Raises
        ------
        ValueError
            Where the metric is another, or the labels are numbers rather than classes.
        """
        check_choice("metric", metric, METRICS)
        self._check_classes(tags=True)
        pairs = {name: self._held_out(name) for name in self.models_}
        truth = {name: pair[0] for name, pair in pairs.items()}
        return class_table(truth, {name: pair[1] for name, pair in pairs.items()}, metric)

    def confusion_matrix(self, model, normalize=None):
        """Return what a model took for what, over the test clips of all folds together.

        Parameters
        ----------
        model : str
            Its name.
        normalize : {"true", "pred", "all"} or None, default=None
            Counts, or shares of a row, of a column, or of all.

        Returns
        -------
        matrix : DataFrame of shape (n_classes, n_classes)
            Rows are true classes, columns what was predicted.

        Raises
        ------
        ValueError
            Where there is no such model, it failed on all folds, or a clip has no single class.
        """
        check_choice("model", model, list(self.models_))
        self._check_classes(tags=False)
        truth, predictions = self._held_out(model)
        if not len(truth):
            raise ValueError(f"model={model!r} failed on all folds: errors_ says why.")
        return confusions(truth, predictions, normalize)

    def _held_out(self, model):
        """Return the labels of all test clips, fold by fold, and what a model predicted for them."""
        return held_out(self._results[model], self.splits_, self.y_)

    def _check_classes(self, *, tags):
        if self.kind_ != "classes" and not (tags and self.kind_ == "tags"):
            raise ValueError(f"y holds no classes, but {self.kind_}.")

    def __repr__(self):
        return comparison_text(self._title(), self.tables_, len(self.splits_))

    def _repr_html_(self):
        page = f"<p>{html.escape(self._title())}</p>\n{self.table_.to_html(**_FORMAT)}"
        # Notebooks set formulas in HTML unless told not to, and a model's name may hold a $.
        return f'<div class="tex2jax_ignore mathjax_ignore">\n{page}\n</div>'

    def to_dict(self):
        """Return a record of the comparison that ``json.dump`` takes.

        Returns
        -------
        record : dict
            ``versions``, ``machine`` (processor and cores), ``scoring`` (the first scorer), ``scorers``,
            ``confidence_level``, ``rope``, ``random_state``, ``reference``, ``baselines``, ``n_clips``,
            ``n_classes``, ``warnings``; ``test_folds``: positions of the test clips, a list a fold;
            ``models``: for each its ``estimator`` (as it prints itself: what differs from the defaults,
            seeds included) and, an entry a fold, ``scores`` (of the first scorer), ``all_scores``,
            ``fit_times`` and ``score_times`` in s, ``n_parameters``, ``best_params``, ``errors`` of fits, and
            ``score_errors`` of single scorers; ``table`` of the first scorer, and ``tables``. None stands for
            NaN.
        """
        return comparison_record(self, self._results)

    def _title(self):
        return (
            f"Comparison of {len(self.models_)} models on {len(self.splits_)} folds: {self.scoring_}, "
            f"{100 * self.confidence_level_:g} % intervals, differences from {self.reference_!r}"
        )
