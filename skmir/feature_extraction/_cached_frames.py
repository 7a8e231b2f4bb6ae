"""A front end's entries in a cache."""

import os

import numpy as np

from .._cache import (
    FACTS,
    Entries,
    LRUCache,
    StoredEntries,
    array_digest,
    describe,
    file_digest,
    halved,
    known_digest,
    library_versions,
    locate,
    remember_verified,
    text_digest,
    verified,
)
from .._device import resolve_device
from .._parameter_checks import check_choice, shown
from .._stored_frames import StoredFrames
from .._validation import is_path
from .._waveforms import peak_of
from ._frame_collector import FrameCollector

_GOLDEN = (5**0.5 - 1) / 2  # multiples of it, less their whole parts, lie far from one another
# Of the device, only its type has an effect on the result.
_NO_EFFECT = {"memory", "stored", "n_jobs", "verbose", "device"}
# What reads, resamples and transforms sound: another version may give other samples, or other last digits.
_LIBRARIES = ("numpy", "scipy", "soundfile", "soxr", "torch")
_NAMES = {}  # class of front end -> its parameters that have an effect
_PEAKS = LRUCache(2**20)  # hash of an array -> its peak; the limit is of some 130,000 arrays


class CachedFrames:
    """The frames that a front end has computed before, if its ``memory`` parameter names a folder.

    Parameters
    ----------
    front_end : BaseFrontEnd
        Its class, version and parameters, the versions of the libraries under it and, if it is not one of
        skmir's own, its code are part of an entry's name; the rest is the clip's content.
    """

    def __init__(self, front_end):
        self._entries = None if front_end.memory is None else Entries(front_end.memory)
        self._group = None if front_end.memory is None else _group(front_end)
        self._digests = {}  # id of an array -> the array, so that the id stays its own, and its hash

    def __getstate__(self):
        return {**vars(self), "_digests": {}}  # another process has other ids

    @property
    def used(self):
        """Whether there is a cache."""
        return self._entries is not None

    @property
    def place(self):
        """Where the entries are: equal for front ends that share them."""
        return self._entries.root, self._group

    def has(self, clip):
        """Return whether there is an entry on disk; damage is only detected when it is read."""
        key = self._key(clip, file_digest)
        return key is not None and self._entries.has(self._group, key)

    def recall(self, clip):
        """Return frames and number of samples if this process holds them, else None."""
        return self._look_up(clip, known_digest, Entries.recall)

    def peaks(self, clips):
        """Return the largest magnitude of each array, found without its samples if they were seen before."""
        if self._entries is None:
            return list(map(peak_of, clips))
        return list(map(self._peak, clips))

    def in_turn(self, positions):
        """Return the positions in the order in which this process does them.

        Processes that start on the same clips at once, as the workers of a search do, begin at different
        places, and find what the others have done when they get there.
        """
        if self._entries is None or not positions:
            return positions
        first = int(os.getpid() * _GOLDEN % 1 * len(positions))
        return positions[first:] + positions[:first]

    def read(self, clip):
        """Return frames and number of samples if they are on disk, else None."""
        return self._look_up(clip, file_digest, Entries.read)

    def write(self, position, clip, frames, n_samples):
        """Keep a result on disk, and return what is collected of it: the frames and the number of samples."""
        self._keep(clip, file_digest, Entries.write, frames, n_samples)
        return frames, n_samples

    def remember(self, clip, frames, n_samples):
        """Keep a result, which nobody changes from then on, in memory."""
        self._keep(clip, known_digest, Entries.remember, frames, n_samples)

    def warn_of_damage(self):
        """Warn if entries were found damaged."""
        if self._entries is not None:
            self._entries.warn_of_damage()

    def collector(self, clips):
        """Return the place where the results for clips come together."""
        return FrameCollector(len(clips))

    def _look_up(self, clip, digest_of_file, look_up):
        key = self._key(clip, digest_of_file)
        arrays = None if key is None else look_up(self._entries, self._group, key)
        return None if arrays is None else (arrays[0], int(arrays[1]))

    def _keep(self, clip, digest_of_file, keep, frames, n_samples):
        key = self._key(clip, digest_of_file)
        if key is not None:
            keep(self._entries, self._group, key, [frames, np.array(n_samples)])

    def _key(self, clip, digest_of_file):
        """Return the name of a clip's entry; None if there is no cache, or the clip cannot be read."""
        if self._entries is None:
            return None
        if not is_path(clip):
            return f"array-{self._digest(clip)}"
        try:
            digest = digest_of_file(clip)
        except OSError:  # the loader will say what is wrong
            return None
        return None if digest is None else f"file-{digest}"

    def _digest(self, array):
        """Return the hash of an array, of which all samples are read once in the life of this object."""
        if id(array) not in self._digests:
            self._digests[id(array)] = array, array_digest(array)
        return self._digests[id(array)][1]

    def _peak(self, array):
        digest = self._digest(array)
        found = _PEAKS.get(digest)
        if found is None:
            found = [np.array(peak_of(array))]
            _PEAKS.put(digest, found)
        return float(found[0])


