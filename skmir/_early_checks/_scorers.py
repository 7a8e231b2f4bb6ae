"""Names of scorers, by what they judge; scikit-learn's own list is slow to import."""

# scikit-learn's scorers for classes. Its own list takes more than a second to import, and holds scorers for
# numbers as well.
SCORERS = (
    "accuracy",
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "average_precision",
    "balanced_accuracy",
    "completeness_score",
    "d2_brier_score",
    "d2_log_loss_score",
    "f1_macro",
    "f1_micro",
    "f1_weighted",
    "fowlkes_mallows_score",
    "homogeneity_score",
    "jaccard_macro",
    "jaccard_micro",
    "jaccard_weighted",
    "matthews_corrcoef",
    "mutual_info_score",
    "neg_brier_score",
    "neg_log_loss",
    "normalized_mutual_info_score",
    "precision_macro",
    "precision_micro",
    "precision_weighted",
    "rand_score",
    "recall_macro",
    "recall_micro",
    "recall_weighted",
    "roc_auc_ovo",
    "roc_auc_ovo_weighted",
    "roc_auc_ovr",
    "roc_auc_ovr_weighted",
    "top_k_accuracy",
    "v_measure_score",
)
SCORERS_OF_TWO = (
    "f1",
    "jaccard",
    "neg_negative_likelihood_ratio",
    "positive_likelihood_ratio",
    "precision",
    "recall",
    "roc_auc",
)
TAG_SCORERS = (
    "auc_tag",
    "auc_clip",
    "tag_map",
    "clip_map",
    *(f"precision_at_{k}" for k in (3, 6, 9, 12, 15)),
    "r_precision",
    "accuracy",
    *(
        f"{metric}_{average}"
        for metric in ("f1", "precision", "recall", "jaccard")
        for average in ("macro", "micro", "samples", "weighted")
    ),
)
NUMBER_SCORERS = (
    "r2",
    "explained_variance",
    "d2_absolute_error_score",
    "neg_max_error",
    "neg_mean_absolute_error",
    "neg_mean_absolute_percentage_error",
    "neg_mean_gamma_deviance",
    "neg_mean_poisson_deviance",
    "neg_mean_squared_error",
    "neg_mean_squared_log_error",
    "neg_median_absolute_error",
    "neg_root_mean_squared_error",
    "neg_root_mean_squared_log_error",
    "tempo_acc1",
    "tempo_acc2",
)
# skmir's scorers of events; its own list takes as long to import.
_AVERAGES = ("", "_micro", "_samples")


def _averaged(*names):
    return tuple(f"{name}{average}" for name in names for average in _AVERAGES)


ONSET_SCORERS = _averaged("onset_f25", "onset_f50")
BEAT_SCORERS = (*_averaged("beat_f"), "cmlc", "cmlt", "amlc", "amlt")
CHORD_SCORERS = _averaged("chord_majmin", "chord_root", "chord_sevenths")
NOTE_SCORERS = _averaged("note_f", "note_offset_f", "frame_f", "frame_accuracy")

# By task, the scorers that --scoring may name, and the words for them.
SCORERS_OF_TASK = {
    "classes": (SCORERS + SCORERS_OF_TWO, "scorers for classes"),
    "tags": (TAG_SCORERS, "scorers for tags"),
    "regression": (NUMBER_SCORERS, "scorers for regression"),
    "onsets": (ONSET_SCORERS, "scorers for onsets"),
    "beats": (BEAT_SCORERS, "scorers for beats"),
    "chords": (CHORD_SCORERS, "scorers for chords"),
    "notes": (NOTE_SCORERS, "scorers for notes"),
}
