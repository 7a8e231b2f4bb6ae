"""The Boltzmann machine as a transformer."""

import pickle
import re

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.neural_network import BernoulliRBM
from sklearn.preprocessing import MinMaxScaler

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


def test_training_patterns_are_likelier_than_noise(fitted, rng):
    model, X = fitted
    shuffled = np.column_stack([rng.permutation(column) for column in X.T])  # each column as it was
    assert model.free_energy(X).mean() < model.free_energy(shuffled).mean() - 1


def test_formulas_are_those_of_the_module(fitted):
    model, X = fitted
    machine = modules.RBMLayer(10, 8, model.visible).requires_grad_(False)
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
    standardised = model._run(with_constant, lambda _, rows: rows)
    np.testing.assert_allclose(standardised[:, 3], 0, atol=1e-6 * max(value, 1))
    assert np.isfinite(model.transform(with_constant)).all()


def test_bernoulli_units_take_rounding_errors_of_a_scaler():
    X = MinMaxScaler().fit_transform(np.array([[0.1, -7.3], [0.7, 1.1], [0.3, 2 / 3]]) / 3)
    beyond = X + 1e-9
    assert beyond.max() > 1
    assert np.isfinite(small(visible="bernoulli").fit(beyond).transform(X)).all()


@pytest.mark.parametrize("row", [[-0.1, 0.5], [0.5, 1.5]])
def test_bernoulli_units_refuse_values_out_of_range(row):
    message = r"RBM\(visible='bernoulli'\) needs values in \[0, 1\], got X from .* to .*\. Scale X"
    with pytest.raises(ValueError, match=message):
        small(visible="bernoulli").fit([row, [0, 1]])


def test_a_learning_rate_too_large_is_said(patterns):
    message = r"RBM diverged in pass \d+ with learning_rate=100. Lower it \(10 is the next to try\)"
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


@pytest.mark.parametrize(
    ("momentum", "expected"), [((0.5, 0.9, 5), [0.5] * 5 + [0.9] * 2), (0.7, [0.7] * 7), ((0, 1, 0), [1] * 7)]
)
def test_momentum_grows_when_it_is_told_to(patterns, monkeypatch, momentum, expected):
    momenta = []
    step = torch.optim.SGD.step

    def spy(self):
        momenta.append({group["momentum"] for group in self.param_groups})
        return step(self)

    monkeypatch.setattr(torch.optim.SGD, "step", spy)
    small(n_iter=7, batch_size=300, momentum=momentum, learning_rate=1e-6).fit(patterns["gaussian"])
    assert momenta == [{m} for m in expected]


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


VARIANTS = {
    "plain": {},
    "persistent": {"persistent": True, "k": 2},
    "sampled": {"reconstruction": "sample"},
    "sparse": {"sparsity_target": 0.1, "sparsity_cost": 0.5},
    "no momentum": {"momentum": 0},
}


class TestPartialFit:
    @pytest.mark.parametrize("visible", ["bernoulli", "gaussian"])
    @pytest.mark.parametrize("params", VARIANTS.values(), ids=VARIANTS)
    def test_seven_calls_are_seven_passes(self, patterns, visible, params):
        X = patterns[visible]
        whole = small(visible=visible, n_iter=7, **params).fit(X)
        parts = small(visible=visible, **params)
        for _ in range(4):
            parts.partial_fit(X)
        parts = pickle.loads(pickle.dumps(parts))
        for _ in range(3):
            parts.partial_fit(X)
        for name in ("components_", "intercept_hidden_", "intercept_visible_", "reconstruction_errors_"):
            np.testing.assert_array_equal(getattr(parts, name), getattr(whole, name))
        assert parts.n_iter_ == whole.n_iter_ == 7
        np.testing.assert_array_equal(
            parts.fit(X).components_, small(visible=visible, **params).fit(X).components_
        )

    def test_rows_are_standardised_as_the_first_were(self, patterns):
        X = patterns["gaussian"]
        model = small().partial_fit(X).partial_fit(X + 100)
        np.testing.assert_allclose(model.mean_, X.mean(axis=0))

    def test_a_table_of_other_width_is_refused(self, patterns):
        with pytest.raises(ValueError, match="expecting 10 features"):
            small().partial_fit(patterns["gaussian"]).partial_fit(patterns["gaussian"][:, :5])

    def test_a_fit_that_diverges_leaves_the_model_as_it_was(self, patterns):
        X = patterns["gaussian"]
        model = small().fit(X)
        before = model.components_.copy()
        with pytest.raises(ValueError, match="diverged in pass 21"):
            model.set_params(learning_rate=1e30).partial_fit(X)
        np.testing.assert_array_equal(model.components_, before)
        assert model.n_iter_ == 20


