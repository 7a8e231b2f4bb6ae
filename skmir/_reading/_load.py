"""Read one recording: soundfile decodes it, soxr resamples it, and errors name the file and its fault."""

import inspect
import os
import unicodedata

import numpy as np
import soxr

from .._parameter_checks import check_choice, check_number, shown
from ._content import name_of
from ._recording import Recording


def load(path, *, sr=22050, mono=True, offset=0.0, duration=None, dtype=np.float32):
    """Read a recording as floating-point samples.

    Parameters
    ----------
    path : str, PathLike or binary file
        Any format that libsndfile reads: WAV, FLAC, Ogg Vorbis, Opus, MP3, AIFF, AU and more. A file object
        (``io.BytesIO``) is read from its beginning, and left at the position it had.
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
        If there is no such file.
    OSError
        If it is a directory, is empty, is cut short, or cannot be decoded.
    ValueError
        If it decodes to nothing usable: no sample, a single one, or values that are not finite; or if a
        parameter is out of its range.

    Notes
    -----
    An MP3 with damaged frames is decoded as far as possible, and libsndfile's decoder writes notes about it
    to the standard error of the process, without the name of the file. They cannot be suppressed without
    suppressing what other threads write there.

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
    check_number("sr", sr, above=0, none=True)
    check_number("offset", offset, low=0)
    check_number("duration", duration, above=0, none=True)
    dtype = check_choice("dtype", np.dtype(dtype).name, ("float32", "float64"))
    source = source_of(path)
    y, native = _decode(source, offset, duration, dtype)
    return _converted(
        y.mean(axis=0) if mono else y, native, sr, name_of(source)
    ), native if sr is None else sr


def mono_at(y, native, sr, name):
    """Return decoded samples with one channel, resampled.

    Parameters
    ----------
    y : ndarray of shape (n_channels, n_samples)
        float32 or float64.
    native, sr : float
        Sampling rates of ``y`` and of the result, in Hz.
    name : str
        Name of the recording in errors.

    Returns
    -------
    y : ndarray of shape (n_samples,)
    """
    return _converted(y.mean(axis=0), native, sr, name)


def _converted(y, native, sr, name):
    _check_samples(name, y)
    if sr is not None and native != sr:
        y = soxr.resample(y.T, native, sr, quality="HQ").T
        _check_samples(name, y)
    return np.ascontiguousarray(y)


def _decode(source, offset, duration, dtype):
    """Return samples of shape (n_channels, n_samples) and the recording's own rate in Hz."""
    with Recording(source) as recording:
        start = round(offset * recording.rate)
        if recording.n_samples and start >= recording.n_samples:
            raise ValueError(
                f"{recording.name} is {recording.n_samples / recording.rate:.3f} s long, and offset={offset} "
                "s lies beyond its end. Use a smaller offset."
            )
        count = recording.n_samples - start
        if duration is not None:
            count = min(count, round(duration * recording.rate))
        return recording.read(start, count, dtype).T, recording.rate


def source_of(path):
    """Return a file object as it is, and the name of a file as str; raise if it cannot hold a recording."""
    source = path if hasattr(path, "read") else os.fsdecode(path)
    if isinstance(source, str):
        _check_file(source)
    else:
        _check_object(source)
    return source


def check_enough(name, n_samples):
    """Raise unless there are two samples, as resampling needs; ``name`` is the recording's, for the error."""
    if n_samples < 2:
        raise ValueError(
            f"{name} holds {'no sample' if n_samples == 0 else 'a single sample'}. Leave it out."
        )


def _check_file(path):
    name = name_of(path)
    if not os.path.exists(path):
        raise FileNotFoundError(
            f"There is no file {name}. {_alike(path)}Paths are taken relative to {shown(os.getcwd())} unless "
            "absolute."
        )
    if os.path.isdir(path):
        raise OSError(f"{name} is a folder. Use skmir.datasets.load_folder to list the recordings in it.")
    if os.path.getsize(path) == 0:
        raise OSError(f"{name} is empty (0 bytes). Fetch it again, or leave it out.")
    if path.lower().endswith(".raw"):
        raise OSError(f"{name} has no header with its rate and format. Convert it to WAV or FLAC.")


def _check_object(file):
    """Raise if a file object cannot be read from its beginning."""
    name = name_of(file)
    if inspect.iscoroutinefunction(file.read):  # an upload of FastAPI
        raise ValueError(
            f"{name} is read asynchronously. Pass the file inside, upload.file, or io.BytesIO(await "
            "upload.read())."
        )
    if getattr(file, "closed", False):
        raise ValueError(f"{name} is closed. Pass it while it is open, or its path.")
    if hasattr(file, "seekable") and not file.seekable():
        raise ValueError(f"{name} cannot be read from its beginning again. Pass io.BytesIO(file.read()).")
    if isinstance(file.read(0), str):
        raise ValueError(f"{name} is open as text. Open it with mode 'rb'.")
    position = file.tell()
    size = file.seek(0, os.SEEK_END)
    file.seek(position)
    if size == 0:
        raise OSError(f"{name} is empty (0 bytes). Fetch it again, or leave it out.")


def _alike(path):
    """Return a hint at a file whose name looks the same but differs."""
    folder, name = os.path.split(path)
    try:
        others = os.listdir(folder or ".")
    except (OSError, ValueError):
        return ""
    looks = _looks(name)
    for other in others:
        if other != name and _looks(other) == looks:
            return f"There is a file {shown(other, ascii)}, whose name looks the same but differs. "
    return ""


def _looks(name):
    return unicodedata.normalize("NFC", name).strip()


def _check_samples(name, y):
    check_enough(name, y.shape[-1])
    if not np.isfinite(y).all():
        bad = int((~np.isfinite(y)).sum())
        raise ValueError(
            f"{name} holds {bad} samples that are NaN or infinite. Repair the recording "
            "(numpy.nan_to_num), or leave it out."
        )
