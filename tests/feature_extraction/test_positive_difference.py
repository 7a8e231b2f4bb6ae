"""Differences to earlier frames, and how much earlier they are."""

import torch

from skmir.feature_extraction._positive_difference import difference_lag, positive_difference


def test_differences_are_to_the_frame_so_far_before():
    frames = torch.tensor([[1.0, 5.0, 2.0, 2.0, 9.0]])
    assert positive_difference(frames, 1).tolist() == [[0, 4, 0, 0, 7]]
    assert positive_difference(frames, 2).tolist() == [[0, 0, 1, 0, 7]]
    assert positive_difference(frames, 5).tolist() == positive_difference(frames, 9).tolist() == [[0] * 5]
    assert positive_difference(frames.expand(2, 3, 5), 2).shape == (2, 3, 5)


def test_the_lag_is_where_the_window_has_fallen_to_the_ratio():
    # A Hann window is at a quarter of its peak a third of its length from its middle.
    assert difference_lag(0.25, n_fft=3000, hop_length=10) == 100
    assert difference_lag(0.5, n_fft=4000, hop_length=10) == 100
    assert difference_lag(0.25, n_fft=512, hop_length=441) == 1
    assert [difference_lag(0.25, n_fft=n, hop_length=441) for n in (1024, 2048, 4096)] == [1, 2, 3]
    assert difference_lag(0.5, n_fft=4000, hop_length=10, window="boxcar") == 200
