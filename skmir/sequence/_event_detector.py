"""Detectors of events that also know activations without a network: signal baselines."""

import numpy as np
from sklearn.base import clone
from sklearn.utils import get_tags

from .._parameter_checks import check_choice, check_number
from ..feature_extraction import LogFilteredSpectrogram
from ..feature_extraction._positive_difference import difference_lag
from ._detector import BaseDetector
from ._events import f_measure
from ._flux import BANDS, flux
from ._frames import front_end_of
from ._targets import EventTargets

_LOUD = 0.999  # quantile of the rises of the training clips that becomes the activation 1
_SHIFTS = 25  # to choose from, from -max_shift to max_shift
_COARSE, _FINE = 0.05, 0.025  # windows in s: to find events whose times are shifted, and to find the shift


class EventDetector(EventTargets, BaseDetector):
    """Base of detectors whose ``network`` may be the name of a signal baseline."""

    diff_ratio: float = 0.5
    max_shift: float = 0.03

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
        return [(events + self.shift_).clip(min=0) for events in super().decode(activations)]

    @property
    def n_parameters_(self):
        """Number of trained parameters of the network; a signal baseline has none."""
        if isinstance(self.network_, str):
            raise AttributeError(f"network={self.network_!r} has no trained parameters.")
        return self.network_.n_parameters_

    def _is_signal(self):
        return isinstance(self.network, str)

    def _needs_annotations(self):
        decoder = self._default_decoder(None) if self.decoder is None else self.decoder
        return not self._is_signal() or get_tags(decoder).target_tags.required

    def _check_parameters(self):
        super()._check_parameters()
        check_number("diff_ratio", self.diff_ratio, above=0, below=1)
        check_number("max_shift", self.max_shift, low=0)

    def _check_network(self):
        if self._is_signal():
            check_choice("network", self.network, BANDS, also="None, nor a frame-wise classifier")
        else:
            super()._check_network()

    def _front_end(self):
        if self.front_end is None and self._is_signal():
            return LogFilteredSpectrogram(22050, n_fft=1024, hop_length=220, bands_per_octave=24, mul=10)
        return super()._front_end()

    def _fit_network(self, frames, truth, groups):
        """Return the fitted network, or the name of a signal baseline."""
        if not self._is_signal():
            return super()._fit_network(frames, truth, groups)
        self._lag = self._lag_of(front_end_of(self.front_end_))
        rises = np.concatenate([flux(x, BANDS[self.network], self._lag) for x in frames])
        self.scale_ = float(np.quantile(rises, _LOUD)) or 1.0
        return self.network

    def _lag_of(self, front_end):
        """Return after how many frames the window of a front end has fallen to ``diff_ratio`` of its peak."""
        params = front_end.get_params()
        n_fft = params.get("n_fft", 2048)
        return difference_lag(
            self.diff_ratio,
            n_fft=min(n_fft) if isinstance(n_fft, tuple | list) else n_fft,
            hop_length=params["hop_length"],
            window=params.get("window", "hann"),
        )

    def _raw_activations(self, frames):
        if not isinstance(self.network_, str):
            return super()._raw_activations(frames)
        n_bands = BANDS[self.network_]
        return [np.minimum(flux(x, n_bands, self._lag) / self.scale_, 1) for x in frames]

    def _fit_decoder(self, activations, truth):
        """Fit the decoder, after finding by how much a signal baseline is early or late."""
        decoder, shift = self._unfitted_decoder(truth), 0.0
        if isinstance(self.network_, str) and truth is not None and self.max_shift:
            tolerant = clone(decoder)
            if "window" in decoder.get_params():
                tolerant.set_params(window=_COARSE)
            found = tolerant.fit(activations, truth).predict(activations)
            shift = _best_shift(truth, found, self.max_shift)
            truth = [(times - shift).clip(min=0) for times in truth]
        self.shift_, self.decoder_ = shift, decoder.fit(activations, truth)


def _best_shift(truth, found, most):
    """Return what to add to times of events, in s, so that most of them match: the median of the best."""
    shifts = np.linspace(-most, most, _SHIFTS)
    scores = np.array([f_measure(truth, [events + shift for events in found], _FINE) for shift in shifts])
    return float(np.median(shifts[scores == scores.max()])) if scores.any() else 0.0
