"""Frames as a picture."""

import numpy as np

from .._annotations import CHECKS, kind_of_annotations
from .._parameter_checks import check_number
from .._reading import waveform as read_waveform
from .._validation import is_path
from ..feature_extraction import CQT, DFT, BeatSynchronizer, Chroma, MelSpectrogram, Tempogram
from ._annotations_display import draw_segments
from ._bin_axis import axis_of, axis_of_names
from ._style import GREY, new_axes
from ._unwrap import steps_to_frames

_LABELS, _WAVEFORM, _GAP = 0.07, 0.22, 0.02  # heights of what stands above, as shares of the picture's
_N_BLOCKS = 2000  # of a long waveform, each drawn as a line from its lowest to its highest sample


class FramesDisplay:
    """Draw the frames of one clip, with time in s and the front end's own axis of frequency.

    The vertical axis follows the front end: Hz for ``DFT``, Hz on the mel scale for ``MelSpectrogram``, notes
    for ``CQT``, pitch classes for ``Chroma``, lags in s for ``Tempogram``, and names of bins for all others
    and if later steps change the bins. Frequencies are the positions themselves, so that whatever else is
    drawn on ``ax_`` in s and Hz, such as a melody, falls into its place.

    Parameters
    ----------
    frames : ndarray of shape (n_bins, n_frames)
        Frames of one clip.
    estimator : front end, Pipeline or None, default=None
        Where the frames come from. None numbers bins and frames.
    in_seconds : bool, default=True
        Whether frames are ``hop_length`` samples apart. If not, they are numbered: they come from a step that
        joins or drops frames.
    waveform : ndarray of shape (n_samples,) or None, default=None
        The clip at the front end's sampling rate, which is drawn above the frames.
    annotation : annotation or None, default=None
        What happens in the clip, with times in s, as :func:`skmir.datasets.read_annotations` or a detector's
        ``predict`` gives it. Times are drawn as lines, labelled segments as boxes above the frames, and notes
        as lines at their pitches if the axis shows frequencies.
    db_range : float or None, default=80.0
        Frames of ``DFT``, ``MelSpectrogram`` and ``CQT`` are drawn in dB below the highest value, down to
        this many. None draws the values themselves, as is done for other front ends and after later steps.

    Attributes
    ----------
    values_ : ndarray of shape (n_bins, n_frames)
        What is drawn: decibels or values.
    times_ : ndarray of shape (n_frames + 1,)
        Ends of the frames, in s, or counted in frames.
    ax_ : matplotlib Axes
        The axes of the frames.
    waveform_ax_, labels_ax_ : matplotlib Axes or None
        The axes of the waveform and of labelled segments, if they are drawn.
    figure_ : matplotlib Figure
        The figure around them.

    See Also
    --------
    AnnotationsDisplay : Annotation and prediction, without sound.

    Notes
    -----
    With a number as the front end's ``offset``, time is the clip's. With "center" or "random" it starts at 0
    with the excerpt. If ``CQT`` estimates the tuning of each clip, notes are drawn at A = 440 Hz.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction import CQT
    >>> from skmir.inspection import FramesDisplay
    >>> clip = np.sin(2 * np.pi * 440 * np.arange(22050) / 22050)
    >>> display = FramesDisplay.from_estimator(CQT(), clip, waveform=True)
    >>> display.ax_.get_ylabel(), display.ax_.get_xlabel()
    ('note', 'time in s')
    """

    def __init__(
        self,
        frames,
        estimator=None,
        *,
        in_seconds=True,
        waveform=None,
        annotation=None,
        db_range=80.0,
    ):
        self.frames = frames
        self.estimator = estimator
        self.in_seconds = in_seconds
        self.waveform = waveform
        self.annotation = annotation
        self.db_range = db_range

    @classmethod
    def from_frames(
        cls,
        frames,
        estimator=None,
        *,
        in_seconds=True,
        waveform=None,
        annotation=None,
        db_range=80.0,
        ax=None,
    ):
        """Draw frames that were computed before.

        Parameters
        ----------
        frames, estimator, in_seconds, waveform, annotation, db_range : see the class
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : FramesDisplay
        """
        options = {"waveform": waveform, "annotation": annotation, "db_range": db_range}
        return cls(frames, estimator, in_seconds=in_seconds, **options).plot(ax=ax)

    @classmethod
    def from_estimator(cls, estimator, clip, *, waveform=False, annotation=None, db_range=80.0, ax=None):
        """Compute the frames of one clip and draw them.

        Parameters
        ----------
        estimator : front end, Pipeline or search
            A front end; or a fitted Pipeline, or a search for one, of which the steps are taken that make
            frames, up to the first that makes something else.
        clip : path, or ndarray of shape (n_samples,)
            A recording, or its waveform at the front end's sampling rate.
        waveform : bool, default=False
            Whether to draw the waveform above the frames.
        annotation, db_range : see the class
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : FramesDisplay

        Raises
        ------
        TypeError
            If there is no front end in the estimator.
        ValueError
            If ``clip`` is not a single clip.
        OSError
            If the file cannot be read.
        """
        before, front_end, after = steps_to_frames(estimator)
        X = [one_clip(clip)]
        for step in before:
            X = step.transform(X)
        raw = frames = front_end.transform(X)
        for step in after:
            frames = step.transform(frames)
        return cls.from_frames(
            frames[0],
            estimator,
            in_seconds=is_regular(front_end) and frames[0].shape[-1] == raw[0].shape[-1],
            waveform=samples_of(front_end, X[0]) if waveform else None,
            annotation=annotation,
            db_range=db_range,
            ax=ax,
        )

    def plot(self, ax=None):
        """Draw the frames.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure. What stands above the frames is drawn above these axes.

        Returns
        -------
        self : FramesDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        TypeError
            If there is no front end in the estimator.
        ValueError
            If the frames do not fit the front end, or what stands above them does not fit the frames.
        """
        frames = _checked(self.frames)
        front_end, after = (None, []) if self.estimator is None else steps_to_frames(self.estimator)[1:]
        self._in_seconds = self.in_seconds and front_end is not None
        axis = bins_of(front_end, after, len(frames))
        self.values_, unit = self._values(frames, None if after else front_end)
        self.times_ = edges_of(front_end if self._in_seconds else None, frames.shape[1])
        annotation = self._check_above()
        self.ax_ = new_axes("FramesDisplay", (8, 4)) if ax is None else ax
        self.figure_ = self.ax_.get_figure()
        self._draw(axis, unit)
        self._top = 1 + _GAP
        self.labels_ax_ = self.waveform_ax_ = None
        if annotation is not None:
            self._draw_annotation(*annotation, axis)
        if self.waveform is not None:
            self._draw_waveform(front_end)
        return self

    def _values(self, frames, front_end):
        """Return what is drawn, and its unit; ``front_end`` is None if there are steps behind it."""
        check_number("db_range", self.db_range, above=0, none=True)
        if self.db_range is None or not isinstance(front_end, DFT | MelSpectrogram | CQT):
            return frames, "value"
        factor = 20 / getattr(front_end, "power", 1)
        shares = np.abs(frames) / (np.nanmax(np.abs(frames)) or 1)
        lowest = 10 ** (-self.db_range / factor)
        return factor * np.log10(np.maximum(shares, lowest)), "dB below the highest"

    def _check_above(self):
        """Return kind and checked annotation, or None if there is none."""
        if not self._in_seconds and (self.waveform is not None or self.annotation is not None):
            raise ValueError(
                "waveform and annotation must be None if the frames have no times in s: without an "
                "estimator, or after a step that joins or drops frames. Draw the steps before it, or "
                "leave both out."
            )
        if self.annotation is None:
            return None
        kind = kind_of_annotations([self.annotation])
        if kind is None:
            raise ValueError(
                "annotation must be of one clip: an array of times in s, or a pair of intervals and labels "
                f"or pitches, got {type(self.annotation).__name__}."
            )
        return kind, CHECKS[kind]([self.annotation], name="annotation")[0]

    def _draw(self, axis, unit):
        # A tempogram's zeros are negative by rounding.
        signed = unit == "value" and np.nanmin(self.values_) < -1e-3 * np.nanmax(np.abs(self.values_))
        self._line_colour = "black" if signed else "white"
        colours, extend = {"cmap": "magma"}, "neither"
        if signed:
            limit = np.nanpercentile(np.abs(self.values_), 90) or 1  # some few bins dwarf the others
            colours = {"cmap": "RdBu_r", "vmin": -limit, "vmax": limit}
            extend = "both"
        elif unit != "value":
            colours |= {"vmin": -self.db_range, "vmax": 0}
        if axis.scale is None:
            extent = (*self.times_[[0, -1]], *axis.edges[[0, -1]])
            image = self.ax_.imshow(self.values_, origin="lower", aspect="auto", extent=extent, **colours)
        else:
            image = self.ax_.pcolormesh(self.times_, axis.edges, self.values_, rasterized=True, **colours)
        axis.apply(self.ax_)
        self.figure_.colorbar(image, ax=self.ax_, label=unit, extend=extend)
        self.ax_.set_xlim(self.times_[[0, -1]])
        self.ax_.set_xlabel("time in s" if self._in_seconds else "frame")

    def _draw_annotation(self, kind, annotation, axis):
        if kind == "segments":
            self.labels_ax_ = self._axes_above(_LABELS)
            draw_segments(self.labels_ax_, 0, *annotation)
            self.labels_ax_.set_axis_off()
        elif kind != "notes":
            times = annotation[:, 0] if annotation.ndim == 2 else annotation
            for time in times:
                self.ax_.axvline(time, color=self._line_colour, linewidth=0.9, alpha=0.8)
        elif axis.in_hz:
            intervals, pitches = annotation
            self.ax_.hlines(pitches, *intervals.T, color=self._line_colour, linewidth=1.5)
        else:
            raise ValueError(
                f"annotation must not be notes on an axis of {axis.label!r}, which shows no frequencies. Use "
                "CQT, MelSpectrogram or DFT."
            )

    def _draw_waveform(self, front_end):
        y = np.asarray(self.waveform)
        if y.ndim != 1 or not y.size:
            raise ValueError(f"waveform must have the shape (n_samples,), got {y.shape}.")
        offset = getattr(front_end, "offset", 0.0)
        start = 0.0 if isinstance(offset, str) else offset
        self.waveform_ax_ = self._axes_above(_WAVEFORM)
        size = max(1, len(y) // _N_BLOCKS)
        places = np.arange(0, len(y), size)
        lowest, highest = np.minimum.reduceat(y, places), np.maximum.reduceat(y, places)
        times = start + places / front_end.sr
        if size == 1:
            self.waveform_ax_.plot(times, y, color=GREY, linewidth=0.5)
        else:
            self.waveform_ax_.vlines(times, lowest, highest, color=GREY, linewidth=0.5)
        self.waveform_ax_.set_ylabel("waveform", fontsize="small")
        self.waveform_ax_.tick_params(labelbottom=False, labelsize="small")
        self.waveform_ax_.spines[["top", "right"]].set_visible(False)

    def _axes_above(self, height):
        ax = self.ax_.inset_axes([0, self._top, 1, height], sharex=self.ax_)
        self._top += height + _GAP
        return ax


def one_clip(clip):
    if is_path(clip):
        return clip
    shape = getattr(clip, "shape", None)
    if shape is None or len(shape) != 1 or np.asarray(clip).dtype.kind not in "fiu":
        of_shape = "" if shape is None else f" of shape {shape}"
        raise ValueError(
            "clip must be one path, or one waveform as an array of shape (n_samples,), got "
            f"{type(clip).__name__}{of_shape}. Pass one of several clips, as in X[0]."
        )
    return np.asarray(clip)


def is_regular(front_end):
    """Return whether frames are equally far apart in time."""
    return not isinstance(front_end, BeatSynchronizer) or front_end.repeat


def edges_of(front_end, n_frames):
    """Return the ends of frames in s, as an array of shape (n_frames + 1,); without front end, in frames."""
    edges = np.arange(n_frames + 1) - 0.5
    if front_end is None:
        return edges
    offset = getattr(front_end, "offset", 0.0)
    start = 0.0 if isinstance(offset, str) else offset
    if not getattr(front_end, "center", True) and not isinstance(front_end, Tempogram):
        start += getattr(front_end, "n_fft", 0) / 2 / front_end.sr  # a frame begins at its hop
    return start + edges * front_end.hop_length / front_end.sr


def samples_of(front_end, clip):
    """Return the samples that a front end sees of a clip."""
    names = ("offset", "duration", "random_state")
    excerpt = {name: getattr(front_end, name) for name in names if hasattr(front_end, name)}
    return read_waveform(0, clip, sr=front_end.sr, **excerpt)[0]


def _checked(frames):
    frames = np.asarray(frames)
    if frames.ndim != 2 or not frames.size or frames.dtype.kind not in "fiub":
        raise ValueError(
            f"frames must be numbers of one clip, of shape (n_bins, n_frames), got {frames.dtype} of shape "
            f"{frames.shape}. Pass one of several clips, as in frames[0]."
        )
    return frames.astype(float)


def bins_of(front_end, after, n_bins):
    """Return the axis of the bins: the front end's own if later steps leave the names of bins alone."""
    if front_end is None:
        return axis_of_names([str(i) for i in range(n_bins)])
    own = names = list(front_end.get_feature_names_out())
    for step in after:
        names = list(step.get_feature_names_out(names))
    if len(names) != n_bins:
        raise ValueError(
            f"frames must have {len(names)} rows, one for each bin of the estimator, got {n_bins}. Pass the "
            "estimator that made them, or None."
        )
    if isinstance(front_end, BeatSynchronizer):
        front_end = Chroma() if front_end.front_end is None else front_end.front_end
    axis = axis_of(front_end) if names == own else None
    return axis_of_names(names) if axis is None else axis
