"""What make_chords promises."""

import numpy as np
import pytest
from sklearn.model_selection import GroupKFold

from skmir.datasets._synthetic._chords import LOWEST, N_PITCHES, _notes, make_chords

SR = 11025


@pytest.fixture(scope="module")
def chords():
    return make_chords(n_instruments=2, n_chords=2, sr=SR, random_state=0)


def test_shape_and_names(chords):
    assert chords.data.shape == (2 * 24 * 2, round(0.6 * SR))
    assert chords.data.dtype == np.float32
    assert chords.target_names[:3] == ["C:maj", "C:min", "C#:maj"] and len(chords.target_names) == 24
    assert chords.target[:3].tolist() == ["C:maj", "C:maj", "C:min"]
    assert {chords.target.tolist().count(name) for name in chords.target_names} == {4}
    assert chords.DESCR == "96 synthesised triads of 2 instruments."
    assert chords.sr == SR


def test_every_instrument_plays_every_chord(chords):
    assert np.unique(chords.groups).tolist() == ["instrument-00", "instrument-01"]
    for _, test in GroupKFold(2).split(chords.data, chords.target, chords.groups):
        assert len(np.unique(chords.target[test])) == 24


def test_levels(chords):
    assert np.isfinite(chords.data).all()
    peaks = 20 * np.log10(np.abs(chords.data).max(axis=1))
    assert peaks.min() >= -21.01 and peaks.max() <= -0.99 and np.ptp(peaks) > 10


def test_the_seed_decides(chords):
    again = make_chords(n_instruments=2, n_chords=2, sr=SR, random_state=0)
    np.testing.assert_array_equal(again.data, chords.data)
    other = make_chords(n_instruments=2, n_chords=2, sr=SR, random_state=1)
    assert not np.array_equal(other.data, chords.data)


def test_more_leaves_the_first_as_they_were(chords):
    more = make_chords(n_instruments=3, n_chords=2, sr=SR, random_state=0)
    np.testing.assert_array_equal(more.data[: len(chords.data)], chords.data)
    longer = make_chords(n_instruments=1, n_chords=3, sr=SR, random_state=0)
    both = longer.data.reshape(24, 3, -1)[:, :2].reshape(48, -1)
    np.testing.assert_array_equal(both, chords.data[:48])


def spectra(clips):
    """Powers and their frequencies in Hz."""
    powers = np.abs(np.fft.rfft(clips * np.hanning(clips.shape[1]), axis=1)) ** 2
    return powers, np.fft.rfftfreq(clips.shape[1], 1 / SR)


def test_the_chord_is_what_sounds():
    """Without melody, nearly all power below the first overtone of a fifth is at notes of the triad."""
    clean = make_chords(n_instruments=1, melody=0, noise=-100, sr=SR, random_state=0)
    powers, frequencies = spectra(clean.data)
    low = (frequencies > 80) & (frequencies < 160)  # only fundamentals of the lowest octave
    pitch = 69 + 12 * np.log2(frequencies[low] / 440)
    triads = {"maj": (0, 4, 7), "min": (0, 3, 7)}
    for i, (name, power) in enumerate(zip(clean.target, powers[:, low], strict=True)):
        notes = (i // 2 + np.array(triads[name.split(":")[1]])) % 12
        apart = np.abs((pitch[:, np.newaxis] - notes + 6) % 12 - 6).min(axis=1)
        if power.sum() > 0.01 * powers[i].sum():  # a voicing may have no low note
            assert power[apart < 0.75].sum() > 0.9 * power.sum()


def test_notes_are_where_their_numbers_say():
    notes = _notes(round(0.6 * SR), SR, np.random.default_rng(0))
    assert notes.shape == (N_PITCHES, round(0.6 * SR))
    np.testing.assert_allclose(np.mean(notes**2, axis=1), 1, rtol=1e-4)
    powers, frequencies = spectra(notes)
    for pitch in (0, 24, 45, N_PITCHES - 1):
        hz = 440 * 2 ** ((LOWEST + pitch - 69) / 12)
        band = (frequencies > hz / 1.4) & (frequencies < hz * 1.4)
        assert frequencies[band][powers[pitch, band].argmax()] == pytest.approx(hz, rel=0.03)
        assert powers[pitch, frequencies < hz / 1.2].sum() < 0.01 * powers[pitch].sum()


def test_noise_and_melody_are_as_told():
    clean, noisy = (make_chords(n_instruments=1, noise=n, sr=SR, random_state=0).data for n in (-100, 0))
    clean /= np.sqrt(np.mean(clean**2, axis=1, keepdims=True))
    noisy /= np.sqrt(np.mean(noisy**2, axis=1, keepdims=True))
    likeness = np.mean(clean * noisy, axis=1)  # sqrt(1 / 2) where noise and notes are as loud
    np.testing.assert_allclose(likeness, np.sqrt(0.5), atol=0.12)
    powers, frequencies = zip(
        *(
            spectra(make_chords(n_instruments=1, melody=m, noise=-100, sr=SR, random_state=0).data)
            for m in (0, 1)
        ),
        strict=True,
    )
    high = frequencies[0] > 640  # E5 and above
    without, with_melody = (p[:, high].sum() / p.sum() for p in powers)
    assert with_melody > without + 0.1


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("n_instruments", 0, ValueError),
        ("n_chords", 1.5, TypeError),
        ("duration", 0.01, ValueError),
        ("melody", 1.1, ValueError),
        ("noise", None, TypeError),
        ("sr", 4000, ValueError),
    ],
)
def test_refusals(parameter, value, error):
    with pytest.raises(error, match=f"{parameter}={value} must be a"):
        make_chords(**{parameter: value})
