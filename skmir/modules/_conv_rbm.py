"""The convolutional restricted Boltzmann machine with probabilistic max-pooling.

Lee, Pham, Largman & Ng, "Unsupervised feature learning for audio classification using convolutional deep
belief networks", NIPS 2009. In the comments, v are visible and h detection units, W the filters, b and c the
hidden and visible biases, and P the number of positions of a filter.
"""

import torch
from torch import nn

from ._rbm_layer import bernoulli


class ConvRBM(nn.Module):
    """Restricted Boltzmann machine whose filters are shared by all positions in time.

    A filter spans all channels. The positions of each filter are grouped in blocks of ``pool_size``, and at
    most one detection unit of a block is on; the pooling unit is on if one of them is. With the filters'
    response ``I = (W * v + b) / sigma ** 2``, ``P(h_j = 1 | v) = exp(I_j) / (1 + sum_block exp(I))``.

    Parameters
    ----------
    n_channels : int
        Number of values per frame.
    n_bases : int
        Number of filters.
    filter_length : int
        Length of a filter in frames.
    pool_size : int
        Number of positions per block.
    visible : {"gaussian", "bernoulli"}, default="gaussian"
        Gaussian visible units with standard deviation ``sigma``, or binary ones.
    sigma : float, default=0.5
        Standard deviation, for data of unit variance; a smaller one makes sharper decisions. Not used for
        binary units.

    Notes
    -----
    The convolution is valid (not padded), and frames at the end that do not fill a block are left out.
    :meth:`n_used` returns how many are used.

    The hidden bias starts at -0.1, as in the authors' code. There, filters start normal with a deviation of
    0.01; here it is 0.2 / sqrt(n_channels * filter_length), which is 0.01 for a filter with 400 weights.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import ConvRBM
    >>> machine = ConvRBM(80, 300, 6, 3)
    >>> machine(torch.zeros(2, 80, 100)).shape  # 95 positions, 31 blocks
    torch.Size([2, 300, 31])
    """

    def __init__(self, n_channels, n_bases, filter_length, pool_size, visible="gaussian", sigma=0.5):
        super().__init__()
        self.pool_size = pool_size
        self.visible = visible
        self.variance = sigma**2 if visible == "gaussian" else 1.0
        spread = 0.2 / (n_channels * filter_length) ** 0.5
        self.weight = nn.Parameter(spread * torch.randn(n_bases, n_channels, filter_length))
        self.hidden_bias = nn.Parameter(torch.full((n_bases,), -0.1))
        self.visible_bias = nn.Parameter(torch.zeros(n_channels))

    def n_blocks(self, n_frames):
        """Return the number of pooling units per filter.

        Parameters
        ----------
        n_frames : int
            Length of the input.

        Returns
        -------
        n_blocks : int

        Raises
        ------
        ValueError
            If there is none.
        """
        filter_length = self.weight.shape[2]
        n_blocks = (n_frames - filter_length + 1) // self.pool_size
        if n_blocks < 1:
            raise ValueError(
                f"an input of {n_frames} frames has no block of {self.pool_size} positions of a filter of "
                f"{filter_length} frames: at least {filter_length + self.pool_size - 1} frames are needed."
            )
        return n_blocks

    def n_used(self, n_frames):
        """Return the number of frames that the blocks span.

        Parameters
        ----------
        n_frames : int
            Length of the input.

        Returns
        -------
        n_used : int
        """
        return self.n_blocks(n_frames) * self.pool_size + self.weight.shape[2] - 1

    def forward(self, v):
        """Return P(pooling unit = 1|v).

        Parameters
        ----------
        v : tensor of shape (B, n_channels, n_frames)
            Visible units.

        Returns
        -------
        probabilities : tensor of shape (B, n_bases, n_blocks)
        """
        return torch.sigmoid(self._blocks(v).logsumexp(3))

    def detection(self, v):
        """Return P(h=1|v).

        Parameters
        ----------
        v : tensor of shape (B, n_channels, n_frames)
            Visible units.

        Returns
        -------
        probabilities : tensor of shape (B, n_bases, P)
        """
        blocks = self._blocks(v)
        pooled = torch.sigmoid(blocks.logsumexp(3, keepdim=True))
        return (blocks.softmax(3) * pooled).flatten(2)  # (B, n_bases, P)

    def sample_detection(self, probabilities):
        """Return sampled detection units: in each block, one unit or none is on.

        Parameters
        ----------
        probabilities : tensor of shape (B, n_bases, P)
            As returned by ``detection``.

        Returns
        -------
        h : tensor of shape (B, n_bases, P)
            0 or 1; 0 if a probability is not a number.
        """
        bounds = self._in_blocks(probabilities).cumsum(3)  # (B, n_bases, n_blocks, pool_size)
        below = (torch.rand_like(bounds[..., :1]) < bounds).to(bounds.dtype)
        return torch.diff(below, dim=3, prepend=torch.zeros_like(below[..., :1])).flatten(2)

    def mean_visibles(self, h):
        """Return E(v|h).

        Parameters
        ----------
        h : tensor of shape (B, n_bases, P)
            Detection units.

        Returns
        -------
        means : tensor of shape (B, n_channels, P + filter_length - 1)
        """
        v = nn.functional.conv_transpose1d(h, self.weight, self.visible_bias)
        return torch.sigmoid(v) if self.visible == "bernoulli" else v

    def free_energy(self, v):
        """Return F(v) = -log sum_h exp(-E(v, h)), for the frames that fill whole blocks.

        Parameters
        ----------
        v : tensor of shape (B, n_channels, n_frames)
            Visible units.

        Returns
        -------
        free_energy : tensor of shape (B,)
        """
        blocks = self._blocks(v)
        v = v[..., : self.n_used(v.shape[2])]
        hidden = nn.functional.softplus(blocks.logsumexp(3)).sum((1, 2))
        bias = self.visible_bias[:, None]
        if self.visible == "bernoulli":
            return -(v * bias).sum((1, 2)) - hidden
        return 0.5 * (v - bias).square().sum((1, 2)) / self.variance - hidden

    @torch.no_grad()
    def contrastive_divergence(self, v0, k=1, *, chains=None, sample=False):
        """Put the gradient of the negative log-likelihood into ``.grad``, as estimated by Gibbs chains.

        The gradient is multiplied by ``sigma ** 2 / P``, as in the authors' code, so that a learning rate
        suits clips of any length. Hidden states are sampled; the last hidden update is a mean.

        Parameters
        ----------
        v0 : tensor of shape (B, n_channels, n_frames)
            Data.
        k : int, default=1
            Number of Gibbs steps.
        chains : tensor of shape (n_chains, n_channels, n_used) or None, default=None
            Start of the chains, which are then always sampled; None starts at the data.
        sample : bool, default=False
            Whether visible units are sampled rather than set to their means if the chains start at the data.

        Returns
        -------
        vk : tensor of shape (B, n_channels, n_used) or (n_chains, n_channels, n_used)
            Visible units at the end of the chains.
        h0 : tensor of shape (B, n_bases)
            P(h=1|v0), its mean over time.
        """
        v0 = v0[..., : self.n_used(v0.shape[2])]
        h0 = self.detection(v0)
        hk = h0 if chains is None else self.detection(chains)
        for _ in range(k):
            vk = self.mean_visibles(self.sample_detection(hk))
            if sample or chains is not None:
                vk = self._sample(vk)
            hk = self.detection(vk)
        self.weight.grad = self._together(vk, hk) - self._together(v0, h0)
        n_positions = h0.shape[2]
        self.visible_bias.grad = (vk.mean(0) - v0.mean(0)).sum(1) / n_positions
        self.hidden_bias.grad = hk.mean((0, 2)) - h0.mean((0, 2))
        return vk, h0.mean(2)

    def _together(self, v, h):
        """Return how often visible and detection units are on together, per position and clip."""
        together = nn.grad.conv1d_weight(v, self.weight.shape, h)
        return together / (h.shape[0] * h.shape[2])

    def _sample(self, means):
        if self.visible == "bernoulli":
            return bernoulli(means)
        return means + self.variance**0.5 * torch.randn_like(means)

    def _blocks(self, v):
        """Return the response of the filters, of shape (B, n_bases, n_blocks, pool_size)."""
        v = v[..., : self.n_used(v.shape[2])]
        return self._in_blocks(nn.functional.conv1d(v, self.weight, self.hidden_bias) / self.variance)

    def _in_blocks(self, h):
        return h.unflatten(2, (-1, self.pool_size))  # (B, n_bases, P) -> (B, n_bases, n_blocks, pool_size)
