"""SpecAugment's masks in frequency."""

from ._mask import BaseMask


class FrequencyMask(BaseMask):
    """Hide a random band of each clip, as in SpecAugment.

    A network then cannot rely on any one band.

    Parameters
    ----------
    max_width : int
        Largest width of a mask, in bins. The width is a whole number from 0 to this, at most ``n_bins``, and
        the mask lies anywhere inside the clip; all widths and places are equally likely.
    n_masks : int, default=1
        Number of masks per clip. They may overlap.
    fill : {"mean", "min"} or float, default="mean"
        Value of the hidden bins: the mean or the smallest of all values of the clip, or a number in the units
        of the frames. After ``FrameScaler``, 0.0 is the mean of each bin over the training clips.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    TimeMask : The same along time.
    FrequencyResponse : Make a band louder or softer instead.

    Notes
    -----
    Labels of pitch may become wrong if the band of the note is hidden. Labels of instrument, genre or mood
    seldom depend on a single band.

    References
    ----------
    .. [1] D. S. Park, W. Chan, Y. Zhang, C.-C. Chiu, B. Zoph, E. D. Cubuk and Q. V. Le, "SpecAugment: A
       simple data augmentation method for automatic speech recognition", Interspeech, 2019.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import FrequencyMask
    >>> x = torch.ones(2, 8, 1)
    >>> masked, _ = FrequencyMask(4, fill=0.0)(x, None, torch.Generator().manual_seed(5))
    >>> masked[:, :, 0]
    tensor([[1., 1., 0., 0., 0., 1., 1., 1.],
            [1., 1., 0., 1., 1., 1., 1., 1.]])
    """

    _axis = 1

    def __init__(self, max_width, *, n_masks=1, fill="mean", p=1.0):
        self.max_width = max_width
        self.n_masks = n_masks
        self.fill = fill
        self.p = p
