"""What make_instruments promises, and the physics that tells the families apart."""

import dataclasses

import librosa
import numpy as np
import pytest
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.datasets import make_instruments
from skmir.datasets._synthetic._families import FAMILIES
from skmir.datasets._synthetic._synthesis import draw_instrument, play

SR = 22050
DRIVEN = ("brass", "organ", "strings", "woodwind")
FREE = ("bass", "guitar", "piano")


@pytest.fixture(scope="module")
def notes():
    return make_instruments(n_instruments=4, n_notes=3, random_state=0)


def dry(kind, seed, midi=57, strength=0.8, **changes):
    """A note of one second of the seed's instrument, without room or microphone."""
    rng = np.random.default_rng(seed)
    instrument = draw_instrument(kind, rng)
    vars(instrument).update(changes)
    return play(instrument, midi, strength, duration=1.0, sr=SR, rng=rng)


def spectrum(y):
    """Amplitudes and their frequencies in Hz, finely sampled."""
    size = 2**18
    return np.abs(np.fft.rfft(y * np.hanning(len(y)), size)), np.fft.rfftfreq(size, 1 / SR)


def partial(y, near):
    """Frequency in Hz and amplitude of the strongest peak within 4 % of a frequency."""
    amplitudes, frequencies = spectrum(y)
    band = np.flatnonzero(np.abs(frequencies / near - 1) < 0.04)
    peak = band[np.argmax(amplitudes[band])]
    return frequencies[peak], amplitudes[peak]


def test_shape_and_names(notes):
    assert notes.data.shape == (7 * 4 * 3, SR)
    assert notes.data.dtype == np.float32
    assert notes.target_names == ["bass", "brass", "guitar", "organ", "piano", "strings", "woodwind"]
    assert np.bincount(notes.target).tolist() == [12] * 7
    assert notes.sr == SR
    assert notes.DESCR == "84 synthesised notes of 28 instruments in 7 families."


def test_levels(notes):
    assert np.isfinite(notes.data).all()
    peaks = 20 * np.log10(np.abs(notes.data).max(axis=1))
    assert peaks.min() >= -21.01
    assert peaks.max() <= -0.99
    assert np.ptp(peaks) > 10


def test_a_group_is_one_instrument_of_one_family(notes):
    assert len(np.unique(notes.groups)) == 28
    for group in np.unique(notes.groups):
        rows = notes.groups == group
        assert rows.sum() == 3
        assert {notes.target_names[i] for i in notes.target[rows]} == {group.split("-")[0]}
    assert {len(np.unique(notes.target[test])) for _, test in GroupKFold(4).split(*3 * [notes.groups])} == {7}


def test_clips_differ(notes):
    centred = notes.data - notes.data.mean(axis=1, keepdims=True)
    unit = centred / np.linalg.norm(centred, axis=1, keepdims=True)
    assert np.abs(unit @ unit.T - np.eye(len(unit))).max() < 0.9


def test_unheard_instruments_are_neither_trivial_nor_hopeless():
    """The usual baseline is well above the chance of 1/7, and far from perfect; the level tells nothing."""
    notes = make_instruments(n_instruments=5, n_notes=4, random_state=0)
    mfcc = librosa.feature.mfcc(y=notes.data, sr=SR)  # (n_clips, n_mfcc, n_frames)
    tables = {
        "mfcc": np.concatenate([mfcc.mean(axis=2), mfcc.std(axis=2)], axis=1),
        "peak": np.abs(notes.data).max(axis=1, keepdims=True),
    }
    model = make_pipeline(StandardScaler(), SVC(C=10))
    scores = {
        name: cross_val_score(model, X, notes.target, groups=notes.groups, cv=GroupKFold(5)).mean()
        for name, X in tables.items()
    }
    assert 0.35 < scores["mfcc"] < 0.85
    assert scores["peak"] < 0.25


