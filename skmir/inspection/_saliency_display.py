"""Where in time and frequency the decision of a classifier comes from."""

import numbers

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from .._parameter_checks import check_choice, check_number
from ._bin_axis import axis_of_bands
from ._class_scores import ClassScores
from ._frames_display import bins_of, edges_of
from ._heard_sound import heard_sound, without_memory
from ._occlusion import occlusion
from ._sound_masks import SoundMasks
from ._style import PLAIN, new_axes, printable
from ._unwrap import steps_to_frames

_METHODS = ("occlusion", "integrated_gradients")
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
        Time in the clip at which the waveform begins, in s.
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
    band_importance : Which bands a model uses at all, over many clips.

    Notes
    -----
    **Occlusion** [1]_ asks the model itself, whatever it is: one cell after another is removed from the
    *sound*, through a short-time Fourier transform, and the value of the cell is by how much the score falls.
    To remove is to make as quiet as the quietest that one would hear beside the rest, 60 dB below the
    loudest: no recording has holes of perfect silence, and on the decibels of most front ends a model would
    react to them more than to what was there. What a sound has twice, in two cells, is not missed if one is
    removed: larger cells (a smaller ``n_bands`` or ``n_segments``; 1 asks about time or frequency alone) show
    more of it, with less detail.

    **Integrated gradients** [2]_ follow the gradient of a network's score from a baseline to the clip, in a
    straight line through its input, and have the resolution of its frames. The values add up to the
    difference of the two scores. The baseline is zeros. After a ``FrameScaler`` these are the mean of the
    training frames, a sound like any other that speaks for no class: so that a sound is missing contributes
    as well as that one is there. A silent clip would be a worse baseline, since many front ends take levels
    relative to the loudest of the clip, to which silence is as loud as anything.

    The score is the log-odds of the class, log(p / (1 - p)), if the classifier has ``predict_proba``; the
    column of its ``decision_function`` if not. A probability of 0, as trees vote, counts as 1e-6. The
    ``decision_function`` of ``SVC`` for several classes counts votes, so that it falls in steps;
    ``CalibratedClassifierCV`` around it gives probabilities.

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
        baseline=None,
        n_steps=64,
        smoothing=2.0,
        db_range=60.0,
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
        baseline : ndarray of shape (n_bins, n_frames) or None, default=None
            For "integrated_gradients": where the path to the clip starts, as the network's input; None is
            zeros, the mean of the training frames if the step before the network is a ``FrameScaler``.
        n_steps : int, default=64
            For "integrated_gradients": number of points on the path.
        smoothing : float, default=2.0
            For "integrated_gradients": width of the Gaussian, in bins and frames (one standard deviation),
            by which contributions are spread to their neighbours. It leaves their sum alone; 0 leaves all as
            they are, which is noisy.
        db_range : float or None, default=60.0
            For "occlusion": what is removed becomes as quiet as this many dB below the loudest of the clip,
            and what is quieter than that stays as it is. None makes it silent.
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
            If the estimator does not classify clips, or has no front end and ``sr`` is None.
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
        check_number("smoothing", smoothing, low=0)
        check_number("db_range", db_range, above=0, none=True)
        estimator = without_memory(estimator)
        heard = heard_sound(estimator, clip, sr)
        scores = ClassScores(estimator, [heard.whole()], target)
        delta = None
        if method == "occlusion":
            times = np.linspace(0, len(heard.y) / heard.sr, n_segments + 1)
            edges = axis_of_bands(n_bands, heard.sr).edges
            saliency = occlusion(scores, heard, SoundMasks(heard.y, heard.sr, db_range), times, edges)
            front_end, times = None, heard.offset + times
            label = f"fall of the {scores.unit} of {scores.target}\nif this is removed"
        else:
            # Networks are slow to import, and no other display needs them.
            from ._integrated_gradients import baseline_of, input_of, integrated_gradients

            network, front_end, frames = input_of(estimator, heard.whole())
            times = edges_of(front_end, frames.shape[1])
            start = baseline_of(baseline, frames)
            saliency, delta = integrated_gradients(network, frames, start, scores.column, int(n_steps))
            saliency = gaussian_filter(saliency, smoothing)  # reflects at the ends: the sum stays
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
            Share of the cells that are kept: those with the highest saliency. 1 keeps all, and what lies
            above and below the bins too.

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
        low, high = max(axis.edges[0], 0.0), min(axis.edges[-1], self.sr / 2)
        to_scale, to_hz = _scale(axis)
        edges = to_hz(np.linspace(to_scale(low), to_scale(high), _ROWS + 1))
        rows = np.searchsorted(masks.frequencies, (edges[:-1] + edges[1:]) / 2).clip(max=len(magnitudes) - 1)
        picture = magnitudes[rows]
        picture = 20 * np.log10(np.maximum(picture / (picture.max() or 1), 10 ** (-_DB_RANGE / 20)))
        step = masks.times[1] - masks.times[0] if len(masks.times) > 1 else len(self.waveform) / self.sr
        times = self.offset + (np.arange(len(masks.times) + 1) - 0.5) * step
        self.ax_.pcolormesh(times, edges, picture, cmap="Greys", vmin=-_DB_RANGE, vmax=20, rasterized=True)


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


def _scale(axis):
    """Return two functions of an axis in Hz: to the scale on which it is drawn, and back."""
    if axis.scale is None:
        return np.asarray, np.asarray
    name, options = axis.scale
    return (np.log, np.exp) if name == "log" else options["functions"]
