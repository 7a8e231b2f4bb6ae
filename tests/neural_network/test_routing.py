"""Groups reach the split of early stopping, whether metadata routing is on or off."""

import numpy as np
import pytest
import sklearn
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_predict, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.neural_network import _base
from skmir.preprocessing import FrameScaler

GROUPS = np.repeat(np.arange(8), 3)  # of 24 clips


@pytest.fixture
def splits(monkeypatch):
    """Check each split of early stopping, and count them."""
    calls = []
    split = _base.validation_split

    def spy(y, groups, *args):
        assert groups is not None, "early stopping got no groups"
        train, valid = split(y, groups, *args)
        assert not set(groups[train]) & set(groups[valid])
        calls.append(sorted(set(groups)))
        return train, valid

    monkeypatch.setattr(_base, "validation_split", spy)
    return calls


@pytest.fixture
def pipeline(network):
    net = network("cnn", early_stopping=True, validation_fraction=0.3, max_iter=2)
    return make_pipeline(FrameScaler(), net)


@pytest.fixture
def routing():
    with sklearn.config_context(enable_metadata_routing=True):
        yield


def assert_folds(splits, n_folds):
    """Each fold of eight groups trains on its own groups, and on them only."""
    assert len(splits) == n_folds
    assert len({tuple(groups) for groups in splits}) == n_folds
    assert all(len(groups) in (4, 5, 6) for groups in splits)


@pytest.mark.filterwarnings("ignore:early_stopping put every clip")
class TestGroups:
    def test_cross_validate_without_routing(self, pipeline, frames, splits):
        X, y = frames
        cross_validate(
            pipeline,
            X,
            y,
            groups=GROUPS,
            cv=GroupKFold(3),
            params={"cnnclassifier__groups": GROUPS},
            error_score="raise",
        )
        assert_folds(splits, 3)

    def test_cross_validate_with_routing(self, routing, pipeline, frames, splits):
        X, y = frames
        cross_validate(pipeline, X, y, cv=GroupKFold(3), params={"groups": GROUPS}, error_score="raise")
        assert_folds(splits, 3)

    def test_a_bare_network_with_routing(self, routing, network, frames, splits):
        model = network("mlp", early_stopping=True, max_iter=1)
        cross_val_predict(model, *frames, cv=GroupKFold(3), params={"groups": GROUPS})
        assert_folds(splits, 3)

    def test_a_search_without_routing(self, pipeline, frames, splits):
        X, y = frames
        grid = {"cnnclassifier__dropout": [0.0, 0.5]}
        search = GridSearchCV(pipeline, grid, cv=GroupKFold(3), error_score="raise", refit=False)
        search.fit(X, y, groups=GROUPS, cnnclassifier__groups=GROUPS)
        assert len(splits) == 6

    def test_a_search_with_routing(self, routing, pipeline, frames, splits):
        X, y = frames
        grid = {"cnnclassifier__dropout": [0.0, 0.5]}
        search = GridSearchCV(pipeline, grid, cv=GroupKFold(3), error_score="raise")
        search.fit(X, y, groups=GROUPS)
        assert len(splits) == 7  # and the refit
        assert splits[-1] == list(range(8))

    def test_a_nested_search_with_routing(self, routing, pipeline, frames, splits):
        X, y = frames
        search = GridSearchCV(pipeline, {"cnnclassifier__dropout": [0.0]}, cv=GroupKFold(2))
        cross_validate(search, X, y, cv=GroupKFold(2), params={"groups": GROUPS}, error_score="raise")
        assert len(splits) == 2 * (2 + 1)
        assert all(len(groups) <= 4 for groups in splits)

    def test_a_baseline_beside_it_asks_for_nothing(self, routing, frames):
        X, y = frames
        baseline = make_pipeline(StandardScaler(), LogisticRegression())
        scores = cross_validate(baseline, X[:, :, 0], y, cv=GroupKFold(3), params={"groups": GROUPS})
        assert np.isfinite(scores["test_score"]).all()
