"""Outputs of layers as features: as the network computes them, for one clip or many, without test folds."""

import copy
import pickle

import joblib
import numpy as np
import pandas as pd
import pytest
import sklearn
import torch
from sklearn.exceptions import NotFittedError
from sklearn.frozen import FrozenEstimator
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold, cross_val_score, cross_validate
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from torch import nn

from skmir.datasets import load_folder
from skmir.feature_extraction import MelSpectrogram
from skmir.model_selection._running._n_parameters import count_parameters
from skmir.neural_network import (
    CNNClassifier,
    CRNNClassifier,
    MLPClassifier,
    MLPRegressor,
    RNNClassifier,
)
from skmir.neural_network._features._network_features import NetworkFeatures
from skmir.preprocessing import FrameScaler

NETWORKS = {
    "mlp": MLPClassifier((8, 4)),
    "k2c2": CNNClassifier("k2c2", n_filters=(3, 5, 7)),
    "timbre_rhythm": CNNClassifier(n_filters=(2, 3, 4, 5)),
    "crnn": CRNNClassifier((4, 6), hidden_size=5),
    "gru": RNNClassifier(hidden_layer_sizes=(6, 4)),
    "lstm": RNNClassifier("lstm", hidden_layer_sizes=(3,), bidirectional=True),
}
LAYERS = {  # and the numbers of their maps or units
    "mlp": {"hidden_layers.0": 8, "hidden_layers": 4},
    "k2c2": {"input_norm": 8, "conv_layers.0": 3, "conv_layers.1": 5, "conv_layers.2": 7},
    "timbre_rhythm": {"local_layers": 3, "time_layers": 5},
    "crnn": {"conv_layers.1": 6, "recurrent_layers": 5},
    "gru": {"recurrent_layers.0": 6, "recurrent_layers.1": 4},
    "lstm": {"recurrent_layers.0": 6},
}


def make(name, **params):
    params = {"max_iter": 2, "device": "cpu", "random_state": 0, **params}
    return sklearn.base.clone(NETWORKS[name]).set_params(**params)


@pytest.fixture(params=NETWORKS)
def name(request):
    return request.param


@pytest.fixture
def frozen(name, ragged):
    """A frozen network that has seen clips of unequal length."""
    return FrozenEstimator(make(name).fit(*ragged))


def assert_equal_clips(one, other):
    np.testing.assert_allclose(one, other, rtol=1e-5, atol=1e-5)


