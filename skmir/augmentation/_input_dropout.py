"""Dropout on the input."""

import torch

from .._parameter_checks import check_number, plain
from ._base import BaseAugmentation


class InputDropout(BaseAugmentation):
    """Set values to zero at random, and scale the rest up, so that means stay the same.

    Parameters
    ----------
    rate : float
        Probability, below 1, that a value becomes 0; the others are divided by ``1 - rate``.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    GaussianNoise : Add to values instead.
    TimeMask : Hide several frames in a row, for which their neighbours cannot make up.

    Notes
    -----
    After ``FrameScaler``, zero is the mean of each bin over the training clips; for frames that are not
    standardised it has no such meaning. All labels stay true.

    As many numbers are drawn as the batch has values, on the CPU. On a fast GPU that may take longer than
    the training step itself.

    References
    ----------
    .. [1] J. Schlüter and T. Grill, "Exploring data augmentation for improved singing voice detection with
       neural networks", ISMIR, 2015.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import InputDropout
    >>> x = torch.ones(1, 4, 1000)
    >>> dropped, _ = InputDropout(0.2)(x, None, torch.Generator().manual_seed(0))
    >>> dropped.unique(), round(float((dropped == 0).float().mean()), 2)
    (tensor([0.0000, 1.2500]), 0.2)
    """

    def __init__(self, rate, *, p=1.0):
        self.rate = rate
        self.p = p

    def _check_parameters(self):
        check_number("rate", self.rate, low=0)
        if self.rate >= 1:
            raise ValueError(f"rate={plain(self.rate)!r} must be below 1, so that something is left.")

    def _change(self, x, generator):
        kept = torch.rand(x.shape, generator=generator, dtype=torch.float32) >= self.rate
        return x * (kept.to(x.device, x.dtype) / (1 - self.rate))