class StoredCachedFrames(CachedFrames):
    """The same for a front end whose frames stay on disk: facts about the entries take the place of frames.

    No frames are kept in memory, and those of an entry that this process has verified are not read. Entries
    of float16 have names of their own.
    """

    def __init__(self, front_end):
        super().__init__(front_end)
        self._half = front_end.stored == "float16"
        if self._half:
            self._group += "-float16"

    def read(self, clip):
        """Return facts about a clip's entry, and the number of samples, if it is on disk, else None."""
        key = self._key(clip, file_digest)
        found = None if key is None else locate(self._entries, self._group, key)
        return None if found is None else (found[0], int(found[0]["n_samples"]))

    def recall(self, clip):
        """Return what ``read`` does if this process has verified the entry, else None."""
        key = self._key(clip, known_digest)
        facts = None if key is None else verified(self._entries, self._group, key)
        return None if facts is None else (facts, int(facts["n_samples"]))

    def write(self, position, clip, frames, n_samples):
        """Write an entry, and return facts about it as it is read back.

        Raises
        ------
        OSError
            If there is no entry then.
        """
        arrays = [frames, np.array(n_samples)]
        if self._half:
            frames, exponent = halved(frames)
            arrays = [frames, np.array(n_samples), np.array(exponent)]
        key = self._key(clip, file_digest)
        if key is not None:
            self._entries.write(self._group, key, arrays)
        found = self.read(clip)
        if found is None:
            raise OSError(
                f"The frames of {clip_name(position, clip)} must stay on disk (stored=True), but could not "
                f"be kept in {self._entries.root!r}. Make room, pass another memory=, or set stored=False."
            )
        return found

    def remember(self, clip, facts, n_samples):
        """Keep facts about an entry that has been verified."""
        remember_verified(self._entries, self._group, facts)

    def collector(self, clips):
        """Return the place where facts about all clips come together."""
        return FactsCollector(self._entries, self._group, clips)


class FactsCollector:
    """Facts about the entries of clips.

    Parameters
    ----------
    entries : Entries
    group : str
    clips : list of str or of ndarray, or ndarray of shape (n_clips, n_samples)
    """

    def __init__(self, entries, group, clips):
        self._entries, self._group = entries, group
        self._names = [clip_name(i, clip) for i, clip in enumerate(clips)]
        self._facts = np.zeros(len(clips), FACTS)

    def put(self, position, facts):
        """Take the facts about a clip's entry."""
        self._facts[position] = facts

    def get(self):
        """Return all clips' frames, which stay on disk."""
        return StoredFrames(StoredEntries(self._entries, self._group, self._facts, self._names))


def check_memory(memory, stored):
    """Raise if a front end's ``memory`` or ``stored`` is not what it may be, or they do not go together."""
    if memory is not None and not is_path(memory):
        raise TypeError(f"memory={memory!r} must be a folder's path, or None.")
    if not isinstance(stored, bool | np.bool_):
        check_choice("stored", stored, ["float16"], also="True, or False")
    if stored and memory is None:
        raise ValueError(
            f"stored={stored!r} keeps frames on disk, and needs a folder for them. Set memory=FOLDER, or "
            "stored=False."
        )


def cache_of(front_end):
    """Return the cache of a front end, for frames that are held in memory or that stay on disk."""
    return StoredCachedFrames(front_end) if front_end.stored else CachedFrames(front_end)


def clip_name(position, clip):
    """Return the name of a clip for errors."""
    return f"file {shown(clip)}" if is_path(clip) else f"clip {position} of X"


def _group(front_end):
    """Return the name of a front end with its parameters: a class name to read, and a hash of it all."""
    kind = type(front_end)
    if (
        kind not in _NAMES
    ):  # scikit-learn reads the signature each time, which takes longer than all else here
        _NAMES[kind] = sorted(set(front_end.get_params(deep=False)) - _NO_EFFECT)
    identity = [
        f"{kind.__module__}.{kind.__qualname__}",
        front_end.version,
        resolve_device(front_end.device).type,
        [(name, describe(_plain(getattr(front_end, name)))) for name in _NAMES[kind]],
        library_versions(_LIBRARIES),
        "" if kind.__module__.startswith("skmir.") else describe(kind),  # ours go by their version
    ]
    if more := front_end._identity():
        identity.append(more)
    return f"{kind.__name__}-{text_digest(repr(identity))}"


def _plain(value):
    """Return a parameter as what it is equal to, so that 13 and numpy.int64(13) have one name."""
    if isinstance(value, tuple | list):
        return tuple(map(_plain, value))
    return value.item() if isinstance(value, np.generic) else value
