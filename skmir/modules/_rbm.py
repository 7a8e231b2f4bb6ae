"""The restricted Boltzmann machine and its contrastive-divergence gradient.

Hinton, "A practical guide to training restricted Boltzmann machines", 2010. In the comments v are
visible and h hidden units, W the weights, b and c the visible and hidden biases.
"""

import torch
from torch import nn


class RBM(nn.Module):
    """Restricted Boltzmann machine with binary hidden units.

    Parameters
    ----------
    n_visible, n_hidden : int
        Numbers of units.
    visible : {"bernoulli", "gaussian"}, default="bernoulli"
        Binary visible units, or Gaussian ones of unit variance, for standardised data.

    Notes
    -----
    Weights start uniform within sqrt(6 / (n_visible + n_hidden)), as Glorot and Bengio (2010) derive it;
    biases start as zeros. Hinton's guide starts weights near zero (0.01): on small data, where there are
    few updates, a stack of machines would then pass on next to nothing of what it sees.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import RBM
    >>> RBM(6, 3)(torch.zeros(4, 6)).shape
    torch.Size([4, 3])
    """

    def __init__(self, n_visible, n_hidden, visible="bernoulli"):
        super().__init__()
        self.visible = visible
        self.weight = nn.Parameter(nn.init.xavier_uniform_(torch.empty(n_hidden, n_visible)))
        self.visible_bias = nn.Parameter(torch.zeros(n_visible))
        self.hidden_bias = nn.Parameter(torch.zeros(n_hidden))

    def forward(self, v):
        """Return P(h=1|v).

        Parameters
        ----------
        v : tensor of shape (B, n_visible)
            Visible units.

        Returns
        -------
        probabilities : tensor of shape (B, n_hidden)
        """
        return torch.sigmoid(self._hidden_input(v))

    def mean_visibles(self, h):
        """Return E(v|h).

        Parameters
        ----------
        h : tensor of shape (B, n_hidden)
            Hidden units.

        Returns
        -------
        means : tensor of shape (B, n_visible)
        """
        v = torch.addmm(self.visible_bias, h, self.weight)
        return torch.sigmoid(v) if self.visible == "bernoulli" else v

    def free_energy(self, v):
        """Return F(v) = -log sum_h exp(-E(v, h)).

        Parameters
        ----------
        v : tensor of shape (B, n_visible)
            Visible units.

        Returns
        -------
        free_energy : tensor of shape (B,)
        """
        hidden = nn.functional.softplus(self._hidden_input(v)).sum(1)
        if self.visible == "bernoulli":
            return -(v @ self.visible_bias) - hidden
        return 0.5 * ((v - self.visible_bias) ** 2).sum(1) - hidden

    @torch.no_grad()
    def contrastive_divergence(self, v0, k=1):
        """Put the CD-k gradient of the negative log-likelihood into ``.grad``.

        Hidden states are sampled, visible ones are taken as means, and the last hidden update is a
        mean too, which lowers the variance.

        Parameters
        ----------
        v0 : tensor of shape (B, n_visible)
            Data.
        k : int, default=1
            Gibbs steps.

        Returns
        -------
        error : tensor, scalar
            Mean squared error of the reconstruction; a sign of life, not an objective.
        """
        h0 = hk = self(v0)
        for _ in range(k):
            vk = self.mean_visibles(torch.bernoulli(hk))
            hk = self(vk)
        self.weight.grad = (hk.T @ vk - h0.T @ v0) / len(v0)
        self.visible_bias.grad = (vk - v0).mean(0)
        self.hidden_bias.grad = (hk - h0).mean(0)
        return ((vk - v0) ** 2).mean()

    def _hidden_input(self, v):
        return torch.addmm(self.hidden_bias, v, self.weight.T)
