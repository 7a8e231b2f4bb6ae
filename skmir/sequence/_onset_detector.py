"""Onsets of clips."""

from ._event_detector import EventDetector
from ._peak_picker import PeakPicker

_AROUND = {"pre_avg": 0.1, "post_avg": 0.07, "pre_max": 0.03, "post_max": 0.03}


class OnsetDetector(EventDetector):
    """Find onsets: the times at which notes and drums begin.

    A front end makes frames of clips, a network that is trained frame by frame says how likely there is an
    onset in each, and a decoder picks the peaks. With ``network="flux"`` or ``"superflux"`` the rise of the
    spectrum takes the place of the network, all else being equal: a baseline in the same class.

    Parameters
    ----------
    front_end : transformer or None, default=None
        Clips to frames; it is cloned before use. A Pipeline of a front end and steps that keep the number of
        frames serves as well. Its ``sr`` and ``hop_length`` say when frames are. None takes a
        ``LogFilteredSpectrogram`` with a hop of 220 samples at 22,050 Hz, about 100 frames per second: for a
        network one with ``n_fft=(512, 1024, 2048)``, ``bands_per_octave=6``, ``mul=5`` and
        ``diff_ratio=0.25``, for a signal baseline one with ``n_fft=1024``, ``bands_per_octave=24`` and
        ``mul=10``. Give one with ``memory`` to keep frames on disk.
    network : classifier, {"flux", "superflux"} or None, default=None
        A frame-wise classifier of :mod:`skmir.neural_network`, or a Pipeline that ends in one; it is cloned
        before use. "flux" is the mean rise of the bins of the front end [1]_, "superflux" compares each with
        the highest of three neighbours in the earlier frame, so that vibrato does not count [2]_. None takes
        a ``TCNSequenceClassifier``.
    decoder : decoder or None, default=None
        Activations to events; it is cloned before use, and its ``fps`` is set. None takes a
        :class:`PeakPicker`: with ``window=0.025``, and for a signal baseline, also a mean over 0.1 s before
        and 0.07 s after, and peaks that are the highest within 0.03 s.
    diff_ratio : float, default=0.5
        Distance of a signal baseline to the earlier frame: so far that the window has fallen to this ratio of
        its peak there. If there are several ``n_fft``, the window is the shortest.
    max_shift : float, default=0.03
        Onsets of a signal baseline are moved by one time for all, up to this one in either direction, in s;
        ``fit`` finds the one with which most annotations are met. Annotations and the rise of the spectrum
        often differ by 10 to 30 ms. Networks learn when events are, and are not moved.
    widen : int, default=1
        Number of frames on each side of an annotated one that a network learns as an onset too.
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
    default_scoring : str
        Name of the scorer by which ``score`` and :func:`skmir.model_selection.compare` judge: "onset_f50".
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.

    See Also
    --------
    skmir.model_selection.DecoderSearchCV : A search over the decoder's parameters, with one network per fold.
    skmir.metrics.get_scorer : Scorers, such as "onset_f25".

    Notes
    -----
    All that is learned, the threshold, the shift and the scale included, is learned from the clips that
    ``fit`` is given. A threshold that is "auto" is chosen on activations of the clips that the network was
    trained on, which are surer than others; :meth:`fit_decoder` takes those of other clips.

    Frames of digital silence have the activation 0.

    References
    ----------
    .. [1] S. Dixon, "Onset detection revisited", DAFx, 2006.
    .. [2] S. Böck and G. Widmer, "Maximum filter vibrato suppression for onset detection", DAFx, 2013.
    .. [3] J. Schlüter and S. Böck, "Improved musical onset detection with convolutional neural networks",
           ICASSP, 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import OnsetDetector
    >>> clips, onsets = np.zeros((4, 22050)), [[0.2, 0.5], [0.3], [0.25, 0.7], [0.1, 0.6]]
    >>> for clip, times in zip(clips, onsets):  # clicks
    ...     clip[(np.array(times) * 22050).astype(int)] = 1
    >>> detector = OnsetDetector(network="superflux").fit(clips[:3], onsets[:3])
    >>> detector.predict(clips[3:])[0].round(1)
    array([0.1, 0.6])
    """

    default_scoring = "onset_f50"
    _front_end_parameters = {
        "n_fft": (512, 1024, 2048),
        "bands_per_octave": 6,
        "mul": 5,
        "diff_ratio": 0.25,
    }

    def _default_decoder(self, truth):
        return PeakPicker(window=0.025, **(_AROUND if isinstance(self.network, str) else {}))
