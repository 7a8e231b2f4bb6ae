"""The multi-layer perceptron: every value of every frame is an input."""

from torch import nn

ACTIVATIONS = {"relu": nn.ReLU, "elu": nn.ELU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}


class MLP(nn.Module):
    """Multi-layer perceptron.

    Parameters
    ----------
    n_inputs : int
        Number of values a clip: bins times frames.
    n_outputs : int
        Number of outputs; they are logits.
    hidden_layer_sizes : sequence of int, default=(128,)
        Units a hidden layer.
    activation : {"relu", "elu", "tanh", "sigmoid"}, default="relu"
        Of the hidden layers.
    dropout : float, default=0.0
        Share of each hidden layer's outputs that is dropped in training, in [0, 1).

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import MLP
    >>> MLP(40 * 3, 10)(torch.zeros(2, 40, 3)).shape
    torch.Size([2, 10])
    """

    def __init__(self, n_inputs, n_outputs, hidden_layer_sizes=(128,), activation="relu", dropout=0.0):
        super().__init__()
        layers = []
        for n_units in hidden_layer_sizes:
            layers += [nn.Linear(n_inputs, n_units), ACTIVATIONS[activation](), nn.Dropout(dropout)]
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
        x = x.flatten(1)  # (B, n_bins * n_frames)
        return self.final_layer(self.hidden_layers(x))
