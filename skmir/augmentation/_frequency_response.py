"""A random filter, like another room or microphone."""

import torch

from .._parameter_checks import plain
from ._base import BaseAugmentation, uniform
from ._fill_value import check_finite_number


class FrequencyResponse(BaseAugmentation):
    """Make a random band of each clip louder or softer, as another recording chain would.

    A Gaussian bell over the bins is added to all frames of a clip.

    Parameters
    ----------
    max_gain : float
        The height of the bell is uniform between ``-max_gain`` and ``max_gain``, in the units of the
        frames: standard deviations after ``FrameScaler``, decibels before it standardises.
    width : tuple of (float, float), default=(5, 7)
        Smallest and largest standard deviation of the bell, in bins; it is uniform between them.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    Gain : The same for all bins.
    FrequencyMask : Hide the band.

    Notes
    -----
    Labels of the quality of a recording are no longer true afterwards; those of timbre hold for small gains.

    Schlüter and Grill draw the centre between 150 Hz and the highest frequency and the width between 5 and 7
    semitones, with a gain of up to 10 dB. Here everything is in bins: the centre is uniform over the bins,
    and 5 to 7 bins are as many semitones if the front end has 12 per octave.

    References
    ----------
    .. [1] J. Schlüter and T. Grill, "Exploring data augmentation for improved singing voice detection with
       neural networks", ISMIR, 2015.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import FrequencyResponse
    >>> filtered, _ = FrequencyResponse(0.5)(torch.zeros(1, 80, 1), None, torch.Generator().manual_seed(0))
    >>> int(filtered.abs().argmax())  # the bin at the centre of this clip's bell
    77
    """

    def __init__(self, max_gain, *, width=(5, 7), p=1.0):
        self.max_gain = max_gain
        self.width = width
        self.p = p

    def _check_parameters(self):
        check_finite_number("max_gain", self.max_gain, low=0)
        if not isinstance(self.width, list | tuple) or len(self.width) != 2:
            raise TypeError(f"width={plain(self.width)!r} must be two numbers of bins, such as (5, 7).")
        for width in self.width:
            check_finite_number("width", width, above=0)
        if self.width[0] > self.width[1]:
            raise ValueError(f"width={plain(self.width)!r} must be (smallest, largest).")

    def _change(self, x, generator):
        n, n_bins, _ = x.shape
        centres = uniform((n, 1), generator, high=n_bins - 1)
        widths = uniform((n, 1), generator, low=self.width[0], high=self.width[1])
        gains = uniform((n, 1), generator, low=-self.max_gain, high=self.max_gain)
        bells = gains * torch.exp(-0.5 * ((torch.arange(n_bins) - centres) / widths) ** 2)  # (B, n_bins)
        return x + bells[:, :, None].to(x.device, x.dtype)
