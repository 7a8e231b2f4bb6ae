"""What is found in a recording before it is used."""

import numpy as np
import pandas as pd
import pytest
import soundfile

from skmir._reading._examine import LOUD, SENSELESS, examine
from skmir.audio import load

SR = 22050


@pytest.fixture
def tone():
    return (0.5 * np.sin(2 * np.pi * 440 * np.arange(SR // 2) / SR)).astype(np.float32)


@pytest.fixture
def look(tmp_path):
    """Write samples of shape (n_samples,) or (n_samples, n_channels), and examine the file."""

    def write_and_examine(y, sr=SR, **options):
        path = str(tmp_path / "a.wav")
        soundfile.write(path, y, sr, subtype="FLOAT")
        return next(examine([path], sr=SR, **options))

    return write_and_examine


def test_a_sound_is_nothing_to_remark(look, tone):
    found = look(tone, shortest=len(tone))
    assert found.error is None
    assert not (found.silent or found.cancels or found.loud)
    assert (found.n_samples, found.n_channels) == (len(tone), 1)
    assert found.peak == pytest.approx(0.5, abs=1e-3)


@pytest.mark.parametrize("sr", [8000, 22050, 44100, 48000])
@pytest.mark.parametrize("n_samples", [511, 512, 1023, 1025, 4001])
def test_length_is_that_at_the_models_rate(look, tmp_path, sr, n_samples):
    found = look(np.full(n_samples, 0.1), sr)
    assert found.n_samples == len(load(tmp_path / "a.wav", sr=SR)[0])


def test_too_short_after_resampling(look, tone):
    found = look(tone[:1000], 44100, shortest=512)
    assert (
        "a.wav' is too short: it has 500 samples (0.023 s) at 22050 Hz, and the models need 512"
        in found.error
    )
    assert look(tone[:512], shortest=512).error is None
    assert look(tone[:511], shortest=512).error is not None


def test_unreadable_and_not_finite(tmp_path, look, tone):
    (tmp_path / "b.wav").write_text("no sound")
    assert "b.wav' cannot be decoded" in next(examine([str(tmp_path / "b.wav")], sr=SR)).error
    assert "NaN or infinite" in look(np.where(np.arange(len(tone)) == 7, np.nan, tone)).error


@pytest.mark.parametrize(
    ("factor", "loud", "usable"), [(1.9, False, True), (5, True, True), (1e10, True, False)]
)
def test_samples_beyond_any_sense(look, tone, factor, loud, usable):
    found = look(2 * factor * tone)
    assert found.loud is loud
    assert (found.error is None) is usable
    assert 1 < LOUD < 32768 < SENSELESS  # 16-bit integers as they are: too loud, and usable


@pytest.mark.parametrize(
    "y", [np.zeros(9000), np.full(9000, 0.4), 2e-5 * np.random.RandomState(0).randn(9000)]
)
def test_silence(look, y):
    assert look(y).silent
    assert look(np.stack([y, y], axis=1)).silent
    assert not look(np.stack([y, -y], axis=1)).cancels


def test_channels_that_cancel(look, tone, rng):
    noise = 0.1 * rng.randn(len(tone))
    assert look(np.stack([tone, -tone], axis=1)).cancels
    assert look(np.stack([tone, -0.95 * tone], axis=1)).cancels
    assert look(np.stack([tone + 0.3, 0.3 - tone], axis=1)).cancels
    assert not look(np.stack([tone, -tone], axis=1)).silent
    for other in (tone, 0 * tone, noise, -0.5 * tone):
        assert not look(np.stack([tone, other], axis=1)).cancels
    assert not look(np.stack([tone, *7 * [0 * tone]], axis=1)).cancels


def test_a_table_in_the_order_of_the_files(tmp_path, tone):
    paths = [str(tmp_path / f"{i}.wav") for i in range(6)]
    for i, path in enumerate(paths):
        soundfile.write(path, (i > 0) * tone[: 3000 + i], SR)
    found = pd.DataFrame(list(examine(paths, sr=SR, n_jobs=2)))
    assert found["file"].tolist() == paths
    assert found["n_samples"].tolist() == list(range(3000, 3006))
    assert found["silent"].tolist() == [True] + 5 * [False]