class TestValues:
    def test_the_last_layer_makes_logits_of_the_features(self, frozen, ragged):
        X, _ = ragged
        last = frozen.module_.eval().final_layer
        features = NetworkFeatures(frozen).fit_transform(X)
        assert features.shape == (len(X), last.in_features)
        with torch.no_grad():
            logits = last(torch.from_numpy(features)).numpy()
        assert_equal_clips(logits, frozen.decision_function(X))

    def test_layers_stand_side_by_side(self, frozen, name, ragged):
        X, _ = ragged
        layers = LAYERS[name]
        both = NetworkFeatures(frozen, layers=list(layers)).fit_transform(X)
        each = [NetworkFeatures(frozen, layers=[layer]).fit_transform(X) for layer in layers]
        assert [x.shape for x in each] == [(len(X), n) for n in layers.values()]
        np.testing.assert_array_equal(both, np.hstack(each))

    def test_the_order_of_layers_is_the_callers(self, frozen, name, ragged):
        X, _ = ragged
        layers = list(LAYERS[name])
        there = NetworkFeatures(frozen, layers=layers).fit(X)
        back = NetworkFeatures(frozen, layers=layers[::-1]).fit(X)
        columns = [back.get_feature_names_out().tolist().index(x) for x in there.get_feature_names_out()]
        np.testing.assert_array_equal(back.transform(X)[:, columns], there.transform(X))

    @pytest.mark.parametrize("pool", ["mean", "max"])
    def test_a_list_is_its_clips_one_by_one(self, frozen, name, ragged, pool):
        X, _ = ragged
        features = NetworkFeatures(frozen, layers=list(LAYERS[name]), pool=pool).fit(X)
        assert_equal_clips(features.transform(X), np.concatenate([features.transform([x]) for x in X]))

    @pytest.mark.parametrize("pool", ["mean", "max"])
    def test_maps_are_pooled_over_frequency_and_time(self, ragged, pool):
        X, y = ragged
        network = make("k2c2").fit(X, y)
        clip = X[0]  # as long as a window
        norm, layers = network.module_.input_norm, network.module_.conv_layers
        with torch.no_grad():
            maps = layers[0](norm(torch.from_numpy(clip[np.newaxis]))[:, None])[0].numpy()
        assert maps.ndim == 3 and maps[0].size > 1
        features = NetworkFeatures(FrozenEstimator(network), layers=["conv_layers.0"], pool=pool)
        assert_equal_clips(features.fit_transform([clip])[0], getattr(maps, pool)(axis=(1, 2)))

    @pytest.mark.parametrize("pool", ["mean", "max"])
    @pytest.mark.parametrize("kind", ["gru", "lstm"])
    def test_recurrent_units_are_pooled_over_the_clips_own_frames(self, ragged, kind, pool):
        X, y = ragged
        network = make(kind).fit(X, y)
        layer = network.module_.recurrent_layers[0]
        with torch.no_grad():
            states = [layer(torch.from_numpy(x.T))[0].numpy() for x in X]  # each (n_frames, units)
        features = NetworkFeatures(FrozenEstimator(network), layers=["recurrent_layers.0"], pool=pool)
        assert_equal_clips(features.fit_transform(X), [getattr(state, pool)(axis=0) for state in states])

    def test_a_short_clip_is_not_repeated_for_recurrent_layers(self, ragged):
        X, y = ragged
        network = make("gru", n_frames=20).fit(X, y)
        with torch.no_grad():
            state = network.module_.recurrent_layers[0](torch.from_numpy(X[1].T))[0].numpy()  # of 5 frames
        features = NetworkFeatures(FrozenEstimator(network), layers=["recurrent_layers.0"]).fit(X)
        assert_equal_clips(features.transform(X)[1], state.mean(axis=0))

    def test_windows_of_a_long_clip_are_averaged(self, ragged):
        X, y = ragged
        network = make("k2c2").fit(X, y)
        assert network.n_frames_ == 12
        features = NetworkFeatures(FrozenEstimator(network), layers=["conv_layers.0"], pool="max").fit(X)
        windows = [X[4][:, start : start + 12] for start in (0, 10, 19)]  # of 31 frames
        assert_equal_clips(features.transform([X[4]])[0], features.transform(windows).mean(axis=0))

    def test_both_pools_are_each_pool(self, ragged):
        X, y = ragged
        frozen = FrozenEstimator(make("crnn").fit(X, y))

        def table(pool):
            features = NetworkFeatures(frozen, layers=["conv_layers.0", "recurrent_layers"], pool=pool)
            return features.set_output(transform="pandas").fit_transform(X)

        both, mean, largest = table(("mean", "max")), table("mean"), table("max")
        assert both.shape[1] == 2 * mean.shape[1]
        for column in mean:
            np.testing.assert_array_equal(both[f"{column}_mean"], mean[column])
            np.testing.assert_array_equal(both[f"{column}_max"], largest[column])

    def test_a_vector_has_nothing_to_pool(self, frames):
        frozen = FrozenEstimator(make("mlp").fit(*frames))
        mean, both = (NetworkFeatures(frozen, pool=pool).fit(frames[0]) for pool in ("mean", ("mean", "max")))
        np.testing.assert_array_equal(mean.transform(frames[0]), both.transform(frames[0]))
        assert list(both.get_feature_names_out()) == [f"features_{i}" for i in range(4)]

    def test_array_list_and_memory_order_are_one(self, frozen, name, frames):
        X, _ = frames
        features = NetworkFeatures(frozen, layers=list(LAYERS[name])).fit(X)
        expected = features.transform(X)
        np.testing.assert_array_equal(features.transform(list(X)), expected)
        assert_equal_clips(features.transform([np.asfortranarray(x) for x in X]), expected)
        assert_equal_clips(features.transform(X.transpose(2, 1, 0).copy().T), expected)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_the_dtype_is_the_callers(self, frozen, ragged, dtype):
        X, _ = ragged
        features = NetworkFeatures(frozen).fit(X)
        found = features.transform([x.astype(dtype) for x in X])
        assert found.dtype == dtype
        np.testing.assert_array_equal(found, features.transform(X))


class Plain(nn.Module):
    """A network of the user's own: no features(x), a layer that works in place, one that never runs."""

    def __init__(self, n_bins, n_frames, n_outputs):
        super().__init__()
        self.conv = nn.Conv1d(n_bins, 4, 3, padding=1)
        self.rectify = nn.ReLU(inplace=True)
        self.unused = nn.Linear(1, 1)
        self.over_time = nn.LSTM(4, 5)  # its first axis is time
        self.stages = nn.ModuleList([nn.Linear(5, n_outputs)])

    def forward(self, x):
        x = self.rectify(self.conv(x))
        x, _ = self.over_time(x.permute(2, 0, 1))
        return self.stages[0](x[-1])


