"""AudioLoader: paths to waveforms, and what happens to files that cannot be used."""

import warnings

import numpy as np
import pytest
import soundfile
from sklearn.base import clone

from skmir.audio import AudioLoader


@pytest.fixture
def files(tmp_path):
    """Three sound files of .5, .5 and .25 s at 22,050 Hz; one that is no audio; one missing."""
    paths = [str(tmp_path / f"{name}.wav") for name in ("a", "b", "short", "bad", "missing")]
    for i, path in enumerate(paths[:3]):
        soundfile.write(path, np.full(11025 if i < 2 else 5512, 0.1 * (i + 1)), 22050, subtype="FLOAT")
    (tmp_path / "bad.wav").write_bytes(b"nothing of the kind")
    return paths


def test_equal_lengths_are_stacked_and_others_listed(files):
    stacked = AudioLoader().fit_transform(files[:2])
    assert stacked.shape == (2, 11025)
    assert stacked.dtype == np.float32
    np.testing.assert_allclose(stacked[:, 0], [0.1, 0.2])
    listed = AudioLoader().fit_transform(files[:3])
    assert [len(y) for y in listed] == [11025, 11025, 5512]


def test_sr_offset_and_duration_reach_the_file(files):
    y = AudioLoader(sr=8000, offset=0.1, duration=0.1).fit_transform(files[:3])
    assert y.shape == (3, 800)


def test_waveforms_pass_through_unchanged(rng):
    X = rng.randn(3, 100)
    np.testing.assert_array_equal(AudioLoader().fit_transform(X), X)
    clips = [rng.randn(5).astype(np.float32), rng.randn(7).astype(np.float32)]
    out = AudioLoader().fit_transform(clips)
    assert [y.dtype for y in out] == [np.float32] * 2
    for y, clip in zip(out, clips, strict=True):
        np.testing.assert_array_equal(y, clip)


def test_on_error_raise_names_the_file(files):
    with pytest.raises(OSError, match=r"bad\.wav' cannot be decoded"):
        AudioLoader().fit_transform(files[:4])
    with pytest.raises(FileNotFoundError, match=r"no file '.*missing\.wav'"):
        AudioLoader(n_jobs=2).fit_transform([*files[:3], files[4]])


def test_on_error_warn_keeps_the_rows(files):
    loader = AudioLoader(sr=8000, on_error="warn")
    with pytest.warns(UserWarning) as record:
        y = loader.fit_transform(files)
    messages = [str(w.message) for w in record]
    assert len(messages) == 2
    assert messages[0].startswith("Clip 3 is replaced by silence: ")
    assert "bad.wav' cannot be decoded" in messages[0]
    assert "missing.wav'" in messages[1]
    assert [len(clip) for clip in y] == [4000, 4000, 2000, 8000, 8000]
    assert not np.any(y[3]) and not np.any(y[4])
    assert loader.skipped_ == [3, 4]


def test_on_error_skip_drops_the_rows_and_says_which(files):
    loader = AudioLoader(on_error="skip")
    with pytest.warns(UserWarning, match="Clip . is left out: "):
        y = loader.fit_transform([files[3], files[0], files[4], files[1]])
    assert y.shape == (2, 11025)
    np.testing.assert_allclose(y[:, 0], [0.1, 0.2])
    assert loader.skipped_ == [0, 2]


@pytest.mark.parametrize("on_error", ["warn", "skip"])
def test_no_file_left(files, on_error):
    with pytest.raises(ValueError, match=r"None of the 2 files could be read. The first error: .*bad\.wav"):
        AudioLoader(on_error=on_error).fit_transform(files[3:])


@pytest.mark.parametrize("on_error", ["raise", "warn", "skip"])
def test_good_files_need_no_warning(files, on_error):
    loader = AudioLoader(on_error=on_error)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        loader.fit_transform(files[:3])
    assert loader.skipped_ == []


def test_threads_change_nothing(files):
    one, two = (AudioLoader(sr=16000, n_jobs=n).fit_transform(files[:2]) for n in (1, 2))
    np.testing.assert_array_equal(one, two)


def test_the_bar_goes_to_stderr_and_only_on_request(files, capsys):
    AudioLoader().fit_transform(files[:3])
    assert capsys.readouterr() == ("", "")
    AudioLoader(verbose=1).fit_transform(files[:3])
    out, err = capsys.readouterr()
    assert out == ""
    assert "3/3" in err


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("sr", 0, ValueError),
        ("offset", -0.1, ValueError),
        ("duration", 0, ValueError),
        ("duration", "all", TypeError),
        ("on_error", "ignore", ValueError),
    ],
)
def test_parameters_are_checked_in_fit(files, parameter, value, error):
    loader = AudioLoader(**{parameter: value})
    with pytest.raises(error, match=f"{parameter}={value!r}"):
        clone(loader).fit(files)


def test_set_output_and_statelessness(files):
    loader = AudioLoader().set_output(transform="pandas")
    assert isinstance(loader.transform(files[:2]), np.ndarray)


def test_real_files(real_data):
    folder = real_data / "format_zoo"
    paths = [str(folder / name) for name in ("pcm_s16_44k_stereo.wav", "bad_truncated.wav", "vorbis_32k.ogg")]
    with pytest.warns(UserWarning, match=r"Clip 1 is left out: .*bad_truncated\.wav' is cut short"):
        y = AudioLoader(on_error="skip").fit_transform(paths)
    assert y.shape == (2, 44100)
