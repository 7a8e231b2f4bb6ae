"""Beat-synchronous frames: alike at any tempo, one part after the other, and what is refused."""

import csv
import warnings

import librosa
import numpy as np
import pytest
import soundfile
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmir.audio import AudioLoader, load
from skmir.feature_extraction import DFT, MFCC, Chroma, MelSpectrogram
from skmir.feature_extraction._beat_synchronizer import BeatSynchronizer
from skmir.feature_extraction._beats import _closed, aggregate_between, beat_edges
from skmir.feature_extraction._onset_strength import OnsetStrength
from skmir.preprocessing import FramePooler, FrameScaler

SR = 22050
DRUMS = {
    "rock": {"kick": (0, 2, 2.5), "snare": (1, 3), "hat": np.arange(0, 4, 0.5)},
    "disco": {"kick": (0, 1, 2, 3), "snare": (1.5, 3.5), "hat": np.arange(0.5, 4)},
}


def sounds():
    """Return a kick, a snare and a hat of 0.18 s: a decaying tone mixed with noise each."""
    rng = np.random.RandomState(0)
    time = np.arange(4000) / SR
    shapes = {"kick": (60, 0.02, 0.05, 1.0), "snare": (200, 0.6, 0.04, 1.0), "hat": (8000, 0.9, 0.015, 0.3)}
    return {
        name: level
        * ((1 - noise) * np.sin(2 * np.pi * hz * time) + noise * rng.randn(4000))
        * np.exp(-time / decay)
        for name, (hz, noise, decay, level) in shapes.items()
    }


def drums(bpm, style="rock", n_bars=6):
    """Return a pattern of four beats, again and again, from 0.1 s on."""
    y = np.zeros(int((n_bars * 240 / bpm + 0.5) * SR))
    for name, sound in sounds().items():
        for place in DRUMS[style][name]:
            for bar in range(n_bars):
                start = int(((4 * bar + place) * 60 / bpm + 0.1) * SR)
                y[start : start + 4000] += sound[: len(y) - start]
    return y.astype(np.float32)


def correlation(a, b):
    n = min(a.shape[1], b.shape[1])
    return np.corrcoef(a[:, :n].ravel(), b[:, :n].ravel())[0, 1]


@pytest.fixture(scope="module")
def clips():
    """The same drums at 90 and 140 beats a minute."""
    return [drums(90), drums(140)]


@pytest.mark.parametrize(
    ("front_end", "subdivisions"),
    [(MelSpectrogram(n_mels=40), 1), (Chroma(), 1), (MFCC(), 1), (MFCC(), 2), (MFCC(), 4)],
    ids=repr,
)
def test_a_pattern_is_the_same_at_any_tempo(clips, front_end, subdivisions):
    slow, fast = BeatSynchronizer(front_end, subdivisions=subdivisions).fit_transform(clips)
    assert {slow.shape[1], fast.shape[1]} <= {24 * subdivisions, 25 * subdivisions}  # six bars and a rest
    assert correlation(slow, fast) > 0.95


def test_other_patterns_and_frames_of_equal_length_are_less_alike(clips):
    frames = MelSpectrogram(n_mels=40)
    slow, fast = BeatSynchronizer(frames).fit_transform(clips)
    other = BeatSynchronizer(frames).fit_transform([drums(140, "disco")])[0]
    assert correlation(slow, fast) > 0.95
    assert correlation(slow, other) < 0.85
    assert correlation(*frames.fit_transform(clips)) < 0.5


def test_parts_are_aggregates_of_the_frames_between_beats(clips):
    y = clips[0]
    chroma = Chroma().fit_transform([y])[0]
    _, beats = librosa.beat.beat_track(
        onset_envelope=OnsetStrength().fit_transform([y])[0, 0], sr=SR, trim=False
    )
    for name, function in [("mean", np.mean), ("median", np.median), ("max", np.max)]:
        found = BeatSynchronizer(aggregate=name).fit_transform([y])[0][:, :23]
        expected = librosa.util.sync(chroma, beats[:24], aggregate=function, pad=False)
        np.testing.assert_array_equal(found, expected)