class TestSparsity:
    def test_units_come_near_the_target(self, patterns):
        X = patterns["gaussian"]
        params = {"learning_rate": 0.05, "n_iter": 60}
        plain = small(**params).fit(X).transform(X).mean()
        sparse = small(sparsity_target=0.1, sparsity_cost=3.0, **params).fit(X).transform(X).mean()
        assert plain > 0.3
        assert sparse == pytest.approx(0.1, abs=0.07)


class TestScores:
    def test_scikit_learn_estimates_the_same_pseudo_likelihood(self, patterns):
        X = patterns["bernoulli"]
        model = small(visible="bernoulli", learning_rate=0.05).fit(X)
        other = BernoulliRBM(n_components=8, random_state=0).fit(X)
        other.components_ = model.components_.astype(float)
        other.intercept_hidden_ = model.intercept_hidden_.astype(float)
        other.intercept_visible_ = model.intercept_visible_.astype(float)
        seeds = range(300)
        estimates = np.mean([other.set_params(random_state=s).score_samples(X) for s in seeds], axis=0)
        assert model.score_samples(X).mean() == pytest.approx(estimates.mean(), rel=0.02)
        assert np.corrcoef(model.score_samples(X), estimates)[0, 1] > 0.95

    def test_a_gaussian_machine_gives_minus_its_free_energy(self, patterns):
        X = patterns["gaussian"]
        model = small().fit(X)
        np.testing.assert_array_equal(model.score_samples(X), -model.free_energy(X))

    def test_persistent_chains_reach_the_pseudo_likelihood_of_scikit_learn(self, patterns):
        X = patterns["bernoulli"]
        params = {"n_components": 8, "learning_rate": 0.05, "batch_size": 10, "n_iter": 60, "random_state": 0}
        ours = RBM(visible="bernoulli", persistent=True, momentum=0, weight_decay=0, device="cpu", **params)
        theirs = BernoulliRBM(**params).fit(X).score_samples(X).mean()
        assert ours.fit(X).score_samples(X).mean() > theirs - 0.1


class TestGibbs:
    def test_rows_come_in_the_units_of_the_data(self, fitted):
        model, X = fitted
        rows = model.gibbs(X, 50)
        assert rows.shape == X.shape and rows.dtype == X.dtype
        np.testing.assert_allclose(rows.mean(axis=0), X.mean(axis=0), atol=3 * X.std(axis=0).max() / 10)
        np.testing.assert_array_equal(rows, model.gibbs(X, 50))
        if model.visible == "bernoulli":
            assert set(np.unique(rows)) == {0.0, 1.0}

    def test_samples_have_the_patterns_of_the_data(self, fitted):
        model, X = fitted
        for rows in (X, model.gibbs(X, 20)):
            correlations = np.corrcoef(rows.T)
            assert np.median(correlations[:5, :5]) > 0.2
            assert np.median(correlations[:5, 5:]) < -0.2


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"reconstruction": "both"}, "reconstruction='both' is not one of"),
        ({"momentum": (0.5, 0.9)}, "must be one number, or three"),
        ({"momentum": (0.5, 1.9, 5)}, "momentum=1.9 must be"),
        ({"sparsity_target": 0.0}, "sparsity_target=0.0 must be"),
        ({"sparsity_cost": -1}, "sparsity_cost=-1 must be"),
    ],
)
def test_invalid_parameters_of_training_are_refused(patterns, params, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        small(**params).fit(patterns["gaussian"])
