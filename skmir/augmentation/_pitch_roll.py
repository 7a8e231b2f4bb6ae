"""Transposition of frames whose bins are equally spaced in pitch."""

import numbers

import numpy as np
import torch

from .._parameter_checks import check_choice, check_number, shown
from ._base import BaseAugmentation, check_batch, whole
from ._fill_value import FILLS, check_fill, fill_value

SOURCES = {
    "shift": lambda bins, n_bins: bins.clamp(0, n_bins - 1),
    "circular": lambda bins, n_bins: bins % n_bins,
}  # from the index of the wanted bin to that of an existing one
LABELS = ("keep", "roll")


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
    labels : {"keep", "roll"}, array-like of int of shape (n_classes,), or None, default=None
        What becomes of the labels. With "keep" they stay as they are. With "roll", tags move along, one tag
        per step: for tags that are pitches, or pitch classes, in the order of the bins. With "shift", tags of
        pitches that leave are lost. Numbers say for each class, or tag, which one it is after a step up, both
        as places in the network's ``classes_``: for chords and keys; -1 is a tag that is lost. None is the
        same as "keep" for labels of clips; networks with labels per frame refuse it, since they cannot know.
    p : float, default=1.0
        Probability that a clip is changed at all.

    See Also
    --------
    FrequencyResponse : Make bins louder or softer without moving them.

    Notes
    -----
    Labels that name an absolute pitch (key, note, root of a chord) are no longer true afterwards, unless they
    move along. Labels of instrument, genre, type of chord, onsets and beats stay true.

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

    moves = "pitch"

    def __init__(self, max_steps=6, *, bins_per_step=1, mode="shift", fill="edge", labels=None, p=1.0):
        self.max_steps = max_steps
        self.bins_per_step = bins_per_step
        self.mode = mode
        self.fill = fill
        self.labels = labels
        self.p = p

    def __call__(self, x, targets, generator):
        """Return the transposed batch, and its targets, which move along if ``labels`` says so.

        Parameters
        ----------
        x : tensor of float of shape (B, n_bins, n_frames)
            On any device, in any memory layout. It is not written to.
        targets : tensor of shape (B, ...) or None
            With ``labels="roll"``, tags of shape (B, n_tags) or (B, n_frames, n_tags). With numbers as labels
            also classes of shape (B,) or (B, n_frames).
        generator : torch.Generator
            A generator on the CPU.

        Returns
        -------
        x : tensor of shape (B, n_bins, n_frames)
        targets : tensor of shape (B, ...) or None

        Raises
        ------
        TypeError
            If targets are to move along, but are classes.
        ValueError
            If ``labels`` are not one number per class.
        """
        self.check()
        check_batch(x, generator)
        steps = self._steps(len(x), x.shape[1], generator)
        steps = torch.where(self._choose(len(x), generator), steps, 0)
        if targets is not None:
            targets = self._roll_labels(targets, steps)
        return self._roll(x, steps), targets

    def _check_parameters(self):
        check_number("max_steps", self.max_steps, kind=numbers.Integral, low=0)
        check_number("bins_per_step", self.bins_per_step, kind=numbers.Integral, low=1)
        check_choice("mode", self.mode, SOURCES)
        check_fill(self.fill, ("edge", *FILLS))
        if isinstance(self.labels, str):
            check_choice("labels", self.labels, LABELS, also="None, nor a number for each class")
        elif self.labels is not None:
            _check_after(np.asarray(self.labels), shown(self.labels))

    def _roll(self, x, steps):
        """Return frames, each clip of which has moved up by its number of steps."""
        n, n_bins, _ = x.shape
        wanted = torch.arange(n_bins) - self.bins_per_step * steps[:, None]  # (B, n_bins)
        sources = SOURCES[self.mode](wanted, n_bins)
        rolled = x[torch.arange(n)[:, None].to(x.device), sources.to(x.device)]  # (B, n_bins, n_frames)
        if self.mode == "circular" or self.fill == "edge":
            return rolled
        vacated = (wanted != sources)[:, :, None].to(x.device)
        return torch.where(vacated, fill_value(self.fill, x), rolled)

    def _roll_labels(self, targets, steps):
        """Return targets that have moved up, each clip's by its number of steps, if labels do."""
        if self.labels is None or isinstance(self.labels, str):
            return self._roll_tags(targets, steps) if self.labels == "roll" else targets
        before, after = (_repeated(np.asarray(self.labels), n).to(targets.device) for n in (-steps, steps))
        n_classes = after.shape[1]  # before and after: (B, n_classes)
        if targets.is_floating_point():  # tags, or shares of classes
            _check_n_classes(n_classes, targets.shape[-1], fewer=False)
            there = _for_each((before >= 0).to(targets.dtype), targets)
            return targets.gather(-1, _for_each(before.clamp(min=0), targets)) * there
        _check_n_classes(n_classes, int(targets.max()) + 1, fewer=True)
        rolled = after.gather(1, targets.reshape(len(targets), -1)).view(targets.shape)
        if (rolled < 0).any():
            raise ValueError(
                "labels must have no -1 for classes, since each frame has one. Only tags can be lost."
            )
        return rolled

    def _roll_tags(self, tags, steps):
        """Return tags, the last axis of targets, each clip's moved up by its number of steps."""
        if not tags.is_floating_point() or tags.ndim < 2:
            raise TypeError(
                f"labels='roll' needs tags, one per step, of shape (B, ..., n_tags), got targets of "
                f"{tags.dtype} and the shape {tuple(tags.shape)}. Use labels='keep' if the classes do "
                "not depend on pitch."
            )
        n_tags = tags.shape[-1]
        wanted = torch.arange(n_tags) - steps[:, None]  # (B, n_tags)
        sources = SOURCES[self.mode](wanted, n_tags)
        there = (wanted % n_tags == sources) if self.mode == "circular" else (wanted == sources)
        rolled = tags.gather(-1, _for_each(sources.to(tags.device), tags))
        return rolled * _for_each(there.to(tags.device, tags.dtype), tags)

    def _steps(self, n, n_bins, generator):
        """Draw the number of steps by which each of n clips moves up."""
        most = int(self.max_steps)
        if self.mode == "shift":
            most = min(most, (n_bins - 1) // self.bins_per_step)
        return whole((n,), generator, low=-most, high=most)


def _check_after(after, given):
    """Raise unless each class, but for those that are lost (-1), becomes another one."""
    kept = after[after >= 0] if after.dtype.kind in "iu" else after
    valid = after.ndim == 1 and after.size and after.dtype.kind in "iu" and after.min() >= -1
    if not valid or len(np.unique(kept)) < len(kept) or kept.max(initial=-1) >= len(after):
        raise ValueError(
            "labels must say for each class which one it is after a step up, each number from 0 to n_classes "
            f"- 1 at most once, and -1 for a tag that is lost, got {given}."
        )


def _repeated(after, steps):
    """Return the class that each class is after each number of steps, or -1, of shape (B, n_classes)."""
    kept = np.flatnonzero(after >= 0)
    before = np.full(len(after), -1)
    before[after[kept]] = kept
    table = {0: np.arange(len(after))}
    for n in range(1, int(steps.abs().max()) + 1):
        for sign, one in ((1, after), (-1, before)):
            last = table[sign * (n - 1)]
            table[sign * n] = np.where(last >= 0, one[last], -1)
    return torch.from_numpy(np.stack([table[n] for n in steps.tolist()]).astype(np.int64))


def _check_n_classes(n_labels, n_classes, *, fewer):
    """Raise unless there are as many labels as classes, or more if a batch may have ``fewer`` classes."""
    if n_labels < n_classes or (n_labels > n_classes and not fewer):
        raise ValueError(
            f"labels must have a number for each class, got {n_labels} numbers, but there are {n_classes} "
            "classes. They are places in the classes_ of the network."
        )


def _for_each(values, tags):
    """Return values per clip and tag, (B, n_tags), for every frame of tags of shape (B, ..., n_tags)."""
    shape = (len(tags), *[1] * (tags.ndim - 2), tags.shape[-1])
    return values.view(shape).expand(tags.shape)
