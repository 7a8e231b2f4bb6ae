"""Untrained networks: means of their maps, equal for one clip and many, which only the seed decides."""

import pickle

import numpy as np
import pytest
import sklearn
import torch
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn

from skmir.datasets import make_rhythm
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.modules import VGGCNN
from skmir.neural_network import RandomConvFeatures
from skmir.neural_network._features._random_networks import ARCHITECTURES
from skmir.preprocessing import Delta, FramePooler, FrameScaler

SIZE = {"n_filters": 4, "device": "cpu", "random_state": 0}
N_FEATURES = {"vgg": 20, "timbral": 56, "temporal": 56, "timbral_temporal": 112, "7x96": 4, "7x86": 4}
N_LAYERS = {"vgg": 5, "timbral": 6, "temporal": 4, "timbral_temporal": 10, "7x96": 1, "7x86": 1}


@pytest.fixture(params=ARCHITECTURES)
def name(request):
    return request.param


def network_of(features):
    """Return the network with its random weights."""
    cls, options = ARCHITECTURES[features.architecture]
    network = cls(features.n_bins_, features.n_frames_, 1, **features.n_filters_, **options)
    network.final_layer = nn.Identity()
    network.load_state_dict({name: torch.tensor(values) for name, values in features.weights_.items()})
    return network.eval()


class TestValues:
    @torch.no_grad()
    def test_features_are_those_of_the_network(self, name, ragged):
        X, _ = ragged
        features = RandomConvFeatures(name, **SIZE).fit(X)
        network = network_of(features)
        long = [x for x in X if x.shape[1] >= network.min_frames]
        assert len(long) > 4
        expected = np.concatenate([network.features(torch.tensor(x[None])).numpy() for x in long])
        assert expected.shape == (len(long), N_FEATURES[name])
        np.testing.assert_allclose(features.transform(long), expected, rtol=1e-5, atol=1e-6)

    def test_a_list_is_its_clips_one_by_one_and_in_any_order(self, name, ragged):
        X, _ = ragged
        features = RandomConvFeatures(name, **SIZE).fit(X)
        table = features.transform(X)
        np.testing.assert_array_equal(table, np.concatenate([features.transform([x]) for x in X]))
        np.testing.assert_array_equal(table[::-1], features.transform(X[::-1]))
        array = np.stack([X[0], X[3]])
        np.testing.assert_array_equal(features.transform(array), table[[0, 3]])

    def test_memory_order_decides_nothing(self, name, ragged):
        X, _ = ragged
        features = RandomConvFeatures(name, **SIZE).fit(X)
        by_time = [np.asfortranarray(x) for x in X]
        np.testing.assert_array_equal(features.transform(by_time), features.transform(X))

    @pytest.mark.parametrize("name", ["vgg", "7x96"])
    def test_a_short_clip_is_repeated(self, name, ragged):
        X, _ = ragged
        features = RandomConvFeatures(name, **SIZE).fit(X)
        least = network_of(features).min_frames
        assert least > 5 == X[1].shape[1]
        repeated = np.tile(X[1], 10)[:, :least]
        np.testing.assert_array_equal(features.transform([X[1]]), features.transform([repeated]))

    @torch.no_grad()
    def test_maps_may_be_pooled_by_mean_and_maximum(self, name, ragged):
        X, _ = ragged
        both = RandomConvFeatures(name, pool=("mean", "max"), **SIZE).fit(X)
        network = network_of(both)
        x = X[2]
        maps = [m[0].flatten(1) for m in network.maps(torch.tensor(x[None]))]
        expected = np.concatenate([np.concatenate([m.mean(1), m.amax(1)]) for m in maps])
        np.testing.assert_allclose(both.transform([x])[0], expected, rtol=1e-5, atol=1e-6)
        each = {
            pool: RandomConvFeatures(name, pool=pool, **SIZE).fit_transform(X) for pool in ("mean", "max")
        }
        names = both.get_feature_names_out().tolist()
        for pool, table in each.items():
            columns = [i for i, column in enumerate(names) if column.endswith(f"_{pool}")]
            np.testing.assert_array_equal(both.transform(X)[:, columns], table)

    def test_windows_cover_a_long_clip(self, rng):
        x = rng.randn(8, 45).astype(np.float32)
        features = RandomConvFeatures("timbral", n_frames=20, **SIZE).fit([x])
        assert features.n_frames_ == 20
        starts = (0, 12, 25)
        expected = np.mean([features.transform([x[:, i : i + 20]]) for i in starts], axis=0)
        np.testing.assert_allclose(features.transform([x]), expected, rtol=1e-5, atol=1e-6)
        whole = RandomConvFeatures("timbral", **SIZE).fit([x])
        assert not np.allclose(whole.transform([x]), expected, atol=1e-3)

    def test_activation_decides(self, name, ragged):
        X, _ = ragged
        own = "elu" if ARCHITECTURES[name][0].__name__ in ("VGGCNN", "SingleLayerCNN") else "relu"
        tables = {
            a: RandomConvFeatures(name, activation=a, **SIZE).fit_transform(X) for a in (None, "elu", "relu")
        }
        np.testing.assert_array_equal(tables[None], tables[own])
        assert not np.allclose(tables["elu"], tables["relu"], atol=1e-3)

    def test_names(self, ragged):
        features = RandomConvFeatures("vgg", **SIZE).fit(ragged[0])
        names = features.get_feature_names_out()
        assert names[[0, 5, 19]].tolist() == ["conv_layers.0_0", "conv_layers.1_1", "conv_layers.4_3"]


