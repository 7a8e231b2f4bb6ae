"""Groups reach the splits that models make inside, with metadata routing and without."""

import functools

import joblib
import numpy as np
import pandas as pd
import pytest
from sklearn import config_context
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.datasets import make_classification
from sklearn.dummy import DummyClassifier
from sklearn.ensemble import AdaBoostClassifier, BaggingClassifier, StackingClassifier, VotingClassifier
from sklearn.exceptions import FitFailedWarning
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression, LogisticRegressionCV
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    GroupShuffleSplit,
    LeaveOneGroupOut,
    TunedThresholdClassifierCV,
)
from sklearn.multiclass import OneVsRestClassifier
from sklearn.neural_network import MLPClassifier as PlainMLP
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmir.compose import AugmentedEstimator
from skmir.model_selection import compare as compare_all
from skmir.model_selection import learning_curves
from skmir.model_selection._groups import check_groups
from skmir.neural_network import MLPClassifier

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


SEEN = []  # of each fit of the estimator below: whether it was told the groups of its rows


class Listener(ClassifierMixin, BaseEstimator):
    """Sets clips aside, and notes whether the groups that it is told are those of its rows, column 0 of X."""

    def __init__(self, request=True):
        self.request = request

    def fit(self, X, y, groups=None):
        SEEN.append(groups is not None and np.array_equal(groups, np.asarray(X)[:, 0]))
        self.classes_ = np.unique(y)
        return self

    def predict_proba(self, X):
        high = 1 / (1 + np.exp(-np.asarray(X)[:, 1]))
        return np.c_[1 - high, high] if len(self.classes_) == 2 else np.full((len(X), 3), 1 / 3)

    def predict(self, X):
        return self.classes_[np.argmax(self.predict_proba(X), axis=1)]


def around(inner):
    return {
        "search": GridSearchCV(inner, {}, cv=2, scoring="accuracy"),
        "vote": VotingClassifier([("a", inner), ("b", DummyClassifier())]),
        "one against the rest": OneVsRestClassifier(inner),
        "calibrated": CalibratedClassifierCV(inner, cv=2),
        "calibrated by default": CalibratedClassifierCV(inner),
        "bagged": BaggingClassifier(inner, 2),
        "threshold": TunedThresholdClassifierCV(inner, cv=2),
        "in a pipeline": make_pipeline(FunctionTransformer(), VotingClassifier([("a", inner)])),
        "deep": VotingClassifier(
            [("a", make_pipeline(FunctionTransformer(), GridSearchCV(inner, {}, cv=2)))]
        ),
    }


@pytest.mark.parametrize("name", around(Listener()))
@pytest.mark.filterwarnings("ignore")
def test_groups_reach_estimators_inside_others(name, data):
    groups = np.arange(120) % 12
    X, y = np.c_[groups, data[0]], np.where(data[0][:, 0] > 0, "b", "a")
    SEEN.clear()
    model = around(Listener())[name]
    before = str(model)
    result = compare({"model": model}, X, y, groups=groups, cv=2, random_state=0)
    assert result.errors_ == {}
    assert len(SEEN) >= 2 and all(SEEN)
    assert not any("do not reach" in text for text in result.warnings_)
    assert str(model) == before


def test_a_network_in_a_bare_search_stops_early_by_group(data):
    groups = np.arange(120) % 2  # of which a training part has one: nothing to split, which is an error
    network = MLPClassifier((4,), max_iter=1, early_stopping=True, random_state=0)
    search = GridSearchCV(network, {}, cv=[(np.arange(30), np.arange(30, 60))])
    with pytest.raises(ValueError, match="all clips are of one group"):
        compare({"search": search}, *data, groups=groups, cv=2)


class ByGroup(LogisticRegressionCV):
    """Notes how its own splitter splits."""

    def fit(self, X, y, sample_weight=None, **params):
        SEEN.append(type(self.cv).__name__ if "groups" in params else "none")
        return super().fit(X, y, sample_weight=sample_weight, **params)


def test_estimators_that_choose_by_cross_validation_split_by_group(data):
    SEEN.clear()
    with config_context(enable_metadata_routing=False):
        result = compare({"own": ByGroup(cv=2)}, *data, groups=np.arange(120) % 12, cv=2)
    assert result.errors_ == {} and SEEN == ["GroupKFold"] * 2


@pytest.mark.parametrize(
    ("model", "named"),
    [
        (AdaBoostClassifier(MLPClassifier(early_stopping=True)), "MLPClassifier (at 'estimator')"),
        (StackingClassifier([("a", LogisticRegression())], cv=2), "StackingClassifier"),
        (make_pipeline(PlainMLP(early_stopping=True)), "MLPClassifier (at 'mlpclassifier')"),
        (AugmentedEstimator(GridSearchCV(LogisticRegression(), {}, cv=2)), "GridSearchCV (at 'estimator')"),
    ],
)
@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.filterwarnings("ignore")
def test_what_groups_do_not_reach_is_a_doubt(model, named, routing, data):
    models = {"model": model, "fine": LogisticRegression()}
    with config_context(enable_metadata_routing=routing):
        result = compare(models, *data, groups=np.arange(120) % 12, cv=2)
    (message,) = (text for text in result.warnings_ if "do not reach" in text)
    assert message.startswith(f"model: groups do not reach {named}")
    assert not [name for name, _ in result.errors_ if name == "fine"]


