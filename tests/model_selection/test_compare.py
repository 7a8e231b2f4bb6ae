"""compare: folds, scores, predictions, and what bad input gets."""

import functools
import pathlib

import joblib
import numpy as np
import pandas as pd
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import f1_score, make_scorer
from sklearn.model_selection import (
    GridSearchCV,
    KFold,
    RepeatedStratifiedKFold,
    StratifiedKFold,
    cross_val_predict,
    cross_validate,
)
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC

from skmir.model_selection import compare as compare_all

compare = functools.partial(compare_all, baselines=False)  # the models given, and no others
MODELS = {"logistic": make_pipeline(StandardScaler(), LogisticRegression()), "chance": DummyClassifier()}


def test_folds_scores_and_predictions_are_those_of_scikit_learn(data):
    X, y = data
    result = compare(MODELS, X, y, cv=4, random_state=3)
    cv = StratifiedKFold(4, shuffle=True, random_state=3)
    for (train, test), expected in zip(result.splits_, cv.split(X, y), strict=True):
        assert_array_equal(train, expected[0])
        assert_array_equal(test, expected[1])
    for name, model in MODELS.items():
        scores = cross_validate(model, X, y, cv=cv, scoring="balanced_accuracy")
        assert_array_equal(result.scores_[name], scores["test_score"])
        assert_array_equal(result.predictions_[name], cross_val_predict(model, X, y, cv=cv))
        assert not result.predictions_[name].mask.any()
    assert result.scoring_ == "balanced_accuracy"
    assert (result.n_classes_, result.random_state_, result.errors_) == (3, 3, {})


def test_default_folds(data):
    X, y = data
    groups = np.arange(120) // 10
    grouped = compare({"a": DummyClassifier()}, X, y, groups=groups).splits_
    assert len(grouped) == 5
    assert all(not set(groups[train]) & set(groups[test]) for train, test in grouped)
    order = np.argsort(y)  # as in a list of files
    balanced = compare({"a": DummyClassifier()}, X[order], y[order], cv=None, random_state=0).splits_
    assert all(len(np.unique(y[order][test])) == 3 for _, test in balanced)
    assert not any((np.diff(test) == 1).all() for _, test in balanced)


def test_labels_that_are_no_classes(data):
    X, _ = data
    line = compare({"line": LinearRegression()}, X, 3 * X[:, 0] + X[:, 1], scoring="r2", random_state=0)
    assert line.n_classes_ is None
    assert_allclose(line.scores_["line"], 1)
    tags = np.c_[X[:, 0] > 0, X[:, 1] > 0].astype(int)
    near = compare({"near": KNeighborsClassifier()}, X, tags, scoring="f1_macro", random_state=0)
    assert near.predictions_["near"].shape == (120, 2)


def test_an_unseeded_splitter_and_a_generator_still_give_all_models_the_same_folds(data, same):
    X, y = data
    model = make_pipeline(StandardScaler(), LogisticRegression())
    result = compare({"a": model, "b": model}, X, y, cv=KFold(3, shuffle=True))
    assert_array_equal(result.scores_["a"], result.scores_["b"])
    assert result.table_.loc["b", "difference"] == 0
    assert np.isnan(result.table_.loc["b", "p_value"])  # without variance there is no test
    again = compare({"a": model, "b": model}, X, y, cv=iter(result.splits_))
    same(result, again)


def test_masks_as_folds(data):
    X, y = data
    first = np.arange(120) < 60
    result = compare(MODELS, X, y, cv=[(first, ~first), (~first, first)])
    assert_array_equal(result.splits_[0][1], np.arange(60, 120))
    assert not result.predictions_["chance"].mask.any()


def test_clips_in_no_test_fold_and_in_several(data):
    X, y = data
    half = compare(MODELS, X, y, cv=[(np.arange(60), np.arange(60, 90))])
    assert_array_equal(half.predictions_["logistic"].mask, (np.arange(120) < 60) | (np.arange(120) >= 90))
    repeated = compare(MODELS, X, y, cv=RepeatedStratifiedKFold(n_splits=3, n_repeats=2, random_state=0))
    assert len(repeated.scores_) == 6
    last = cross_val_predict(MODELS["logistic"], X, y, cv=repeated.splits_[3:])
    assert_array_equal(repeated.predictions_["logistic"], last)


def _value(path):
    return float(pathlib.Path(path).stem)


