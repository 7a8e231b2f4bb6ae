"""Frames and windows of frames as rows."""

import numpy as np
import pytest

from skmir._frame_rows import frame_rows, window_rows


def numbered(*lengths, n_bins=2):
    """Return clips whose values say clip, bin and frame: 1203 is clip 1, bin 2, frame 3."""
    return [
        1000 * i + 100 * np.arange(n_bins)[:, np.newaxis] + np.arange(n, dtype=float)
        for i, n in enumerate(lengths)
    ]


def test_frames_are_rows():
    rows, n_rows = frame_rows(numbered(2, 3))
    assert n_rows.tolist() == [2, 3]
    assert rows.tolist() == [[0, 100], [1, 101], [1000, 1100], [1001, 1101], [1002, 1102]]


def test_windows_are_laid_out_bin_by_bin():
    rows, n_rows = window_rows(numbered(5), width=3, hop=1)
    assert n_rows.tolist() == [3]
    assert rows.tolist() == [[0, 1, 2, 100, 101, 102], [1, 2, 3, 101, 102, 103], [2, 3, 4, 102, 103, 104]]
    clip = numbered(5)[0]
    np.testing.assert_array_equal(rows[1], clip[:, 1:4].ravel())


@pytest.mark.parametrize("width", [1, 2, 5])
@pytest.mark.parametrize("hop", [1, 2, 5, 9])
def test_windows_against_slices(width, hop):
    clips = numbered(1, 2, 4, 5, 6, 10, 11)
    rows, n_rows = window_rows(clips, width, hop)
    expected = []
    for clip, n in zip(clips, n_rows, strict=True):
        long = np.tile(clip, width)[:, : max(clip.shape[1], width)]
        last = long.shape[1] - width
        found = [long[:, s : s + width].ravel() for s in [*range(0, last, hop), last]]
        assert len(found) == n >= 1
        expected += found
    np.testing.assert_array_equal(rows, expected)


def test_a_last_window_ends_where_the_clip_does():
    rows, n_rows = window_rows(numbered(8, n_bins=1), width=3, hop=3)
    assert rows.tolist() == [[0, 1, 2], [3, 4, 5], [5, 6, 7]] and n_rows.tolist() == [3]


def test_a_clip_shorter_than_a_window_is_repeated():
    rows, n_rows = window_rows(numbered(2), width=5, hop=5)
    assert n_rows.tolist() == [1]
    assert rows.tolist() == [[0, 1, 0, 1, 0, 100, 101, 100, 101, 100]]


def test_windows_of_one_frame_are_frames():
    clips = numbered(4, 7)
    for one, other in zip(window_rows(clips, 1, 1), frame_rows(clips), strict=True):
        np.testing.assert_array_equal(one, other)


def test_some_windows_are_drawn_in_order_without_repeats():
    clips = numbered(10, 3, 50)
    rows, n_rows = window_rows(clips, 1, 1, max_windows=5, rng=np.random.RandomState(0))
    assert n_rows.tolist() == [5, 3, 5]
    frames = [part[:, 0] % 100 for part in np.split(rows, np.cumsum(n_rows)[:-1])]
    assert all((np.diff(part) > 0).all() for part in frames)
    again = window_rows(clips, 1, 1, max_windows=5, rng=np.random.RandomState(0))[0]
    np.testing.assert_array_equal(again, rows)
    other = window_rows(clips, 1, 1, max_windows=5, rng=np.random.RandomState(1))[0]
    assert not np.array_equal(other, rows)


def test_every_window_can_be_drawn():
    drawn = set()
    rng = np.random.RandomState(0)
    for _ in range(100):
        drawn |= set(window_rows(numbered(8), 2, 2, max_windows=1, rng=rng)[0][:, 0])
    assert drawn == {0, 2, 4, 6}


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_the_dtype_stays(dtype):
    clips = [x.astype(dtype) for x in numbered(4, 5)]
    assert window_rows(clips, 2, 1)[0].dtype == dtype
    assert window_rows(np.stack([clips[0]] * 3), 2, 1)[0].shape == (9, 4)
