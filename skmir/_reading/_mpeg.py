"""The length of MPEG audio (MP3), found by counting frames.

libsndfile takes the length from an info frame in front ("Xing", "Info"), or estimates it from the first frame
and the size of the file, and reads no further. Both are wrong for files that were joined, and the estimate is
wrong for a variable bitrate. An empty tag in front makes the file, and with it the estimate, as large as
needed; the decoder passes over it and stops where the frames end.
"""

import functools
import struct
from typing import NamedTuple

from ._content import after_tags

_BITRATES = {  # kbit/s by MPEG version 1 or later ones, and layer
    (1, 1): range(32, 449, 32),
    (1, 2): (32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384),
    (1, 3): (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (2, 1): (32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256),
    (2, 2): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
    (2, 3): (8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44100, 48000, 32000), 2: (22050, 24000, 16000), 0: (11025, 12000, 8000)}  # Hz, by version bits
_MONO = 3
_NONE = "It contains no frame of MPEG audio."
_INFO = (b"Xing", b"Info")
_TAG = 128  # bytes of ID3v1
_ROOM = 1024  # bytes of a tag
_LARGEST = 2**28 - 1  # bytes that a tag can have
TRIMMED = 2 * 4095  # most samples that an info frame can declare as padding of the encoder, at both ends


class StreamFormat(NamedTuple):
    """The properties shared by all frames of a recording, as bits of a frame's header."""

    version: int
    layer: int
    rate: int
    mono: bool

    @property
    def n_samples(self):
        """Number of samples per frame."""
        if self.layer == 1:
            return 384
        return 576 if self.layer == 3 and self.version != 3 else 1152

    @property
    def after_side_information(self):
        """Position of an info frame's fields within the frame."""
        return 4 + ((17 if self.mono else 32) if self.version == 3 else (9 if self.mono else 17))


class Survey(NamedTuple):
    """The frames of a recording.

    ``frames`` are the positions of whole frames, ``pieces`` the ranges of bytes in which they are adjacent,
    ``missing`` the number of bytes that the last one lacks, and ``other`` whether frames of another kind
    follow.
    """

    kind: StreamFormat
    frames: list
    pieces: list
    missing: int
    other: bool


class Stream:
    """The part of a recording that libsndfile should read, and its length.

    Parameters
    ----------
    content : Content

    Attributes
    ----------
    data : bytes or None
        Bytes to read in place of the file; None means the file itself.
    least : int
        Number of samples that libsndfile must announce.
    slack : int
        How many of the announced samples may be missing: some programs count the info frame as well.
    counted : int or None
        Number of samples that were counted, if the recording does not declare it.
    lack : str or None
        Description of what is missing.
    fault : str or None
        Why it cannot be read.
    """

    def __init__(self, content):
        self.data = self.counted = self.lack = self.fault = None
        self.least = self.slack = 0
        self._recognised = content.path is not None and content.path.lower().endswith(".mp3")
        size = content.size
        tagged = size > _TAG and content.read(size - _TAG, 3) == b"TAG"
        self._data = content.read(content.start, size - content.start - (_TAG if tagged else 0))
        first = first_frame(self._data)
        if first is None:
            self.lack, self.fault = _why_none(self._data)
        else:
            self._found = survey(self._data, first)
            self._compare()

    def repaired(self):
        """Return only the frames, after a tag that is large enough for libsndfile to find them all."""
        lengths = [frame_length(self._data, at) for at in self._sound]
        room = len(lengths) * (lengths[0] + 2) - sum(lengths)
        frames = (self._data[at : at + n] for at, n in zip(self._sound, lengths, strict=True))
        return empty_tag(min(max(_ROOM, room), _LARGEST)) + b"".join(frames)

    def _compare(self):
        """Compare the frames that were found with those that are declared."""
        data, found = self._data, self._found
        if found.other:
            self.fault = (
                "It is joined from parts with different sampling rates, layers or numbers of channels."
            )
            return
        first, silent = found.frames[0], info_frames(data, found)
        self._sound = [at for at in found.frames if at not in silent] if silent else found.frames
        info = info_at(data, first, found.kind)
        declared, n_frames = None if info is None else info.n_frames, len(self._sound)
        self.lack = _what_is_missing(found, info, n_frames, len(data) - first)
        self.fault = None if self._sound else _NONE
        if self.lack or self.fault:
            return
        said = None if info is None else info.n_bytes
        clean = self._recognised and found.pieces == [(0, len(data))] and said in (None, len(data))
        n_samples = n_frames * found.kind.n_samples
        if declared is None or n_frames > declared:
            self.least = self.counted = n_samples
            self.data = None if clean and info is None else self.repaired()
        else:
            self.least = n_samples - TRIMMED
            self.slack = found.kind.n_samples
            self.counted = n_samples if n_frames < declared else None
            pieces = b"".join(data[begin:end] for begin, end in found.pieces)
            self.data = None if clean else empty_tag() + _with_true_size(pieces, found.kind)


class Info(NamedTuple):
    """Numbers of frames and bytes that an info frame declares; None if it does not declare them."""

    n_frames: int | None
    n_bytes: int | None


def kind_at(data, at):
    """Return the kind of the frame whose header is at ``at``, or None."""
    if at + 4 > len(data) or data[at] != 0xFF or data[at + 1] < 0xE0:
        return None
    version, layer, rate = data[at + 1] >> 3 & 3, 4 - (data[at + 1] >> 1 & 3), data[at + 2] >> 2 & 3
    if version == 1 or layer == 4 or rate == 3:
        return None
    kind = StreamFormat(version, layer, rate, data[at + 3] >> 6 == _MONO)
    return kind if (data[at + 1] << 8 | data[at + 2]) in _lengths(*kind[:3]) else None


def first_frame(data, start=0, *, strict=False):
    """Return the position of the first frame at or after ``start``, or None.

    Two bytes can look like a header by chance, so two more frames must follow, or, unless ``strict``, at
    least the rest of the file must look like frames.
    """
    at = start
    while (at := data.find(b"\xff", at)) >= 0:
        kind = kind_at(data, at)
        if kind is not None and _is_followed(data, at, kind, strict):
            return at
        at += 1
    return None


def survey(data, start):
    """Return the frames of a recording whose first frame is at ``start``.

    Parameters
    ----------
    data : bytes
        Without a tag at the end.
    start : int

    Returns
    -------
    survey : Survey
    """
    kind, frames, pieces, missing, other = kind_at(data, start), [], [], 0, False
    at = start
    while at is not None:
        begin = at
        at = _run(data, at, kind, frames)
        if at > len(data):  # the last frame is not whole
            missing, at = at - len(data), frames.pop()
        pieces.append((begin, at))
        if missing:
            break
        at = first_frame(data, after_tags(lambda i, n: data[i : i + n], at), strict=True)
        other = at is not None and kind_at(data, at) != kind
        if other:
            break
    return Survey(kind, frames, pieces, missing, other)


def info_at(data, at, kind):
    """Return the numbers that the frame at ``at`` declares if it is an info frame, else None."""
    if kind.layer != 3:
        return None
    words = data[at + kind.after_side_information : at + kind.after_side_information + 16]
    if words[:4] in _INFO and len(words) == 16:
        flags, *numbers = struct.unpack(">3I", words[4:])
        n_frames = numbers.pop(0) if flags & 1 else None
        return Info(n_frames or None, (numbers[0] if flags & 2 else None) or None)
    words = data[at + 36 : at + 54]
    if words[:4] == b"VBRI" and len(words) == 18:
        n_bytes, n_frames = struct.unpack(">2I", words[10:])
        return Info(n_frames or None, n_bytes or None)
    return None


def info_frames(data, found):
    """Return the positions of frames that hold no sound: there can be one before each part."""
    frames, positions = None, set()
    for word, place in ((b"Xing", None), (b"Info", None), (b"VBRI", 36)):
        place, at = found.kind.after_side_information if place is None else place, -1
        while (at := data.find(word, at + 1)) >= 0:
            frames = set(found.frames) if frames is None else frames
            if at - place in frames and info_at(data, at - place, found.kind) is not None:
                positions.add(at - place)
    return positions


def frame_length(data, at):
    """Return the length in bytes of the frame at ``at``."""
    return _lengths(*kind_at(data, at)[:3])[data[at + 1] << 8 | data[at + 2]]


@functools.lru_cache(maxsize=64)
def _lengths(version, layer, rate):
    """Return the lengths of frames in bytes, by the two bytes of their header that determine them."""
    hertz = _RATES[version][rate]
    first = 0xE0 | version << 3 | (4 - layer) << 1
    lengths = {}
    for i, kilobits in enumerate(_BITRATES[1 if version == 3 else 2, layer], start=1):
        for low in range(4):  # two bits: padding, and one of private use
            padding = low >> 1
            if layer == 1:
                length = 4 * (12000 * kilobits // hertz + padding)
            else:
                length = (72000 if layer == 3 and version != 3 else 144000) * kilobits // hertz + padding
            second = i << 4 | rate << 2 | low
            lengths[first << 8 | second] = lengths[(first | 1) << 8 | second] = length
    return lengths


def _run(data, at, kind, frames):
    """Append the positions of adjacent frames, and return where they end."""
    lengths, stop = _lengths(*kind[:3]), len(data) - 3
    while at < stop and data[at] == 0xFF and (data[at + 3] >> 6 == _MONO) == kind.mono:
        length = lengths.get(data[at + 1] << 8 | data[at + 2])
        if length is None:
            break
        frames.append(at)
        at += length
    return at


def _is_followed(data, at, kind, strict):
    lengths = _lengths(*kind[:3])
    for _ in range(2):
        at += lengths[data[at + 1] << 8 | data[at + 2]]
        if at >= len(data) - 3:
            return at == len(data) or (not strict and at < len(data))
        if kind_at(data, at) != kind:
            return False
    return True


def _what_is_missing(found, info, n_frames, n_bytes):
    """Return what is missing according to the info frame or the last frame, or None."""
    if info is None or info.n_frames is None or n_frames > info.n_frames:
        return f"its last frame lacks {found.missing} bytes" if found.missing else None
    missing = info.n_frames - n_frames
    # Some programs count the info frame as well
    short = missing > 1 or (missing and found.missing) if info.n_bytes is None else n_bytes < info.n_bytes
    return f"its header declares {info.n_frames} frames, but it has {n_frames}" if missing and short else None


def _with_true_size(frames, kind):
    """Return frames whose info frame, if any, declares their true size; otherwise the decoder complains."""
    at = kind.after_side_information
    if frames[at : at + 4] not in _INFO or not frames[at + 7] & 2:
        return frames
    at += 8 + 4 * (frames[at + 7] & 1)
    return frames[:at] + struct.pack(">I", len(frames)) + frames[at + 4 :]


def _why_none(data):
    """Return what is missing, and why data without a frame cannot be read; one of them is None."""
    if kind_at(data, 0) is not None and frame_length(data, 0) > len(data):
        return "it ends inside its first frame", None
    if len(data) > 2 and data[0] == 0xFF and data[1] >= 0xE0 and data[2] < 0x10:
        return None, "It has a free bitrate, which is not supported."
    return None, _NONE


def empty_tag(size=_ROOM):
    """Return an empty ID3v2 tag with ``size`` bytes of padding.

    Without a tag, libsndfile does not recognise MP3 in memory, unless its rate is 16 to 24 kHz.
    """
    return b"ID3\x04\0\0" + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + bytes(size)