class TestWeights:
    def test_the_seed_decides_and_not_the_clips(self, name, ragged, rng):
        X, _ = ragged
        one = RandomConvFeatures(name, **SIZE).fit(X)
        same = RandomConvFeatures(name, **SIZE).fit([10 * rng.randn(*x.shape) for x in X[::-1]])
        for key, values in one.weights_.items():
            np.testing.assert_array_equal(values, same.weights_[key])
        np.testing.assert_array_equal(one.transform(X), same.transform(X))
        other = sklearn.base.clone(one).set_params(random_state=1).fit(X)
        assert not np.allclose(one.transform(X), other.transform(X), atol=1e-3)

    def test_generators_go_on(self, ragged, snapshot_generators):
        check = snapshot_generators()
        RandomConvFeatures(**SIZE).fit_transform(ragged[0])
        assert check()

    def test_weights_are_as_he_draws_them(self, name, rng):
        X = rng.randn(3, 96, 200)
        features = RandomConvFeatures(name, n_features=500, random_state=0).fit(X)
        for key, values in features.weights_.items():
            if key.endswith("bias"):
                assert not values.any()
            else:
                fan_in = np.prod(values.shape[1:])
                assert values.mean() == pytest.approx(0, abs=5 * np.sqrt(2 / fan_in / values.size))
                assert values.std() == pytest.approx(np.sqrt(2 / fan_in), rel=0.15)

    def test_a_pickle_gives_the_same_features_whatever_is_set_later(self, name, ragged):
        X, _ = ragged
        features = RandomConvFeatures(name, pool="max", n_frames=15, **SIZE).fit(X)
        table = features.transform(X)
        changed = pickle.loads(pickle.dumps(features))
        changed.set_params(architecture="vgg", n_filters=2, pool="mean", n_frames=None, random_state=5)
        np.testing.assert_array_equal(changed.transform(X), table)
        assert all(type(v) is np.ndarray for v in features.weights_.values())

    def test_threads_of_the_caller_stay(self, ragged, two_threads):
        RandomConvFeatures(**SIZE).fit_transform(ragged[0])
        assert torch.get_num_threads() == 2


