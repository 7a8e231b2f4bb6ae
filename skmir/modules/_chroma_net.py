"""The network that learns chroma: linear layers, each half-wave rectified."""

import torch
from torch import nn


class ChromaNet(nn.Module):
    """Map the bins of a frame to pitch classes.

    Humphrey, Bello and LeCun, "Feature learning and deep architectures: new directions for music
    informatics", Journal of Intelligent Information Systems 41(3), 2013, use layers like these to learn
    chroma.

    Parameters
    ----------
    n_bins : int
        Number of bins per frame.
    n_outputs : int, default=12
        Number of outputs.
    hidden_layer_sizes : sequence of int, default=()
        Number of units per hidden layer.
    rectified : bool, default=True
        Whether the outputs are half-wave rectified, like the hidden layers.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import ChromaNet
    >>> ChromaNet(84, hidden_layer_sizes=(64,))(torch.zeros(5, 84)).shape
    torch.Size([5, 12])
    """

    def __init__(self, n_bins, n_outputs=12, hidden_layer_sizes=(), rectified=True):
        super().__init__()
        layers = []
        for n_units in hidden_layer_sizes:
            layers += [nn.Linear(n_bins, n_units), nn.ReLU()]
            n_bins = n_units
        self.hidden_layers = nn.Sequential(*layers)
        self.final_layer = nn.Linear(n_bins, n_outputs)
        self.rectifier = nn.ReLU() if rectified else nn.Identity()

    @classmethod
    def from_arrays(cls, weights, biases, rectified=True):
        """Return a network with given weights.

        Parameters
        ----------
        weights : list of ndarray of shape (n_units, n_inputs)
            Weights of each layer, first to last. The network takes their dtype.
        biases : list of ndarray of shape (n_units,)
            Biases of each layer.
        rectified : bool, default=True
            See the class.

        Returns
        -------
        network : ChromaNet
        """
        *hidden, n_outputs = (len(weight) for weight in weights)
        with torch.device("meta"):  # without initial weights, which would be drawn in vain
            network = cls(weights[0].shape[1], n_outputs, hidden, rectified)
        for layer, weight, bias in zip(network.layers(), weights, biases, strict=True):
            layer.weight, layer.bias = nn.Parameter(torch.tensor(weight)), nn.Parameter(torch.tensor(bias))
        return network

    def forward(self, x):
        """Return the outputs of the network for each frame.

        Parameters
        ----------
        x : tensor of shape (..., n_bins)
            Frames, one per row.

        Returns
        -------
        outputs : tensor of shape (..., n_outputs)
        """
        return self.rectifier(self.final_layer(self.features(x)))

    def features(self, x):
        """Return the last hidden layer's outputs; without hidden layers, x.

        Parameters
        ----------
        x : tensor of shape (..., n_bins)
            Frames, one per row.

        Returns
        -------
        features : tensor of shape (..., n_features)
        """
        return self.hidden_layers(x)

    def layers(self):
        """Return the linear layers, first to last.

        Returns
        -------
        layers : list of torch.nn.Linear
        """
        return [layer for layer in (*self.hidden_layers, self.final_layer) if isinstance(layer, nn.Linear)]

    def arrays(self):
        """Return the weights and biases, the arguments of ``from_arrays``.

        Returns
        -------
        weights, biases : list of ndarray
        """
        layers = [(layer.weight.detach().cpu(), layer.bias.detach().cpu()) for layer in self.layers()]
        return [weight.numpy().copy() for weight, _ in layers], [bias.numpy().copy() for _, bias in layers]
