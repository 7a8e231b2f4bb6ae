"""Decoding: the formats that libsndfile reads, and an error that names the file where one cannot be used."""

import csv
import pathlib
import struct

import numpy as np
import pytest
import soundfile

from skmir.audio import load


def tone(sr, duration=0.5, frequency=440.0):
    return 0.5 * np.sin(2 * np.pi * frequency * np.arange(round(duration * sr)) / sr)


def peak_frequency(y, sr):
    """The frequency in Hz of the strongest sine, to a fraction of a Hz."""
    return np.argmax(np.abs(np.fft.rfft(y * np.hanning(len(y)), 2**18))) * sr / 2**18


def write(path, y, sr, **format):
    with open(path, "wb") as stream:
        soundfile.write(stream, y, sr, **{"format": path.suffix[1:].upper(), **format})
    return path


@pytest.fixture
def wav(tmp_path):
    """Half a second of 440 Hz at 22,050 Hz, float32."""
    return write(tmp_path / "tone.wav", tone(22050), 22050, subtype="FLOAT")


def test_samples_come_out_as_they_are(wav):
    y, sr = load(wav)
    assert sr == 22050
    assert y.dtype == np.float32
    assert y.flags["C_CONTIGUOUS"]
    np.testing.assert_array_equal(y, tone(22050).astype(np.float32))


def test_dtype(wav):
    y, _ = load(wav, dtype=np.float64, sr=16000)
    assert y.dtype == np.float64
    assert load(wav, sr=16000)[0].dtype == np.float32


@pytest.mark.parametrize("as_path", [str, pathlib.Path])
def test_kinds_of_path(wav, as_path):
    assert load(as_path(wav))[0].shape == (11025,)


