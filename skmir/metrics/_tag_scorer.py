"""A scorer of tags."""

from ._score_table import score_table

_METHODS = ("predict_proba", "decision_function")


class TagScorer:
    """Score a model by how it ranks tags, from its probabilities or, if it has none, its decision values.

    scikit-learn's ``make_scorer`` takes the last column of what each tag's classifier returns. If that knows
    one class only, namely that no training clip has the tag, it scores each clip with 1.

    Parameters
    ----------
    metric : callable
        Takes (y_true, y_score) and returns a number.
    **options : object
        Further keyword arguments of the metric.
    """

    def __init__(self, metric, **options):
        self.metric = metric
        self.options = options

    def __call__(self, estimator, X, y_true):
        """Return the score of a fitted model.

        Parameters
        ----------
        estimator : estimator
            With ``predict_proba`` or ``decision_function``.
        X : clips, frames or table
        y_true : array-like of shape (n_clips, n_tags)

        Returns
        -------
        score : float

        Raises
        ------
        AttributeError
            If the estimator only predicts which tags a clip has.
        """
        method = next((method for method in _METHODS if hasattr(estimator, method)), None)
        if method is None:
            raise AttributeError(
                f"{type(estimator).__name__} has neither predict_proba nor decision_function, but "
                f"{self.metric.__name__} needs a score per tag. OneVsRestClassifier(SVC()) has decision "
                "values, MultiOutputClassifier(SVC()) has not; or use a scorer of predictions, such as "
                "'f1_macro'."
            )
        scores = score_table(getattr(estimator, method)(X), getattr(estimator, "classes_", None))
        return self.metric(y_true, scores, **self.options)

    def __repr__(self):
        options = "".join(f", {name}={value!r}" for name, value in self.options.items())
        return f"TagScorer({self.metric.__name__}{options})"