class TestNetworksOfTheUsersOwn:
    @pytest.fixture
    def plain(self, frames):
        return FrozenEstimator(CNNClassifier(Plain, max_iter=1, device="cpu", random_state=0).fit(*frames))

    def test_a_later_layer_that_works_in_place_changes_nothing(self, plain, frames):
        X, _ = frames
        before, after = (
            NetworkFeatures(plain, layers=[layer], pool="mean").fit_transform(X)
            for layer in ("conv", "rectify")
        )
        with torch.no_grad():
            maps = plain.module_.conv(torch.from_numpy(X)).numpy()
        assert maps.min() < 0
        assert_equal_clips(before, maps.mean(axis=2))
        assert_equal_clips(after, np.maximum(maps, 0).mean(axis=2))

    def test_time_may_come_first_in_recurrent_layers(self, plain, frames):
        X, _ = frames
        with torch.no_grad():
            maps = plain.module_.conv(torch.from_numpy(X)).relu()
            states = plain.module_.over_time(maps.permute(2, 0, 1))[0].numpy()  # (T, B, units)
        found = NetworkFeatures(plain, layers=["over_time"], pool="max").fit_transform(X)
        assert_equal_clips(found, states.max(axis=0))

    def test_without_features_layers_must_be_named(self, plain, frames):
        message = r"needs a method features\(x\).*Plain has none\. Name layers instead: \['conv', 'rectify'"
        with pytest.raises(ValueError, match=message):
            NetworkFeatures(plain).fit(frames[0])

    def test_a_layer_that_does_not_run_is_named(self, plain, frames):
        message = r"layer 'unused' \(Linear\) returns no tensor.*Other layers: \['conv'"
        with pytest.raises(ValueError, match=message):
            NetworkFeatures(plain, layers=["conv", "unused"]).fit(frames[0])
        message = r"layer 'stages' \(ModuleList\).*Name layers inside it: \['stages.0'\]"
        with pytest.raises(ValueError, match=message):
            NetworkFeatures(plain, layers=["stages"]).fit(frames[0])

    def test_a_layer_whose_first_axis_is_not_the_batch_is_named(self, frames):
        class Frames(Plain):
            def forward(self, x):
                rows = self.rectify(x.transpose(1, 2).flatten(0, 1))  # one row per frame
                return super().forward(rows.unflatten(0, (len(x), -1)).transpose(1, 2)) + 0 * rows.sum()

        network = CNNClassifier(Frames, max_iter=1, device="cpu", random_state=0).fit(*frames)
        # The rectifier runs again on maps, and its last output counts: that is fine.
        features = NetworkFeatures(FrozenEstimator(network), layers=["rectify"])
        assert features.fit_transform(frames[0]).shape == (24, 4)

        class Rows(Frames):
            def forward(self, x):
                self.norm(x.transpose(1, 2).flatten(0, 1))
                return super().forward(x)

            def __init__(self, n_bins, n_frames, n_outputs):
                super().__init__(n_bins, n_frames, n_outputs)
                self.norm = nn.BatchNorm1d(n_bins)

        network = CNNClassifier(Rows, max_iter=1, device="cpu", random_state=0).fit(*frames)
        with pytest.raises(
            ValueError,
            match=r"layer 'norm' \(BatchNorm1d\) must return one row .*, got 12 rows for 1 windows",
        ):
            NetworkFeatures(FrozenEstimator(network), layers=["norm"]).fit(frames[0])


