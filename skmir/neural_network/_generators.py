"""The state of random generators as plain arrays, so that training can go on where it stopped."""

import torch


def snapshot(generator, device):
    """Return the states of the batches' generator and of torch's own.

    Parameters
    ----------
    generator : torch.Generator
        Of the batches.
    device : torch.device
        A CUDA device's generator is kept as well.

    Returns
    -------
    states : dict of str to ndarray of uint8
    """
    states = {"batches": generator.get_state(), "torch": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return {name: state.numpy().copy() for name, state in states.items()}


def restore(states, generator, device):
    """Put generators back into states that ``snapshot`` returned.

    Parameters
    ----------
    states : dict of str to ndarray of uint8
    generator : torch.Generator
        Of the batches.
    device : torch.device
        Training that moves to a CUDA device only now leaves that device's generator as it is seeded.
    """
    generator.set_state(torch.tensor(states["batches"]))
    torch.set_rng_state(torch.tensor(states["torch"]))
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(torch.tensor(states["cuda"]), device)
