"""What holds for every front end: where tones land, forms of X, dtypes, threads, names, errors."""

import pathlib
import warnings

import librosa
import numpy as np
import pytest
import soundfile
from sklearn.base import clone
from sklearn.pipeline import make_pipeline
from sklearn.utils.validation import check_is_fitted

from skmir.feature_extraction import (
    CQT,
    DFT,
    MFCC,
    Chroma,
    LogFilteredSpectrogram,
    MelSpectrogram,
    OnsetStrength,
    SpectralShape,
    Tempogram,
)

SR = 22050
FRONT_ENDS = [
    DFT(),
    MelSpectrogram(),
    MFCC(),
    CQT(),
    Chroma(),
    Chroma(kind="cqt"),
    OnsetStrength(),
    Tempogram(),
    SpectralShape(),
    LogFilteredSpectrogram(hop_length=512, n_fft=(1024, 2048), diff_ratio=0.25),
]
every_front_end = pytest.mark.parametrize("front_end", FRONT_ENDS, ids=repr)


def sine(hz, seconds=1.0):
    return np.sin(2 * np.pi * hz * np.arange(int(seconds * SR)) / SR)[np.newaxis]


@pytest.fixture
def clips(rng):
    """Three clips of noise and tone of unequal length, float32."""
    return [
        (0.3 * sine(440 * 2**i, seconds)[0] + 0.1 * rng.randn(int(seconds * SR))).astype(np.float32)
        for i, seconds in enumerate([1.7, 1.9, 1.75])
    ]


@pytest.fixture
def paths(clips, tmp_path):
    """The same as files, in full precision."""
    for i, y in enumerate(clips):
        soundfile.write(tmp_path / f"{i}.wav", y, SR, subtype="FLOAT")
    return [str(tmp_path / f"{i}.wav") for i in range(len(clips))]


@pytest.mark.parametrize(
    ("front_end", "expected"),
    [
        (DFT(), round(440 / SR * 2048)),
        (DFT(n_fft=512), round(440 / SR * 512)),
        (MelSpectrogram(htk=True, n_mels=40), 6),  # 549.6 mel, of which there are 76.0 a band
        (CQT(), 45),
        (CQT(fmin=220, n_bins=24, bins_per_octave=24), 23),
        (Chroma(), 9),
        (Chroma(kind="cqt"), 9),
        (Chroma(n_chroma=24), 18),
    ],
    ids=repr,
)
def test_concert_pitch_lands_in_its_bin(front_end, expected):
    frames = front_end.fit_transform(sine(440, 2.0))[0, :, 20:60]
    assert (frames.argmax(axis=0) == expected).all()


@pytest.mark.parametrize("kind", ["stft", "cqt"])
def test_an_octave_up_leaves_chroma(kind):
    chroma = Chroma(kind=kind, tuning=0.0)
    low, high, other = (chroma.fit_transform(sine(hz, 2.0))[0, :, 40] for hz in (440, 880, 494))
    np.testing.assert_allclose(low, high, atol=0.1)
    assert abs(low - other).max() > 0.9


def test_doubling_the_amplitude(rng):
    y = rng.randn(1, SR)
    np.testing.assert_allclose(DFT().transform(2 * y), 2 * DFT().transform(y))
    np.testing.assert_allclose(MelSpectrogram().transform(2 * y), 4 * MelSpectrogram().transform(y))
    np.testing.assert_allclose(CQT().transform(2 * y), 2 * CQT().transform(y), rtol=1e-6)
    rise = MFCC().transform(2 * y) - MFCC().transform(y)  # 6.02 dB in all of 128 bands: the first cosine only
    np.testing.assert_allclose(rise[:, 0], 6.0206 * np.sqrt(128), rtol=1e-4)
    np.testing.assert_allclose(rise[:, 1:], 0, atol=1e-9)


@every_front_end
def test_the_input_is_left_alone_also_where_it_is_read_only(front_end, clips):
    X = np.stack([y[:36000] for y in clips]) * 1e4
    before = X.copy()
    X.flags.writeable = False
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        front_end.fit(X).transform(X)
    assert (before == X).all()


@every_front_end
def test_a_ragged_list_is_the_same_as_one_by_one(front_end, clips):
    frames = front_end.fit_transform(clips)
    assert isinstance(frames, list)
    for y, expected in zip(clips, frames, strict=True):
        assert expected.T.flags.c_contiguous
        assert np.array_equal(front_end.transform([y])[0], expected)


@every_front_end
def test_equal_lengths_give_one_array_and_keep_the_dtype(front_end, clips):
    X = [y[:36000] for y in clips]
    frames = front_end.fit_transform(X)
    assert frames.shape == (3, len(front_end.get_feature_names_out()), 1 + 36000 // 512)
    assert frames.dtype == np.float32
    doubled = front_end.fit_transform(np.stack(X).astype(np.float64))
    assert doubled.dtype == np.float64
    np.testing.assert_allclose(frames, doubled, atol=1e-4 * abs(doubled).max())


@every_front_end
def test_paths_and_arrays_agree(front_end, clips, paths):
    frames = front_end.fit_transform(paths)
    for found, expected in zip(frames, front_end.transform(clips), strict=True):
        assert found.dtype == np.float32
        assert np.array_equal(found, expected)
    again = front_end.transform([pathlib.Path(p) for p in paths])
    assert all(np.array_equal(a, b) for a, b in zip(frames, again, strict=True))


@every_front_end
def test_the_number_of_threads_changes_nothing(front_end, clips):
    X = clips * 4
    one, two = (clone(front_end).set_params(n_jobs=n).fit_transform(X) for n in (1, 2))
    assert all(np.array_equal(a, b) for a, b in zip(one, two, strict=True))


@every_front_end
def test_clips_of_one_to_five_samples_are_padded(front_end, rng):
    for n_samples in range(1, 6):
        with pytest.warns(UserWarning, match="2 of 2 clips are shorter than"):
            frames = front_end.fit_transform(rng.randn(2, n_samples))
        assert frames.shape[2] == 1
        assert np.isfinite(frames).all()


@every_front_end
def test_it_serves_unfitted_in_pipelines_and_leaves_set_output(front_end, clips):
    check_is_fitted(front_end)
    pipeline = make_pipeline(clone(front_end)).set_output(transform="pandas")
    unfitted, fitted = pipeline.transform(clips), pipeline.fit_transform(clips)
    assert isinstance(unfitted, list)
    assert all(np.array_equal(a, b) for a, b in zip(unfitted, fitted, strict=True))


@pytest.mark.parametrize(
    ("front_end", "first", "last"),
    [
        (DFT(), "dft0000", "dft1024"),
        (MelSpectrogram(), "mel000", "mel127"),
        (MFCC(), "mfcc00", "mfcc19"),
        (MFCC(n_mfcc=5), "mfcc00", "mfcc04"),
        (CQT(), "cqt00", "cqt83"),
        (Chroma(), "chroma00", "chroma11"),
    ],
    ids=repr,
)
def test_names_of_the_bins(front_end, first, last):
    names = front_end.get_feature_names_out()
    assert names.dtype == object
    assert (names[0], names[-1]) == (first, last)


def test_tuning_is_estimated_for_each_clip():
    X = [sine(440 * 2 ** (cents / 1200), 2.0)[0] for cents in (-30, 30)]
    for front_end in (Chroma(), Chroma(kind="cqt"), CQT(tuning=None)):
        together = front_end.fit_transform(X)
        for y, frames in zip(X, together, strict=True):
            assert np.array_equal(front_end.transform([y])[0], frames)


@pytest.mark.parametrize(
    "parameters",
    [{}, {"n_mfcc": 128}, {"lifter": 22}, {"dct_type": 3, "norm": None}, {"n_mels": 40}],
    ids=str,
)
def test_mel_spectra_from_mfcc(parameters, clips):
    front_end = MFCC(**parameters)
    coefficients = front_end.fit_transform(clips)
    inverse = {k: v for k, v in parameters.items() if k != "n_mfcc"}
    for found, x in zip(front_end.inverse_transform(coefficients), coefficients, strict=True):
        expected = librosa.feature.inverse.mfcc_to_mel(x, **inverse)
        assert found.dtype == x.dtype
        np.testing.assert_allclose(found, expected, rtol=1e-3)


def test_all_coefficients_give_the_mel_spectrum_back(clips):
    front_end = MFCC(n_mfcc=128)
    X = np.stack([y[:36000] for y in clips]).astype(np.float64)
    mel = MelSpectrogram().fit_transform(X)
    floor = mel.max(axis=(1, 2), keepdims=True) * 1e-8  # 80 dB below the peak
    np.testing.assert_allclose(
        front_end.inverse_transform(front_end.transform(X)), np.maximum(mel, floor), rtol=1e-6
    )
    with pytest.raises(ValueError, match=r"X has 20 bins, but MFCC\(n_mfcc=128\) gives 128"):
        front_end.inverse_transform(MFCC().transform(X))


class Counting(MFCC):
    def fit(self, X, y=None):
        self.n_clips_ = len(X)
        return super().fit(X, y)


def test_fit_transform_is_fit_and_transform(rng):
    X = 0.1 * rng.randn(3, 9000)
    front_end = Counting()
    expected = MFCC().fit(X).transform(X)
    assert np.array_equal(front_end.fit_transform(X), expected)
    assert (front_end.n_clips_, front_end.n_features_in_) == (3, 9000)
    found = MFCC()
    assert np.array_equal(found.fit_transform(X), expected)
    with pytest.raises(ValueError, match="NaN"):
        found.fit_transform(np.full((2, 8000), np.nan))
    assert found.n_features_in_ == 9000  # a fit that fails leaves what was there
