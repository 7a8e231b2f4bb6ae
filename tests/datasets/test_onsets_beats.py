"""What make_onsets and make_beats promise: truth that is exact, and sounds as hard as they should be."""

import itertools

import mir_eval
import numpy as np
import pytest
from scipy.ndimage import maximum_filter1d, uniform_filter1d

from skmir.datasets import make_beats, make_onsets
from skmir.feature_extraction import OnsetStrength

SR = 11025
SOUNDS = ("percussive", "pitched", "vibrato")


@pytest.fixture(scope="module")
def onsets():
    return make_onsets(18, duration=3, sr=SR, random_state=0)


@pytest.fixture(scope="module")
def bars():
    return make_beats(8, kind="bars", duration=6, sr=SR, random_state=0)


def test_shapes_and_levels(onsets, bars):
    for (clips, annotations), seconds, n_clips in ((onsets, 3, 18), (bars, 6, 8)):
        assert clips.shape == (n_clips, seconds * SR) and clips.dtype == np.float32
        peaks = 20 * np.log10(np.abs(clips).max(axis=1))
        assert peaks.min() >= -13.01 and peaks.max() <= -0.99 and np.ptp(peaks) > 6
        assert len(annotations) == n_clips
        for annotation in annotations:
            times = annotation if annotation.ndim == 1 else annotation[:, 0]
            assert (np.diff(times) > 0.08).all() and times[0] >= 0 and times[-1] < seconds - 0.04
            np.testing.assert_allclose(times * SR, np.round(times * SR), atol=1e-6)  # samples


def test_no_clip_ends_with_a_click(onsets, bars):
    for clips, _ in (onsets, bars):
        assert (np.abs(clips[:, -20:]).max(axis=1) < 0.02 * np.abs(clips).max(axis=1)).all()


def test_sound_begins_at_the_annotated_sample(onsets):
    """Before the first onset there is only noise, 36 dB below the peak; soon after, there is more."""
    for i, (clip, times) in enumerate(zip(*onsets, strict=True)):
        first, peak = round(times[0] * SR), np.abs(clip).max()
        assert np.abs(clip[:first]).max() < 0.016 * peak, i
        within = {"percussive": 0.005, "pitched": 0.02, "vibrato": 0.1}[SOUNDS[i % 3]]
        assert np.abs(clip[first : first + round(within * SR)]).max() > 0.04 * peak, i


def flux_f_measure(clips, onsets, threshold, window):
    """The F-measure of peaks in the onset strength, all clips pooled."""
    strengths = OnsetStrength(SR, n_fft=512, hop_length=110).fit_transform(clips)[:, 0]
    n_hits = n_found = 0
    for strength, times in zip(strengths, onsets, strict=True):
        is_peak = strength == maximum_filter1d(strength, 7)
        loud = strength >= uniform_filter1d(strength, 41) + threshold * strengths.max()
        found = np.flatnonzero(is_peak & loud) * 110 / SR
        n_found += len(found)
        n_hits += len(mir_eval.util.match_events(times, found, window))
    return 2 * n_hits / (n_found + sum(map(len, onsets)))


def test_spectral_flux_finds_hits_and_plucks_but_fails_on_vibrato(onsets):
    best = {}
    for i, sound in enumerate(SOUNDS):
        scores = [flux_f_measure(onsets[0][i::3], onsets[1][i::3], t, 0.025) for t in (0.02, 0.05, 0.1, 0.2)]
        best[sound] = max(scores)
    assert best["percussive"] > 0.9 and best["pitched"] > 0.85
    assert best["vibrato"] < 0.75


def test_kinds_can_be_chosen_and_the_first_clips_stay(onsets):
    clips, annotations = make_onsets(4, duration=3, sr=SR, random_state=np.random.RandomState(0))
    np.testing.assert_array_equal(clips, onsets[0][:4])
    np.testing.assert_array_equal(annotations[3], onsets[1][3])
    alone = make_onsets(2, sounds="vibrato", duration=3, sr=SR, random_state=1)
    both = make_onsets(2, sounds=["vibrato", "pitched"], duration=3, sr=SR, random_state=1)
    np.testing.assert_array_equal(alone[0][0], both[0][0])
    assert np.abs(alone[0][1] - both[0][1]).max() > 0.01
    assert np.abs(alone[0][0] - onsets[0][2]).max() > 0.01
    again = make_beats(3, kind="beats", duration=6, sr=SR, random_state=0)
    longer = make_beats(2, duration=6, sr=SR, random_state=0)
    np.testing.assert_array_equal(again[0][:2], longer[0])


