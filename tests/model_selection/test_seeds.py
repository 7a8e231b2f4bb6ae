"""The seed alone decides."""

import functools

import joblib
import numpy as np
from numpy.testing import assert_array_equal
from sklearn.datasets import make_classification
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

from skmir.model_selection import compare as compare_all

compare = functools.partial(compare_all, baselines=False)  # the models given, and no others


def test_seeds_fill_what_is_unset_and_nothing_else(data):
    models = {
        "open": make_pipeline(RandomForestClassifier(3)),
        "own": RandomForestClassifier(3, random_state=7),
        "search": GridSearchCV(RandomForestClassifier(3), {}, cv=2),
    }
    seeded = compare(models, *data, cv=2, random_state=0).models_
    assert isinstance(seeded["open"][-1].random_state, int)
    assert seeded["own"].random_state == 7
    assert isinstance(seeded["search"].estimator.random_state, int)
    assert not hasattr(seeded["own"], "estimators_")
    unseeded = compare(models, *data, cv=2).models_
    assert unseeded["open"][-1].random_state is None


def test_the_seed_alone_decides(data, same):
    forest = {"forest": RandomForestClassifier(5)}
    first = compare(forest, *data, random_state=0)
    same(first, compare(forest, *data, random_state=np.int64(0)))
    assert not first.scores_.equals(compare(forest, *data, random_state=1).scores_)
    beside = compare({"svm": SVC(), "a": DummyClassifier()} | forest, *data, random_state=0)
    assert_array_equal(beside.scores_["forest"], first.scores_["forest"])


def test_a_generator_gives_one_seed(data, same):
    forest = {"forest": RandomForestClassifier(5)}
    first = compare(forest, *data, random_state=np.random.RandomState(4))
    assert isinstance(first.random_state_, int)
    same(first, compare(forest, *data, random_state=np.random.RandomState(4)))
    same(first, compare(forest, *data, random_state=first.random_state_))


def test_numpy_generator_is_left_alone(data):
    before = np.random.get_state()
    compare({"forest": RandomForestClassifier(3), "svm": SVC()}, *data, random_state=0)
    after = np.random.get_state()
    assert_array_equal(before[1], after[1])
    assert before[2:] == after[2:]


def test_the_same_bits_for_any_number_of_jobs_and_backend(same):
    """Log loss shows every bit, and matrices of this size change it with the number of BLAS threads."""
    X, y = make_classification(600, 300, n_informative=20, n_classes=6, random_state=0)
    models = {
        "LDA": LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"),
        "logistic": LogisticRegression(max_iter=20, tol=1e-2),
        "forest": RandomForestClassifier(5, min_samples_leaf=30),
    }
    options = {"cv": 3, "scoring": "neg_log_loss", "random_state": 0}
    one = compare(models, X, y, **options)
    assert one.errors_ == {}
    same(one, compare(models, X, y, n_jobs=2, **options))
    with joblib.parallel_config(backend="threading"):
        same(one, compare(models, X, y, n_jobs=3, **options))
