"""Which part of a clip is used."""

import numpy as np
import pytest
import soundfile
from sklearn.base import clone

from skmir.audio import AudioLoader
from skmir.feature_extraction import DFT, MelSpectrogram

SR = 8000


@pytest.fixture
def ramp(tmp_path):
    """A file of 4 s whose samples say where they are, and the same as an array."""
    y = (np.linspace(0, 0.9, 4 * SR) * 2**15).round().astype(np.float32) / 2**15
    soundfile.write(tmp_path / "ramp.wav", y, SR)  # 16 bits are enough; a WAV of floats holds the time
    return str(tmp_path / "ramp.wav"), y


def start(y):
    """In s."""
    return y[0] / 0.9 * (4 - 1 / SR)


def cut(path, **excerpt):
    return AudioLoader(SR, **excerpt).fit_transform([path])[0]


def test_from_an_offset_for_a_duration(ramp):
    y = cut(ramp[0], offset=1.5, duration=0.5)
    assert len(y) == SR // 2
    assert start(y) == pytest.approx(1.5, abs=1e-3)
    assert len(cut(ramp[0], offset=3.5)) == SR // 2
    assert len(cut(ramp[0], offset=3.5, duration=2)) == SR // 2  # as much as there is


def test_the_middle(ramp):
    assert start(cut(ramp[0], offset="center", duration=1.0)) == pytest.approx(1.5, abs=1e-3)
    assert len(cut(ramp[0], offset="center", duration=9.0)) == 4 * SR


def test_anywhere_as_content_and_random_state_decide(ramp, tmp_path):
    starts = [start(cut(ramp[0], offset="random", duration=1.0, random_state=i)) for i in range(200)]
    assert min(starts) >= 0
    assert max(starts) <= 3 + 1e-3
    assert np.histogram(starts, 4, (0, 3))[0].min() > 25
    again = start(cut(ramp[0], offset="random", duration=1.0, random_state=7))
    assert again == starts[7]
    (tmp_path / "copy.wav").write_bytes((tmp_path / "ramp.wav").read_bytes())
    assert start(cut(str(tmp_path / "copy.wav"), offset="random", duration=1.0, random_state=7)) == again
    soundfile.write(tmp_path / "other.wav", ramp[1][::-1], SR)
    other = cut(str(tmp_path / "other.wav"), offset="random", duration=1.0, random_state=7)
    assert 4 - start(other) != pytest.approx(again, abs=1e-2)


@pytest.mark.parametrize(
    "excerpt",
    [
        {"offset": 1.5, "duration": 0.5},
        {"offset": 2.5},
        {"offset": "center", "duration": 1.0},
        {"duration": 0.7},
    ],
)
def test_front_ends_cut_files_and_arrays_alike(excerpt, ramp):
    front_end = MelSpectrogram(SR, n_mels=10, n_fft=512, hop_length=128)
    expected = front_end.transform([cut(ramp[0], **excerpt)])
    front_end.set_params(**excerpt)
    for X in ([ramp[0]], [ramp[1]], ramp[1][np.newaxis]):
        np.testing.assert_allclose(front_end.transform(X), expected, rtol=1e-4)


def test_random_excerpts_of_arrays_follow_the_clip_not_its_place(rng):
    X = rng.randn(4, SR)
    front_end = DFT(SR, offset="random", duration=0.25, n_fft=512)
    frames = front_end.fit_transform(X)
    assert np.array_equal(front_end.transform(X[::-1]), frames[::-1])
    assert not np.array_equal(front_end.set_params(random_state=1).transform(X), frames)


def test_excerpts_of_one_length_make_one_array_of_clips_of_many(rng):
    clips = [rng.randn(n) for n in (9000, 12000, 15000)]
    assert MelSpectrogram(duration=0.3, offset="center", n_mels=10).fit_transform(clips).shape == (3, 10, 13)


@pytest.mark.parametrize(
    ("excerpt", "error", "message"),
    [
        ({"offset": "center"}, ValueError, r"offset='center' needs a duration"),
        ({"offset": "middle"}, ValueError, r"offset='middle' is not one of \['center', 'random'\]"),
        ({"offset": "middle", "duration": 1.0}, ValueError, r"offset='middle' is not one of"),
        ({"offset": -1.0}, ValueError, r"offset=-1.0 must be a number >= 0"),
        ({"duration": 0}, ValueError, r"duration=0 must be a number > 0 or None"),
        ({"random_state": None}, TypeError, r"random_state=None must be an integer >= 0"),
    ],
)
@pytest.mark.parametrize("step", [AudioLoader(), DFT()], ids=repr)
def test_errors_of_parameters(step, excerpt, error, message):
    with pytest.raises(error, match=message):
        clone(step).set_params(**excerpt).fit(np.zeros((2, 9000)))


def test_an_offset_beyond_the_end_names_the_clip(ramp):
    with pytest.raises(ValueError, match=r"ramp.wav' is 4.000 s long, and offset=5 s lies beyond its end"):
        DFT(SR, offset=5).transform([ramp[0]])
    with pytest.raises(ValueError, match=r"clip 1 of X is 0.500 s long .* offset=2 s lies beyond"):
        DFT(SR, offset=2).transform([ramp[1], ramp[1][:4000]])
    with pytest.raises(FileNotFoundError, match=r"There is no file 'none.wav'"):
        DFT(offset="random", duration=1.0).transform(["none.wav"])
