"""The denoising autoencoder as a transformer."""

import pickle
import re

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.exceptions import NotFittedError

from skmir.modules._denoising_autoencoder_layer import CORRUPTIONS
from skmir.neural_network import DenoisingAutoencoder


def small(**params):
    defaults = {"n_components": 8, "n_iter": 20, "batch_size": 30, "device": "cpu", "random_state": 0}
    return DenoisingAutoencoder(**{**defaults, **params})


@pytest.fixture
def patterns(rng):
    """Noisy copies of two patterns of ten bits, as bits and as real numbers of any scale."""
    which = rng.randint(2, size=300)
    bits = np.where(which[:, np.newaxis] == 1, np.arange(10) < 5, np.arange(10) >= 5)
    bits = (bits ^ (rng.rand(300, 10) < 0.05)).astype(float)
    return {"bernoulli": bits, "gaussian": 50 + 7 * bits + rng.randn(300, 10)}


@pytest.mark.parametrize("visible", ["bernoulli", "gaussian"])
@pytest.mark.parametrize("corruption", CORRUPTIONS)
def test_a_missing_column_is_restored(patterns, visible, corruption):
    """A column that is set to its mean is restored from the other columns."""
    X = patterns[visible]
    model = small(visible=visible, corruption=corruption, n_iter=60, learning_rate=0.05).fit(X[:200])
    losses = model.reconstruction_errors_
    assert losses.shape == (60,) and losses[-1] < 0.9 * losses[0]
    broken = X[200:].copy()
    broken[:, 0] = X[:200, 0].mean()
    mended = model.inverse_transform(model.transform(broken))
    assert np.corrcoef(mended[:, 0], X[200:, 0])[0, 1] > 0.6


def test_three_units_hold_what_three_components_hold(rng):
    X = rng.randn(400, 3) @ rng.randn(3, 12)
    params = {"n_components": 3, "activation": "elu", "corruption_level": 0.0, "tied_weights": False}
    model = small(n_iter=300, learning_rate=0.02, **params).fit(X)
    rest = ((X - model.inverse_transform(model.transform(X))) / X.std(axis=0)) ** 2
    assert PCA(3).fit(X).explained_variance_ratio_.sum() == pytest.approx(1)
    assert rest.mean() < 0.2


@pytest.mark.parametrize("tied", [True, False])
def test_partial_fit_goes_on_bit_for_bit(patterns, tied):
    X = patterns["gaussian"]
    params = {"corruption": "salt_and_pepper", "tied_weights": tied}
    whole = small(n_iter=7, **params).fit(X)
    parts = small(**params)
    for _ in range(4):
        parts.partial_fit(X)
    parts = pickle.loads(pickle.dumps(parts))
    for _ in range(3):
        parts.partial_fit(X)
    np.testing.assert_array_equal(parts.components_, whole.components_)
    np.testing.assert_array_equal(parts.reconstruction_errors_, whole.reconstruction_errors_)
    assert hasattr(parts, "decoder_components_") != tied
    assert parts.n_parameters_ == 8 * 10 * (1 if tied else 2) + 8 + 10


def test_a_refit_forgets_the_decoder(patterns):
    X = patterns["gaussian"]
    model = small(tied_weights=False).fit(X)
    before = model.transform(X)
    model.set_params(tied_weights=True, activation="tanh")
    np.testing.assert_array_equal(model.transform(X), before)  # what was fitted counts
    assert not hasattr(model.fit(X), "decoder_components_")
    assert model.transform(X).min() < 0


def test_the_seed_decides(patterns):
    X = patterns["gaussian"]
    one, same, other = (small(random_state=seed).fit(X).components_ for seed in (0, 0, 1))
    np.testing.assert_array_equal(one, same)
    assert not np.array_equal(one, other)


def test_rows_keep_their_dtype(patterns):
    for dtype in (np.float32, np.float64):
        X = patterns["gaussian"].astype(dtype)
        model = small().fit(X)
        assert model.transform(X).dtype == model.inverse_transform(model.transform(X)).dtype == dtype


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"corruption": "blur"}, "corruption='blur' is not one of"),
        ({"corruption_level": 1.5}, "corruption_level=1.5 must be"),
        ({"activation": "maxout"}, "activation='maxout' is not one of"),
        ({"visible": "binary"}, "visible='binary' is not one of"),
    ],
)
def test_invalid_parameters_are_refused(patterns, params, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        small(**params).fit(patterns["gaussian"])


def test_noise_may_be_larger_than_one(patterns):
    model = small(corruption="gaussian", corruption_level=1.5).fit(patterns["gaussian"])
    assert np.isfinite(model.components_).all()


def test_bits_must_be_bits(patterns):
    with pytest.raises(
        ValueError, match=re.escape("(visible='bernoulli') needs values in [0, 1], got X from")
    ):
        small(visible="bernoulli").fit(patterns["gaussian"])


def test_a_fit_that_diverges_says_so(patterns):
    with pytest.raises(ValueError, match="diverged in pass 1 with learning_rate=1e"):
        small(learning_rate=1e30).fit(patterns["gaussian"])


def test_an_autoencoder_that_is_not_fitted_says_so(patterns):
    for method in ("transform", "inverse_transform"):
        with pytest.raises(NotFittedError, match="not fitted yet"):
            getattr(small(), method)(patterns["gaussian"])
    with pytest.raises(ValueError, match="must have 8 columns, the hidden units that transform gives, got"):
        small().fit(patterns["gaussian"]).inverse_transform(patterns["gaussian"])
