"""Frames in the entries of a cache, read in parts, without a file or a map of memory that stays open.

Each entry is read in full, and its checksum verified, once per process; from then on, parts of it are read as
long as the file stays the same by its size and time. If it does not, it is read and verified again. So an
entry that is cut short, altered or deleted gives an error, never other numbers.
"""

import os

import numpy as np

FACTS = np.dtype(
    [
        ("key", "S38"),
        ("n_bins", np.int32),
        ("n_frames", np.int64),
        ("dtype", "S3"),  # of the values on disk
        ("exponent", np.int32),  # of the power of two by which float16 on disk is multiplied
        ("offset", np.int64),  # of the frames in the file
        ("low", np.float64),
        ("high", np.float64),
        ("n_samples", np.int64),
        ("n_bytes", np.int64),  # of the file
        ("modified", np.int64),  # its time of modification, in ns
    ]
)
_FORM = ["n_bins", "n_frames", "dtype"]
_VERIFIED = {}  # (root, group) -> {key: facts as bytes}: some 300 bytes per entry


class StoredEntries:
    """The frames of clips, one entry of a cache for each.

    Parameters
    ----------
    entries : Entries
        The cache.
    group : str
        Part of the names of all entries.
    facts : ndarray of FACTS of shape (n_clips,)
        Of each entry.
    names : list of str
        Names of the clips, for errors.
    """

    def __init__(self, entries, group, facts, names):
        self._entries = entries
        self._group = group
        self._facts = facts
        self._names = names

    def __len__(self):
        return len(self._facts)

    @property
    def lengths(self):
        """Number of frames of each clip, int64 of shape (n_clips,)."""
        return self._facts["n_frames"].copy()

    @property
    def lows(self):
        """The lowest value of each clip, NaN if it holds NaN."""
        return self._facts["low"]

    @property
    def highs(self):
        """The highest value of each clip, NaN if it holds NaN."""
        return self._facts["high"]

    @property
    def n_bins(self):
        """Number of bins."""
        return int(self._facts["n_bins"][0])

    @property
    def dtype(self):
        """Type of the first clip's frames."""
        dtype = np.dtype(self._facts["dtype"][0].decode())
        return np.dtype(np.float32) if dtype == np.float16 else dtype

    def name(self, row):
        """Return the name of a clip."""
        return self._names[row]

    def take(self, rows):
        """Return the entries of some clips."""
        names = [self._names[row] for row in rows]
        return StoredEntries(self._entries, self._group, self._facts[rows], names)

    def read(self, row, start=0, stop=None):
        """Return frames of a clip.

        Parameters
        ----------
        row : int
            Of the clip.
        start, stop : int
            The first frame, and the one after the last; by default all.

        Returns
        -------
        frames : ndarray of shape (n_bins, stop - start)
            The bins of a frame are adjacent in memory.

        Raises
        ------
        OSError
            If the entry is damaged, or gone.
        """
        facts = self._facts[row]
        stop = int(facts["n_frames"]) if stop is None else stop
        frames = _read_part(self._entries.path(self._group, facts["key"].decode()), facts, start, stop)
        return self._verified_again(row)[:, start:stop] if frames is None else frames

    def _verified_again(self, row):
        """Return all frames of a clip whose file is not the one that was verified."""
        old = self._facts[row]
        found = locate(self._entries, self._group, old["key"].decode())
        if found is None or found[0][_FORM] != old[_FORM]:
            raise OSError(
                f"The frames of {self._names[row]}, which stay on disk (stored=True), are damaged, or no "
                f"longer in {self._entries.root!r}. Keep the folder while its frames are in use. Call "
                "transform, or fit the Pipeline, again: what is missing is then computed again."
            )
        facts, frames = found
        self._facts[row] = facts
        return frames


def locate(entries, group, key):
    """Read an entry in full, and return facts about it and its frames, or None as ``Entries.read`` does.

    Parameters
    ----------
    entries : Entries
    group, key : str

    Returns
    -------
    facts : ndarray of FACTS of shape ()
    frames : ndarray of shape (n_bins, n_frames)
    """
    found = entries.read_placed(group, key)
    if found is None:
        return None
    (frames, n_samples, *exponent), offset, status = found
    if not frames.flags.f_contiguous:  # parts of it would be other values
        return None
    exponent, dtype = int(exponent[0]) if exponent else 0, frames.dtype
    frames = _full(frames, exponent)
    facts = np.array(
        (
            key.encode(),
            *frames.shape,
            dtype.str.encode(),
            exponent,
            offset,
            frames.min(),
            frames.max(),
            n_samples,
            status.st_size,
            status.st_mtime_ns,
        ),
        FACTS,
    )
    return facts, frames


def verified(entries, group, key):
    """Return the facts of an entry that this process has verified and that has not changed since, or None."""
    known = _VERIFIED.get((entries.root, group), {}).get(key.encode())
    if known is None:
        return None
    facts = np.frombuffer(known, FACTS)[0]
    try:
        status = os.stat(entries.path(group, key))
    except OSError:
        return None
    return facts if _is_same(facts, status) else None


def remember_verified(entries, group, facts):
    """Keep facts of an entry that has just been verified."""
    _VERIFIED.setdefault((entries.root, group), {})[bytes(facts["key"])] = facts.tobytes()


def _is_same(facts, status):
    return status.st_size == facts["n_bytes"] and status.st_mtime_ns == facts["modified"]


def _read_part(path, facts, start, stop):
    """Return frames of an entry, or None if the file is not the one that the facts are of."""
    n_bins, dtype = int(facts["n_bins"]), np.dtype(facts["dtype"].decode())
    frames = np.empty((stop - start, n_bins), dtype)
    try:
        with open(path, "rb", buffering=0) as file:
            if not _is_same(facts, os.fstat(file.fileno())):
                return None
            file.seek(int(facts["offset"]) + start * n_bins * dtype.itemsize)
            n_read = file.readinto(frames.view(np.uint8).reshape(-1).data)
    except OSError:
        return None
    return _full(frames.T, facts["exponent"]) if n_read == frames.nbytes else None


def halved(frames):
    """Return frames as float16, and the exponent of the power of two that these are to be multiplied by.

    The power brings the highest magnitude to between 2 ** 14 and 2 ** 15, so that values down to 2 ** -28 of
    it, 84 dB in power, have the 11 bits of a normal float16.
    """
    peak = np.abs(frames).max()
    exponent = int(np.frexp(peak)[1]) - 15 if np.isfinite(peak) and peak > 0 else 0
    return np.ldexp(frames, -exponent).astype(np.float16), exponent


def _full(frames, exponent):
    """Return frames as they are computed with: float16 becomes float32."""
    return np.ldexp(frames.astype(np.float32), exponent) if frames.dtype == np.float16 else frames
