"""What the layers of a network answer to frames, pooled to a row per clip."""

import threading

import torch
from torch import nn
from torch.nn.utils.rnn import PackedSequence, unpack_sequence

from .._parameters import POOLS


class Activations(nn.Module):
    """A network whose output is that of some of its layers.

    Parameters
    ----------
    network : torch.nn.Module
        It is shared, and left as it is.
    layers : list of str or None
        Names as in ``network.named_modules()``; None takes ``network.features``.
    pools : list of {"mean", "max"}
        What is taken over all axes but batch and channel.

    Attributes
    ----------
    names : list of str
        Of the columns, known after a pass.

    Raises
    ------
    ValueError
        If a name is none of the network's, or None is given for one without ``features``.
    """

    def __init__(self, network, layers, pools):
        super().__init__()
        self.network = network
        self.pools = pools
        self.named = None if layers is None else _layers_of(network, layers)
        self.names = []
        if layers is None and not callable(getattr(network, "features", None)):
            raise ValueError(
                f"layers=None takes what the last layer sees, and {type(network).__name__} has no method "
                f"features(x) that says it. Name layers instead: {_names(network)}."
            )

    def forward(self, x, **lengths):
        """Return the pooled outputs of all layers side by side.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        **lengths : tensor
            What the network takes besides.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        if self.named is None:
            found = {"features": _pooled(None, self.network.features(x, **lengths), self.pools)}
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
            # Pooled on the spot: a later layer may work in place, and whole maps would fill the memory.
            def hook(layer, inputs, output):
                if threading.get_ident() == thread:
                    found[name] = _pooled(layer, output, self.pools)

            return hook

        # Hooks live for one pass, and hear their own thread: others may be running the same network.
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
            raise ValueError(f"layer {name!r} ({kind}) gives no tensor when the network runs. {cure}")
        rows = {len(values) for values in parts.values()}
        if rows != {n_rows}:
            raise ValueError(
                f"layer {name!r} ({kind}) gives {max(rows)} rows for {n_rows} windows; its first axis is not "
                f"the batch. Other layers: {_names(self.network)}."
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
    """Return a dict of the tensor (B, C) a pool; of the output itself, where it has no more axes."""
    if isinstance(output, PackedSequence):
        return _pooled_packed(output, pools)
    if isinstance(output, tuple):  # of a recurrent layer: outputs and last states
        if isinstance(output[0], PackedSequence):
            return _pooled_packed(output[0], pools)
        output = _channels_first(output[0], getattr(layer, "batch_first", True))
    if not isinstance(output, torch.Tensor) or output.ndim < 2:
        return {}
    if output.ndim == 2:
        return {None: output}
    return {pool: POOLS[pool](output.flatten(2)) for pool in pools}


def _pooled_packed(output, pools):
    clips = [x.T[None] for x in unpack_sequence(output)]  # each (1, C, its own frames)
    return {pool: torch.cat([POOLS[pool](x) for x in clips]) for pool in pools}


def _channels_first(output, batch_first):
    """Return (B, T, C), or (T, B, C), as (B, C, T); leave everything else."""
    if not isinstance(output, torch.Tensor) or output.ndim != 3:
        return output
    return output.transpose(1, 2) if batch_first else output.permute(1, 2, 0)
