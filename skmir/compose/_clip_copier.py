"""Changed copies of clips, in memory or as files that are reused."""

import os
import tempfile
import warnings

import numpy as np
from scipy.io import wavfile

from .._cache import array_digest, describe, file_digest, library_versions, text_digest
from .._reading import load, stream, waveform
from .._validation import is_path

VERSION = 1  # goes up whenever a seed and a clip give different draws than before
_LIBRARIES = ("librosa", "numpy", "scipy", "soundfile", "soxr", "torch")  # that may change a copy


class ClipCopier:
    """Maker of changed copies of clips.

    A copy depends only on the clip's content, the seed, the number of the copy and the augmentations, not on
    the clip's position among others, nor on threads.

    Parameters
    ----------
    augmentations : list of augmentations
        All of them are applied to each copy, in their order.
    n_copies : int
    sr : int
        Sampling rate in Hz.
    seed : int
    folder : str or None
        The folder in which copies of files and arrays are kept as WAV files of 32-bit floats. If it cannot be
        written to, nothing is kept.
    """

    def __init__(self, augmentations, *, n_copies, sr, seed, folder):
        self.augmentations, self.n_copies, self.sr, self.seed = augmentations, n_copies, sr, seed
        self.folder = None if folder is None else _folder(folder, self._identity())

    def make(self, clips, n_jobs):
        """Copy clips.

        Parameters
        ----------
        clips : list of str, or sequence of ndarray of shape (n_samples_i,)
        n_jobs : int or None
            Threads, as in joblib.

        Returns
        -------
        originals : list of ndarray or str
            Paths only if there is a folder.
        copies : list of list of ndarray or str, of shape (n_copies, n_clips)
        draws : list of list of list of dict, of shape (n_copies, n_clips, n_augmentations)
        """
        try:
            made = list(stream(self.of_one, range(len(clips)), clips, n_jobs=n_jobs))
        except NotWritable as error:  # no estimator takes a mixture of files and arrays
            warn_not_kept(self.folder, error)
            self.folder = None
            made = list(stream(self.of_one, range(len(clips)), clips, n_jobs=n_jobs))
        originals, copies, draws = zip(*made, strict=True)
        return list(originals), [list(c) for c in zip(*copies, strict=True)], list(zip(*draws, strict=True))

    def of_one(self, position, clip):
        """Return a clip, its copies, and the draws for each copy."""
        if is_path(clip) and not os.path.isfile(clip):
            load(clip)  # raises an error that says what is wrong
        digest = file_digest(clip) if is_path(clip) else array_digest(clip)
        draws = [self._draws(digest, i) for i in range(self.n_copies)]
        stay_files = is_path(clip) and self.folder is not None
        y = None if stay_files else waveform(position, clip, sr=self.sr)[0]
        copies = []
        for i, drawn in enumerate(draws):
            if self.folder is None:
                copies.append(self._change(y, drawn))
                continue
            path = os.path.join(self.folder, f"{digest}-{i}.wav")
            if not _is_whole(path, self.sr):
                y = waveform(position, clip, sr=self.sr)[0] if y is None else y
                _write(path, self._change(y, drawn), self.sr)
            copies.append(path if stay_files else wavfile.read(path)[1].astype(y.dtype))
        return clip if stay_files else y, copies, draws

    def _draws(self, digest, copy):
        """Draw for each augmentation with its own generator, so that it does not depend on the others."""
        content = int(digest, 16)
        return [
            augmentation.draw(np.random.default_rng([self.seed, content, copy, i]))
            for i, augmentation in enumerate(self.augmentations)
        ]

    def _change(self, y, draws):
        changed = y
        for augmentation, drawn in zip(self.augmentations, draws, strict=True):
            changed = augmentation.change(changed, self.sr, drawn)
        return changed.astype(y.dtype)

    def _identity(self):
        chain = [(augmentation.identity(), _code(type(augmentation))) for augmentation in self.augmentations]
        return repr((VERSION, self.seed, self.sr, chain, library_versions(_LIBRARIES)))


def _code(kind):
    """Return a value that represents the code of an augmentation; skmir's own have versions."""
    return "" if kind.__module__.startswith("skmir.") else describe(kind)


def _folder(location, identity):
    """Make the folder for one seed and one chain of augmentations."""
    location = os.path.abspath(os.fspath(location))
    if os.path.exists(location) and not os.path.isdir(location):
        raise NotADirectoryError(
            f"memory={location!r} is a file. Pass a folder; it is made if it does not exist."
        )
    folder = os.path.join(location, "skmir-copies", text_digest(identity))
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        warn_not_kept(folder, error)
        return None
    return folder


class NotWritable(OSError):
    """A copy cannot be written; a clip that cannot be read raises another error."""


def warn_not_kept(folder, error):
    """Warn that copies are made but not kept."""
    warnings.warn(
        f"Copies cannot be kept in {folder!r}: {error.strerror or error}. They are held in memory instead, "
        "and made again in the next fit. Make room, or pass another memory=.",
        stacklevel=2,
    )


def _is_whole(path, sr):
    """Return whether a file exists and is complete; its header and first samples are read."""
    try:
        load(path, sr=None, duration=2 / sr)
    except (OSError, ValueError):
        return False
    return True


def _write(path, y, sr):
    """Write a file under another name first, so that a reader sees all of it or nothing.

    Unlike libsndfile's files, scipy's contain no date: the same copy gives the same bytes, so that its cached
    features are found again.
    """
    try:
        _write_and_rename(path, y, sr)
    except OSError as error:
        raise NotWritable(error.errno, error.strerror or str(error), path) from error


def _write_and_rename(path, y, sr):
    handle, temporary = tempfile.mkstemp(dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as file:
            wavfile.write(file, sr, np.asarray(y, dtype=np.float32))
        os.chmod(temporary, os.stat(os.path.dirname(path)).st_mode & 0o666)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise
