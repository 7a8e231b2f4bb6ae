"""Filter banks made in numpy: librosa's to the last bit, and nothing of librosa or numba is loaded."""

import itertools
import subprocess
import sys
import textwrap
import warnings

import librosa
import numpy as np
import pytest

from skmir.dsp import cqt_frequencies
from skmir.dsp._chroma_weights import cqt_weights, stft_weights
from skmir.dsp._mel_weights import mel_weights
from skmir.dsp._wavelets import relative_bandwidth, sparse_rows, wavelets, window_bandwidth


def same(found, expected):
    """Bits are equal today; another libm may round a cosine otherwise."""
    assert found.shape == expected.shape
    assert found.dtype == expected.dtype
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-6 * np.abs(expected).max())


@pytest.mark.parametrize("norm", ["slaney", None, 1, 2, 0.5, 0, np.inf, -np.inf])
@pytest.mark.parametrize("htk", [False, True])
@pytest.mark.filterwarnings("ignore:.*mpty")  # at few frequencies, some bands stay empty
def test_mel_bands(htk, norm):
    for sr, n_fft, n_mels, (fmin, fmax) in itertools.product(
        [8000, 44100], [255, 512, 2048], [1, 13, 128], [(0.0, None), (27.5, 3500.0), (300, None)]
    ):
        bands = {"n_mels": n_mels, "fmin": fmin, "fmax": fmax, "htk": htk, "norm": norm}
        same(mel_weights(sr, n_fft, **bands), librosa.filters.mel(sr=sr, n_fft=n_fft, **bands))


def test_empty_mel_bands_are_warned_of():
    with pytest.warns(UserWarning, match=r"\d+ of n_mels=128 bands are empty.*n_fft=256.*fewer bands"):
        weights = mel_weights(22050, 256, 128, 0.0, None, False, "slaney")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mel_weights(22050, 2048, 128, 0.0, None, False, "slaney")
    assert not weights.any(axis=1).all()


def test_chroma_of_spectra():
    for sr, n_fft, n_chroma, tuning in itertools.product(
        [8000, 22050], [255, 2048], [12, 24, 10, 7], [0.0, 0.13, -0.5]
    ):
        expected = librosa.filters.chroma(sr=sr, n_fft=n_fft, n_chroma=n_chroma, tuning=tuning)
        same(stft_weights(sr, n_fft, n_chroma, tuning), expected)


def test_chroma_of_constant_q():
    for n_bins, (bpo, n_chroma), fmin in itertools.product(
        [12, 84, 100], [(12, 12), (36, 12), (24, 24), (60, 12), (12, 6)], [None, 27.5, 65.4, 100.0, 440.0]
    ):
        options = {"bins_per_octave": bpo, "n_chroma": n_chroma, "fmin": fmin}
        same(cqt_weights(n_bins, bpo, n_chroma, fmin), librosa.filters.cq_to_chroma(n_bins, **options))


@pytest.mark.parametrize("window", ["hann", "hamming", "blackmanharris", "boxcar", ("kaiser", 6.0), 8.0])
def test_wavelets(window):
    assert window_bandwidth(window) == pytest.approx(librosa.filters.window_bandwidth(window), rel=1e-12)
    for sr, filter_scale, norm, bpo in itertools.product([8000, 22050], [1, 0.5], [1, 2, None], [12, 36]):
        options = {"sr": sr, "window": window, "filter_scale": filter_scale, "norm": norm}
        frequencies = cqt_frequencies(bpo, fmin=131.3, bins_per_octave=bpo)
        alpha = relative_bandwidth(bpo)
        found, lengths = wavelets(frequencies, alpha=alpha, **options)
        expected, same_lengths = librosa.filters.wavelet(freqs=frequencies, alpha=alpha, **options)
        np.testing.assert_array_equal(lengths, same_lengths)
        same(found, expected)


@pytest.mark.parametrize("quantile", [0.0, 0.01, 0.3])
@pytest.mark.parametrize("dtype", [np.complex64, np.float64])
def test_sparse_rows_are_librosas_to_the_last_bit(rng, quantile, dtype):
    rows = rng.randn(20, 300).astype(dtype) ** 3
    expected = librosa.util.sparsify_rows(rows, quantile=quantile).toarray()
    np.testing.assert_array_equal(sparse_rows(rows, quantile), expected)


def test_nothing_loads_numba_or_librosa():
    """Front ends, what goes behind them, augmentation, and the front ends of the default models."""
    code = """
        import sys
        import numpy as np
        import sklearn
        from sklearn.pipeline import Pipeline
        import skmir.augmentation, skmir.feature_extraction, skmir.preprocessing
        from skmir.inspection._filters_display import filters_of
        from skmir.model_selection import default_models

        X = np.random.RandomState(0).randn(2, 44100) * np.hanning(44100)
        fe = skmir.feature_extraction
        for name in fe.__all__:
            if hasattr(getattr(fe, name), "fit_transform"):
                getattr(fe, name)().fit_transform(X)
        fe.Chroma(kind="cqt").fit_transform(X)
        filters_of(fe.CQT(n_bins=24))
        skmir.preprocessing.HPSS().fit_transform(np.abs(X[:, np.newaxis, :100]))
        skmir.augmentation.PitchShift(1).apply(X[0], 22050, 0)
        skmir.augmentation.TimeStretch(0.9).apply(X[0], 22050, 0)
        for model in default_models().values():
            model = getattr(model, "estimator", model)
            if isinstance(model, Pipeline):
                model[:1].fit_transform(X)
        print(sorted({"librosa", "numba"} & set(sys.modules)))
    """
    command = [sys.executable, "-W", "ignore", "-c", textwrap.dedent(code)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
