"""The convolutional deep belief network as a transformer, and a task for which it is better than MFCC."""

import pickle
import re

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.datasets._synthetic._chirps import make_chirps
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.modules import ConvRBM
from skmir.neural_network import ConvolutionalDBN
from skmir.preprocessing import FramePooler, FrameScaler, PCAWhitener


def small(n_components=(6,), **params):
    default = {"filter_length": 3, "pool_size": 2, "n_iter": 4, "device": "cpu", "random_state": 0}
    return ConvolutionalDBN(n_components, **{**default, **params})


@pytest.fixture
def frames(rng):
    """Thirty clips of 5 bins and 20 frames, in which a shape of three frames comes up at random."""
    shape = 2 * rng.randn(5, 3)
    X = 0.3 * rng.randn(30, 5, 20)
    for x in X:
        for t in rng.choice(range(0, 18, 3), 3, replace=False):
            x[:, t : t + 3] += shape
    return X


@pytest.fixture
def stack(frames):
    return small((6, 4)).fit(frames)


def answers(model, x):
    """Return the pooling units of each layer for one clip, computed by the modules."""
    v, found = torch.tensor(x)[None], []
    for layer, (weight, visible) in enumerate(zip(model.components_, model.intercept_visible_, strict=True)):
        machine = ConvRBM(weight.shape[1], len(weight), 3, 2, sigma=0.5).double().requires_grad_(False)
        machine.weight.copy_(torch.tensor(weight))
        machine.visible_bias.copy_(torch.tensor(visible))
        machine.hidden_bias.copy_(torch.tensor(model.intercept_hidden_[layer]))
        v = machine(v)
        found.append(v[0].numpy())
    return found


def test_features_are_the_pooled_answers_of_the_modules(stack, frames):
    for pool, statistic in (("mean", np.mean), ("max", np.max)):
        expected = [np.concatenate([statistic(a, axis=1) for a in answers(stack, x)]) for x in frames]
        np.testing.assert_allclose(stack.set_params(pool=pool).transform(frames), expected, rtol=1e-6)


def test_layers_and_pools_are_chosen_after_training(stack, frames):
    whole = stack.set_params(layer="all", pool=("mean", "max")).transform(frames)
    assert whole.shape == (30, 20)
    names = stack.get_feature_names_out().tolist()
    assert names[0] == "layer1_0_mean" and names[6] == "layer1_0_max" and names[-1] == "layer2_3_max"
    for layer, pool in ((1, "mean"), (2, "max")):
        part = stack.set_params(layer=layer, pool=pool).transform(frames)
        columns = [i for i, name in enumerate(names) if re.fullmatch(f"layer{layer}_._{pool}", name)]
        np.testing.assert_array_equal(part, whole[:, columns])
        assert stack.get_feature_names_out().tolist() == [names[i] for i in columns]


def test_shapes_of_learned_arrays(stack):
    assert [x.shape for x in stack.components_] == [(6, 5, 3), (4, 6, 3)]
    assert [x.shape for x in stack.intercept_hidden_] == [(6,), (4,)]
    assert [x.shape for x in stack.intercept_visible_] == [(5,), (6,)]
    assert {x.dtype for x in stack.components_} == {np.dtype(np.float32)}
    assert stack.reconstruction_errors_.shape == (2, 4) and stack.n_iter_ == 4
    assert stack.n_parameters_ == 6 * 15 + 4 * 18 + 10 + 11


def test_the_reconstruction_gets_better(frames):
    errors = small(n_iter=40).fit(frames).reconstruction_errors_[0]
    assert errors[-1] < 0.6 * errors[0]


def test_a_filter_finds_the_shape_that_comes_up(frames, rng):
    """Its output is higher for clips with the shape than for clips with shuffled frames."""
    model = small(n_iter=40, pool="max").fit(frames)
    shuffled = np.stack([x[:, rng.permutation(20)] for x in frames])
    gap = model.transform(frames).mean(axis=0) - model.transform(shuffled).mean(axis=0)
    assert gap.max() > 0.15


def test_units_are_sparse(frames):
    def mean(target):
        return small(n_iter=60, sparsity_target=target).fit(frames).transform(frames).mean()

    assert mean(0.05) < 0.2  # a block of two positions at 0.05 each
    assert mean(None) > mean(0.05) + 0.05


def test_each_layer_may_have_its_own_sizes(frames):
    model = small((6, 4), filter_length=(3, 2), pool_size=(2, 1)).fit(frames)
    assert [x.shape for x in model.components_] == [(6, 5, 3), (4, 6, 2)]


