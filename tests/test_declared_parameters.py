"""Parameters that are annotated attributes: signatures, defaults, and scikit-learn's habits."""

import inspect
import pickle
import typing

import numpy as np
import pytest
from sklearn.base import BaseEstimator, clone

from skmir._declared_parameters import DeclaredParameters, positional


class Shared(DeclaredParameters, BaseEstimator):
    """What a family shares."""

    kind: typing.ClassVar[str] = "family"
    n_iter: int = 10
    verbose: int = 0


class Extra:
    """Declares nothing."""


class Mean(Extra, Shared):
    """A member with parameters of its own, and another default."""

    size: int = positional(default=3)
    edges: str = "reflect"
    n_iter: int = 5

    def fit(self, X, y=None):
        self.mean_ = np.mean(X)
        return self


class Plain(Shared):
    """A member that writes its own ``__init__``."""

    def __init__(self, size=1, *, verbose=0):
        super().__init__(verbose=verbose)
        self.size = size


class Below(Plain):
    """Declares nothing, and inherits an ``__init__``."""


def test_signatures_hold_special_parameters_first():
    assert str(inspect.signature(Mean)) == (
        "(size: int = 3, *, edges: str = 'reflect', n_iter: int = 5, verbose: int = 0) -> None"
    )
    assert list(inspect.signature(Shared).parameters) == ["n_iter", "verbose"]


def test_signatures_show_the_order_in_which_positions_are_taken():
    class Wider(Mean):
        depth: int = positional(default=1)

    first, second = list(inspect.signature(Wider).parameters)[:2]
    model = Wider(7, 8)
    assert (getattr(model, first), getattr(model, second)) == (7, 8)
    assert (first, second) == ("size", "depth")


def test_defaults_are_those_of_the_nearest_class():
    assert Mean().get_params() == {"size": 3, "edges": "reflect", "n_iter": 5, "verbose": 0}
    assert Shared().n_iter == 10


def test_scikit_learn_knows_the_parameters():
    model = Mean(7, verbose=2)
    assert clone(model).get_params() == model.get_params()
    assert model.set_params(size=9).size == 9
    assert repr(model) == "Mean(size=9, verbose=2)"
    assert vars(pickle.loads(pickle.dumps(model))) == vars(model)
    with pytest.raises(TypeError, match="positional"):
        Mean(7, "reflect")
    with pytest.raises(TypeError, match="sizes"):
        Mean(sizes=7)


def test_estimators_are_equal_to_themselves_alone():
    assert Mean() != Mean()
    assert len({Mean(), Mean()}) == 2


def test_an_init_of_its_own_stays():
    assert Plain(4, verbose=1).get_params() == {"size": 4, "verbose": 1}
    assert Below(4).size == 4
    assert Below().n_iter == 10


def test_parameters_that_would_be_lost_or_hidden_are_an_error():
    with pytest.raises(TypeError, match=r"Lost declares \['depth'\], but its base Plain defines an __init__"):
        type("Lost", (Plain,), {"__annotations__": {"depth": int}, "depth": 2})
    with pytest.raises(TypeError, match=r"Hidden annotates \['_depth'\]"):
        type("Hidden", (Shared,), {"__annotations__": {"_depth": int}, "_depth": 2})
    with pytest.raises(ValueError, match="mutable default"):
        type("Mutable", (Shared,), {"__annotations__": {"sizes": list}, "sizes": [1]})


def test_dask_tells_two_fits_apart():
    tokenize = pytest.importorskip("dask.base").tokenize
    first, second, again = (Mean().fit(np.full(3, value)) for value in (1, 2, 1))
    assert tokenize(first) == tokenize(again) != tokenize(second)
