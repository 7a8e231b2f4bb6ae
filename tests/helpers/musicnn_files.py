"""Whether the package with trained taggers is installed, and folders like it, written by the tests."""

import importlib.util
import struct

import numpy as np
import pytest

NEEDS_WEIGHTS = pytest.mark.skipif(
    importlib.util.find_spec("musicnn") is None,
    reason="trained taggers: pip install --no-deps musicnn==0.1.0",
)
MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)


def write_checkpoint(folder, arrays):
    """Write arrays as TensorFlow does: a table of LevelDB with one block, and the values."""
    folder.mkdir(parents=True, exist_ok=True)
    entries, values = [("", b"\x08\x01")], b""
    for name in sorted(arrays):
        array = np.asarray(arrays[name])
        sizes = b"".join(field(2, field(1, size)) for size in array.shape)
        kind = 1 if array.dtype == np.float32 else 3
        raw = array.tobytes()
        description = field(1, kind) + field(2, sizes) + field(4, len(values)) + field(5, len(raw))
        entries.append((name, description + field(6, b"\0\0\0\0", kind=5)))
        values += raw
    data = block(entries)
    index = data + block([("~", varint(0) + varint(len(data) - 5))])
    handle = varint(len(data)) + varint(len(index) - len(data) - 5)
    footer = varint(0) + varint(0) + handle
    (folder / ".index").write_bytes(index + footer.ljust(40, b"\0") + MAGIC)
    (folder / ".data-00000-of-00001").write_bytes(values)


def block(entries):
    """One block, each key with what it shares with the one before, and five bytes behind it."""
    body, before = b"", b""
    for name, value in entries:
        key = name.encode()
        shared = next((i for i, (a, b) in enumerate(zip(key, before, strict=False)) if a != b), None)
        shared = min(len(key), len(before)) if shared is None else shared
        body += varint(shared) + varint(len(key) - shared) + varint(len(value)) + key[shared:] + value
        before = key
    return body + struct.pack("<II", 0, 1) + b"\0" * 5


def field(number, value, kind=None):
    """A field of a protocol buffer: a number, or bytes."""
    if isinstance(value, int):
        return varint(number << 3) + varint(value)
    kind = 2 if kind is None else kind
    return varint(number << 3 | kind) + (varint(len(value)) if kind == 2 else b"") + value


def varint(number):
    parts = []
    while number > 127:
        parts.append(number & 127 | 128)
        number >>= 7
    return bytes([*parts, number])
