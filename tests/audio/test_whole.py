"""Recordings that are cut short, in every format, and those that only look as if they were."""

import io
import struct

import numpy as np
import pytest
import soundfile

from skmir.audio import load

NO_LENGTH = {"PAF", "PVF", "IRCAM", "XI"}  # whose headers do not tell
NOT_READ = {"RAW", "SD2"}
CASES = [
    (name, subtype)
    for name in soundfile.available_formats()
    for subtype in soundfile.available_subtypes(name)
    if name not in NOT_READ and (name, subtype) != ("AIFF", "DWVW_12")
    if not (subtype.startswith("MPEG_LAYER") and (name, subtype) != ("MP3", "MPEG_LAYER_III"))
]


@pytest.fixture(scope="module")
def noise():
    return (0.3 * np.random.RandomState(0).randn(20000)).clip(-1, 1)


@pytest.fixture
def write(tmp_path, noise):
    def write(name, subtype=None):
        path = tmp_path / f"a.{name.lower()}"
        rate = 48000 if subtype == "OPUS" else 44100 if name == "MP3" else 8000
        soundfile.write(path, noise, rate, format=name, subtype=subtype)
        return path

    return write


@pytest.mark.parametrize(("name", "subtype"), CASES)
def test_every_format_is_read_whole_and_refused_if_cut(name, subtype, write):
    path = write(name, subtype)
    content = path.read_bytes()
    assert len(load(path, sr=None)[0]) >= 20000
    if name in NO_LENGTH:
        return
    for n_bytes in (len(content) - 40, *(int(share * len(content)) for share in (0.95, 0.6, 0.3)), 30):
        path.write_bytes(content[:n_bytes])
        with pytest.raises(OSError, match=r"cut short"):
            load(path)
        with pytest.raises(OSError, match=r"cut short"):  # however little is wanted
            load(path, duration=2.0)


@pytest.mark.parametrize(
    ("name", "subtype"),
    [case for case in CASES if case[1].startswith(("GSM", "G72", "NMS", "DWVW", "DPCM", "ALAC"))],
)
def test_encodings_that_cannot_be_sought_are_passed_over(name, subtype, write):
    path = write(name, subtype)
    whole, rate = load(path, sr=None)
    for offset in (0.1, 0.37):
        part = load(path, sr=None, offset=offset, duration=0.05)[0]
        first = round(offset * rate)
        np.testing.assert_array_equal(part, whole[first : first + round(0.05 * rate)])


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_ogg_needs_its_last_page(subtype, write):
    path = write("OGG", subtype)
    content, whole = path.read_bytes(), load(path)[0]
    path.write_bytes(content[: content.rindex(b"OggS")])
    with pytest.raises(OSError, match="is cut short: its last page does not end the stream"):
        load(path)
    path.write_bytes(content + b"TAG" + bytes(125))
    np.testing.assert_array_equal(load(path)[0], whole)


@pytest.mark.parametrize(("name", "subtype"), [("OGG", "VORBIS"), ("FLAC", "PCM_16"), ("WAV", "PCM_16")])
def test_two_recordings_in_one_file_are_refused(name, subtype, write):
    path = write(name, subtype)
    path.write_bytes(path.read_bytes() * 2)
    with pytest.raises(OSError, match="holds two or more recordings, one after the other"):
        load(path)


@pytest.mark.parametrize("riff", [0, 0xFFFFFFFF])
@pytest.mark.parametrize("data", [0, 0xFFFFFFFF])
def test_a_wav_written_into_a_pipe(riff, data, write, noise):
    path = write("WAV", "PCM_16")
    whole, content = load(path)[0], path.read_bytes()
    at = content.index(b"data") + 4
    path.write_bytes(
        content[:4] + struct.pack("<I", riff) + content[8:at] + struct.pack("<I", data) + content[at + 4 :]
    )
    np.testing.assert_array_equal(load(path)[0], whole)


def test_a_flac_written_into_a_pipe(write):
    path = write("FLAC", "PCM_16")
    whole, content = load(path, sr=None)[0], bytearray(path.read_bytes())
    content[21] &= 0xF0  # 36 bits of the number of samples
    content[22:26] = bytes(4)
    path.write_bytes(content)
    np.testing.assert_array_equal(load(path, sr=None)[0], whole)
    np.testing.assert_array_equal(load(path, sr=None, offset=1.0, duration=0.5)[0], whole[8000:12000])


def test_a_wav_with_an_odd_number_of_bytes_and_more_chunks(tmp_path):
    path = tmp_path / "a.wav"
    y = np.linspace(-0.5, 0.5, 1001)
    soundfile.write(path, y, 8000, subtype="PCM_U8")
    content = path.read_bytes()
    path.write_bytes(content + b"\0LIST\x04\0\0\0INFO")
    assert len(load(path, sr=None)[0]) == 1001
    path.write_bytes(content.rstrip(b"\0") if content.endswith(b"\0") else content)  # a missing pad byte
    assert len(load(path, sr=None)[0]) == 1001


def test_a_damaged_flac_is_not_called_short(write):
    path = write("FLAC", "PCM_16")
    content = bytearray(path.read_bytes())
    content[15000:15010] = b"x" * 10
    path.write_bytes(content)
    with pytest.raises(OSError, match=r"a\.flac' cannot be decoded as audio"):
        load(path)


def test_file_objects_are_read_from_their_beginning(write):
    for name, subtype in [
        ("WAV", "PCM_16"),
        ("OGG", "VORBIS"),
        ("MP3", "MPEG_LAYER_III"),
        ("FLAC", "PCM_16"),
    ]:
        path = write(name, subtype)
        content = io.BytesIO(path.read_bytes())
        content.seek(7)
        np.testing.assert_array_equal(load(content)[0], load(path)[0])
        assert content.tell() == 7
    with pytest.raises(OSError, match="<BytesIO> is cut short"):
        load(io.BytesIO(path.read_bytes()[:20000]))
