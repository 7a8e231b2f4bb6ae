"""Mix pairs of clips."""

import scipy.special
import torch

from ._base import BaseAugmentation, check_batch, uniform
from ._fill_value import check_finite_number


class Mixup(BaseAugmentation):
    """Mix each clip, and its target, with another one of the batch.

    With a share λ from a Beta distribution, a clip becomes λ times itself plus 1 - λ times its partner, and
    so does its target. So a network is trained to interpolate linearly between classes.

    Parameters
    ----------
    alpha : float, default=0.2
        Both parameters of the Beta distribution. Near 0, λ is near 0 or 1 and clips hardly change; at 1 it
        is uniform; 0 mixes nothing.
    p : float, default=1.0
        Probability that a clip is changed at all.

    Notes
    -----
    Partners are a random permutation of the batch, so a clip can be its own partner. Each clip has its own
    λ, as in the paper's equation; the paper's code draws one per batch.

    Targets must be numbers that can be mixed: one-hot classes, an indicator of tags, or values for
    regression. A network of :mod:`skmir.neural_network` passes its classes one-hot if needed. Weights of
    clips are not mixed.

    Frames are mixed, not waveforms: the mean of two spectra in decibels is not the spectrum of both sounds at
    once. To train with labels such as "both instruments, in full", mix the waveforms.

    References
    ----------
    .. [1] H. Zhang, M. Cisse, Y. N. Dauphin and D. Lopez-Paz, "mixup: Beyond empirical risk minimization",
       ICLR, 2018.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import Mixup
    >>> x, one_hot = torch.randn(4, 40, 100), torch.eye(4)
    >>> mixed, targets = Mixup(1.0)(x, one_hot, torch.Generator().manual_seed(7))
    >>> targets
    tensor([[0.2551, 0.0000, 0.0000, 0.7449],
            [0.0000, 0.4005, 0.5995, 0.0000],
            [0.9621, 0.0000, 0.0379, 0.0000],
            [0.0000, 0.1899, 0.0000, 0.8101]])
    >>> torch.allclose(mixed, torch.einsum("ij,jbt->ibt", targets, x), atol=1e-6)
    True
    """

    mixes_targets = True

    def __init__(self, alpha=0.2, *, p=1.0):
        self.alpha = alpha
        self.p = p

    def __call__(self, x, targets, generator):
        """Return the mixed batch, and its mixed targets.

        Parameters
        ----------
        x : tensor of float of shape (B, n_bins, n_frames)
        targets : tensor of float of shape (B, ...) or None
        generator : torch.Generator
            A generator on the CPU.

        Returns
        -------
        x : tensor of shape (B, n_bins, n_frames)
        targets : tensor of shape (B, ...) or None

        Raises
        ------
        TypeError
            If targets are whole numbers, such as labels of classes.
        """
        self.check()
        check_batch(x, generator)
        _check_targets(targets, len(x))
        partners = torch.randperm(len(x), generator=generator)
        shares = self._shares(len(x), generator)
        shares = torch.where(self._choose(len(x), generator), shares, 1.0)
        return tuple(v if v is None else _mix(v, partners, shares) for v in (x, targets))

    def _check_parameters(self):
        check_finite_number("alpha", self.alpha, low=0)

    def _shares(self, n, generator):
        """Draw λ ~ Beta(alpha, alpha), float64 of shape (n,), by the inverse of its distribution function."""
        drawn = uniform((n,), generator)
        if self.alpha == 0:
            return torch.ones_like(drawn)
        return torch.from_numpy(scipy.special.betaincinv(self.alpha, self.alpha, drawn.numpy()))


def _check_targets(targets, n):
    if targets is None:
        return
    if not targets.is_floating_point():
        raise TypeError(
            f"Mixup got targets of {targets.dtype}, but labels cannot be mixed. Pass them one-hot: "
            "torch.nn.functional.one_hot(targets).float()."
        )
    if targets.ndim == 0 or len(targets) != n:
        raise ValueError(
            f"targets must have one row per clip, {n} in all, got the shape {tuple(targets.shape)}."
        )


def _mix(values, partners, shares):
    """Return λ times v plus (1 - λ) times the partner's v, for values of shape (B, ...)."""
    shares = shares.to(values.device, values.dtype).view(-1, *[1] * (values.ndim - 1))
    return values[partners.to(values.device)].lerp(values, shares)
