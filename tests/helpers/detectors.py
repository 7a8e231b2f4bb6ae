"""A detector without a network, which counts what it does, and clips with events for it."""

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.utils.validation import check_is_fitted

from skmir._annotations import check_events
from skmir.metrics import onset_f_measure
from skmir.sequence import PeakPicker

FPS = 100


class EnergyDetector(BaseEstimator):
    """Activations are energies per frame, divided by a level that is learned; a decoder picks events.

    ``log``, a list that clones share, gets "fit" and "frames", and the groups that ``fit`` gets.
    """

    __metadata_request__fit = {"groups": True}
    default_scoring = "onset_f25"

    def __init__(self, decoder=None, log=None):
        self.decoder = decoder
        self.log = log

    def fit(self, X, y, groups=None):
        self._note("fit", groups)
        self.level_ = max(np.max(x) for x in X)
        return self.fit_decoder(self._activations(X), y)

    def fit_decoder(self, activations, y):
        self.decoder_ = PeakPicker() if self.decoder is None else clone(self.decoder)
        self.decoder_.set_params(fps=FPS).fit(activations, check_events(y))
        return self

    def predict_frames(self, X):
        check_is_fitted(self)
        self._note("frames")
        return self._activations(X)

    def decode(self, activations):
        return self.decoder_.predict(activations)

    def predict(self, X):
        return self.decode(self.predict_frames(X))

    def score(self, X, y):
        return onset_f_measure(y, self.predict(X), window=0.025)

    def _activations(self, X):
        return [np.asarray(x) / self.level_ for x in X]

    def _note(self, what, groups=None):
        if self.log is not None:
            self.log.items.append((what, None if groups is None else list(groups)))


_LOGS = {}  # outside the logs, so that nothing about a model changes when it is fitted


class Log:
    """A list that survives cloning, and has no effect on a model's key."""

    def __init__(self):
        self.number = len(_LOGS)
        _LOGS[self.number] = []

    @property
    def items(self):
        return _LOGS[self.number]

    def count(self, what):
        return sum(noted == what for noted, _ in self.items)


def clips_with_events(n_clips=12, seed=0):
    """Return energies of frames, of unequal length, with events in most clips, and the events in s."""
    rng = np.random.RandomState(seed)
    clips, events = [], []
    for i in range(n_clips):
        clip = 0.7 * rng.rand(rng.randint(80, 160))
        frames = np.arange(rng.randint(5, 15), len(clip) - 2, 20) if i % 6 else np.zeros(0, int)
        clip[frames] = 0.6 + 0.4 * rng.rand(len(frames))
        clips.append(clip)
        events.append(frames / FPS)
    return clips, events