def pulses(n_frames):
    """Return an envelope with a pulse each 50 frames from 10 on: 51.7 beats a minute."""
    envelope = np.zeros(n_frames, np.float32)
    envelope[10::50] = 1
    return envelope


def edges_of(envelope, subdivisions):
    return beat_edges(
        envelope, sr=SR, hop_length=512, subdivisions=subdivisions, start_bpm=51.7, tightness=100
    )


def test_beats_go_from_pulse_to_pulse_and_the_last_is_closed():
    np.testing.assert_allclose(edges_of(pulses(251), 1), [10, 60, 110, 160, 210, 260], atol=1)
    np.testing.assert_allclose(edges_of(pulses(320), 1), [10, 60, 110, 160, 210, 260, 310], atol=1)


def test_subdivisions_are_equal_parts_of_each_beat():
    beats, parts = edges_of(pulses(260), 1), edges_of(pulses(260), 4)
    np.testing.assert_allclose(parts[::4], beats)
    quarters = np.diff(parts).reshape(-1, 4)
    np.testing.assert_allclose(quarters, np.diff(beats)[:, np.newaxis].repeat(4, axis=1) / 4)


@pytest.mark.parametrize(
    ("n_frames", "subdivisions", "counts"),
    [(210, 1, False), (234, 1, False), (235, 1, True), (235, 4, False), (253, 4, False), (254, 4, True)],
)
def test_the_last_beat_counts_where_the_middle_of_its_last_part_is_there(n_frames, subdivisions, counts):
    beats = np.array([10, 60, 111, 160, 210])
    closed = _closed(beats, n_frames, subdivisions)
    assert closed.tolist() == [*beats, *([260] if counts else [])]


def test_a_beat_in_the_last_frame_is_the_end_of_sound():
    assert _closed(np.array([10, 60, 110, 129]), 130, 1).tolist() == [10, 60, 110]
    assert _closed(np.array([10, 129]), 130, 1).tolist() == [0, 130]


def test_a_part_without_a_frame_takes_the_nearest():
    frames = np.arange(6.0).reshape(1, 6)
    found = aggregate_between(frames, np.array([0, 0.3, 2.2, 2.4, 5.8, 6.3, 7.0]), np.mean)
    assert found.tolist() == [[0, 0.5, 2, 3.5, 5, 5]]
    found = aggregate_between(np.asfortranarray(np.ones((3, 1), np.float32)), np.arange(5) / 4, np.max)
    assert found.shape == (3, 4)
    assert found.dtype == np.float32


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
@pytest.mark.parametrize("n_samples", [1, 600, 3000, SR])
@pytest.mark.parametrize("subdivisions", [1, 3])
def test_silence_and_remnants_are_one_beat(n_samples, subdivisions):
    frames = BeatSynchronizer(DFT(n_fft=512), subdivisions=subdivisions).fit_transform(
        np.zeros((2, n_samples))
    )
    assert frames.shape == (2, 257, subdivisions)
    y = np.random.RandomState(0).randn(1, min(n_samples, 600))
    frames = BeatSynchronizer(DFT(n_fft=512), subdivisions=subdivisions).fit_transform(y)
    assert frames.shape == (1, 257, subdivisions)


def test_a_clip_of_one_beat_is_the_aggregate_of_all_its_frames():
    y = 1e-9 * np.random.RandomState(0).randn(1, SR)  # too faint for any onset
    mel = MelSpectrogram(n_mels=8)
    for name, function in [("max", np.max), ("median", np.median)]:
        found = BeatSynchronizer(mel, aggregate=name).fit_transform(y)
        assert found.shape == (1, 8, 1)
        np.testing.assert_array_equal(found[0, :, 0], function(mel.fit_transform(y)[0], axis=1))


@pytest.mark.parametrize("n_seconds", [0.2, 0.5, 1.0, 1.7])
def test_short_clips_with_onsets_give_finite_frames(n_seconds, clips):
    for y in clips:
        for start in (0, 5000, 9000):
            frames = BeatSynchronizer(subdivisions=2).fit_transform([y[start : start + int(n_seconds * SR)]])
            assert frames.shape[2] >= 2
            assert np.isfinite(frames).all()


