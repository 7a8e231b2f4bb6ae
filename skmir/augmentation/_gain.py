"""Loudness."""

from ._base import BaseAugmentation, uniform
from ._fill_value import check_finite_number


class Gain(BaseAugmentation):
    """Make each clip louder or softer: a random constant is added to all its values.

    Adding a constant in decibels multiplies the amplitude.

    Parameters
    ----------
    max_gain : float
        The constant is uniform between ``-max_gain`` and ``max_gain``, in the units of the frames: standard
        deviations after ``FrameScaler``, decibels before it standardises.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    FrequencyResponse : Make a band louder or softer.

    Notes
    -----
    Labels of loudness or dynamics are no longer true afterwards.

    ``FrameScaler`` sets each clip's loudest value to 0 dB, so all clips of a network after it already have
    the same peak. There, a gain blurs the difference between clips that are loud throughout and clips that
    are loud only once.

    References
    ----------
    .. [1] J. Schlüter and T. Grill, "Exploring data augmentation for improved singing voice detection with
       neural networks", ISMIR, 2015.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import Gain
    >>> x = torch.zeros(2, 1, 3)
    >>> louder, _ = Gain(0.5)(x, None, torch.Generator().manual_seed(0))
    >>> [len(clip.unique()) for clip in louder], bool(louder.abs().max() <= 0.5)
    ([1, 1], True)
    """

    def __init__(self, max_gain, *, p=1.0):
        self.max_gain = max_gain
        self.p = p

    def _check_parameters(self):
        check_finite_number("max_gain", self.max_gain, low=0)

    def _change(self, x, generator):
        gains = uniform((len(x), 1, 1), generator, low=-self.max_gain, high=self.max_gain)
        return x + gains.to(x.device, x.dtype)
