"""Frames of clips that stay on disk, and are read clip by clip, or window by window."""

import dataclasses
import numbers
from collections.abc import Callable

import numpy as np


@dataclasses.dataclass(frozen=True)
class Step:
    """Change of the frames of a clip when they are read.

    Parameters
    ----------
    function : callable
        From an array of shape (n_bins, n_frames) to one of shape (n_bins_out, n_frames_out). It must not
        change later: it is a method of a copy of a fitted step.
    frame_wise : bool
        Whether a frame of the result depends on the same frame only, to the last bit, so that the function
        may get a part of a clip.
    needs_peak : bool
        Whether the function depends on the highest value of the clip too, which it takes as its second
        argument.
    same_length : bool
        Whether n_frames_out is always n_frames; True if the step is ``frame_wise``.
    """

    function: Callable
    frame_wise: bool = False
    needs_peak: bool = False
    same_length: bool = False


class StoredFrames:
    """Frames of clips that stay on disk: what front ends with ``stored=True`` return.

    It takes the place of the array, or list of arrays, that a front end would return: steps on frames,
    poolers and networks take it, scikit-learn splits it into folds, and results are the same bit for bit.
    Frames are read when they are needed, those of a clip or of a window at a time, so that memory does not
    grow with the number of clips, except by some hundred bytes per clip.

    Steps that change each clip by itself, such as a fitted :class:`~skmir.preprocessing.FrameScaler`, are
    applied whenever frames are read.

    Parameters
    ----------
    source : object
        Where the frames are; front ends pass it.
    steps : tuple, default=()
        What is done to the frames of a clip when they are read.

    Attributes
    ----------
    shape : tuple of int
        (n_clips,): a one-dimensional array, whose items are clips.
    lengths : ndarray of shape (n_clips,)
        Number of frames of each clip.
    n_bins : int
        Number of bins per frame.
    dtype : dtype
        Of the frames.

    See Also
    --------
    FeatureCache : The files in which the frames are.

    Notes
    -----
    An integer as index reads one clip, an ndarray of shape (n_bins, n_frames_i). A slice, or an array of
    integers or booleans, gives a StoredFrames of these clips, and reads nothing. Iteration reads one clip
    after another. :func:`numpy.asarray` is refused, so that nothing loads all frames by accident; ``load``
    does so.

    No file stays open. A pickle holds names and lengths, and no frames: whoever loads it needs the folder.

    Examples
    --------
    >>> import tempfile
    >>> import numpy as np
    >>> from skmir.feature_extraction import MelSpectrogram
    >>> folder = tempfile.TemporaryDirectory()
    >>> front_end = MelSpectrogram(n_mels=40, memory=folder.name, stored=True)
    >>> frames = front_end.fit_transform([np.zeros(22050), np.zeros(44100), np.ones(22050)])
    >>> frames
    StoredFrames of 3 clips, 40 bins, 44 to 87 frames
    >>> frames[1].shape
    (40, 87)
    >>> frames[[0, 2]].load().shape
    (2, 40, 44)
    """

    def __init__(self, source, steps=()):
        self._source = source
        self._steps = tuple(steps)
        # What steps make of clips: "form" -> (n_bins, dtype), number of steps -> {length before: after}.
        self._known = {}

    @property
    def shape(self):
        return (len(self),)

    @property
    def ndim(self):
        return 1

    @property
    def lengths(self):
        return self._lengths(len(self._steps))

    @property
    def n_bins(self):
        return self._form[0]

    @property
    def dtype(self):
        return self._form[1]

    def __len__(self):
        return len(self._source)

    def __getitem__(self, key):
        if isinstance(key, tuple) and len(key) == 2 and key[1] is Ellipsis:  # as scikit-learn takes rows
            key = key[0]
        if isinstance(key, numbers.Integral):
            if not -len(self) <= key < len(self):
                raise IndexError(f"index {key} is out of bounds for {len(self)} clips.")
            return self._clip(int(key) % len(self))
        rows = np.arange(len(self))[key]
        if rows.ndim != 1:
            raise IndexError(f"StoredFrames take one index, which picks clips, got {key!r}.")
        taken = StoredFrames(self._source.take(rows), self._steps)
        taken._known = self._known
        return taken

    def __iter__(self):
        return map(self._clip, range(len(self)))

    def __array__(self, dtype=None, copy=None):
        raise TypeError(
            f"The frames of {len(self)} clips stay on disk (stored=True), but an array in memory is asked "
            "for. Pass load() of them, or of some: frames[:100].load(); or, in a Pipeline, set stored=False "
            "in the front end."
        )

    def __repr__(self):
        if not len(self):
            return "StoredFrames of 0 clips"
        lengths = self.lengths
        span = f"{lengths.min()} to {lengths.max()}" if len(set(lengths.tolist())) > 1 else f"{lengths[0]}"
        return f"StoredFrames of {len(self)} clips, {self.n_bins} bins, {span} frames"

    def __getstate__(self):
        return {**vars(self), "_known": {}}

    def load(self):
        """Return all frames in memory, as the steps before would have returned them.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_bins, n_frames), or list of (n_bins, n_frames_i) arrays
            A list if clips differ in their number of frames.
        """
        lengths = self.lengths
        if (lengths != lengths[0]).any():
            return list(self)
        # In memory, the bins of a frame are adjacent, as front ends leave them.
        frames = np.empty((len(self), lengths[0], self.n_bins), self.dtype).swapaxes(1, 2)
        for place, x in zip(frames, self, strict=True):
            place[...] = x
        return frames

    def _clip(self, row):
        return self._stepped(row, self._source.read(row))

    def _stepped(self, row, x):
        """Return frames after all steps."""
        for i, step in enumerate(self._steps):
            peak = np.full((1, 1), self._source.highs[row], x.dtype) if step.needs_peak and i == 0 else None
            x = step.function(x, peak) if step.needs_peak else step.function(x)
        if self._steps and not np.isfinite(x).all():
            raise _not_finite(row, self._source.name(row))
        return x

    @property
    def _form(self):
        """Number of bins and dtype after all steps, which the first clip shows."""
        if "form" not in self._known:
            n_bins, dtype = self._source.n_bins, self._source.dtype
            if self._steps:
                x = self._clip(0)
                n_bins, dtype = len(x), x.dtype
            self._known["form"] = n_bins, dtype
        return self._known["form"]

    def _lengths(self, n_steps):
        """Return the number of frames of each clip after some of the steps."""
        if n_steps == 0:
            return self._source.lengths
        before, step = self._lengths(n_steps - 1), self._steps[n_steps - 1]
        if step.frame_wise or step.same_length:
            return before
        # The shape of what comes out depends on that of what goes in only, so that one clip, repeated or cut,
        # stands for all.
        after = self._known.setdefault(n_steps, {})
        if unknown := set(before.tolist()) - after.keys():
            x = StoredFrames(self._source, self._steps[: n_steps - 1])[0]
            for n in unknown:
                after[n] = step.function(x[:, np.arange(n) % x.shape[1]]).shape[1]
        return np.array([after[n] for n in before.tolist()], np.int64)


