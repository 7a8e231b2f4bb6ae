"""Counting learned numbers."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin, TransformerMixin
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.dummy import DummyClassifier
from sklearn.feature_selection import RFE
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC, LinearSVC

from skmir.model_selection._running._n_parameters import count_parameters


class Network(ClassifierMixin, TransformerMixin, BaseEstimator):
    """Says itself how many parameters it has; has ``coef_`` too, which must not matter."""

    def fit(self, X, y):
        self.coef_, self.intercept_ = np.zeros(3), 0.0
        self.n_parameters_ = np.int64(1000)
        return self

    def transform(self, X):
        return X

    def predict(self, X):
        return np.zeros(len(X))


@pytest.fixture
def data(rng):
    return rng.randn(30, 4), np.repeat([0, 1, 2], 10)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (LogisticRegression(), 3 * 4 + 3),
        (LinearSVC(), 3 * 4 + 3),
        (LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto"), 3 * 4 + 3),
        (Ridge(), 4 + 1),
        (MLPClassifier((5,), max_iter=1), 4 * 5 + 5 + 5 * 3 + 3),
        (Network(), 1000),
        (make_pipeline(StandardScaler(), LogisticRegression()), 15),
        (make_pipeline(StandardScaler(), make_pipeline(LogisticRegression())), 15),
        (make_pipeline(Network(), Network(), LogisticRegression()), 2015),
        (GridSearchCV(make_pipeline(LogisticRegression()), {}, cv=2), 15),
        (RFE(LogisticRegression(), n_features_to_select=2), 3 * 2 + 3),
        (DummyClassifier(), None),
        (KNeighborsClassifier(), None),
        (make_pipeline(Network(), KNeighborsClassifier()), None),
    ],
    ids=str,
)
@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
def test_count(model, expected, data):
    count = count_parameters(model.fit(*data))
    assert count == expected
    assert count is None or type(count) is int


@pytest.mark.parametrize("kernel", ["rbf", "linear"])
def test_support_vectors(kernel, data):
    svm = SVC(kernel=kernel).fit(*data)
    n_vectors = svm.n_support_.sum()
    assert count_parameters(svm) == n_vectors * 4 + 2 * n_vectors + 3


def test_unfitted():
    assert count_parameters(SVC()) is None
    assert count_parameters(GridSearchCV(SVC(), {})) is None
