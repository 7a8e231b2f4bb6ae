"""Where networks run: "auto" is resolved at each use and never stored, so that a saved model moves freely."""

import torch


def resolve_device(device):
    """Return the torch device that a ``device`` parameter stands for.

    Parameters
    ----------
    device : str or torch.device
        "auto" takes the current CUDA device where there is one and the CPU elsewhere; anything else
        is torch's own notation ("cpu", "cuda:1").

    Returns
    -------
    device : torch.device

    Raises
    ------
    ValueError
        Where the name is unknown, or the device is not there.
    """
    if isinstance(device, str) and device == "auto":
        return torch.device("cuda" if torch.cuda.is_available() else "cpu")
    try:
        resolved = torch.device(device)
    except (RuntimeError, TypeError) as error:
        raise ValueError(f"device={device!r} is neither 'auto' nor a torch device: {error}") from error
    try:
        torch.empty(0, device=resolved)
    except (RuntimeError, AssertionError) as error:  # torch's backends differ in what they raise
        raise ValueError(
            f"device={device!r} is not there: torch sees {torch.cuda.device_count()} CUDA devices. Use "
            "device='auto' or 'cpu'."
        ) from error
    return resolved
