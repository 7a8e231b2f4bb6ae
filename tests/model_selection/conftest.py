"""What the tests of comparisons share."""

import pytest
from numpy.testing import assert_array_equal
from sklearn.datasets import make_classification


@pytest.fixture
def data():
    return make_classification(120, 6, n_informative=4, n_classes=3, class_sep=0.7, random_state=0)


@pytest.fixture
def same():
    """A function that asserts that two comparisons hold the same scores and predictions to the last bit."""

    def check(a, b):
        assert_array_equal(a.scores_, b.scores_)
        assert list(a.scores_) == list(b.scores_)
        for name in a.predictions_:
            assert_array_equal(a.predictions_[name], b.predictions_[name])

    return check
