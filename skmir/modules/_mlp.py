"""The multi-layer perceptron: every value of every frame is an input."""

from torch import nn

from ._activations import ACTIVATIONS
from ._maxout import Maxout


class MLP(nn.Module):
    """Multi-layer perceptron.

    Parameters
    ----------
    n_inputs : int
        Number of values per clip: bins times frames.
    n_outputs : int
        Number of outputs; they are logits.
    hidden_layer_sizes : sequence of int, default=(128,)
        Number of units per hidden layer.
    activation : {"relu", "elu", "tanh", "sigmoid", "leaky_relu", "softplus", "maxout"} or class, \
default="relu"
        Activation of the hidden layers; a class of your own is a ``torch.nn.Module`` built without arguments,
        or with those of a ``functools.partial`` around it. The slope of "leaky_relu" is 0.01.
    dropout : float, default=0.0
        Share of each hidden layer's outputs that is dropped in training, in [0, 1).
    n_pieces : int, default=2
        Number of affine functions of which a maxout unit takes the largest; not used by other activations.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import MLP
    >>> MLP(40 * 3, 10)(torch.zeros(2, 40, 3)).shape
    torch.Size([2, 10])
    """

    ACTIVATIONS = ACTIVATIONS

    def __init__(
        self,
        n_inputs,
        n_outputs,
        hidden_layer_sizes=(128,),
        activation="relu",
        dropout=0.0,
        n_pieces=2,
    ):
        super().__init__()
        unit = ACTIVATIONS[activation] if isinstance(activation, str) else activation
        layers = []
        for n_units in hidden_layer_sizes:
            if unit is Maxout:
                layers.append(Maxout(n_inputs, n_units, n_pieces))
            else:
                layers += [nn.Linear(n_inputs, n_units), unit()]
            layers.append(nn.Dropout(dropout))
            n_inputs = n_units
        self.hidden_layers = nn.Sequential(*layers)
        self.final_layer = nn.Linear(n_inputs, n_outputs)

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
        return self.final_layer(self.features(x))

    def features(self, x):
        """Return the last hidden layer's outputs; without hidden layers, all values of a clip.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        x = x.flatten(1)  # (B, n_bins * n_frames)
        return self.hidden_layers(x)
