"""Rooms: identity, place, decay, files."""

import numpy as np
import pytest
import soundfile

from skmir.audio import load
from skmir.augmentation._impulse_response import ImpulseResponse

SR = 22050


def delta(place, length=500, sign=1.0):
    response = np.zeros(length)
    response[place] = sign
    return response


@pytest.mark.parametrize("response", [delta(0), delta(300), delta(120, sign=-0.2)], ids=["0", "300", "-"])
@pytest.mark.parametrize("wet", [0, 0.4, 1])
def test_an_impulse_changes_nothing(real_data, response, wet):
    y, _ = load(sorted((real_data / "drum_hits" / "audio").rglob("*.flac"))[0])
    same = ImpulseResponse([response], wet=wet).apply(y, SR, 0)
    np.testing.assert_allclose(same, y, atol=1e-6)


def test_an_echo_comes_after():
    response = delta(40) + 0.5 * delta(140)
    y = np.zeros(1000)
    y[200] = 1
    played = ImpulseResponse([response], wet=1).apply(y, SR, 0)
    assert np.flatnonzero(np.abs(played) > 1e-4).tolist() == [200, 300]
    assert played[300] / played[200] == pytest.approx(0.5, rel=1e-4)
    assert np.sum(played**2) == pytest.approx(1, rel=1e-4)


@pytest.mark.parametrize("rt60", [0.2, 1.0])
def test_decay_of_made_responses(rt60):
    y = np.zeros(3 * SR)
    y[0] = 1
    played = ImpulseResponse(rt60=rt60, wet=1).apply(y, SR, 0).astype(float)
    left = 10 * np.log10(np.cumsum(played[::-1] ** 2)[::-1] + 1e-20)  # Schroeder's curve
    time = np.arange(len(y)) / SR
    early = (left - left[0] < -5) & (left - left[0] > -35)
    assert -60 / np.polyfit(time[early], left[early], 1)[0] == pytest.approx(rt60, rel=0.1)


def test_onsets_stay(rng):
    y = np.zeros(SR)
    y[5000:7000] = rng.randn(2000)
    for seed in range(3):
        played = ImpulseResponse().apply(y, SR, seed)
        assert np.abs(played[:5000]).max() < 1e-5
        assert np.abs(played[5000:5010]).max() > 0.05
        assert np.abs(played[7000:]).max() > 1e-3


def test_files_are_brought_to_the_rate(tmp_path):
    path = tmp_path / "room.wav"
    soundfile.write(path, delta(441, 4410) * 0.5, 44100, subtype="FLOAT")
    y = np.sin(2 * np.pi * 200 * np.arange(8000) / SR)
    for given in (path, str(path)):
        played = ImpulseResponse([given], wet=1).apply(y, SR, 0)
        assert np.corrcoef(played[100:-100], y[100:-100])[0, 1] > 0.999


def test_identity_follows_a_files_content(tmp_path):
    path = tmp_path / "room.wav"
    identities = []
    for place in (10, 20):
        soundfile.write(path, delta(place), 44100)
        identities += [ImpulseResponse([given]).identity() for given in (path, str(path))]
    assert len(set(identities)) >= 2
    assert not set(identities[:2]) & set(identities[2:])


def test_all_responses_are_drawn():
    augmentation = ImpulseResponse([delta(0), delta(1), delta(2)])
    assert {augmentation.draw(i)["index"] for i in range(30)} == {0, 1, 2}


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"There is no file '.*nowhere\.wav'"):
        ImpulseResponse([tmp_path / "nowhere.wav"]).apply(np.ones(100), SR, 0)
