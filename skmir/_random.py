"""A seeded torch context that leaves the caller's generators, and thread count, untouched.

Two things make torch's result depend on where it runs: there is one generator per process, and sums
over batches differ in the last bits with the number of threads. So code that draws or trains takes a
lock, seeds a fork of the generator, and runs on a fixed number of threads. Code that draws nothing, such as
a prediction, takes no lock: each thread has its own number of torch threads.
"""

import contextlib
import os
import threading

import torch
from sklearn.utils import check_random_state

MAX_SEED = 2**31 - 1


class _Counts:
    """The open sections, over all threads of the process, that set their own number of torch threads.

    ``torch.set_num_threads`` holds for the thread that calls it, and for threads that have not called torch
    yet. So a thread that starts while others are inside would inherit their number, and keep it afterwards:
    it is given the number that held before the first of them entered.
    """

    def __init__(self):
        self.lock = threading.Lock()
        self.inside = []  # the number of threads of each open section
        self.outside = None  # the number for new threads when no section is open
        self.known = threading.local()

    def enter(self, n_threads):
        """Set the number for this thread, and return the number to restore."""
        with self.lock:
            before = torch.get_num_threads()
            if not self.inside:
                self.outside = before
            elif before in self.inside and not hasattr(self.known, "here"):
                before = self.outside
            self.known.here = True
            self.inside.append(n_threads)
            torch.set_num_threads(n_threads)
        return before

    def leave(self, n_threads, before):
        """Restore the number for this thread, and after the last section for new threads as well."""
        with self.lock:
            self.inside.remove(n_threads)
            torch.set_num_threads(before)
            if not self.inside and before != self.outside:
                setter = threading.Thread(target=torch.set_num_threads, args=(self.outside,))
                setter.start()
                setter.join()


class _Turns(threading.local):
    """The lock under which this thread draws: the process's own, or that of the thread it works for."""

    def __init__(self, lock):
        self.lock = lock
        self.depth = 0  # seeded sections of this thread that are open


_COUNTS = _Counts()
_TURNS = _Turns(threading.RLock())


def _after_fork():
    """Renew the locks: a thread that held one in the parent process does not exist in the child."""
    global _COUNTS, _TURNS
    _COUNTS, _TURNS = _Counts(), _Turns(threading.RLock())


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


@contextlib.contextmanager
def torch_threads(n_threads):
    """Run on ``n_threads`` torch threads, and restore the number afterwards; other threads keep theirs.

    Parameters
    ----------
    n_threads : int
        Number of torch threads for the computations of the calling thread.
    """
    counts = _COUNTS
    before = counts.enter(n_threads)
    try:
        yield
    finally:
        counts.leave(n_threads, before)


@contextlib.contextmanager
def seeded(random_state, *, n_threads=1, device="cpu"):
    """Seed torch from ``random_state`` inside; outside, its generators go on as if nothing had been drawn.

    Only one thread at a time can be inside; see :func:`handing_on` for threads that work for it.

    Parameters
    ----------
    random_state : int, RandomState instance or None
        As in scikit-learn. One number is drawn from it.
    n_threads : int, default=1
        Number of torch threads inside.
    device : str or torch.device, default="cpu"
        A CUDA device's generator is seeded and restored as well.

    Yields
    ------
    seed : int
        The number drawn, for code with a generator of its own.
    """
    seed = int(check_random_state(random_state).randint(MAX_SEED))
    device = torch.device(device)
    cuda = (
        [torch.cuda.current_device() if device.index is None else device.index]
        if device.type == "cuda"
        else []
    )
    with _turn(), torch_threads(n_threads), torch.random.fork_rng(devices=cuda):
        torch.default_generator.manual_seed(seed)
        if cuda:
            torch.cuda.default_generators[cuda[0]].manual_seed(seed)
        yield seed


@contextlib.contextmanager
def _turn():
    """Wait for this thread's turn to draw."""
    turns = _TURNS
    with turns.lock:
        turns.depth += 1
        try:
            yield
        finally:
            turns.depth -= 1


@contextlib.contextmanager
def handing_on():
    """Let threads that work for this one draw in turn, even while this one is itself inside ``seeded``.

    Otherwise this thread would hold the lock while it waits for them, and they would wait for the lock. So
    they, and this thread until it leaves, take turns under a lock of their own.

    Yields
    ------
    inherit : callable
        A context for a thread that works for this one.
    """
    turns, outer = _TURNS, _TURNS.lock
    if turns.depth:
        turns.lock = threading.RLock()
    inner = turns.lock

    @contextlib.contextmanager
    def inherit():
        before, turns.lock = turns.lock, inner
        try:
            yield
        finally:
            turns.lock = before

    try:
        yield inherit
    finally:
        turns.lock = outer