def test_one_bin_for_each_of_the_front_ends_and_its_names(clips):
    model = BeatSynchronizer(MelSpectrogram(n_mels=12)).fit(clips)
    assert model.transform(clips)[0].shape[0] == 12
    assert list(model.get_feature_names_out())[:2] == ["mel00", "mel01"]
    assert BeatSynchronizer().fit(clips).get_feature_names_out()[-1] == "chroma11"


def test_a_list_is_the_same_as_one_by_one_and_with_two_threads(clips):
    X = [*clips, clips[0][:60000], clips[1][30000:]]
    model = BeatSynchronizer(subdivisions=2).fit(X)
    together = model.transform(X)
    threaded = clone(model).set_params(n_jobs=2).fit_transform(X)
    for y, frames, again in zip(X, together, threaded, strict=True):
        assert frames.dtype == np.float32
        np.testing.assert_array_equal(model.transform([y])[0], frames)
        np.testing.assert_array_equal(again, frames)


def test_equal_numbers_of_beats_give_one_array(clips):
    frames = BeatSynchronizer().fit_transform([clips[0], -clips[0]])
    assert isinstance(frames, np.ndarray)
    assert BeatSynchronizer().fit_transform(np.stack([clips[0]] * 2).astype(np.float64)).dtype == np.float64


def test_the_input_and_the_front_end_are_left_alone(clips):
    X = np.stack([clips[1]] * 2)
    before = X.copy()
    X.flags.writeable = False
    front_end = make_pipeline(MelSpectrogram(n_mels=8), FrameScaler())
    model = BeatSynchronizer(front_end).fit(X)
    model.transform(X)
    assert (before == X).all()
    assert model.front_end_ is not front_end
    assert hasattr(model.front_end_[-1], "n_bins_")
    assert not hasattr(front_end[-1], "n_bins_")


def test_files_and_arrays_agree(clips, tmp_path):
    paths = [str(tmp_path / f"{i}.wav") for i in range(2)]
    for path, y in zip(paths, clips, strict=True):
        soundfile.write(path, y, SR, subtype="FLOAT")
    model = BeatSynchronizer().fit(paths)
    for front_end in (model, BeatSynchronizer(make_pipeline(AudioLoader(), Chroma())).fit(paths)):
        for a, b in zip(front_end.transform(paths), model.transform(clips), strict=True):
            np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize(
    "front_end",
    [
        Chroma(offset=2.0, duration=6.0),
        make_pipeline(Chroma(offset=2.0, duration=6.0), FunctionTransformer()),
        make_pipeline(AudioLoader(offset=2.0, duration=6.0), Chroma()),
    ],
    ids=["front end", "pipeline", "loader"],
)
def test_beats_are_those_of_the_excerpt_that_the_front_end_uses(front_end, clips, tmp_path):
    path = str(tmp_path / "a.wav")
    soundfile.write(path, clips[1], SR, subtype="FLOAT")
    expected = BeatSynchronizer().fit_transform([clips[1][2 * SR : 8 * SR]])
    model = BeatSynchronizer(front_end).fit([path])
    np.testing.assert_array_equal(model.transform([path]), expected)
    if not isinstance(front_end, Chroma) and isinstance(front_end[0], AudioLoader):
        expected = BeatSynchronizer().fit_transform([clips[1]])  # a loader cuts files only
    np.testing.assert_array_equal(model.transform([clips[1]]), expected)


def test_a_random_excerpt_is_the_same_for_frames_and_beats(clips):
    front_end = Chroma(offset="random", duration=4.0, random_state=3)
    with_all = BeatSynchronizer(front_end, subdivisions=2).fit_transform([clips[0]])
    frames = front_end.fit_transform([clips[0]])[0]
    envelope = OnsetStrength(offset="random", duration=4.0, random_state=3).fit_transform([clips[0]])[0, 0]
    edges = beat_edges(envelope, sr=SR, hop_length=512, subdivisions=2, start_bpm=120.0, tightness=100)
    np.testing.assert_array_equal(with_all[0], aggregate_between(frames, edges, np.mean))


def test_memory_keeps_onset_strengths_and_chroma(clips, tmp_path):
    plain = BeatSynchronizer().fit_transform(clips)
    model = BeatSynchronizer(memory=str(tmp_path))
    for _ in range(2):
        for a, b in zip(model.fit_transform(clips), plain, strict=True):
            np.testing.assert_array_equal(a, b)
    groups = {p.name.split("-")[0] for p in tmp_path.rglob("*") if p.is_dir()}
    assert {"Chroma", "OnsetStrength"} <= groups


