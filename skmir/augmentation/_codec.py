"""Pass recordings through lossy codecs."""

import numpy as np

from .._parameter_checks import check_choice, plain
from ._coding import FORMATS, decode, encode
from ._waveform import WaveformAugmentation, check_range, draw_range


class Codec(WaveformAugmentation):
    """Encode a clip as MP3, Ogg Vorbis or Opus at a bit rate, and decode it again.

    libsndfile does this, in memory. The result has the length of the clip and is aligned with it: the padding
    that the MP3 format adds before and after it is cut off.

    Parameters
    ----------
    codec : {"mp3", "vorbis", "opus"} or a tuple of them, default=("mp3", "vorbis", "opus")
        If there are several, one is drawn.
    bit_rate : float or (float, float), default=(16, 64)
        Bit rate in kbit/s for one channel, without headers, above 0; a pair is the range from which it is
        drawn. If a format does not have the rate, the nearest one is used.

    Notes
    -----
    Only labels of the kind "recording" become wrong.

    MP3 has 8 to 160 kbit/s at 16 to 24 kHz, 32 to 320 above and 8 to 64 below, in steps. Opus has 6 to 256
    on average, and always works at 8, 12, 16, 24 or 48 kHz; the clip is resampled to one of these and back.
    Vorbis has qualities instead of rates: the quality whose rate is closest for this clip is found by
    encoding it several times, which takes several times as long.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.augmentation import Codec
    >>> y = np.random.RandomState(0).uniform(-0.5, 0.5, 22050)
    >>> coded = Codec("opus", 16).apply(y, 22050, 0)
    >>> coded.shape, coded.dtype
    ((22050,), dtype('float32'))
    """

    invalidates = frozenset({"recording"})

    def __init__(self, codec=("mp3", "vorbis", "opus"), bit_rate=(16, 64)):
        self.codec = codec
        self.bit_rate = bit_rate

    def _check_parameters(self):
        check_range("bit_rate", self.bit_rate, above=0)
        if not self._codecs():
            raise ValueError(
                f"codec={plain(self.codec)!r} must name at least one codec of {sorted(FORMATS)}."
            )
        for codec in self._codecs():
            check_choice("codec", codec, FORMATS)

    def _draw(self, rng):
        codec = self._codecs()[rng.integers(len(self._codecs()))]
        return {"codec": codec, "bit_rate": draw_range(self.bit_rate, rng)}

    def _change(self, y, sr, codec, bit_rate):
        peak = max(1.0, float(np.abs(y).max()))  # codecs cannot represent samples beyond full scale
        return peak * decode(encode(y / peak, sr, codec, bit_rate), len(y), sr)

    def _codecs(self):
        return [self.codec] if isinstance(self.codec, str) else list(self.codec)