class TestSize:
    @pytest.mark.parametrize("n_features", [120, 1000])
    @pytest.mark.parametrize("pool", ["mean", ("mean", "max")])
    def test_columns_are_as_many_as_wanted(self, name, n_features, pool, rng):
        X = rng.randn(1, 12, 20)
        features = RandomConvFeatures(name, n_features=n_features, pool=pool, random_state=0).fit(X)
        assert len(features.get_feature_names_out()) == pytest.approx(n_features, rel=0.1)

    def test_the_papers_sizes(self):
        for architecture, n_filters, n_columns in [
            ("vgg", 717, 3585),
            ("timbral", 256, 3584),
            ("temporal", 256, 3584),
            ("timbral_temporal", 128, 3584),
            ("7x86", 3585, 3585),
        ]:
            features = RandomConvFeatures(architecture, n_filters=n_filters, random_state=0)
            assert features.fit_transform(np.ones((1, 2, 7), np.float32)).shape == (1, n_columns)

    def test_by_default_there_are_about_five_hundred(self, name, rng):
        X = rng.randn(1, 12, 20)
        assert RandomConvFeatures(name).fit_transform(X).shape[1] == pytest.approx(500, rel=0.05)

    def test_fewer_than_the_narrowest_gives_the_narrowest(self, name, rng):
        table = RandomConvFeatures(name, n_features=1).fit_transform(rng.randn(1, 12, 20))
        assert table.shape[1] == N_LAYERS[name]

    def test_pools_of_vgg_depend_on_the_median_length(self, rng):
        X = [rng.randn(96, n).astype(np.float32) for n in (1280, 1290, 60)]
        features = RandomConvFeatures(**SIZE).fit(X)
        assert features.n_frames_ == 1280
        network = network_of(features)
        assert type(network) is VGGCNN and network.min_frames == 1280
        assert RandomConvFeatures(n_frames=100, **SIZE).fit(X).n_frames_ == 100


@pytest.mark.parametrize(
    ("params", "error", "message"),
    [
        ({"architecture": "resnet"}, ValueError, r"architecture='resnet' is not one of \['7x86', '7x96'"),
        ({"n_filters": 0}, ValueError, r"n_filters=0 must be an integer >= 1 or None"),
        ({"n_features": 2.5}, TypeError, r"n_features=2.5 must be an integer >= 1 or None"),
        ({"n_features": 9, "n_filters": 9}, ValueError, r"both set the width .* Leave one of them at None"),
        ({"n_frames": 0}, ValueError, r"n_frames=0 must be an integer"),
        ({"n_threads": 0}, ValueError, r"n_threads=0 must be an integer"),
        ({"activation": "maxout"}, ValueError, r"activation='maxout' is not one of \['elu'"),
        ({"pool": "median"}, ValueError, r"pool='median' is not one of"),
        ({"device": "abacus"}, ValueError, r"device='abacus' must be 'auto' or a torch device"),
    ],
)
def test_refusals(params, error, message, ragged):
    with pytest.raises(error, match=message):
        RandomConvFeatures(**params).fit(ragged[0])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_cuda_gives_the_same_as_the_cpu(name, ragged):
    X, _ = ragged
    cpu = RandomConvFeatures(name, **SIZE).fit(X)
    cuda = sklearn.base.clone(cpu).set_params(device="cuda").fit(X)
    for key, values in cpu.weights_.items():
        np.testing.assert_array_equal(values, cuda.weights_[key])
    np.testing.assert_allclose(cuda.transform(X), cpu.transform(X), rtol=1e-2, atol=1e-3)


@pytest.mark.slow
def test_temporal_filters_hear_rhythm_better_than_vgg_and_vgg_better_than_mfcc():
    """Pons & Serra's order on Extended Ballroom, by half the margins measured: .79, .65 and .40.

    MFCC with first and second derivatives are their baseline, of as many columns. With C = 1 instead of 32,
    which their search goes up to, the temporal filters fall behind VGG.
    """
    stft = {"sr": 12000, "n_fft": 512, "hop_length": 256}
    svm = [StandardScaler(), SVC(C=32)]
    scores = {name: [] for name in ("temporal", "vgg", "MFCC")}
    for seed in range(3):
        clips = make_rhythm(n_drums=24, duration=6, sr=12000, random_state=seed)
        frames = MelSpectrogram(n_mels=96, **stft).fit_transform(clips.data)
        mfcc = MFCC(**stft).fit_transform(clips.data)
        networks = {
            name: RandomConvFeatures(name, n_features=120, random_state=seed) for name in ("temporal", "vgg")
        }
        models = {name: (frames, make_pipeline(FrameScaler(), step, *svm)) for name, step in networks.items()}
        models["MFCC"] = (mfcc, make_pipeline(Delta(order=(1, 2)), FramePooler(), *svm))
        for name, (X, model) in models.items():
            folds = {"groups": clips.groups, "cv": GroupKFold(3)}
            scores[name].append(cross_val_score(model, X, clips.target, **folds).mean())
    means = {name: np.mean(values) for name, values in scores.items()}
    assert means["temporal"] > means["vgg"] + 0.07, means
    assert means["vgg"] > means["MFCC"] + 0.12, means
