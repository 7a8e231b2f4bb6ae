"""Training of a stack of convolutional Boltzmann machines, layer by layer."""

import numbers

import numpy as np
import torch
from sklearn.utils import gen_batches
from tqdm.auto import trange

from ..._device import resolve_device
from ..._fitting import all_or_nothing
from ..._parameter_checks import check_number, plain
from ..._random import seeded
from ..._saving import TorchSavingMixin
from ..._training import Windows, restore, snapshot, window_length
from ..._validation import check_frames
from ...modules import ConvRBM
from .._parameters import POOLS
from ._layer_training import ContrastiveDivergence, check_finite, check_momentum


class ConvTrainingMixin(TorchSavingMixin):
    """Training of :class:`ConvolutionalDBN`, and the modules that it builds from its arrays."""

    @all_or_nothing
    def _fit(self, X, n_passes, *, goes_on=False):
        momentum = self._check_parameters()
        frames = check_frames(self, X, reset=not goes_on)
        device = resolve_device(self.device)
        states, errors = [], []
        with seeded(self.random_state, n_threads=self.n_threads, device=device) as seed:
            generator = torch.Generator().manual_seed(seed)
            if goes_on:
                arguments, machines = self._module_arguments, self._machines(np.float32)
                restore(self.random_state_, generator, device)
            else:
                arguments = self._first_arguments()
                machines = [ConvRBM(**one) for one in arguments]
            frames, limit = self._long_enough(frames, machines), self.n_frames
            for i, machine in enumerate(machines):
                if i:
                    frames = maps_of(machines[i - 1], frames, int(self.batch_size))
                    limit = limit and machines[i - 1].n_blocks(limit)
                state = self._training_states[i] if goes_on else None
                training = self._training(machine.to(device), momentum, state)
                windows = Windows(frames, machine.n_used(window_length(frames, limit)), device)
                before = self.n_iter_ if goes_on else 0
                errors.append(self._passes(training, windows, generator, before, n_passes, layer=i + 1))
                states.append(training.state())
            self.random_state_ = snapshot(generator, device)
        self._training_states, self._module_arguments = states, arguments
        self._keep(machines)
        self.reconstruction_errors_ = (
            np.hstack([self.reconstruction_errors_, errors]) if goes_on else np.array(errors)
        )
        return self

    def _passes(self, training, windows, generator, n_before, n_passes, layer):
        """Train one layer for some passes, and return the reconstruction error of each."""
        errors = []
        bar = {"unit": "pass", "desc": f"layer {layer}", "disable": not self.verbose, "leave": False}
        for i in trange(n_passes, **bar):
            batches = random_batches(windows, int(self.batch_size), generator)
            errors.append(training.run(batches, n_before + i))
            check_finite(errors[-1], training.module, f"pass {n_before + i + 1} of layer {layer}", self)
        return errors

    def _training(self, machine, momentum, state):
        return ContrastiveDivergence(
            machine,
            learning_rate=self.learning_rate,
            momentum=momentum,
            weight_decay=self.weight_decay,
            sparsity_target=self.sparsity_target,
            sparsity_cost=self.sparsity_cost,
            k=1,
            persistent=False,
            sample=False,
            state=state,
        )

    def _check_parameters(self):
        """Raise if a parameter is not valid, and return the three numbers of the momentum."""
        n_layers = len(self._sizes()[0])
        self._check_features(n_layers)
        for name in ("batch_size", "n_threads"):
            check_number(name, getattr(self, name), kind=numbers.Integral, low=1)
        check_number("n_frames", self.n_frames, kind=numbers.Integral, low=1, none=True)
        check_number("sigma", self.sigma, above=0)
        check_number("learning_rate", self.learning_rate, above=0)
        check_number("weight_decay", self.weight_decay, low=0)
        check_number("sparsity_cost", self.sparsity_cost, low=0)
        check_number("sparsity_target", self.sparsity_target, above=0, high=1, none=True)
        return check_momentum(self.momentum)

    def _sizes(self):
        """Return filters, their lengths and the pool sizes, each a list with one entry per layer."""
        n_filters = _integers("n_components", self.n_components)
        if not n_filters:
            raise ValueError("n_components=() must hold the number of filters of at least one layer.")
        lengths, pools = (
            _integers(name, getattr(self, name), len(n_filters)) for name in ("filter_length", "pool_size")
        )
        return n_filters, lengths, pools

    def _first_arguments(self):
        """Return the arguments that the modules are built with."""
        n_filters, lengths, pool_sizes = self._sizes()
        return [
            {
                "n_channels": n_filters[i - 1] if i else self.n_bins_,
                "n_bases": n_filters[i],
                "filter_length": lengths[i],
                "pool_size": pool_sizes[i],
                "sigma": float(self.sigma),
            }
            for i in range(len(n_filters))
        ]

    def _long_enough(self, frames, machines):
        """Return clips, float32, that are long enough for one unit of the highest layer."""
        needed = frames_needed(machines)
        if self.n_frames is not None and self.n_frames < needed:
            raise ValueError(
                f"n_frames={self.n_frames} must be at least {needed}, since one unit of the highest layer "
                f"sees {needed} frames. Raise it, or use a smaller filter_length or pool_size."
            )
        return long_enough(frames, needed, np.float32)

    def _keep(self, machines):
        arrays = [
            [getattr(machine, name).detach().cpu().numpy().copy() for machine in machines]
            for name in ("weight", "hidden_bias", "visible_bias")
        ]
        self.components_, self.intercept_hidden_, self.intercept_visible_ = arrays

    def _machines(self, dtype):
        """Return the trained machines as modules."""
        with torch.device("meta"):  # draws no initial weights, which would be replaced
            machines = [ConvRBM(**arguments) for arguments in self._module_arguments]
        arrays = zip(self.components_, self.intercept_hidden_, self.intercept_visible_, strict=True)
        for machine, (weight, hidden, visible) in zip(machines, arrays, strict=True):
            values = {"weight": weight, "hidden_bias": hidden, "visible_bias": visible}
            tensors = {name: torch.tensor(array.astype(dtype)) for name, array in values.items()}
            machine.load_state_dict(tensors, assign=True)
        return machines


