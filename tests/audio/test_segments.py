"""Segments of a recording: where they begin and end, what they hold, and how much memory they need."""

import io
import tracemalloc

import numpy as np
import pytest
import soundfile

from skmir.audio import load, segments

RATE = 8000


def recording(duration, rate=RATE, format="WAV", **more):
    """Noise in two channels, as a file in memory."""
    file = io.BytesIO()
    y = 0.2 * np.random.RandomState(0).randn(round(duration * rate), 2).clip(-4, 4)
    soundfile.write(file, y, rate, format=format, **more)
    return file


def times(duration, *parameters, **more):
    return [(start, end) for start, end, _ in segments(recording(duration), *parameters, **more)]


@pytest.mark.parametrize(
    ("duration", "length", "hop", "expected"),
    [
        (6, 3, None, [(0, 3), (3, 6)]),
        (7.5, 3, None, [(0, 3), (3, 6), (6, 7.5)]),  # half a segment remains
        (7.25, 3, None, [(0, 3), (3, 6)]),  # less than half of one does
        (1, 3, None, [(0, 1)]),
        (6, 3, 1.5, [(0, 3), (1.5, 4.5), (3, 6)]),
        (7, 3, 1.5, [(0, 3), (1.5, 4.5), (3, 6)]),  # the last second is less than half of a segment
        (
            5.5,
            2,
            1.5,
            [
                (0, 2),
                (1.5, 3.5),
                (3, 5),
            ],
        ),
        (6.25, 2, 1.5, [(0, 2), (1.5, 3.5), (3, 5), (4.5, 6.25)]),  # 1.25 s that no other segment holds
        (9, 2, 3, [(0, 2), (3, 5), (6, 8)]),
        (7, 2, 3, [(0, 2), (3, 5), (6, 7)]),
    ],
)
def test_where_segments_begin_and_end(duration, length, hop, expected):
    assert times(duration, length, hop=hop) == expected


def test_times_are_those_of_samples_and_do_not_drift():
    found = times(100, 0.3, hop=1 / 3)
    assert len(found) == 300
    assert all(abs(start - i / 3) <= 0.5 / RATE for i, (start, _) in enumerate(found))
    assert all(start == round(start * RATE) / RATE for start, _ in found)


@pytest.mark.parametrize("hop", [None, 0.4, 1.7])
@pytest.mark.parametrize("format", ["WAV", "FLAC", "OGG", "MP3"])
def test_a_segment_holds_what_load_reads_of_the_recording(format, hop, tmp_path):
    path = tmp_path / f"a.{format.lower()}"
    path.write_bytes(recording(5, 44100, format).getvalue())
    n_segments = 0
    for start, end, file in segments(path, 1.0, hop=hop):
        expected, sr = load(path, sr=None, mono=False, offset=start, duration=end - start)
        y, rate = load(file, sr=None, mono=False)
        assert rate == sr == 44100
        # Where a decoder begins again after a seek it can round differently.
        np.testing.assert_allclose(y, expected, atol=1e-4 if format == "OGG" else 0)
        np.testing.assert_array_equal(load(file)[0], load(file, sr=22050)[0])  # read again from its start
        n_segments += 1
    assert n_segments == {None: 5, 0.4: 11, 1.7: 3}[hop]


@pytest.mark.parametrize("format", ["WAV", "FLAC", "OGG"])
def test_memory_does_not_grow_with_the_length_of_a_recording(tmp_path, format):
    path = tmp_path / f"long.{format.lower()}"
    with soundfile.SoundFile(path, "w", RATE, 1, format=format) as file:
        for i in range(20):  # ten minutes: 19 MB as float32
            file.write(0.2 * np.random.RandomState(i).randn(30 * RATE))
    sum(1 for _ in segments(path, 5.0))  # what is imported and kept
    tracemalloc.start()
    assert sum(1 for _ in segments(path, 5.0)) == 120
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 3e6


def test_a_damaged_recording_is_refused_before_its_first_segment(tmp_path):
    path = tmp_path / "cut.flac"
    path.write_bytes(recording(20, format="FLAC").getvalue()[:-5000])
    with pytest.raises(OSError, match=r"cut\.flac' is cut short"):
        next(segments(path, 1.0))


@pytest.mark.parametrize(
    ("parameters", "error", "words"),
    [
        ({"duration": 0}, ValueError, "duration must be above 0|duration=0"),
        ({"duration": 1, "hop": -1}, ValueError, "hop"),
        ({"duration": 1e-4}, ValueError, "duration must be at least two samples"),
        ({"duration": 1, "path": "nowhere.wav"}, FileNotFoundError, "There is no file 'nowhere.wav'"),
        ({"duration": 1, "path": recording(0)}, ValueError, "holds no sample"),
    ],
)
def test_what_is_wrong_is_said(parameters, error, words):
    with pytest.raises(error, match=words):
        list(segments(**{"path": recording(2), **parameters}))