@pytest.mark.parametrize(
    ("name", "sr", "format", "tolerance"),
    [
        ("a.wav", 8000, {"subtype": "PCM_U8"}, 0.02),
        ("a.wav", 22050, {"subtype": "PCM_16"}, 1e-4),
        ("a.wav", 22050, {"subtype": "PCM_24"}, 1e-6),
        ("a.wav", 22050, {"subtype": "ALAW"}, 0.05),
        ("a.aiff", 22050, {}, 1e-4),
        ("a.au", 22050, {}, 1e-4),
        ("a.caf", 22050, {}, 1e-4),
        ("a.w64", 22050, {}, 1e-4),
        ("a.flac", 44100, {}, 1e-4),
        ("a.ogg", 22050, {}, 0.1),
        ("a.opus", 48000, {"format": "OGG", "subtype": "OPUS"}, 0.1),
        ("a.mp3", 44100, {"format": "MP3"}, 0.1),
    ],
)
def test_formats(tmp_path, name, sr, format, tolerance):
    y, _ = load(write(tmp_path / name, tone(sr), sr, **format), sr=None)
    assert abs(len(y) - sr / 2) < 0.05 * sr
    middle = slice(sr // 8, sr // 4)
    if name.endswith(("mp3", "opus", "ogg")):  # coders delay by a few samples: compare what does not move
        assert np.std(y[middle]) == pytest.approx(0.5 / np.sqrt(2), abs=tolerance)
        assert peak_frequency(y, sr) == pytest.approx(440, abs=1)
    else:
        assert np.abs(y - tone(sr)).max() < tolerance


@pytest.mark.parametrize(("native", "sr"), [(44100, 22050), (48000, 22050), (8000, 22050), (22050, 16000.0)])
def test_resampling_keeps_pitch_level_and_length(tmp_path, native, sr):
    y, rate = load(write(tmp_path / "a.wav", tone(native), native, subtype="FLOAT"), sr=sr)
    assert rate == sr
    assert abs(len(y) - sr / 2) <= 1
    assert peak_frequency(y, sr) == pytest.approx(440, abs=0.5)
    assert np.std(y[1000:-1000]) == pytest.approx(0.5 / np.sqrt(2), rel=0.01)


def test_resampling_leaves_nothing_above_the_new_nyquist_frequency(tmp_path):
    y, _ = load(write(tmp_path / "a.wav", tone(44100, frequency=15000), 44100, subtype="FLOAT"), sr=22050)
    assert np.abs(y[1000:-1000]).max() < 1e-3


def test_sr_none_keeps_the_files_own(tmp_path):
    y, sr = load(write(tmp_path / "a.wav", tone(11025), 11025), sr=None)
    assert sr == 11025
    assert len(y) == 5512


def test_channels_are_averaged(tmp_path):
    left, right = tone(22050), tone(22050, frequency=660)
    path = write(tmp_path / "a.wav", np.stack([left, right], axis=1), 22050, subtype="FLOAT")
    np.testing.assert_allclose(load(path)[0], (left + right) / 2, atol=1e-6)
    np.testing.assert_allclose(load(path, mono=False)[0], [left, right], atol=1e-6)
    both, _ = load(path, mono=False, sr=16000)
    assert both.shape == (2, 8000)
    np.testing.assert_allclose(both.mean(axis=0), load(path, sr=16000)[0], atol=1e-6)


@pytest.mark.parametrize(
    ("offset", "duration", "first", "n_samples"),
    [
        (0.1, None, 2205, 8820),
        (0.0, 0.2, 0, 4410),
        (0.1, 0.2, 2205, 4410),
        (0.4, 10, 8820, 2205),
        (0, 1, 0, 11025),
    ],
)
def test_offset_and_duration(wav, offset, duration, first, n_samples):
    y, _ = load(wav, offset=offset, duration=duration)
    np.testing.assert_array_equal(y, load(wav)[0][first : first + n_samples])
    assert len(y) == n_samples


def test_offset_beyond_the_end(wav):
    with pytest.raises(
        ValueError, match=r"tone\.wav' is 0\.500 s long, and offset=0\.5 s lies beyond its end"
    ):
        load(wav, offset=0.5)


@pytest.mark.parametrize(
    ("parameter", "value", "error", "message"),
    [
        ("sr", 0, ValueError, "sr=0 must be a number > 0 or None"),
        ("sr", "22050", TypeError, "sr='22050' must be a number > 0 or None"),
        ("offset", -1, ValueError, "offset=-1 must be a number >= 0"),
        ("duration", -1, ValueError, "duration=-1 must be a number > 0 or None"),
        ("dtype", np.int16, ValueError, "dtype='int16' is not one of"),
    ],
)
def test_parameters_out_of_range(wav, parameter, value, error, message):
    with pytest.raises(error, match=message):
        load(wav, **{parameter: value})


def test_a_file_that_is_not_there(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=r"no file 'a\.wav'. Paths are taken relative to '"):
        load("a.wav")


def test_a_folder(tmp_path):
    with pytest.raises(OSError, match=r"is a folder\. Use skmir\.datasets\.load_folder to list"):
        load(tmp_path)


def test_an_empty_file(tmp_path):
    (tmp_path / "a.wav").touch()
    with pytest.raises(OSError, match=r"a\.wav' is empty \(0 bytes\)"):
        load(tmp_path / "a.wav")


@pytest.mark.parametrize("content", [b"no audio at all" * 10, b"RIFF\x24\x00\x00\x00WAVEfmt ", b"\x00"])
def test_a_file_that_is_no_audio(tmp_path, content):
    (tmp_path / "a.wav").write_bytes(content)
    with pytest.raises(OSError, match=r"a\.wav' cannot be decoded as audio: .* convert it to WAV"):
        load(tmp_path / "a.wav")


def test_a_file_without_a_header(tmp_path):
    (tmp_path / "a.raw").write_bytes(b"\x00" * 1000)
    with pytest.raises(OSError, match=r"a\.raw' has no header"):
        load(tmp_path / "a.raw")


@pytest.mark.parametrize("name", ["a.wav", "a.aiff", "a.au"])
def test_a_truncated_file_says_how_much_is_missing(tmp_path, name):
    path = write(tmp_path / name, tone(22050), 22050, subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:-10000])
    with pytest.raises(
        OSError,
        match=rf"{name}' is cut short: its header declares 220\d\d bytes of samples, but it has 120\d\d",
    ):
        load(path)