@pytest.mark.parametrize("style", ["rock", "house", "shuffle", "swing"])
def test_real_drums_have_as_many_beats_as_annotated_or_their_octave(style, real_data):
    folder = real_data / "drum_loops"
    with open(folder / "labels.csv") as file:
        row = next(r for r in csv.DictReader(file) if r["label"] == style)
    y, sr = load(folder / row["file"])
    expected = len(y) / sr * float(row["bpm"]) / 60
    n_beats = BeatSynchronizer(MelSpectrogram(n_mels=8)).fit_transform([str(folder / row["file"])]).shape[2]
    octaves = np.log2(n_beats / expected)
    assert abs(octaves - round(octaves)) < np.log2(1.1)
    assert abs(round(octaves)) <= 1


def test_the_guessed_tempo_chooses_between_octaves(clips):
    slow, fast = (BeatSynchronizer(start_bpm=b).fit_transform([clips[0]]).shape[2] for b in (90.0, 180.0))
    assert fast == pytest.approx(2 * slow, abs=2)


def test_no_warning_is_given_twice(clips):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        BeatSynchronizer(MelSpectrogram(n_mels=8)).fit_transform([clips[0][:1000]])
    assert len([w for w in caught if "shorter than" in str(w.message)]) == 1


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        (
            {"front_end": MelSpectrogram(44100)},
            r"front_end has sr=44100, and BeatSynchronizer has sr=22050: give",
        ),
        (
            {"front_end": make_pipeline(MelSpectrogram(hop_length=441), FrameScaler())},
            r"front_end has melspectrogram__hop_length=441, and BeatSynchronizer has hop_length=512: give",
        ),
        ({"aggregate": "sum"}, r"aggregate='sum' is not one of \['max', 'mean', 'median'\]"),
        ({"subdivisions": 0}, "subdivisions=0 must be an integer >= 1"),
        ({"start_bpm": 0}, "start_bpm=0 must be a number > 0"),
        ({"tightness": -1}, "tightness=-1 must be a number > 0"),
        ({"sr": 0}, "sr=0 must be a number > 0"),
        ({"hop_length": 0}, "hop_length=0 must be an integer >= 1"),
    ],
)
def test_parameters_that_do_not_fit_are_refused(parameters, message):
    with pytest.raises(ValueError, match=message):
        BeatSynchronizer(**parameters).fit(np.zeros((1, SR)))


@pytest.mark.parametrize(
    ("front_end", "message"),
    [
        (
            DFT(center=False),
            r"front_end gives 40 frames of clip 0, but one each hop_length=512 samples makes 44. Use",
        ),
        (
            make_pipeline(MFCC(), FramePooler()),
            "gives 1 rows of a table, but the frames of 1 clips are needed",
        ),
    ],
    ids=["not centred", "pooled"],
)
def test_front_ends_that_give_other_than_a_frame_a_hop_are_refused(front_end, message, clips):
    with pytest.raises(ValueError, match=message):
        BeatSynchronizer(front_end).fit_transform([clips[0][:SR]])


def test_it_must_be_fitted(clips):
    with pytest.raises(NotFittedError, match="BeatSynchronizer"):
        BeatSynchronizer().transform(clips)


def test_frames_that_are_repeated_stay_where_they_were(clips):
    chroma = Chroma(hop_length=512)
    frames = chroma.fit_transform(clips)
    parts = BeatSynchronizer(chroma).fit_transform(clips)
    repeated = BeatSynchronizer(chroma, repeat=True).fit_transform(clips)
    for x, of_clip, beats in zip(frames, repeated, parts, strict=True):
        assert of_clip.shape == x.shape
        changes = np.flatnonzero(np.abs(np.diff(of_clip, axis=1)).max(axis=0) > 0)
        assert beats.shape[1] - 1 <= len(changes) <= beats.shape[1] + 1  # and what is before and after
        np.testing.assert_allclose(of_clip.mean(axis=1), x.mean(axis=1), rtol=1e-4)
