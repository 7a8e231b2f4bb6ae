"""Detectors: clips to events."""

import csv

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.frozen import FrozenEstimator
from sklearn.model_selection import GridSearchCV, GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline

import skmir
from skmir import metrics
from skmir._annotations import as_object_array
from skmir.augmentation import TimeStretch
from skmir.compose import AugmentedEstimator
from skmir.datasets import make_beats, make_onsets
from skmir.feature_extraction import DFT, BeatSynchronizer, LogFilteredSpectrogram, MelSpectrogram
from skmir.neural_network import TCNSequenceClassifier
from skmir.preprocessing import ContextWindow, Delta, FramePooler, FrameScaler
from skmir.sequence import (
    BarHMM,
    BeatHMM,
    BeatTracker,
    DownbeatTracker,
    OnsetDetector,
    PeakPicker,
    TempoEstimator,
)

pytest.importorskip("mir_eval")
FRONT_END = LogFilteredSpectrogram(
    22050, n_fft=1024, hop_length=220, bands_per_octave=6, mul=5, diff_ratio=0.25
)


def tcn(**params):
    return TCNSequenceClassifier(8, **{"max_iter": 8, "batch_size": 2, "random_state": 0, **params})


@pytest.fixture(scope="module")
def hits():
    """Ten clips of two seconds with drums, and their onsets."""
    return make_onsets(10, sounds="percussive", duration=2, random_state=0)


@pytest.fixture(scope="module")
def songs():
    """Eight clips of eight seconds, and their bars."""
    return make_beats(8, kind="bars", duration=8, rests=0, random_state=0)


@pytest.fixture(scope="module")
def detector(hits):
    """A network that has learned onsets from the first eight clips."""
    clips, onsets = hits
    return OnsetDetector(FRONT_END, tcn()).fit(clips[:8], onsets[:8])