def _integers(name, value, n=None):
    """Return a parameter as a list of int; a single number is repeated n times."""
    values = [value] * (n or 1) if isinstance(value, numbers.Number) else list(value)
    for one in values:
        check_number(name, one, kind=numbers.Integral, low=1)
    if n is not None and len(values) != n:
        raise ValueError(
            f"{name}={plain(value)!r} must have one entry per layer, {n} as in n_components, got "
            f"{len(values)}."
        )
    return [int(one) for one in values]


def frames_needed(machines):
    """Return how many frames one pooling unit of the highest layer needs.

    Parameters
    ----------
    machines : list of ConvRBM
        Machines from the lowest layer up.

    Returns
    -------
    n_frames : int
    """
    n = 1
    for machine in reversed(machines):
        n = n * machine.pool_size + machine.weight.shape[2] - 1
    return n


def long_enough(frames, n_frames, dtype):
    """Return clips with at least a given number of frames; shorter clips are repeated.

    Parameters
    ----------
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
    n_frames : int
        Smallest number of frames per clip.
    dtype : dtype
        Dtype of the result.

    Returns
    -------
    frames : list of ndarray of shape (n_bins, n_frames_i)
    """
    frames = [np.asarray(x, dtype) for x in frames]
    return [
        x if x.shape[1] >= n_frames else np.take(x, np.arange(n_frames) % x.shape[1], axis=1) for x in frames
    ]


def random_batches(windows, batch_size, generator):
    """Yield one window of each clip, at a random place and in random order.

    Parameters
    ----------
    windows : Windows
    batch_size : int
        Number of windows per batch.
    generator : torch.Generator
        Source of the order and the places.

    Yields
    ------
    batch : tensor of shape (B, n_bins, n_frames)
    """
    order = torch.randperm(len(windows), generator=generator)
    starts = windows.random_starts(order, generator)
    for clips, first in zip(order.split(batch_size), starts.split(batch_size), strict=True):
        yield windows.cut(clips, first)


def maps_of(machine, frames, batch_size):
    """Return the pooling units of one machine over the whole of each clip.

    Parameters
    ----------
    machine : ConvRBM
    frames : list of ndarray of shape (n_channels, n_frames_i)
    batch_size : int
        Number of clips at once.

    Returns
    -------
    maps : list of ndarray of shape (n_filters, n_blocks_i)
    """
    maps = [None] * len(frames)
    with torch.no_grad():
        for rows, v in _batches_of_equal_length(frames, batch_size, machine.weight.device):
            for row, x in zip(rows, machine(v).cpu().numpy(), strict=True):
                maps[row] = x
    return maps


def pooled_maps(machines, frames, batch_size, layers, pools):
    """Return the pooling units of some layers, pooled over the whole of each clip.

    Parameters
    ----------
    machines : list of ConvRBM
        Machines from the lowest layer up.
    frames : list of ndarray of shape (n_bins, n_frames_i)
    batch_size : int
        Number of clips at once.
    layers : collection of int
        Layers, counted from 1.
    pools : list of {"mean", "max"}

    Returns
    -------
    table : ndarray of shape (n_clips, n_features)
    """
    tables, order = [], []
    with torch.no_grad():
        for rows, v in _batches_of_equal_length(frames, batch_size, machines[0].weight.device):
            parts = []
            for layer, machine in enumerate(machines, start=1):
                v = machine(v)  # (B, n_filters, n_blocks)
                parts += [POOLS[pool](v) for pool in pools if layer in layers]
            tables.append(torch.cat(parts, dim=1).cpu().numpy())
            order.append(rows)
    return np.concatenate(tables)[np.argsort(np.concatenate(order))]


def _batches_of_equal_length(frames, batch_size, device):
    """Yield rows and their clips as a tensor of shape (B, n_bins, n_frames)."""
    lengths = np.array([x.shape[1] for x in frames])
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        for batch in gen_batches(len(rows), batch_size):
            # In C order, whatever the order of the caller's arrays: the last bits of a result depend on it.
            clips = np.ascontiguousarray(np.stack([frames[row] for row in rows[batch]]))
            yield rows[batch], torch.from_numpy(clips).to(device)
