"""What all augmentations share: their parameters, their batch, and the share of clips that they change.

All draws are made on the CPU, in a dtype of their own, from the generator of the caller, and moved to the
batch afterwards. So a seed gives the same changes on every device and for every dtype, and the process's own
generators are left alone.
"""

import torch
from sklearn.base import BaseEstimator

from .._parameter_checks import check_number


class BaseAugmentation(BaseEstimator):
    """A random change of a batch of frames, another one for each of its clips.

    It has the parameters of a scikit-learn estimator (``clone``, ``set_params``, nested search), and nothing
    to fit. A subclass has a parameter ``p``, the share of clips that are changed, and two methods:
    ``_check_parameters``, and ``_change``, from a tensor of shape (B, n_bins, n_frames) and a generator to
    a new tensor of the same shape, dtype and device.
    """

    mixes_targets = False  # whether targets are changed too, and have to be numbers that can be mixed

    def check(self):
        """Raise where a parameter is not what it may be.

        Raises
        ------
        TypeError
            Where a parameter is of the wrong type.
        ValueError
            Where a parameter is out of its range.
        """
        self._check_parameters()
        check_number("p", self.p, low=0, high=1)

    def __call__(self, x, targets, generator):
        """Return the batch, changed, and its targets.

        Parameters
        ----------
        x : tensor of float of shape (B, n_bins, n_frames)
            On any device, in any memory layout. It is not written to.
        targets : tensor of shape (B, ...) or None
        generator : torch.Generator
            Of the CPU.

        Returns
        -------
        x : tensor of shape (B, n_bins, n_frames)
        targets : tensor of shape (B, ...) or None
        """
        self.check()
        check_batch(x, generator)
        changed = self._change(x, generator)
        chosen = self._choose(len(x), generator)
        if not chosen.all():
            changed = torch.where(chosen[:, None, None].to(x.device), changed, x)
        return changed, targets

    def _choose(self, n, generator):
        """Draw which of n clips are changed; a boolean tensor of shape (n,)."""
        return uniform((n,), generator) < self.p


def check_batch(x, generator):
    """Raise unless x is a batch of frames, and the generator one of the CPU."""
    if not isinstance(x, torch.Tensor) or not x.is_floating_point():
        kind = x.dtype if isinstance(x, torch.Tensor) else type(x).__name__
        raise TypeError(f"x is {kind}; a torch tensor of floating point numbers is needed.")
    if x.ndim != 3:
        raise ValueError(f"x has the shape {tuple(x.shape)}; (B, n_bins, n_frames) is needed.")
    if not isinstance(generator, torch.Generator) or generator.device.type != "cpu":
        raise TypeError(
            f"generator={generator!r} must be a torch.Generator of the CPU, whatever the device of x: "
            "torch.Generator().manual_seed(0)."
        )


def uniform(shape, generator, *, low=0.0, high=1.0):
    """Draw numbers of float64 between low and high, on the CPU."""
    return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)


def whole(shape, generator, *, low=0, high):
    """Draw whole numbers from low to high, both included, on the CPU; ``high`` may be a tensor."""
    return low + (torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low + 1)).long()
