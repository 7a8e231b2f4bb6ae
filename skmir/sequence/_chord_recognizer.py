"""Chords of clips."""

import functools
import numbers

import numpy as np
from sklearn.base import clone
from sklearn.pipeline import make_pipeline

from .._annotations import check_segments, kind_of_annotations
from .._chord_labels import NO_CHORD
from .._fitting import all_or_nothing
from .._parameter_checks import check_choice, check_number
from ..feature_extraction import CQT, Chroma
from ..preprocessing import FrameScaler
from ._chord_labels_of_clips import form_of, longest, one_chord_each
from ._chord_templates import ChordTemplates
from ._chord_vocabulary import ChordVocabulary
from ._detector import BaseDetector
from ._frames import is_silent, last_step
from ._pitch_roll import pitch_roll
from ._viterbi import Viterbi

_OVERLAP = 0.05  # in s; times in files are rounded


class ChordRecognizer(BaseDetector):
    """Find chords: which one sounds when.

    A front end makes frames of clips, a network that is trained frame by frame says how likely each chord of
    a vocabulary is in each, and a decoder finds the likeliest sequence. With ``network="templates"`` the
    angle to templates of chords takes the place of the network: a baseline with the same decoder.

    Parameters
    ----------
    front_end : transformer or None, default=None
        Clips to frames; see :class:`OnsetDetector`. None takes a ``CQT`` in decibels for a network,
        ``Chroma`` of a constant-Q transform for templates, both with a hop of 2,048 samples at 22,050 Hz.
        ``BeatSynchronizer(..., repeat=True)`` makes chords change at beats.
    network : classifier, transformer, "templates" or None, default=None
        A frame-wise classifier of :mod:`skmir.neural_network`, or a Pipeline that ends in one; it is cloned
        before use. "templates" compares the frames, which must be chroma, with the notes of each chord; a
        transformer that makes them chroma, such as :class:`skmir.neural_network.LearnedChroma`, is fitted to
        the chords of the frames, and templates follow. None takes a
        ``TCNSequenceClassifier``.
    decoder : decoder or None, default=None
        Probabilities of chords to one chord per frame: :class:`Argmax`, :class:`Viterbi` or
        :class:`BeamSearch`; it is cloned before use. None takes a ``Viterbi`` that counts changes of chords
        in training.
    vocabulary : {"majmin", "sevenths"} or list of str, default="majmin"
        The chords to tell apart. "majmin" are the major and minor triads, and "N", no chord; "sevenths" also
        maj7, min7 and 7; a list has any chords in mir_eval's syntax. An annotated chord counts as the one of
        the vocabulary with the same root and notes; if the vocabulary consists of triads, only notes up to a
        fifth above the root count, as for mir_eval's scores. Frames whose chord is not in the vocabulary are
        not learned from.
    max_steps : int, default=6
        In training, clips are transposed with their chords, by up to so many semitones up or down, if bins of
        the front end are equally spaced in pitch (``CQT`` or ``Chroma``, also with ``FrameScaler``), the
        vocabulary has all transpositions, and the network takes an ``augmentation`` and has none. A chord is
        then learned in all keys. 0 leaves clips as they are.
    random_state : int, RandomState instance or None, default=None
        Seeds the network, if its own ``random_state`` is None.

    Attributes
    ----------
    front_end_ : transformer
        The fitted front end.
    network_ : classifier, transformer or str
        The fitted network, or "templates".
    sharpness_, no_chord_ : float
        Of templates only: the probability of a chord is in proportion to ``exp(sharpness_ * cosine)`` of the
        angle between template and frame; ``no_chord_`` is added in the exponent of "N". Both are those with
        which the annotated chords are likeliest.
    decoder_ : decoder
        The fitted decoder.
    labels_ : list of str
        The chords of the vocabulary, in the order of the rows of :meth:`predict_frames`.
    fps_ : float
        Frames per second.
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.
    default_scoring : str
        Name of the scorer by which ``score`` and :func:`skmir.model_selection.compare` judge: "chord_majmin",
        or "chord_sevenths" if that is the vocabulary.

    See Also
    --------
    skmir.model_selection.DecoderSearchCV : A search over the decoder's parameters, with one network per fold.
    skmir.metrics.chord_weighted_recall : The score.
    skmir.neural_network.chord_templates : The templates.

    Notes
    -----
    Annotations are pairs of intervals in s and labels in mir_eval's syntax, as
    :func:`skmir.datasets.load_annotations` reads them. If segments overlap, by 50 ms at most, the later one
    counts. If y is one chord per clip, that is what is predicted. A 1-D y of numbers are the roots of
    major triads, 0 for C, as scikit-learn's own checks need it; -1 is then predicted for no chord.

    Digital silence is "N", if the vocabulary has it.

    References
    ----------
    .. [1] E. J. Humphrey and J. P. Bello, "Rethinking automatic chord recognition with convolutional neural
           networks", ICMLA, 2012.
    .. [2] T. Cho and J. P. Bello, "On the relative importance of individual components of chord recognition
           systems", IEEE/ACM Transactions on Audio, Speech, and Language Processing 22(2), 2014.

    Examples
    --------
    >>> from skmir.datasets import make_chords
    >>> from skmir.feature_extraction import Chroma
    >>> from skmir.sequence import ChordRecognizer
    >>> chords = make_chords(n_instruments=2, random_state=0)  # 24 chords on each of two instruments
    >>> recognizer = ChordRecognizer(Chroma(kind="cqt", fmin=130.8, n_octaves=4), "templates")
    >>> recognizer.fit(chords.data, chords.target).score(chords.data, chords.target) > 0.7
    True
    """

    _network_parameters = {"n_frames": 64, "max_iter": 60}
    _noun = "segment"

    vocabulary: str | list = "majmin"
    max_steps: int = 6

    @property
    def default_scoring(self):
        sevenths = isinstance(self.vocabulary, str) and self.vocabulary == "sevenths"
        return "chord_sevenths" if sevenths else "chord_majmin"

    @all_or_nothing
    def fit(self, X, y=None, *, groups=None):
        """Fit front end, network and decoder.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : list of (intervals, labels), or array-like of str of shape (n_clips,)
            Annotated chords of each clip, intervals in s of shape (n_segments_i, 2) and labels; or the only
            chord of each clip.
        groups : array-like of shape (n_clips,), default=None
            Groups of clips, passed to a network that takes them: its early stopping then keeps groups
            together.

        Returns
        -------
        self : ChordRecognizer

        Raises
        ------
        ValueError
            If a parameter is not valid, a label is not a chord, no chord is in the vocabulary, or a segment
            begins after the end of its clip.
        """
        super().fit(X, y, groups=groups)
        self._one_each, self._roots = form_of(y)
        return self

    def predict_frames(self, X):
        """Return activations: how likely each chord is in each frame.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        activations : list of ndarray of shape (n_chords, n_frames_i)
            Probabilities, a row for each of ``labels_``; ``fps_`` frames per second.
        """
        return super().predict_frames(X)

    def predict(self, X):
        """Return the chords of each clip.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        chords : list of (intervals, labels), or ndarray of str of shape (n_clips,)
            As :meth:`decode` returns them. If ``fit`` was given one chord per clip, the one that lasts
            longest.
        """
        chords = super().predict(X)
        if not self._one_each:
            return chords
        labels = [longest(*one) for one in chords]
        return np.array([self._vocabulary.root_of(label) for label in labels] if self._roots else labels)

    def score(self, X, y):
        """Return the score that :attr:`default_scoring` names, or the share of clips whose chord is right.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : list of (intervals, labels), or array-like of str of shape (n_clips,)
            Annotated chords of each clip, or its only chord, as in ``fit``.

        Returns
        -------
        score : float
            See :func:`skmir.metrics.chord_weighted_recall`.
        """
        if not self._one_each:
            return super().score(X, y)
        truth, found = (one_chord_each(one) for one in (y, self.predict(X)))
        places = [[self._vocabulary.place_of(labels[0]) for _, labels in one] for one in (truth, found)]
        return float(np.mean(np.equal(*places)))

    def decode(self, activations):
        """Return the chords in activations.

        Parameters
        ----------
        activations : list of ndarray of shape (n_chords, n_frames_i)
            As :meth:`predict_frames` returns them.

        Returns
        -------
        chords : list of (ndarray of shape (n_segments_i, 2), list of str)
            Intervals in s, one after another from 0 to the end of the clip, and labels. Neighbours differ.
        """
        return [self._segments(path) for path in super().decode(activations)]

    def _check_parameters(self):
        super()._check_parameters()
        check_number("max_steps", self.max_steps, kind=numbers.Integral, low=0)
        self.labels_ = list(ChordVocabulary(self.vocabulary).labels)

    @property
    def _vocabulary(self):
        return _vocabulary_of(tuple(self.labels_))

    def _check_network(self):
        if isinstance(self.network, str):
            check_choice("network", self.network, ["templates"], also="None, a transformer, nor a classifier")
        elif not hasattr(self.network, "transform"):
            super()._check_network()

    def _by_templates(self):
        """Return whether templates say how likely chords are."""
        return isinstance(self.network, str) or hasattr(self.network, "transform")

    def _default_decoder(self, truth):
        return Viterbi(self_probability=None)

    def _front_end(self):
        if self.front_end is not None:
            return clone(self.front_end)
        if isinstance(self.network, str):
            return Chroma(kind="cqt", hop_length=2048)
        return make_pipeline(CQT(hop_length=2048, bins_per_octave=24, n_bins=168), FrameScaler())

    def _adapt(self, network):
        last = last_step(network)
        params = last.get_params(deep=False)
        if params.get("classes", ()) is None:
            last.set_params(classes=self.labels_)
            if params.get("augmentation", ()) is None:
                last.set_params(augmentation=self._transposition())

    def _transposition(self):
        """Return the augmentation that transposes clips with their chords; None if there is none."""
        roll, higher = pitch_roll(self.front_end_), self._vocabulary.one_step_higher()
        if not self.max_steps or roll is None or higher is None:
            return None
        order = np.argsort(self.labels_)  # as classes_ of a network are sorted
        place = np.argsort(order)
        return roll.set_params(max_steps=int(self.max_steps), labels=place[np.array(higher)[order]].tolist())

    def _check_annotations(self, y, n_clips):
        if kind_of_annotations(y) is None:
            y = one_chord_each(y)
        segments = check_segments(y, n_clips)
        for i, (intervals, labels) in enumerate(segments):
            self._check_chords(intervals, labels, i)
        return segments

    def _check_chords(self, intervals, labels, clip):
        for i, label in enumerate(labels):
            try:
                self._vocabulary.place_of(label)
            except ValueError as error:
                raise ValueError(f"annotation {clip} of y: segment {i}: {error}") from error
        overlaps = np.flatnonzero(intervals[1:, 0] < intervals[:-1, 1] - _OVERLAP)
        if len(overlaps):
            i = int(overlaps[0])
            raise ValueError(
                f"annotation {clip} of y: segment {i + 1} must not begin before segment {i} ends, got "
                f"{intervals[i + 1, 0]:g} s and {intervals[i, 1]:g} s. Two chords cannot sound at once: cut "
                "the earlier one short."
            )

    def _times(self, annotation):
        return annotation[0][:, 0]

    def _places(self, annotation, n_frames):
        """Return the place in the vocabulary of the chord of each frame; -1 if it is not in it."""
        intervals, labels = annotation
        places = np.full(n_frames, -1)
        bounds = np.ceil(np.clip(intervals * self.fps_, 0, n_frames)).astype(int)
        for (first, end), label in zip(bounds, labels, strict=True):
            places[first:end] = self._vocabulary.place_of(label)
        return places

    def _targets(self, annotation, n_frames):
        # Frames without a chord of the vocabulary have the weight 0; their label does not matter.
        return np.array(self.labels_)[self._places(annotation, n_frames).clip(min=0)]

    def _weights(self, annotation, n_frames):
        return (self._places(annotation, n_frames) >= 0).astype(float)

    def _raw_activations(self, frames):
        """Return the probability of each chord, (n_chords, n_frames), in new arrays."""
        if not hasattr(self.network_, "predict_proba"):
            templates = ChordTemplates(self.labels_, self.sharpness_, self.no_chord_)
            chroma = frames if isinstance(self.network_, str) else self.network_.transform(frames)
            return [templates.predict_proba(x) for x in chroma]
        rows = [np.flatnonzero(self.network_.classes_ == label) for label in self.labels_]
        found = []
        for proba in self.network_.predict_proba(frames):
            found.append(np.zeros((len(rows), proba.shape[1])))
            for row, place in zip(rows, found[-1], strict=True):
                place[:] = proba[row[0]] if len(row) else 0
        return found

    def _activations(self, frames):
        """Return the probability of each chord; digital silence is "N"."""
        found = self._raw_activations(frames)
        if NO_CHORD in self.labels_:
            no_chord = self.labels_.index(NO_CHORD)
            for x, activation in zip(frames, found, strict=True):
                silent = is_silent(x, self._silent, self._tolerance)
                activation[:, silent], activation[no_chord, silent] = 0, 1
        return found

    def _unfitted_decoder(self, truth):
        decoder = clone(self._default_decoder(truth) if self.decoder is None else self.decoder)
        if decoder.get_params(deep=False).get("transpositions", ()) is None:
            decoder.set_params(transpositions=self._vocabulary.one_step_higher())
        return decoder

    def _fit_network(self, frames, truth, groups):
        if not any(self._weights(one, x.shape[1]).any() for one, x in zip(truth, frames, strict=True)):
            raise ValueError(
                f"no chord of y is in the vocabulary, which has {self.labels_}. Choose another vocabulary."
            )
        return (self._fit_templates if self._by_templates() else super()._fit_network)(frames, truth, groups)

    def _fit_templates(self, frames, truth, groups):
        """Learn how likely chords are from their templates; return "templates", or the fitted transformer."""
        places = [self._places(one, x.shape[1]) for one, x in zip(truth, frames, strict=True)]
        network = self.network
        if not isinstance(network, str):
            network = clone(network)
            self._seed(network)
            network.fit(*self._known(frames, places))
            frames = network.transform(frames)
        wrong = {len(x) for x in frames} - {12}
        if wrong:
            raise ValueError(
                f"front_end must give 12 bins, one per pitch class from C on, got {wrong.pop()}. Use Chroma "
                "as front_end, or LearnedChroma as network."
            )
        templates = ChordTemplates(self.labels_).learn(frames, places)
        self.sharpness_, self.no_chord_ = templates.sharpness, templates.no_chord
        return network

    def _known(self, frames, places):
        """Return the frames whose chord is in the vocabulary, and their chords, of clips that have some."""
        kept = [of_clip >= 0 for of_clip in places]
        triples = [triple for triple in zip(frames, places, kept, strict=True) if triple[2].any()]
        names = np.array(self.labels_)
        return [x[:, there] for x, _, there in triples], [names[p[there]] for _, p, there in triples]

    def _fit_decoder(self, activations, truth):
        states = [self._places(one, a.shape[1]) for one, a in zip(truth, activations, strict=True)]
        self.decoder_ = self._unfitted_decoder(truth).fit(activations, states)

    def _segments(self, path):
        """Return intervals and labels of the chords of frames."""
        starts = np.r_[0, np.flatnonzero(np.diff(path)) + 1]
        ends = np.r_[starts[1:], len(path)]
        return np.stack([starts, ends], axis=1) / self.fps_, [self.labels_[path[i]] for i in starts]


@functools.lru_cache(maxsize=8)
def _vocabulary_of(labels):
    return ChordVocabulary(labels)
