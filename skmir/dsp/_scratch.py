"""Memory for intermediate results, which a thread uses again for each block of frames.

Arrays of megabytes that are made and freed for each block go back to the operating system, which has to clear
every page of the next ones. That takes up to as long as the Fourier transform; and threads, which wait for
one another there, gain little.
"""

import math
import threading

import torch

_LIMIT = 2**22  # bytes: a block of frames in float64
_NUMPY = {dtype: torch.empty(0, dtype=dtype).numpy().dtype for dtype in (torch.float32, torch.float64)}


class _Kept(threading.local):
    """The memory of one thread, by purpose."""

    def __init__(self):
        self.buffers = {}


_KEPT = _Kept()


def scratch(purpose, shape, *, dtype, device):
    """Return a tensor whose content is undefined, valid until the thread asks for the same purpose again.

    Parameters
    ----------
    purpose : str
        Two intermediate results that are needed at once have two purposes.
    shape : tuple of int
    dtype : torch.dtype
    device : torch.device

    Returns
    -------
    tensor : tensor of the given shape
        On the CPU, and up to 4 MiB, in memory that the thread keeps; else in new memory.

    Examples
    --------
    >>> import torch
    >>> from skmir.dsp._scratch import scratch
    >>> kind = {"dtype": torch.float32, "device": torch.device("cpu")}
    >>> scratch("example", (2, 3), **kind).data_ptr() == scratch("example", (4,), **kind).data_ptr()
    True
    """
    n_bytes = math.prod(shape) * dtype.itemsize
    if device.type != "cpu" or n_bytes > _LIMIT:
        return torch.empty(shape, dtype=dtype, device=device)
    kept = _KEPT.buffers.get(purpose)
    if kept is None or len(kept) < n_bytes:
        # As an array, of which each call makes a tensor: one made in inference mode could not be written to
        # outside of it. Allocated by torch, whose memory starts where vector instructions are fastest.
        kept = _KEPT.buffers[purpose] = torch.empty(n_bytes, dtype=torch.uint8).numpy()
    return torch.from_numpy(kept[:n_bytes].view(_NUMPY[dtype]).reshape(shape))
