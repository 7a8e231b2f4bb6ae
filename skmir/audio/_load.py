"""Decode one recording: soundfile reads it, soxr resamples it, and what is wrong with it is said by name."""

import os
import re

import numpy as np
import soundfile
import soxr

from .._validation import check_choice, check_number, plain

# A header that declares more bytes than there are, in libsndfile's log: "data : 352800 (should be 117570)"
# in WAV; AIFF, AU and SVX have other names for the chunk.
_DECLARED = re.compile(r"^\s*(?:data|SSND|Data Size|BODY)\s*:\s*(\d+) \(should be (\d+)\)", re.MULTILINE)
_STREAMED = 0x7FFF0000  # writers that cannot seek back leave a size near 2**31 or 2**32 in the header


def load(path, *, sr=22050, mono=True, offset=0.0, duration=None, dtype=np.float32):
    """Read a recording as floating-point samples.

    Parameters
    ----------
    path : str or PathLike
        Any format that libsndfile reads: WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF, AU and more.
    sr : float or None, default=22050
        Sampling rate of the result in Hz; None keeps the file's own.
    mono : bool, default=True
        Whether the channels are averaged.
    offset : float, default=0.0
        Where to start, in s.
    duration : float or None, default=None
        How much to read at most, in s; None reads to the end.
    dtype : dtype, default=numpy.float32
        numpy.float32 or numpy.float64.

    Returns
    -------
    y : ndarray of shape (n_samples,), or (n_channels, n_samples) if not ``mono``
        Samples in [-1, 1]; lossy formats can exceed it slightly.
    sr : float
        Sampling rate of ``y`` in Hz.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    OSError
        It is a directory, is empty, is cut short, or cannot be decoded.
    ValueError
        It decodes to nothing usable: no sample, a single one, or values that are not finite; or a
        parameter is out of its range.

    Examples
    --------
    >>> import numpy as np, soundfile, tempfile, os
    >>> from skmir.audio import load
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = os.path.join(folder, "a.wav")
    ...     soundfile.write(path, np.zeros(44100), 44100)
    ...     y, sr = load(path)
    >>> y.shape, sr
    ((22050,), 22050)
    """
    path = plain(os.fspath(path))
    check_number("sr", sr, above=0, none=True)
    check_number("offset", offset, low=0)
    check_number("duration", duration, above=0, none=True)
    dtype = check_choice("dtype", np.dtype(dtype).name, ("float32", "float64"))
    y, native = _decode(path, offset, duration, dtype)
    if mono:
        y = y.mean(axis=0)
    _check_samples(path, y)
    if sr is not None and native != sr:
        y = soxr.resample(y.T, native, sr, quality="HQ").T
        _check_samples(path, y)
    return np.ascontiguousarray(y), native if sr is None else sr


def _decode(path, offset, duration, dtype):
    """Return samples of shape (n_channels, n_samples) and the file's own rate in Hz."""
    _check_file(path)
    try:
        with soundfile.SoundFile(path) as file:
            _check_length(path, file)
            start = round(offset * file.samplerate)
            if file.frames and start >= file.frames:
                raise ValueError(
                    f"{path!r} is {file.frames / file.samplerate:.3f} s long, and offset={offset} s lies "
                    "beyond its end. Use a smaller offset."
                )
            file.seek(min(start, file.frames))
            frames = -1 if duration is None else round(duration * file.samplerate)
            y = file.read(frames, dtype=dtype, always_2d=True)
            return y.T, file.samplerate
    except soundfile.LibsndfileError as error:
        raise OSError(
            f"{path!r} cannot be decoded as audio: {error.error_string} Is it a recording? If so, convert it "
            "to WAV, FLAC, Ogg or MP3 (AAC and video files are not read), or leave it out."
        ) from error


def _check_file(path):
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"There is no file {path!r}. Paths are taken relative to {os.getcwd()!r} unless absolute."
        )
    if os.path.isdir(path):
        raise OSError(f"{path!r} is a folder. skmir.datasets.load_folder lists the recordings in one.")
    if os.path.getsize(path) == 0:
        raise OSError(f"{path!r} is empty (0 bytes). Fetch it again, or leave it out.")
    if path.lower().endswith(".raw"):
        raise OSError(f"{path!r} has no header that tells its rate and format. Convert it to WAV or FLAC.")


def _check_length(path, file):
    """Raise where the header promises more than the file holds."""
    found = _DECLARED.search(file.extra_info)
    if found and int(found[2]) < int(found[1]) < _STREAMED:
        raise OSError(
            f"{path!r} is cut short: its header declares {found[1]} bytes of samples and {found[2]} are "
            "there. Fetch it again, or leave it out."
        )


def _check_samples(path, y):
    n_samples = y.shape[-1]
    if n_samples < 2:
        raise ValueError(
            f"{path!r} holds {'no sample' if n_samples == 0 else 'a single sample'}. Leave it out."
        )
    if not np.isfinite(y).all():
        bad = int((~np.isfinite(y)).sum())
        raise ValueError(
            f"{path!r} holds {bad} samples that are NaN or infinite. Repair the recording "
            "(numpy.nan_to_num), or leave it out."
        )
