"""How the numbers of a report came about."""

from ..._show_versions import machine

REFERENCES = (
    'C. Nadeau and Y. Bengio, "Inference for the generalization error", Machine Learning 52:239-281, 2003.',
    'R. R. Bouckaert and E. Frank, "Evaluating the replicability of significance tests for comparing '
    'learning algorithms", PAKDD, 2004.',
    'S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of Statistics '
    "6:65-70, 1979.",
    'A. Benavoli, G. Corani, J. Demšar and M. Zaffalon, "Time for a change: a tutorial for comparing '
    'multiple classifiers through Bayesian analysis", JMLR 18(77), 2017.',
)


def how_tested(comparison):
    """Return how the numbers came about, in four paragraphs."""
    level = f"{100 * comparison.confidence_level_:g} %"
    rope = f"{comparison.rope_:g}"
    return [
        "Every model was fitted on the training part of each fold, and scored on its test part; the folds "
        "are the same for all. Per-class numbers and confusions are over the test clips of all folds "
        "together.",
        f"Training parts overlap, so the scores of folds are no independent sample: the {level} intervals "
        "and the p-values, of two-sided paired t-tests against the reference, take the variance times "
        "1/k + n_test/n_train instead of 1/k, and the p-values are adjusted for the number of models by "
        "Holm's method. Intervals are not clipped to the scorer's range. If all folds give the same score, "
        "or the same difference, nothing says how much it varies: a dash stands for interval, or test.",
        f"Probabilities are those of the Bayesian correlated t-test with a flat prior: that the difference "
        f"from the reference lies below \N{MINUS SIGN}{rope} (worse), within ±{rope} (equal, for all that "
        f"matters), and above {rope} (better). They are not adjusted for the number of models.",
        "Seconds are of one fit, mean over folds, with linear algebra on one thread. This report was "
        f"written on {machine()}.",
    ]
