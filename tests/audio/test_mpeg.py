"""MP3: all samples of files whose length is not what libsndfile takes it for, or a refusal."""

import io
import struct

import numpy as np
import pytest
import soundfile

from skmir._reading._content import Content
from skmir._reading._mpeg import Stream
from skmir.audio import AudioLoader, load

SR = 44100
TAG_BEHIND = b"TAG" + b"x" * 125
TAG_BEFORE = b"ID3\x04\0\0\0\0\x07\x76" + bytes(1014)


def encode(y, sr=SR, **options):
    content = io.BytesIO()
    soundfile.write(content, y, sr, format="MP3", subtype="MPEG_LAYER_III", **options)
    return content.getvalue()


def frames_of(content, tmp_path):
    """Positions of all frames, by the code under test; the numbers are checked where it is used."""
    (tmp_path / "frames.mp3").write_bytes(content)
    with Content(str(tmp_path / "frames.mp3")) as opened:
        return Stream(opened)._found.frames


@pytest.fixture(scope="module")
def vbr():
    """Three seconds: loud, then soft, so that the first frames are large and the others small."""
    rng = np.random.RandomState(0)
    y = np.concatenate([0.8 * rng.randn(SR).clip(-1, 1), 0.01 * np.sin(np.arange(2 * SR) / 20)])
    return encode(y, bitrate_mode="VARIABLE", compression_level=0.5)


@pytest.fixture
def bare(vbr, tmp_path):
    """The same without the info frame."""
    return vbr[frames_of(vbr, tmp_path)[1] :]


@pytest.fixture
def read(tmp_path):
    def read(content, name="a.mp3", **parameters):
        (tmp_path / name).write_bytes(content)
        return load(tmp_path / name, sr=None, **parameters)[0]

    return read


def test_a_plain_file_is_read_as_libsndfile_reads_it(vbr, read, tmp_path):
    y = read(vbr)
    assert len(y) == 3 * SR
    np.testing.assert_allclose(y, soundfile.read(tmp_path / "a.mp3", dtype="float32")[0], atol=1e-6)


def test_frames_are_counted(vbr, tmp_path):
    frames = frames_of(vbr, tmp_path)
    at = vbr.index(b"Xing") + 8
    assert len(frames) == 1 + struct.unpack(">I", vbr[at : at + 4])[0]
    assert vbr[frames[0] : frames[0] + 2] == vbr[frames[-1] : frames[-1] + 2] == b"\xff\xfb"


def test_a_variable_bitrate_without_an_info_frame(vbr, bare, read, tmp_path):
    """The first frames' bitrate makes it shorter than one second to libsndfile."""
    whole, y = read(vbr), read(bare)
    assert soundfile.info(tmp_path / "a.mp3").frames < SR
    assert len(y) == len(bare_frames(bare)) * 1152 >= 3 * SR
    shift = 1105  # samples that the info frame lets the decoder leave out
    np.testing.assert_allclose(y[5000 + shift : 120000 + shift], whole[5000:120000], atol=1e-3)


def bare_frames(content):
    """Positions of the frames of 44,100 Hz that stand side by side, counted in another way."""
    rates = (32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320)
    at, found = 0, []
    while at < len(content):
        found.append(at)
        at += 144000 * rates[(content[at + 2] >> 4) - 1] // SR + (content[at + 2] >> 1 & 1)
    return found


@pytest.mark.parametrize("joined", ["with info frames", "without", "with tags"])
def test_two_files_in_one(joined, vbr, bare, read):
    content = {
        "with info frames": vbr + vbr,
        "without": bare + bare,
        "with tags": TAG_BEFORE + vbr + TAG_BEHIND + TAG_BEFORE + vbr + TAG_BEHIND,
    }[joined]
    y, once = read(content), read(bare)
    assert len(y) == 2 * len(once)
    np.testing.assert_allclose(y[len(once) + 5000 :], once[5000:], atol=1e-4)


@pytest.mark.parametrize("kind", ["vbr", "bare"])
@pytest.mark.parametrize(
    ("before", "behind"), [(b"rubbish" * 200, b""), (b"", b"rubbish" * 200), (b"", TAG_BEHIND)]
)
def test_what_is_around_the_frames_changes_nothing(kind, before, behind, vbr, bare, read, capfd):
    content = vbr if kind == "vbr" else bare
    np.testing.assert_array_equal(read(before + content + behind), read(content))
    assert capfd.readouterr().err == ""


def test_rubbish_between_frames_is_left_out_without_a_note(bare, read, capfd):
    at = bare_frames(bare)[60]
    y = read(bare[:at] + b"rubbish" * 100 + bare[at:])
    np.testing.assert_array_equal(y, read(bare))
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", ["vbr", "bare"])
@pytest.mark.parametrize("sr", [SR, 22050, 11025])
def test_excerpts_are_parts_of_the_whole(kind, sr, tmp_path, read, capfd):
    rng = np.random.RandomState(0)
    y = np.concatenate([0.8 * rng.randn(sr).clip(-1, 1), 0.1 * np.sin(np.arange(2 * sr) / 20)])
    content = encode(y, sr, bitrate_mode="VARIABLE", compression_level=0.5)
    content = content if kind == "vbr" else content[frames_of(content, tmp_path)[1] :]
    whole = read(content)
    for offset, duration in [(0.0, 0.5), (0.7, 0.5), (2.1, None)]:
        part = read(content, offset=offset, duration=duration)
        first = round(offset * sr)
        assert len(part) == (len(whole) - first if duration is None else round(duration * sr))
        np.testing.assert_array_equal(part, whole[first : first + len(part)])
    assert capfd.readouterr().err == ""