class TestFit:
    def test_the_network_is_fitted_on_the_clips_of_fit(self, name, frames):
        X, y = frames
        features = NetworkFeatures(make(name)).fit(X[:18], y[:18])
        alone = FrozenEstimator(make(name).fit(X[:18], y[:18]))
        np.testing.assert_array_equal(features.transform(X), NetworkFeatures(alone).fit(X).transform(X))
        assert not hasattr(features.estimator, "net_")

    def test_a_fitted_network_that_is_not_frozen_learns_anew(self, frames):
        X, y = frames
        network = make("mlp").fit(X, y)
        weights = copy.deepcopy(network.module_.state_dict())
        features = NetworkFeatures(network).fit(X[:9], y[:9])
        assert features.estimator_ is not network
        assert all(torch.equal(weights[k], v) for k, v in network.module_.state_dict().items())
        assert not torch.equal(weights["final_layer.weight"], features.estimator_.module_.final_layer.weight)

    def test_a_frozen_network_stays_as_it_is(self, frozen, name, frames):
        X, y = frames
        weights = copy.deepcopy(frozen.module_.state_dict())
        with_y = NetworkFeatures(frozen, layers=list(LAYERS[name])).fit(X, y).transform(X)
        without = NetworkFeatures(frozen, layers=list(LAYERS[name])).fit(X).transform(X)
        np.testing.assert_array_equal(with_y, without)
        assert all(torch.equal(weights[k], v) for k, v in frozen.module_.state_dict().items())
        assert not any(len(layer._forward_hooks) for layer in frozen.module_.modules())

    def test_numbers_are_learned_as_well(self, frames, rng):
        X, _ = frames
        features = NetworkFeatures(MLPRegressor((5,), max_iter=2, random_state=0)).fit(X, rng.randn(24))
        assert features.transform(X).shape == (24, 5)

    def test_the_default_is_a_cnn(self, frames):
        X, y = frames
        features = NetworkFeatures().fit(X, y)
        assert isinstance(features.estimator_, CNNClassifier)

    def test_parameters_changed_after_fit_change_nothing(self, frames):
        X, y = frames
        features = NetworkFeatures(make("k2c2"), layers=["conv_layers.0"]).fit(X, y)
        expected = features.transform(X)
        features.set_params(layers=None, pool="max")
        np.testing.assert_array_equal(features.transform(X), expected)
        assert len(features.get_feature_names_out()) == expected.shape[1]

    def test_weights_and_validation_data_reach_the_network(self, frames, monkeypatch):
        X, y = frames
        seen = {}

        class Watched(MLPClassifier):
            def fit(self, X, y, sample_weight=None, **kwargs):
                seen.update(kwargs, sample_weight=sample_weight)
                return super().fit(X, y, sample_weight, **kwargs)

        weight, groups = np.linspace(1, 2, 20), np.arange(20) % 5
        given = {"sample_weight": weight, "groups": groups, "X_val": X[20:], "y_val": y[20:]}
        network = Watched((4,), max_iter=2, early_stopping=True, random_state=0)
        features = NetworkFeatures(network).fit(X[:20], y[:20], **given)
        assert seen.keys() == given.keys() and all(seen[k] is given[k] for k in given)
        assert "valid_loss" in features.estimator_.history_

    def test_n_parameters(self, frames):
        X, y = frames
        features = NetworkFeatures(make("k2c2")).fit(X, y)
        assert features.n_parameters_ == features.estimator_.n_parameters_ > 0
        frozen = NetworkFeatures(FrozenEstimator(features.estimator_)).fit(X)
        assert frozen.n_parameters_ == features.n_parameters_
        model = make_pipeline(frozen, LogisticRegression()).fit(X, y)
        last = model[-1].coef_.size + model[-1].intercept_.size
        assert count_parameters(model) == frozen.n_parameters_ + last


class TestNames:
    def test_names_are_those_of_layers(self, frames):
        X, y = frames
        features = NetworkFeatures(make("k2c2"), layers=["conv_layers.0", "final_layer"]).fit(X, y)
        expected = [f"conv_layers.0_{i}" for i in range(3)] + [f"final_layer_{i}" for i in range(3)]
        assert features.get_feature_names_out().tolist() == expected

    def test_both_pools_are_told_apart_where_there_is_something_to_pool(self, frames):
        X, y = frames
        layers = ["conv_layers.0", "final_layer"]
        features = NetworkFeatures(make("k2c2"), layers=layers, pool=("mean", "max")).fit(X, y)
        names = features.get_feature_names_out().tolist()
        assert names[2:4] == ["conv_layers.0_2_mean", "conv_layers.0_0_max"]
        assert names[-3:] == ["final_layer_0", "final_layer_1", "final_layer_2"]
        assert len(set(names)) == len(names) == features.transform(X).shape[1]

    def test_pandas(self, frames):
        X, y = frames
        model = make_pipeline(FrameScaler(log=False), NetworkFeatures(make("crnn")))
        table = model.set_output(transform="pandas").fit(X, y).transform(X)
        assert isinstance(table, pd.DataFrame)
        assert list(table) == [f"features_{i}" for i in range(5)] == list(model.get_feature_names_out())


