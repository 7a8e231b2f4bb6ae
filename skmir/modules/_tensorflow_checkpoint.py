"""Read the weights of a TensorFlow checkpoint with numpy alone.

A checkpoint is two files: ``.index``, a sorted table in the format of LevelDB from names to descriptions, and
``.data-00000-of-00001``, the values one after another. A description is a protocol buffer (BundleEntryProto):
type, shape, place in the data file and length. Neither can hold code.
"""

import os
import struct

import numpy as np

_MAGIC = struct.pack("<Q", 0xDB4775248B80FB57)  # the end of every LevelDB table
_FLOAT = 1  # DT_FLOAT
_FOOTER = 48  # bytes


def read_checkpoint(prefix):
    """Return the float32 arrays of a checkpoint by name.

    Parameters
    ----------
    prefix : str
        Path that both files begin with.

    Returns
    -------
    arrays : dict of str to ndarray of float32

    Raises
    ------
    OSError
        If a file cannot be read.
    ValueError
        If a file is damaged, or something else than a checkpoint.
    """
    index, data = (_bytes_of(f"{prefix}{ending}") for ending in (".index", ".data-00000-of-00001"))
    if index[-len(_MAGIC) :] != _MAGIC:
        raise ValueError(
            f"{prefix}.index must be the index of a TensorFlow checkpoint; it is something else, or cut off."
        )
    try:
        return dict(_arrays(index, data))
    except (IndexError, KeyError, UnicodeDecodeError, struct.error) as error:
        raise ValueError(f"{prefix}.index is damaged ({type(error).__name__}: {error}).") from error


def _bytes_of(file):
    with open(os.fspath(file), "rb") as opened:
        return opened.read()


def _arrays(index, data):
    _, i = _varint(index, len(index) - _FOOTER)
    _, i = _varint(index, i)
    first, i = _varint(index, i)
    size, i = _varint(index, i)
    for _, handle in _entries(index, first, size):
        start, i = _varint(handle, 0)
        length, i = _varint(handle, i)
        for name, description in _entries(index, start, length):
            fields = _fields(description)
            if name and fields.get(1, [0])[0] == _FLOAT:  # the entry without a name describes the files
                yield name.decode(), _array(name.decode(), fields, data)


def _array(name, fields, data):
    shape = tuple(_fields(size).get(1, [0])[0] for size in _fields(fields[2][0]).get(2, []))
    first, n_bytes = fields.get(4, [0])[0], fields[5][0]
    if n_bytes != 4 * np.prod(shape, dtype=int) or first + n_bytes > len(data):
        raise ValueError(f"The data file is cut off, or the index is damaged: {name} {shape} does not fit.")
    return np.frombuffer(data, "<f4", n_bytes // 4, first).reshape(shape)


def _entries(table, first, size):
    """Yield the keys and values of one block; each key tells what it adds to the one before."""
    if table[first + size] != 0:
        raise ValueError("The index is compressed, which TensorFlow's own checkpoints are not.")
    block = table[first : first + size]
    (n_restarts,) = struct.unpack("<I", block[-4:])
    i, key = 0, b""
    while i < len(block) - 4 - 4 * n_restarts:
        shared, i = _varint(block, i)
        n_new, i = _varint(block, i)
        n_value, i = _varint(block, i)
        key = key[:shared] + block[i : i + n_new]
        i += n_new
        yield key, block[i : i + n_value]
        i += n_value


def _fields(message):
    """Return the fields of a protocol buffer: numbers, or bytes, in a list per field."""
    fields, i = {}, 0
    while i < len(message):
        tag, i = _varint(message, i)
        kind = tag & 7
        if kind == 0:
            value, i = _varint(message, i)
        else:
            if kind == 2:
                n, i = _varint(message, i)
            else:
                n = {1: 8, 5: 4}[kind]
            value = message[i : i + n]
            i += n
        fields.setdefault(tag >> 3, []).append(value)
    return fields


def _varint(message, i):
    """Return the number that begins at byte i, in pieces of seven bits, and the byte after it."""
    number = shift = 0
    while True:
        byte = message[i]
        i += 1
        number |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return number, i
