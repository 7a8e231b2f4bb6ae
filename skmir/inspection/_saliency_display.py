"""Where in time and frequency the decision of a classifier comes from."""

import copy
import numbers
from typing import NamedTuple

import numpy as np
import torch

from .._parameter_checks import check_choice, check_number
from .._reading import waveform as read_waveform
from .._validation import is_path
from .._waveforms import scaled_samples
from ..neural_network import BaseNetworkClassifier
from ._bin_axis import axis_of_bands
from ._class_scores import ClassScores
from ._frames_display import bins_of, edges_of, is_regular, one_clip
from ._integrated_gradients import integrated_gradients
from ._occlusion import occlusion
from ._sound_masks import SoundMasks
from ._style import PLAIN, new_axes, printable
from ._unwrap import all_steps, last_step, steps_to_frames, unwrapped

_METHODS = ("occlusion", "integrated_gradients")
_BASELINES = ("silence", "zeros")
_ROWS, _DB_RANGE = 128, 60  # of the spectrogram behind the saliency


class SaliencyDisplay:
    """Draw where in time and frequency the decision for a class comes from, and make it heard.

    Red is what speaks for the class, blue what speaks against it. Behind it, in grey, is the spectrogram of
    the clip. :meth:`to_audio` returns the clip with only its most salient parts.

    Parameters
    ----------
    saliency : ndarray of shape (n_bins, n_segments)
        What each cell of time and frequency contributes to the score of the class.
    times : ndarray of shape (n_segments + 1,)
        Edges of the cells, in s.
    estimator : front end, Pipeline or None, default=None
        What the bins are bins of. None takes them as bands of equal width on the mel scale from 0 to
        ``sr / 2``.
    waveform : ndarray of shape (n_samples,)
        What is heard of the clip.
    sr : float
        Sampling rate of the waveform, in Hz.
    offset : float, default=0.0
        Where in the clip the waveform begins, in s.
    label : str, default="saliency"
        What the values are.

    Attributes
    ----------
    target_ : label
        The class; only after ``from_estimator``.
    convergence_delta_ : float
        By how much the contributions of integrated gradients add up to more than the difference of the
        scores of clip and baseline; only after ``from_estimator``.
    ax_ : matplotlib Axes
        The axes of the drawing.
    figure_ : matplotlib Figure
        The figure around them.

    See Also
    --------
    FramesDisplay : What a model gets to see of a clip.

    Notes
    -----
    **Occlusion** [1]_ asks the model itself, whatever it is: one cell after another is removed from the
    *sound*, through a short-time Fourier transform, and the value of the cell is by how much the score falls.
    What a sound has twice, in two cells, is not missed if one is removed: larger cells (a smaller ``n_bands``
    or ``n_segments``; 1 asks about time or frequency alone) show more of it, with less detail. A
    model may also react to the hole rather than to what was there.

    **Integrated gradients** [2]_ follow the gradient of a network's score from a baseline to the clip, in a
    straight line through its input. The values add up to the difference of the two scores. The baseline
    "silence" is what the network gets for a clip of zeros: every front end has it, the question is that of
    occlusion, and where a clip is silent nothing is attributed. "zeros" is the mean of the training frames if
    the step before the network is a scaler: then, that a sound is missing contributes too.

    The score is the log-odds of the class, log(p / (1 - p)), if the classifier has ``predict_proba``; the
    column of its ``decision_function`` if not. A probability of 0, as trees vote, counts as 1e-6.

    References
    ----------
    .. [1] M. D. Zeiler and R. Fergus, "Visualizing and understanding convolutional networks", ECCV 2014.
    .. [2] M. Sundararajan, A. Taly and Q. Yan, "Axiomatic attribution for deep networks", ICML 2017.

    Examples
    --------
    A classifier of low and high tones, and a clip with a high tone in its second half only:

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmir.feature_extraction import MelSpectrogram
    >>> from skmir.inspection import SaliencyDisplay
    >>> from skmir.preprocessing import FramePooler, LogCompression
    >>> sines = [np.sin(2 * np.pi * hz * np.arange(22050) / 22050) for hz in (300, 330, 3000, 3300)]
    >>> model = make_pipeline(MelSpectrogram(), LogCompression(), FramePooler(), LogisticRegression())
    >>> model = model.fit(sines, ["low", "low", "high", "high"])
    >>> clip = sines[3] * (np.arange(22050) > 11025)
    >>> display = SaliencyDisplay.from_estimator(model, clip, n_bands=4, n_segments=2)
    >>> str(display.target_), np.unravel_index(display.saliency.argmax(), display.saliency.shape)
    ('high', (np.int64(2), np.int64(1)))
    """

    def __init__(self, saliency, times, estimator=None, *, waveform, sr, offset=0.0, label="saliency"):
        self.saliency = saliency
        self.times = times
        self.estimator = estimator
        self.waveform = waveform
        self.sr = sr
        self.offset = offset
        self.label = label

    @classmethod
    def from_estimator(
        cls,
        estimator,
        clip,
        *,
        target=None,
        method="occlusion",
        n_bands=8,
        n_segments=12,
        baseline="silence",
        n_steps=64,
        sr=None,
        ax=None,
    ):
        """Ask a fitted classifier about one clip, and draw its answer.

        Parameters
        ----------
        estimator : Pipeline or search
            A fitted classifier of clips with ``predict_proba`` or ``decision_function``.
        clip : path, or ndarray of shape (n_samples,)
            A recording, or its waveform at the front end's sampling rate.
        target : label or None, default=None
            The class that is asked about; None takes the one that the classifier is surest of.
        method : {"occlusion", "integrated_gradients"}, default="occlusion"
            "occlusion" works for every classifier. "integrated_gradients" is for networks that get the front
            end's frames, bin by bin; it has their resolution, and needs captum.
        n_bands : int, default=8
            For "occlusion": number of bands, equally wide on the mel scale.
        n_segments : int, default=12
            For "occlusion": number of equal parts in time.
        baseline : {"silence", "zeros"}, or ndarray of shape (n_bins, n_frames), default="silence"
            For "integrated_gradients": where the path to the clip starts, as the network's input.
        n_steps : int, default=64
            For "integrated_gradients": number of points on the path.
        sr : float or None, default=None
            Sampling rate of the sound in Hz, for an estimator without a front end of skmir; None asks the
            front end.
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        display : SaliencyDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed, or captum for "integrated_gradients".
        TypeError
            If the estimator is no classifier of clips, or has no front end and ``sr`` is None.
        ValueError
            If a parameter is out of its range, ``target`` is not one of the classes, ``clip`` is not a single
            clip, or the input of the network does not have the front end's bins and frames.
        OSError
            If the file cannot be read.
        """
        check_choice("method", method, _METHODS)
        check_number("n_bands", n_bands, kind=numbers.Integral, low=1)
        check_number("n_segments", n_segments, kind=numbers.Integral, low=1)
        check_number("n_steps", n_steps, kind=numbers.Integral, low=1)
        check_number("sr", sr, above=0, none=True)
        estimator = _without_memory(estimator)
        heard = _heard(estimator, clip, sr)
        scores = ClassScores(estimator, [heard.whole()], target)
        delta = None
        if method == "occlusion":
            times = np.linspace(0, len(heard.y) / heard.sr, n_segments + 1)
            edges = axis_of_bands(n_bands, heard.sr).edges
            saliency = occlusion(scores, heard.y, SoundMasks(heard.y, heard.sr), times, edges, heard.before)
            front_end, times = None, heard.offset + times
            label = f"fall of the {scores.unit} of {scores.target}\nif this is removed"
        else:
            network, front_end, frames = _input_of(estimator, heard.whole())
            times = edges_of(front_end, frames.shape[1])
            start = _baseline(baseline, estimator, heard, frames)
            saliency, delta = integrated_gradients(network, frames, start, scores.column, int(n_steps))
            label = f"contribution to the log-odds\nof {scores.target}"
        display = cls(
            saliency, times, front_end, waveform=heard.y, sr=heard.sr, offset=heard.offset, label=label
        )
        display.target_ = scores.target
        if delta is not None:
            display.convergence_delta_ = delta
        return display.plot(ax=ax)

    def plot(self, ax=None):
        """Draw the saliency over the spectrogram.

        Parameters
        ----------
        ax : matplotlib Axes, default=None
            Axes to draw on; None makes a figure.

        Returns
        -------
        self : SaliencyDisplay

        Raises
        ------
        ImportError
            If matplotlib is not installed.
        ValueError
            If the saliency does not fit the edges in time, or the bins of the estimator.
        """
        saliency, times, axis = self._checked()
        self.ax_ = new_axes("SaliencyDisplay", (8, 4)) if ax is None else ax
        self.figure_ = self.ax_.get_figure()
        if axis.in_hz:
            self._draw_spectrogram(axis)
        # Of the thousands of values of integrated gradients, some few dwarf the others.
        limit = float(np.percentile(np.abs(saliency), 100 if saliency.size < 1000 else 99.5)) or 1.0
        image = self.ax_.pcolormesh(
            times, axis.edges, saliency, cmap=_colours(), vmin=-limit, vmax=limit, rasterized=True
        )
        axis.apply(self.ax_)
        extend = "both" if limit < np.abs(saliency).max() else "neither"
        bar = self.figure_.colorbar(image, ax=self.ax_, extend=extend)
        bar.set_label("\n".join(map(printable, self.label.split("\n"))), **PLAIN)
        self.ax_.set_xlim(times[[0, -1]])
        self.ax_.set_xlabel("time in s")
        return self

    def to_audio(self, keep=0.1):
        """Return the clip with only its most salient parts.

        Parameters
        ----------
        keep : float, default=0.1
            Share of the cells that are kept: those with the highest saliency. 1 keeps all, and what lies above
            and below the bins too.

        Returns
        -------
        y : ndarray of shape (n_samples,)
            At ``sr``; everything else of the clip is silent. The phases are the clip's.

        Raises
        ------
        ValueError
            If ``keep`` is not in (0, 1], or the bins are not frequencies.
        """
        check_number("keep", keep, above=0, high=1)
        saliency, times, axis = self._checked()
        if not axis.in_hz:
            raise ValueError(
                f"The bins must be frequencies to be heard, got an axis of {axis.label!r}. Use "
                "method='occlusion', which has frequencies for every classifier."
            )
        masks = SoundMasks(np.asarray(self.waveform), self.sr)
        if keep == 1:
            return masks.sound(torch.ones(masks.spectra.shape))
        n_kept = max(1, round(keep * saliency.size))
        kept = np.zeros(saliency.shape, bool)
        kept.flat[np.argsort(-saliency, axis=None, kind="stable")[:n_kept]] = True
        return masks.sound(masks.from_grid(kept, times - self.offset, axis.edges))

    def _checked(self):
        """Return saliency, edges in time and the axis of the bins, or raise."""
        saliency, times = np.asarray(self.saliency, float), np.asarray(self.times, float)
        if saliency.ndim != 2 or not saliency.size or times.shape != (saliency.shape[1] + 1,):
            raise ValueError(
                "saliency and times must have the shapes (n_bins, n_segments) and (n_segments + 1,), got "
                f"{saliency.shape} and {times.shape}."
            )
        if self.estimator is None:
            return saliency, times, axis_of_bands(len(saliency), self.sr)
        return saliency, times, bins_of(steps_to_frames(self.estimator)[1], [], len(saliency))

    def _draw_spectrogram(self, axis):
        masks = SoundMasks(np.asarray(self.waveform), self.sr)
        magnitudes = masks.spectra.abs().numpy()
        low, high = max(axis.edges[0], 0), min(axis.edges[-1], self.sr / 2)
        to_scale, to_hz = axis.scale[1]["functions"] if axis.scale and axis.scale[1] else (_same, _same)
        if axis.scale and not axis.scale[1]:
            to_scale, to_hz, low = np.log, np.exp, max(low, 1.0)
        edges = to_hz(np.linspace(to_scale(low), to_scale(high), _ROWS + 1))
        rows = np.searchsorted(masks.frequencies, (edges[:-1] + edges[1:]) / 2).clip(max=len(magnitudes) - 1)
        picture = magnitudes[rows]
        picture = 20 * np.log10(np.maximum(picture / (picture.max() or 1), 10 ** (-_DB_RANGE / 20)))
        step = masks.times[1] - masks.times[0] if len(masks.times) > 1 else len(self.waveform) / self.sr
        times = self.offset + (np.arange(len(masks.times) + 1) - 0.5) * step
        self.ax_.pcolormesh(times, edges, picture, cmap="Greys", vmin=-_DB_RANGE, vmax=20, rasterized=True)


