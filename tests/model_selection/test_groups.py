"""Groups reach the splits that models make inside, with metadata routing and without."""

import functools

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, GroupShuffleSplit, LeaveOneGroupOut
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmir.model_selection import compare as compare_all

compare = functools.partial(compare_all, baselines=False)  # the models given, and no others
MODELS = {"logistic": make_pipeline(StandardScaler(), LogisticRegression()), "chance": DummyClassifier()}


class GroupProbe(ClassifierMixin, BaseEstimator):
    """Predicts what it was told of groups; column 0 of X holds the true ones."""

    __metadata_request__fit = {"groups": True}

    def fit(self, X, y, groups=None):
        self.classes_ = np.unique(y)
        self.got_ = "none" if groups is None else "own" if np.array_equal(groups, X[:, 0]) else "others"
        return self

    def predict(self, X):
        return np.full(len(X), self.got_)


class ShyProbe(GroupProbe):
    """Takes groups, and has not said whether it wants them routed."""

    __metadata_request__fit = {"groups": None}


@pytest.fixture
def data():
    return make_classification(120, 6, n_informative=4, n_classes=3, class_sep=0.7, random_state=0)


def probes():
    alone = GroupProbe()
    return {
        "alone": alone,
        "pipeline": make_pipeline(FunctionTransformer(), alone),
        "nested": make_pipeline(FunctionTransformer(), make_pipeline(FunctionTransformer(), alone)),
        "searched pipeline": GridSearchCV(
            make_pipeline(FunctionTransformer(), alone), {}, cv=2, scoring="accuracy"
        ),
        "pipeline of search": make_pipeline(
            FunctionTransformer(),
            GridSearchCV(make_pipeline(alone), {}, cv=GroupKFold(2), scoring="accuracy"),
        ),
    }


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("name", probes())
@pytest.mark.parametrize("kind", [np.asarray, list, lambda groups: pd.Series(groups, index=groups)])
def test_groups_reach_the_inside_of_models_cut_to_the_fold(name, routing, kind, data):
    groups = np.arange(120) % 6
    X, y = np.c_[groups, data[0]], data[1].astype(str)
    with config_context(enable_metadata_routing=routing):
        result = compare({"probe": probes()[name]}, X, y, groups=kind(groups), cv=3, scoring="accuracy")
    assert result.errors_ == {}
    assert set(result.predictions_["probe"]) == {"own"}


def test_routing_holds_in_the_threads_of_jobs(data):
    groups = np.arange(120) % 6
    X, y = np.c_[groups, data[0]], data[1].astype(str)
    with config_context(enable_metadata_routing=True), joblib.parallel_config(backend="threading"):
        model = make_pipeline(FunctionTransformer(), GroupProbe())
        result = compare({"probe": model}, X, y, groups=groups, cv=3, scoring="accuracy", n_jobs=2)
    assert set(result.predictions_["probe"]) == {"own"}


@pytest.mark.parametrize("routing", [False, True])
def test_models_that_take_no_groups_get_none(routing, data):
    X, y = data
    groups = np.arange(120) % 6
    models = MODELS | {"search": GridSearchCV(MODELS["logistic"], {"logisticregression__C": [0.1, 1]}, cv=2)}
    with config_context(enable_metadata_routing=routing):
        assert compare(models, X, y, groups=groups, cv=3).errors_ == {}
        ungrouped = compare({"probe": GroupProbe()}, X, y.astype(str), cv=3, scoring="accuracy")
    assert set(ungrouped.predictions_["probe"]) == {"none"}


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.parametrize("inner", [GroupKFold(2), LeaveOneGroupOut(), GroupShuffleSplit(2, random_state=0)])
def test_groups_reach_the_splitter_of_a_search(inner, routing, data):
    X, y = data
    search = GridSearchCV(LogisticRegression(), {"C": [0.1, 1]}, cv=inner)
    with config_context(enable_metadata_routing=routing):
        models = {"search": search, "in pipeline": make_pipeline(StandardScaler(), search)}
        assert compare(models, X, y, groups=np.arange(120) % 6, cv=3).errors_ == {}


def test_a_splitter_of_ones_own_in_a_search_gets_groups(data):
    class ByGroup:
        def split(self, X, y=None, groups=None):
            return GroupKFold(2).split(X, y, groups)

        def get_n_splits(self, X=None, y=None, groups=None):
            return 2

    search = GridSearchCV(LogisticRegression(), {}, cv=ByGroup())
    assert compare({"search": search}, *data, groups=np.arange(120) % 6, cv=3).errors_ == {}


def test_with_routing_a_missing_request_is_said_and_not_passed_over(data):
    X, y = data[0], data[1].astype(str)
    models = {"chance": DummyClassifier(), "shy": ShyProbe()}
    with (
        config_context(enable_metadata_routing=True),
        pytest.warns(FitFailedWarning, match="'shy'.*groups.*not explicitly set"),
    ):
        result = compare(models, X, y, groups=np.arange(120) % 6, cv=3)
    assert result.table_["n_failed"].tolist() == [0, 3]
    with config_context(enable_metadata_routing=True):
        models["shy"].set_fit_request(groups=False)
        refused = compare(models, X, y, groups=np.arange(120) % 6, cv=3, scoring="accuracy")
    assert set(refused.predictions_["shy"]) == {"none"}
