"""The seeded context: one seed, one draw, whatever runs beside it; and no trace outside."""

import concurrent.futures
import threading

import numpy as np
import pytest
import torch

from skmir._random import handing_on, seeded, torch_threads


def draw(random_state, **kwargs):
    with seeded(random_state, **kwargs):
        return torch.rand(3).tolist() + torch.nn.Linear(2, 2).weight.flatten().tolist()


def test_the_same_seed_gives_the_same_draw():
    assert draw(0) == draw(0) == draw(np.random.RandomState(0))
    assert draw(0) != draw(1)


def test_what_was_drawn_before_does_not_matter():
    expected = draw(0)
    torch.manual_seed(123)
    torch.rand(7)
    assert draw(0) == expected


def test_the_seed_is_handed_out():
    with seeded(5) as seed:
        assert isinstance(seed, int)
        drawn = torch.rand(2)
    np.testing.assert_array_equal(drawn, torch.rand(2, generator=torch.Generator().manual_seed(seed)))


def test_an_instance_moves_on():
    instance = np.random.RandomState(0)
    assert draw(instance) != draw(instance)


def test_none_takes_the_global_generator():
    np.random.seed(0)
    first = draw(None)
    assert draw(None) != first
    np.random.seed(0)
    assert draw(None) == first


def test_the_callers_generators_go_on(snapshot_generators):
    check = snapshot_generators()
    draw(0)
    assert check()


def test_the_callers_generators_go_on_after_an_exception(two_threads, snapshot_generators):
    check = snapshot_generators()
    with pytest.raises(RuntimeError, match="inside"), seeded(0):
        torch.rand(10)
        raise RuntimeError("inside")
    assert check()
    assert torch.get_num_threads() == 2
    assert draw(0) == draw(0)  # the lock is free again


def test_nested_contexts_do_not_disturb_each_other():
    with seeded(0):
        torch.rand(1)
        expected = torch.rand(3)
    with seeded(0):
        torch.rand(1)
        draw(1)
        assert torch.equal(torch.rand(3), expected)


def test_the_number_of_threads_is_set_and_restored(two_threads):
    with torch_threads(1):
        assert torch.get_num_threads() == 1
        with torch_threads(2):
            assert torch.get_num_threads() == 2
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
    with seeded(0):
        assert torch.get_num_threads() == 1
    with seeded(0, n_threads=2):
        assert torch.get_num_threads() == 2
    with pytest.raises(RuntimeError, match="inside"), torch_threads(1):
        raise RuntimeError("inside")
    assert torch.get_num_threads() == 2


def test_threads_that_draw_at_once_give_what_they_give_one_by_one(snapshot_generators):
    def train(seed):
        with seeded(seed):
            total = torch.zeros(50)
            for _ in range(200):  # long enough for threads to interleave
                total = total + torch.rand(50)
        return total.tolist()

    seeds = [0, 1, 2, 3]
    expected = [train(seed) for seed in seeds]
    check = snapshot_generators()
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        for _ in range(3):
            assert list(pool.map(train, seeds)) == expected
    assert check()


def in_threads(*functions):
    """Run functions in threads of their own at once, and return what they give."""
    with concurrent.futures.ThreadPoolExecutor(len(functions)) as pool:
        return [future.result(timeout=60) for future in [pool.submit(f) for f in functions]]


def test_threads_run_side_by_side_each_on_its_own_number(two_threads):
    barrier = threading.Barrier(3)

    def count(n_threads):
        def run():
            with torch_threads(n_threads):
                barrier.wait(timeout=60)  # all three are inside: none waits for another to leave
                found = torch.get_num_threads()
                barrier.wait(timeout=60)
            return found, torch.get_num_threads()

        return run

    assert in_threads(*map(count, (1, 2, 3))) == [(1, 2), (2, 2), (3, 2)]
    assert torch.get_num_threads() == 2
    assert in_threads(torch.get_num_threads) == [2]  # and so for threads that are born after


def test_a_thread_born_inside_goes_back_to_the_number_outside(two_threads):
    def run():
        with torch_threads(1):
            return torch.get_num_threads()

    with torch_threads(1):
        assert in_threads(lambda: (run(), torch.get_num_threads())) == [(1, 2)]
    assert torch.get_num_threads() == 2 and in_threads(torch.get_num_threads) == [2]


def test_who_leaves_last_leaves_the_number_as_it_was(two_threads):
    inside, out = threading.Event(), threading.Event()

    def stay():
        torch.set_num_threads(3)  # this thread's own
        with torch_threads(1):
            inside.set()
            out.wait(timeout=60)
        return torch.get_num_threads()

    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        with torch_threads(1):
            future = pool.submit(stay)
            inside.wait(timeout=60)
        out.set()
        assert future.result(timeout=60) == 3
    assert torch.get_num_threads() == 2 and in_threads(torch.get_num_threads) == [2]


def test_a_prediction_does_not_wait_for_a_drawing():
    def predict():
        with torch_threads(1):
            return "done"

    with seeded(0):
        assert in_threads(predict) == ["done"]


def test_threads_that_work_under_a_drawing_draw_in_turn():
    expected = [draw(seed) for seed in range(20)]
    with seeded(0):
        torch.rand(1)
        last = torch.rand(3)
    with seeded(0):
        torch.rand(1)
        with handing_on() as inherit, concurrent.futures.ThreadPoolExecutor(4) as pool:

            def work(seed):
                with inherit():
                    return draw(seed)

            futures = [pool.submit(work, seed) for seed in range(20)]
            assert [draw(seed) for seed in range(20)] == expected  # this thread takes turns with them
            assert [future.result(timeout=60) for future in futures] == expected
        assert torch.equal(torch.rand(3), last)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_the_generator_of_the_device_is_seeded_and_restored():
    before = torch.cuda.get_rng_state()
    draws = []
    for _ in range(2):
        with seeded(0, device="cuda"):
            draws.append(torch.rand(3, device="cuda"))
    assert torch.equal(*draws)
    assert torch.equal(torch.cuda.get_rng_state(), before)
