"""Which bands an estimator uses: the one that was made to decide."""

import numpy as np
import pandas as pd
import pytest
import soundfile
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import MelSpectrogram
from skmir.inspection import band_importance
from skmir.preprocessing import FramePooler, LogCompression

SR = 16000
BANDS = {"n_bands": 6, "n_repeats": 3, "random_state": 0}


@pytest.fixture(scope="module")
def clips():
    """Return clips of unequal length with a tone of 3 kHz in one class, and any tone of some 400 Hz."""
    rng = np.random.RandomState(0)
    labels = np.tile(["with", "without"], 8)
    clips = []
    for label in labels:
        time = np.arange(rng.randint(6000, 9000)) / SR
        tone = 0.1 * (label == "with") * np.sin(2 * np.pi * 3000 * time)
        clips.append(0.3 * np.sin(2 * np.pi * rng.uniform(350, 450) * time) + tone)
    return clips, labels


@pytest.fixture(scope="module")
def model(clips):
    steps = MelSpectrogram(SR, n_mels=40), LogCompression(), FramePooler(), LogisticRegression()
    return make_pipeline(*steps).fit(*clips)


def test_the_band_that_decides_is_found(model, clips):
    result = band_importance(model, *clips, **BANDS)
    assert result.importances.shape == (6, 3) and result.frequencies.shape == (7,)
    assert result.frequencies[0] == 0 and result.frequencies[-1] == SR / 2
    np.testing.assert_allclose(np.diff(result.frequencies) > 0, True)
    decides = np.searchsorted(result.frequencies, 3000) - 1
    assert result.importances_mean[decides] > 0.3
    assert np.abs(np.delete(result.importances_mean, decides)).max() < 0.05
    np.testing.assert_allclose(result.importances_mean, result.importances.mean(axis=1))
    np.testing.assert_allclose(result.importances_std, result.importances.std(axis=1))


def test_the_seed_decides_and_a_scorer_scores(model, clips):
    first, second = (band_importance(model, *clips, scoring="neg_log_loss", **BANDS) for _ in range(2))
    np.testing.assert_array_equal(first.importances, second.importances)
    other = band_importance(model, *clips, scoring="neg_log_loss", **{**BANDS, "random_state": 1})
    assert np.abs(other.importances - first.importances).max() > 0.01


def test_files_in_a_table(model, clips, tmp_path):
    paths = [tmp_path / f"{i}.wav" for i in range(len(clips[0]))]
    for path, clip in zip(paths, clips[0], strict=True):
        soundfile.write(path, clip, SR, subtype="DOUBLE")
    table = pd.DataFrame({"path": [str(path) for path in paths]})
    found, expected = (band_importance(model, X, clips[1], **BANDS) for X in (table, clips[0]))
    np.testing.assert_allclose(found.importances, expected.importances)


def test_what_cannot_be_exchanged_is_refused(model, clips):
    X, y = clips
    with pytest.raises(ValueError, match="X must hold at least two clips"):
        band_importance(model, X[:1], y[:1])
    with pytest.raises(ValueError, match="inconsistent numbers of samples"):
        band_importance(model, X, y[:3])
    with pytest.raises(ValueError, match="n_bands=0 must be an integer >= 1"):
        band_importance(model, X, y, n_bands=0)
    with pytest.raises(TypeError, match="sr must be the sampling rate"):
        band_importance(model[-1], X, y)
