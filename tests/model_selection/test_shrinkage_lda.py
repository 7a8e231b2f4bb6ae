"""Discriminant analysis with equal priors: scikit-learn's numbers, how sure it is, classes of one clip."""

import warnings

import numpy as np
import pytest
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.metrics import log_loss

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
    model = ShrinkageLDA(temperature=1).fit(X, y)
    np.testing.assert_allclose(model.predict_proba(X), expected.predict_proba(X))
    np.testing.assert_allclose(model.decision_function(X), expected.decision_function(X))
    assert (model.predict(X) == expected.predict(X)).all()


def test_shares_in_training_are_the_priors_where_asked_for(uneven):
    X, y = uneven
    expected = LinearDiscriminantAnalysis("lsqr", shrinkage=0.3).fit(X, y)
    np.testing.assert_allclose(
        ShrinkageLDA(0.3, priors=None, temperature=1).fit(X, y).predict_proba(X), expected.predict_proba(X)
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


@pytest.fixture
def sessions(rng):
    """Clips of two classes in 12 sessions: more features than clips, and each session sounds like itself."""
    groups = np.repeat(np.arange(12), 6)
    y = np.where(groups % 2, "speech", "music")
    X = rng.randn(72, 150) + 2 * rng.randn(12, 150)[groups]
    X[:, 0] += 2 * (y == "speech")
    return X, y, groups


def test_probabilities_are_as_sure_as_held_out_clips_show(sessions, rng):
    X, y, groups = sessions
    new = groups >= 8
    raw = ShrinkageLDA(temperature=1).fit(X[~new], y[~new])
    model = ShrinkageLDA().fit(X[~new], y[~new], groups[~new])
    assert model.temperature_ > 5
    assert (model.predict(X[new]) == raw.predict(X[new])).all()
    assert log_loss(y[new], model.predict_proba(X[new])) < 0.2 * log_loss(y[new], raw.predict_proba(X[new]))
    np.testing.assert_allclose(np.exp(model.predict_log_proba(X)), model.predict_proba(X))
    np.testing.assert_allclose(model.decision_function(X) * model.temperature_, raw.decision_function(X))


def test_groups_make_it_less_sure(sessions):
    X, y, groups = sessions
    ungrouped = ShrinkageLDA().fit(X, y).temperature_
    assert ShrinkageLDA().fit(X, y, groups).temperature_ > 2 * ungrouped
    assert ShrinkageLDA(temperature="ungrouped").fit(X, y, groups).temperature_ == ungrouped


def test_classes_count_the_same_unless_priors_are_their_shares(rng):
    """The many clips of one class are told apart well, the few of two others hardly."""
    y = np.repeat(["a", "b", "c"], [80, 8, 8])
    X = rng.randn(96, 40)
    X[:80, 0] += 8
    assert ShrinkageLDA().fit(X, y).temperature_ > 1.5 * ShrinkageLDA(priors=None).fit(X, y).temperature_


def test_clips_that_cannot_be_held_out(rng):
    """Each class stands in a group of its own, so that no other group shows what it is."""
    X, y = rng.randn(8, 3), np.repeat(["a", "b"], 4)
    with pytest.warns(UserWarning, match="needs clips to hold out whose class other clips have too"):
        assert ShrinkageLDA().fit(X, y, groups=y).temperature_ == 1.0
    assert ShrinkageLDA().fit(X, y, groups=np.zeros(8)).temperature_ > 0  # one group cannot be held out


@pytest.mark.parametrize("temperature", [0, -1.0, "cold"])
def test_impossible_temperatures(temperature, uneven):
    with pytest.raises((TypeError, ValueError), match="temperature"):
        ShrinkageLDA(temperature=temperature).fit(*uneven)
