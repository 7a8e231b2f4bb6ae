"""A recording segment by segment, read piecewise: a long one needs no more memory than a short one."""

import io
from typing import NamedTuple

import soundfile

from .._parameter_checks import check_number
from ._load import check_enough, source_of
from ._recording import Recording


class Segment(NamedTuple):
    """A segment of a recording: where it begins and ends, in s, and a WAV file of it in memory."""

    start: float
    end: float
    file: io.BytesIO


def segments(path, duration, *, hop=None):
    """Cut a recording into segments, each a recording of its own that front ends and models take.

    The recording is read piecewise: memory holds one segment at a time, however long the recording is. (Of an
    MP3 it also holds the compressed file.)

    Parameters
    ----------
    path : str, PathLike or binary file
        Any recording that :func:`load` reads.
    duration : float
        Length of a segment, in s.
    hop : float or None, default=None
        From the start of one segment to the start of the next, in s. Less than ``duration`` makes segments
        overlap, more leaves out what is between them. None is ``duration``: each segment begins where the one
        before it ends.

    Returns
    -------
    segments : iterator of (float, float, io.BytesIO)
        Tuples with the names ``start``, ``end`` and ``file``: where a segment begins and ends in the
        recording, in s, and the segment as a WAV file in memory, with the sampling rate and the channels of
        the recording, in float32. It predicts as a file would that was cut from ``start`` to ``end``.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    OSError
        If it cannot be decoded, or is cut short. If that is found out on the way, the segments before it have
        been returned.
    ValueError
        If it holds fewer than two samples, a segment would, or a parameter is out of its range.

    See Also
    --------
    load : Read a recording as a whole, or one excerpt of it.
    skmir.datasets.write_annotations : Write the labels of segments for Audacity.

    Notes
    -----
    The sound that remains after the last whole segment is a segment of its own, shorter than the others, if
    it is at least half as long as they are; otherwise it is left out. A recording that is shorter than one
    segment is one segment, however short.

    Examples
    --------
    >>> import io
    >>> import numpy as np, soundfile
    >>> from skmir.audio import load, segments
    >>> recording = io.BytesIO()
    >>> soundfile.write(recording, np.zeros(8000 * 8), 8000, format="WAV")  # 8 s
    >>> for start, end, file in segments(recording, 3.0):
    ...     y, sr = load(file, sr=None)
    ...     print(start, end, len(y) / sr)
    0.0 3.0 3.0
    3.0 6.0 3.0
    6.0 8.0 2.0

    A model says what is in each segment:

    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skmir.feature_extraction import MFCC
    >>> from skmir.preprocessing import FramePooler
    >>> clips, labels = np.random.RandomState(0).randn(8, 22050), ["noise", "hum"] * 4
    >>> clips[1::2] = np.sin(2 * np.pi * 100 * np.arange(22050) / 22050)
    >>> model = make_pipeline(MFCC(), FramePooler(), SVC()).fit(clips, labels)
    >>> [(start, end, str(model.predict([file])[0])) for start, end, file in segments(recording, 4.0)]
    [(0.0, 4.0, 'hum'), (4.0, 8.0, 'hum')]
    """
    check_number("duration", duration, above=0)
    check_number("hop", hop, above=0, none=True)
    return _read(source_of(path), duration, duration if hop is None else hop)


def _read(source, duration, hop):
    with Recording(source) as recording:
        check_enough(recording.name, recording.n_samples)
        rate, length = recording.rate, round(duration * recording.rate)
        if length < 2 or round(hop * rate) < 1:
            raise ValueError(
                f"duration must be at least two samples, and hop at least one, got {duration:g} s and "
                f"{hop:g} s at the {rate} Hz of {recording.name}."
            )
        starts = list(_starts(recording.n_samples, length, hop * rate))
        for start, y in zip(starts, recording.blocks(starts, length), strict=True):
            if len(y) < 2:  # an MP3 whose header counts a frame more than there are
                return
            file = io.BytesIO()
            soundfile.write(file, y, rate, format="WAV", subtype="FLOAT")
            file.seek(0)
            yield Segment(start / rate, (start + len(y)) / rate, file)


def _starts(n_samples, length, hop):
    """Yield the positions of the first samples; ``hop`` is in samples, and need not be a whole number."""
    i = start = end = 0
    while i == 0 or start + length <= n_samples or n_samples - max(start, end) >= length / 2:
        yield start
        i, end = i + 1, start + length
        start = round(i * hop)
