"""The Boltzmann machine as a transformer."""

import pickle

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError

from skmir import modules
from skmir.neural_network import RBM


def small(**params):
    return RBM(**{"n_components": 8, "n_iter": 20, "device": "cpu", "random_state": 0, **params})


@pytest.fixture
def patterns(rng):
    """Noisy copies of two patterns of ten bits, as bits and as real numbers of any scale."""
    which = rng.randint(2, size=300)
    bits = np.where(which[:, np.newaxis] == 1, np.arange(10) < 5, np.arange(10) >= 5)
    bits = (bits ^ (rng.rand(300, 10) < 0.05)).astype(float)
    return {"bernoulli": bits, "gaussian": 50 + 7 * bits + rng.randn(300, 10)}


@pytest.fixture(params=["bernoulli", "gaussian"])
def fitted(request, patterns):
    X = patterns[request.param]
    return small(visible=request.param, learning_rate=0.05).fit(X), X


def test_the_reconstruction_gets_better(fitted):
    model, _ = fitted
    errors = model.reconstruction_errors_
    assert errors.shape == (20,)
    assert errors[-1] < 0.6 * errors[0]


def test_hidden_units_are_probabilities(fitted):
    model, X = fitted
    hidden = model.transform(X)
    assert hidden.shape == (300, 8)
    assert hidden.min() >= 0 and hidden.max() <= 1
    assert hidden.std(axis=0).max() > 0.1  # something is told apart
    assert model.get_feature_names_out().tolist() == [f"rbm{i}" for i in range(8)]


def test_what_was_learned_is_likelier_than_noise(fitted, rng):
    model, X = fitted
    shuffled = np.column_stack([rng.permutation(column) for column in X.T])  # each column as it was
    assert model.free_energy(X).mean() < model.free_energy(shuffled).mean() - 1


def test_formulas_are_those_of_the_module(fitted):
    model, X = fitted
    machine = modules.RBM(10, 8, model.visible).requires_grad_(False)
    for parameter, value in zip(
        (machine.weight, machine.visible_bias, machine.hidden_bias),
        (model.components_, model.intercept_visible_, model.intercept_hidden_),
        strict=True,
    ):
        parameter.copy_(torch.tensor(value))
    rows = torch.tensor(((X - model.mean_) / model.scale_).astype(np.float32))
    np.testing.assert_allclose(model.transform(X), machine(rows), atol=1e-5)
    np.testing.assert_allclose(model.free_energy(X), machine.free_energy(rows), rtol=1e-4, atol=1e-4)
    assert model.n_parameters_ == sum(p.numel() for p in machine.parameters()) == 8 * 10 + 8 + 10


def test_gaussian_units_do_not_mind_scale_and_offset(patterns):
    X = patterns["gaussian"]
    one, other = small().fit(X), small().fit(1000 * X - 3)
    np.testing.assert_allclose(one.transform(X), other.transform(1000 * X - 3), atol=1e-4)
    np.testing.assert_allclose(one.mean_, X.mean(axis=0))
    np.testing.assert_allclose(one.scale_, X.std(axis=0))


def test_bernoulli_units_are_not_standardised(patterns):
    model = small(visible="bernoulli").fit(patterns["bernoulli"])
    assert not model.mean_.any() and (model.scale_ == 1).all()


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 1e6 + 0.1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_a_constant_column_carries_nothing(rng, value, dtype):
    """Rounding makes the standard deviation of a constant a little more than zero."""
    X = rng.randn(300, 3).astype(dtype)
    with_constant = np.column_stack([X, np.full(300, value, dtype)])
    model = small().fit(with_constant)
    assert model.scale_[3] == 1
    np.testing.assert_allclose(model._standardise(with_constant)[:, 3], 0, atol=1e-6 * max(value, 1))
    assert np.isfinite(model.transform(with_constant)).all()