class TestClips:
    def test_a_clip_alone_in_a_list_and_in_an_array(self, stack, frames):
        table = stack.transform(frames)
        for X in (list(frames), np.asfortranarray(frames), [np.asfortranarray(x) for x in frames]):
            np.testing.assert_allclose(stack.transform(X), table, rtol=1e-9)
        np.testing.assert_allclose(np.vstack([stack.transform(x[None]) for x in frames]), table, rtol=1e-9)

    def test_any_lengths_in_their_order(self, stack, rng):
        clips = [rng.randn(5, n) for n in (40, 1, 20, 8, 40, 3, 20)]
        alone = np.vstack([stack.transform([x]) for x in clips])
        np.testing.assert_allclose(stack.transform(clips), alone, rtol=1e-9)

    def test_a_short_clip_is_repeated(self, stack, rng):
        x = rng.randn(5, 4)  # one unit of layer 2 sees 4 blocks of layer 1, that is 10 frames
        longer = np.tile(x, 3)[:, :10]
        np.testing.assert_array_equal(stack.transform([x]), stack.transform([longer]))

    def test_a_list_and_an_array_train_alike(self, frames):
        for X in (list(frames), np.asfortranarray(frames), frames.astype(np.float32)):
            np.testing.assert_array_equal(small().fit(X).components_[0], small().fit(frames).components_[0])

    def test_training_on_clips_of_any_length(self, rng):
        clips = [rng.randn(5, n) for n in (40, 1, 20, 8, 40, 3, 20)]
        table = small((6, 4)).fit_transform(clips)
        assert table.shape == (7, 10) and np.isfinite(table).all()

    def test_windows_are_no_longer_than_asked(self, frames, monkeypatch):
        seen = []
        step = ConvRBM.contrastive_divergence

        def spy(self, v0, *args, **kwargs):
            seen.append(v0.shape)
            return step(self, v0, *args, **kwargs)

        monkeypatch.setattr(ConvRBM, "contrastive_divergence", spy)
        small((6, 4), n_frames=13, n_iter=1).fit(frames)
        # 12 of 13 frames fill blocks, and of the 5 blocks that they give, 4.
        assert seen == [(20, 5, 12), (10, 5, 12), (20, 6, 4), (10, 6, 4)]

    def test_float32_stays(self, stack, frames):
        table = stack.transform(frames.astype(np.float32))
        assert table.dtype == np.float32
        np.testing.assert_allclose(table, stack.transform(frames), atol=1e-5)

    def test_the_callers_frames_are_left_alone(self, frames):
        before = frames.copy()
        frames.setflags(write=False)
        small((6, 4)).fit(frames).transform(frames)
        np.testing.assert_array_equal(frames, before)


class TestFirstFilters:
    def test_a_convolution_gives_the_inputs_of_the_units(self, stack, frames):
        """The pooling unit of a block of one is the logistic function of the convolution's output."""
        model = small(pool_size=1).fit(frames)
        conv = torch.nn.Conv1d(5, 6, 3)
        weight, bias = model.conv_weights()
        with torch.no_grad():
            conv.weight.copy_(torch.from_numpy(weight))
            conv.bias.copy_(torch.from_numpy(bias))
            expected = torch.sigmoid(conv(torch.from_numpy(frames).float())).mean(2)
        np.testing.assert_allclose(model.transform(frames), expected, atol=1e-5)
        np.testing.assert_allclose(weight, model.components_[0] * 4)  # sigma is 0.5
        assert stack.conv_weights(2)[0].shape == (4, 6, 3)

    def test_of_a_layer_that_is_not_there(self, stack):
        with pytest.raises(ValueError, match="layer=3 must be an integer >= 1 and <= 2"):
            stack.conv_weights(3)


