"""What bad parameters and short clips get: an error or a warning that names the clip and the cure."""

import warnings

import numpy as np
import pytest
import soundfile
from sklearn.base import clone

from skmir.feature_extraction import CQT, DFT, MFCC, Chroma, MelSpectrogram

SR = 22050


@pytest.fixture
def write(tmp_path, rng):
    def write(n_samples, sr=SR):
        path = tmp_path / f"{n_samples}.wav"
        soundfile.write(path, 0.1 * rng.randn(n_samples), sr)
        return str(path)

    return write


@pytest.mark.parametrize("front_end", [DFT(), MFCC(), CQT(), Chroma(kind="cqt")], ids=repr)
def test_a_file_shorter_than_a_hop_is_refused_by_name(front_end, write):
    X = [write(50000), write(511)]
    message = r"511.wav' is too short: it has 511 samples \(0.023 s at sr=22050\), and .* hop_length=512 "
    with pytest.raises(ValueError, match=message):
        front_end.fit_transform(X)
    with pytest.warns(UserWarning, match="511.wav"):
        assert len(clone(front_end).set_params(hop_length=256).fit_transform(X)) == 2


def test_a_file_is_as_long_as_it_is_at_the_front_ends_rate(write):
    path = write(1000, sr=44100)
    with pytest.raises(ValueError, match=r"it has 500 samples \(0.023 s at sr=22050\)"):
        DFT().fit_transform([path])


def test_a_clip_shorter_than_a_frame_is_refused_where_not_centred(write):
    front_end = DFT(center=False)
    with pytest.raises(ValueError, match=r"clip 1 of X is too short: it has 2047 .* n_fft=2048"):
        front_end.fit_transform([np.zeros(2048), np.zeros(2047)])
    with pytest.raises(ValueError, match=r"2000.wav' is too short: .* center=False.* use center=True"):
        front_end.fit_transform([write(2000)])


def test_short_clips_are_padded_with_one_warning(write):
    X = [write(3000), write(700), write(600)]
    with pytest.warns(UserWarning) as caught:
        frames = MelSpectrogram().fit_transform(X)
    assert [f.shape[1] for f in frames] == [6, 2, 2]
    (message,) = (str(w.message) for w in caught)
    assert message.startswith("2 of 3 clips are shorter than n_fft=2048 samples")
    assert "600.wav', with 600 samples (0.027 s" in message
    assert "a smaller n_fft" in message
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MelSpectrogram(n_fft=512).fit_transform(X)


def test_a_clip_shorter_than_the_longest_filter_is_padded_with_a_warning():
    with pytest.warns(UserWarning, match=r"1 of 2 clips .* longest filter's 11686 samples, .* higher fmin"):
        CQT().fit_transform([np.zeros(20000), np.zeros(8000)])


@pytest.mark.parametrize("front_end", [DFT(pad_mode="reflect"), CQT(pad_mode="reflect", n_bins=12)], ids=repr)
def test_a_clip_too_short_to_mirror_is_refused_by_name(front_end):
    with pytest.raises(ValueError, match=r"clip 1 of X: pad_mode='reflect' mirrors .* pad_mode='constant'"):
        front_end.fit_transform([np.zeros(20000), np.zeros(900)])


@pytest.mark.parametrize("front_end", [CQT(n_bins=110), Chroma(kind="cqt", n_octaves=9)], ids=repr)
def test_bins_above_half_the_sampling_rate_are_refused_in_fit(front_end):
    with pytest.raises(ValueError, match=r"n_bins=\d+ .* fmin=32.7 Hz .* sr=22050 Hz. Use fewer bins"):
        front_end.fit([np.zeros(3000)])


@pytest.mark.parametrize(
    ("front_end", "error", "message"),
    [
        (DFT(sr=0), ValueError, "sr=0 must be a number > 0"),
        (DFT(n_fft=1), ValueError, "n_fft=1 must be an integer >= 2"),
        (DFT(n_fft=2048.0), TypeError, "n_fft=2048.0 must be an integer"),
        (DFT(hop_length=0), ValueError, "hop_length=0 must be"),
        (DFT(win_length=4096), ValueError, "win_length=4096 must be .* <= 2048 or None"),
        (DFT(window="hahn"), ValueError, "window='hahn' must be one that scipy"),
        (DFT(window=[1, 2]), ValueError, r"window=\[1, 2\] must be one that scipy"),
        (DFT(center="yes"), TypeError, "center='yes' must be True or False"),
        (DFT(pad_mode="zeros"), ValueError, "pad_mode='zeros' is not one of"),
        (DFT(power=0), ValueError, "power=0 must be a number > 0"),
        (MelSpectrogram(n_mels=0), ValueError, "n_mels=0"),
        (MelSpectrogram(fmin=-1), ValueError, "fmin=-1"),
        (MelSpectrogram(fmax=12000), ValueError, "fmax=12000 must be .* <= 11025"),
        (MelSpectrogram(fmin=500, fmax=400), ValueError, "fmax=400 must be a number > 500"),
        (MelSpectrogram(htk=None), TypeError, "htk=None must be True or False"),
        (MelSpectrogram(norm="area"), ValueError, "norm='area' is not one of"),
        (MFCC(n_mfcc=129), ValueError, "n_mfcc=129 must be .* <= 128"),
        (MFCC(dct_type=4), ValueError, "dct_type=4"),
        (MFCC(norm="slaney"), ValueError, "norm='slaney' must be 'ortho' or None"),
        (MFCC(lifter=-1), ValueError, "lifter=-1"),
        (CQT(fmin=0), ValueError, "fmin=0 must be a number > 0 or None"),
        (CQT(n_bins=0), ValueError, "n_bins=0"),
        (CQT(bins_per_octave=0), ValueError, "bins_per_octave=0"),
        (CQT(tuning="auto"), TypeError, "tuning='auto' must be a number or None"),
        (CQT(filter_scale=0), ValueError, "filter_scale=0"),
        (CQT(norm=-1), ValueError, "norm=-1"),
        (CQT(norm="l2"), ValueError, r"norm='l2' must be a number >= 0 \(2 is the Euclidean norm\)"),
        (CQT(sparsity=1), ValueError, "sparsity=1"),
        (CQT(window="hahn"), ValueError, "window='hahn'"),
        (CQT(pad_mode="wrap"), ValueError, "pad_mode='wrap' is not one of"),
        (Chroma(kind="cens"), ValueError, r"kind='cens' is not one of \['cqt', 'stft'\]"),
        (Chroma(n_chroma=0), ValueError, "n_chroma=0"),
        (Chroma(norm="max"), ValueError, "norm='max' must be a number >= 0"),
        (Chroma(kind="cqt", n_chroma=10), ValueError, "bins_per_octave=36 must be a multiple of n_chroma=10"),
        (Chroma(n_octaves=0), ValueError, "n_octaves=0"),
        (Chroma(threshold=-1), ValueError, "threshold=-1"),
    ],
    ids=repr,
)
def test_parameters_out_of_range_are_refused(front_end, error, message):
    X = [np.zeros(3000)]
    with pytest.raises(error, match=message):
        front_end.fit(X)
    with pytest.raises(error, match=message):
        front_end.transform(X)
