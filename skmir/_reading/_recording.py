"""A recording, open for reading: all of its samples, or a refusal."""

import io
import os

import numpy as np
import soundfile

from . import _mpeg, _whole
from ._content import Content

_BLOCK = 2**18  # samples read at a time where they are only passed over
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
        A path, or a file object, which is read from its beginning and left where it was.

    Attributes
    ----------
    name : str
        What to call it in an error.
    rate : int
        In Hz.
    n_samples : int
        Length, in samples per channel.

    Raises
    ------
    OSError
        It is cut short, or cannot be decoded.
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
                    f"{self.name} holds two or more recordings, one behind the other, and only the first "
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
            The first one's position.
        count : int
            How many; there must be as many.
        dtype : {"float32", "float64"}

        Returns
        -------
        y : ndarray of shape (n_samples, n_channels)

        Raises
        ------
        OSError
            There are fewer, or they cannot be decoded.
        """
        if self._file.format == "FLAC" and self._file.seekable() and start + count < self.n_samples:
            self._reach_the_last_sample()
        try:
            if self._file.seekable():
                self._file.seek(start)
            else:
                self._check_count(_pass_over(self._file, start), start)
            y = self._file.read(count, dtype=dtype, always_2d=True)
        except soundfile.LibsndfileError as error:
            log = self._file.extra_info
            if (
                "LOST_SYNC" in log and "MISMATCH" not in log
            ):  # FLAC: what was decoded is sound, and then it ends
                raise self._cut_short(
                    f"its header declares {self.n_samples} samples, and they end, or are damaged, before that"
                ) from error
            raise _undecodable(self.name, error.error_string) from error
        self._check_count(start + len(y), start + count)
        return y

    def _open(self, content):
        """Return the open file, and how many samples were counted in it, or None."""
        if content.kind == "MPEG":
            return self._open_mpeg(content)
        zeros = _whole.without_length(content)
        try:
            if zeros is not None:
                data = bytearray(content.read(0))
                data[zeros : zeros + 4] = b"\xff" * 4  # as other writers into pipes say it
                return _opened(data), None
            return _opened(content), None
        except soundfile.LibsndfileError as error:
            lack = _whole.shortfall_of_broken(content)
            cut = "" if lack is None else f"It is cut short: {lack}."
            raise _undecodable(self.name, error.error_string, cut) from error

    def _open_mpeg(self, content):
        """Return the file, in a form of which libsndfile reads all, and the number of samples if known."""
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
            file.seek(0)  # begins anew, which rounds otherwise than going on from where the header was read
        except soundfile.LibsndfileError as error:
            raise _undecodable(self.name, _words(error)) from error
        self._slack = stream.slack
        return file, stream.counted

    def _reach_the_last_sample(self):
        """Raise where the end of a FLAC is not there, though what is wanted of it may be."""
        try:
            self._file.seek(self.n_samples - 1)
            self._file.read(1)
        except soundfile.LibsndfileError as error:
            raise self._cut_short(
                f"its header declares {self.n_samples} samples, of which the last is not there"
            ) from error

    def _count(self):
        """Return how many samples there are where only decoding tells, and begin again."""
        source = self._file.name
        with self._file:
            n_samples = _pass_over(self._file, _UNKNOWN)
        if hasattr(source, "seek"):
            source.seek(0)
        self._file = Forward(source)
        return n_samples

    def _check_count(self, found, expected):
        if found < expected - self._slack:
            raise self._cut_short(f"it announces {self.n_samples} samples and {found} are there")

    def _cut_short(self, lack):
        return OSError(f"{self.name} is cut short: {lack}. Fetch it again, or leave it out.")


class Forward(soundfile.SoundFile):
    """A file that is read from its start on.

    libsndfile cannot seek in some encodings, though it says that it can in DWVW, nor in a stream of unknown
    length. In MP3 it lands some frames beside the mark, and decodes the first without what they build on.
    """

    def seekable(self):
        """Return False."""
        return False


def _opened(source, kind=soundfile.SoundFile):
    """Return a file as libsndfile sees it; ``source`` is a Content, or bytes."""

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
    """Read ``count`` samples and forget them; return how many there were."""
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
    """Return libsndfile's words for an error in MPEG audio, one of which says that the file is missing."""
    words = error.error_string
    return "Its frames are not understood." if "does not exist" in words else words
