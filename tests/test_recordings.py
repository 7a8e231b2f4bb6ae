"""The command's look at every recording."""

import warnings

import numpy as np
import pytest
import soundfile

from skmir._recordings import check_recordings
from skmir.feature_extraction import MFCC

SR = 22050


@pytest.fixture
def recordings(tmp_path, rng):
    """Write waveforms, by name; return the paths of these and of four that are in order."""

    def write(**waveforms):
        sound = {f"good{i}": 0.1 * rng.randn(4000) for i in range(4)}
        paths = []
        for name, y in {**sound, **waveforms}.items():
            paths.append(str(tmp_path / f"{name}.wav"))
            soundfile.write(paths[-1], y, SR, subtype="FLOAT")
        return paths

    return write


def test_what_is_in_order_passes_without_a_word(recordings, capsys):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_recordings(recordings())
    assert capsys.readouterr().err == ""


def test_what_no_model_can_use_is_refused(recordings):
    paths = recordings(short=np.full(100, 0.1), mad=np.linspace(-1e30, 1e30, 4000))
    with pytest.raises(
        ValueError, match=r"2 of 6 recordings cannot be used:\n.*short\.wav' is too short"
    ) as error:
        check_recordings(paths)
    assert "mad.wav' holds samples of up to 1e+30" in str(error.value)


def test_the_shortest_that_passes_is_the_shortest_that_mfcc_takes(recordings):
    hop = MFCC().hop_length
    short, enough = (recordings(x=np.full(n, 0.1))[-1:] for n in (hop - 1, hop))
    soundfile.write(short[0], np.full(hop - 1, 0.1), SR)
    with pytest.raises(ValueError, match="too short"):
        MFCC().fit_transform(short)
    with pytest.raises(ValueError, match="too short"):
        check_recordings(short)
    soundfile.write(enough[0], np.linspace(-0.5, 0.5, hop), SR)
    with pytest.warns(UserWarning, match="shorter than"):
        MFCC().fit_transform(enough)
    with pytest.warns(
        UserWarning, match=r"1 of 1 recordings is shorter than a frame of a spectrum \(2048 samples"
    ):
        check_recordings(enough)


def test_doubtful_ones_are_counted_and_named(recordings, rng):
    y = 0.1 * rng.randn(4000)
    silence = {f"silent{i}": np.zeros(4000) for i in range(5)}
    paths = recordings(**silence, phase=np.stack([y, -y], axis=1), integers=32768 * y)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        check_recordings(paths)
    silent, cancels, loud = (str(each.message) for each in said)
    assert silent.startswith("5 of 11 recordings are silent")
    assert "silent0.wav', " in silent and "silent2.wav' and 2 more. Models may" in silent
    assert cancels.startswith("1 of 11 recordings is stereo with channels that cancel each other: ")
    assert "phase.wav'. Models hear the mean" in cancels
    assert loud.startswith("1 of 11 recordings is far louder than full scale (a sample above 2): ")
    assert "integers.wav'. If integers" in loud


def test_many_errors_are_counted(recordings):
    paths = recordings(**{f"x{i:02d}": np.full(9, 0.1) for i in range(13)})
    with pytest.raises(ValueError, match="13 of 17 recordings cannot be used") as error:
        check_recordings(paths)
    assert str(error.value).count("too short") == 10
    assert str(error.value).endswith("\nand 3 more")
