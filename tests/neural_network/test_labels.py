"""Labels of any type, one class, tags, and targets that are refused."""

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import average_precision_score
from sklearn.model_selection import GridSearchCV

SAME = np.tile([0, 1, 2, 1], 6)  # 24 labels


def labels(names):
    return [names[i] for i in SAME]


@pytest.mark.parametrize(
    "y",
    [
        np.array(labels([5, 7, 9])),
        labels([5, 7, 9]),
        np.array(labels([-1.0, 0.0, 1.0])),
        labels(["bass", "drum", "horn"]),
        np.array(labels(["bass", "drum", "horn"])),
        np.array(labels(["bass", "drum", "horn"]), dtype=object),
        pd.Series(labels(["bass", "drum", "horn"]), index=range(100, 124)),
        pd.Series(labels(["bass", "drum", "horn"]), dtype="category"),
        np.array(labels([2, 40, 300]), dtype=np.uint16),
    ],
    ids=["int", "list of int", "float", "list of str", "str", "object", "series", "category", "uint16"],
)
def test_labels_of_any_type_come_back(network, frames, y):
    X, _ = frames
    reference = network("mlp").fit(X, SAME)
    model = network("mlp").fit(X, y)
    np.testing.assert_array_equal(model.classes_, sorted(set(y)))
    np.testing.assert_array_equal(model.predict_proba(X), reference.predict_proba(X))
    np.testing.assert_array_equal(model.predict(X), model.classes_[reference.predict(X)])


def test_booleans_come_back(network, frames):
    X, y = frames
    model = network("mlp").fit(X, y == "drum")
    assert model.classes_.tolist() == [False, True]
    assert model.predict(X).dtype == bool


def test_one_class_is_always_right(each_network, frames):
    X, _ = frames
    model = each_network().fit(X, ["drum"] * 24)
    assert model.classes_.tolist() == ["drum"]
    assert set(model.predict(X)) == {"drum"}
    np.testing.assert_array_equal(model.predict_proba(X), np.ones((24, 1)))


@pytest.fixture
def tags(frames):
    """Tags that follow from the frames: one per class, none for every fourth clip, and both for some."""
    X, y = frames
    Y = np.column_stack([y == "bass", y != "horn"]).astype(int)
    Y[::4] = 0
    X[::4] = -1
    return X, Y


def test_tags_are_learned(each_network, tags):
    X, Y = tags
    assert (Y.sum(axis=1) == 0).any() and (Y.sum(axis=1) == 2).any()
    model = each_network(max_iter=200, learning_rate_init=0.02).fit(X, Y)
    proba = model.predict_proba(X)
    assert isinstance(proba, np.ndarray) and proba.shape == (24, 2)
    assert average_precision_score(Y, proba) > 0.9
    prediction = model.predict(X)
    assert prediction.shape == (24, 2) and set(prediction.flat) <= {0, 1}
    np.testing.assert_array_equal(prediction, proba > 0.5)
    np.testing.assert_allclose(proba, 1 / (1 + np.exp(-model.decision_function(X))), rtol=1e-5)
    np.testing.assert_allclose(model.predict_log_proba(X), np.log(proba), atol=1e-5)
    assert model.target_type_ == "multilabel-indicator"


def test_tags_of_any_numeric_type_are_the_same(network, tags):
    X, Y = tags
    expected = network("mlp").fit(X, Y).predict_proba(X)
    for kind in (Y.astype(bool), Y.astype(float), Y.tolist(), pd.DataFrame(Y)):
        np.testing.assert_array_equal(network("mlp").fit(X, kind).predict_proba(X), expected)


@pytest.mark.parametrize("scoring", ["roc_auc", "average_precision", "f1_macro", "neg_log_loss"])
def test_a_search_scores_tags(network, tags, scoring):
    search = GridSearchCV(
        network("mlp", learning_rate_init=0.02),
        {"max_iter": [1, 40]},
        cv=3,
        scoring=scoring,
        error_score="raise",
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # scikit-learn's, of rows without a tag
        search.fit(*tags)
    assert np.isfinite(search.cv_results_["mean_test_score"]).all()


def test_a_column_is_flattened_with_a_warning(network, frames):
    X, y = frames
    with pytest.warns(UserWarning, match="column-vector y was passed"):
        model = network("mlp").fit(X, y[:, np.newaxis])
    assert model.predict(X).shape == (24,)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (
            np.tile([[0, 1], [2, 0], [1, 1]], (8, 1)),
            "Unknown label type: 'multiclass-multioutput'.*indicator",
        ),
        (
            np.tile([[-1, 1], [1, -1]], (12, 1)),
            "Tags must be 0, or 1 if a clip has the tag, but y holds -1 in row 0, column 0",
        ),
        (np.tile([[0, 0], [0, 2]], (12, 1)), r"y holds 2 in row 1, column 1\. .* pass \(y == 2\)"),
        (np.full((24, 2), 3), "y holds 3 in row 0, column 0"),
        (np.linspace(0, 1, 24), "Unknown label type: .*continuous"),
        (np.r_[np.nan, np.ones(23)], "y contains NaN"),
        (np.ones(23), "inconsistent numbers of samples"),
        (None, "CNNClassifier requires y to be passed, but the target y is None"),
    ],
    ids=["multioutput", "-1 and 1", "0 and 2", "3", "continuous", "nan", "too few", "none"],
)
def test_invalid_targets_are_refused(network, frames, y, message):
    with pytest.raises(ValueError, match=message):
        network("cnn").fit(frames[0], y)


def test_one_clip_is_too_few(each_network, frames):
    with pytest.raises(ValueError, match="at least two clips"):
        each_network().fit(frames[0][:1], frames[1][:1])


def test_tags_to_go_on_and_to_validate_with_are_looked_at_too(network, tags):
    X, Y = tags
    with pytest.raises(ValueError, match="Tags must be 0, or 1 if a clip has the tag"):
        network("mlp").fit(X, Y, X_val=X, y_val=2 * Y)
    with pytest.raises(ValueError, match="Tags must be 0, or 1 if a clip has the tag"):
        network("mlp").partial_fit(X, Y).partial_fit(X, 2 * Y - 1)