class TestErrors:
    @pytest.mark.parametrize("layers", [["conv"], ["conv_layers.0", "conv"], ["conv_layers.9", "conv"], [""]])
    def test_unknown_layers(self, frames, layers):
        message = r"K2C2 has no layer '.*'\. Its layers are \['input_norm', 'conv_layers', 'conv_layers.0'"
        with pytest.raises(ValueError, match=message):
            NetworkFeatures(make("k2c2"), layers=layers).fit(*frames)

    @pytest.mark.parametrize(
        ("params", "error", "message"),
        [
            ({"layers": "conv_layers.0"}, TypeError, "layers='conv_layers.0' must be a list of names"),
            ({"layers": [0]}, TypeError, r"layers=\[0\] must be a list of names of layers, or None"),
            ({"layers": []}, ValueError, r"layers=\[\] must name at least one layer"),
            ({"layers": ["final_layer"] * 2}, ValueError, "and none twice"),
            ({"pool": "median"}, ValueError, r"pool='median' is not one of \['max', 'mean'\]"),
            ({"pool": None}, ValueError, "pool=None is not one of"),
            ({"pool": ("mean", "std")}, ValueError, "pool='std' is not one of"),
            ({"pool": ()}, ValueError, r"pool=\(\) must be 'mean', 'max', or a tuple of the two"),
            ({"pool": ("max", "max")}, ValueError, "or a tuple of the two"),
        ],
    )
    def test_parameters(self, frames, params, error, message):
        with pytest.raises(error, match=message):
            NetworkFeatures(make("mlp"), **params).fit(*frames)

    @pytest.mark.parametrize(
        ("estimator", "message"),
        [
            (SVC(), r"estimator must be a network of skmir.neural_network, one in a Froz.*, got SVC\(\)"),
            (
                make_pipeline(FrameScaler(), MLPClassifier()),
                r"make_pipeline\(\*pipeline\[:-1\], NetworkFeatures\(pipeline\[-1\]\)\)",
            ),
            (
                FrozenEstimator(make_pipeline(FrameScaler(), MLPClassifier())),
                r"FrozenEstimator\(pipeline\[:-1\]\), NetworkFeatures\(FrozenEstimator\(pipeline\[-1\]\)\)\)",
            ),
        ],
        ids=["svc", "pipeline", "frozen pipeline"],
    )
    def test_other_things_than_networks_are_refused(self, frames, estimator, message):
        with pytest.raises(TypeError, match=message):
            NetworkFeatures(estimator).fit(*frames)

    def test_y_is_needed_unless_frozen(self, frames):
        with pytest.raises(ValueError, match=r"requires y to be passed.*FrozenEstimator\(network\)"):
            NetworkFeatures(make("mlp")).fit(frames[0])
        assert NetworkFeatures(make("mlp")).__sklearn_tags__().target_tags.required
        assert not NetworkFeatures(FrozenEstimator(make("mlp"))).__sklearn_tags__().target_tags.required

    def test_frozen_but_not_fitted(self, frames):
        with pytest.raises(NotFittedError, match="MLPClassifier instance is not fitted yet"):
            NetworkFeatures(FrozenEstimator(make("mlp"))).fit(frames[0])

    def test_other_frames_than_the_network_knows(self, frozen, frames):
        with pytest.raises(ValueError, match=r"has 7 bins per frame, but .* was fitted on 8"):
            NetworkFeatures(frozen).fit(frames[0][:, :7])
        features = NetworkFeatures(frozen).fit(frames[0])
        with pytest.raises(ValueError, match=r"has 7 bins per frame, but NetworkFeatures was fitted on 8"):
            features.transform(frames[0][:, :7])

    def test_not_fitted(self, frames):
        with pytest.raises(NotFittedError, match="NetworkFeatures instance is not fitted yet"):
            NetworkFeatures(make("mlp")).transform(frames[0])


