"""Outputs of the layers of a network, pooled to one row per clip."""

import threading

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, unpack_sequence

from .._parameters import POOLS


class Activations(nn.Module):
    """A network that returns the pooled outputs of some of its layers.

    Parameters
    ----------
    network : torch.nn.Module
        The network, which is shared and not changed.
    layers : list of str or None
        Names as in ``network.named_modules()``; None takes the output of ``network.features``.
    pools : list of {"mean", "max"}
        Statistics over all axes but batch and channel.
    or_output : bool, default=False
        Whether ``layers=None`` takes the output of a network without ``features``.

    Attributes
    ----------
    names : list of str
        Names of the columns, which are known after a pass.

    Raises
    ------
    ValueError
        If the network has no layer of a name, or if ``layers`` is None and it has no ``features``.
    """

    def __init__(self, network, layers, pools, or_output=False):
        super().__init__()
        self.network = network
        self.pools = pools
        self.named = None if layers is None else _layers_of(network, layers)
        self.names = []
        self.has_features = callable(getattr(network, "features", None))
        if layers is None and not self.has_features and not or_output:
            raise ValueError(
                "layers=None needs a method features(x) that returns the inputs of the last layer, and "
                f"{type(network).__name__} has none. Name layers instead: {_names(network)}."
            )

    def forward(self, x, **lengths):
        """Return the pooled outputs of all layers side by side.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        **lengths : tensor
            Further arguments of the network.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        if self.named is None and self.has_features:
            found = {"features": _pooled(None, self.network.features(x, **lengths), self.pools)}
        elif self.named is None:
            found = {"output": _pooled(None, self.network(x, **lengths), self.pools)}
        else:
            found = self._run(x, lengths)
        columns = {(layer, pool): values for layer, parts in found.items() for pool, values in parts.items()}
        self.names = [
            f"{layer}_{i}" + (f"_{pool}" if pool and len(self.pools) > 1 else "")
            for (layer, pool), values in columns.items()
            for i in range(values.shape[1])
        ]
        return torch.cat(list(columns.values()), dim=1)

    def _run(self, x, lengths):
        """Return the pooled outputs per layer, in the order of the names."""
        found, thread = {}, threading.get_ident()

        def keep(name):
            # Pooled at once: a later layer may work in place, and whole maps would fill the memory.
            def hook(layer, inputs, output):
                if threading.get_ident() == thread:
                    found[name] = _pooled(layer, output, self.pools)

            return hook

        # Hooks last for one pass and ignore other threads, which may be running the same network.
        hooks = [layer.register_forward_hook(keep(name)) for name, layer in self.named.items()]
        try:
            self.network(x, **lengths)
        finally:
            for hook in hooks:
                hook.remove()
        return {name: self._checked(name, found.get(name), len(x)) for name in self.named}

    def _checked(self, name, parts, n_rows):
        kind = type(self.named[name]).__name__
        if not parts:
            inside = [f"{name}.{below}" for below in _names(self.named[name])]
            cure = f"Name layers inside it: {inside}." if inside else f"Other layers: {_names(self.network)}."
            raise ValueError(f"layer {name!r} ({kind}) returns no tensor when the network runs. {cure}")
        rows = {len(values) for values in parts.values()}
        if rows != {n_rows}:
            raise ValueError(
                f"layer {name!r} ({kind}) must return one row per window, got {max(rows)} rows for {n_rows} "
                f"windows: its first axis is not the batch. Other layers: {_names(self.network)}."
            )
        return parts


def _layers_of(network, layers):
    named = dict(network.named_modules(remove_duplicate=False))
    unknown = [name for name in layers if not name or name not in named]
    if unknown:
        raise ValueError(
            f"{type(network).__name__} has no layer {unknown[0]!r}. Its layers are {_names(network)}."
        )
    return {name: named[name] for name in layers}


def _names(module):
    return [name for name, _ in module.named_modules(remove_duplicate=False) if name]


def _pooled(layer, output, pools):
    """Return a dict with one tensor (B, C) per pool, or with the output itself if it has two axes."""
    if isinstance(output, PackedSequence):
        return _pooled_packed(output, pools)
    if isinstance(output, tuple):  # from a recurrent layer: outputs and last states
        if isinstance(output[0], PackedSequence):
            return _pooled_packed(output[0], pools)
        output = _channels_first(output[0], getattr(layer, "batch_first", True))
    if not isinstance(output, torch.Tensor) or output.ndim < 2:
        return {}
    if output.ndim == 2:
        return {None: output}
    return {pool: POOLS[pool](output.flatten(2)) for pool in pools}


def _pooled_packed(output, pools):
    clips = [x.T[None] for x in unpack_sequence(output)]  # each (1, C, number of its frames)
    return {pool: torch.cat([POOLS[pool](x) for x in clips]) for pool in pools}


def _channels_first(output, batch_first):
    """Return (B, T, C), or (T, B, C), as (B, C, T), and anything else unchanged."""
    if not isinstance(output, torch.Tensor) or output.ndim != 3:
        return output
    return output.transpose(1, 2) if batch_first else output.permute(1, 2, 0)
