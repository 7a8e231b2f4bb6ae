"""Peaks of an activation as events."""

import numpy as np
from scipy.ndimage import maximum_filter1d, uniform_filter1d
from sklearn.utils.validation import check_is_fitted

from .._annotations import check_events
from .._declared_parameters import positional
from .._fitting import all_or_nothing
from .._parameter_checks import check_flag, check_number
from ._activations import check_activations
from ._decoder import BaseDecoder
from ._events import combine_events, f_measure

_N_THRESHOLDS = 32  # evenly spaced, and as many at quantiles of the peaks' heights
_SECONDS = ("pre_avg", "post_avg", "pre_max", "post_max", "combine", "smooth")


class PeakPicker(BaseDecoder):
    """Events are the peaks of an activation that reach a threshold.

    A frame is an event if no frame around it has a higher activation, and if its activation exceeds the mean
    around it by the threshold.

    Parameters
    ----------
    threshold : "auto" or float, default="auto"
        By how much the activation of an event exceeds the mean around it, at least. "auto" learns it from
        annotations: of 64 thresholds, the one with the highest F-measure of all clips together.
    window : float, default=0.05
        Greatest distance of two events that match, in s, for a threshold that is learned.
    pre_avg, post_avg : float, default=0.0
        How much before and after a frame the mean is taken over, in s. If both are less than half a frame,
        nothing is subtracted.
    pre_max, post_max : float, default=0.01
        How far before and after a frame no activation may be higher, in s.
    combine : float, default=0.03
        An event that comes at most so long after another is left out, in s.
    smooth : float, default=0.0
        Length of a Hamming window by which the activation is smoothed first, in s; the nearest odd number of
        frames. Less than two frames smooth nothing.
    normalize : bool, default=True
        Whether the sum of that window is 1. If not, its peak is 1, as in madmom, and activations grow: by
        2.24 with five frames. Published thresholds of madmom (0.54 with a smoothing of 0.05 s, 0.35 with one
        of 0.07 s) count on that.
    online : bool, default=False
        Whether an event must be found in the frame in which it happens: ``post_avg``
        and ``post_max`` count as 0, and smoothing looks at the past alone.
    fps : float, default=100.0
        Frames per second of the activations. A detector sets it.

    Attributes
    ----------
    threshold_ : float
        The threshold.
    n_features_in_ : int
        Number of frames, if ``fit`` was given a 2-D array.

    See Also
    --------
    OnsetDetector : Clips to activations, and these to onsets.

    Notes
    -----
    A frame with an activation of 0 or less is never an event, and a clip of one frame has none.

    Of several thresholds that serve equally well, the middle one is taken.

    References
    ----------
    S. Böck, F. Krebs and M. Schedl, "Evaluating the online capabilities of onset detection methods", ISMIR,
    2012.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import PeakPicker
    >>> activations = np.zeros((1, 200))
    >>> activations[0, [50, 51, 120]] = [0.9, 0.4, 0.3]
    >>> PeakPicker(0.5).fit(activations).predict(activations)
    [array([0.5])]
    >>> picker = PeakPicker().fit(activations, [np.array([0.5, 1.2])])
    >>> picker.predict(activations)
    [array([0.5, 1.2])]
    """

    threshold: float | str = positional(default="auto")
    window: float = 0.05
    pre_avg: float = 0.0
    post_avg: float = 0.0
    pre_max: float = 0.01
    post_max: float = 0.01
    combine: float = 0.03
    smooth: float = 0.0
    normalize: bool = True
    online: bool = False

    @all_or_nothing
    def fit(self, X, y=None):
        """Learn the threshold, if it is "auto"; otherwise only check the parameters.

        Parameters
        ----------
        X : list of ndarray of shape (n_frames_i,), or array-like of shape (n_clips, n_frames)
            Activations, one value per frame.
        y : list of array-like of shape (n_events_i,), default=None
            Annotated events of each clip, times in s. Needed if ``threshold="auto"``. Those after the end of
            an activation count as missed.

        Returns
        -------
        self : PeakPicker

        Raises
        ------
        ValueError
            If a parameter is out of its range, or y is missing although ``threshold="auto"``.
        """
        self._check_parameters()
        activations = check_activations(self, X, reset=True)
        self._keep_parameters()
        if isinstance(self.threshold, str):
            truth = [times * self._fps for times in check_events(y, len(activations))]
            self.threshold_ = self._best_threshold(activations, truth, self.window * self._fps)
        else:
            self.threshold_ = float(self.threshold)
        return self

    def predict(self, X):
        """Return the events of each clip.

        Parameters
        ----------
        X : list of ndarray of shape (n_frames_i,), or array-like of shape (n_clips, n_frames)
            Activations, one value per frame.

        Returns
        -------
        events : list of ndarray of shape (n_events_i,)
            Times in s, sorted; an empty array if there is no event.
        """
        check_is_fitted(self)
        peaks = [self._peaks(x) for x in check_activations(self, X, reset=False)]
        return [self._events(*each, self.threshold_) / self._fps for each in peaks]

    def __sklearn_is_fitted__(self):
        return hasattr(self, "threshold_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = True
        tags.target_tags.required = self.threshold == "auto"
        return tags

    def _check_parameters(self):
        super()._check_parameters()
        if isinstance(self.threshold, str) and self.threshold != "auto":
            raise ValueError(f"threshold={self.threshold!r} must be a number or 'auto'.")
        if not isinstance(self.threshold, str):
            check_number("threshold", self.threshold)
        check_number("window", self.window, above=0)
        for name in _SECONDS:
            check_number(name, getattr(self, name), low=0)
        check_flag("normalize", self.normalize)
        check_flag("online", self.online)

    def _keep_parameters(self):
        """Keep the parameters for prediction, in frames: they may be changed after ``fit``."""
        self._fps, self._online = float(self.fps), bool(self.online)
        frames = {name: round(getattr(self, name) * self._fps) for name in _SECONDS}
        if self._online:
            frames.update(post_avg=0, post_max=0)
        self._mean_over = frames["pre_avg"], frames["post_avg"]
        self._max_over = frames["pre_max"], frames["post_max"]
        self._gap = float(self.combine * self._fps + 1e-6)  # so that 0.03 s are three frames of 0.01 s
        weights = np.hamming(frames["smooth"] | 1) if frames["smooth"] > 1 else np.ones(1)
        self._weights = weights / weights.sum() if self.normalize else weights

    def _peaks(self, activation):
        """Return the frames of the peaks of one clip, and by how much they exceed the mean around them."""
        n_frames = len(activation)
        if n_frames < 2:
            return np.zeros(0), np.zeros(0)
        first = 0 if self._online else len(self._weights) // 2
        smoothed = np.convolve(activation, self._weights)[first : first + n_frames]
        highest = _around(maximum_filter1d, smoothed, *self._max_over)
        frames = np.flatnonzero((smoothed == highest) & (smoothed > 0))
        if any(self._mean_over):
            smoothed = smoothed - _around(uniform_filter1d, smoothed, *self._mean_over)
        return frames.astype(float), smoothed[frames]

    def _events(self, frames, heights, threshold):
        return combine_events(frames[heights >= threshold], self._gap)

    def _best_threshold(self, activations, truth, window):
        """Return the threshold with the highest F-measure; ``truth`` and ``window`` are in frames."""
        peaks = [self._peaks(activation) for activation in activations]
        thresholds = _thresholds(np.concatenate([heights for _, heights in peaks]))
        scores = [
            f_measure(truth, [self._events(*each, threshold) for each in peaks], window)
            for threshold in thresholds
        ]
        return float(thresholds[_middle_of_best(np.array(scores))])


def _around(function, values, before, after):
    """Return the maximum or the mean over the frames around each one; there are zeros beyond the ends."""
    return function(values, before + after + 1, mode="constant", origin=(before - after) // 2)


def _thresholds(heights):
    """Return thresholds to choose from, ascending; no peak reaches the last one."""
    if not len(heights):
        return np.array([0.5])
    low, high = heights.min(), heights.max()
    none = high + max(high - low, abs(high), 1e-3) / _N_THRESHOLDS
    even = np.linspace(min(0, low), high, _N_THRESHOLDS)  # from 0 on, if all peaks are events
    return np.unique([*even, *np.quantile(heights, np.linspace(0, 1, _N_THRESHOLDS)), none])


def _middle_of_best(scores):
    """Return the index in the middle of the first run of highest scores."""
    first = int(scores.argmax())
    run = np.flatnonzero(np.append(scores[first:] < scores[first], True))[0]
    return first + int(run - 1) // 2
