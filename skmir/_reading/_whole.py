"""Check that a recording is complete, as far as its own structure tells.

libsndfile compares the length that a header declares with that of the file in a few formats only. These
functions read the headers of the other formats. PAF, PVF, IRCAM and XI declare no length, so it cannot be
checked.
"""

import re
import struct

_STREAMED = 0x7FFF0000  # writers that cannot seek back leave a size near 2**31 or 2**32 in the header
_ENDLESS = 2**62  # and one near 2**63 or 2**64 in formats of 64 bits
_LAST_PAGE = 4  # of Ogg, among a page's flags
_LAST_KIND = 9  # of blocks of VOC
_TAIL = 2**18  # bytes at the end that contain the last page of Ogg, unless much else follows it
_NEXT_WAV = (b"RIFF", b"RIFX")

# libsndfile's log on a header that declares more bytes than there are: "data : 352800 (should be 117570)"
# in WAV; AIFF, AU and SVX have other names for the chunk.
_DECLARED = re.compile(r"^\s*(?:data|SSND|Data Size|BODY)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
_COLUMNS = re.compile(r"Cols\s*:\s*(\d+)")  # of MATLAB's matrices, of which the last one is the sound


def shortfall(content):
    """Return what is missing from a recording, as the end of a sentence, or None if nothing is known to be.

    Parameters
    ----------
    content : Content

    Returns
    -------
    lack : str or None
    """
    check = _CHECKS.get(content.kind)
    try:
        lack = None if check is None else check(content)
    except (struct.error, IndexError, ValueError):
        return "it ends inside its header"
    if isinstance(lack, int):  # the size that the file should have
        declared, found = lack, content.size
        lack = None if found >= declared else f"its header declares {declared} bytes, but it has {found}"
    return lack


def shortfall_in_log(file):
    """Return what is missing from an open recording according to libsndfile's log, or None."""
    found = _DECLARED.search(file.extra_info)
    if found and int(found[2]) < int(found[1]) < _STREAMED:
        return f"its header declares {found[1]} bytes of samples, but it has {found[2]}"
    columns = _COLUMNS.findall(file.extra_info) if file.format in ("MAT4", "MAT5") else ()
    if columns and int(columns[-1]) > file.frames:
        return f"its header declares {columns[-1]} samples, but it has {file.frames}"
    return None


def shortfall_of_broken(content):
    """Return what is missing from a recording that cannot be opened, or None if its size is as declared."""
    if content.kind == "WAV" or content.read(0, 4) == b"FORM":
        order = "<" if content.read(0, 4) == b"RIFF" else ">"
        declared = 8 + _number(content, 4, order + "I") if content.size >= 8 else 8
        if content.size < declared < _STREAMED:
            return f"its header declares {declared} bytes, but it has {content.size}"
    if content.path is not None and content.path.lower().endswith(".htk") and content.size >= 12:
        declared = 12 + 2 * _number(content, 0, ">I")
        if content.size < declared:
            return f"its header declares {declared} bytes, but it has {content.size}"
    return (
        "it ends inside its header" if content.kind not in ("unknown", "MPEG") and content.size < 64 else None
    )


def joined(content):
    """Return whether a second recording follows, which libsndfile does not notice."""
    if content.kind == "OGG":
        return _chains(content) > 1
    if content.kind == "FLAC":
        return _holds(content, content.start + 4, b"fLaC\0\0\0\x22")
    if content.kind == "WAV" and content.size > 12:
        order = "<" if content.read(0, 4) == b"RIFF" else ">"
        end = 8 + _number(content, 4, order + "I")
        return any(content.read(end + i, 4) in _NEXT_WAV for i in (0, 1))
    return False


def without_length(content):
    """Return where a WAV declares a size of zero, as programs that write into pipes leave it, or None."""
    if content.kind != "WAV" or content.read(0, 4) != b"RIFF" or content.size < 12:
        return None
    size = _number(content, 4, "<I")
    at = _chunk(content, 12, b"data", "<4sI", 2)
    if at is None or _number(content, at + 4, "<I") or content.size <= at + 8:
        return None
    return at + 4 if size <= at or size >= _STREAMED else None


def _number(content, at, form):
    return struct.unpack(form, content.read(at, struct.calcsize(form)))[0]


def _chunk(content, at, name, form, align):
    """Return where a chunk begins, or None; sizes in the file are those of the chunks' contents."""
    head = struct.calcsize(form)
    while at + head <= content.size:
        found, size = struct.unpack(form, content.read(at, head))
        if found == name:
            return at
        at += head + -(-size // align) * align
    return None


def _wave64(content):
    at = 40  # each chunk is named by 16 bytes; its size counts these, and ends at a multiple of 8
    while at + 24 <= content.size:
        name, size = struct.unpack("<4s12xQ", content.read(at, 24))
        if name == b"data":
            return at + size if 24 <= size < _ENDLESS else None
        at += max(24, -(-size // 8) * 8)
    return "it ends before its samples"


def _rf64(content):
    at = _chunk(content, 12, b"data", "<4sI", 2)
    if at is None:
        return "it ends before its samples"
    size = _number(content, at + 4, "<I")
    if size == 0xFFFFFFFF:
        sizes = _chunk(content, 12, b"ds64", "<4sI", 2)
        size = 0 if sizes is None else _number(content, sizes + 16, "<Q")
    return at + 8 + size if size < _ENDLESS else None


def _caf(content):
    at, seen = 8, False
    while at + 12 <= content.size:
        name, size = struct.unpack(">4sq", content.read(at, 12))
        seen = seen or name == b"data"
        if size < 0:  # the samples reach to the end
            return None
        at += 12 + size
    return at if seen or at > content.size else "it ends before its samples"


def _avr(content):
    stereo, bits = struct.unpack(">2h", content.read(12, 4))
    return 128 + _number(content, 26, ">I") * (2 if stereo else 1) * (bits // 8)


def _mpc2k(content):
    return 42 + _number(content, 30, "<I") * (4 if content.read(21, 1)[0] else 2)


def _wve(content):
    return 32 + _number(content, 18, ">I")


def _nist(content):
    values = dict(re.findall(rb"^(\w+) -[is]\d* (\d+)", content.read(0, 1024), re.MULTILINE))
    names = (b"sample_count", b"channel_count", b"sample_n_bytes")
    if not all(name in values for name in names):
        return None
    n_samples, n_channels, n_bytes = (int(values[name]) for name in names)
    return int(content.read(8, 8)) + n_samples * n_channels * n_bytes


def _sds(content):
    bits, low, middle, high = struct.unpack("6xB3x3B", content.read(0, 13))
    n_samples = low | middle << 7 | high << 14
    return 21 + 127 * -(-n_samples // (60 if bits <= 14 else 40 if bits <= 21 else 30))


def _voc(content):
    at = _number(content, 20, "<H")
    while at < content.size and (kind := content.read(at, 1)[0]):
        if at + 4 > content.size:
            return at + 4
        if kind > _LAST_KIND:
            return None
        at += 4 + int.from_bytes(content.read(at + 1, 3), "little")
    return at


def _flac(content):
    at, last = content.start + 4, False
    while not last:
        head = content.read(at, 4)
        last, at = head[0] & 0x80, at + 4 + int.from_bytes(head[1:], "big")
    return at + 1


def _ogg(content, tail=_TAIL):
    """Look for a whole last page that is marked as the last one; what follows it may be a tag."""
    data = content.read(max(content.start, content.size - tail))
    at = len(data)
    while (at := data.rfind(b"OggS", 0, at)) >= 0:
        if len(data) - at < 27:
            return "it ends inside a page"
        if data[at + 4] == 0 and data[at + 5] < 8:
            sizes = data[at + 27 : at + 27 + data[at + 26]]
            if len(sizes) < data[at + 26] or at + 27 + len(sizes) + sum(sizes) > len(data):
                return "it ends inside a page"
            return None if data[at + 5] & _LAST_PAGE else "its last page does not end the stream"
    return "its last page is missing" if tail >= content.size else _ogg(content, content.size)


def _holds(content, at, mark, block=2**20):
    """Return whether the bytes from ``at`` on hold a mark; a long recording is not read at once."""
    while data := content.read(at, block):
        if mark in data:
            return True
        at += max(1, len(data) - len(mark) + 1)
    return False


def _chains(content):
    """Return how often streams of Ogg begin again; interleaved streams begin side by side."""
    at, n_chains, begun = content.start, 0, False
    # A page's header of 27 bytes ends with the number of its segments, and their sizes follow.
    while at + 27 <= content.size and (head := content.read(at, 27 + 255))[:4] == b"OggS":
        begins = bool(head[5] & 2)
        n_chains += begins and not begun
        begun = begins
        n_segments = head[26]
        at += 27 + n_segments + sum(head[27 : 27 + n_segments])
    return n_chains


_CHECKS = {
    "AVR": _avr,
    "CAF": _caf,
    "FLAC": _flac,
    "MPC2K": _mpc2k,
    "NIST": _nist,
    "OGG": _ogg,
    "RF64": _rf64,
    "SDS": _sds,
    "VOC": _voc,
    "W64": _wave64,
    "WVE": _wve,
}