@pytest.mark.parametrize("row", [[-0.1, 0.5], [0.5, 1.5]])
def test_bernoulli_units_refuse_values_out_of_range(row):
    message = r"RBM\(visible='bernoulli'\) takes values in \[0, 1\], and X spans \[.*\]. Scale it"
    with pytest.raises(ValueError, match=message):
        small(visible="bernoulli").fit([row, [0, 1]])


def test_a_learning_rate_too_large_is_said(patterns):
    message = r"RBM diverged in pass \d+ with learning_rate=100. Lower it: 10 is the next to try"
    with pytest.raises(ValueError, match=message):
        small(learning_rate=100, n_iter=50).fit(patterns["gaussian"])


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"visible": "binary"}, ValueError, r"visible='binary' is not one of \['bernoulli', 'gaussian'\]"),
        ({"n_components": 0}, ValueError, "n_components=0"),
        ({"n_components": 2.0}, TypeError, "n_components=2.0"),
        ({"batch_size": 0}, ValueError, "batch_size=0"),
        ({"n_iter": 0}, ValueError, "n_iter=0"),
        ({"k": 0}, ValueError, "k=0"),
        ({"n_threads": 0}, ValueError, "n_threads=0"),
        ({"learning_rate": 0}, ValueError, "learning_rate=0"),
        ({"weight_decay": -1}, ValueError, "weight_decay=-1"),
        ({"device": "gpu"}, ValueError, "device='gpu'"),
    ],
)
def test_parameters_out_of_range_are_refused(params, error, message):
    with pytest.raises(error, match=message):
        small(**params).fit(np.eye(4))


def test_the_dtype_comes_out(patterns):
    model = small().fit(patterns["gaussian"])
    for dtype in (np.float32, np.float64):
        assert model.transform(patterns["gaussian"].astype(dtype)).dtype == dtype
    assert model.components_.dtype == np.float32


def test_more_rows_than_a_batch_and_fewer(patterns):
    for batch_size in (7, 300, 10000):
        assert small(batch_size=batch_size).fit(patterns["gaussian"]).components_.shape == (8, 10)


def test_weight_decay_makes_weights_small(patterns):
    X = patterns["gaussian"]
    free, held = (np.abs(small(weight_decay=w).fit(X).components_).mean() for w in (0, 1.0))
    assert held < 0.7 * free


def test_momentum_grows_after_five_passes(patterns, monkeypatch):
    momenta = []
    one_pass = RBM._pass

    def spy(self, machine, rows, optimizer):
        momenta.append({group["momentum"] for group in optimizer.param_groups})
        return one_pass(self, machine, rows, optimizer)

    monkeypatch.setattr(RBM, "_pass", spy)
    small(n_iter=7).fit(patterns["gaussian"])
    assert momenta == [{0.5}] * 5 + [{0.9}] * 2


def test_more_gibbs_steps_are_another_gradient(patterns):
    one, five = (small(k=k).fit(patterns["gaussian"]).components_ for k in (1, 5))
    assert not np.array_equal(one, five)


def test_the_seed_decides(patterns):
    X = patterns["gaussian"]
    one, other, another = (small(random_state=seed).fit(X).components_ for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, another)


def test_a_pickle_and_a_clone(patterns):
    X = patterns["gaussian"]
    model = small().fit(X)
    np.testing.assert_array_equal(pickle.loads(pickle.dumps(model)).transform(X), model.transform(X))
    with pytest.raises(NotFittedError, match="not fitted yet"):
        clone(model).transform(X)
    with pytest.raises(NotFittedError, match="not fitted yet"):
        clone(model).free_energy(X)


def test_the_bar_is_on_stderr(patterns, capfd):
    small(verbose=0).fit(patterns["gaussian"])
    assert capfd.readouterr() == ("", "")
    small(verbose=1).fit(patterns["gaussian"])
    out, err = capfd.readouterr()
    assert out == "" and "/20 [" in err


def test_the_callers_rows_are_left_alone(patterns):
    X = patterns["gaussian"]
    before = X.copy()
    X.setflags(write=False)
    small().fit(X).transform(X)
    np.testing.assert_array_equal(X, before)
