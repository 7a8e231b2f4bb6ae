"""Beats by the autocorrelation of an activation, one after the other."""

import numbers

import numpy as np

from .._declared_parameters import positional
from .._parameter_checks import check_number
from ._decoder import BaseDecoder


class BeatAutocorrelation(BaseDecoder):
    """Each beat follows the one before by the local period, at the highest activation near there.

    The period is the lag at which the activation agrees best with itself, in a window around each beat.

    Parameters
    ----------
    min_bpm, max_bpm : float, default=40.0 and 250.0
        Slowest and fastest tempo, in beats per minute.
    smooth : float, default=0.14
        Length of a Hamming window by which the activation is smoothed for the search of periods, in s.
    smooth_lags : int, default=9
        Length of a Hamming window by which the autocorrelation is smoothed, in lags of one frame.
    look_around : float or None, default=10.0
        How much before and after each beat the period is looked for in, in s; None takes the whole clip, for
        music that keeps its tempo.
    look_aside : float, default=0.2
        How far a beat may be from where the period puts it, as a ratio of the period.
    fps : float, default=100.0
        Frames per second of the activations. A detector sets it.

    Attributes
    ----------
    n_features_in_ : int
        Number of frames, if ``fit`` was given a 2-D array.

    See Also
    --------
    BeatHMM : Usually better: it finds tempi and beats together.

    Notes
    -----
    If no activation is above 0, or the clip is shorter than the shortest beat, there are no beats.

    References
    ----------
    S. Böck and M. Schedl, "Enhanced beat tracking with context-aware neural networks", DAFx, 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import BeatAutocorrelation
    >>> activations = np.full((1, 500), 0.02)
    >>> activations[0, 10::50] = 0.9
    >>> BeatAutocorrelation().predict(activations)[0][:4]
    array([0.1, 0.6, 1.1, 1.6])
    """

    min_bpm: float = positional(default=40.0)
    max_bpm: float = positional(default=250.0)
    smooth: float = 0.14
    smooth_lags: int = 9
    look_around: float | None = 10.0
    look_aside: float = 0.2

    def _check_parameters(self):
        super()._check_parameters()
        check_number("min_bpm", self.min_bpm, above=0)
        check_number("max_bpm", self.max_bpm, above=self.min_bpm)
        check_number("smooth", self.smooth, low=0)
        check_number("smooth_lags", self.smooth_lags, kind=numbers.Integral, low=1)
        check_number("look_around", self.look_around, above=0, none=True)
        check_number("look_aside", self.look_aside, above=0, below=1)

    def _decode(self, activation):
        activation = activation.clip(min=0)
        if len(activation) < round(60 * self.fps / self.max_bpm) or not activation.any():
            return np.zeros(0)
        smoothed = _smooth(activation, round(self.smooth * self.fps))
        period = self._period(smoothed, 0)
        start = _phase(smoothed[: self._n_around(smoothed)], period)
        beats = [self._near(activation, start, period)]
        while beats[-1] + period < len(activation):
            beats.append(self._near(activation, beats[-1] + period, period))
            period = self._period(smoothed, beats[-1])
        return np.array(beats) / self.fps

    def _n_around(self, activation):
        """Return how many frames before and after a beat the period is looked for in."""
        if self.look_around is None:
            return len(activation)
        return max(2, round(self.look_around * self.fps))

    def _period(self, activation, frame):
        """Return the likeliest period around a frame, in frames."""
        n_around = self._n_around(activation)
        part = activation[max(0, frame - n_around) : frame + n_around]
        shortest = max(1, round(60 * self.fps / self.max_bpm))
        longest = max(shortest, round(60 * self.fps / self.min_bpm))
        lags = np.arange(shortest, longest + 1)
        products = np.array([part[lag:] @ part[:-lag] if lag < len(part) else 0.0 for lag in lags])
        return int(lags[_smooth(products, int(self.smooth_lags)).argmax()])

    def _near(self, activation, frame, period):
        """Return the frame of the highest activation near a given one; the nearer, the more it counts."""
        aside = max(1, int(self.look_aside * period))
        first, end = max(0, frame - aside), min(len(activation), frame + aside + 1)
        weights = np.hamming(2 * aside + 1)[first - frame + aside : end - frame + aside]
        weighted = activation[first:end] * weights
        return first + int(weighted.argmax()) if weighted.any() else frame


def _smooth(values, length):
    """Return values smoothed by a Hamming window of an odd number of frames."""
    if length < 2:
        return values
    weights = np.hamming(length | 1)
    first = len(weights) // 2
    return np.convolve(values, weights / weights.sum())[first : first + len(values)]


def _phase(activation, period):
    """Return the frame before ``period`` from which beats at equal distances meet the highest activations."""
    n_periods = -(-len(activation) // period)
    padded = np.pad(activation, (0, n_periods * period - len(activation)))
    return int(padded.reshape(n_periods, period).sum(axis=0).argmax())
