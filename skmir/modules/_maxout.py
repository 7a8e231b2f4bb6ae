"""Maxout: the largest of several affine functions of the input.

Goodfellow, Warde-Farley, Mirza, Courville & Bengio, "Maxout networks", ICML 2013 (arXiv:1302.4389).
"""

from torch import nn


class Maxout(nn.Module):
    """Layer of maxout units: each returns the largest of its affine pieces.

    It replaces a linear layer together with its activation, with ``n_pieces`` times the parameters.

    Parameters
    ----------
    n_inputs, n_outputs : int
        Numbers of inputs and units.
    n_pieces : int, default=2
        Number of affine functions per unit.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import Maxout
    >>> Maxout(6, 4, n_pieces=3)(torch.zeros(2, 6)).shape
    torch.Size([2, 4])
    """

    def __init__(self, n_inputs, n_outputs, n_pieces=2):
        super().__init__()
        self.n_pieces = n_pieces
        self.pieces = nn.Linear(n_inputs, n_outputs * n_pieces)

    def forward(self, x):
        """Return the largest piece of each unit.

        Parameters
        ----------
        x : tensor of shape (..., n_inputs)
            Inputs.

        Returns
        -------
        maxima : tensor of shape (..., n_outputs)
        """
        x = self.pieces(x).unflatten(-1, (-1, self.n_pieces))  # (..., n_outputs, n_pieces)
        return x.amax(-1)
