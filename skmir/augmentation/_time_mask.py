"""SpecAugment's masks in time."""

import math

from .._parameter_checks import check_number
from ._mask import BaseMask


class TimeMask(BaseMask):
    """Hide a random range of frames of each clip, as in SpecAugment.

    A network then cannot rely on any one moment of a clip.

    Parameters
    ----------
    max_width : int
        Largest width of a mask, in frames. The width is a whole number from 0 to this, and the mask lies
        anywhere inside the clip; all widths and places are equally likely.
    n_masks : int, default=1
        Number of masks per clip. They may overlap.
    max_share : float, default=1.0
        Largest width of a mask as a share of the frames of a clip, which protects short clips. The smaller
        of the two limits applies.
    fill : {"mean", "min"} or float, default="mean"
        Value of the hidden frames: the mean or the smallest of all values of the clip, or a number in the
        units of the frames. After ``FrameScaler``, 0.0 is the mean of each bin over the training clips.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    FrequencyMask : The same along bins.
    InputDropout : Hide single values.

    Notes
    -----
    A label that depends on one short event may no longer be true if the event is hidden: keep masks short
    compared with what the label describes.

    SpecAugment's time warping is not included; its authors found that it helps least.

    References
    ----------
    .. [1] D. S. Park, W. Chan, Y. Zhang, C.-C. Chiu, B. Zoph, E. D. Cubuk and Q. V. Le, "SpecAugment: A
       simple data augmentation method for automatic speech recognition", Interspeech, 2019.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import TimeMask
    >>> x = torch.ones(2, 2, 8)
    >>> masked, _ = TimeMask(4, fill=0.0)(x, None, torch.Generator().manual_seed(5))
    >>> masked[:, 0]  # of both clips, the first bin
    tensor([[1., 1., 0., 0., 0., 1., 1., 1.],
            [1., 1., 0., 1., 1., 1., 1., 1.]])
    """

    _axis = 2

    def __init__(self, max_width, *, n_masks=1, max_share=1.0, fill="mean", p=1.0):
        self.max_width = max_width
        self.n_masks = n_masks
        self.max_share = max_share
        self.fill = fill
        self.p = p

    def _check_parameters(self):
        super()._check_parameters()
        check_number("max_share", self.max_share, low=0, high=1)

    def _longest(self, size):
        # The smallest excess, so that 0.29 of 100 frames are 29 in floating point too.
        return min(super()._longest(size), math.floor(self.max_share * size + 1e-9))
