"""A recording's bytes, read only as far as they are asked for."""

import os

from .._parameter_checks import shown

_MAT4 = (b"\0\0\0\0\1\0\0\0\1\0\0\0", b"\0\0\x03\xe8\0\0\0\1\0\0\0\1")  # the first number, which is the rate
KINDS = {
    "AVR": (b"2BIT",),
    "CAF": (b"caff",),
    "FLAC": (b"fLaC",),
    "MPC2K": (b"\x01\x04",),
    "NIST": (b"NIST_1A",),
    "OGG": (b"OggS",),
    "RF64": (b"RF64", b"BW64"),
    "SDS": (b"\xf0\x7e",),
    "VOC": (b"Creative Voice File\x1a",),
    "W64": (b"riff.\x91\xcf\x11",),
    "WAV": (b"RIFF", b"RIFX"),
    "WVE": (b"ALawSoundFile**",),
    "other": (
        b"FORM",
        b".snd",
        b"dns.",
        b"MATLAB 5.0",
        b"PVF1",
        b" paf",
        b"fap ",
        b"Extended Instrument",
        *_MAT4,
    ),
}
MPEG_SUFFIXES = (".mp1", ".mp2", ".mp3", ".mpa", ".mpga")
_ID3 = b"ID3"


class Content:
    """A recording's bytes.

    Parameters
    ----------
    source : str or binary file
        A path, or a file object, whose position is left unchanged.

    Attributes
    ----------
    name : str
        Name of the recording in errors.
    path : str or None
    size : int
        In bytes.
    start : int
        Position at which the recording begins, after any ID3v2 tags.
    kind : str
        A key of ``KINDS``, "MPEG" or "unknown".
    """

    def __init__(self, source):
        self.path = None if hasattr(source, "read") else source
        self.name = name_of(source)
        self._file = source if self.path is None else open(source, "rb")  # noqa: SIM115 (closed in __exit__)
        self._position = self._file.tell()
        self.size = self._file.seek(0, os.SEEK_END)
        self.start = after_tags(self.read, 0)
        self.kind = self._kind()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.seek(self._position) if self.path is None else self._file.close()

    def read(self, start, count=None):
        """Return ``count`` bytes from ``start`` on, or as many as there are; by default all that remain."""
        self._file.seek(start)
        return self._file.read() if count is None else self._file.read(count)

    def _kind(self):
        head = self.read(self.start, 32)
        for kind, marks in KINDS.items():
            if head.startswith(marks):
                return kind
        synchronised = len(head) > 1 and head[0] == 0xFF and head[1] >= 0xE0
        named = self.path is not None and self.path.lower().endswith(MPEG_SUFFIXES)
        return "MPEG" if synchronised or named or self.start else "unknown"


def after_tags(read, at):
    """Return where the ID3v2 tags that begin at ``at`` end; ``read`` takes a position and a count."""
    while (head := read(at, 10))[:3] == _ID3 and len(head) == 10 and max(head[6:]) < 0x80:
        size = head[6] << 21 | head[7] << 14 | head[8] << 7 | head[9]
        at += 10 + size + (10 if head[5] & 0x10 else 0)  # 0x10: a footer repeats the header
    return at


def name_of(source):
    """Return the name of a path or a file object for errors."""
    if isinstance(source, str):
        return shown(source)
    name = getattr(source, "name", None)
    return (
        f"<{type(source).__name__} {shown(name)}>" if isinstance(name, str) else f"<{type(source).__name__}>"
    )
