"""The base of all front ends: parameters, checks, streaming clip by clip, errors that name the clip."""

import numbers
import os
import warnings

import numpy as np
import torch
from sklearn.base import BaseEstimator, TransformerMixin

from .._declared_parameters import DeclaredParameters, method_missing, positional
from .._device import resolve_device
from .._fitting import all_or_nothing
from .._output import FramesOutputMixin
from .._parameter_checks import check_number
from .._reading import check_excerpt, reader
from .._saving import SavingMixin
from .._step_modules import StepSequence
from .._validation import check_clips, is_path, unread
from .._waveforms import warn_if_loud
from ._cached_frames import cache_of, check_memory, clip_name
from ._compute import compute
from ._front_end_module import FrontEndModule


class BaseFrontEnd(FramesOutputMixin, TransformerMixin, SavingMixin, DeclaredParameters, BaseEstimator):
    """Base of front ends: clips to frames, each clip by itself.

    It checks what comes in, reads files and brings them to ``sr``, cuts excerpts, goes through the clips one
    by one in threads or in batches on a GPU, keeps frames in ``memory``, names the bins, and says in every
    error which clip it is about. A subclass says how one clip becomes frames. It declares parameters of its
    own as annotated attributes (:class:`DeclaredParameters`); those below are declared here.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz: files are brought to it, waveforms are taken to have it.
    hop_length : int, default=512
        From one frame to the next, in samples.
    offset : float, "center" or "random", default=0.0
        Start of the excerpt in each clip, in s; or the middle of the clip; or a random place, which the
        clip's content and ``random_state`` decide.
    duration : float or None, default=None
        How much of each clip to use at most, in s; None is all. "center" and "random" need it.
    random_state : int, default=0
        Which of the random excerpts: the same clip and number always give the same one.
    device : str or torch.device, default="cpu"
        Where to compute: "cuda" works on batches of clips; "auto" takes a GPU if there is one.
    memory : str, PathLike or None, default=None
        A folder in which each clip's frames are kept, so that they are computed once whatever the folds,
        candidates and processes; see :class:`skmir.feature_extraction.FeatureCache`.
    stored : bool or "float16", default=False
        Whether frames stay in ``memory``, on disk, and are read when they are needed: for clips whose frames
        do not fit into the computer's memory. The result is then a
        :class:`skmir.feature_extraction.StoredFrames`. "float16" takes half the space, and rounds
        values to 11 bits.
    n_jobs : int or None, default=None
        Threads, as in joblib. The result does not depend on it.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Attributes
    ----------
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.
    version : int
        A subclass raises it whenever its results change, so that no cache serves old ones.

    See Also
    --------
    skmir.dsp : Transforms of sound on tensors, which front ends are made from.

    Notes
    -----
    A subclass must have a class attribute and three methods:

    ``_prefix``
        What the names of the bins begin with, a str.

    ``_n_bins()``
        Returns the number of bins of a frame. It follows from the parameters.

    ``_span()``
        Returns the length of a frame in samples, the same in words, and how to make it smaller, as in
        ``(2048, "n_fft=2048 samples", "a smaller n_fft")``. Errors and warnings about short clips say it.

    ``_frames(y)``
        Returns the frames of one clip, a tensor of shape (n_bins, n_frames) in the dtype and on the device of
        y. It gets a tensor of shape (n_samples,), of float32 or float64, which it does not write to. The clip
        may be shorter than a frame. On a GPU it gets a batch of equally long clips, a tensor of shape
        (n_clips, n_samples), and returns one of shape (n_clips, n_bins, n_frames): axes are counted from the
        end, and no clip depends on another.

    It may have:

    ``_check_parameters()``
        Calls ``super()._check_parameters()``, and raises if a parameter of its own is not what it may be. It
        runs in ``fit`` and in ``transform``.

    ``_alone()``
        Returns True if ``_frames`` cannot take batches; on a GPU it then gets one clip at a time.

    ``_designed()``
        Returns a pair: a front end that computes what nobody learns, such as a spectrum, and a
        :class:`torch.nn.Module` that makes of its frames what this front end returns, with the weights that
        training may change as Parameters. By default ``(self, None)``: nothing can be learned.

    ``_identity()``
        Returns a str that changes with whatever else the result depends on than parameters and code, such as
        the content of a file that a parameter names. It is part of the names of entries in ``memory``.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from skmir.base import BaseFrontEnd
    >>> class Loudness(BaseFrontEnd):
    ...     _prefix = "rms"
    ...
    ...     def _n_bins(self):
    ...         return 1
    ...
    ...     def _span(self):
    ...         return self.hop_length, f"hop_length={self.hop_length} samples", "a smaller hop_length"
    ...
    ...     def _frames(self, y):
    ...         blocks = y.split(self.hop_length, dim=-1)
    ...         return torch.stack([block.square().mean(-1).sqrt() for block in blocks], dim=-1).unsqueeze(-2)
    >>> clips = [np.full(2048, 0.1), np.full(3000, 0.5)]
    >>> [frames.round(3).tolist() for frames in Loudness(hop_length=1024).transform(clips)]
    [[[0.1, 0.1]], [[0.5, 0.5, 0.5]]]
    """

    sr: float = positional(default=22050)
    hop_length: int = 512
    offset: float | str = 0.0
    duration: float | None = None
    random_state: int = 0
    device: str | torch.device = "cpu"
    memory: str | os.PathLike | None = None
    stored: bool | str = False
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
            dtype. A :class:`~skmir.feature_extraction.StoredFrames` if ``stored``.

        Raises
        ------
        OSError
            If a file cannot be read; or if ``stored`` and frames cannot be written to ``memory``.
        ValueError
            If a parameter is out of its range, or a clip is too short; the message names it.
        """
        self._check_parameters()
        clips = list(check_clips(self, X, reset=False, finite=False, loud=False, read=reader(self.sr)))
        kept = cache_of(self)
        collected, lengths = kept.collector(clips), [0] * len(clips)
        finite = False
        if not is_path(clips[0]):
            peaks = kept.peaks(clips)
            warn_if_loud(clips, peaks, stacklevel=3)
            finite = bool(np.isfinite(peaks).all())  # a peak is NaN or infinite if any sample is
        missing = []
        for i, clip in enumerate(clips):
            found = kept.recall(clip)
            if found is None:
                missing.append(i)
            else:
                collected.put(i, found[0])
                lengths[i] = found[1]
        missing = kept.in_turn(missing)
        clips_missing = [clips[i] for i in missing]
        for i, n_samples in compute(self, kept, collected, missing, clips_missing, finite=finite):
            lengths[i] = n_samples
        kept.warn_of_damage()
        self._warn_if_short(clips, lengths)
        return collected.get()

    @all_or_nothing
    def fit_transform(self, X, y=None):
        """Do what ``fit`` and ``transform`` do, and search waveforms for NaN and infinity only once.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : ignored

        Returns
        -------
        frames : ndarray of shape (n_clips, n_bins, n_frames), or list of (n_bins, n_frames_i) arrays
        """
        if type(self).fit is not BaseFrontEnd.fit:
            return super().fit_transform(X, y)
        self._check_parameters()
        check_clips(self, X, reset=True, finite=False, read=unread)
        return self.transform(X)

    def to_module(self):
        """Return a module of torch that computes the frames of waveforms, as ``transform`` does.

        Returns
        -------
        module : torch.nn.Module
            It takes waveforms at ``sr``, a tensor of shape (B, n_samples), and ``lengths``, an int64 tensor
            of shape (B,) that says how many samples are each clip's own if clips of unequal length are padded
            at their end, or None. It returns frames of shape (B, n_bins, n_frames), and
            ``module.out_lengths(lengths)`` returns how many frames are each clip's own. What the designer of
            the front end chose, and training may change, are its Parameters, in torch's default dtype: the
            weights of mel bands and of pitch classes, and the cosines of the cepstrum. Gradients reach the
            waveforms.

        Raises
        ------
        ValueError
            If a parameter is out of its range, or ``offset="random"``.

        Notes
        -----
        A module neither reads files nor checks its input, and computes where its input is. Weights of bands
        and pitch classes stay at least 0 in training, and those that are 0 at the start stay 0.

        Examples
        --------
        >>> import torch
        >>> from skmir.feature_extraction import MelSpectrogram
        >>> module = MelSpectrogram(n_mels=40).to_module()
        >>> module(torch.zeros(2, 22050)).shape
        torch.Size([2, 40, 44])
        >>> module.out_lengths(torch.tensor([22050, 11025]))
        tensor([44, 22])
        """
        self._check_parameters()
        if self.offset == "random":
            raise ValueError(
                f"{type(self).__name__} has offset='random', whose place follows from a clip's file or "
                "array, which a module does not see. Use offset='center', or a number of s."
            )
        # If a clip's content decides the weights, as its tuning does, there are none that all clips share.
        front_end, stage = (self, None) if self._alone() else self._designed()
        if stage is None:
            return FrontEndModule(self)
        return StepSequence({"front_end": front_end.to_module(), "designed": stage})

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
        check_memory(self.memory, self.stored)
        check_number("hop_length", self.hop_length, kind=numbers.Integral, low=1)

    def _n_bins(self):
        """Return the number of bins per frame."""
        raise method_missing(self, "_check_parameters")

    def _span(self):
        """Return how many samples one frame spans, which parameter sets that, and how it is made smaller."""
        raise method_missing(self, "_span")

    def _frames(self, y):
        """Return the frames of one clip, or of a batch of equal ones.

        Parameters
        ----------
        y : tensor of shape (n_samples,), or (n_clips, n_samples) on a GPU

        Returns
        -------
        frames : tensor of shape (n_bins, n_frames), or (n_clips, n_bins, n_frames)
        """
        raise method_missing(self, "_frames")

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

    def _designed(self):
        """Return a front end that is computed once, and a module that makes the frames of what it gives.

        Returns
        -------
        front_end : BaseFrontEnd
        stage : StepModule or None
            None if nothing of this front end can learn, which then is ``front_end`` itself.
        """
        return self, None

    def _identity(self):
        """Return what the result depends on besides parameters and code, for the cache, as a str."""
        return ""

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
            name = clip_name(i, clips[i])
            warnings.warn(
                f"{n_short} of {len(clips)} clips are shorter than {what}, and are padded at both ends. "
                f"The shortest is {name}, with {self._seconds(lengths[i])}. If that matters, use {cure}.",
                stacklevel=3,
            )

    def _seconds(self, n_samples):
        return f"{n_samples} samples ({n_samples / self.sr:.3f} s at sr={self.sr:g})"
