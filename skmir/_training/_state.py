"""Convert a trained net to plain arrays and back: a saved model holds no module, tensor or net."""

import contextlib
import copy
import numbers

import numpy as np
import torch
from skorch.history import History

LOSSES = ("epoch", "train_loss", "valid_loss", "dur")  # the columns that come first
OWN = ("train_loss_best", "valid_loss_best", "train_batch_count", "valid_batch_count")  # skorch's notes
NUMBERS = (numbers.Real, np.bool_)


def weights_of(module):
    """Return a module's parameters and buffers as a dict of arrays with their own memory."""
    return {name: value.cpu().numpy().copy() for name, value in module.state_dict().items()}


def load_weights(module, weights):
    """Load a dict of arrays into a module."""
    module.load_state_dict({name: torch.tensor(value) for name, value in weights.items()})


def columns_of(history):
    """Return skorch's history as one array per quantity, with NaN in epochs that lack it.

    Quantities are the losses, and whatever number callbacks have recorded for an epoch: scores, rates.
    """
    found = {name for row in history for name, value in row.items() if isinstance(value, NUMBERS)}
    others = dict.fromkeys(name for row in history for name in row if name not in (*LOSSES, *OWN))
    names = [name for name in (*LOSSES, *others) if name in found]
    return {name: np.array([row.get(name, np.nan) for row in history]) for name in names}


def history_from(columns):
    """Return skorch's history from one array per quantity."""
    rows = zip(*(column.tolist() for column in columns.values()), strict=True)
    return History({**dict(zip(columns, row, strict=True)), "batches": []} for row in rows)


@contextlib.contextmanager
def rewound(net):
    """Restore a net's weights and its optimizer's state if the code inside fails.

    Parameters
    ----------
    net : skorch.NeuralNet
        A fitted net. Continued training changes its module in place.
    """
    weights = copy.deepcopy(net.module_.state_dict())
    state = copy.deepcopy(net.optimizer_.state_dict())
    try:
        yield
    except BaseException:
        net.module_.load_state_dict(weights)
        net.optimizer_.load_state_dict(state)
        raise


def snapshot(generator, device):
    """Return the states of the generator of the batches and of torch's own.

    Parameters
    ----------
    generator : torch.Generator
        The generator that draws the batches.
    device : torch.device
        The generator of a CUDA device is saved as well.

    Returns
    -------
    states : dict of str to ndarray of uint8
    """
    states = {"batches": generator.get_state(), "torch": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    return {name: state.numpy().copy() for name, state in states.items()}


def restore(states, generator, device):
    """Restore generators to states that ``snapshot`` returned.

    Parameters
    ----------
    states : dict of str to ndarray of uint8
    generator : torch.Generator
        The generator that draws the batches.
    device : torch.device
        If training moves to a CUDA device only now, the generator of that device keeps its seed.
    """
    generator.set_state(torch.tensor(states["batches"]))
    torch.set_rng_state(torch.tensor(states["torch"]))
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(torch.tensor(states["cuda"]), device)