class TestOnsetDetector:
    def test_a_network_learns_onsets(self, detector, hits):
        clips, onsets = hits
        assert detector.score(clips[8:], onsets[8:]) > 0.75
        assert 0 < detector.decoder_.threshold_ < 1 and detector.shift_ == 0
        assert detector.n_parameters_ > 100

    @pytest.mark.parametrize("network", ["flux", "superflux"])
    def test_signal_baselines(self, hits, network):
        clips, onsets = hits
        model = OnsetDetector(network=network).fit(clips[:8], onsets[:8])
        assert model.score(clips[8:], onsets[8:]) > 0.75
        assert not hasattr(model, "n_parameters_") and model.network_ == network

    def test_superflux_does_not_take_vibrato_for_onsets(self):
        time = np.arange(2 * 22050) / 22050
        phase = 2 * np.pi * 600 * time + 6 * np.sin(2 * np.pi * 5 * time)
        clips = np.sin(phase)[np.newaxis] * (time > 0.5)
        counts = {}
        for network in ("flux", "superflux"):
            picker = PeakPicker(0.1, pre_max=0.03, post_max=0.03)
            model = OnsetDetector(network=network, decoder=picker).fit(clips, [[0.5]])
            activation = model.predict_frames(clips)[0]
            counts[network] = np.sort(activation[60:])[-20:].mean() / activation.max()
        assert counts["superflux"] < 0.8 * counts["flux"]

    def test_activations_are_in_0_1_at_fps_and_decode_gives_what_predict_gives(self, detector, hits):
        clips, _ = hits
        activations = detector.predict_frames(clips[:2])
        assert [a.shape for a in activations] == [(201,)] * 2
        assert all(a.min() >= 0 and a.max() <= 1 for a in activations)
        assert detector.fps_ == pytest.approx(22050 / 220)
        assert detector.decoder_.fps == detector.fps_ and detector.decoder is None
        alone = [detector.predict([clip])[0] for clip in clips[:2]]
        for found in (detector.decode(activations), detector.predict(list(clips[:2])), alone):
            for one, other in zip(found, detector.predict(clips[:2]), strict=True):
                np.testing.assert_array_equal(one, other)

    def test_digital_silence_has_no_event(self, detector, hits):
        clips, onsets = hits
        silence = [np.zeros(22050)]
        for model in (detector, OnsetDetector(network="flux").fit(clips, onsets)):
            assert (model.predict_frames(silence)[0] == 0).all()
            assert len(model.predict(silence)[0]) == 0
        barely = clone(detector).set_params(network=tcn(max_iter=1)).fit(clips, onsets)
        assert len(barely.predict(silence)[0]) == 0

    @pytest.mark.filterwarnings("ignore:.*clips are shorter than")
    def test_a_clip_of_one_frame_has_no_event(self, detector, rng):
        one_frame, _ = detector.predict([rng.randn(100), rng.randn(22050)])
        assert len(one_frame) == 0

    def test_a_signal_baseline_learns_how_late_annotations_are(self, hits):
        clips, onsets = hits
        model, late = (
            OnsetDetector(network="flux").fit(clips, [times + shift for times in onsets])
            for shift in (0, 0.02)
        )
        assert late.shift_ - model.shift_ == pytest.approx(0.02, abs=0.01)
        assert late.decoder_.threshold_ == pytest.approx(model.decoder_.threshold_, rel=0.2)
        later = [times + 0.02 for times in onsets]
        assert metrics.onset_f_measure(later, late.predict(clips), window=0.025) > 0.75
        fixed = OnsetDetector(network="flux", max_shift=0.0).fit(clips, later)
        assert fixed.shift_ == 0

    def test_the_decoder_can_be_fitted_to_other_clips(self, detector, hits):
        clips, onsets = hits
        model = skmir_copy(detector)
        before = model.decoder_.threshold_
        network = model.network_
        model.fit_decoder(model.predict_frames(clips[8:]), onsets[8:])
        assert model.decoder_.threshold_ != before and model.network_ is network

    def test_targets_are_the_nearest_frame_and_its_neighbours(self, hits):
        seen = []

        class Spy(TCNSequenceClassifier):
            def fit(self, X, y, groups=None):
                seen.append((y, groups, self.random_state))
                return super().fit(X, y, groups=groups)

        clips, onsets = hits
        groups = np.arange(10) // 2
        OnsetDetector(FRONT_END, Spy(4, max_iter=1), random_state=3).fit(clips, onsets, groups=groups)
        (targets, received, seed) = seen[0]
        frames = np.round(onsets[0] * 22050 / 220).astype(int)
        expected = np.zeros(201, int)
        for shift in (-1, 0, 1):
            expected[frames + shift] = 1
        np.testing.assert_array_equal(targets[0], expected)
        np.testing.assert_array_equal(received, groups)
        assert isinstance(seed, int)
        OnsetDetector(FRONT_END, make_pipeline(FrameScaler(), tcn(max_iter=1)), widen=0).fit(
            clips, onsets, groups=groups
        )

    def test_random_state_alone_decides(self, hits):
        clips, onsets = hits
        models = [
            OnsetDetector(FRONT_END, tcn(random_state=None, max_iter=1), random_state=s) for s in (1, 1, 2)
        ]
        a, b, c = (model.fit(clips, onsets).predict_frames(clips[:1])[0] for model in models)
        np.testing.assert_array_equal(a, b)
        assert (a != c).any()

    @pytest.mark.parametrize("form", [list, as_object_array], ids=["list", "object array"])
    def test_model_selection(self, hits, form):
        clips, onsets = hits
        model = OnsetDetector(network="flux", decoder=PeakPicker(0.1))
        y, groups = form(onsets), np.arange(10) // 3
        scoring = metrics.get_scorer("onset_f25")
        assert cross_val_score(model, clips, y, cv=3, scoring=scoring).min() > 0.4
        grid = {"decoder__threshold": [0.1, 0.9], "network": ["flux", "superflux"]}
        search = GridSearchCV(model, grid, cv=GroupKFold(2))
        assert search.fit(list(clips), y, groups=groups).best_params_["decoder__threshold"] == 0.1

    def test_saving(self, detector, hits, tmp_path):
        clips, _ = hits
        pytest.importorskip("skops")
        skmir.save(detector, tmp_path / "detector")
        again = skmir.load(tmp_path / "detector")
        for one, other in zip(
            again.predict_frames(clips[:2]), detector.predict_frames(clips[:2]), strict=True
        ):
            np.testing.assert_array_equal(one, other)

    def test_copies_of_clips_have_their_onsets_moved(self, hits):
        clips, onsets = hits
        stretched = AugmentedEstimator(
            OnsetDetector(network="flux"), TimeStretch((1.2, 1.3)), target="times", random_state=0
        )
        model = stretched.fit(clips, onsets)
        assert model.score(clips, onsets) > 0.75
        assert abs(model.estimator_.shift_) < 0.02

    def test_clips_without_any_event(self, hits):
        clips, _ = hits
        for network in (tcn(max_iter=1), "flux"):
            model = OnsetDetector(FRONT_END, network).fit(clips, [[]] * 10)
            assert all(len(events) == 0 for events in model.predict(clips))


