"""Apply augmentations one after the other."""

from ._base import BaseAugmentation


def augment(x, targets, augmentations, generator):
    """Apply augmentations to a batch of frames, in their order.

    Parameters
    ----------
    x : tensor of float of shape (B, n_bins, n_frames)
        On any device. It is not written to, and the result may be x itself.
    targets : tensor of shape (B, ...) or None
        They are returned unchanged unless one of the augmentations mixes them (:class:`Mixup`).
    augmentations : augmentation, list of them, or None
        None and an empty list change nothing.
    generator : torch.Generator
        A generator on the CPU, whatever the device of x.

    Returns
    -------
    x : tensor of shape (B, n_bins, n_frames)
        With the dtype and on the device of the input.
    targets : tensor of shape (B, ...) or None
        With the dtype and on the device of the input.

    Raises
    ------
    TypeError
        If something is not an augmentation, x is not a tensor of floats, or the generator is not on the
        CPU.
    ValueError
        If a parameter of an augmentation is out of its range, or x does not have three dimensions.

    Notes
    -----
    Networks of :mod:`skmir.neural_network` call this for each batch that they train on. In your own training
    loop, call it on each batch before the module.

    Examples
    --------
    >>> import torch
    >>> from skmir.augmentation import Gain, TimeShift, augment
    >>> x, generator = torch.randn(8, 40, 100), torch.Generator().manual_seed(0)
    >>> louder, _ = augment(x, None, [TimeShift(), Gain(0.5)], generator)
    >>> louder.shape
    torch.Size([8, 40, 100])
    """
    for augmentation in _as_list(augmentations):
        x, targets = augmentation(x, targets, generator)
    return x, targets


def check_augmentation(value):
    """Return augmentations as a list, after checking their parameters.

    Parameters
    ----------
    value : augmentation, list or tuple of them, or None
        The value of a parameter ``augmentation``.

    Returns
    -------
    augmentations : list of BaseAugmentation

    Raises
    ------
    TypeError
        If something is not an augmentation; the message names it.
    TypeError or ValueError
        If a parameter of one is not valid.
    """
    augmentations = _as_list(value)
    for augmentation in augmentations:
        augmentation.check()
    return augmentations


def _as_list(value):
    """Return the augmentations as a list; raise if an item is not an augmentation."""
    if value is None:
        return []
    if not isinstance(value, list | tuple):
        return [_augmentation("augmentation", value)]
    return [_augmentation(f"augmentation[{i}]", item) for i, item in enumerate(value)]


def _augmentation(name, value):
    if isinstance(value, type) and issubclass(value, BaseAugmentation):
        raise TypeError(f"{name} is the class {value.__name__}. Pass an instance: {value.__name__}(...).")
    if not isinstance(value, BaseAugmentation):
        raise TypeError(
            f"{name}={value!r} is not an augmentation. Pass one of skmir.augmentation, such as "
            "PitchRoll(), a list of them, or None."
        )
    return value
