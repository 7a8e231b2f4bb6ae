"""A fitted network as a module that knows all else that its estimator does: scale, prior, windows."""

import copy

import numpy as np
import torch
from torch import nn

from .._step_modules import StepModule, each_length, size_tensor
from .._training import covering_starts, recipe_of
from ._targets import TARGETS


class ScaledNetwork(nn.Module):
    """A network whose outputs are in the units of y, and corrected for the prior if the recipe says so.

    Parameters
    ----------
    network : BaseNetwork
        It must be fitted.
    module : nn.Module
        The network's own module, or a copy.
    """

    def __init__(self, network, module):
        super().__init__()
        self.network = module
        self.kind = "embedding" if network._embeds else network.target_type_
        shift, scale = np.zeros(network.n_outputs_), np.ones(network.n_outputs_)
        if self.kind == "continuous":
            shift, scale = network.y_mean_, network.y_scale_
        elif self.kind != "embedding" and recipe_of(network).prior_correction:
            shift = -TARGETS[self.kind].prior_logits(network.class_prior_)
        shape = (-1, 1) if network._per_frame else (-1,)
        self.register_buffer("shift", torch.tensor(shift, dtype=torch.float32).reshape(shape))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32).reshape(shape))

    def forward(self, frames):
        """Return the outputs for frames (B, n_bins, n_frames), each (B, n_outputs), or with frames last."""
        return self.network(frames) * self.scale + self.shift


class NetworkModule(StepModule):
    """A fitted network for clips of any length: the mean of its outputs over the windows that cover a clip.

    Parameters
    ----------
    network : BaseNetwork
        It must be fitted. The module starts with a copy of its weights.
    """

    def __init__(self, network):
        super().__init__()
        self.network = ScaledNetwork(network, copy.deepcopy(network.module_).eval())
        self.n_bins, self.n_frames = int(network.n_bins_), network.n_frames_
        self.packed, self.per_frame = network._packed, network._per_frame
        self.to(torch.get_default_dtype())

    def forward(self, x, lengths=None):
        """Return a clip's outputs.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames), or (B, n_features)
        lengths : int64 tensor of shape (B,), or None

        Returns
        -------
        outputs : tensor of shape (B, n_outputs), or (B, n_outputs, n_frames) if there are outputs per frame
        """
        x = x[..., None] if x.ndim == 2 else x
        outputs = each_length(self.network if self.per_frame else self._mean_over_windows, x, lengths)
        return nn.functional.normalize(outputs, dim=1) if self.network.kind == "embedding" else outputs

    def out_lengths(self, lengths):
        """Return ``lengths`` for a network with outputs per frame, else None."""
        return lengths if self.per_frame else None

    def _mean_over_windows(self, x):
        windows = self._windows(x)  # (B, n_windows, n_bins, n_frames)
        outputs = self.network(windows.reshape(-1, self.n_bins, windows.shape[-1]))
        return outputs.reshape(x.shape[0], -1, *outputs.shape[1:]).mean(1)

    def _windows(self, x):
        """Return the windows that cover clips of one length; a clip shorter than a window is repeated."""
        tracing, n_frames = torch.jit.is_tracing(), x.shape[-1]
        if self.n_frames is None or (not tracing and n_frames == self.n_frames):
            return x[:, None]
        width = self.n_frames
        if self.packed:  # a clip shorter than a window is taken as it is
            width = size_tensor(n_frames).clamp(max=width)
        starts = covering_starts(n_frames, self.n_frames)
        rows = (starts[:, None] + torch.arange(width)) % n_frames
        windows = x.index_select(-1, rows.flatten().to(x.device))
        return windows.reshape(x.shape[0], self.n_bins, -1, width).transpose(1, 2)