def skmir_copy(model):
    copy = clone(model)
    vars(copy).update(vars(model))
    return copy


class TestErrors:
    @pytest.mark.parametrize(
        ("events", "message"),
        [
            (
                [0.5, 3.5, 9],
                r"event 1 is at 3.5 s, but clip 1 of X ends at 2\.\d+ s.*ms or samples",
            ),
            ([0.5, np.nan], r"annotation 1 of y: event 1 must be at a finite time"),
            ([-0.5], "annotation 1 of y: event 0 must be at a finite time in s, not before 0"),
        ],
    )
    @pytest.mark.parametrize("network", [None, "flux"])
    def test_events_that_cannot_be(self, hits, events, message, network):
        clips, onsets = hits
        with pytest.raises(ValueError, match=message):
            OnsetDetector(network=network).fit(clips[:2], [onsets[0], events])

    def test_unsorted_events_and_whole_numbers_are_fine(self, hits):
        clips, onsets = hits
        model, turned = (
            OnsetDetector(network="flux").fit(clips, [times[::step] for times in onsets]) for step in (1, -1)
        )
        assert turned.decoder_.threshold_ == model.decoder_.threshold_

    @pytest.mark.parametrize(
        ("front_end", "message"),
        [
            (FrameScaler(), "must be a front end, or a Pipeline of one front end.*Found 0"),
            (DFT(center=False), "DFT has center=False"),
            (DFT(duration=1.0), "DFT has offset=0.0 and duration=1.0"),
            (
                make_pipeline(MelSpectrogram(), ContextWindow(3, hop=2)),
                r"makes \d+ frames of \d+",
            ),
            (make_pipeline(MelSpectrogram(), FramePooler()), "FramePooler makes a table"),
        ],
    )
    def test_front_ends(self, hits, front_end, message):
        clips, onsets = hits
        with pytest.raises(ValueError, match=message):
            OnsetDetector(front_end, "flux").fit(clips, onsets)

    def test_beat_synchronous_frames_have_no_clock(self, hits):
        clips, onsets = hits
        with pytest.raises(ValueError, match=r"must make a frame each hop_length=512 samples.*got 1 frames"):
            OnsetDetector(BeatSynchronizer(), "flux").fit(clips, onsets)

    def test_frame_steps_are_fine(self, hits):
        clips, onsets = hits
        front_end = make_pipeline(MelSpectrogram(hop_length=220), FrameScaler(), Delta())
        model = OnsetDetector(front_end, tcn(max_iter=1)).fit(clips, onsets)
        assert model.fps_ == pytest.approx(22050 / 220)
        assert len(model.predict([np.zeros(22050)])[0]) == 0

    def test_parameters(self, hits):
        with pytest.raises(ValueError, match=r"'cnn' is not one of \['flux', 'superflux'\], nor None"):
            OnsetDetector(network="cnn").fit(*hits)
        with pytest.raises(TypeError, match="must be None or a frame-wise classifier"):
            DownbeatTracker(network="flux").fit(*hits)
        with pytest.raises(TypeError, match="must be a decoder with a parameter fps"):
            OnsetDetector(network="flux", decoder=FrameScaler()).fit(*hits)
        with pytest.raises(ValueError, match="widen=-1 must be an integer >= 0"):
            OnsetDetector(network="flux", widen=-1).fit(*hits)
        with pytest.raises(ValueError, match="requires y to be passed"):
            OnsetDetector(network="flux").fit(hits[0])


class TestBeatTracker:
    def test_signal_baselines_need_no_annotations_and_take_bars(self, songs):
        clips, bars = songs
        blind = BeatTracker(network="flux").fit(clips)
        assert blind.shift_ == 0
        told = BeatTracker(network="flux").fit(clips, bars)
        assert metrics.beat_f_measure(bars, told.predict(clips)) > 0.6
        assert told.score(clips, bars) >= blind.score(clips, bars)

    def test_a_network_with_any_decoder(self, songs):
        clips, bars = songs
        beats = [times[:, 0] for times in bars]
        model = BeatTracker(FRONT_END, tcn()).fit(clips[:6], beats[:6])
        assert model.score(clips[6:], beats[6:]) > 0.8
        activations = model.predict_frames(clips[6:])
        for decoder in (BeatHMM(n_tempi=20), PeakPicker()):
            model = skmir_copy(model).set_params(decoder=decoder)
            model.fit_decoder(activations, beats[6:])
            assert metrics.beat_f_measure(beats[6:], model.decode(activations)) > 0.6
        assert len(model.predict([np.zeros(66150)])[0]) == 0


