"""An open recording: either all of its samples can be read, or an error says why not."""

import contextlib
import io
import os

import numpy as np
import soundfile

from . import _mpeg, _whole
from ._content import Content

_BLOCK = 2**18  # samples read at a time when they are only skipped
_UNKNOWN = 2**62  # libsndfile's length of a FLAC that was written into a pipe is beyond this
_CURE = (
    "Is it a recording? If so, convert it to WAV, FLAC, Ogg or MP3 (AAC and video files are not read), or "
    "leave it out."
)


class Recording:
    """A recording, open for reading.

    Parameters
    ----------
    source : str or binary file
        A path, or a file object, which is read from its beginning; its position is left unchanged.

    Attributes
    ----------
    name : str
        Name of the recording in errors.
    rate : int
        Sampling rate in Hz.
    n_samples : int
        Length, in samples per channel.

    Raises
    ------
    OSError
        If it is cut short, or cannot be decoded.
    """

    def __init__(self, source):
        self._slack = 0
        with Content(source) as content:
            self.name = content.name
            lack = _whole.shortfall(content)
            if lack is not None:
                raise self._cut_short(lack)
            if _whole.joined(content):
                raise OSError(
                    f"{self.name} holds two or more recordings, one after the other, and only the first "
                    "would be read. Split it, or leave it out."
                )
            self._file, counted = self._open(content)
        lack = _whole.shortfall_in_log(self._file)
        if lack is not None:
            self._file.close()
            raise self._cut_short(lack)
        self.rate = self._file.samplerate
        self.n_samples = self._file.frames if counted is None else min(counted, self._file.frames)
        if self.n_samples > _UNKNOWN:
            self.n_samples = self._count()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._file.close()

    def read(self, start, count, dtype):
        """Return samples.

        Parameters
        ----------
        start : int
            Position of the first sample.
        count : int
            Number of samples to read.
        dtype : {"float32", "float64"}

        Returns
        -------
        y : ndarray of shape (n_samples, n_channels)

        Raises
        ------
        OSError
            If there are fewer samples, or they cannot be decoded.
        """
        if start + count < self.n_samples:
            self._reach_the_last_sample()
        with self._telling_faults():
            if self._file.seekable():
                self._file.seek(start)
            else:
                self._check_count(_pass_over(self._file, start), start)
            y = self._file.read(count, dtype=dtype, always_2d=True)
        self._check_count(start + len(y), start + count)
        return y

    def blocks(self, starts, count):
        """Read blocks of samples from the beginning on; memory holds one block at a time.

        Parameters
        ----------
        starts : iterable of int
            Positions of the first samples, increasing. Blocks may overlap, and may leave out samples.
        count : int
            Number of samples per block. A block that reaches the end of the recording has fewer.

        Yields
        ------
        y : ndarray of float32 of shape (n_samples, n_channels)

        Raises
        ------
        OSError
            If there are fewer samples than the recording declares, or they cannot be decoded.
        """
        self._reach_the_last_sample()
        if self._file.seekable():
            self._file.seek(0)
        at, y = 0, np.empty((0, self._file.channels), dtype=np.float32)  # y ends at the position at
        for start in starts:
            stop = min(start + count, self.n_samples)
            with self._telling_faults():
                at += _pass_over(self._file, max(0, start - at))
                more = self._file.read(max(0, stop - at), dtype="float32", always_2d=True)
            self._check_count(at + len(more), stop)
            y = np.concatenate([y[len(y) - max(0, at - start) :], more])
            at += len(more)
            yield y

    @contextlib.contextmanager
    def _telling_faults(self):
        """Turn an error of the decoder into one that names the file and says what is wrong with it."""
        try:
            yield
        except soundfile.LibsndfileError as error:
            log = self._file.extra_info
            if (
                "LOST_SYNC" in log and "MISMATCH" not in log
            ):  # FLAC: the samples decoded so far are sound, and then it ends
                raise self._cut_short(
                    f"its header declares {self.n_samples} samples, and they end, or are damaged, before that"
                ) from error
            raise _undecodable(self.name, error.error_string) from error

    def _open(self, content):
        """Return the open file, and the number of samples that were counted in it, or None."""
        if content.kind == "MPEG":
            return self._open_mpeg(content)
        zeros = _whole.without_length(content)
        try:
            if zeros is not None:
                data = bytearray(content.read(0))
                data[zeros : zeros + 4] = b"\xff" * 4  # as other programs that write into pipes mark it
                return _opened(data), None
            return _opened(content), None
        except soundfile.LibsndfileError as error:
            lack = _whole.shortfall_of_broken(content)
            cut = "" if lack is None else f"It is cut short: {lack}."
            raise _undecodable(self.name, error.error_string, cut) from error

    def _open_mpeg(self, content):
        """Return the file in a form that libsndfile reads completely, and the number of samples if known."""
        stream = _mpeg.Stream(content)
        if stream.lack is not None:
            raise self._cut_short(stream.lack)
        if stream.fault is not None:
            raise _undecodable(self.name, stream.fault)
        try:
            file = _opened(content if stream.data is None else stream.data, Forward)
            if file.frames < stream.least:
                file.close()
                file = _opened(stream.repaired(), Forward)
                if file.frames < stream.least:
                    raise _undecodable(self.name, "It is too long for libsndfile to find its end.")
            file.seek(0)  # begin again: going on from where the header was read would round differently
        except soundfile.LibsndfileError as error:
            raise _undecodable(self.name, _words(error)) from error
        self._slack = stream.slack
        return file, stream.counted

    def _reach_the_last_sample(self):
        """Raise if the end of a FLAC is missing, even if the requested part is present."""
        if self._file.format != "FLAC" or not self._file.seekable():
            return
        try:
            self._file.seek(self.n_samples - 1)
            self._file.read(1)
        except soundfile.LibsndfileError as error:
            raise self._cut_short(
                f"its header declares {self.n_samples} samples, but the last one is missing"
            ) from error

    def _count(self):
        """Return the number of samples, found by decoding, and go back to the beginning."""
        source = self._file.name
        with self._file:
            n_samples = _pass_over(self._file, _UNKNOWN)
        if hasattr(source, "seek"):
            source.seek(0)
        self._file = Forward(source)
        return n_samples

    def _check_count(self, found, expected):
        if found < expected - self._slack:
            raise self._cut_short(f"it declares {self.n_samples} samples, but has {found}")

    def _cut_short(self, lack):
        return OSError(f"{self.name} is cut short: {lack}. Fetch it again, or leave it out.")


