"""The device that networks run on: "auto" is resolved at each use, never stored, so saved models can move."""

import multiprocessing
import re
import warnings

import torch


def resolve_device(device):
    """Return the torch device that a ``device`` parameter stands for.

    Parameters
    ----------
    device : str or torch.device
        "auto" takes the current CUDA device if there is one, else the CPU; the workers of a parallel search
        take the devices in turn, and a worker that has to share one warns. Any other value is torch's own
        notation ("cpu", "cuda:1").

    Returns
    -------
    device : torch.device

    Raises
    ------
    ValueError
        If the name is unknown, or the device is not available.
    """
    if isinstance(device, str) and device == "auto":
        return _cuda_of_this_process() if torch.cuda.is_available() else torch.device("cpu")
    try:
        resolved = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"device={device!r} must be 'auto' or a torch device: {error}") from error
    try:
        torch.empty(0, device=resolved)
    except (RuntimeError, AssertionError) as error:  # torch's backends differ in what they raise
        raise ValueError(
            f"device={str(device)!r} is not available: {_what_torch_sees(resolved.type)}. Use "
            "device='auto' or 'cpu'."
        ) from error
    return resolved


def _what_torch_sees(kind):
    if kind == "cuda":
        return f"torch sees {torch.cuda.device_count()} CUDA devices"
    return f"torch finds no {kind.upper()} device on this machine, or was built without support for it"


def _cuda_of_this_process():
    """Return the current CUDA device; in a worker process, the one whose turn it is."""
    number = _worker_number()
    if number is None:
        return torch.device("cuda")
    n_devices = torch.cuda.device_count()
    device = torch.device("cuda", number % n_devices)
    if number >= n_devices:
        warnings.warn(
            f"Worker {number + 1} of a parallel run shares {device} with another worker: torch sees "
            f"{n_devices} CUDA devices. Networks that train side by side on one device share its memory and "
            "are seldom faster. Set n_jobs to the number of devices, or device='cpu'.",
            stacklevel=4,
        )
    return device


def _worker_number():
    """Return the number of this worker in its pool, from 0, or None if this process is not a worker."""
    numbers = re.findall(r"\d+$", multiprocessing.current_process().name)
    if multiprocessing.parent_process() is None or not numbers:
        return None
    return int(numbers[0]) - 1