class TestDownbeatTracker:
    def test_it_finds_bars(self, songs):
        clips, bars = songs
        model = DownbeatTracker(FRONT_END, tcn(max_iter=10)).fit(clips[:6], bars[:6])
        assert model.decoder_.beats_per_bar == (3, 4)
        found = model.predict(clips[6:])
        assert all(each.shape[1] == 2 for each in found)
        assert metrics.beat_f_measure(bars[6:], found) > 0.8
        assert model.score(clips[:6], bars[:6]) > 0.6
        activations = model.predict_frames(clips[:1])
        assert activations[0].shape == (2, 802) and activations[0].sum(axis=0).max() <= 1 + 1e-6
        assert model.predict([np.zeros(66150)])[0].shape == (0, 2)

    def test_events_are_no_bars(self, hits):
        with pytest.raises(ValueError, match="Times alone are events, without places in the bar"):
            DownbeatTracker().fit(*hits)

    def test_the_decoder_may_have_other_meters(self, songs):
        clips, bars = songs
        model = DownbeatTracker(FRONT_END, tcn(max_iter=1), BarHMM(2)).fit(clips, bars)
        positions = np.concatenate(model.predict(clips))[:, 1]
        assert set(positions) <= {1, 2}


class TestTempoEstimator:
    @pytest.mark.parametrize("method", ["beats", "tempogram", "autocorrelation"])
    def test_tempi(self, songs, method):
        clips, bars = songs
        bpm = np.array([60 / np.median(np.diff(times[:, 0])) for times in bars])
        model = TempoEstimator(method).fit(clips, bpm)
        found = model.predict(clips)
        assert metrics.tempo_accuracy(bpm, found, factors=(1, 2, 1 / 2, 3, 1 / 3)) >= 0.7
        assert model.score(clips, bpm) == metrics.tempo_accuracy(bpm, found)
        assert model.predict([np.zeros(66150)]) == pytest.approx(2**model.centre_)
        same = TempoEstimator(method).fit(clips, bars)
        assert same.centre_ == pytest.approx(model.centre_)

    def test_a_tracker_with_a_network(self, songs):
        clips, bars = songs
        with pytest.raises(ValueError, match="learns from annotated beats: pass y as a list"):
            TempoEstimator(tracker=BeatTracker()).fit(clips, np.full(8, 120.0))
        clips, bars = clips[:3], bars[:3]
        tracker = BeatTracker(FRONT_END, tcn(max_iter=2)).fit(clips, bars)
        frozen = TempoEstimator(tracker=FrozenEstimator(tracker)).fit(clips, np.full(3, 120.0))
        trained = TempoEstimator(tracker=BeatTracker(FRONT_END, tcn(max_iter=2))).fit(clips, bars)
        np.testing.assert_array_equal(frozen.predict(clips), trained.predict(clips))

    def test_errors(self, songs):
        clips, _ = songs
        with pytest.raises(ValueError, match=r"y\[1\] must be a tempo > 0 in beats per minute, got 0.0"):
            TempoEstimator().fit(clips[:2], [120, 0])
        with pytest.raises(ValueError, match=r"method='comb' is not one of \['autocorrelation', 'beats'"):
            TempoEstimator("comb").fit(clips[:2], [120, 100])


def test_real_drums(real_data):
    """The baseline finds the onsets of real drums of a kit that it has not heard."""
    folder = real_data / "drum_loops"
    with open(folder / "labels.csv", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    kits = sorted({row["group"] for row in rows})
    train, test = ([row for row in rows if row["group"] == kit][:4] for kit in kits)

    def annotations(rows):
        times = [np.loadtxt(folder / row["onsets"], delimiter=",", skiprows=1, usecols=0) for row in rows]
        return [t[np.append(True, np.diff(t) > 0.03)] for t in map(np.sort, times)]

    clips = [[folder / row["file"] for row in part] for part in (train, test)]
    model = OnsetDetector(network="superflux").fit(clips[0], annotations(train))
    found = model.predict(clips[1])
    assert metrics.onset_f_measure(annotations(test), found, window=0.025) > 0.9