class Forward(soundfile.SoundFile):
    """A file that is only read forward from its start.

    libsndfile cannot seek in some encodings (for DWVW it claims that it can), nor in a stream of unknown
    length. In MP3 it lands a few frames off, and decodes the first ones without the data they depend on.
    """

    def seekable(self):
        """Return False."""
        return False


def _opened(source, kind=soundfile.SoundFile):
    """Return a file opened by libsndfile; ``source`` is a Content, or bytes."""

    def place():
        if not isinstance(source, Content):
            return io.BytesIO(source)
        if source.path is None:
            return io.BytesIO(source.read(0))
        # Bytes, since soundfile encodes text strictly, and names need not be UTF-8
        return source.path if os.name == "nt" else os.fsencode(source.path)

    file = kind(place())
    if kind is Forward or (
        file.seekable() and not file.subtype.startswith("DWVW") and file.frames < _UNKNOWN
    ):
        return file
    file.close()
    return Forward(place())


def _pass_over(file, count):
    """Read ``count`` samples and discard them; return how many there were."""
    block, passed = np.empty((_BLOCK, file.channels), dtype=np.float32), 0
    while passed < count:
        n_read = len(file.read(out=block[: min(_BLOCK, count - passed)]))
        passed += n_read
        if n_read == 0:
            break
    return passed


def _undecodable(name, reason, more=""):
    return OSError(" ".join(filter(None, [f"{name} cannot be decoded as audio: {reason}", more, _CURE])))


def _words(error):
    """Return libsndfile's text for an error in MPEG audio; one wrongly says that the file is missing."""
    words = error.error_string
    return "Its frames cannot be decoded." if "does not exist" in words else words
