"""Rooms, loudspeakers and microphones."""

import os

import numpy as np
from scipy.signal import fftconvolve

from .._cache import file_digest
from .._parameter_checks import check_choice, plain
from .._reading import load
from .._validation import is_path
from ._waveform import WaveformAugmentation, check_range, draw_range


class ImpulseResponse(WaveformAugmentation):
    """Play a clip in a room, or through a device, by convolution with an impulse response.

    The length and the alignment of the clip stay the same: the part of a response before its highest sample,
    the direct sound, is cut off, and so is the reverberation after the clip's end.

    Parameters
    ----------
    responses : list of path or ndarray of shape (n_samples_i,), or None, default=None
        Measured responses, one of which is drawn per copy. Files are resampled to the clip's rate; arrays
        must already have that rate. None synthesises one from noise that decays exponentially.
    rt60 : float or (float, float), default=(0.2, 0.8)
        Time in s in which synthetic responses decay by 60 dB, above 0 and up to 20.
    wet : float or (float, float), default=(0.1, 0.5)
        Share of the convolved clip in the result, in [0, 1]; the rest is the clip itself. Responses are
        scaled to energy 1.

    Notes
    -----
    It makes labels of the kind "recording" wrong, and no others; long responses extend notes beyond
    their ends.

    A synthetic response has no direct sound; the dry clip serves as such.

    References
    ----------
    .. [1] J. A. Moorer, "About this reverberation business", Computer Music Journal 3(2), 1979.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.augmentation import ImpulseResponse
    >>> click = np.zeros(22050)
    >>> click[1000] = 1
    >>> y = ImpulseResponse(rt60=0.5, wet=0.3).apply(click, 22050, 0)
    >>> int(y.argmax()), len(y), bool(np.abs(y[:1000]).max() < 1e-6)
    (1000, 22050, True)
    """

    invalidates = frozenset({"recording"})

    def __init__(self, responses=None, *, rt60=(0.2, 0.8), wet=(0.1, 0.5)):
        self.responses = responses
        self.rt60 = rt60
        self.wet = wet

    def identity(self):
        """Return a text that is equal for two augmentations only if they do the same.

        Returns
        -------
        identity : str
        """
        paths = [os.fspath(h) for h in self.responses or () if is_path(h)]
        return repr((super().identity(), [file_digest(path) for path in paths]))

    def _check_parameters(self):
        check_range("rt60", self.rt60, above=0, high=20)
        check_range("wet", self.wet, low=0, high=1)
        if self.responses is None:
            return
        if not isinstance(self.responses, list | tuple) or not self.responses:
            raise TypeError(
                f"responses={plain(self.responses)!r} must be a list of paths or 1-D arrays, not empty, "
                "or None."
            )
        for i, response in enumerate(self.responses):
            if not is_path(response):
                _check_array(f"responses[{i}]", response)

    def _draw(self, rng):
        n = 1 if self.responses is None else len(self.responses)
        return {
            "index": int(rng.integers(n)),
            "rt60": draw_range(self.rt60, rng),
            "wet": draw_range(self.wet, rng),
            "seed": int(rng.integers(2**63)),
        }

    def _change(self, y, sr, index, rt60, wet, seed):
        if self.responses is None:
            response = _decaying_noise(rt60, sr, np.random.default_rng(seed))
        else:
            response = _aligned(self.responses[index], sr)
        played = fftconvolve(y.astype(np.float64), response / np.sqrt(np.sum(response**2)))[: len(y)]
        return (1 - wet) * y + wet * played


def _check_array(name, response):
    check_choice(f"kind of {name}", type(response).__name__, ("ndarray",))
    if response.ndim != 1 or not np.isfinite(response).all() or not response.any():
        raise ValueError(
            f"{name} must be finite samples, not all 0, in one dimension, got shape {response.shape}."
        )


def _aligned(response, sr):
    """Return a measured response from its direct sound on, with the sign that makes the latter positive."""
    if is_path(response):
        name, response = os.fspath(response), load(response, sr=sr, dtype=np.float64)[0]
        _check_array(name, response)
    first = np.abs(response).argmax()
    return np.sign(response[first]) * response[first:].astype(np.float64)


def _decaying_noise(rt60, sr, rng):
    time = np.arange(max(1, round(rt60 * sr))) / sr
    return rng.standard_normal(len(time)) * 10 ** (-3 * time / rt60)
