"""Names of files are what the file system says they are, to the byte."""

import os
import shutil
import sys
import unicodedata

import numpy as np
import pytest
import soundfile

from skmir.audio import load
from skmir.feature_extraction import MFCC

NAMES = [
    "caf\u00e9.wav",
    "cafe\u0301.wav",
    " front.wav",
    "behind.wav ",
    "tab\t.wav",
    "line\nbreak.wav",
    "\u97f3.wav",
]


@pytest.fixture
def tone(tmp_path):
    soundfile.write(tmp_path / "tone.wav", 0.5 * np.sin(np.arange(8000) / 5), 22050)
    return tmp_path / "tone.wav"


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_names_are_kept(name, tone, tmp_path):
    shutil.copy(tone, tmp_path / name)
    np.testing.assert_array_equal(load(tmp_path / name)[0], load(tone)[0])


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems take no such names")
def test_a_name_that_is_no_text(tone, tmp_path):
    raw = os.fsencode(tmp_path) + b"/caf\xe9.wav"
    shutil.copy(tone, raw)
    path = os.fsdecode(raw)
    np.testing.assert_array_equal(load(path)[0], load(tone)[0])
    front_end = MFCC(offset="center", duration=0.2, memory=tmp_path / "memory")
    for _ in range(2):
        np.testing.assert_array_equal(front_end.fit_transform([path]), front_end.transform([str(tone)]))
    with open(raw, "wb") as file:
        file.write(b"no audio")
    with pytest.raises(OSError, match=r"caf\\udce9\.wav' cannot be decoded") as error:
        load(path)
    str(error.value).encode()  # can be printed


@pytest.mark.parametrize(
    ("there", "asked"),
    [("cafe\u0301.wav", "caf\u00e9.wav"), ("caf\u00e9.wav", "cafe\u0301.wav"), ("a.wav ", "a.wav")],
    ids=ascii,
)
def test_a_name_that_looks_the_same_is_pointed_out(there, asked, tone, tmp_path):
    shutil.copy(tone, tmp_path / there)
    if (tmp_path / asked).exists():
        pytest.skip("this file system takes the two for one")
    with pytest.raises(
        FileNotFoundError, match=r"There is a file .*, whose name looks the same but differs"
    ) as error:
        load(tmp_path / asked)
    assert ascii(there) in str(error.value)
    assert unicodedata.normalize("NFC", asked).strip() == unicodedata.normalize("NFC", there).strip()


def test_messages_stay_short():
    with pytest.raises(FileNotFoundError) as error:
        load("a" * 1_000_000)
    assert len(str(error.value)) < 600
