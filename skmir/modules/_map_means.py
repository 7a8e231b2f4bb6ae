"""The base of the networks of Pons & Serra: the features are the means of the maps of all layers.

Pons & Serra, "Randomly weighted CNNs for (music) audio classification", ICASSP 2019 (arXiv:1805.00237);
the authors' program is github.com/jordipons/elmarc. They keep the random weights; here the means go to a
linear layer, so that the same networks can be trained too.
"""

import torch
from torch import nn

from ._activations import ELEMENTWISE


class MapMeansCNN(nn.Module):
    """Base of networks whose last layer gets the mean of each map of each layer.

    A subclass holds its layers in containers, one layer per entry, and runs them in ``maps``.

    Attributes
    ----------
    min_frames : int
        The smallest number of frames that the network accepts.
    """

    ACTIVATIONS = ELEMENTWISE
    min_frames = 1

    def _finish(self, n_features, n_outputs, dropout):
        """Add the last layers."""
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear(n_features, n_outputs)

    @property
    def map_layers(self):
        """Names of the layers whose maps are averaged, as in ``named_modules()``."""
        return [
            f"{name}.{i}"
            for name, child in self.named_children()
            if isinstance(child, nn.ModuleList | nn.Sequential)
            for i in range(len(child))
        ]

    def forward(self, x):
        """Return logits.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        logits : tensor of shape (B, n_outputs)
        """
        return self.final_layer(self.dropout(self.features(x)))

    def features(self, x):
        """Return the input of the last layer: the mean of each map, layer after layer.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        # (B, C, ...) -> (B, C) per layer; one by one, as all maps together would fill the memory
        return torch.cat([maps.flatten(2).mean(-1) for maps in self.maps(x)], dim=1)

    def maps(self, x):
        """Yield the maps of each layer.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Yields
        ------
        maps : tensor of shape (B, n_maps, ...)
        """
        raise NotImplementedError
