"""Codecs keep length and place, come at the rate that was asked for, and lose something."""

import numpy as np
import pytest

from skmir.audio import load
from skmir.augmentation._codec import Codec
from skmir.augmentation._coding import encode

CODECS = ["mp3", "vorbis", "opus"]


@pytest.fixture(scope="module")
def solo(real_data):
    return lambda sr: load(sorted((real_data / "medley_solos" / "audio").rglob("*.flac"))[0], sr=sr)[0]


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("bit_rate", [12, 32, 64])
@pytest.mark.parametrize("sr", [8000, 16000, 22050, 44100, 96000])
def test_a_click_stays_where_it_is(codec, bit_rate, sr):
    y = 1e-4 * np.random.RandomState(0).randn(sr)
    clicks = [sr // 4, sr // 2 + 7, sr - 1000]
    y[clicks] = 0.9
    coded = Codec(codec, bit_rate).apply(y, sr, 0)
    assert len(coded) == len(y)
    for click in clicks:
        nearby = np.abs(coded[click - 500 : click + 500])
        assert abs(int(nearby.argmax()) - 500) <= sr / 8000  # 1/8 ms: a sample where Opus works at 8 kHz


@pytest.mark.parametrize("codec", CODECS)
@pytest.mark.parametrize("sr", [16000, 22050])
def test_real_music_is_not_delayed(codec, sr, solo):
    y = solo(sr)
    coded = Codec(codec, 32).apply(y, sr, 0)
    n = 2 ** int(np.ceil(np.log2(2 * len(y))))
    correlation = np.fft.irfft(np.fft.rfft(coded, n) * np.conj(np.fft.rfft(y, n)))
    assert correlation.argmax() == 0
    assert 0.9 < np.corrcoef(coded, y)[0, 1] < 0.99999


@pytest.mark.parametrize(
    ("codec", "bit_rate", "tolerance"),
    [("mp3", 16, 0.05), ("mp3", 64, 0.05), ("opus", 16, 0.25), ("opus", 64, 0.1), ("vorbis", 48, 0.1)],
)
def test_bit_rate(codec, bit_rate, tolerance, solo):
    """Of a clip four times as long, less a clip as long: what remains has no headers."""
    y = solo(22050)
    long, short = (len(encode(x, 22050, codec, bit_rate)) for x in (np.tile(y, 4), y))
    achieved = 8 * (long - short) / (3 * len(y) / 22050) / 1000
    assert achieved == pytest.approx(bit_rate, rel=tolerance)


@pytest.mark.parametrize("codec", CODECS)
def test_lower_rates_lose_more(codec, solo):
    y = solo(22050)
    errors = [np.mean((Codec(codec, rate).apply(y, 22050, 0) - y) ** 2) for rate in (28, 48, 80)]
    assert errors[0] > errors[1] > errors[2] > 0


@pytest.mark.parametrize("codec", CODECS)
def test_rates_that_a_format_lacks_become_the_nearest(codec):
    y = np.random.RandomState(0).uniform(-0.5, 0.5, 8000)
    ends = [len(encode(y, 22050, codec, rate)) for rate in (0.01, 1000)]
    assert ends[0] < len(encode(y, 22050, codec, 50)) < ends[1]


@pytest.mark.parametrize("codec", CODECS)
def test_samples_beyond_full_scale_are_not_clipped(codec):
    y = 20 * np.sin(2 * np.pi * 440 * np.arange(11025) / 22050)
    coded = Codec(codec, 64).apply(y, 22050, 0)
    assert np.abs(coded[1000:-1000]).max() == pytest.approx(20, rel=0.1)


def test_all_codecs_are_drawn():
    assert {Codec().draw(i)["codec"] for i in range(30)} == set(CODECS)
