"""Beats of clips."""

from .._annotations import check_bars, kind_of_annotations
from ._beat_hmm import BeatHMM
from ._event_detector import EventDetector


class BeatTracker(EventDetector):
    """Find beats: the times at which a listener would tap.

    A front end makes frames of clips, a network that is trained frame by frame says how likely there is a
    beat in each, and a decoder finds the likeliest beats. With ``network="flux"`` or ``"superflux"`` the rise
    of the spectrum takes the place of the network: a baseline with the same decoder.

    Parameters
    ----------
    front_end : transformer or None, default=None
        Clips to frames; see :class:`OnsetDetector`. None takes a ``LogFilteredSpectrogram`` with a hop of 220
        samples at 22,050 Hz: for a network one with ``n_fft=2048`` and ``bands_per_octave=12``, as in [1]_,
        for a signal baseline that of :class:`OnsetDetector`.
    network : classifier, {"flux", "superflux"} or None, default=None
        A frame-wise classifier, or the name of a signal baseline; see :class:`OnsetDetector`. None takes
        ``TCNSequenceClassifier(16, first_layers="2d", n_frames=512, max_iter=30)``.
    decoder : decoder or None, default=None
        Activations to beats; it is cloned before use, and its ``fps`` is set. None takes a :class:`BeatHMM`.
    diff_ratio : float, default=0.5
        Distance of a signal baseline to the earlier frame: so far that the window has fallen to this ratio of
        its peak there. If there are several ``n_fft``, the window is the shortest.
    max_shift : float, default=0.03
        Beats of a signal baseline are moved by one time for all, up to this one in either direction, in s;
        ``fit`` finds the one with which most annotations are met.
    widen : int, default=1
        Number of frames on each side of an annotated one that a network learns as a beat too.
    random_state : int, RandomState instance or None, default=None
        Seeds the network, if its own ``random_state`` is None.

    Attributes
    ----------
    front_end_ : transformer
        The fitted front end.
    network_ : classifier or str
        The fitted network, or the name of the signal baseline.
    decoder_ : decoder
        The fitted decoder.
    fps_ : float
        Frames per second.
    shift_ : float
        The time added to events, in s; 0 for a network.
    scale_ : float
        The rise that has the activation 1; of a signal baseline only.
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.
    default_scoring : str
        Name of the scorer by which ``score`` and :func:`skmir.model_selection.compare` judge: "beat_f".

    See Also
    --------
    DownbeatTracker : With positions in the bar.
    TempoEstimator : The tempo alone.
    BeatAutocorrelation, BeatDynamicProgramming : Other decoders.

    Notes
    -----
    Annotations with positions in the bar, of shape (n_beats_i, 2), serve as well: their times count.

    A signal baseline with a decoder that learns nothing may be fitted without annotations, ``y=None``: its
    beats are not moved then.

    References
    ----------
    .. [1] M. E. P. Davies and S. Böck, "Temporal convolutional networks for musical audio beat tracking",
           EUSIPCO, 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import BeatTracker
    >>> clips = np.zeros((2, 6 * 22050))
    >>> clips[:, 4410::11025] = 1  # a click every half second, from 0.2 s on
    >>> beats = BeatTracker(network="flux").fit(clips).predict(clips)
    >>> np.diff(beats[0]).round(1)[:4]
    array([0.5, 0.5, 0.5, 0.5])
    """

    default_scoring = "beat_f"
    _front_end_parameters = {"n_fft": 2048, "bands_per_octave": 12}
    _network_parameters = {"n_filters": 16, "first_layers": "2d", "n_frames": 512, "max_iter": 30}

    def _check_annotations(self, y, n_clips):
        if kind_of_annotations(y) == "bars":
            return [bars[:, 0] for bars in check_bars(y, n_clips)]
        return super()._check_annotations(y, n_clips)

    def _default_decoder(self, truth):
        return BeatHMM()
