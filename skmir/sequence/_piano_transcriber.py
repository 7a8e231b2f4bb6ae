"""Notes of recordings of a piano."""

import numbers

import numpy as np
from sklearn.base import clone
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils import get_tags

from .._annotations import kind_of_annotations
from .._fitting import all_or_nothing
from .._parameter_checks import check_number
from ..feature_extraction import CQT
from ..modules import HarmonicCNN
from ..neural_network import CNNSequenceClassifier
from ..preprocessing import FrameScaler
from ._detector import BaseDetector
from ._frames import last_step
from ._note_decoders import NoteHMM, NotePicker, frames_of_notes, notes_of, piano_roll
from ._pitch_roll import pitch_roll

_A0, _C8 = 21, 108  # MIDI numbers of the keys of a piano


class PianoTranscriber(BaseDetector):
    """Find the notes that a piano plays: which keys, from when to when.

    A front end makes frames of clips, a network says how likely each note sounds in each frame, and how
    likely it begins, and a decoder makes notes of that. Any scikit-learn classifier serves as well, one for
    each note, as in [1]_.

    Parameters
    ----------
    front_end : transformer or None, default=None
        Clips to frames; see :class:`OnsetDetector`. None takes a ``CQT`` of 36 bins per octave from the
        lowest note on, in decibels, with a hop of 512 samples at 22,050 Hz; standardised if the network is a
        classifier of single frames.
    network : classifier or None, default=None
        A frame-wise classifier of :mod:`skmir.neural_network`, or a Pipeline that ends in one, learns two
        tags per note: that it sounds, and that it begins. Any other classifier learns from single frames
        which notes sound: jointly if it takes several tags (``MLPClassifier``, ``DBNClassifier``), otherwise
        a clone for each note (``LogisticRegression``, ``CalibratedClassifierCV(LinearSVC())``). It is cloned
        before use. None takes ``CNNSequenceClassifier(HarmonicCNN, dropout=0.1, module__bins_per_step=3)``.
    decoder : decoder or None, default=None
        Activations to notes: :class:`NotePicker`, :class:`NoteHMM`; it is cloned before use, and its ``fps``
        and ``lowest`` are set. None takes a ``NotePicker``, or a ``NoteHMM`` if the network does not learn
        when notes begin.
    lowest, highest : int, default=21 and 108
        MIDI numbers of the notes that are told apart: A0 to C8, the keys of a piano. Others are not learned.
    widen : int, default=1
        Number of frames on each side of an annotated onset that a network learns as an onset too.
    max_steps : int, default=3
        In training, clips are transposed with their notes, by up to so many semitones up or down, if the
        front end is a ``CQT``, also with ``FrameScaler``, and the network takes an ``augmentation`` and has
        none. 0 leaves clips as they are.
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
        Name of the scorer by which ``score`` and :func:`skmir.model_selection.compare` judge: "note_f".

    See Also
    --------
    skmir.modules.HarmonicCNN : The network, whose weights all pitches share.
    skmir.datasets.write_annotations : Notes as a MIDI file.
    skmir.metrics.note_f_measure : The score.

    Notes
    -----
    Annotations are pairs of intervals in s and pitches in Hz, as :func:`skmir.datasets.load_annotations`
    reads them. A note that training lacks is never found by classifiers of single notes; a network whose
    weights all pitches share finds it. A 1-D y of numbers is one note per clip, 0 for ``lowest``, as
    scikit-learn's own checks need it; the note that lasts longest is then predicted, -1 if there is none.

    Features of a deep belief network as in [1]_ are
    ``front_end=make_pipeline(DFT(), FrameTransformer(DeepBeliefNetwork()))``.

    References
    ----------
    .. [1] J. Nam, J. Ngiam, H. Lee and M. Slaney, "A classification-based polyphonic piano transcription
           approach using learned feature representations", ISMIR, 2011.
    .. [2] C. Hawthorne et al., "Onsets and frames: dual-objective piano transcription", ISMIR, 2018.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from skmir.datasets import make_piano
    >>> from skmir.sequence import PianoTranscriber
    >>> clips, notes = make_piano(4, n_hands=1, pedal=0, duration=4, random_state=0)
    >>> transcriber = PianoTranscriber(network=LogisticRegression()).fit(clips, notes)
    >>> intervals, pitches = transcriber.predict(clips[:1])[0]
    >>> transcriber.score(clips, notes) > 0.5
    True
    """

    default_scoring = "note_f"
    _noun = "note"

    lowest: int = _A0
    highest: int = _C8
    widen: int = 1
    max_steps: int = 3

    @all_or_nothing
    def fit(self, X, y=None, *, groups=None):
        """Fit front end, network and decoder.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : list of (intervals, pitches)
            Annotated notes of each clip: intervals in s of shape (n_notes_i, 2), and pitches in Hz.
        groups : array-like of shape (n_clips,), default=None
            Groups of clips, passed to a network that takes them: its early stopping then keeps groups
            together.

        Returns
        -------
        self : PianoTranscriber

        Raises
        ------
        ValueError
            If a parameter is not valid, no note is in range, or a note begins after the end of its clip.
        """
        super().fit(X, y, groups=groups)
        self._one_each = kind_of_annotations(y) is None
        return self

    def predict_frames(self, X):
        """Return activations: how likely each note sounds in each frame, and how likely it begins.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        activations : list of ndarray of shape (2, n_pitches, n_frames_i) or (1, n_pitches, n_frames_i)
            Sounding, and beginning if the network learns that, from ``lowest`` to ``highest``; ``fps_``
            frames per second.
        """
        return super().predict_frames(X)

    def decode(self, activations):
        """Return the notes in activations.

        Parameters
        ----------
        activations : list of ndarray of shape (n_heads, n_pitches, n_frames_i)
            As :meth:`predict_frames` returns them.

        Returns
        -------
        notes : list of (ndarray of shape (n_notes_i, 2), ndarray of shape (n_notes_i,))
            Intervals in s, sorted by onset, then by pitch, and pitches in Hz.
        """
        return super().decode(activations)

    def predict(self, X):
        """Return the notes of each clip.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        notes : list of (ndarray of shape (n_notes_i, 2), ndarray of shape (n_notes_i,))
            Intervals in s, sorted by onset, then by pitch, and pitches in Hz.
        """
        notes = super().predict(X)
        return np.array([self._longest(*one) for one in notes]) if self._one_each else notes

    def score(self, X, y):
        """Return the F-measure of notes, with onsets within 50 ms.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : list of (intervals, pitches)
            Annotated notes of each clip, as in ``fit``.

        Returns
        -------
        score : float in [0, 1]
            See :func:`skmir.metrics.note_f_measure`; the share of clips that are right if y is a note per
            clip.
        """
        if self._one_each:
            truth = [self._longest(*one) for one in self._check_annotations(y, None)]
            return float(np.mean(self.predict(X) == truth))
        return super().score(X, y)

    def _longest(self, intervals, pitches):
        """Return the note that lasts longest, counted from ``lowest``; -1 if there is none."""
        if not len(pitches):
            return -1
        return round(69 + 12 * np.log2(pitches[np.diff(intervals)[:, 0].argmax()] / 440)) - self._first

    def _check_parameters(self):
        super()._check_parameters()
        check_number("lowest", self.lowest, kind=numbers.Integral, low=0, high=127)
        check_number("highest", self.highest, kind=numbers.Integral, low=self.lowest, high=127)
        check_number("widen", self.widen, kind=numbers.Integral, low=0)
        check_number("max_steps", self.max_steps, kind=numbers.Integral, low=0)
        self._first, self._n_pitches = int(self.lowest), int(self.highest) - int(self.lowest) + 1
        self._onsets = self._learns_onsets()

    def _learns_onsets(self):
        """Return whether the network learns when notes begin: one that sees the frames around."""
        return self.network is None or getattr(last_step(self.network), "_per_frame", False)

    def _default_decoder(self, truth):
        return NotePicker() if self._onsets else NoteHMM()

    def _unfitted_decoder(self, truth):
        return super()._unfitted_decoder(truth).set_params(lowest=self._first)

    def _front_end(self):
        if self.front_end is not None:
            return clone(self.front_end)
        fmin = 440 * 2 ** ((self.lowest - 69) / 12)
        n_bins = min(3 * (int(self.highest) - int(self.lowest) + 1), int(36 * np.log2(10_500 / fmin)))
        # Filters that all pitches share need bins of one scale; classifiers of bins, standardised ones.
        standardised = not self._learns_onsets()
        scaler = FrameScaler(with_mean=standardised, with_std=standardised)
        return make_pipeline(CQT(fmin=fmin, n_bins=n_bins, bins_per_octave=36), scaler)

    def _network(self):
        if self.network is None:
            return CNNSequenceClassifier(HarmonicCNN, dropout=0.1, module__bins_per_step=3)
        return clone(self.network)

    def _adapt(self, network):
        last = last_step(network)
        if last.get_params(deep=False).get("augmentation", ()) is None:
            last.set_params(augmentation=self._transposition())

    def _transposition(self):
        """Return the augmentation that transposes clips with their notes; None if bins are not pitches."""
        roll = pitch_roll(self.front_end_)
        if not self.max_steps or roll is None or roll.mode == "circular":  # chroma have no octaves
            return None
        n = self._n_pitches
        higher = np.concatenate(
            [np.r_[1:n, -1], np.r_[n + 1 : 2 * n, -1]]
        )  # notes above the highest are lost
        return roll.set_params(max_steps=int(self.max_steps), labels=higher.tolist(), fill="min")

    def _check_annotations(self, y, n_clips):
        return notes_of(y, n_clips, self._first)

    def _times(self, annotation):
        return annotation[0][:, 0]

    def _targets(self, annotation, n_frames):
        """Return whether each note sounds, and begins, in each frame, (2 * n_pitches, n_frames)."""
        where = self._n_pitches, n_frames, self.fps_, self._first
        onsets = np.zeros((self._n_pitches, n_frames), dtype=bool)
        bounds, rows = frames_of_notes(annotation, *where)
        for distance in range(-int(self.widen), int(self.widen) + 1):
            frames = bounds[:, 0] + distance
            there = (frames >= 0) & (frames < n_frames)
            onsets[rows[there], frames[there]] = True
        return np.concatenate([piano_roll(annotation, *where), onsets]).astype(int)

    def _fit_network(self, frames, truth, groups):
        targets = [self._targets(one, x.shape[1]) for one, x in zip(truth, frames, strict=True)]
        n = self._n_pitches
        played = np.any([target[:n].any(axis=1) for target in targets], axis=0)
        if not played.any():
            raise ValueError(
                f"no note of y is from lowest={self.lowest} to highest={self.highest}, MIDI numbers. Pitches "
                "must be in Hz: are these MIDI numbers, or in kHz?"
            )
        if self._onsets:
            return super()._fit_network(frames, truth, groups)
        rows = np.concatenate([x.T for x in frames])
        sounds = np.concatenate([target[:n].T for target in targets])
        self._learned = np.flatnonzero(played & ~sounds.all(axis=0))
        if not len(self._learned):
            raise ValueError(
                f"y must have a note that sounds in some frames and not in others, got n_samples={len(rows)} "
                "frames in which each note sounds always or never. Pass more clips."
            )
        network = self._network()
        self._seed(network)
        if not get_tags(network).classifier_tags.multi_label:
            network = OneVsRestClassifier(network)
        return network.fit(rows, sounds[:, self._learned])

    def _raw_activations(self, frames):
        """Return how likely each note sounds, and begins, in new arrays (n_heads, n_pitches, n_frames)."""
        n = self._n_pitches
        if self._onsets:
            return [p.reshape(2, n, -1).astype(float) for p in self.network_.predict_proba(frames)]
        found = []
        for x in frames:
            found.append(np.zeros((1, n, x.shape[1])))
            found[-1][0, self._learned] = _of_tags(self.network_.predict_proba(x.T)).T
        return found


def _of_tags(probabilities):
    """Return the probabilities of tags, (n_frames, n_tags): some estimators return a list of two columns."""
    if isinstance(probabilities, list):
        return np.stack([one[:, 1] for one in probabilities], axis=1)
    return probabilities