class _Heard(NamedTuple):
    """What a model hears of a clip.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    before : ndarray of shape (n_before,)
        Samples before it that the front end skips.
    sr : float
        In Hz.
    offset : float
        Time of its first sample, in s.
    """

    y: np.ndarray
    before: np.ndarray
    sr: float
    offset: float

    def whole(self):
        """Return the clip as the model takes it."""
        return np.concatenate([self.before, self.y])


def _heard(estimator, clip, sr):
    """Return what a model hears of a clip."""
    clip = one_clip(clip)
    clip = clip if is_path(clip) else scaled_samples(clip)
    excerpt = {}
    if sr is None:
        reading = _reading_step(estimator)
        names = ("offset", "duration", "random_state")
        sr, excerpt = reading.sr, {n: getattr(reading, n) for n in names if hasattr(reading, n)}
    offset = excerpt.get("offset", 0.0)
    if isinstance(offset, str):  # an excerpt is cut from itself: where it starts must not follow what is masked
        return _Heard(read_waveform(0, clip, sr=sr, **excerpt)[0], np.zeros(0, np.float32), sr, 0.0)
    y = read_waveform(0, clip, sr=sr)[0]
    first, duration = round(offset * sr), excerpt.get("duration")
    if first >= len(y):
        read_waveform(0, y, sr=sr, **excerpt)  # raises
    last = None if duration is None else first + max(1, round(duration * sr))
    return _Heard(y[first:last], y[:first], sr, offset)


