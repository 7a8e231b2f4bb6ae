"""Noise on every value."""

import torch

from ._base import BaseAugmentation
from ._fill_value import check_finite_number


class GaussianNoise(BaseAugmentation):
    """Add independent Gaussian noise to every value.

    This is noise on the frames, unlike noise in a recording, which affects soft passages most.

    Parameters
    ----------
    scale : float
        Standard deviation of the noise, in the units of the frames: standard deviations after
        ``FrameScaler``.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    InputDropout : Set values to zero instead.

    Notes
    -----
    All labels stay true, unless the noise hides what they describe.

    As many numbers are drawn as the batch has values, on the CPU. On a fast GPU that may take longer than
    the training step itself.

    References
    ----------
    .. [1] J. Schlüter and T. Grill, "Exploring data augmentation for improved singing voice detection with
       neural networks", ISMIR, 2015.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import GaussianNoise
    >>> noisy, _ = GaussianNoise(0.1)(torch.zeros(10, 40, 100), None, torch.Generator().manual_seed(0))
    >>> round(float(noisy.std()), 3)
    0.1
    """

    def __init__(self, scale, *, p=1.0):
        self.scale = scale
        self.p = p

    def _check_parameters(self):
        check_finite_number("scale", self.scale, low=0)

    def _change(self, x, generator):
        noise = torch.randn(x.shape, generator=generator, dtype=torch.float32)
        return x + self.scale * noise.to(x.device, x.dtype)