@pytest.mark.parametrize("name", ["a.flac", "a.caf"])
def test_a_truncated_file_of_another_format(tmp_path, name, rng):
    path = write(tmp_path / name, rng.uniform(-0.5, 0.5, 50000), 22050, subtype="PCM_16")
    path.write_bytes(path.read_bytes()[:40000])
    with pytest.raises(OSError, match=rf"{name}' is cut short: its header declares"):
        load(path)


@pytest.mark.parametrize("declared", [0xFFFFFFFF, 0x7FFFFFFF])
def test_a_streamed_wav_of_unknown_length_is_no_truncated_one(wav, declared):
    """Programs that write into a pipe cannot go back and fill in the length."""
    content = wav.read_bytes()
    at = content.index(b"data") + 4
    wav.write_bytes(content[:at] + struct.pack("<I", declared) + content[at + 4 :])
    assert load(wav)[0].shape == (11025,)


@pytest.mark.parametrize(("n_samples", "words"), [(0, "no sample"), (1, "a single sample")])
@pytest.mark.parametrize("sr", [22050, 8000])
def test_a_file_of_too_few_samples(tmp_path, n_samples, words, sr):
    path = write(tmp_path / "a.wav", np.zeros(n_samples), sr)
    with pytest.raises(ValueError, match=rf"a\.wav' holds {words}"):
        load(path)


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.parametrize("native", [22050, 44100])
def test_a_file_that_is_not_finite_counts_its_own_samples(tmp_path, value, native):
    y = tone(native)
    y[[100, 200]] = value
    with pytest.raises(ValueError, match=r"a\.wav' holds 2 samples that are NaN or infinite"):
        load(write(tmp_path / "a.wav", y, native, subtype="FLOAT"))


BAD = {
    "aac_44k.m4a": (OSError, "cannot be decoded"),
    "bad_truncated.wav": (OSError, "is cut short"),
    "bad_empty.wav": (OSError, "is empty"),
    "bad_not_audio.wav": (OSError, "cannot be decoded"),
    "zero_samples.wav": (ValueError, "holds no sample"),
    "one_sample.wav": (ValueError, "holds a single sample"),
    "has_nan_f32.wav": (ValueError, "holds 1 samples that are NaN"),
}


def test_real_files_in_all_formats(real_data):
    folder = real_data / "format_zoo"
    with open(folder / "labels.csv", newline="") as table:
        rows = list(csv.DictReader(table))
    bad = []
    for row in rows:
        if row["file"] in BAD:
            bad.append(row["file"])
            error, message = BAD[row["file"]]
            with pytest.raises(error, match=f"{row['file']}' {message}"):
                load(folder / row["file"])
            continue
        y, sr = load(folder / row["file"])
        assert len(y) / sr == pytest.approx(2, abs=0.1), row["file"]
        assert np.abs(y).max() <= 1, row["file"]
        assert (np.abs(y).max() > 0.1) == (row["file"] != "silence_2s.flac"), row["file"]
        if row["sr"]:
            native, rate = load(folder / row["file"], sr=None, mono=False)
            assert rate == int(row["sr"])
            assert len(native) == int(row["channels"]) or native.ndim == 1
    assert sorted(bad) == sorted(BAD)


def test_real_formats_hold_the_same_music(real_data):
    """The encodings of one recording agree up to their own losses, lossless ones to the last bits."""
    reference = load(real_data / "format_zoo" / "flac16_44k.flac")[0]
    for name, least in [
        ("pcm_s16_44k_stereo.wav", 0.99999),
        ("pcm_s24_48k_stereo.wav", 0.999),
        ("vorbis_32k.ogg", 0.97),
    ]:
        y = load(real_data / "format_zoo" / name)[0]
        n = min(len(y), len(reference))
        assert np.corrcoef(y[:n], reference[:n])[0, 1] > least, name