def test_places_in_the_bar_follow_each_other(bars):
    for i, annotation in enumerate(bars[1]):
        meter, places = (3, 4)[i % 2], annotation[:, 1].astype(int)
        assert set(places) == set(range(1, meter + 1))
        np.testing.assert_array_equal(places[1:], places[:-1] % meter + 1)
    assert len({annotation[0, 1] for annotation in bars[1]}) > 1  # pickups
    times = make_beats(8, duration=6, sr=SR, random_state=0)
    np.testing.assert_array_equal(times[0], bars[0])
    assert all(np.array_equal(beats, bar[:, 0]) for beats, bar in zip(times[1], bars[1], strict=True))


def test_tempo_and_drift():
    def periods(**parameters):
        beats = make_beats(6, rests=0, duration=8, sr=8000, random_state=0, **parameters)[1]
        return [np.diff(times) for times in beats]

    for steady in periods(tempo=120, drift=0):
        np.testing.assert_allclose(steady, 0.5, atol=2e-4)
    for moved in periods(tempo=120, drift=0.1):
        np.testing.assert_allclose(moved, 0.5, rtol=0.12)
        assert np.ptp(moved) > 0.02 and np.abs(np.diff(moved)).max() < 0.04  # slowly
    tempi = [60 / np.median(each) for each in periods(tempo=(60, 180), drift=0)]
    assert min(tempi) >= 59.9 and max(tempi) <= 180.1 and max(tempi) > 1.5 * min(tempi)


def energy(clips, annotations, shift, width=0.03):
    """Mean energy in a short time after each beat, moved by a share of a beat, relative to the clip's."""
    found = []
    for clip, times in zip(clips, annotations, strict=True):
        for time, following in itertools.pairwise(times):
            start = round((time + shift * (following - time)) * 8000)
            found.append(np.mean(clip[start : start + round(width * 8000)] ** 2) / np.mean(clip**2))
    return np.array(found)


def rise(clips, annotations, shift):
    """Median onset strength within 20 ms of a share of a beat after each beat; beats are 0.6 s apart."""
    strengths = OnsetStrength(8000, n_fft=256, hop_length=80).fit_transform(clips)[:, 0]  # 100 per s
    places = [(i, round(100 * (t + 0.6 * shift))) for i, times in enumerate(annotations) for t in times[:-1]]
    return np.median([strengths[i, at - 2 : at + 3].max() for i, at in places])


def test_beats_are_loud_rests_are_silent_and_hats_swing():
    common = {"tempo": 100, "drift": 0, "duration": 8, "sr": 8000, "random_state": 0}
    clips, beats = make_beats(4, rests=0, swing=0.5, **common)
    assert energy(clips, beats, 0).mean() > 4 * energy(clips, beats, -0.1).mean()
    assert (energy(clips, beats, 0) > 0.01).all()
    silent = energy(*make_beats(4, rests=0.5, **common), 0) < 0.05
    assert 0.3 < silent.mean() < 0.7
    for swing, other in ((0.5, 0.75), (0.75, 0.5)):
        swung = make_beats(4, rests=0, swing=swing, **common)
        assert rise(*swung, swing) > 2 * rise(*swung, other)


@pytest.mark.parametrize(
    ("make", "parameters", "error", "match"),
    [
        (make_onsets, {"n_clips": 0}, ValueError, r"n_clips=0 must be an integer >= 1"),
        (
            make_onsets,
            {"sounds": "noise"},
            ValueError,
            r"sounds='noise' is not one of \['percussive', 'pitched'",
        ),
        (make_onsets, {"sounds": ()}, ValueError, r"sounds must hold at least one"),
        (make_onsets, {"duration": 0.4}, ValueError, r"duration=0\.4 must be a number >= 0\.5"),
        (make_beats, {"kind": "onsets"}, ValueError, r"kind='onsets' is not one of \['bars', 'beats'\]"),
        (make_beats, {"tempo": 10}, ValueError, r"tempo=10 must be a number >= 20 and <= 400"),
        (make_beats, {"tempo": (90, 80)}, ValueError, r"tempo=\(90, 80\) must be a pair .* low <= high"),
        (make_beats, {"tempo": "fast"}, TypeError, r"tempo='fast' must be a number, or a pair"),
        (make_beats, {"meter": 5}, ValueError, r"meter=5 must be one of \[2, 3, 4\]"),
        (make_beats, {"swing": 0.4}, ValueError, r"swing=0\.4 must be a number >= 0\.5"),
        (make_beats, {"drift": 0.3}, ValueError, r"drift=0\.3 must be"),
        (make_beats, {"rests": 1}, ValueError, r"rests=1 must be"),
    ],
)
def test_parameters_out_of_range(make, parameters, error, match):
    with pytest.raises(error, match=match):
        make(**parameters)
