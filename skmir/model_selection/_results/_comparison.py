"""The result of a comparison."""

import functools

import numpy as np
import pandas as pd

from ..._comparison_records import check_record
from ..._parameter_checks import check_choice
from ..._show_versions import machine as this_machine
from ..._show_versions import versions as these_versions
from ._clips import mistakes, naming, prediction_table
from ._comparison_html import comparison_html
from ._comparison_record import comparison_arguments, comparison_record
from ._comparison_table import comparison_table, score_frame
from ._comparison_text import comparison_text
from ._held_out import best_params, errors_of, held_out, out_of_fold
from ._per_class import METRICS, class_table, confusions


class Comparison:
    """The result of :func:`compare`: a table, and the folds from which it is computed.

    ``print`` shows in at most 100 columns, for each scorer, the mean of each model with its interval, the
    difference from the reference (with its interval if there is room), ``p_holm``, ``better_prob`` and
    ``fit_time``, and names the models that failed on some folds. Long names are shortened. ``table_`` holds
    everything.

    Parameters
    ----------
    models : dict of str to estimator
        Unfitted, with the seeds that they ran with.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs), or list of annotations
        Labels, or what happens when in each clip.
    splits : list of (ndarray, ndarray)
        Training and test positions of each fold.
    results : dict of str to list of FoldResult
        Maps each model to its results on the folds.
    kind : {"classes", "tags", "numbers", "annotations"}
        What ``y`` holds.
    reference : str
        The model that the others are tested against.
    scorers : list of str
        Names of the scorers. Models are judged by the first.
    baselines : list of str
        Names of the baselines, which guess.
    confidence_level : float
        Confidence level of the intervals.
    rope : float
        Differences up to this size count as no difference.
    random_state : int or None
        The seed.
    doubts : list of str
        Warnings about the validity of the numbers.
    files : list of str or None, default=None
        File of each clip, if the clips are files.
    groups : array-like of shape (n_clips,) or None, default=None
        Group of each clip.
    versions : dict of str to str or None, default=None
        Versions of Python and of packages; None takes the present ones.
    machine : str or None, default=None
        Processor and number of cores; None takes the present ones.

    Attributes
    ----------
    table_ : DataFrame
        One row per model, in the order given, then the baselines. ``mean``: mean score over the folds;
        ``ci_low``, ``ci_high``: its confidence interval, not clipped to the scorer's range, and NaN if the
        score is the same on all folds; ``difference``:
        mean score minus the reference's, over the folds for which both have a score, with its interval
        ``difference_low``, ``difference_high``; ``p_value``: of the corrected resampled t-test of that
        difference, two-sided; ``p_holm``: the same, adjusted for the number of models; ``worse_prob``,
        ``rope_prob``, ``better_prob``: probabilities that the difference lies below, inside and above the
        region of practical equivalence (test, probabilities and interval of a difference that is the same on
        all folds, give or take rounding, are NaN); ``fit_time``, ``score_time``: mean time per fold in s;
        ``n_parameters``: number of learned parameters, mean over the folds, <NA> if unknown; ``n_failed``:
        number of folds without this score.
    tables_ : dict of str to DataFrame
        Such a table for each scorer.
    scores_ : DataFrame of shape (n_folds, n_models)
        Scores by the first scorer; NaN if a fit or the scorer failed.
    all_scores_ : DataFrame of shape (n_folds, n_scorers * n_models)
        Scores by all scorers; the columns are (scorer, model).
    best_params_ : dict of str to DataFrame
        For each model that is a search, the parameters it chose: one row per fold, one column per parameter.
    warnings_ : list of str
        Warnings about the validity of the numbers; ``compare`` issues them, too.
    baselines_ : list of str
        Names of the baselines, which guess.
    predictions_ : dict of str to MaskedArray of shape (n_clips,) or (n_clips, n_outputs), or list
        Each model's prediction for each clip while the clip was held out, in the order of ``y``;
        masked for clips that are in no test fold, or in one that failed. If a clip is tested several
        times, its last prediction. If ``y`` holds annotations, a list of predictions, with None instead
        of a mask.
    mistakes_ : DataFrame
        Predictions that were wrong, with a row for each clip, fold and model, the most confident first: a
        good place to look for wrong labels. Baselines are left out. ``row``: position of the clip in ``X``;
        ``file``, if the clips are files; ``group``, if there are groups; ``fold``; ``model``; ``label``;
        ``predicted``; ``predicted_proba`` and ``label_proba``: the probabilities that the model gave to the
        predicted class and to the label (0 if no training clip had it); ``n_wrong``: number of models that
        were wrong about the clip on this fold, out of ``n_models`` that did not fail there. Probabilities
        are NaN, and the rows last, if the model has no ``predict_proba`` or it raised an error. A clip that
        is held out several times may have several rows for a model. Only if ``y`` holds classes.
    files_ : list of str or None
        File of each clip; None if the clips are not files.
    groups_ : ndarray of shape (n_clips,) or None
        Group of each clip, as given.
    splits_ : list of (ndarray, ndarray)
        Training and test positions of each fold, the same for all models.
    errors_ : dict of (str, int) or (str, int, str) to str
        Error messages. The key is (model, fold) if a model could not be fitted or could not predict, and
        (model, fold, scorer) if it could, but that scorer raised an error or gave NaN. Empty if nothing
        failed.
    models_ : dict of str to estimator
        Unfitted copies of the models, with the seeds that they ran with. If the comparison was made from a
        record, their texts.
    y_ : ndarray of shape (n_clips,) or (n_clips, n_outputs), or list of annotations
        Labels, or annotations.
    kind_ : {"classes", "tags", "numbers", "annotations"}
        What ``y_`` holds.
    n_classes_ : int or None
        Number of classes; None if ``y`` does not hold one class per clip.
    reference_ : str
        The model that the others are tested against.
    scoring_ : str
        Name of the first scorer.
    scorers_ : list of str
        Names of all scorers.
    confidence_level_ : float
        Confidence level of the intervals.
    rope_ : float
        Differences up to this size count as no difference.
    random_state_ : int or None
        The seed; if a RandomState was given, the number drawn from it.
    versions_ : dict of str to str
        Versions of Python, skmir and the packages it depends on.
    machine_ : str
        Processor and number of cores of the machine that made the comparison.

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
        files=None,
        groups=None,
        versions=None,
        machine=None,
    ):
        self.models_ = models
        self.y_ = y if kind == "annotations" else np.asarray(y)
        self.kind_ = kind
        self.n_classes_ = len(np.unique(self.y_)) if kind == "classes" else None
        self.files_ = files
        self.groups_ = None if groups is None else np.asarray(groups).ravel()
        self.splits_ = splits
        self.reference_ = reference
        self.baselines_ = list(baselines)
        self.scorers_ = list(scorers)
        self.scoring_ = self.scorers_[0]
        self.confidence_level_ = confidence_level
        self.rope_ = rope
        self.random_state_ = random_state
        self.versions_ = these_versions() if versions is None else versions
        self.machine_ = this_machine() if machine is None else machine
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
        """Return how well each model recognises each class: one row per class, one column per model.

        Parameters
        ----------
        metric : {"precision", "recall", "f1"}, default="f1"
            The metric, computed over the test clips of all folds together.

        Returns
        -------
        table : DataFrame
            The first column, "share", says how common the class is. The last row, "Global", is over all
            decisions: if each clip has one class, it is the share of clips that are classified correctly.
            The two are called "(share)" and "(Global)" if a model or class has that name. NaN for 0 / 0, and
            for models that failed on all folds.

        Raises
        ------
        ValueError
            If ``metric`` is not one of the three, or y holds numbers or annotations rather than classes.
        """
        check_choice("metric", metric, METRICS)
        self._check_classes(tags=True)
        pairs = {name: self._held_out(name) for name in self.models_}
        truth = {name: pair[0] for name, pair in pairs.items()}
        return class_table(truth, {name: pair[1] for name, pair in pairs.items()}, metric)

    def confusion_matrix(self, model, normalize=None):
        """Return a model's confusion matrix over the test clips of all folds together.

        Parameters
        ----------
        model : str
            Name of the model.
        normalize : {"true", "pred", "all"} or None, default=None
            None gives counts; the others give shares of a row ("true"), of a column ("pred"), or of all
            clips.

        Returns
        -------
        matrix : DataFrame of shape (n_classes, n_classes)
            Rows are true classes, columns are predicted classes.

        Raises
        ------
        ValueError
            If there is no such model, it failed on all folds, or a clip does not have exactly one class.
        """
        check_choice("model", model, list(self.models_))
        self._check_classes(tags=False)
        truth, predictions = self._held_out(model)
        if not len(truth):
            raise ValueError(f"model={model!r} failed on all folds; see errors_ for the reasons.")
        return confusions(truth, predictions, normalize)

    @functools.cached_property
    def mistakes_(self):
        """Predictions that were wrong, the most confident first."""
        if self.kind_ != "classes":  # an AttributeError, so that hasattr says whether there are any
            raise AttributeError(f"mistakes_ needs a y that holds classes, got {self.kind_}.")
        return mistakes(self._judged(), self.splits_, self.y_, self._about_clips())

    def prediction_table(self, target_names=None, *, separator=";"):
        """Return what each model said of each clip while it was held out.

        Parameters
        ----------
        target_names : sequence of str, default=None
            Names of the classes in the order of the sorted labels, or of the tags; None takes the labels, or
            the numbers of the columns of ``y``. Numbers have no names.
        separator : str, default=";"
            What stands between the tags of a clip.

        Returns
        -------
        table : DataFrame
            One row for each time that a clip was held out, in the order of the clips: ``row``, its position
            in ``X``; ``file``, if the clips are files; ``group``, if there are groups; ``fold``; ``label``.
            Each model has a column of its name with what it predicted (None if it failed on the fold) and,
            if it gives probabilities of classes, a column such as "CNN probability" with that of the
            predicted class. Labels and predictions are classes, numbers, or the names of a clip's tags in one
            text. Baselines are left out. If a model is called "row", the first column is called "(row)", and
            so on.

        Raises
        ------
        ValueError
            If ``y`` holds annotations, or more than one number per clip, or ``target_names`` does not have as
            many names as there are classes or tags.
        """
        name_of = naming(self.y_, self.kind_, target_names, separator)
        return prediction_table(self._judged(), self.splits_, self.y_, self._about_clips(), name_of)

    def _judged(self):
        """Return the results of the models that are not baselines."""
        return {name: folds for name, folds in self._results.items() if name not in self.baselines_}

    def _about_clips(self):
        """Return the files and groups of the clips, as far as they are known."""
        about = {"file": self.files_, "group": self.groups_}
        return {name: np.asarray(v, dtype=object) for name, v in about.items() if v is not None}

    def _held_out(self, model):
        """Return the labels of all test clips, fold by fold, and a model's predictions for them."""
        return held_out(self._results[model], self.splits_, self.y_)

    def _check_classes(self, *, tags):
        if self.kind_ != "classes" and not (tags and self.kind_ == "tags"):
            raise ValueError(f"y must hold classes, got {self.kind_}.")

    def __repr__(self):
        return comparison_text(self._title(), self.tables_, len(self.splits_))

    def _repr_html_(self):
        return comparison_html(self._title(), self.tables_, len(self.splits_))

    def to_dict(self):
        """Return a record of the comparison that ``json.dump`` can write.

        Returns
        -------
        record : dict
            ``record_format``, ``versions``, ``machine`` (processor and cores), ``kind``, ``annotations``
            (their kind, if ``y`` holds any), ``scoring`` (the first scorer), ``scorers``,
            ``confidence_level``, ``rope``, ``random_state``, ``reference``, ``baselines``, ``n_clips``,
            ``n_classes``, ``warnings``; ``files``, ``groups`` and ``y``, with one entry per clip;
            ``test_folds`` and ``train_folds``: positions of the clips, one list per fold (None if the
            training clips are all others); ``models``: for each model its ``estimator`` (as printed, which
            shows the parameters that differ from their defaults, seeds included) and, with one entry per
            fold, ``scores`` (of the first scorer), ``all_scores``, ``fit_times`` and ``score_times`` in s,
            ``n_parameters``, ``best_params``, ``errors`` of fits, ``score_errors`` of single scorers,
            ``predictions`` for the test clips, and ``probabilities`` of each predicted class and of each
            label; ``table`` of the first scorer, and ``tables``. None stands for NaN and infinity, and text
            for values of types that JSON does not know.

        See Also
        --------
        from_dict : Makes the comparison again.
        """
        return comparison_record(self, self._results)

    @classmethod
    def from_dict(cls, record):
        """Make a comparison again from its record; nothing is fitted.

        Parameters
        ----------
        record : dict
            What :meth:`to_dict` returned, or what ``json.load`` reads from the ``record.json`` that
            ``skmir compare --output`` writes. Further keys are ignored.

        Returns
        -------
        comparison : Comparison
            With the tables, predictions, mistakes, versions and machine of the comparison that was recorded.
            A record has no estimators: ``models_`` holds their texts.

        Raises
        ------
        TypeError
            If ``record`` is not a dict.
        ValueError
            If it is not the record of a comparison, if it has a format that this version cannot read, or if a
            part of it is missing or does not fit the others.

        Examples
        --------
        >>> import json
        >>> from sklearn.datasets import load_iris
        >>> from sklearn.naive_bayes import GaussianNB
        >>> from skmir.model_selection import Comparison, compare
        >>> X, y = load_iris(return_X_y=True)
        >>> text = json.dumps(compare({"Bayes": GaussianNB()}, X, y, random_state=0).to_dict())
        >>> again = Comparison.from_dict(json.loads(text))
        >>> float(again.table_.loc["Bayes", "mean"].round(3))
        0.96
        >>> len(again.mistakes_)
        6
        """
        check_record(record)
        return cls(**comparison_arguments(record))

    def _title(self):
        return (
            f"Comparison of {len(self.models_)} models on {len(self.splits_)} folds: {self.scoring_}, "
            f"{100 * self.confidence_level_:g} % intervals, differences from {self.reference_!r}"
        )