FORMS = {
    "list of str": lambda names, ragged: names,
    "list of Path": lambda names, ragged: [pathlib.Path(name) for name in names],
    "tuple": lambda names, ragged: tuple(names),
    "array of str": lambda names, ragged: np.array(names),
    "array of object": lambda names, ragged: np.array(names, dtype=object),
    "Series": lambda names, ragged: pd.Series(names, index=np.arange(len(names))[::-1]),
    "ragged list": lambda names, ragged: ragged,
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_of_clips(form, data, same):
    x, y = data[0][:, 0], data[1]
    names = [f"{value:.6f}.wav" for value in x]
    table = np.array([_value(name) for name in names]).reshape(-1, 1)
    ragged = [np.full(3 + i % 4, value) for i, value in enumerate(table[:, 0])]
    X = FORMS[form](names, ragged)

    def read(clips):
        return np.array([[clip[0] if isinstance(clip, np.ndarray) else _value(clip)] for clip in clips])

    labels = pd.Series(y, index=y) if form == "Series" else list(y)
    model = make_pipeline(FunctionTransformer(read), LogisticRegression())
    found = compare({"a": model}, X, labels, cv=3, random_state=0)
    assert found.errors_ == {}
    same(found, compare({"a": LogisticRegression()}, table, y, cv=3, random_state=0))


def test_nothing_given_is_changed(data):
    X, y = data
    models = {"forest": RandomForestClassifier(5), "logistic": LogisticRegression()}
    before = str(models), X.copy(), y.copy()
    compare(models, X, y, cv=2, random_state=0)
    assert str(models) == before[0]
    assert not hasattr(models["forest"], "estimators_")
    assert_array_equal(X, before[1])
    assert_array_equal(y, before[2])


def test_scorers(data):
    X, y = data
    by_name = compare(MODELS, X, y, scoring="f1_macro", random_state=0)
    scorer = make_scorer(f1_score, average="macro")
    by_callable = compare(MODELS, X, y, scoring=scorer, random_state=0)
    assert_array_equal(by_name.scores_, by_callable.scores_)
    assert by_name.scoring_ == "f1_macro"
    assert "f1_score" in by_callable.scoring_


@pytest.mark.parametrize("n_jobs", [None, 2])
def test_progress_is_on_stderr_and_off_by_default(n_jobs, data, capfd):
    with joblib.parallel_config(backend="threading"):
        compare(MODELS, *data, cv=2, n_jobs=n_jobs)
        assert capfd.readouterr() == ("", "")
        compare(MODELS, *data, cv=2, n_jobs=n_jobs, verbose=1)
    out, err = capfd.readouterr()
    assert out == ""
    assert "4/4" in err
    assert "chance, fold 1" in err


@pytest.mark.parametrize(
    ("models", "error", "message"),
    [
        ([SVC()], TypeError, "models must be a dict that maps names to estimators.*Give each model a name"),
        ({}, ValueError, "models is empty"),
        ({1: SVC()}, TypeError, "Names of models must be str, got 1"),
        ({"a": SVC(), "b": StandardScaler()}, TypeError, r"models\['b'\]=StandardScaler\(\) has no predict"),
        ({"a": SVC(), "b": 3}, TypeError, "models.'b'.=3 has no fit and no predict"),
        ({"a": GridSearchCV(SVC(), {}, refit=False)}, TypeError, "has no predict"),
        ({"a": SVC}, TypeError, "is a class. Pass an estimator"),
    ],
)
def test_bad_models(models, error, message, data):
    with pytest.raises(error, match=message):
        compare(models, *data)


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        (
            {"reference": "SVM"},
            ValueError,
            r"reference='SVM' is not one of the models \['logistic', 'chance'\]",
        ),
        ({"scoring": "acuracy"}, ValueError, "acuracy"),
        ({"scoring": 3}, TypeError, "scoring=3 must be a scorer's name"),
        ({"scoring": ["accuracy", 3]}, TypeError, r"scoring=\['accuracy', 3\] must be"),
        ({"scoring": {1: "accuracy"}}, TypeError, "must be a scorer's name"),
        ({"scoring": {}}, ValueError, "scoring={} is empty"),
        ({"rope": -1}, ValueError, "rope=-1 must be"),
        ({"n_repeats": 0}, ValueError, "n_repeats=0 must be"),
        ({"cv": KFold(3), "n_repeats": 2}, ValueError, "n_repeats=2 repeats the folds of an integer cv"),
        ({"confidence_level": 95}, ValueError, "confidence_level=95 must be"),
        ({"groups": np.arange(120) % 3}, ValueError, "n_splits=5 greater than the number of groups: 3"),
        ({"groups": np.arange(7)}, ValueError, r"inconsistent numbers of samples: \[120, 120, 7\]"),
        ({"cv": 1}, ValueError, "n_splits=2 or more"),
        ({"cv": []}, ValueError, "gives no fold"),
        ({"cv": "five"}, ValueError, "Expected .?cv.? as an integer"),
        ({"random_state": "zero"}, ValueError, "cannot be used to seed"),
    ],
)
def test_bad_options(options, error, message, data):
    with pytest.raises(error, match=message):
        compare(MODELS, *data, **options)


def test_lengths(data):
    with pytest.raises(ValueError, match=r"inconsistent numbers of samples: \[3, 120\]"):
        compare(MODELS, ["a.wav", "b.wav", "c.wav"], data[1])


def test_tags_of_other_values_than_0_and_1_are_refused(rng):
    tags = np.where(rng.rand(12, 2) > 0.5, 1, -1)
    with pytest.raises(ValueError, match="Tags must be 0, or 1 if a clip has the tag"):
        compare({"neighbours": KNeighborsClassifier()}, rng.randn(12, 3), tags, cv=2)
