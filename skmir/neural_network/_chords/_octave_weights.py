"""Octave equivalence as weights, and what else a network that is to learn chroma may start from."""

import itertools

import numpy as np

from ...dsp import cqt_frequencies

C1 = cqt_frequencies(1)[0]  # Hz, where fmin=None begins
DEVIATION = 0.01  # of random weights
SPREAD = 0.02  # deviation of what tells units of one pitch class apart, relative to a layer's weights


def octave_fold(n_bins, *, fmin=None, bins_per_octave=12):
    """Return which bins belong to which pitch class.

    Parameters
    ----------
    n_bins : int
        Number of bins.
    fmin : float or None, default=None
        Frequency of the lowest, in Hz; None is C1, 32.7 Hz.
    bins_per_octave : int, default=12
        Bins in an octave.

    Returns
    -------
    fold : ndarray of shape (12, n_bins)
        From C upwards. Columns have sum 1: a bin between two semitones belongs to either in part.
    """
    frequencies = cqt_frequencies(n_bins, fmin=fmin, bins_per_octave=bins_per_octave)
    semitones = np.round(12 * np.log2(frequencies / C1), 6)  # of rounding errors no trace
    apart = (np.arange(12)[:, np.newaxis] - semitones + 6) % 12 - 6
    return np.maximum(0, 1 - np.abs(apart))


def octave_start(fold, hidden_layer_sizes, last, rng):
    """Return weights with which a rectified network folds frames into one octave.

    Units of hidden layers take the pitch classes in turn. A unit of the first layer sums the bins of its
    class, one of another layer averages the units of its class below it. So units of one class would be
    alike, and learn alike; noise tells them apart.

    Parameters
    ----------
    fold : ndarray of shape (12, n_bins)
        From ``octave_fold``.
    hidden_layer_sizes : list of int
        Units a hidden layer, each at least 12.
    last : ndarray of shape (n_outputs, 12)
        From pitch classes to the outputs.
    rng : numpy.random.Generator

    Returns
    -------
    weights : list of ndarray of shape (n_units, n_inputs)
        A layer each. Frames without negative bins whose sum is 1 give chroma of sum 1.
    intercepts : list of ndarray of shape (n_units,)
        Zeros.
    """
    too_small = [size for size in hidden_layer_sizes if size < 12]
    if too_small:
        raise ValueError(
            f"hidden_layer_sizes={hidden_layer_sizes} holds {too_small[0]}: init='octave' needs 12 units at "
            "least, one a pitch class. Use more, or init='random'."
        )
    below, weights = fold, []  # (12, n_below), from a layer's units to pitch classes
    for size in hidden_layer_sizes:
        classes = np.eye(12)[np.arange(size) % 12]  # (size, 12)
        layer = classes @ below
        weights.append(layer + SPREAD * layer.max() * rng.standard_normal(layer.shape))
        below = classes.T / classes.sum(axis=0)[:, np.newaxis]
    weights.append(last @ below)
    return weights, [np.zeros(len(w)) for w in weights]


def random_start(sizes, last, rng):
    """Return small random weights.

    Parameters
    ----------
    sizes : list of int
        Number of bins, and units of the hidden layers.
    last : ndarray of shape (n_outputs, 12)
        From pitch classes to the outputs.
    rng : numpy.random.Generator

    Returns
    -------
    weights, intercepts : list of ndarray of shape (n_units, n_inputs), list of ndarray of shape (n_units,)
        The outputs start as the mean target: one that is silent for all frames would stay so.
    """
    shapes = itertools.pairwise([*sizes, len(last)])
    weights = [rng.normal(0, DEVIATION, (n_units, n_inputs)) for n_inputs, n_units in shapes]
    return weights, [*(np.zeros(size) for size in sizes[1:]), last.mean(axis=1)]


def standardised(weights, intercepts, scaler):
    """Return what gives for standardised frames what these weights and biases give for frames.

    Parameters
    ----------
    weights, intercepts : list of ndarray of shape (n_units, n_inputs), list of ndarray of shape (n_units,)
    scaler : StandardScaler
        Fitted to frames.

    Returns
    -------
    weights, intercepts : as above
    """
    bias = intercepts[0] + weights[0] @ scaler.mean_
    return [weights[0] * scaler.scale_, *weights[1:]], [bias, *intercepts[1:]]


def not_standardised(weights, intercepts, scaler):
    """Undo ``standardised``; float32.

    Parameters
    ----------
    weights, intercepts, scaler : see ``standardised``

    Returns
    -------
    weights, intercepts : as there
    """
    first = weights[0] / scaler.scale_
    bias = intercepts[0] - first @ scaler.mean_
    layers = [first, *weights[1:]], [bias, *intercepts[1:]]
    return tuple([array.astype(np.float32) for array in arrays] for arrays in layers)