def _reading_step(estimator):
    """Return the step that reads clips, and knows their sampling rate."""
    try:
        before, front_end, _ = steps_to_frames(estimator)
    except TypeError:
        raise TypeError(
            "sr must be the sampling rate of the sound in Hz if the estimator is not a Pipeline, or a search "
            f"for one, with a front end of skmir, got sr=None and {type(estimator).__name__}."
        ) from None
    return next(step for step in [*before, front_end] if hasattr(step, "sr"))


def _without_memory(estimator):
    """Return the estimator, or a copy that keeps no masked clips in its front end's folder."""
    try:
        front_end = steps_to_frames(estimator)[1]
    except TypeError:
        return estimator
    if getattr(front_end, "memory", None) is None:
        return estimator
    estimator = copy.deepcopy(estimator)
    steps_to_frames(estimator)[1].memory = None
    return estimator


def _input_of(estimator, clip):
    """Return a Pipeline's network, its front end, and the frames that the network gets of a clip."""
    network = last_step(estimator)
    if not isinstance(network, BaseNetworkClassifier) or network._per_frame:
        raise TypeError(
            "estimator must end in a network that classifies clips for method='integrated_gradients', got "
            f"{type(network).__name__}. Use method='occlusion'."
        )
    before, front_end, after = steps_to_frames(estimator)
    steps = all_steps(unwrapped(estimator))
    names = own = list(front_end.get_feature_names_out())
    for step in after:
        names = list(step.get_feature_names_out(names))
    frames = _transformed(steps, clip)
    n_frames = front_end.transform([clip] if not before else _clips(before, clip))[0].shape[-1]
    whole = len(before) + 1 + len(after) == len(steps) - 1 and is_regular(front_end) and names == own
    if not whole or frames.shape != (len(own), n_frames):
        raise ValueError(
            "The network's input must have the front end's bins and frames for "
            f"method='integrated_gradients', that is the shape {(len(own), n_frames)}, got {frames.shape} "
            "after the steps between them. Use method='occlusion'."
        )
    return network, front_end, frames


