"""Networks whose weights stay random: their architectures, widths and outputs."""

import numpy as np
import torch
from torch import nn

from ..._training import predict_outputs
from ...modules import VGGCNN, SingleLayerCNN, TemporalFiltersCNN, TimbralCNN, TimbralTemporalCNN
from ...modules._widths import widths_for

ARCHITECTURES = {  # the network, and its arguments other than its sizes
    "vgg": (VGGCNN, {}),
    "timbral": (TimbralCNN, {}),
    "temporal": (TemporalFiltersCNN, {}),
    "timbral_temporal": (TimbralTemporalCNN, {}),
    "7x96": (SingleLayerCNN, {"height": 1.0}),
    "7x86": (SingleLayerCNN, {"height": 0.9}),
}
ACTIVATIONS = VGGCNN.ACTIVATIONS  # the same for all architectures
CUDA_BATCH = 8  # clips; 717 maps of one of the paper's clips of 29 s take 380 MB


def make_network(architecture, **params):
    """Return a network without its last layer and without weights, on the device "meta"."""
    cls, options = ARCHITECTURES[architecture]
    with torch.device("meta"):
        network = cls(**{**options, **params}, n_outputs=1)
    network.final_layer = nn.Identity()
    return network


def find_widths(cls, n_columns, **params):
    """Return the widths for which a network has as nearly as possible ``n_columns`` maps.

    Parameters
    ----------
    cls : type
        A subclass of ``MapMeansCNN`` with ``widths``.
    n_columns : float
        If the narrowest network has more maps than this, the widths are those of the narrowest.
    **params
        Further arguments of the constructor.
    """

    def count(widths):
        with torch.device("meta"):  # shapes only: no memory, and no use of the caller's generator
            return cls(**params, **widths, n_outputs=1).final_layer.in_features

    narrowest = cls.widths(0)
    return narrowest if n_columns <= count(narrowest) else widths_for(n_columns, cls.widths, count)


def outputs_by_length(module, frames, lengths, *, device, n_threads):
    """Return the outputs of a module for clips whose windows differ in length.

    Parameters
    ----------
    module : torch.nn.Module
        It must take frames of any length.
    frames : ndarray of shape (n_clips, n_bins, n_frames) or list of ndarray of shape (n_bins, n_frames_i)
        float32.
    lengths : ndarray of int of shape (n_clips,)
        Length of the windows of each clip, in frames. A shorter clip is repeated; a longer clip is covered
        by several windows, and their outputs are averaged.
    device : torch.device
        On the CPU, clips pass one by one: this is as fast, and each row is the same, whatever the other
        clips.
    n_threads : int
        Number of threads that torch uses.

    Returns
    -------
    outputs : ndarray of shape (n_clips, n_outputs)
        float32.
    """
    parts, order = [], []
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        outputs = predict_outputs(
            module,
            [frames[row] for row in rows],
            n_frames=int(length),
            packed=False,
            batch_size=1 if device.type == "cpu" else CUDA_BATCH,
            device=device,
            n_threads=n_threads,
        )
        parts.append(outputs)
        order.append(rows)
    return np.concatenate(parts)[np.argsort(np.concatenate(order))]