class TestKeeping:
    @pytest.mark.parametrize("freeze", [False, True])
    @pytest.mark.parametrize("kind", ["k2c2", "lstm"])
    def test_pickle(self, frames, kind, freeze):
        X, y = frames
        network = FrozenEstimator(make(kind).fit(X, y)) if freeze else make(kind)
        features = NetworkFeatures(network, layers=list(LAYERS[kind])).fit(X, y)
        for loaded in (pickle.loads(pickle.dumps(features)), copy.deepcopy(features)):
            assert loaded.estimator_ is not features.estimator_
            np.testing.assert_array_equal(loaded.transform(X), features.transform(X))
            np.testing.assert_array_equal(loaded.fit(X, y).transform(X), features.transform(X))
            assert list(loaded.get_feature_names_out()) == list(features.get_feature_names_out())

    def test_skops(self, frames):
        io = pytest.importorskip("skops.io")
        X, y = frames
        model = make_pipeline(NetworkFeatures(make("k2c2"), layers=["conv_layers.0"]), SVC()).fit(X, y)
        saved = io.dumps(model)
        untrusted = io.get_untrusted_types(data=saved)
        assert untrusted and all(name.startswith("skmir.") for name in untrusted), untrusted
        loaded = io.loads(saved, trusted=untrusted)
        np.testing.assert_array_equal(loaded.decision_function(X), model.decision_function(X))


class TestCrossValidation:
    def test_no_network_sees_the_fold_it_is_tested_on(self, frames, monkeypatch):
        X, y = frames
        X = X.copy()
        X[:, 0, 0] = np.arange(24)  # so that each clip can be told
        seen = []

        class Watched(MLPClassifier):
            def fit(self, X, y, sample_weight=None, **kwargs):
                seen.append(set(X[:, 0, 0].astype(int)))
                return super().fit(X, y, sample_weight, **kwargs)

        network = Watched((4,), max_iter=1, device="cpu", random_state=0)
        folds = list(GroupKFold(3).split(X, y, np.arange(24) % 6))
        cross_validate(make_pipeline(NetworkFeatures(network), SVC()), X, y, cv=folds, error_score="raise")
        assert seen == [set(train) for train, _ in folds]

    @pytest.mark.parametrize("routing", [False, True])
    def test_groups_reach_early_stopping(self, frames, monkeypatch, routing):
        X, y = frames
        groups, seen = np.repeat(np.arange(8), 3), []
        fit = MLPClassifier.fit

        def spy(self, X, y, sample_weight=None, **kwargs):
            seen.append(kwargs["groups"])
            return fit(self, X, y, sample_weight, **kwargs)

        monkeypatch.setattr(MLPClassifier, "fit", spy)
        network = make("mlp", early_stopping=True, validation_fraction=0.3)
        model = make_pipeline(NetworkFeatures(network), StandardScaler(), SVC())
        with sklearn.config_context(enable_metadata_routing=routing):
            params = {"groups": groups} if routing else {"networkfeatures__groups": groups}
            outer = {} if routing else {"groups": groups}
            cross_validate(model, X, y, cv=GroupKFold(3), params=params, error_score="raise", **outer)
        assert len(seen) == 3
        assert all(len(set(part)) in (5, 6) for part in seen)

    def test_threads_that_share_a_frozen_network(self, frames):
        X, y = frames
        features = NetworkFeatures(FrozenEstimator(make("k2c2").fit(X, y)), layers=["conv_layers.0"])
        model = make_pipeline(features, SVC())
        alone = cross_val_score(model, X, y, cv=4)
        with joblib.parallel_config("threading"):
            together = cross_val_score(model, X, y, cv=4, n_jobs=4)
        np.testing.assert_array_equal(together, alone)

    @pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
    def test_features_from_one_task_help_with_another(self, real_data):
        """Features from a network of solo phrases let an SVC classify single notes of other recordings."""
        solos = load_folder(real_data / "medley_solos")
        network = CNNClassifier(max_iter=6, device="cpu", random_state=0)
        source = make_pipeline(MelSpectrogram(n_mels=64), FrameScaler(), network)
        source.fit(solos.data, solos.target)

        notes = load_folder(real_data / "instrument_notes")
        rows = np.concatenate([np.flatnonzero(notes.target == c)[::6][:14] for c in np.unique(notes.target)])
        clips, y, groups = (np.asarray(part)[rows] for part in (notes.data, notes.target, notes.groups))
        front_end = FrozenEstimator(source[:-1])
        features = NetworkFeatures(FrozenEstimator(source[-1]), layers=["local_layers", "time_layers"])
        how = {"groups": groups, "cv": GroupKFold(4), "scoring": "balanced_accuracy"}
        scores = cross_val_score(
            make_pipeline(front_end, features, StandardScaler(), SVC(C=10)), clips, y, **how
        )
        assert scores.mean() > 2 / len(set(y))

        # A frozen network learns nothing from the folds, so its features may be computed before them.
        table = make_pipeline(front_end, features).fit_transform(clips)
        before = cross_val_score(make_pipeline(StandardScaler(), SVC(C=10)), table, y, **how)
        np.testing.assert_allclose(before, scores)
