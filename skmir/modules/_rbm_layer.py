"""The restricted Boltzmann machine, its Gibbs chains, and the gradient that they estimate.

Hinton, "A practical guide to training restricted Boltzmann machines", 2010. In the comments, v are
visible and h hidden units, W the weights, b and c the visible and hidden biases.
"""

import torch
from torch import nn


class RBMLayer(nn.Module):
    """Restricted Boltzmann machine with binary hidden units.

    Parameters
    ----------
    n_visible, n_hidden : int
        Numbers of units.
    visible : {"bernoulli", "gaussian"}, default="bernoulli"
        Binary visible units, or Gaussian ones with unit variance for standardised data.

    Notes
    -----
    Weights start uniform within sqrt(6 / (n_visible + n_hidden)), as Glorot and Bengio (2010) derive it;
    biases start as zeros. Hinton's guide starts weights near zero (0.01): with small data sets, and so few
    updates, a stack of machines would then pass on almost nothing of its input.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import RBMLayer
    >>> RBMLayer(6, 3)(torch.zeros(4, 6)).shape
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
        return self._hidden_input(v).sigmoid_()

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
        return v.sigmoid_() if self.visible == "bernoulli" else v

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
    def gibbs(self, v, k=1):
        """Return visible units sampled after Number of Gibbs steps.

        Parameters
        ----------
        v : tensor of shape (B, n_visible)
            Start of the chains.
        k : int, default=1
            Number of steps; each samples the hidden units and then the visible ones.

        Returns
        -------
        v : tensor of shape (B, n_visible)
        """
        for _ in range(k):
            v = self._sample(self.mean_visibles(bernoulli(self(v))))
        return v

    @torch.no_grad()
    def pseudo_log_likelihood(self, v):
        """Return the sum over units of log P(v_i | all others), of a machine with binary visible units.

        Besag, "Statistical analysis of non-lattice data", 1975. Every unit is flipped in turn, so nothing is
        drawn at random.

        Parameters
        ----------
        v : tensor of shape (B, n_visible)
            Visible units.

        Returns
        -------
        pseudo_log_likelihood : tensor of shape (B,)
        """
        hidden_input = self._hidden_input(v)
        softplus = nn.functional.softplus(hidden_input).sum(1)
        total = torch.zeros_like(softplus)
        for unit, (weight, bias) in enumerate(zip(self.weight.T, self.visible_bias, strict=True)):
            change = 1 - 2 * v[:, unit]
            flipped = nn.functional.softplus(torch.addr(hidden_input, change, weight)).sum(1)
            total += nn.functional.logsigmoid(softplus - flipped - bias * change)  # F(flipped) - F(v)
        return total

    @torch.no_grad()
    def contrastive_divergence(self, v0, k=1, *, chains=None, sample=False):
        """Put the gradient of the negative log-likelihood into ``.grad``, as estimated by Gibbs chains.

        Hidden states are sampled; the last hidden update is a mean, which lowers the variance.

        Parameters
        ----------
        v0 : tensor of shape (B, n_visible)
            Data.
        k : int, default=1
            Number of Gibbs steps.
        chains : tensor of shape (n_chains, n_visible) or None, default=None
            Start of the chains; None starts at the data. Chains that continue from batch to batch give
            persistent contrastive divergence (Tieleman, ICML 2008), and are always sampled.
        sample : bool, default=False
            Whether visible units are sampled rather than set to their means if the chains start at the data.

        Returns
        -------
        vk : tensor of shape (B, n_visible) or (n_chains, n_visible)
            Visible units at the end of the chains.
        h0 : tensor of shape (B, n_hidden)
            P(h=1|v0).
        """
        h0 = self(v0)
        hk = h0 if chains is None else self(chains)
        for _ in range(k):
            vk = self.mean_visibles(bernoulli(hk))
            if sample or chains is not None:
                vk = self._sample(vk)
            hk = self(vk)
        self.weight.grad = torch.addmm(h0.T @ v0, hk.T, vk, beta=-1 / len(v0), alpha=1 / len(vk))
        self.visible_bias.grad = vk.mean(0) - v0.mean(0)
        self.hidden_bias.grad = hk.mean(0) - h0.mean(0)
        return vk, h0

    def _sample(self, means):
        return bernoulli(means) if self.visible == "bernoulli" else means + torch.randn_like(means)

    def _hidden_input(self, v):
        return torch.addmm(self.hidden_bias, v, self.weight.T)


def bernoulli(p):
    """Return 0 or 1 for every probability; 0 for NaN, for which torch.bernoulli raises an error.

    On a CPU, this takes a quarter of the time of torch.bernoulli.
    """
    drawn = torch.rand_like(p)
    return torch.lt(drawn, p, out=drawn)  # in place: on a CPU, new large tensors cost most of the time
