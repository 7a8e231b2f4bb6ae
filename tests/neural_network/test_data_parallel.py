"""Several processes that train one network take the steps that one process takes."""

import gc
import os
import pickle
import signal
import socket
import subprocess
import sys

import data_parallel
import numpy as np
import pytest
import torch
from sklearn.base import clone

from skmir._training._data_parallel import share
from skmir.neural_network import TrainingRecipe

EQUAL, ALIKE, X_AND_Y = data_parallel.EQUAL, data_parallel.ALIKE, data_parallel.data("mlp")


@pytest.fixture(scope="module")
def one():
    """The networks after training in this process, without accelerate."""
    return data_parallel.fit_all()


@pytest.fixture(scope="module")
def two(tmp_path_factory):
    """The same networks in each of two processes, after training in both together."""
    pytest.importorskip("accelerate", reason="needs accelerate: pip install accelerate")
    folder = tmp_path_factory.mktemp("processes")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    world = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": str(port)}
    process = subprocess.Popen(
        [sys.executable, data_parallel.__file__, str(folder)],
        env={**os.environ, **world, "OMP_NUM_THREADS": "1"},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    try:
        error = process.communicate(timeout=300)[1]
    finally:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)  # both
    assert process.returncode == 0, error
    return [dict(np.load(folder / f"{rank}.npz")) for rank in range(2)]


@pytest.fixture
def accelerator():
    accelerate = pytest.importorskip("accelerate", reason="needs accelerate: pip install accelerate")
    gc.freeze()  # accelerate collects garbage around each fit, which need not look at what was loaded
    yield accelerate.Accelerator(cpu=True)
    gc.unfreeze()


def test_there_were_two(two):
    assert [found["processes"].tolist() for found in two] == [[0, 2], [1, 2]]


@pytest.mark.parametrize("name", EQUAL)
def test_the_network_is_that_of_one_process(name, one, two):
    for found in two:
        for what in ("weights", "losses"):
            np.testing.assert_allclose(found[f"{name}/{what}"], one[f"{name}/{what}"], rtol=0, atol=1e-6)
        np.testing.assert_array_equal(found[f"{name}/predictions"], one[f"{name}/predictions"])


def test_training_has_moved_the_weights(one):
    """Otherwise the comparisons in this file would hold without training."""
    start = clone(EQUAL["mlp"]).set_params(learning_rate_init=1e-12).fit(*X_AND_Y)
    weights = np.concatenate([values.flatten().numpy() for values in start.module_.state_dict().values()])
    assert np.abs(weights - one["mlp/weights"]).max() > 0.01


def test_the_gradient_is_that_of_one_process(one, two):
    expected = one["watched/gradient"]
    assert np.abs(expected).max() > 0.01
    for found in two:
        np.testing.assert_allclose(found["watched/gradient"], expected, rtol=0, atol=1e-7)


@pytest.mark.parametrize("name", [*EQUAL, *ALIKE])
def test_all_processes_end_with_one_network(name, two):
    for what in ("weights", "predictions", "losses", "type"):
        np.testing.assert_array_equal(two[0][f"{name}/{what}"], two[1][f"{name}/{what}"])


def test_each_process_draws_its_own_dropout(two):
    """With one seed for both, pairs of clips would lose the same units."""
    assert two[0]["dropout/own draws"] != two[1]["dropout/own draws"]


def test_training_goes_on(one, two):
    for found in two:
        np.testing.assert_allclose(found["warm start/losses"], one["warm start/losses"], rtol=0, atol=1e-6)


def test_a_search_runs_alike_in_all_processes(one, two):
    assert np.ptp(one["search/scores"]) > 0
    for found in two:
        np.testing.assert_array_equal(found["search/scores"], one["search/scores"])


def test_the_module_comes_back_as_it_was(one, two):
    for name in [*EQUAL, *ALIKE]:
        assert {str(found[f"{name}/type"]) for found in two} == {one[f"{name}/type"]}


def test_processes_that_draw_apart_are_stopped(two):
    """Unlike processes would wait for one another, or average gradients of different networks."""
    for found in two:
        assert "Pass the same to each process, and an int as random_state" in str(found["unlike"])


@pytest.mark.parametrize("name", [*EQUAL, *ALIKE])
def test_one_process_with_an_accelerator_changes_nothing(name, one, accelerator):
    model = data_parallel.with_accelerator(clone({**EQUAL, **ALIKE}[name]), accelerator)
    model.fit(*data_parallel.data(name))
    np.testing.assert_array_equal(model.history_["train_loss"], one[f"{name}/losses"])
    np.testing.assert_array_equal(model.predict(data_parallel.data(name)[0]), one[f"{name}/predictions"])


def test_the_users_accelerator_stays_as_it_was(accelerator):
    accelerator._models.append("the user's own")
    model = data_parallel.with_accelerator(clone(EQUAL["mlp"]), accelerator)
    fitted = clone(model).fit(*X_AND_Y)
    assert accelerator._models == ["the user's own"]
    assert not accelerator._optimizers
    assert not fitted.net_.accelerator._models  # they would keep the memory of the training


def test_a_fitted_network_can_be_kept(accelerator):
    fitted = data_parallel.with_accelerator(clone(EQUAL["mlp"]), accelerator).fit(*X_AND_Y)
    loaded = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(loaded.predict_proba(X_AND_Y[0]), fitted.predict_proba(X_AND_Y[0]))


def test_options_that_exclude_each_other_are_refused(accelerator):
    model = data_parallel.with_accelerator(clone(EQUAL["mlp"]), accelerator)
    with pytest.raises(ValueError, match=r"optimizer='lbfgs' does not work with accelerate"):
        model.set_params(weight_decay=0.0, recipe=TrainingRecipe("lbfgs")).fit(*X_AND_Y)
    with pytest.raises(ValueError, match=r"compile=True and an accelerator"):
        model.set_params(recipe=TrainingRecipe(compile=True)).fit(*X_AND_Y)
    accelerator.gradient_accumulation_steps = 2
    with pytest.raises(ValueError, match=r"gradient_accumulation_steps=2 of the accelerator must be 1 here"):
        model.set_params(recipe=None).fit(*X_AND_Y)


def test_it_prints_nothing(accelerator, capfd):
    data_parallel.with_accelerator(clone(EQUAL["stopping"]), accelerator).fit(*X_AND_Y)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("form", ["array", "packed"])
@pytest.mark.parametrize(("n", "n_processes"), [(8, 2), (5, 2), (7, 3), (2, 4)])
def test_shares_make_up_the_batch(n, n_processes, form):
    frames, targets, weights = torch.arange(n * 3.0).reshape(n, 3), torch.arange(n), torch.rand(n)
    x = frames if form == "array" else {"x": frames, "lengths": targets}
    shares = [share((x, (targets, weights)), i, n_processes) for i in range(n_processes)]
    counted = [own for own, factor in shares if factor]
    assert sorted(int(i) for _, (own, _) in counted for i in own) == list(range(n))
    for own, (own_targets, own_weights) in (own for own, _ in shares):
        assert len(own_targets) > 0
        assert torch.equal(own_weights, weights[own_targets])
        for value in own.values() if form == "packed" else [own]:
            assert len(value) == len(own_targets)
        assert torch.equal(own["x"] if form == "packed" else own, frames[own_targets])
    means = [factor * own_weights.mean() for (_, (_, own_weights)), factor in shares]
    torch.testing.assert_close(sum(means) / n_processes, weights.mean())
    assert share((x, (targets, None)), 0, n_processes)[0][1][1] is None
