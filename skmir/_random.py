"""A seeded torch context that leaves the caller's generators, and thread count, untouched.

Two things make torch's result depend on where it runs: its generator is one per process, and sums
over batches differ in the last bits with the number of threads. So whatever draws or trains takes one
lock, seeds a fork of the generator, and runs on a fixed number of threads.
"""

import contextlib
import threading

import torch
from sklearn.utils import check_random_state

_LOCK = threading.RLock()
MAX_SEED = 2**31 - 1


@contextlib.contextmanager
def torch_threads(n_threads):
    """Run on ``n_threads`` torch threads, one caller at a time, and restore the number after.

    Parameters
    ----------
    n_threads : int
        Threads of torch; worker threads started inside inherit the number.
    """
    with _LOCK:
        before = torch.get_num_threads()
        torch.set_num_threads(n_threads)
        try:
            yield
        finally:
            torch.set_num_threads(before)


@contextlib.contextmanager
def seeded(random_state, *, n_threads=1, device="cpu"):
    """Seed torch from ``random_state`` inside; outside, its generators go on as if nothing was drawn.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As in scikit-learn. One number is drawn from it.
    n_threads : int, default=1
        Threads of torch inside.
    device : str or torch.device, default="cpu"
        A CUDA device's generator is seeded and restored as well.

    Yields
    ------
    seed : int
        The number drawn, for what carries a generator of its own.
    """
    seed = int(check_random_state(random_state).randint(MAX_SEED))
    device = torch.device(device)
    cuda = (
        [torch.cuda.current_device() if device.index is None else device.index]
        if device.type == "cuda"
        else []
    )
    with torch_threads(n_threads), torch.random.fork_rng(devices=cuda):
        torch.default_generator.manual_seed(seed)
        if cuda:
            torch.cuda.default_generators[cuda[0]].manual_seed(seed)
        yield seed