@pytest.mark.parametrize(
    "model",
    [
        MLPClassifier((4,), max_iter=1),
        GridSearchCV(MLPClassifier((4,), max_iter=1), {}, cv=2),
        AdaBoostClassifier(MLPClassifier((4,), max_iter=1), n_estimators=2),
        FrozenEstimator(GridSearchCV(LogisticRegression(), {}, cv=2)),
    ],
)
def test_what_splits_nothing_is_no_doubt(model, data):
    X, y = data
    if isinstance(model, FrozenEstimator):
        model.estimator.fit(X, y)
    with pytest.warns(UserWarning) as caught:
        compare({"model": model, "fine": DummyClassifier()}, X, y, groups=np.arange(120) % 12, cv=2)
    assert not [w for w in caught if "do not reach" in str(w.message)]


class Shared(GridSearchCV):
    """A search that cloning does not copy."""

    def __sklearn_clone__(self):
        return self


@pytest.mark.parametrize("routing", [False, True])
@pytest.mark.filterwarnings("ignore")
def test_a_frozen_fitted_search_is_compared_and_left_as_it_is(routing, data):
    X, y = data
    search = GridSearchCV(LogisticRegression(solver="saga", random_state=None), {"C": [0.1, 1]}, cv=2).fit(
        X, y
    )
    shared = Shared(LogisticRegression(), {"C": [0.1, 1]}, cv=2)
    frozen = FrozenEstimator(search)
    models = {
        "frozen": frozen,
        "in a pipeline": make_pipeline(FrozenEstimator(StandardScaler().fit(X)), FrozenEstimator(search)),
        "step": make_pipeline(FrozenEstimator(make_pipeline(StandardScaler()).fit(X)), LogisticRegression()),
        "shared": make_pipeline(StandardScaler(), shared),
    }
    with config_context(enable_metadata_routing=routing):
        result = compare(models, X, y, groups=np.arange(120) % 12, cv=2, random_state=0)
    assert not {name for name, _ in result.errors_} & {"frozen", "in a pipeline", "step"}
    assert (search.cv, shared.cv, frozen.estimator) == (2, 2, search)
    assert "cv" not in vars(frozen)
    assert search.estimator.random_state is None
    assert (result.predictions_["frozen"] == search.predict(X)).all()


def test_seeds_leave_alone_what_cloning_shares(data):
    class Whole(DummyClassifier):
        def __sklearn_clone__(self):
            return self

    model = Whole(strategy="stratified")
    compare({"whole": model, "piped": make_pipeline(StandardScaler(), model)}, *data, random_state=0)
    assert model.random_state is None


MISSING = {
    "None": ["a", None, "b", None, "a", "b"],
    "NaN": ["a", np.nan, "b", float("nan"), "a", "b"],
    "pandas' NA": pd.Series(["a", None, "b", None, "a", "b"], dtype="string"),
    "categories": pd.Series(["a", None, "b", None, "a", "b"], dtype="category"),
    "array": np.array(["a", None, "b", None, "a", "b"], dtype=object),
    "blank": np.array(["a", "", "b", " ", "a", "b"]),
    "numbers": [1, None, 2, None, 1, 2],
    "floats": np.array([1.0, np.nan, 2.0, np.nan, 1.0, 2.0]),
    "nullable": pd.Series([1, None, 2, None, 1, 2], dtype="Int64"),
    "mixed": [1, None, "b", None, "1", "b"],
    "dates": pd.Series(pd.to_datetime(["2020-01-01", None, "2021-01-01", None, "2020-01-01", "2021-01-01"])),
}


@pytest.mark.parametrize("form", MISSING)
def test_a_missing_group_is_a_group_of_its_own(form):
    groups = check_groups(MISSING[form])
    codes = np.unique(np.asarray(groups), return_inverse=True)[1]
    assert len(np.unique(codes)) == 4
    assert codes[0] == codes[4] and codes[2] == codes[5] and codes[1] != codes[3]


@pytest.mark.parametrize("groups", [None, ["a", "b"], np.array([3, 1]), pd.Series([1.5, 2])])
def test_groups_that_are_all_there_are_left_alone(groups):
    assert check_groups(groups) is groups


@pytest.mark.parametrize("form", MISSING)
@pytest.mark.filterwarnings("ignore")
def test_missing_groups_in_comparisons_and_curves(form):
    X, y = np.random.RandomState(0).randn(6, 2), list("xyxyxy")
    for cv in (2, GroupKFold(3)):
        result = compare({"most": DummyClassifier()}, X, y, groups=MISSING[form], cv=cv)
        for train, test in result.splits_:
            assert not {0, 4} & set(train) or not {0, 4} & set(test)
    curves = learning_curves(
        {"most": DummyClassifier()}, X, y, groups=MISSING[form], cv=2, train_sizes=[0.5, 1.0]
    )
    assert (curves.table_["n_failed"] == 0).all()
