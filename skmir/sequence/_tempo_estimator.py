"""The tempo of clips."""

import numpy as np
from sklearn.base import BaseEstimator, RegressorMixin, clone
from sklearn.frozen import FrozenEstimator
from sklearn.utils import check_array, check_consistent_length, column_or_1d, get_tags
from sklearn.utils.validation import check_is_fitted

from .._annotations import check_bars, check_events, kind_of_annotations
from .._declared_parameters import DeclaredParameters, positional
from .._fitting import all_or_nothing
from .._parameter_checks import check_choice, check_number, shown
from .._saving import SavingMixin
from .._validation import check_clips
from ..metrics import get_scorer
from ._beat_tracker import BeatTracker
from ._periods import STRENGTHS, likeliest_bpm

_NARROWEST = 0.1  # octaves: usual tempi are not believed to be more alike than this


class TempoEstimator(RegressorMixin, SavingMixin, DeclaredParameters, BaseEstimator):
    """Estimate the tempo of each clip, in beats per minute.

    Parameters
    ----------
    method : {"beats", "tempogram", "autocorrelation"}, default="beats"
        "beats" takes the median distance of the beats that the tracker finds. The others take the strongest
        period in the tracker's activations: "tempogram" in the mean of local autocorrelations [1]_,
        "autocorrelation" in that of the whole clip [2]_. They weigh periods by how usual they are, since a
        tempo, its half and its double are hard to tell apart: the logarithm of the tempo has the mean and the
        deviation of the annotations that ``fit`` is given.
    tracker : estimator or None, default=None
        A :class:`BeatTracker`; it is cloned before use. One with a network learns from annotated beats; to
        pass one that has learned, wrap it in :class:`sklearn.frozen.FrozenEstimator`. None takes
        ``BeatTracker(network="superflux")``.
    min_bpm, max_bpm : float, default=40.0 and 250.0
        Slowest and fastest tempo of "tempogram" and "autocorrelation". The decoder of the tracker has
        its own for "beats".

    Attributes
    ----------
    tracker_ : estimator
        The fitted tracker.
    centre_, spread_ : float
        Mean and standard deviation of the logarithm to base 2 of the annotated tempi; ``2 ** centre_`` is
        the prediction for a clip without a tempo, such as silence.
    default_scoring : str
        Name of the scorer by which ``score`` and :func:`skmir.model_selection.compare` judge: "tempo_acc1".
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.

    See Also
    --------
    BeatTracker : The beats themselves.

    References
    ----------
    .. [1] P. Grosche, M. Müller and F. Kurth, "Cyclic tempogram: a mid-level tempo representation for music
           signals", ICASSP, 2010.
    .. [2] S. Böck, F. Krebs and G. Widmer, "Accurate tempo estimation based on recurrent neural networks and
           resonating comb filters", ISMIR, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import TempoEstimator
    >>> clips = np.zeros((3, 8 * 22050))
    >>> for clip, bpm in zip(clips, [90, 120, 150]):
    ...     clip[4410 :: 60 * 22050 // bpm] = 1
    >>> TempoEstimator("beats").fit(clips, [90, 120, 150]).predict(clips).round()
    array([ 90., 120., 150.])
    """

    method: str = positional(default="beats")
    tracker: object = positional(default=None)
    min_bpm: float = 40.0
    max_bpm: float = 250.0

    default_scoring = "tempo_acc1"

    # Groups routed by a search or cross_validate reach the tracker's network without a request.
    __metadata_request__fit = {"groups": True}

    @all_or_nothing
    def fit(self, X, y, *, groups=None):
        """Fit the tracker, and learn which tempi are usual.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : array-like of shape (n_clips,), or list of array-like of shape (n_beats_i,) or (n_beats_i, 2)
            Tempi in beats per minute; or annotated beats, whose median distance is the tempo. A tracker with
            a network needs beats.
        groups : array-like of shape (n_clips,), default=None
            Groups of clips, passed to the tracker.

        Returns
        -------
        self : TempoEstimator

        Raises
        ------
        ValueError
            If a parameter is not valid, or a tempo is not above 0.
        """
        self._check_parameters()
        beats, bpm = _beats_and_tempi(y)
        tracker = BeatTracker(network="superflux") if self.tracker is None else clone(self.tracker)
        clips = check_clips(self, X, reset=True, read=_kept)
        check_consistent_length(clips, bpm, groups)
        if (
            beats is None
            and get_tags(tracker).target_tags.required
            and not isinstance(tracker, FrozenEstimator)
        ):
            raise ValueError(
                f"tracker={shown(tracker)} learns from annotated beats: pass y as a list of them, or wrap a "
                "fitted tracker in sklearn.frozen.FrozenEstimator."
            )
        octaves = np.log2(bpm[np.isfinite(bpm)])
        if not len(octaves):
            raise ValueError("y must have a tempo, or two beats, in one clip at least.")
        self.centre_, self.spread_ = float(octaves.mean()), max(_NARROWEST, float(octaves.std()))
        self._method, self._range = self.method, (float(self.min_bpm), float(self.max_bpm))
        self.tracker_ = tracker.fit(X, beats, **({} if groups is None else {"groups": groups}))
        return self

    def predict(self, X):
        """Return the tempo of each clip.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        bpm : ndarray of shape (n_clips,)
            In beats per minute.
        """
        check_is_fitted(self)
        activations = self.tracker_.predict_frames(X)
        if self._method == "beats":
            bpm = np.array([_median_bpm(beats) for beats in self.tracker_.decode(activations)])
        else:
            bpm = np.array([self._bpm_of(activation) for activation in activations])
        return np.where(np.isfinite(bpm), bpm, 2**self.centre_)

    def score(self, X, y):
        """Return accuracy 1: the share of clips whose tempo is right within 4 %.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : array-like of shape (n_clips,), or list of annotated beats
            Tempi in beats per minute, or beats.

        Returns
        -------
        accuracy : float in [0, 1]
        """
        return get_scorer(self.default_scoring)(self, X, y)

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.target_tags.positive_only = True
        tags.regressor_tags.poor_score = True  # scikit-learn's clips have a handful of samples
        return tags

    def _check_parameters(self):
        check_choice("method", self.method, ("beats", *STRENGTHS))
        check_number("min_bpm", self.min_bpm, above=0)
        check_number("max_bpm", self.max_bpm, above=self.min_bpm)

    def _bpm_of(self, activation):
        fps = self.tracker_.fps_
        n_lags = int(np.ceil(60 * fps / self._range[0])) + 1
        if not activation.any() or len(activation) < 2:
            return np.nan
        strengths = STRENGTHS[self._method](activation, fps, n_lags)
        return likeliest_bpm(strengths, fps, self._range, self.centre_, self.spread_)


def _kept(file):
    """Leave a file object to the tracker."""
    return np.zeros(1)


def _beats_and_tempi(y):
    """Return annotated beats, or None, and the tempi of the clips."""
    kind = kind_of_annotations(y)
    if kind == "bars":
        beats = [bars[:, 0] for bars in check_bars(y)]
    elif kind == "events":
        beats = check_events(y)
    else:
        if y is None:
            raise ValueError("TempoEstimator requires y to be passed, but the target y is None.")
        bpm = column_or_1d(check_array(y, ensure_2d=False, dtype=float, input_name="y"), warn=True)
        wrong = np.flatnonzero(bpm <= 0)
        if len(wrong):
            raise ValueError(f"y[{wrong[0]}] must be a tempo > 0 in beats per minute, got {bpm[wrong[0]]}.")
        return None, bpm
    return beats, np.array([_median_bpm(times) for times in beats])


def _median_bpm(beats):
    """Return the tempo of the median distance of beats; NaN if there is none."""
    distances = np.diff(np.unique(beats))
    return 60 / np.median(distances) if len(distances) else np.nan