def _clips(before, clip):
    X = [clip]
    for step in before:
        X = step.transform(X)
    return X


def _transformed(steps, clip):
    """Return what the last step gets of one clip, float32."""
    return np.asarray(_clips(steps[:-1], clip)[0], np.float32)


def _baseline(baseline, estimator, heard, frames):
    """Return where the path to the frames starts, of their shape."""
    if isinstance(baseline, str):
        check_choice("baseline", baseline, _BASELINES, also="an array of the network's input")
        if baseline == "zeros":
            return np.zeros_like(frames)
        start = _transformed(all_steps(unwrapped(estimator)), np.zeros_like(heard.whole()))
    else:
        start = np.asarray(baseline, np.float32)
    if start.shape != frames.shape or not np.isfinite(start).all():
        raise ValueError(
            f"baseline must be finite and of the network's input, of shape {frames.shape}, got "
            f"{start.shape} for baseline={baseline!r}. Use 'zeros', or an array."
        )
    return start


def _colours():
    """Return red and blue that are the more transparent the closer a value is to 0."""
    from matplotlib import colormaps
    from matplotlib.colors import ListedColormap

    colours = colormaps["RdBu_r"](np.linspace(0, 1, 256))
    away = np.abs(np.linspace(-1, 1, 256))
    strong = np.where(np.arange(256)[:, np.newaxis] < 128, colours[30], colours[225])
    colours[:, :3] = strong[:, :3]
    colours[:, 3] = 0.85 * away
    return ListedColormap(colours)


def _same(x):
    return x
