"""Transposition of frames whose bins are equally spaced in pitch."""

import numbers

import torch

from .._parameter_checks import check_choice, check_number
from ._base import BaseAugmentation, whole
from ._fill_value import FILLS, check_fill, fill_value

SOURCES = {
    "shift": lambda bins, n_bins: bins.clamp(0, n_bins - 1),
    "circular": lambda bins, n_bins: bins % n_bins,
}  # from the index of the wanted bin to that of an existing one


class PitchRoll(BaseAugmentation):
    """Transpose each clip by a random number of steps: its bins move up or down.

    This is a transposition if bins are equally spaced in pitch, as in ``CQT``,
    ``LogFilteredSpectrogram`` and ``Chroma``; for mel bands it is only roughly one.

    Parameters
    ----------
    max_steps : int, default=6
        All whole numbers of steps from ``-max_steps`` to ``max_steps`` are equally likely. With
        ``mode="shift"``, no clip moves by all its bins: there are at most ``(n_bins - 1) // bins_per_step``
        steps.
    bins_per_step : int, default=1
        Number of bins per step: ``bins_per_octave // 12`` of the front end for semitones.
    mode : {"shift", "circular"}, default="shift"
        With "shift", bins that leave at one end are lost, and bins at the other end are vacated. With
        "circular" they come back at the other end, as is right for chroma, of which 12 steps change nothing.
    fill : {"edge", "mean", "min"} or float, default="edge"
        Value of the vacated bins: the outermost bin of the clip, repeated; the mean or the smallest of all
        values of the clip; or a number in the units of the frames. Without effect if ``mode="circular"``.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    FrequencyResponse : Make bins louder or softer without moving them.

    Notes
    -----
    Labels that name an absolute pitch (key, note, root of a chord) are no longer true afterwards. Labels of
    instrument, genre or type of chord stay true.

    Repeating the outermost bin is closest to the vacated bins of a transposed recording. Frames in
    decibels are far from silent at either end: there, the smallest value of a clip is several standard
    deviations away from the right values, and would show the network by how much a clip was moved. If the
    frames are magnitudes and the outermost bins contain music, silence may be better: ``fill=0.0``.

    After ``FrameScaler``, a value moves to a bin that was standardised with another mean and deviation. These
    differ little between neighbours; ``FrameScaler(with_mean=False, with_std=False)`` avoids the difference.

    References
    ----------
    .. [1] E. J. Humphrey and J. P. Bello, "Rethinking automatic chord recognition with convolutional neural
       networks", ICMLA, 2012.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import PitchRoll
    >>> x = torch.tensor([[[0.0], [1.0], [0.0], [0.0]]]).repeat(4, 1, 1)  # four clips of one frame
    >>> rolled, _ = PitchRoll(1)(x, None, torch.Generator().manual_seed(4))
    >>> rolled[:, :, 0]
    tensor([[0., 1., 0., 0.],
            [0., 0., 1., 0.],
            [1., 0., 0., 0.],
            [0., 0., 1., 0.]])
    """

    def __init__(self, max_steps=6, *, bins_per_step=1, mode="shift", fill="edge", p=1.0):
        self.max_steps = max_steps
        self.bins_per_step = bins_per_step
        self.mode = mode
        self.fill = fill
        self.p = p

    def _check_parameters(self):
        check_number("max_steps", self.max_steps, kind=numbers.Integral, low=0)
        check_number("bins_per_step", self.bins_per_step, kind=numbers.Integral, low=1)
        check_choice("mode", self.mode, SOURCES)
        check_fill(self.fill, ("edge", *FILLS))

    def _change(self, x, generator):
        n, n_bins, _ = x.shape
        steps = self._steps(n, n_bins, generator)
        wanted = torch.arange(n_bins) - self.bins_per_step * steps[:, None]  # (B, n_bins)
        sources = SOURCES[self.mode](wanted, n_bins)
        rolled = x[torch.arange(n)[:, None].to(x.device), sources.to(x.device)]  # (B, n_bins, n_frames)
        if self.mode == "circular" or self.fill == "edge":
            return rolled
        vacated = (wanted != sources)[:, :, None].to(x.device)
        return torch.where(vacated, fill_value(self.fill, x), rolled)

    def _steps(self, n, n_bins, generator):
        """Draw the number of steps by which each of n clips moves up."""
        most = int(self.max_steps)
        if self.mode == "shift":
            most = min(most, (n_bins - 1) // self.bins_per_step)
        return whole((n,), generator, low=-most, high=most)
