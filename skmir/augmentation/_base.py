"""The base of all augmentations of frames: checks, batches, and the choice of the clips that are changed.

All draws are made on the CPU, in a dtype of their own, from the generator of the caller, and moved to the
batch afterwards. So a seed gives the same changes on every device and for every dtype, and the process's own
generators are not touched.
"""

import torch
from sklearn.base import BaseEstimator

from .._declared_parameters import DeclaredParameters, method_missing
from .._parameter_checks import check_number


class BaseAugmentation(DeclaredParameters, BaseEstimator):
    """Base of random changes of a batch of frames, another change for each of its clips.

    It has the parameters of a scikit-learn estimator (``clone``, ``set_params``, nested search), and nothing
    to fit. It checks what it is given and leaves a share of the clips unchanged; a subclass says how a clip
    changes. It declares its parameters as annotated attributes (:class:`DeclaredParameters`), or writes an
    ``__init__`` that only assigns. A network takes it as ``augmentation``.

    Parameters
    ----------
    p : float, default=1.0
        Probability with which a clip is changed at all.

    See Also
    --------
    skmir.augmentation.WaveformAugmentation : The base of changes of waveforms.
    skmir.augmentation.augment : Applies augmentations in a training loop of one's own.

    Notes
    -----
    A subclass must have two methods:

    ``_check_parameters()``
        Raises if one of its own parameters is not what it may be.

    ``_change(x, generator)``
        Returns x with every clip changed: a new tensor of the same shape, dtype and device. It gets a tensor
        of shape (B, n_bins, n_frames) of floats, which it does not write to, and a ``torch.Generator`` of the
        CPU. Everything random is drawn from that generator, on the CPU and in a dtype of its own, and moved
        to the device of x afterwards: so a seed gives the same changes on every device.

    A subclass that moves sounds in time sets the class attribute ``moves = "time"``, one that moves them in
    pitch ``moves = "pitch"``: networks with labels per frame then refuse it, or ask what becomes of them.

    Examples
    --------
    >>> import torch
    >>> from skmir.base import BaseAugmentation, check_number, positional
    >>> class Tilt(BaseAugmentation):
    ...     max_tilt: float = positional(default=1.0)
    ...
    ...     def _check_parameters(self):
    ...         check_number("max_tilt", self.max_tilt, low=0)
    ...
    ...     def _change(self, x, generator):
    ...         slopes = self.max_tilt * (2 * torch.rand(len(x), 1, 1, generator=generator) - 1)
    ...         bins = torch.linspace(-0.5, 0.5, x.shape[1]).unsqueeze(-1)
    ...         return x + (slopes * bins).to(x.device, x.dtype)
    >>> x = torch.zeros(8, 40, 100)  # clips, bins, frames
    >>> tilted, _ = Tilt(0.5, p=0.5)(x, None, torch.Generator().manual_seed(0))
    >>> int(tilted.any(dim=(1, 2)).sum())  # clips that are changed
    5
    """

    p: float = 1.0

    moves = None  # "time" or "pitch", if sounds are not where the labels of frames say; None if they are
    mixes_targets = False  # whether targets are changed too, and have to be numbers that can be mixed

    def check(self):
        """Raise if a parameter is not valid.

        Raises
        ------
        TypeError
            If a parameter is of the wrong type.
        ValueError
            If a parameter is out of its range.
        """
        self._check_parameters()
        check_number("p", self.p, low=0, high=1)

    def __call__(self, x, targets, generator):
        """Return the changed batch, and its targets.

        Parameters
        ----------
        x : tensor of float of shape (B, n_bins, n_frames)
            On any device, in any memory layout. It is not written to.
        targets : tensor of shape (B, ...) or None
        generator : torch.Generator
            A generator on the CPU.

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

    def _check_parameters(self):
        raise method_missing(self, "_check_parameters")

    def _change(self, x, generator):
        raise method_missing(self, "_change")

    def _choose(self, n, generator):
        """Draw which of n clips are changed, as a boolean tensor of shape (n,)."""
        return uniform((n,), generator) < self.p


def check_batch(x, generator):
    """Raise unless x is a batch of frames, and the generator is on the CPU."""
    if not isinstance(x, torch.Tensor) or not x.is_floating_point():
        kind = x.dtype if isinstance(x, torch.Tensor) else type(x).__name__
        raise TypeError(f"x must be a torch tensor of floating point numbers, got {kind}.")
    if x.ndim != 3:
        raise ValueError(f"x must have the shape (B, n_bins, n_frames), got {tuple(x.shape)}.")
    if not isinstance(generator, torch.Generator) or generator.device.type != "cpu":
        raise TypeError(
            f"generator={generator!r} must be a torch.Generator of the CPU, whatever the device of x: "
            "torch.Generator().manual_seed(0)."
        )


def uniform(shape, generator, *, low=0.0, high=1.0):
    """Draw float64 numbers between low and high, on the CPU."""
    return low + (high - low) * torch.rand(shape, generator=generator, dtype=torch.float64)


def whole(shape, generator, *, low=0, high):
    """Draw whole numbers from low to high, both included, on the CPU; ``high`` may be a tensor."""
    return low + (torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low + 1)).long()
