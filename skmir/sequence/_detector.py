"""The base of detectors: clips to events by a front end, a network or a signal baseline, and a decoder."""

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils import check_consistent_length, check_random_state
from sklearn.utils.validation import check_is_fitted

from .._declared_parameters import DeclaredParameters, method_missing, positional
from .._fitting import all_or_nothing
from .._parameter_checks import shown
from .._random import MAX_SEED
from .._reading import reader
from .._saving import SavingMixin
from .._validation import check_clips
from ..compose._fit_parameter import fit_parameter, weights_parameter
from ..feature_extraction import LogFilteredSpectrogram
from ..metrics import get_scorer
from ..neural_network import TCNSequenceClassifier
from ._frames import check_frames_of, front_end_of, is_silent, silence_tolerance, silent_frame
from ._targets import check_within


class BaseDetector(SavingMixin, DeclaredParameters, BaseEstimator):
    """Base of detectors: a front end, a frame-wise network, and a decoder.

    A subclass has ``_default_decoder(truth)``, what annotations are (``_check_annotations``, ``_times``,
    ``_targets``), ``default_scoring``, and parameters of the usual front end and network in the dicts
    ``_front_end_parameters`` and ``_network_parameters``.
    """

    _network_parameters = {}
    _noun = "event"  # what annotations consist of, for errors

    front_end: object = positional(default=None)
    network: object = positional(default=None)
    decoder: object = positional(default=None)
    random_state: int | np.random.RandomState | None = None

    # Groups routed by a search or cross_validate reach the network without a request.
    __metadata_request__fit = {"groups": True}

    @all_or_nothing
    def fit(self, X, y=None, *, groups=None):
        """Fit front end, network and decoder.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : list of array-like of shape (n_events_i,)
            Annotated events of each clip, times in s.
        groups : array-like of shape (n_clips,), default=None
            Groups of clips, passed to a network that takes them: its early stopping then keeps groups
            together.

        Returns
        -------
        self : estimator

        Raises
        ------
        ValueError
            If a parameter is not valid, or an event is after the end of its clip.
        """
        self._check_parameters()
        front_end = self._front_end()
        clock = front_end_of(front_end)
        sr, hop_length = clock.sr, clock.hop_length
        clips = check_clips(self, X, reset=True, read=reader(sr))
        truth = self._check_annotations(y, len(clips)) if y is not None or self._needs_annotations() else None
        check_consistent_length(clips, groups)
        frames = front_end.fit_transform(clips)
        self.front_end_, self.fps_, self._sr = front_end, float(sr / hop_length), float(sr)
        self._silent = silent_frame(front_end, sr)
        check_frames_of(clips, frames)
        frames = list(frames)
        self._tolerance = silence_tolerance(frames, self._silent)
        if truth is not None:
            self._check_all_within(truth, frames)
        self.network_ = self._fit_network(frames, truth, groups)
        self._fit_decoder(self._activations(frames), truth)
        return self

    @all_or_nothing
    def fit_decoder(self, activations, y=None):
        """Fit the decoder again, to other activations; front end and network stay as they are.

        Activations of clips that the network has not seen tell a threshold more than those that it was
        trained on.

        Parameters
        ----------
        activations : list of ndarray of shape (n_frames_i,)
            As :meth:`predict_frames` returns them.
        y : list of array-like of shape (n_events_i,), default=None
            Annotated events of the clips, times in s.

        Returns
        -------
        self : estimator
        """
        check_is_fitted(self)
        truth = None if y is None else self._check_annotations(y, len(activations))
        self._fit_decoder(activations, truth)
        return self

    def predict_frames(self, X):
        """Return activations: how likely an event is in each frame.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        activations : list of ndarray of shape (n_frames_i,)
            In [0, 1]; ``fps_`` frames per second.
        """
        check_is_fitted(self)
        clips = check_clips(self, X, reset=False, read=reader(self._sr))
        frames = self.front_end_.transform(clips)
        check_frames_of(clips, frames)
        return self._activations(list(frames))

    def decode(self, activations):
        """Return the events in activations.

        Parameters
        ----------
        activations : list of ndarray of shape (n_frames_i,)
            As :meth:`predict_frames` returns them.

        Returns
        -------
        events : list of ndarray of shape (n_events_i,)
            Times in s, sorted.
        """
        check_is_fitted(self)
        return self.decoder_.predict(activations)

    def predict(self, X):
        """Return the events of each clip.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        events : list of ndarray of shape (n_events_i,)
            Times in s, sorted; an empty array if there is no event.
        """
        return self.decode(self.predict_frames(X))

    def score(self, X, y):
        """Return the score that :attr:`default_scoring` names.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : list of array-like of shape (n_events_i,)
            Annotated events of each clip, times in s.

        Returns
        -------
        score : float
            See :func:`skmir.metrics.get_scorer`.
        """
        return get_scorer(self.default_scoring)(self, X, self._check_annotations(y, None))

    @property
    def n_parameters_(self):
        """Number of trained parameters of the network."""
        return self.network_.n_parameters_

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.string = True
        tags.target_tags.required = self._needs_annotations()
        tags.non_deterministic = False
        return tags

    def _needs_annotations(self):
        return True

    def _check_parameters(self):
        self._check_network()

    def _check_network(self):
        if self.network is not None and not hasattr(self.network, "predict_proba"):
            raise TypeError(
                f"network={shown(self.network)} must be None or a frame-wise classifier with predict_proba, "
                "such as skmir.neural_network.TCNSequenceClassifier."
            )

    def _default_decoder(self, truth):
        """Return a decoder for None; ``truth`` is what the annotations are, or None."""
        raise method_missing(self, "_default_decoder")

    def _front_end(self):
        """Return an unfitted front end."""
        if self.front_end is not None:
            return clone(self.front_end)
        return LogFilteredSpectrogram(22050, hop_length=220, **self._front_end_parameters)

    def _network(self):
        """Return an unfitted network."""
        if self.network is not None:
            return clone(self.network)
        return TCNSequenceClassifier(**self._network_parameters)

    def _adapt(self, network):
        """Set parameters of an unfitted network that follow from the front end or the annotations."""

    def _check_annotations(self, y, n_clips):
        """Return the annotations of each clip, checked; ``n_clips`` is None in ``score``."""
        raise method_missing(self, "_check_annotations")

    def _times(self, annotation):
        """Return the times of an annotation that must be in its clip, sorted."""
        raise method_missing(self, "_times")

    def _check_all_within(self, truth, frames):
        for i, (x, annotation) in enumerate(zip(frames, truth, strict=True)):
            check_within(self._times(annotation), x.shape[1], self.fps_, i, self._noun)

    def _targets(self, annotation, n_frames):
        """Return what the network learns, of shape (n_frames,)."""
        raise method_missing(self, "_targets")

    def _weights(self, annotation, n_frames):
        """Return how much each frame weighs in training, or None if all weigh the same."""
        return None

    def _fit_network(self, frames, truth, groups):
        """Return the fitted network."""
        if sum(x.shape[1] for x in frames) < 2:
            raise ValueError(
                f"n_samples=1: {type(self).__name__} cannot learn from a single clip of one frame. Pass more "
                "clips."
            )
        network = self._network()
        self._adapt(network)
        self._seed(network)
        pairs = [(annotation, x.shape[1]) for annotation, x in zip(truth, frames, strict=True)]
        targets, weights = [self._targets(*pair) for pair in pairs], [self._weights(*pair) for pair in pairs]
        name = fit_parameter(network, "groups") if groups is not None else None
        options = {name: groups} if name else {}
        if any(one is not None for one in weights):
            options[weights_parameter(network)] = weights
        return network.fit(frames, targets, **options)

    def _seed(self, network):
        """Give a network, and what is inside it, seeds if it has none of its own and the detector has one."""
        if self.random_state is None:
            return
        rng = check_random_state(self.random_state)
        for name, value in sorted(network.get_params().items()):
            if name.rpartition("__")[2] == "random_state":
                seed = int(rng.randint(MAX_SEED))
                network.set_params(**({name: seed} if value is None else {}))

    def _activations(self, frames):
        """Return activations from frames; those of digital silence are 0."""
        found = self._raw_activations(frames)
        for x, activation in zip(frames, found, strict=True):
            activation[..., is_silent(x, self._silent, self._tolerance)] = 0
        return found

    def _raw_activations(self, frames):
        """Return what the network says about frames, in new arrays."""
        return [self._of_class(1, proba) for proba in self.network_.predict_proba(frames)]

    def _of_class(self, label, proba):
        """Return the probability of a class in each frame; 0 if there was no such frame in training."""
        row = np.flatnonzero(self.network_.classes_ == label)
        return proba[row[0]].astype(float) if len(row) else np.zeros(proba.shape[1])

    def _fit_decoder(self, activations, truth):
        """Set ``decoder_`` to a fitted decoder."""
        self.decoder_ = self._unfitted_decoder(truth).fit(activations, truth)

    def _unfitted_decoder(self, truth):
        """Return a decoder at the frame rate of the front end."""
        decoder = clone(self._default_decoder(truth) if self.decoder is None else self.decoder)
        if "fps" not in decoder.get_params():
            raise TypeError(
                f"decoder={shown(self.decoder)} must be a decoder with a parameter fps, such as those of "
                "skmir.sequence."
            )
        return decoder.set_params(fps=self.fps_)
