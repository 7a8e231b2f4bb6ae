"""The network that learns chroma: linear layers, each half-wave rectified."""

import torch
from torch import nn


class ChromaNet(nn.Module):
    """From the bins of a frame to pitch classes.

    Humphrey, Bello and LeCun, "Feature learning and deep architectures: new directions for music
    informatics", Journal of Intelligent Information Systems 41(3), 2013, take layers like these for what is
    learned in chroma.

    Parameters
    ----------
    n_bins : int
        Number of bins of a frame.
    n_outputs : int, default=12
        Number of outputs.
    hidden_layer_sizes : sequence of int, default=()
        Units a hidden layer.
    rectified : bool, default=True
        Whether the outputs are half-wave rectified, as the hidden layers are.

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
        """Return a network of given weights.

        Parameters
        ----------
        weights : list of ndarray of shape (n_units, n_inputs)
            Of each layer, first to last. Their dtype is the network's.
        biases : list of ndarray of shape (n_units,)
            Of each layer.
        rectified : bool, default=True
            See the class.

        Returns
        -------
        network : ChromaNet
        """
        *hidden, n_outputs = (len(weight) for weight in weights)
        with torch.device("meta"):  # without first weights, which would be drawn for nothing
            network = cls(weights[0].shape[1], n_outputs, hidden, rectified)
        for layer, weight, bias in zip(network.layers(), weights, biases, strict=True):
            layer.weight, layer.bias = nn.Parameter(torch.tensor(weight)), nn.Parameter(torch.tensor(bias))
        return network

    def forward(self, x):
        """Return what each frame is turned into.

        Parameters
        ----------
        x : tensor of shape (..., n_bins)
            Frames, a row each.

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
            Frames, a row each.

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
        """Return what ``from_arrays`` takes.

        Returns
        -------
        weights, biases : list of ndarray
        """
        layers = [(layer.weight.detach().cpu(), layer.bias.detach().cpu()) for layer in self.layers()]
        return [weight.numpy().copy() for weight, _ in layers], [bias.numpy().copy() for _, bias in layers]
