"""Initial weights of a network that learns chroma: octave equivalence, or random weights."""

import itertools

import numpy as np

from ...dsp import cqt_frequencies

C1 = cqt_frequencies(1)[0]  # in Hz; the lowest bin for fmin=None
DEVIATION = 0.01  # standard deviation of random weights
SPREAD = 0.02  # of the noise that makes units of one pitch class differ, relative to a layer's weights


def octave_fold(n_bins, *, fmin=None, bins_per_octave=12):
    """Return the share of each bin in each pitch class.

    Parameters
    ----------
    n_bins : int
        Number of bins.
    fmin : float or None, default=None
        Frequency of the lowest bin, in Hz; None is C1, 32.7 Hz.
    bins_per_octave : int, default=12
        Number of bins per octave.

    Returns
    -------
    fold : ndarray of shape (12, n_bins)
        Rows from C upwards. Columns have sum 1: a bin between two semitones belongs to both in part.
    """
    frequencies = cqt_frequencies(n_bins, fmin=fmin, bins_per_octave=bins_per_octave)
    semitones = np.round(12 * np.log2(frequencies / C1), 6)  # without rounding errors
    apart = (np.arange(12)[:, np.newaxis] - semitones + 6) % 12 - 6
    return np.maximum(0, 1 - np.abs(apart))


def octave_start(fold, hidden_layer_sizes, last, rng):
    """Return weights with which a rectified network folds frames into one octave.

    Units of hidden layers are assigned to the pitch classes in turn. A unit of the first layer sums the bins
    of its class, and a unit of another layer averages the units of its class in the layer below. Noise makes
    the units of one class differ, since equal units would learn the same.

    Parameters
    ----------
    fold : ndarray of shape (12, n_bins)
        Result of ``octave_fold``.
    hidden_layer_sizes : list of int
        Number of units per hidden layer, each at least 12.
    last : ndarray of shape (n_outputs, 12)
        Weights from pitch classes to the outputs.
    rng : numpy.random.Generator

    Returns
    -------
    weights : list of ndarray of shape (n_units, n_inputs)
        Weights of each layer. Frames of sum 1 without negative bins give chroma of sum 1.
    intercepts : list of ndarray of shape (n_units,)
        Zeros.
    """
    too_small = [size for size in hidden_layer_sizes if size < 12]
    if too_small:
        raise ValueError(
            "init='octave' needs at least 12 units per hidden layer, one per pitch class, got "
            f"hidden_layer_sizes={hidden_layer_sizes}. Use more units, or init='random'."
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
        Number of bins, and of units in each hidden layer.
    last : ndarray of shape (n_outputs, 12)
        Weights from pitch classes to the outputs.
    rng : numpy.random.Generator

    Returns
    -------
    weights, intercepts : list of ndarray of shape (n_units, n_inputs), list of ndarray of shape (n_units,)
        The outputs start as the mean target, since an output that is 0 for all frames would stay so.
    """
    shapes = itertools.pairwise([*sizes, len(last)])
    weights = [rng.normal(0, DEVIATION, (n_units, n_inputs)) for n_inputs, n_units in shapes]
    return weights, [*(np.zeros(size) for size in sizes[1:]), last.mean(axis=1)]


def standardised(weights, intercepts, scaler):
    """Return weights and biases that give the same outputs for standardised frames as these for frames.

    Parameters
    ----------
    weights, intercepts : list of ndarray of shape (n_units, n_inputs), list of ndarray of shape (n_units,)
    scaler : StandardScaler
        Scaler that is fitted to the frames.

    Returns
    -------
    weights, intercepts : as above
    """
    bias = intercepts[0] + weights[0] @ scaler.mean_
    return [weights[0] * scaler.scale_, *weights[1:]], [bias, *intercepts[1:]]


def not_standardised(weights, intercepts, scaler):
    """Undo ``standardised``, and return float32.

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