def as_it_is(estimator):
    """Return a shallow copy of a fitted estimator, whose methods stay the same when that is fitted again."""
    twin = object.__new__(type(estimator))
    vars(twin).update(vars(estimator))
    return twin


def with_step(frames, step):
    """Return StoredFrames with one more step, which is applied when they are read."""
    return StoredFrames(frames._source, (*frames._steps, step))


def as_dtype(frames, dtype):
    """Return StoredFrames that are converted to a dtype when they are read."""
    if frames.dtype == dtype:
        return frames
    return with_step(frames, Step(_Cast(np.dtype(dtype)), frame_wise=True))


def read_by_window(frames):
    """Return whether a part of a clip of StoredFrames is read without the rest."""
    alone = all(step.frame_wise for step in frames._steps)
    return alone and not any(step.needs_peak for step in frames._steps[1:])


def window_of(frames, row, start, stop):
    """Return the frames of one clip of StoredFrames from ``start`` to before ``stop``."""
    if not read_by_window(frames):
        return frames[row][:, start:stop]
    return frames._stepped(row, frames._source.read(row, start, stop))


def check_finite(frames):
    """Raise if a value of StoredFrames on disk is not finite; later steps are checked as they are read."""
    infinite = ~(np.isfinite(frames._source.lows) & np.isfinite(frames._source.highs))
    if infinite.any():
        row = int(infinite.argmax())
        raise _not_finite(row, frames._source.name(row))


def lowest_of(frames):
    """Return the lowest value of all clips' frames, in memory or on disk."""
    if isinstance(frames, StoredFrames) and not frames._steps:
        return frames._source.lows.min()
    return min(x.min() for x in frames)


def n_frames_of(frames):
    """Return the number of frames of each clip, int64 of shape (n_clips,)."""
    if isinstance(frames, StoredFrames):
        return frames.lengths
    return np.array([x.shape[1] for x in frames], np.int64)


class _Cast:
    """Convert frames to a dtype."""

    def __init__(self, dtype):
        self.dtype = dtype

    def __call__(self, x):
        return x.astype(self.dtype)


def _not_finite(row, name):
    return ValueError(f"Frames must be finite, but those of clip {row} of X ({name}) hold NaN or infinity.")
