"""Beats of one tempo by dynamic programming."""

import numpy as np

from .._declared_parameters import positional
from .._parameter_checks import check_number
from ..feature_extraction._beat_tracking import track_beats
from ._decoder import BaseDecoder


class BeatDynamicProgramming(BaseDecoder):
    """Beats are where activations are high, at distances near the one period of the clip.

    The decoder of ``librosa.beat.beat_track``, on any activation.

    Parameters
    ----------
    start_bpm : float, default=120.0
        The tempo that is guessed before listening, in beats per minute: of a tempo, its half and its double,
        it makes the nearest the likeliest.
    tightness : float, default=100.0
        How closely beats keep to the clip's tempo.
    fps : float, default=100.0
        Frames per second of the activations. A detector sets it.

    Attributes
    ----------
    n_features_in_ : int
        Number of frames, if ``fit`` was given a 2-D array.

    See Also
    --------
    BeatHMM : For music whose tempo changes.
    skmir.feature_extraction.BeatSynchronizer : Features between such beats.

    Notes
    -----
    Activations below 0 count as 0. Without any above 0, or in a clip shorter than a beat at ``start_bpm``, no
    beat is found.

    References
    ----------
    D. Ellis, "Beat tracking by dynamic programming", Journal of New Music Research 36 (1), 2007.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.sequence import BeatDynamicProgramming
    >>> activations = np.zeros((1, 500))
    >>> activations[0, 10::50] = 0.9
    >>> BeatDynamicProgramming().predict(activations)[0][:4]
    array([0.1, 0.6, 1.1, 1.6])
    """

    start_bpm: float = positional(default=120.0)
    tightness: float = 100.0

    def _check_parameters(self):
        super()._check_parameters()
        check_number("start_bpm", self.start_bpm, above=0)
        check_number("tightness", self.tightness, above=0)

    def _decode(self, activation):
        if len(activation) < 60 * self.fps / self.start_bpm:
            return np.zeros(0)
        envelope = activation.clip(min=0)
        beats = track_beats(
            envelope, sr=self.fps, hop_length=1, start_bpm=self.start_bpm, tightness=self.tightness
        )
        return beats / self.fps
