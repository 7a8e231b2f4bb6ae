"""Frames between beats instead of frames of equal length."""

import numbers
import os
import warnings

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.utils.validation import check_is_fitted

from .._declared_parameters import DeclaredParameters, positional
from .._fitting import all_or_nothing
from .._output import FramesOutputMixin
from .._parameter_checks import check_choice, check_flag, check_number, plain
from .._reading import reader, stream
from .._saving import SavingMixin
from .._validation import check_clips, is_path, is_table, stack_if_equal
from ..audio import AudioLoader
from ._beats import aggregate_between, beat_edges, repeat_between
from ._chroma import Chroma
from ._onset_strength import OnsetStrength

_AGGREGATES = {"mean": np.mean, "median": np.median, "max": np.max}


class BeatSynchronizer(FramesOutputMixin, TransformerMixin, SavingMixin, DeclaredParameters, BaseEstimator):
    """One frame per beat, or a few: a clip in musical time, alike at any tempo.

    Beats are tracked in each clip's onset strength by dynamic programming [1]_, and the frames between two
    beats become one.

    Parameters
    ----------
    front_end : transformer or None, default=None
        Clips to frames, one each ``hop_length`` samples at ``sr``, from time 0 on; it is cloned before use. A
        Pipeline of a front end and steps that keep the number of frames serves as well. None takes
        :class:`Chroma`.
    sr : float, default=22050
        Sampling rate in Hz; that of ``front_end``.
    hop_length : int, default=512
        Distance from one frame to the next, in samples; that of ``front_end``.
    aggregate : {"mean", "median", "max"}, default="mean"
        Statistic that replaces the frames between two beats.
    subdivisions : int, default=1
        Number of equal parts into which each beat is cut; one frame per part. A part in which no frame starts
        takes the nearest one.
    repeat : bool, default=False
        Whether each frame stays, and becomes the aggregate of the beat that it is in: for estimators that
        relate frames to times, such as :class:`skmir.sequence.ChordRecognizer`. Frames before the first beat
        count as one, and so do those after the last one.
    start_bpm : float, default=120.0
        The tempo that is guessed before listening, in beats per minute: of a tempo, its half and its double,
        it makes the nearest the likeliest.
    tightness : float, default=100
        How closely beats keep to the clip's tempo.
    n_jobs : int or None, default=None
        Number of threads for the beats, as in joblib. The result does not depend on it.
    memory : str, PathLike or None, default=None
        Folder in which each clip's onset strength is kept; see :class:`FeatureCache`. A ``front_end``
        that is not None has its own parameter for its frames.
    verbose : int, default=0
        1 draws progress bars on stderr: of the onset strengths, then of the beats.

    Attributes
    ----------
    front_end_ : transformer
        The fitted one.
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.

    See Also
    --------
    OnsetStrength : In which the beats are found.

    Notes
    -----
    Frames before the first beat are left out. The last beat lasts as long as the median one, and is left
    out if the clip ends before the middle of its last part. A clip in which fewer than two beats are
    found, such as silence, is taken as one beat. Beats are those of ``librosa.beat.beat_track`` with
    ``trim=False``, since the beats that would be cut off are quiet, not out of time.

    References
    ----------
    .. [1] D. Ellis, "Beat tracking by dynamic programming", Journal of New Music Research 36 (1), 2007.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import BeatSynchronizer
    >>> X = np.zeros((1, 6 * 22050))
    >>> X[:, ::11025] = 1  # a click every half second: 12 beats
    >>> BeatSynchronizer().fit_transform(X).shape
    (1, 12, 12)
    >>> BeatSynchronizer(subdivisions=4).fit_transform(X).shape
    (1, 12, 48)
    """

    front_end: object = positional(default=None)
    sr: float = 22050
    hop_length: int = 512
    aggregate: str = "mean"
    subdivisions: int = 1
    repeat: bool = False
    start_bpm: float = 120.0
    tightness: float = 100
    n_jobs: int | None = None
    memory: str | os.PathLike | None = None
    verbose: int = 0

    @all_or_nothing
    def fit(self, X, y=None):
        """Fit the front end.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : array-like of shape (n_clips,), default=None
            Labels, for a ``front_end`` that takes some.

        Returns
        -------
        self : BeatSynchronizer

        Raises
        ------
        ValueError
            If a parameter is out of its range, or ``front_end`` has another ``sr`` or ``hop_length``.
        """
        self._check_parameters()
        clips = check_clips(self, X, reset=True, read=reader(self.sr))
        self.front_end_ = self._front_end().fit(clips, y)
        return self

    def transform(self, X):
        """Compute the frames of each clip, and aggregate them between beats.

        Parameters
        ----------
        X : clips
            Paths, or waveforms at ``sr``, as a 2-D array or a list of 1-D arrays.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_bins, n_beats * subdivisions), or list of ndarray
            A list of one 2-D array per clip if clips differ in their number of beats. With ``repeat`` there
            are as many frames as the front end has.

        Raises
        ------
        OSError
            If a file cannot be read.
        ValueError
            If ``front_end`` gives anything but one frame each ``hop_length`` samples.
        """
        check_is_fitted(self)
        clips = check_clips(self, X, reset=False, read=reader(self.sr))
        frames = self.front_end_.transform(clips)
        if is_table(frames) or len(frames) != len(clips):
            found = f"{len(frames)} {'rows of a table' if is_table(frames) else 'clips'}"
            raise ValueError(
                f"front_end={self.front_end_!r} gives {found}, but the frames of {len(clips)} clips are "
                "needed. Leave out steps that skip clips, and put those that make a table of frames behind "
                "BeatSynchronizer."
            )
        envelopes = self._envelopes(clips)
        each = range(len(clips)), frames, envelopes
        return stack_if_equal(
            list(stream(self._synchronize, *each, n_jobs=self.n_jobs, verbose=self.verbose))
        )

    def get_feature_names_out(self, input_features=None):
        """Return the names that the front end gives to the bins.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of str objects of shape (n_bins,)
        """
        check_is_fitted(self)
        return self.front_end_.get_feature_names_out()

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        return tags

    def _check_parameters(self):
        check_number("sr", self.sr, above=0)
        check_number("hop_length", self.hop_length, kind=numbers.Integral, low=1)
        check_choice("aggregate", self.aggregate, _AGGREGATES)
        check_number("subdivisions", self.subdivisions, kind=numbers.Integral, low=1)
        check_flag("repeat", self.repeat)
        check_number("start_bpm", self.start_bpm, above=0)
        check_number("tightness", self.tightness, above=0)

    def _front_end(self):
        """Return an unfitted front end whose frames lie where those of the onset strength do."""
        clocks = {"sr": self.sr, "hop_length": self.hop_length}
        if self.front_end is None:
            kept = {"memory": self.memory, "n_jobs": self.n_jobs, "verbose": self.verbose}
            return Chroma(**clocks, **kept)
        front_end = clone(self.front_end)
        for name, value in front_end.get_params().items():
            last = name.rpartition("__")[2]  # "melspectrogram__sr" in a Pipeline
            if last in clocks and value != clocks[last]:
                raise ValueError(
                    f"front_end has {name}={plain(value)!r}, and BeatSynchronizer has "
                    f"{last}={plain(clocks[last])!r}: give "
                    "both the same, so that beats and frames are counted alike."
                )
        return front_end

    def _envelopes(self, clips):
        """Return the onset strength of each clip, of shape (1, n_frames)."""
        onset_strength = OnsetStrength(
            self.sr,
            hop_length=self.hop_length,
            memory=self.memory,
            n_jobs=self.n_jobs,
            verbose=self.verbose,
            **_excerpt(self.front_end_, clips),
        )
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", ".*clips are shorter than")  # the front end has said so
            return onset_strength.transform(clips)

    def _synchronize(self, position, frames, envelope):
        """Return the frames of one clip, of shape (n_bins, n_parts)."""
        n_frames = frames.shape[1]
        if abs(n_frames - envelope.shape[1]) > 1:
            raise ValueError(
                f"front_end gives {n_frames} frames of clip {position}, but one each hop_length="
                f"{self.hop_length} samples makes {envelope.shape[1]}. Use center=True, and put steps that "
                "change the number of frames behind BeatSynchronizer."
            )
        edges = beat_edges(
            envelope[0],
            sr=self.sr,
            hop_length=self.hop_length,
            subdivisions=self.subdivisions,
            start_bpm=self.start_bpm,
            tightness=self.tightness,
        )
        between = repeat_between if self.repeat else aggregate_between
        return between(frames, edges, _AGGREGATES[self.aggregate])


def _excerpt(front_end, clips):
    """Return which part of each clip a front end uses, or the one of its steps that does not use all."""
    names = ("offset", "duration", "random_state")
    steps = [front_end, *front_end.get_params().values()]
    if not is_path(clips[0]):
        steps = [s for s in steps if not isinstance(s, AudioLoader)]  # it cuts files only
    excerpts = [{n: getattr(s, n) for n in names} for s in steps if all(hasattr(s, n) for n in names)]
    cut = [e for e in excerpts if e["offset"] != 0 or e["duration"] is not None]
    return cut[0] if cut else {}
