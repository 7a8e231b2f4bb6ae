"""How the numbers of a report were computed."""

REFERENCES = (
    'C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning 52:239-281, 2003.',
    'R. R. Bouckaert and E. Frank, "Evaluating the replicability of significance tests for comparing '
    'learning algorithms", PAKDD, 2004.',
    'S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics '
    "6:65-70, 1979.",
    'A. Benavoli, G. Corani, J. Demšar and M. Zaffalon, "Time for a change: a tutorial for comparing '
    'multiple classifiers through Bayesian analysis", JMLR 18(77), 2017.',
)

# What is shown of the labels, and why other sections are missing.
_OF_LABELS = {
    "classes": " Per-class numbers and confusions are over the test clips of all folds together.",
    "tags": " Numbers of each tag are over the test clips of all folds together. There are no confusions and "
    "no list of mistakes: a clip can have several tags, so none is taken for another.",
    "numbers": " There are no tables of classes, confusions and mistakes: a number is not simply right or "
    "wrong.",
}


def how_tested(comparison):
    """Return how the numbers were computed, in four paragraphs."""
    level = f"{100 * comparison.confidence_level_:g} %"
    rope = f"{comparison.rope_:g}"
    return [
        "Every model was fitted on the training part of each fold, and scored on its test part; the folds "
        f"are the same for all models.{_OF_LABELS.get(comparison.kind_, '')}",
        f"Training parts overlap, so the scores of folds are not independent: the {level} intervals and the "
        "p-values, which are from two-sided paired t-tests against the reference, multiply the variance by "
        "1/k + n_test/n_train instead of 1/k, and the p-values are adjusted for the number of models by "
        "Holm's method. Intervals are not clipped to the scorer's range. If all folds give the same score, "
        "or the same difference, its variance is unknown, and a dash replaces the interval or the test.",
        "Probabilities are from the Bayesian correlated t-test with a flat prior: they say how probably the "
        f"difference from the reference lies below \N{MINUS SIGN}{rope} (worse), within ±{rope} (equal for "
        f"practical purposes), and above {rope} (better). They are not adjusted for the number of models.",
        "Times are seconds per fit, averaged over folds, with linear algebra on one thread. The "
        f"comparison was made on {comparison.machine_}.",
    ]
