"""The base of all front ends: parameters, checks, streaming clip by clip, errors that name the clip."""

import numbers
import os
import warnings

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin

from .._declared_parameters import DeclaredParameters, positional
from .._device import resolve_device
from .._fitting import all_or_nothing
from .._output import FramesOutputMixin
from .._parameter_checks import check_number, shown
from .._reading import check_excerpt, reader
from .._saving import SavingMixin
from .._validation import check_clips, is_path, unread
from ._cached_frames import CachedFrames
from ._compute import compute
from ._frame_collector import FrameCollector


class BaseFrontEnd(FramesOutputMixin, TransformerMixin, SavingMixin, DeclaredParameters, BaseEstimator):
    """Clips to frames.

    A subclass declares its parameters as annotated attributes, beside those that all front ends have and that
    stand here. It has the class attribute ``_prefix`` (of the bins' names), and four methods:
    ``_check_parameters`` (calls this class's), ``_n_bins``, ``_span`` and ``_frames``. Its class attribute
    ``version`` goes up whenever its results change, so that no cache serves old ones.
    """

    sr: float = positional(default=22050)
    hop_length: int = 512
    offset: float | str = 0.0
    duration: float | None = None
    random_state: int = 0
    device: str | torch.device = "cpu"
    memory: str | os.PathLike | None = None
    n_jobs: int | None = None
    verbose: int = 0

    version = 1

    @all_or_nothing
    def fit(self, X, y=None):
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : ignored

        Returns
        -------
        self : estimator
        """
        self._check_parameters()
        check_clips(self, X, reset=True, read=unread)
        return self

    def transform(self, X):
        """Compute the frames of each clip.

        Parameters
        ----------
        X : clips
            Paths, which are read and brought to ``sr``; or waveforms at ``sr``, as a 2-D array or a list
            of 1-D arrays. File objects (``io.BytesIO``) are read at once, as many as there are.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_bins, n_frames), or list of (n_bins, n_frames_i) arrays
            A list if clips differ in their number of frames. Files give float32, arrays keep their
            dtype.

        Raises
        ------
        OSError
            If a file cannot be read.
        ValueError
            If a parameter is out of its range, or a clip is too short; the message names it.
        """
        self._check_parameters()
        clips = check_clips(self, X, reset=False, finite=False, read=reader(self.sr))
        kept, collected, lengths = CachedFrames(self), FrameCollector(len(clips)), [0] * len(clips)
        missing = []
        for i, clip in enumerate(clips):
            found = kept.recall(clip)
            if found is None:
                missing.append(i)
            else:
                collected.put(i, found[0])
                lengths[i] = found[1]
        missing = kept.in_turn(missing)
        for i, n_samples in compute(self, kept, collected, missing, [clips[i] for i in missing]):
            lengths[i] = n_samples
        kept.warn_of_damage()
        self._warn_if_short(clips, lengths)
        return collected.get()

    def get_feature_names_out(self, input_features=None):
        """Return the names of the bins.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of str objects of shape (n_bins,)
            A prefix and the bin's number.
        """
        n_bins = self._n_bins()
        width = max(2, len(str(n_bins - 1)))
        return np.array([f"{self._prefix}{i:0{width}d}" for i in range(n_bins)], dtype=object)

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.string = True
        return tags

    def _check_parameters(self):
        """Raise if a parameter is out of its range."""
        check_number("sr", self.sr, above=0)
        check_excerpt(self.offset, self.duration, self.random_state)
        resolve_device(self.device)
        if self.memory is not None and not is_path(self.memory):
            raise TypeError(f"memory={self.memory!r} must be a folder's path, or None.")
        check_number("hop_length", self.hop_length, kind=numbers.Integral, low=1)

    def _n_bins(self):
        """Return the number of bins per frame."""
        raise NotImplementedError

    def _span(self):
        """Return how many samples one frame spans, which parameter sets that, and how it is made smaller."""
        raise NotImplementedError

    def _frames(self, y):
        """Return the frames of one clip, or of a batch of equal ones.

        Parameters
        ----------
        y : tensor of shape (n_samples,), or (n_clips, n_samples) on a GPU

        Returns
        -------
        frames : tensor of shape (n_bins, n_frames), or (n_clips, n_bins, n_frames)
        """
        raise NotImplementedError

    def _frames_in(self, empty, y):
        """Return the frames of one clip, in memory from ``empty`` if that spares a copy worth sparing.

        Parameters
        ----------
        empty : callable
            Takes a shape (n_frames, n_bins), and a ``dtype`` and ``device`` by name.
        y : tensor of shape (n_samples,)

        Returns
        -------
        frames : tensor of shape (n_bins, n_frames)
        """
        return self._frames(y)

    def _alone(self):
        """Return whether ``_frames`` of a batch are not those of its clips, so that they go one by one."""
        return False

    def _check_length(self, clip, n_samples, name):
        """Raise if a clip is too short.

        Files shorter than a hop are remnants; such arrays are padded, since a 2-D array of any width is
        a table to scikit-learn.
        """
        span, what, cure = self._span()
        if not getattr(self, "center", True) and n_samples < span:
            needed = f"{what} are needed if center=False"
            cure = f"use center=True, which pads the ends, or {cure}"
        elif is_path(clip) and n_samples < self.hop_length:
            needed = f"hop_length={self.hop_length} samples are needed"
            cure = "use a smaller hop_length"
        else:
            return
        raise ValueError(
            f"{name} is too short: it has {self._seconds(n_samples)}, and at least {needed}. "
            f"Leave it out, or {cure}."
        )

    def _warn_if_short(self, clips, lengths):
        """Warn of clips shorter than a frame; ``lengths`` are in samples."""
        span, what, cure = self._span()
        n_short = sum(n_samples < span for n_samples in lengths)
        if n_short:
            i = min(range(len(clips)), key=lengths.__getitem__)
            name = f"file {shown(clips[i])}" if is_path(clips[i]) else f"clip {i} of X"
            warnings.warn(
                f"{n_short} of {len(clips)} clips are shorter than {what}, and are padded at both ends. "
                f"The shortest is {name}, with {self._seconds(lengths[i])}. If that matters, use {cure}.",
                stacklevel=3,
            )

    def _seconds(self, n_samples):
        return f"{n_samples} samples ({n_samples / self.sr:.3f} s at sr={self.sr:g})"
