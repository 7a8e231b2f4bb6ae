"""Octaves of a constant-Q transform folded into pitch classes."""

import librosa
import numpy as np
import pytest
import torch

from skmir.feature_extraction import CQT, Chroma
from skmir.preprocessing import CQTToChroma, LogCompression


@pytest.mark.parametrize("fmin", [None, 55.0, 41.2])
@pytest.mark.parametrize("per_octave", [12, 24, 36])
def test_the_sum_is_that_of_librosa(rng, per_octave, fmin):
    X = rng.rand(2, 5 * per_octave, 3)
    weights = librosa.filters.cq_to_chroma(5 * per_octave, bins_per_octave=per_octave, fmin=fmin)
    folded = CQTToChroma(bins_per_octave=per_octave, fmin=fmin).fit_transform(X)
    np.testing.assert_allclose(folded, weights @ X, atol=1e-12)


def test_with_a_norm_it_is_chroma(rng):
    waves = rng.randn(2, 22050).astype(np.float32)
    octaves = {"bins_per_octave": 24, "fmin": 110.0}
    magnitudes = CQT(n_bins=96, tuning=0.0, **octaves).fit_transform(waves)
    chroma = Chroma(kind="cqt", n_octaves=4, tuning=0.0, **octaves).fit_transform(waves)
    folded = CQTToChroma(norm=np.inf, **octaves).fit_transform(magnitudes)
    np.testing.assert_allclose(folded, chroma, atol=1e-6)


def test_logarithms_are_added_too(rng):
    X = LogCompression().fit_transform(rng.rand(2, 24, 3))
    np.testing.assert_allclose(CQTToChroma().fit_transform(X), X[:, :12] + X[:, 12:])


def test_an_octave_up_changes_nothing(rng):
    low, high = np.zeros((2, 1, 36, 4))
    low[:, :12] = rng.rand(12, 4)
    high[:, 24:] = low[:, :12]
    np.testing.assert_array_equal(CQTToChroma().fit_transform(low), CQTToChroma().fit_transform(high))


def test_clips_of_any_length_and_their_names(rng):
    clips = [rng.rand(36, n).astype(np.float32) for n in (5, 1, 7)]
    step = CQTToChroma().fit(clips)
    folded = step.transform(clips)
    assert [x.shape for x in folded] == [(12, 5), (12, 1), (12, 7)] and folded[0].dtype == np.float32
    np.testing.assert_allclose(folded[2], step.transform([clips[2]])[0], atol=1e-6)
    assert list(step.get_feature_names_out())[::11] == ["chroma00", "chroma11"]


@pytest.mark.parametrize("norm", [None, 2.0])
def test_the_module_computes_the_same(rng, norm):
    X = rng.rand(3, 36, 5).astype(np.float32)
    step = CQTToChroma(norm=norm).fit(X)
    folded = step.to_module()(torch.from_numpy(X)).detach().numpy()
    np.testing.assert_allclose(folded, step.transform(X), rtol=1e-6)


def test_octaves_learn_their_weights_and_other_bins_stay_out(rng):
    module = CQTToChroma().fit(rng.rand(1, 24, 2)).to_module()
    x = torch.rand(1, 24, 2) + 0.1
    module(x).sum().backward()
    np.testing.assert_array_equal(module.weights.grad > 0, module.weights.detach() > 0)
    with torch.no_grad():
        module.weights -= 2
    assert not module(x).any()


@pytest.mark.parametrize(
    ("params", "match"),
    [
        ({"n_chroma": 5}, "bins_per_octave=12 must be a multiple of n_chroma=5"),
        ({"fmin": 0}, "fmin=0 must be"),
        ({"norm": -1}, "norm=-1 must be"),
        ({"n_chroma": 0}, "n_chroma=0 must be"),
    ],
)
def test_parameters_out_of_range(rng, params, match):
    with pytest.raises(ValueError, match=match):
        CQTToChroma(**params).fit(rng.rand(1, 24, 2))
