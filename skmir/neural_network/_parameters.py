"""The check of the parameters that every network shares."""

import numbers
from collections.abc import Iterable

import numpy as np
import torch
from sklearn.utils import check_array, check_consistent_length
from torch import nn

from .._parameter_checks import check_choice, check_number, check_share, plain
from .._training import check_augmentation
from ..modules import sized

POOLS = {"mean": lambda maps: maps.mean(-1), "max": lambda maps: maps.amax(-1)}  # (B, C, n) -> (B, C)


def check_training_parameters(estimator):
    """Raise if a parameter of a network's training is not valid."""
    if estimator.max_iter != "auto":
        least = 0 if estimator._starts_fitted else 1
        check_number("max_iter", estimator.max_iter, kind=numbers.Integral, low=least)
    check_number("n_iter_no_change", estimator.n_iter_no_change, kind=numbers.Integral, low=1)
    check_number("n_frames", estimator.n_frames, kind=numbers.Integral, low=1, none=True)
    check_number("batch_size", estimator.batch_size, kind=numbers.Integral, low=2)
    check_number("learning_rate_init", estimator.learning_rate_init, above=0)
    check_number("weight_decay", estimator.weight_decay, low=0)
    if estimator.early_stopping:
        check_share("validation_fraction", estimator.validation_fraction, above=0)
    check_augmentation(estimator.augmentation)


def check_moved_labels(network, per_frame):
    """Raise if augmentations move sounds, and it is not clear, or not possible, that labels move along.

    Parameters
    ----------
    network : BaseNetwork
        It must have learned the form of its targets.
    per_frame : bool
        Whether there is a label per frame.
    """
    name = type(network).__name__
    for step in check_augmentation(network.augmentation):
        labels = getattr(step, "labels", None)
        if labels == "roll" and network.target_type_ in ("binary", "multiclass"):
            raise ValueError(
                f"augmentation: {step!r} moves tags along with pitch, but {name} learns classes. Make y an "
                "indicator with one tag per step, or use labels='keep' if the classes do not depend on pitch."
            )
        if not per_frame or labels is not None or step.moves is None:
            continue
        if step.moves == "pitch":
            raise ValueError(
                f"augmentation: {step!r} moves sounds in pitch, and must be told what becomes of the labels "
                "of frames. Pass labels='keep' to it if they say nothing about pitch, as for onsets and "
                "beats, or labels='roll' if they are tags, one per step."
            )
        raise ValueError(
            f"augmentation: {step!r} moves sounds in {step.moves}, but not the labels of their frames, so "
            f"that {name} would learn wrong ones. Leave it out: the windows of training are at random places "
            "anyway."
        )


def is_module_class(value):
    """Return whether a parameter is a class for a network or a layer of the user's own."""
    return isinstance(value, type) and issubclass(value, nn.Module)


def check_sizes(name, sizes, *, at_least=0):
    """Return the sizes of layers as a list of int; a single number is a single layer."""
    checked = list(sizes) if isinstance(sizes, Iterable) else [sizes]
    if len(checked) < at_least:
        raise ValueError(f"{name}={plain(sizes)!r} must hold the size of at least one layer.")
    for size in checked:
        check_number(name, size, kind=numbers.Integral, low=1)
    return [int(size) for size in checked]  # torch does not take numpy's integers everywhere


def check_sample_weight(sample_weight, n_clips):
    """Return weights as float64 of shape (n_clips,); ones if None was given."""
    if sample_weight is None:
        return np.ones(n_clips)
    weights = check_array(sample_weight, ensure_2d=False, dtype=np.float64, input_name="sample_weight")
    if weights.ndim != 1:
        raise ValueError(f"sample_weight must hold one weight per clip, got the shape {weights.shape}.")
    check_consistent_length(np.empty(n_clips), weights)
    if weights.min() < 0 or not weights.any():
        raise ValueError("sample_weight must be zero or more for each clip, and above zero for at least one.")
    return weights


def mean_one(weights):
    """Return weights of mean 1, as a float32 tensor."""
    return torch.from_numpy((weights / weights.mean()).astype(np.float32))


def mlp_parameters(estimator, sizes, *, activation):
    """Return the arguments of an MLP for the sizes of the data."""
    check_share("dropout", estimator.dropout)
    return {
        "n_inputs": sizes["n_bins"] * sizes["n_frames"],
        "n_outputs": sizes["n_outputs"],
        "hidden_layer_sizes": check_sizes("hidden_layer_sizes", estimator.hidden_layer_sizes),
        "activation": activation,
        "dropout": estimator.dropout,
    }


def widths_of(cls, n_parameters, explicit, sizes, own=None):
    """Return the widths that give a network a number of parameters.

    Parameters
    ----------
    cls : nn.Module class
        It must have ``widths``, as :func:`skmir.modules.sized` needs it.
    n_parameters : int or None
        For None, the dict of widths is empty.
    explicit : dict
        The parameters that set widths themselves; all must be None.
    sizes : dict
        n_bins, n_frames and n_outputs.
    own : dict or None, default=None
        Further arguments of the constructor.

    Returns
    -------
    widths : dict
        Arguments of the constructor.

    Raises
    ------
    ValueError
        If widths are set twice, if the class has no widths that can grow, or if it cannot be so small.
    """
    if n_parameters is None:
        return {}
    check_number("n_parameters", n_parameters, kind=numbers.Integral, low=1)
    given = [name for name, value in explicit.items() if value is not None]
    if given:
        raise ValueError(
            f"n_parameters={n_parameters} and {given[0]}={explicit[given[0]]!r} both set the width of the "
            "network. Leave one of them at None."
        )
    if not hasattr(cls, "widths"):
        raise ValueError(
            f"n_parameters={n_parameters} needs to know which widths of {cls.__name__} may grow. Give the "
            "class a static method widths(scale) that returns its width arguments as a dict, or leave "
            "n_parameters at None."
        )
    return sized(cls, n_parameters, **sizes, **(own or {}))


def check_pool(pool):
    """Return the names of pools as a list."""
    pools = [pool] if isinstance(pool, str) or pool is None else list(pool)
    for name in pools:
        check_choice("pool", name, POOLS)
    if not pools or len(set(pools)) < len(pools):
        raise ValueError(f"pool={pool!r} must be 'mean', 'max', or a tuple of the two.")
    return pools
