"""Checks of augmentations of waveforms, and the changes that they make to labels."""

from .._annotations import kind_of_annotations
from ..augmentation import WaveformAugmentation

# The kinds of target that each kind of annotations can be.
_TARGETS = {"events": ("times",), "bars": ("bars",), "segments": ("chords", "segments"), "notes": ("notes",)}


def check_augmentations(value, target):
    """Return augmentations of waveforms as a list, after checking their parameters and the target.

    Parameters
    ----------
    value : WaveformAugmentation, list or tuple of them, or None
    target : str or None
        The kind of the labels.

    Returns
    -------
    augmentations : list of WaveformAugmentation

    Raises
    ------
    TypeError
        If something is not an augmentation of waveforms; the message names it.
    ValueError
        If a parameter of one is out of its range, the target is not a kind of label, or one makes it wrong.
    """
    if value is None:
        return []
    is_list = isinstance(value, list | tuple)
    named = (
        [(f"augmentations[{i}]", a) for i, a in enumerate(value)] if is_list else [("augmentations", value)]
    )
    for name, augmentation in named:
        _check_kind(name, augmentation)
        augmentation.check()
        if target is not None:
            augmentation.change_targets([], target, [])
    return [augmentation for _, augmentation in named]


def check_unmoved(y, augmentations):
    """Raise if y holds annotations that an augmentation would move, and no target says so.

    Parameters
    ----------
    y : list of labels or annotations, or None
    augmentations : list of WaveformAugmentation

    Raises
    ------
    ValueError
        The message names the augmentation and the target.
    """
    kind = kind_of_annotations(y)
    for augmentation in augmentations if kind else ():
        if set(_TARGETS[kind]) & (augmentation.transforms | augmentation.invalidates):
            targets = " or ".join(f"target={target!r}" for target in _TARGETS[kind])
            raise ValueError(
                f"y holds annotations, and {augmentation} changes when things happen, or at which pitch. "
                f"Pass {targets} to say what they are, so that the annotations of copies are changed as well."
            )


def change_labels(labels, target, augmentations, draws):
    """Return the labels of clips after all augmentations.

    Parameters
    ----------
    labels : list of length n_clips
    target : str
    augmentations : list of augmentations
    draws : sequence of list of dict, of shape (n_clips, n_augmentations)

    Returns
    -------
    labels : list of length n_clips
    """
    for augmentation, drawn in zip(augmentations, zip(*draws, strict=True), strict=True):
        labels = augmentation.change_targets(labels, target, drawn)
    return labels


def _check_kind(name, augmentation):
    if isinstance(augmentation, type):
        raise TypeError(
            f"{name} is the class {augmentation.__name__}. Pass an instance: {augmentation.__name__}(...)."
        )
    if not isinstance(augmentation, WaveformAugmentation):
        raise TypeError(
            f"{name}={augmentation!r} does not change waveforms. Pass one of skmir.augmentation that does, "
            "such as AddNoise(), or one of your own derived from WaveformAugmentation, a list of them, or "
            "None. Pass augmentations of frames to a network, as its parameter augmentation."
        )
