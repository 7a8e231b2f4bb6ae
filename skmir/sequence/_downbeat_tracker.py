"""Beats of clips, with their positions in the bar."""

import numbers

import numpy as np

from .._annotations import check_bars, check_events
from ._bar_hmm import BarHMM
from ._detector import BaseDetector
from ._targets import EventTargets, frame_targets

_BEAT, _DOWNBEAT = 1, 2  # classes of frames; 0 is neither


class DownbeatTracker(EventTargets, BaseDetector):
    """Find beats and downbeats: where a bar begins, and how many beats it has.

    As :class:`BeatTracker`, with a network that knows three classes of frames (no beat, a beat, a downbeat),
    and a decoder that finds tempo, meter and position in the bar together.

    Parameters
    ----------
    front_end : transformer or None, default=None
        Clips to frames; see :class:`BeatTracker`.
    network : classifier or None, default=None
        A frame-wise classifier; see :class:`OnsetDetector`. None takes that of :class:`BeatTracker`.
    decoder : decoder or None, default=None
        Activations of two rows to bars; it is cloned before use, and its ``fps`` is set. None takes a
        :class:`BarHMM`, whose ``beats_per_bar`` are the meters of the annotations that ``fit`` is given.
    widen : int, default=1
        Number of frames on each side of an annotated one that a network learns as a beat too.
    random_state : int, RandomState instance or None, default=None
        Seeds the network, if its own ``random_state`` is None.

    Attributes
    ----------
    front_end_ : transformer
        The fitted front end.
    network_ : classifier
        The fitted network.
    decoder_ : decoder
        The fitted decoder.
    fps_ : float
        Frames per second.
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.
    default_scoring : str
        Name of the scorer by which ``score`` and :func:`skmir.model_selection.compare` judge: "downbeat_f".

    See Also
    --------
    BeatTracker : Without positions in the bar.

    Notes
    -----
    The meter of an annotation is its highest position. Meters that fewer than one annotation in twenty has
    are left out of ``beats_per_bar``. No signal baseline hears downbeats.

    A 1-D y of numbers is one downbeat per clip, as scikit-learn's own checks need it.

    References
    ----------
    S. Böck, F. Krebs and G. Widmer, "Joint beat and downbeat tracking with recurrent neural networks", ISMIR,
    2016.

    Examples
    --------
    >>> from skmir.datasets import make_beats
    >>> from skmir.neural_network import TCNSequenceClassifier
    >>> from skmir.sequence import DownbeatTracker
    >>> clips, bars = make_beats(4, kind="bars", duration=6, random_state=0)
    >>> tracker = DownbeatTracker(network=TCNSequenceClassifier(4, max_iter=3), random_state=0)
    >>> tracker.fit(clips, bars).predict_frames(clips)[0].shape
    (2, 602)
    >>> tracker.decoder_.beats_per_bar
    (3, 4)
    """

    default_scoring = "downbeat_f"
    _front_end_parameters = {"n_fft": 2048, "bands_per_octave": 12}
    _network_parameters = {"n_filters": 16, "first_layers": "2d", "n_frames": 512, "max_iter": 30}

    def fit(self, X, y=None, *, groups=None):
        """Fit front end, network and decoder.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : list of array-like of shape (n_beats_i, 2)
            Annotated beats of each clip: time in s, and position in the bar, 1 for a downbeat.
        groups : array-like of shape (n_clips,), default=None
            Groups of clips, passed to a network that takes them: its early stopping then keeps groups
            together.

        Returns
        -------
        self : DownbeatTracker

        Raises
        ------
        ValueError
            If a parameter is not valid, or a beat is after the end of its clip.
        """
        return super().fit(X, y, groups=groups)

    def predict_frames(self, X):
        """Return activations: how likely a beat and a downbeat are in each frame.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        activations : list of ndarray of shape (2, n_frames_i)
            Probability of a beat that is not a downbeat, and of a downbeat; ``fps_`` frames per second.
        """
        return super().predict_frames(X)

    def decode(self, activations):
        """Return the beats in activations, with their positions in the bar.

        Parameters
        ----------
        activations : list of ndarray of shape (2, n_frames_i)
            As :meth:`predict_frames` returns them.

        Returns
        -------
        bars : list of ndarray of shape (n_beats_i, 2)
            Time in s, and position in the bar, 1 for a downbeat; sorted.
        """
        return super().decode(activations)

    def predict(self, X):
        """Return the beats of each clip, with their positions in the bar.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        bars : list of ndarray of shape (n_beats_i, 2)
            Time in s, and position in the bar, 1 for a downbeat; sorted.
        """
        return super().predict(X)

    def _default_decoder(self, truth):
        return BarHMM(_meters(truth or ()) or (3, 4))

    def _check_annotations(self, y, n_clips):
        if _is_numbers(y):
            return [np.column_stack([times, np.ones(len(times))]) for times in check_events(y, n_clips)]
        return check_bars(y, n_clips)

    def _times(self, annotation):
        return annotation[:, 0]

    def _targets(self, annotation, n_frames):
        times, positions = annotation.T
        labels = np.where(positions == 1, _DOWNBEAT, _BEAT)
        return frame_targets(times, n_frames, self.fps_, int(self.widen), labels)

    def _raw_activations(self, frames):
        probabilities = self.network_.predict_proba(frames)
        return [np.stack([self._of_class(label, p) for label in (_BEAT, _DOWNBEAT)]) for p in probabilities]


def _meters(bars):
    """Return the meters of annotations, ascending; rare ones may be errors or fragments of bars."""
    highest = [int(annotation[:, 1].max()) for annotation in bars if len(annotation)]
    meters, counts = np.unique(highest, return_counts=True)
    return tuple(meters[20 * counts >= len(highest)].tolist())


def _is_numbers(y):
    """Return whether y is one number per clip."""
    is_flat = isinstance(y, list | tuple) or (isinstance(y, np.ndarray) and y.ndim == 1)
    return is_flat and len(y) > 0 and all(isinstance(item, numbers.Real) for item in y)
