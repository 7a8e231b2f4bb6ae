"""The denoising autoencoder; ``_corruptions`` has the ways to corrupt its input.

Vincent, Larochelle, Bengio & Manzagol, "Extracting and composing robust features with denoising
autoencoders", ICML 2008; "Stacked denoising autoencoders", JMLR 11, 2010.
"""

import torch
from torch import nn

from ._activations import ELEMENTWISE
from ._corruptions import CORRUPTIONS


class DenoisingAutoencoderLayer(nn.Module):
    """Encoder h = s(W v + c), and decoder W' h + b from a corrupted v back to the clean one.

    Parameters
    ----------
    n_visible, n_hidden : int
        Numbers of units.
    visible : {"bernoulli", "gaussian"}, default="bernoulli"
        "bernoulli" decodes through a sigmoid and is trained by cross-entropy, for values in [0, 1];
        "gaussian" decodes linearly and is trained by squared error, for standardised values.
    activation : {"sigmoid", "tanh", "relu", "elu", "leaky_relu", "softplus"}, default="sigmoid"
        Activation of the hidden units.
    tied_weights : bool, default=True
        Whether the decoder uses the transposed weights of the encoder.

    Raises
    ------
    KeyError
        If ``activation`` is not in the list.

    Notes
    -----
    Weights start uniform within sqrt(6 / (n_visible + n_hidden)), as Glorot and Bengio (2010) derive it;
    biases start as zeros.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import DenoisingAutoencoderLayer
    >>> network = DenoisingAutoencoderLayer(6, 3)
    >>> network.decode(network(torch.zeros(4, 6))).shape
    torch.Size([4, 6])
    """

    ACTIVATIONS = ELEMENTWISE
    CORRUPTIONS = CORRUPTIONS

    def __init__(self, n_visible, n_hidden, visible="bernoulli", activation="sigmoid", tied_weights=True):
        super().__init__()
        self.visible = visible
        self.activation = ELEMENTWISE[activation]()
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_hidden, n_visible)))
        self.decoder_weight = (
            None if tied_weights else nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_hidden, n_visible)))
        )
        self.visible_bias = nn.Parameter(torch.zeros(n_visible))
        self.hidden_bias = nn.Parameter(torch.zeros(n_hidden))

    def forward(self, v):
        """Return the hidden units.

        Parameters
        ----------
        v : tensor of shape (B, n_visible)
            Visible units.

        Returns
        -------
        h : tensor of shape (B, n_hidden)
        """
        return self.activation(torch.addmm(self.hidden_bias, v, self.weight.T))

    def decode(self, h):
        """Return the visible units decoded from the hidden ones.

        Parameters
        ----------
        h : tensor of shape (B, n_hidden)
            Hidden units.

        Returns
        -------
        v : tensor of shape (B, n_visible)
        """
        v = self._decoder_input(h)
        return torch.sigmoid(v) if self.visible == "bernoulli" else v

    def loss(self, corrupted, v):
        """Return how far the decoded units are from the clean ones: a sum over units, a mean over rows.

        Parameters
        ----------
        corrupted, v : tensor of shape (B, n_visible)
            The corrupted input, and the clean target.

        Returns
        -------
        loss : tensor, scalar
            Cross-entropy, or half the squared error.
        """
        decoded = self._decoder_input(self(corrupted))
        if self.visible == "bernoulli":
            loss = nn.functional.binary_cross_entropy_with_logits(decoded, v, reduction="sum")
        else:
            loss = 0.5 * nn.functional.mse_loss(decoded, v, reduction="sum")
        return loss / len(v)

    def _decoder_input(self, h):
        weight = self.weight if self.decoder_weight is None else self.decoder_weight
        return torch.addmm(self.visible_bias, h, weight)
