"""libsndfile's lossy codecs, by their bit rates.

libsndfile takes a compression level in [0, 1]. For MP3 (at constant rate) and Opus it is a linear map to
rates; for Vorbis it is one minus the quality.
"""

import io

import numpy as np
import soundfile
import soxr

from .._reading import empty_tag

FORMATS = {
    "mp3": {"format": "MP3", "subtype": "MPEG_LAYER_III", "bitrate_mode": "CONSTANT"},
    "vorbis": {"format": "OGG", "subtype": "VORBIS"},
    "opus": {"format": "OGG", "subtype": "OPUS"},
}
RATES = {
    "mp3": (8000, 11025, 12000, 16000, 22050, 24000, 32000, 44100, 48000),
    "opus": (8000, 12000, 16000, 24000, 48000),
}  # in Hz; Vorbis takes any
MP3_DELAY = 1105  # samples: 576 of the encoder (LAME), 529 of every decoder
OPUS_BIT_RATES = (6.0, 256.0)
TRIALS = 6  # steps of the binary search for Vorbis' quality


def encode(y, sr, codec, bit_rate):
    """Return a waveform as the bytes of a file.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
        Samples in [-1, 1].
    sr : int
        Sampling rate in Hz.
    codec : {"mp3", "vorbis", "opus"}
    bit_rate : float
        In kbit/s; the nearest available rate is used.

    Returns
    -------
    content : bytes
    """
    rate = _rate(codec, sr)
    y = soxr.resample(y, sr, rate) if rate != sr else y
    if codec == "vorbis":
        return _vorbis(y, rate, bit_rate)
    return _write(y, rate, codec, _level(codec, rate, bit_rate))


def decode(content, n_samples, sr):
    """Return the waveform of a file's bytes, with the length and alignment that it had.

    Parameters
    ----------
    content : bytes
        From :func:`encode`.
    n_samples : int
        Number of samples that were encoded.
    sr : int
        Their sampling rate in Hz.

    Returns
    -------
    y : ndarray of float32 of shape (n_samples,)
    """
    is_mp3 = content[:1] == b"\xff"
    with soundfile.SoundFile(io.BytesIO(empty_tag() + content if is_mp3 else content)) as file:
        y, rate = file.read(dtype="float32"), file.samplerate
    if is_mp3 and len(y) > round(n_samples * rate / sr) + 1:
        y = y[
            MP3_DELAY:
        ]  # at low rates, frames have no room for LAME's tag, which tells decoders to cut it off
    y = soxr.resample(y, rate, sr) if rate != sr else y
    return np.pad(y, (0, max(0, n_samples - len(y))))[:n_samples]


def _rate(codec, sr):
    """Return the sampling rate at which a codec works: the clip's, or the next higher available one."""
    rates = RATES.get(codec, (sr,))
    return min((rate for rate in rates if rate >= sr), default=rates[-1])


def _level(codec, rate, bit_rate):
    """Return the compression level for a bit rate."""
    if codec == "opus":
        low, high = OPUS_BIT_RATES
        return float(np.clip((high - bit_rate) / (high - low), 0, 1))
    low, high = (32, 320) if rate >= 32000 else (8, 160) if rate >= 16000 else (8, 64)
    bit_rate = np.clip(bit_rate, low, high)
    return float(np.clip((high - bit_rate - 0.5) / (high - low), 0, 1))  # libsndfile rounds rates down


def _write(y, rate, codec, level):
    file = io.BytesIO()
    soundfile.write(file, y, rate, compression_level=level, **FORMATS[codec])
    return file.getvalue()


def _vorbis(y, rate, bit_rate):
    """Halve the range of levels until the rate of a file, without its headers, is the desired one."""
    low, high, found = 0.0, 1.0, []
    for level in (1.0, 0.0):
        found.append(_trial(y, rate, level, bit_rate))
        if found[-1][0] * (1 if level else -1) >= 0:  # beyond the available range
            return found[-1][1]
    for _ in range(TRIALS):
        level = (low + high) / 2
        found.append(_trial(y, rate, level, bit_rate))
        low, high = (level, high) if found[-1][0] > 0 else (low, level)
    return min(found, key=lambda pair: abs(pair[0]))[1]


def _trial(y, rate, level, bit_rate):
    """Return by how much the bit rate of a level is too high, in kbit/s, and the file."""
    content = _write(y, rate, "vorbis", level)
    headers = len(_write(y[:1], rate, "vorbis", level))
    return 8 * (len(content) - headers) / (len(y) / rate) / 1000 - bit_rate, content
