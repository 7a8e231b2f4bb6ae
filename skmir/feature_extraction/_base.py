"""What all front ends share: checking, streaming clip by clip, naming the clip in every error."""

import numbers
import warnings

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin

from .._output import FramesOutputMixin
from .._validation import check_clips, check_number, is_path, stack_if_equal
from ..audio._stream import stream, waveform


class BaseFrontEnd(FramesOutputMixin, TransformerMixin, BaseEstimator):
    """Clips to frames.

    A subclass has the parameters ``sr``, ``hop_length``, ``n_jobs`` and ``verbose``, the class attribute
    ``_prefix`` (of the bins' names), and four methods: ``_check_parameters`` (calls this class's),
    ``_n_bins``, ``_span`` and ``_frames``.
    """

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
        check_clips(self, X, reset=True)
        return self

    def transform(self, X):
        """Compute the frames of each clip.

        Parameters
        ----------
        X : clips
            Paths, which are read and brought to ``sr``; or waveforms at ``sr``, as a 2-D array or a list
            of 1-D arrays.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_bins, n_frames), or list of (n_bins, n_frames_i) arrays
            A list where clips differ in their number of frames. Files give float32, arrays keep their
            dtype.

        Raises
        ------
        OSError
            Where a file cannot be read.
        ValueError
            Where a parameter is out of its range, or a clip is too short; the message names it.
        """
        self._check_parameters()
        clips = check_clips(self, X, reset=False)
        results = stream(self._clip_frames, clips, n_jobs=self.n_jobs, verbose=self.verbose)
        self._warn_if_short([(n_samples, name) for _, n_samples, name in results])
        return stack_if_equal([frames for frames, _, _ in results])

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
        """Raise where a parameter is out of its range."""
        check_number("sr", self.sr, above=0)
        check_number("hop_length", self.hop_length, kind=numbers.Integral, low=1)

    def _n_bins(self):
        """Return the number of bins of a frame."""
        raise NotImplementedError

    def _span(self):
        """Return how many samples a frame spans, what sets that, and how it is made smaller."""
        raise NotImplementedError

    def _frames(self, y):
        """Return the frames of one clip.

        Parameters
        ----------
        y : tensor of shape (n_samples,)

        Returns
        -------
        frames : tensor of shape (n_bins, n_frames)
        """
        raise NotImplementedError

    def _clip_frames(self, position, clip):
        """Return one clip's frames as an array, its number of samples, and its name."""
        y, name = waveform(position, clip, sr=self.sr)
        self._check_length(len(y), name, is_file=is_path(clip))
        try:
            frames = self._frames(torch.tensor(y))  # a copy: the caller's array may be read-only
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
        return np.ascontiguousarray(frames.numpy()), len(y), name

    def _check_length(self, n_samples, name, *, is_file):
        """Raise where a clip is too short.

        Files shorter than a hop are remnants; such arrays are padded, since a 2-D array of any width is
        a table to scikit-learn.
        """
        span, what, cure = self._span()
        if not getattr(self, "center", True) and n_samples < span:
            needed = f"{what} are needed where center=False"
            cure = f"use center=True, which pads the ends, or {cure}"
        elif is_file and n_samples < self.hop_length:
            needed = f"hop_length={self.hop_length} samples are needed"
            cure = "use a smaller hop_length"
        else:
            return
        raise ValueError(
            f"{name} is too short: it has {self._duration(n_samples)}, and at least {needed}. "
            f"Leave it out, or {cure}."
        )

    def _warn_if_short(self, clips):
        """Warn of clips shorter than a frame; ``clips`` holds their numbers of samples and names."""
        span, what, cure = self._span()
        short = [clip for clip in clips if clip[0] < span]
        if short:
            n_samples, name = min(short)
            warnings.warn(
                f"{len(short)} of {len(clips)} clips are shorter than {what}, and are padded at both ends. "
                f"The shortest is {name}, with {self._duration(n_samples)}. Where that matters, use {cure}.",
                stacklevel=3,
            )

    def _duration(self, n_samples):
        return f"{n_samples} samples ({n_samples / self.sr:.3f} s at sr={self.sr:g})"