class TestState:
    def test_the_seed_decides(self, frames, snapshot_generators):
        check = snapshot_generators()
        one, other, another = (small((6, 4), random_state=seed).fit(frames) for seed in (0, 0, 1))
        assert check()
        for i in range(2):
            np.testing.assert_array_equal(one.components_[i], other.components_[i])
            assert not np.array_equal(one.components_[i], another.components_[i])

    @pytest.mark.parametrize("params", [{}, {"sparsity_target": None}, {"n_frames": 9}])
    def test_seven_calls_are_seven_passes(self, frames, params):
        whole = small(n_iter=7, **params).fit(frames)
        parts = small(**params)
        for _ in range(4):
            parts.partial_fit(frames)
        parts = pickle.loads(pickle.dumps(parts))
        for _ in range(3):
            parts.partial_fit(frames)
        for name in ("components_", "intercept_hidden_", "intercept_visible_"):
            np.testing.assert_array_equal(getattr(parts, name)[0], getattr(whole, name)[0])
        np.testing.assert_array_equal(parts.reconstruction_errors_, whole.reconstruction_errors_)
        np.testing.assert_array_equal(
            parts.fit(frames).components_[0], small().set_params(**params).fit(frames).components_[0]
        )

    def test_a_stack_goes_on(self, frames):
        model = small((6, 4)).fit(frames)
        before = [x.copy() for x in model.components_]
        model.partial_fit(frames)
        assert model.reconstruction_errors_.shape == (2, 5)
        assert all(not np.array_equal(a, b) for a, b in zip(before, model.components_, strict=True))

    def test_a_pickle_and_a_clone(self, stack, frames):
        np.testing.assert_array_equal(
            pickle.loads(pickle.dumps(stack)).transform(frames), stack.transform(frames)
        )
        for method in ("transform", "get_feature_names_out"):
            with pytest.raises(NotFittedError, match="not fitted yet"):
                getattr(clone(stack), method)(frames)

    def test_parameters_changed_after_training_do_not_change_the_features(self, stack, frames):
        before = stack.transform(frames)
        stack.set_params(sigma=1.0, pool_size=3, filter_length=4, n_components=(9,), batch_size=7)
        np.testing.assert_allclose(stack.transform(frames), before, rtol=1e-9)

    def test_a_fit_that_diverges_leaves_the_model_as_it_was(self, frames):
        model = small((6, 4)).fit(frames)
        before = model.transform(frames)
        with pytest.raises(ValueError, match=r"diverged in pass 5 of layer 1 with learning_rate=1e\+30"):
            model.set_params(learning_rate=1e30).partial_fit(frames)
        np.testing.assert_array_equal(model.transform(frames), before)

    def test_the_bar_is_on_stderr(self, frames, capfd):
        small().fit(frames)
        assert capfd.readouterr() == ("", "")
        small((6, 4), verbose=1).fit(frames)
        out, err = capfd.readouterr()
        assert out == "" and "layer 2" in err and "/4 [" in err


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"n_components": ()}, "n_components=() must hold the number of filters of at least one layer"),
        ({"n_components": (4, 0)}, "n_components=0 must be an integer >= 1"),
        (
            {"filter_length": (3, 3)},
            "filter_length=(3, 3) must have one entry per layer, 1 as in n_components, got 2",
        ),
        ({"pool_size": 0}, "pool_size=0 must be an integer >= 1"),
        ({"sigma": 0}, "sigma=0 must be a number > 0"),
        ({"sparsity_target": 0.0}, "sparsity_target=0.0 must be"),
        ({"momentum": (0.5, 0.9)}, "must be one number, or three"),
        ({"n_frames": 3}, "n_frames=3 must be at least 4, since one unit of the highest layer sees 4 frames"),
        ({"layer": 2}, "layer=2 must be an integer >= 1 and <= 1"),
        ({"layer": "both"}, "layer='both' is not one of ['all']"),
        ({"pool": "sum"}, "pool='sum' is not one of"),
    ],
)
def test_invalid_parameters_are_refused(frames, params, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        small().set_params(**params).fit(frames)


MEL = MelSpectrogram(n_mels=40, n_fft=1024, fmin=250, fmax=5000)
FEATURES = {
    "raw": [MEL, FrameScaler(), FramePooler()],
    "mfcc": [MFCC(n_fft=1024), FramePooler()],
    "crbm": [MEL, FrameScaler(top_db=40), PCAWhitener(20), ConvolutionalDBN(device="cpu", random_state=0)],
}


def few_shot_accuracy(seed, n_examples=(1, 5), n_draws=10):
    """Return accuracy by features and number of labelled examples per class; 125 clips have no labels."""
    chirps = make_chirps(n_clips=50, random_state=seed)
    unlabelled, pool, test = np.split(np.arange(250), [125, 175])
    y, scores = chirps.target, {}
    for name, steps in FEATURES.items():
        features = make_pipeline(*(clone(step) for step in steps), StandardScaler())
        table = features.fit(chirps.data[unlabelled]).transform(chirps.data)
        for n in n_examples:
            rng = np.random.RandomState(0)
            draws = [
                np.concatenate([rng.choice(pool[y[pool] == c], n, replace=False) for c in range(5)])
                for _ in range(n_draws)
            ]
            fits = [SVC(C=10).fit(table[rows], y[rows]).score(table[test], y[test]) for rows in draws]
            scores[name, n] = np.mean(fits)
    return scores


@pytest.mark.slow
def test_few_labels_go_further_than_with_mfcc_and_with_the_spectrum():
    """As in Lee et al. (2009), for classes that differ in shape in time and frequency."""
    runs = [few_shot_accuracy(seed) for seed in range(3)]
    mean = {key: np.mean([run[key] for run in runs]) for key in runs[0]}
    for n, before_mfcc, before_raw in ((1, 0.08, 0.07), (5, 0.1, 0.08)):  # half of what was measured
        assert mean["crbm", n] > mean["mfcc", n] + before_mfcc
        assert mean["mfcc", n] > mean["raw", n] + before_raw
