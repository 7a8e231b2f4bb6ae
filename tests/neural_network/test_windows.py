"""Windows: inside long clips, repeats of short ones, and together over every frame."""

import numpy as np
import pytest
import torch

from skmir._training._windows import Windows, window_length

LENGTHS = [1, 2, 3, 5, 9, 10, 11, 19, 20, 21, 25, 40, 99]


def numbered(lengths):
    """Return clips of two bins: the number of the clip, and the number of the frame."""
    return [np.array([np.full(n, i), np.arange(n)], np.float32) for i, n in enumerate(lengths)]


def generator(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize(
    ("lengths", "n_frames", "expected"),
    [([5, 6, 100], None, 6), ([5, 6, 100], 128, 6), ([5, 6, 100], 4, 4), ([4, 7], 128, 6), ([1, 1], 128, 1)],
)
def test_the_length_is_the_median_up_to_what_the_user_allows(lengths, n_frames, expected):
    assert window_length(numbered(lengths), n_frames) == expected


@pytest.mark.parametrize("n_frames", [1, 3, 10])
def test_random_windows_are_stretches_of_their_own_clip(n_frames):
    windows = Windows(numbered(LENGTHS), n_frames, "cpu")
    clips = torch.arange(len(LENGTHS)).repeat(50)
    cut = windows.cut(clips, windows.random_starts(clips, generator()))
    assert cut.shape == (len(clips), 2, n_frames)
    for clip, (number, frame) in zip(clips.tolist(), cut, strict=True):
        assert (number == clip).all()
        step = frame.diff()
        if LENGTHS[clip] >= n_frames:
            assert (step == 1).all()  # no wrap: inside the clip
        else:
            assert ((step == 1) | (step == 1 - LENGTHS[clip])).all()  # repeated, without a gap


def test_every_start_is_drawn():
    windows = Windows(numbered([14, 10, 4]), 10, "cpu")
    clips = torch.arange(3).repeat(400)
    starts = windows.random_starts(clips, generator())
    drawn = [sorted(set(starts[clips == i].tolist())) for i in range(3)]
    assert drawn == [[0, 1, 2, 3, 4], [0], [0, 1, 2, 3]]


def test_short_clips_are_repeated():
    cut = Windows(numbered([4]), 10, "cpu").cut(torch.tensor([0, 0]), torch.tensor([0, 3]))
    assert cut[:, 1].tolist() == [[0, 1, 2, 3, 0, 1, 2, 3, 0, 1], [3, 0, 1, 2, 3, 0, 1, 2, 3, 0]]


@pytest.mark.parametrize("lengths", [[10, 10, 10], [4, 10, 25]])
def test_frames_that_do_not_fit_on_a_device_stay_on_the_host(lengths, monkeypatch):
    monkeypatch.setattr("skmir._training._windows._fits", lambda values, device: False)
    windows = Windows(numbered(lengths), 10, "meta")  # a device that holds shapes, and no values
    assert windows.values.device.type == "cpu" and windows.ahead
    clips, starts = windows.covering()
    assert windows.cut(clips, starts).device.type == "meta"
    assert windows.rows(clips, starts).device.type == "meta"  # as the targets of frames are


@pytest.mark.parametrize("n_frames", [1, 2, 3, 7, 10, 128])
def test_covering_windows_cover_every_frame_with_as_few_as_can_be(n_frames):
    lengths = [*range(1, 90), 431, 1292]
    windows = Windows(numbered(lengths), n_frames, "cpu")
    clips, starts = windows.covering()
    number, frame = windows.cut(clips, starts).unbind(1)
    for i, n in enumerate(lengths):
        mine = clips == i
        assert (number[mine] == i).all()
        assert mine.sum() == -(-n // n_frames)
        assert set(frame[mine].flatten().tolist()) == set(range(n)), (n, n_frames)
        if n >= n_frames:
            assert starts[mine].max() <= n - n_frames


def test_one_array_and_a_list_give_the_same_windows():
    stacked = np.arange(60, dtype=np.float32).reshape(3, 4, 5)
    one, other = Windows(stacked, 3, "cpu"), Windows(list(stacked), 3, "cpu")
    assert len(one) == len(other) == 3
    assert torch.equal(one.cut(*one.covering()), other.cut(*other.covering()))
    np.testing.assert_array_equal(one.cut(torch.tensor([2]), torch.tensor([1]))[0], stacked[2, :, 1:4])


def test_windows_share_no_memory_with_the_callers_clips():
    clip = np.zeros((2, 5), np.float32)
    windows = Windows([clip], 5, "cpu")
    windows.values += 1
    assert not clip.any()
