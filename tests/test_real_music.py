"""The main job on real recordings: a folder, groups, the same folds for a classic model and a network."""

import librosa
import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.datasets import load_folder
from skmir.model_selection import compare, default_models


def score(model, X, data):
    return cross_val_score(
        model, X, data.target, groups=data.groups, cv=GroupKFold(5), scoring="balanced_accuracy"
    )


@pytest.mark.parametrize(
    ("folder", "column", "step"), [("instrument_notes", "source", 3), ("medley_solos", "group", 1)]
)
@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_baseline_scores_as_the_usual_script(real_data, folder, column, step):
    """librosa's MFCC, deltas, means and deviations and an SVC, by hand, fold by fold the same.

    Of the 614 notes, every third.
    """
    data = load_folder(real_data / folder, group_column=column)
    for name in ("data", "target", "groups"):
        data[name] = data[name][::step]
    mfcc = [librosa.feature.mfcc(y=librosa.load(path)[0]) for path in data.data]
    deltas = [[librosa.feature.delta(x, order=n) for n in (1, 2)] for x in mfcc]
    rows = [np.concatenate([x, *more]) for x, more in zip(mfcc, deltas, strict=True)]
    table = np.array([np.r_[x.mean(axis=1), x.std(axis=1)] for x in rows])
    svm = SVC(C=10, gamma=0.0025, class_weight="balanced")
    by_hand = score(make_pipeline(StandardScaler(), svm), table, data)
    np.testing.assert_allclose(score(default_models(["SVM"])["SVM"], data.data, data), by_hand, atol=0.02)
    assert by_hand.mean() > 2 / len(data.target_names)


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
def test_network_learns_real_instruments(real_data):
    data = load_folder(real_data / "medley_solos")
    models = default_models(["SVM", "CNN"], max_iter=10)
    result = compare(models, data.data, data.target, groups=data.groups, cv=3, random_state=0)
    chance = 1 / len(data.target_names)
    assert (result.table_.loc[["SVM", "CNN"], "mean"] > 3 * chance).all()
    assert not result.errors_
    for train, test in result.splits_:
        assert not np.intersect1d(data.groups[train], data.groups[test]).size
    assert all(not predictions.mask.any() for predictions in result.predictions_.values())
