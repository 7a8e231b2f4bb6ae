"""Training of a stack of convolutional Boltzmann machines, layer by layer."""

import numbers

import numpy as np
import torch
from tqdm import trange

from .._device import resolve_device
from .._fitting import all_or_nothing
from .._random import seeded
from .._saving import TorchSavingMixin
from .._validation import check_frames, check_number, plain
from ..modules import ConvRBM
from ._contrastive_divergence import ContrastiveDivergence
from ._conv_stack import frames_needed, long_enough, maps_of, random_batches
from ._generators import restore, snapshot
from ._layer_training import check_finite, check_momentum
from ._windows import Windows, window_length


class ConvTrainingMixin(TorchSavingMixin):
    """What :class:`ConvolutionalDBN` does in ``fit``, and the modules that it makes of its arrays."""

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
        """Run passes of a layer, and return the reconstruction error of each."""
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
        """Hold the parameters to what they may be, and return the momentum's three numbers."""
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
        """Return filters, their lengths and the pool sizes, each a list with an entry a layer."""
        n_filters = _integers("n_components", self.n_components)
        if not n_filters:
            raise ValueError("n_components=() has no layer.")
        lengths, pools = (
            _integers(name, getattr(self, name), len(n_filters)) for name in ("filter_length", "pool_size")
        )
        return n_filters, lengths, pools

    def _first_arguments(self):
        """Return what the modules are built from."""
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
        """Return clips, float32, that give at least one unit of the highest layer."""
        needed = frames_needed(machines)
        if self.n_frames is not None and self.n_frames < needed:
            raise ValueError(
                f"n_frames={self.n_frames} is too short: one unit of the highest layer sees {needed} frames. "
                "Take more, or smaller filter_length or pool_size."
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
        with torch.device("meta"):  # without first weights, which would be drawn for nothing
            machines = [ConvRBM(**arguments) for arguments in self._module_arguments]
        arrays = zip(self.components_, self.intercept_hidden_, self.intercept_visible_, strict=True)
        for machine, (weight, hidden, visible) in zip(machines, arrays, strict=True):
            values = {"weight": weight, "hidden_bias": hidden, "visible_bias": visible}
            tensors = {name: torch.tensor(array.astype(dtype)) for name, array in values.items()}
            machine.load_state_dict(tensors, assign=True)
        return machines


def _integers(name, value, n=None):
    """Return a parameter as a list of int; of one number, n times the same."""
    values = [value] * (n or 1) if isinstance(value, numbers.Number) else list(value)
    for one in values:
        check_number(name, one, kind=numbers.Integral, low=1)
    if n is not None and len(values) != n:
        raise ValueError(f"{name}={plain(value)!r} has {len(values)} entries, and n_components has {n}.")
    return [int(one) for one in values]
