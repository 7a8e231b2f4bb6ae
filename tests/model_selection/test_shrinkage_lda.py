"""Discriminant analysis with equal priors: scikit-learn's numbers, classes of one clip, errors."""

import warnings

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

from skmir.model_selection import ShrinkageLDA


@pytest.fixture
def uneven(rng):
    """Three classes of 40, 10 and 5 clips that overlap, of 8 features."""
    y = np.repeat(["many", "some", "few"], [40, 10, 5])
    X = rng.randn(len(y), 8)
    X[:, 0] += np.repeat([0, 1, 2], [40, 10, 5])
    return X, y


def test_uniform_priors_are_those_that_scikit_learn_takes_as_numbers(uneven):
    X, y = uneven
    expected = LinearDiscriminantAnalysis("lsqr", shrinkage="auto", priors=[1 / 3] * 3).fit(X, y)
    model = ShrinkageLDA().fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X))
    np.testing.assert_allclose(model.decision_function(X), expected.decision_function(X))
    assert (model.predict(X) == expected.predict(X)).all()


def test_shares_in_training_are_the_priors_where_asked_for(uneven):
    X, y = uneven
    expected = LinearDiscriminantAnalysis("lsqr", shrinkage=0.3).fit(X, y)
    np.testing.assert_allclose(
        ShrinkageLDA(0.3, priors=None).fit(X, y).predict_proba(X), expected.predict_proba(X)
    )


def test_uniform_priors_favour_no_class(uneven):
    X, y = uneven
    uniform, shares = (ShrinkageLDA(priors=p).fit(X, y).predict(X) for p in ("uniform", None))
    assert (uniform == "few").sum() > (shares == "few").sum()


def test_a_class_of_one_clip_is_named(uneven):
    X, y = uneven
    y = np.array([*y[:-1], "alone"])
    message = r"1 of 4 classes have a single training clip: \['alone'\]\. .*at least two clips, or leave"
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model = ShrinkageLDA().fit(X, y)
    assert len(caught) == 1  # scikit-learn's own, of reshaping, is not there
    with pytest.warns(UserWarning, match=message):
        model.fit(X, y)
    assert model.predict(X[-1:]) == ["alone"]


@pytest.mark.parametrize(
    ("y", "match"),
    [
        (["a", "b", "c"], "Each of the 3 classes has a single training clip"),
        (["a", "a", "a"], "y must hold at least two classes, got only the one class 'a'"),
    ],
)
def test_too_few_clips_or_classes(y, match, rng):
    with pytest.raises(ValueError, match=match):
        ShrinkageLDA().fit(rng.randn(3, 2), np.array(y))


def test_unknown_priors(uneven):
    with pytest.raises(ValueError, match=r"priors must be 'uniform', None or one number .*, got 'equal'"):
        ShrinkageLDA(priors="equal").fit(*uneven)
