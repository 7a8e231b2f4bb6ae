"""Warnings from other processes come home."""

import os
import warnings

import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin

from skmir.model_selection import compare
from skmir.model_selection._running._worker_warnings import warn_at_home, with_warnings


class Warns(ClassifierMixin, BaseEstimator):
    def fit(self, X, y):
        warnings.warn("the learning rate is odd", RuntimeWarning, stacklevel=2)
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.repeat(self.classes_[:1], len(X))


@pytest.mark.parametrize("n_jobs", [1, 2])
def test_a_warning_of_a_fit_is_one_of_compare(n_jobs, capfd):
    X, y = np.zeros((12, 2)), np.arange(12) % 2
    with pytest.warns(RuntimeWarning, match="the learning rate is odd"):
        compare({"A": Warns()}, X, y, cv=2, n_jobs=n_jobs, random_state=0)
    assert "learning rate" not in capfd.readouterr().err


def test_at_home_warnings_take_their_way():
    with pytest.warns(UserWarning, match="odd"):
        assert with_warnings(os.getpid(), warnings.warn, "odd") == (None, [])


def test_elsewhere_they_are_noted():
    with warnings.catch_warnings():
        warnings.simplefilter("default")
        result, noted = with_warnings(-1, warnings.warn, "odd", category=FutureWarning)
    assert (result, noted) == (None, [("odd", FutureWarning)])
    with pytest.warns(FutureWarning, match="odd"):
        warn_at_home(noted)
