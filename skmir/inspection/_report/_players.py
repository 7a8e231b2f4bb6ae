"""Sound in a report: some seconds of a clip in a player, and their spectrogram."""

import io

import numpy as np

from ..._reading import excerpt, reader, waveform
from ..._validation import is_encoded, is_path
from ...feature_extraction import MelSpectrogram
from .._frames_display import FramesDisplay
from ._figures import figure_of
from ._html import escape, image, inline, paragraph

RATE = 32_000  # in Hz: one of the rates that MP3 knows, which keeps what most ears hear
SECONDS = 5.0  # that are heard of a clip: the loudest ones
SOFTEST = 0.2  # peak that every clip has at least when it is played
SEARCHED = 30.0  # seconds around the middle of a clip, among which they are
BANDS = {"sr": RATE, "n_fft": 2048, "hop_length": 512, "n_mels": 96, "fmin": 30, "fmax": 16_000}
TICKS = (500, 1000, 2000, 4000, 8000)  # in Hz, as many as a small picture has room for
FAILS = (OSError, ValueError, TypeError)  # what a file that has moved, or a broken one, raises


class CannotEncodeError(ImportError):
    """The library that writes sound knows no MP3."""


def check_encoder():
    """Raise a CannotEncodeError unless MP3 can be written, which all browsers play."""
    import soundfile

    if "MP3" not in soundfile.available_formats():
        raise CannotEncodeError(
            f"libsndfile {soundfile.__libsndfile_version__} writes no MP3. Use 1.1 or later, as in wheels "
            "of soundfile."
        )


def player(position, clip, sr, name):
    """Return a player of the loudest seconds of a clip, above it their spectrogram.

    Parameters
    ----------
    position : int
        Row of the clip in X.
    clip : path, file object, or ndarray of shape (n_samples,)
        A recording, or its waveform; or what Hugging Face's ``datasets`` holds.
    sr : float
        Sampling rate of a waveform, in Hz.
    name : str
        What the clip is called on the page.

    Returns
    -------
    content : str
        A piece of the page, which needs no other file.

    Raises
    ------
    OSError, ValueError, TypeError
        If the clip cannot be read.
    """
    y, start, whole = _loudest(position, clip, sr)
    when = "all of it" if whole else f"from {_clock(start)} to {_clock(start + len(y) / RATE)}"
    alt = f"Mel spectrogram of {name}, {when}: 30 Hz to 16 kHz, bright is loud."
    gain = _gain(y)
    source = inline(_mp3(gain * y), "audio/mpeg")
    sound = f'<audio controls preload="metadata" src="{source}" aria-label="{escape(name)}">'
    note = paragraph(f"{len(y) / RATE:.1f} s, {when}{_in_words(gain)}", "note")
    return f"{image(_spectrogram(y, start), 'image/jpeg', alt)}\n{sound}</audio>\n{note}"


def _loudest(position, clip, sr):
    """Return samples at ``RATE``, where they begin in s, and whether they are the whole clip."""
    if not is_path(clip):
        clip = reader(RATE)(clip if is_encoded(clip) else {"array": clip, "sampling_rate": sr})
    y, begin = _around_middle(position, clip)
    length = round(SECONDS * RATE)
    if len(y) <= length:
        return y, begin, begin == 0
    step = RATE // 10
    power = np.add.reduceat(np.square(y, dtype=np.float64), np.arange(0, len(y) - len(y) % step, step))
    sums = np.convolve(power, np.ones(length // step), mode="valid")
    first = int(sums.argmax()) * step
    return y[first : first + length], begin + first / RATE, False


def _around_middle(position, clip):
    """Return the middle of a clip, and where it begins in s."""
    options = {"sr": RATE, "duration": SEARCHED, "random_state": 0}
    begin = excerpt(clip, f"clip {position}", offset="center", **options)
    return waveform(position, clip, offset=begin, **options)[0], begin


def _gain(y):
    """Return a factor by which soft clips can be heard beside others, and none is louder than full scale."""
    peak = np.abs(y).max()
    return 1.0 if peak == 0 else float(np.clip(peak, SOFTEST, 1.0) / peak)


def _in_words(gain):
    if gain == 1:
        return ""
    return f", played {abs(20 * np.log10(gain)):.0f} dB {'louder' if gain > 1 else 'softer'}"


def _in_words(gain):
    if gain == 1:
        return ""
    return f", played {abs(20 * np.log10(gain)):.0f} dB {'louder' if gain > 1 else 'softer'}"


def _mp3(y):
    """Return the bytes of a file."""
    import soundfile

    file = io.BytesIO()
    soundfile.write(file, y, RATE, format="MP3", subtype="MPEG_LAYER_III")
    return file.getvalue()


def _spectrogram(y, start):
    """Return the bytes of a picture; JPEG, since a page holds many and they are as small as the sound."""
    front_end = MelSpectrogram(offset=start, **BANDS)  # its offset is where the axis of time begins
    frames = MelSpectrogram(**BANDS).transform([y])[0]
    with figure_of((4.2, 1.7)) as drawn:
        display = FramesDisplay.from_frames(frames, front_end, ax=drawn.subplots())
        for other in set(drawn.axes) - {display.ax_}:
            other.remove()  # the scale of colours takes a fifth of a small picture, and says little here
        display.ax_.set_yticks(TICKS, map(str, TICKS))
        file = io.BytesIO()
        drawn.savefig(file, format="jpeg", dpi=130, bbox_inches="tight", pil_kwargs={"quality": 70})
    return file.getvalue()


def _clock(seconds):
    minutes, seconds = divmod(seconds, 60)
    return f"{minutes:.0f}:{seconds:04.1f}"