def test_the_seed_decides(notes):
    again = make_instruments(n_instruments=4, n_notes=3, random_state=0)
    np.testing.assert_array_equal(again.data, notes.data)
    instance = make_instruments(n_instruments=4, n_notes=3, random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(instance.data, notes.data)
    other = make_instruments(n_instruments=1, n_notes=1, random_state=1)
    assert np.abs(other.data[0] - notes.data[0]).max() > 0.01


def test_growing_leaves_the_first_notes_alone(notes):
    few = make_instruments(n_instruments=2, n_notes=1, random_state=0)
    rows = [np.flatnonzero(notes.groups == group)[0] for group in few.groups]
    np.testing.assert_array_equal(few.data, notes.data[rows])


def test_the_global_generator_goes_on():
    np.random.seed(3)
    expected = np.random.rand()
    np.random.seed(3)
    make_instruments(n_instruments=1, n_notes=1, random_state=0)
    assert np.random.rand() == expected


@pytest.mark.parametrize(
    ("duration", "sr", "n_samples"), [(0.1, 8000, 800), (0.35, 16000, 5600), (1.5, 44100.0, 66150)]
)
def test_duration_and_rate(duration, sr, n_samples):
    notes = make_instruments(n_instruments=1, n_notes=1, duration=duration, sr=sr, random_state=0)
    assert notes.data.shape == (7, n_samples)
    assert np.isfinite(notes.data).all()
    assert notes.sr == sr


@pytest.mark.parametrize(
    ("parameter", "value", "error"),
    [
        ("n_instruments", 0, ValueError),
        ("n_notes", 0, ValueError),
        ("n_notes", 2.5, TypeError),
        ("duration", 0.01, ValueError),
        ("duration", None, TypeError),
        ("sr", 4000, ValueError),
    ],
)
def test_refusals(parameter, value, error):
    with pytest.raises(error, match=f"{parameter}={value} must be a"):
        make_instruments(**{parameter: value})


@pytest.mark.parametrize("family", FAMILIES)
def test_the_table_of_families_is_sound(family):
    for kind in FAMILIES[family]:
        assert kind.register[1] - kind.register[0] >= 12
        for field in dataclasses.fields(kind):
            value = getattr(kind, field.name)
            if isinstance(value, tuple) and field.name not in ("ranks", "formants"):
                low, high = value
                assert low <= high, field.name
        assert (kind.decay[0] > 0) == (family in FREE)


def test_pitch_is_where_the_midi_number_says():
    for kind in FAMILIES["brass"]:
        found, _ = partial(dry(kind, 0, midi=69, tuning=0.0), 440)
        assert abs(1200 * np.log2(found / 440)) < 25


def fall(kind, seed):
    """How far the level falls between .15-.25 s and .4-.5 s, in dB."""
    y = dry(kind, seed, swell=0.0, tremolo=0.0)
    early, late = (np.sqrt(np.mean(y[int(t * SR) : int((t + 0.1) * SR)] ** 2)) for t in (0.15, 0.4))
    return 20 * np.log10(early / late)


def test_plucked_and_struck_strings_decay_and_driven_ones_do_not():
    falls = {
        family: [fall(kinds[i % len(kinds)], i) for i in range(10)] for family, kinds in FAMILIES.items()
    }
    free, driven = min(np.median(falls[f]) for f in FREE), max(np.median(falls[f]) for f in DRIVEN)
    assert free > 2 > 1 > driven


def even_level(kind, seed):
    """Level of the partials 2, 4, 6 against 1, 3, 5, in dB."""
    y = dry(kind, seed, tuning=0.0)
    levels = [20 * np.log10(partial(y, 220 * k)[1]) for k in range(1, 7)]
    return np.mean(levels[1::2]) - np.mean(levels[0::2])


def test_a_tube_closed_at_one_end_lacks_even_partials():
    _, clarinet, oboe = FAMILIES["woodwind"]
    closed, cone = (np.median([even_level(kind, i) for i in range(10)]) for kind in (clarinet, oboe))
    assert closed < -10
    assert cone > -6


@pytest.mark.parametrize(("family", "low", "high"), [("piano", 1.008, 1.08), ("brass", 0.998, 1.002)])
def test_stiff_strings_stretch_the_partials(family, low, high):
    for seed in range(5):
        y = dry(FAMILIES[family][0], seed, midi=57, tuning=0.0, scoop=0.0, vibrato=0.0)
        first, _ = partial(y, 220)
        eighth, _ = partial(y, 8 * first * (low + high) / 2)
        assert low < eighth / (8 * first) < high


def centroid(y):
    amplitudes, frequencies = spectrum(y)
    return (amplitudes**2 @ frequencies) / (amplitudes**2).sum()


def test_brass_is_brighter_when_loud_and_organ_is_not():
    for family, factor in (("brass", 1.2), ("organ", 1.0)):
        kind = FAMILIES[family][0]
        soft, loud = (np.median([centroid(dry(kind, i, strength=s)) for i in range(8)]) for s in (0.2, 1.0))
        assert loud >= factor * soft
        assert family == "brass" or loud == pytest.approx(soft, rel=1e-6)


def test_brass_brightens_in_the_attack():
    kind = FAMILIES["brass"][0]
    for seed in range(5):
        y = dry(kind, seed, knock=-80.0, noise=-80.0)
        start = np.argmax(np.abs(y) > 0.02 * np.abs(y).max())
        assert centroid(y[start : start + 800]) < centroid(y[start + 4000 : start + 4800])


def test_nothing_above_the_nyquist_frequency_folds_back():
    y = dry(dataclasses.replace(FAMILIES["brass"][0], noise=(-120, -120), knock=(-120, -120)), 0, midi=82)
    amplitudes, frequencies = spectrum(y)
    assert amplitudes[frequencies > 0.47 * SR].max() < 1e-4 * amplitudes.max()
