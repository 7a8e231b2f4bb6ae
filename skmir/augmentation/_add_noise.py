"""Add noise to recordings."""

import numpy as np
from scipy.fft import irfft, rfft, rfftfreq

from .._parameter_checks import check_choice
from ._waveform import WaveformAugmentation, check_range, draw_range

SLOPES = {"white": 0.0, "pink": -0.5, "brown": -1.0}  # exponents of the frequency in the amplitudes
AUDIBLE = 20.0  # Hz, below which the spectrum is flat: otherwise most of brown noise would be inaudible


class AddNoise(WaveformAugmentation):
    """Add coloured noise to a clip, at a given signal-to-noise ratio.

    Parameters
    ----------
    snr : float or (float, float), default=(10, 30)
        Signal-to-noise ratio in dB, with both powers taken over the whole clip. A pair is the range from
        which it is drawn.
    color : {"white", "pink", "brown"} or a tuple of them, default="white"
        Colour of the noise: its power falls by 0, 3 or 6 dB per octave, above 20 Hz. If there are several,
        one is drawn.

    See Also
    --------
    GaussianNoise : Noise on the frames of a network.

    Notes
    -----
    Only labels of the kind "recording" become wrong. The ratio holds exactly for the noise
    that was drawn, not on average. Silence stays silence.

    References
    ----------
    .. [1] B. McFee, E. J. Humphrey and J. P. Bello, "A software framework for musical data augmentation",
       ISMIR, 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.augmentation import AddNoise
    >>> y = np.sin(2 * np.pi * 220 * np.arange(22050) / 22050).astype(np.float32)
    >>> noise = AddNoise(20, color="pink").apply(y, 22050, 0) - y
    >>> round(float(10 * np.log10(np.mean(y**2) / np.mean(noise**2))), 2)
    20.0
    """

    invalidates = frozenset({"recording"})

    def __init__(self, snr=(10, 30), *, color="white"):
        self.snr = snr
        self.color = color

    def _check_parameters(self):
        check_range("snr", self.snr)
        if not self._colors():
            raise ValueError("color=() must name at least one colour, such as 'white'.")
        for color in self._colors():
            check_choice("color", color, SLOPES)

    def _draw(self, rng):
        return {
            "snr": draw_range(self.snr, rng),
            "color": self._colors()[rng.integers(len(self._colors()))],
            "seed": int(rng.integers(2**63)),
        }

    def _change(self, y, sr, snr, color, seed):
        noise = colored_noise(len(y), sr, SLOPES[color], np.random.default_rng(seed))
        power = np.mean(np.square(y, dtype=np.float64))
        return y + np.sqrt(power / 10 ** (snr / 10)) * noise

    def _colors(self):
        return [self.color] if isinstance(self.color, str) else list(self.color)


def colored_noise(n_samples, sr, slope, rng):
    """Return noise with power 1 whose amplitudes follow a power of the frequency, of shape (n_samples,)."""
    noise = rng.standard_normal(n_samples)
    if slope:
        frequencies = np.maximum(rfftfreq(n_samples, 1 / sr), AUDIBLE)
        noise = irfft(rfft(noise) * frequencies**slope, n_samples)
    return noise / np.sqrt(np.mean(noise**2))