def test_the_middle_is_that_of_all_samples(bare, read, tmp_path):
    whole = read(bare)
    excerpt = AudioLoader(sr=SR, offset="center", duration=0.5).fit_transform([tmp_path / "a.mp3"])[0]
    first = round((len(whole) - SR / 2) / 2)
    np.testing.assert_array_equal(excerpt, whole[first : first + SR // 2])


@pytest.mark.parametrize("layer", [1, 2])
def test_other_layers(layer, read, tmp_path):
    """Frames of nothing but a header are silence: the first of 192 kbit/s, 99 of 32."""
    first, second = (0xFF, 0x6), (0xFD, 0xA)
    code, index = first if layer == 1 else second

    def frame(index, kilobits):
        length = 4 * (12000 * kilobits // SR) if layer == 1 else 144000 * kilobits // SR
        return bytes([0xFF, code, index << 4, 0xC0]).ljust(length, b"\0")

    content = frame(index, 192) + 99 * frame(1, 32)
    n_samples = 384 if layer == 1 else 1152
    assert read(content, "a.mp2").shape == (100 * n_samples,)
    assert soundfile.info(tmp_path / "a.mp2").frames < 50 * n_samples


def declaring(content, n_frames):
    at = content.index(b"Xing") + 8
    return content[:at] + struct.pack(">I", n_frames) + content[at + 4 :]


@pytest.mark.parametrize("difference", [-5000, 5000])
def test_a_wrong_size_in_an_info_frame_changes_nothing(difference, vbr, read, capfd):
    at = vbr.index(b"Xing") + 12
    size = struct.unpack(">I", vbr[at : at + 4])[0]
    assert size == len(vbr)
    y = read(vbr[:at] + struct.pack(">I", size + difference) + vbr[at + 4 :])
    np.testing.assert_array_equal(y, read(vbr))
    assert capfd.readouterr().err == ""


def test_an_info_frame_that_declares_too_little(vbr, bare, read):
    np.testing.assert_array_equal(read(declaring(vbr, 40)), read(bare))


def test_an_info_frame_that_counts_itself_is_believed(vbr, read):
    n_frames = len(bare_frames(vbr))
    assert len(read(declaring(vbr, n_frames))) >= len(read(vbr))


@pytest.mark.parametrize("share", [0.3, 0.6, 0.95])
@pytest.mark.parametrize("kind", ["vbr", "bare"])
def test_cut_inside_a_frame(kind, share, vbr, bare, read):
    content = vbr if kind == "vbr" else bare
    message = r"a\.mp3' is cut short: its " + ("header declares" if kind == "vbr" else "last frame lacks")
    with pytest.raises(OSError, match=message):
        read(content[: int(share * len(content))])


def test_cut_between_frames_shows_only_in_an_info_frame(vbr, bare, read):
    at = bare_frames(bare)[50]
    assert len(read(bare[:at])) == 50 * 1152
    with pytest.raises(OSError, match=r"cut short: its header declares \d+ frames, but it has 50"):
        read(vbr[: at + len(vbr) - len(bare)])
    with pytest.raises(OSError, match=r"cut short: its header declares"):
        read(vbr[: bare_frames(bare)[-1] + len(vbr) - len(bare)])


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"<html>404</html>" * 99, "It contains no frame of MPEG audio"),
        (bytes(5000), "It contains no frame of MPEG audio"),
        (b"\xff" * 5000, "It contains no frame of MPEG audio"),
        (b"\xff\xfb\x00\xc4" + bytes(5000), "It has a free bitrate"),
    ],
)
def test_what_is_no_mp3_is_said_to_be_none(content, message, read, capfd):
    with pytest.raises(
        OSError, match=rf"a\.mp3' cannot be decoded as audio: {message}.* convert it to WAV"
    ) as e:
        read(content)
    assert "exist" not in str(e.value)
    assert capfd.readouterr().err == ""


def test_a_beginning_of_a_frame(bare, read):
    with pytest.raises(OSError, match=r"a\.mp3' is cut short: it ends inside its first frame"):
        read(bare[:30])


@pytest.mark.parametrize(("sr", "n_channels"), [(22050, 1), (SR, 2)])
def test_parts_of_different_kinds_are_refused(sr, n_channels, vbr, read):
    other = encode(np.zeros((sr, n_channels)), sr)
    with pytest.raises(
        OSError, match="joined from parts with different sampling rates, layers or numbers of"
    ):
        read(vbr + other)


def test_a_wrong_suffix_is_no_trouble(vbr, read, tmp_path):
    y = np.linspace(-0.5, 0.5, 1000, dtype=np.float32)
    content = io.BytesIO()
    soundfile.write(content, y, 8000, format="WAV", subtype="FLOAT")
    np.testing.assert_array_equal(read(content.getvalue(), "a.mp3"), y)
    np.testing.assert_array_equal(read(vbr, "a.wav"), read(vbr))


@pytest.mark.parametrize("name", ["a.mpga", "a.mp2", "a", "a.MP3", "a.wav"])
@pytest.mark.parametrize("sr", [44100, 22050, 11025])
def test_any_name_and_file_objects(name, sr, read, rng):
    content = encode(0.1 * rng.randn(sr), sr)
    whole = read(content)
    assert len(whole) == sr
    np.testing.assert_array_equal(read(content, name), whole)
    np.testing.assert_array_equal(load(io.BytesIO(content), sr=None)[0], whole)
