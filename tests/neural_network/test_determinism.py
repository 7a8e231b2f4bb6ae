"""random_state alone decides, bit for bit, on any thread and whatever else runs at the same time."""

import concurrent.futures
import pickle

import numpy as np
import pytest
import torch
from joblib import parallel_config
from sklearn.model_selection import cross_val_predict, cross_validate
from sklearn.pipeline import make_pipeline

from skmir._training import _loop as _training
from skmir._training import _net
from skmir.neural_network import RBM
from skmir.preprocessing import FrameScaler


@pytest.fixture
def powers(rng):
    """Clips large enough that sums over batches would differ between one thread and two."""
    X, y = rng.rand(16, 40, 60).astype(np.float32) ** 4, np.tile(["horn", "drum"], 8)
    X[y == "drum", :10] *= 3
    return X, y


@pytest.fixture
def pipeline(network):
    return make_pipeline(FrameScaler(), network("cnn", n_filters=(8, 8, 16, 16), max_iter=2))


def predict_folds(pipeline, powers, n_jobs=None):
    return cross_val_predict(pipeline, *powers, cv=4, method="predict_proba", n_jobs=n_jobs)


@pytest.fixture
def expected(pipeline, powers):
    return predict_folds(pipeline, powers)


@pytest.mark.parametrize("early_stopping", [False, True])
def test_the_same_seed_gives_the_same_network(each_network, frames, early_stopping):
    X, y = frames
    one, other, another = (
        each_network(random_state=seed, early_stopping=early_stopping, validation_fraction=0.3)
        .fit(X, y)
        .predict_proba(X)
        for seed in (0, 0, 1)
    )
    np.testing.assert_array_equal(one, other)
    assert not np.array_equal(one, another)


@pytest.mark.parametrize("backend", ["loky", "threading"])
def test_jobs_and_backends_do_not_matter(two_threads, pipeline, powers, expected, backend):
    with parallel_config(backend):
        np.testing.assert_array_equal(predict_folds(pipeline, powers, n_jobs=2), expected)


def test_networks_come_back_from_other_processes(two_threads, pipeline, powers):
    X, _ = powers
    serial, parallel = (
        cross_validate(pipeline, *powers, cv=4, return_estimator=True, n_jobs=n_jobs)["estimator"]
        for n_jobs in (None, 2)
    )
    for one, other in zip(serial, parallel, strict=True):
        np.testing.assert_array_equal(one.predict_proba(X), other.predict_proba(X))


def test_the_callers_number_of_threads_does_not_matter(two_threads, pipeline, powers, expected):
    torch.set_num_threads(1)
    np.testing.assert_array_equal(predict_folds(pipeline, powers), expected)


def test_four_threads_at_once_give_what_one_gives(each_network, ragged, snapshot_generators):
    X, y = ragged
    seeds = [0, 1, 2, 3]

    def train(seed):
        return each_network(random_state=seed).fit(X, y).predict_proba(X)

    expected = [train(seed) for seed in seeds]
    check = snapshot_generators()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for found, one in zip(pool.map(train, seeds), expected, strict=True):
            np.testing.assert_array_equal(found, one)
    assert check()


def test_one_network_predicts_in_four_threads_at_once(network, ragged):
    X, y = ragged
    model = network("crnn").fit(X, y)
    expected = model.predict_proba(X)
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for found in pool.map(lambda _: model.predict_proba(X), range(8)):
            np.testing.assert_array_equal(found, expected)


def test_prediction_on_the_cpu_moves_no_weights(each_network, ragged, forbid_moves):
    X, y = ragged
    model = each_network().fit(X, y)
    forbid_moves()
    assert len(model.predict(X)) == len(X)


def test_the_callers_generators_and_threads_are_left_alone(
    two_threads, each_network, frames, snapshot_generators
):
    X, y = frames
    check = snapshot_generators()
    model = each_network(early_stopping=True).fit(X, y)
    model.predict(X)
    model = pickle.loads(pickle.dumps(model))
    model.predict_proba(X)
    assert check()
    assert torch.get_num_threads() == 2


def test_the_boltzmann_machine_leaves_them_alone(two_threads, rng, snapshot_generators):
    check = snapshot_generators()
    RBM(4, n_iter=2, random_state=0).fit(rng.randn(30, 5)).transform(rng.randn(3, 5))
    assert check()
    assert torch.get_num_threads() == 2


def test_a_failed_fit_leaves_them_alone(two_threads, network, frames, snapshot_generators):
    check = snapshot_generators()
    with pytest.raises(ValueError, match="unknown"):
        network("mlp", net_params={"unknown": 1}).fit(*frames)
    assert check()
    assert torch.get_num_threads() == 2


def test_earlier_draws_do_not_matter(each_network, frames):
    X, y = frames
    expected = each_network().fit(X, y).predict_proba(X)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(99)
        torch.rand(5)
        np.testing.assert_array_equal(each_network().fit(X, y).predict_proba(X), expected)


def test_a_random_state_instance_moves_on(network, frames):
    X, y = frames
    one = network("mlp", random_state=np.random.RandomState(0)).fit(X, y)
    first = one.predict_proba(X)
    assert not np.array_equal(one.fit(X, y).predict_proba(X), first)
    other = network("mlp", random_state=np.random.RandomState(0)).fit(X, y)
    np.testing.assert_array_equal(other.predict_proba(X), first)


def test_the_order_of_the_clips_depends_on_the_seed(network, frames, monkeypatch):
    orders = []

    class Spy(_training.RandomBatches):
        def __iter__(self):
            for x, (targets, weights) in super().__iter__():
                orders[-1].append(targets.tolist())
                yield x, (targets, weights)

    for module in (_training, _net):
        monkeypatch.setattr(module, "RandomBatches", Spy)
    for seed in (0, 0, 1):
        orders.append([])
        network("mlp", random_state=seed).fit(*frames)
    assert orders[0] == orders[1] != orders[2]
    assert len({str(order) for order in orders[0]}) == 3  # of each epoch another one


def test_none_differs_from_fit_to_fit(network, frames):
    X, y = frames
    one, other = (network("mlp", random_state=None).fit(X, y).predict_proba(X) for _ in range(2))
    assert not np.array_equal(one, other)


def test_predicting_twice_is_the_same(each_network, ragged):
    X, y = ragged
    model = each_network(dropout=0.5).fit(X, y)
    np.testing.assert_array_equal(model.predict_proba(X), model.predict_proba(X))
