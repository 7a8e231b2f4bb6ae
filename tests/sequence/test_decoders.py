"""Decoders: activations to events."""

import tracemalloc

import numpy as np
import pytest

from skmir.sequence import BarHMM, BeatAutocorrelation, BeatDynamicProgramming, BeatHMM, PeakPicker
from skmir.sequence._events import combine_events, n_matches
from skmir.sequence._semi_markov import BeatScores, beat_periods, best_beats, tempo_changes

DECODERS = [PeakPicker(0.5), BeatHMM(), BarHMM(), BeatAutocorrelation(), BeatDynamicProgramming()]
BEAT_DECODERS = DECODERS[1:]
mir_eval = pytest.importorskip("mir_eval")


def clicks(period, n_frames=1200, first=20, rng=None, missing=0.0):
    activation = np.full(n_frames, 0.02)
    frames = np.arange(first, n_frames, period)
    if rng is not None:
        frames = frames[rng.rand(len(frames)) >= missing]
        activation = activation + 0.1 * rng.rand(n_frames)
    activation[frames] = 0.9
    return activation


@pytest.mark.parametrize("decoder", DECODERS, ids=lambda decoder: type(decoder).__name__)
class TestAll:
    @pytest.mark.parametrize(
        "activation", [np.zeros(1), np.ones(1), np.zeros(500)], ids=["0", "1", "silence"]
    )
    def test_one_frame_and_silence_have_no_event(self, decoder, activation):
        (events,) = decoder.fit([activation]).predict([activation])
        assert len(events) == 0

    def test_a_list_an_array_and_single_clips_give_the_same_and_nothing_is_changed(self, decoder, rng):
        X = np.stack([clicks(50, rng=rng), clicks(43, rng=rng)])
        before = X.copy()
        decoder.fit(X)
        together, listed = decoder.predict(X), decoder.predict(list(X))
        alone = [decoder.predict([x])[0] for x in X]
        for a, b, c in zip(together, listed, alone, strict=True):
            assert len(a) > 10
            np.testing.assert_array_equal(a, b)
            np.testing.assert_array_equal(a, c)
        np.testing.assert_array_equal(X, before)

    def test_errors_name_the_clip(self, decoder):
        fitted = decoder.fit(np.zeros((2, 5)))
        for wrong in (np.zeros(0), np.zeros((3, 5))):
            with pytest.raises(
                ValueError, match=r"clip 1 of X must have the shape \(n_frames,\).*at least one"
            ):
                fitted.predict([np.zeros(5), wrong])
        with pytest.raises(ValueError, match="clip 1 of X contains NaN"):
            fitted.predict([np.zeros(5), np.array([0, np.nan])])
        with pytest.raises(ValueError, match="fps=0 must be a number > 0"):
            type(decoder)(fps=0).fit(np.zeros((2, 5)))


@pytest.mark.parametrize("decoder", BEAT_DECODERS, ids=lambda decoder: type(decoder).__name__)
@pytest.mark.parametrize(("period", "fps"), [(50, 100.0), (37, 100.0), (25, 43.07)])
def test_steady_beats_are_found_at_any_rate(decoder, period, fps, rng):
    activation = clicks(period, rng=rng, missing=0.15)
    beats = np.asarray(decoder.set_params(fps=fps).predict([activation])[0]).reshape(-1)
    if isinstance(decoder, BarHMM):
        beats = beats[::2]
    decoder.set_params(fps=100.0)
    truth = np.arange(20, 1200, period) / fps
    assert mir_eval.beat.f_measure(truth, beats) > 0.93


class TestPeakPicker:
    def test_threshold_mean_and_neighbours(self):
        a = np.zeros(100)
        a[[10, 30, 50, 52]] = [0.5, 0.3, 0.8, 0.9]
        a[70:90] = 0.6
        a[80] = 0.8

        def frames(**params):
            return np.round(100 * PeakPicker(**params).fit([a]).predict([a])[0]).tolist()

        assert frames(threshold=0.4, combine=0) == [10, 50, 52, *range(70, 79), 80, *range(82, 90)]
        assert frames(threshold=0.4, pre_max=0.03, post_max=0.03, combine=0.2) == [10, 52, 73]
        assert frames(threshold=0.4, combine=0.03)[:2] == [10, 50]
        assert frames(threshold=0.45, pre_avg=0.05, post_avg=0.05)[:2] == [10, 50]
        assert 80 not in frames(threshold=0.45, pre_avg=0.05, post_avg=0.05, combine=0)

    def test_madmoms_window_has_a_peak_of_one(self):
        a = np.zeros(50)
        a[[10, 30]] = 0.54, 0.53
        assert PeakPicker(0.54, smooth=0.05, normalize=False).fit([a]).predict([a])[0].tolist() == [0.1]
        share = 1 / np.hamming(5).sum()
        assert PeakPicker(0.54 * share - 1e-9, smooth=0.05).fit([a]).predict([a])[0].tolist() == [0.1]

    @pytest.mark.parametrize("smooth", [0.0, 0.05])
    def test_online_does_not_wait(self, rng, smooth):
        """What is found up to a frame does not depend on what comes after it."""
        a = rng.rand(300)
        params = {"pre_avg": 0.1, "pre_max": 0.03, "post_max": 9, "post_avg": 9}
        picker = PeakPicker(0.1, online=True, smooth=smooth, **params)
        everything = picker.fit([a]).predict([a])[0]
        assert len(everything) > 10
        for n in (50, 151, 222):
            np.testing.assert_array_equal(picker.predict([a[:n]])[0], everything[everything < n / 100 - 1e-9])

    def test_the_threshold_is_the_best_of_all(self, rng):
        truth = [np.sort(rng.choice(np.arange(5, 500, 10), 15, replace=False)) / 100 for _ in range(4)]
        activations = []
        for events in truth:
            a = 0.5 * rng.rand(500) ** 3
            a[np.round(events * 100).astype(int)] += rng.uniform(0.1, 0.6, len(events))
            activations.append(a)
        picker = PeakPicker(window=0.02).fit(activations, truth)

        def score(threshold):
            found = PeakPicker(threshold).fit(activations).predict(activations)
            pairs = [len(mir_eval.util.match_events(t, f, 0.02)) for t, f in zip(truth, found, strict=True)]
            return 2 * sum(pairs) / (sum(map(len, truth)) + sum(map(len, found)))

        best = max(score(threshold) for threshold in np.linspace(0, 1, 101))
        assert score(picker.threshold_) > best - 0.02 and 0.6 < best < 1

    def test_nothing_to_find_and_nothing_that_can_be_found(self):
        a = 0.3 * np.eye(2, 100, 40)
        assert all(len(events) == 0 for events in PeakPicker().fit(a, [[], []]).predict(a))
        silence = np.zeros((2, 100))
        assert all(len(events) == 0 for events in PeakPicker().fit(silence, [[0.5], []]).predict(silence))

    def test_errors(self):
        with pytest.raises(ValueError, match="requires y to be passed"):
            PeakPicker().fit(np.zeros((2, 9)))
        with pytest.raises(ValueError, match="threshold='best' must be a number or 'auto'"):
            PeakPicker("best").fit(np.zeros((2, 9)))
        with pytest.raises(ValueError, match="combine=-1 must be a number >= 0"):
            PeakPicker(combine=-1).fit(np.zeros((2, 9)), [[], []])


def test_combining_and_matching(rng):
    for _ in range(200):
        events = np.sort(rng.uniform(0, 2, rng.randint(0, 30)))
        kept = []
        for event in events:
            if not kept or event > kept[-1] + 0.1:
                kept.append(event)
        assert combine_events(events, 0.1).tolist() == kept
        others = np.sort(rng.uniform(0, 2, rng.randint(1, 30)))
        if len(events):
            assert n_matches(events, others, 0.05) == len(mir_eval.util.match_events(events, others, 0.05))


def viterbi(observed, transitions):
    """Return the best path through all states, and its score; logarithms, (n_frames, n_states)."""
    best, back = observed[0] - np.log(observed.shape[1]), []
    for frame in observed[1:]:
        sums = best[:, np.newaxis] + transitions
        back.append(sums.argmax(axis=0))
        best = sums.max(axis=0) + frame
    path = [int(best.argmax())]
    for pointers in back[::-1]:
        path.append(int(pointers[path[-1]]))
    return path[::-1], best.max()


def whole_state_space(beats, others, periods, n_parts, changes):
    """Return states (position in the bar, tempo, frame of the beat), observations and transitions."""
    states = [(k, i, p) for k in range(len(beats)) for i, n in enumerate(periods) for p in range(n)]
    number = {state: index for index, state in enumerate(states)}
    transitions = np.full((len(states), len(states)), -np.inf)
    for (k, i, p), index in number.items():
        if p + 1 < periods[i]:
            transitions[index, number[k, i, p + 1]] = 0
        else:
            for j in range(len(periods)):
                transitions[index, number[(k + 1) % len(beats), j, 0]] = changes[i, j]
    heard = np.array([p * n_parts < periods[i] for _, i, p in states])
    rows = np.log(beats[[k for k, *_ in states]]), np.log(others / (n_parts - 1))
    return states, np.where(heard, rows[0].T, rows[1][:, np.newaxis]), transitions


@pytest.mark.parametrize("n_positions", [1, 3])
def test_the_path_is_that_of_the_whole_state_space(n_positions, rng):
    periods = beat_periods(20.0, 80, 200, None if n_positions == 1 else 4)
    changes = tempo_changes(periods, 10.0)
    for n_frames in (16, 40, 97, 98):  # in shorter clips, paths are equally likely
        activation = rng.dirichlet(np.ones(n_positions + 1), n_frames).T
        beats, others = activation[:-1], activation[-1]
        found, score = best_beats(BeatScores(beats, others, periods, 4), changes)
        states, observed, transitions = whole_state_space(beats, others, periods, 4, changes)
        path, expected = viterbi(observed, transitions)
        assert score == pytest.approx(expected)
        path = [states[index] for index in path]
        begun = [(t, k, i) for t, (k, i, p) in enumerate(path) if p == 0]
        first = (-path[0][2], *path[0][:2])
        assert found == ([] if path[0][2] == 0 else [first]) + begun


def test_tempi():
    assert beat_periods(100, 55, 215).tolist() == list(range(28, 110))
    few = beat_periods(100, 55, 215, 20)
    assert len(few) >= 20 and few[0] == 28 and few[-1] == 109 and (np.diff(np.diff(few)) >= -1).all()
    np.testing.assert_allclose(np.exp(tempo_changes(few, 100)).sum(axis=1), 1)


class TestBeatHMM:
    def test_it_follows_a_tempo_that_drifts_and_bridges_gaps(self, rng):
        frames = np.cumsum(np.linspace(60, 45, 40)).round().astype(int)
        activation = 0.1 * rng.rand(frames[-1] + 30)
        activation[frames[rng.rand(40) > 0.2]] = 0.8
        beats = BeatHMM().predict([activation])[0]
        assert mir_eval.beat.f_measure(frames / 100, beats) > 0.95

    def test_the_order_of_decoders(self, rng):
        """With 30 % of the beats missing and others between, the HMM is the best."""
        decoders = BeatHMM(), BeatAutocorrelation(), PeakPicker(0.4)
        scores = np.zeros((12, 3))
        for row in scores:
            frames = 20 + np.cumsum(rng.normal(rng.randint(35, 60), 1.0, 30)).round().astype(int)
            activation = 0.05 * rng.rand(frames[-1] + 50)
            activation[frames[rng.rand(30) > 0.3]] += 0.6
            activation[rng.randint(0, len(activation), 6)] += 0.6
            for i, decoder in enumerate(decoders):
                found = decoder.fit([activation]).predict([activation])[0]
                row[i] = mir_eval.beat.f_measure(frames / 100, found)
        hmm, *others = scores.mean(axis=0)
        assert hmm > max(others) + 0.05, scores.mean(axis=0)

    @pytest.mark.parametrize("decoder", BEAT_DECODERS, ids=lambda decoder: type(decoder).__name__)
    def test_memory_grows_with_one_byte_per_frame_and_tempo(self, decoder):
        def peak(n_frames):
            activation = clicks(50, n_frames)
            tracemalloc.start()
            decoder.predict([activation])
            memory = tracemalloc.get_traced_memory()[1]
            tracemalloc.stop()
            return memory

        n_bytes = (peak(5000) - peak(2500)) / 2500
        n_states = 4 * 82 if isinstance(decoder, BarHMM) else 82  # of three and of four, one at a time
        assert n_bytes < (2 * n_states + 150)

    def test_more_than_256_tempi_need_two_bytes(self):
        activation = clicks(300, 2400)
        beats = BeatHMM(40, 215, fps=300.0).predict([activation])[0]
        assert len(beat_periods(300.0, 40, 215)) > 256
        np.testing.assert_allclose(np.diff(beats), 1.0)

    def test_errors(self):
        with pytest.raises(ValueError, match=r"max_bpm=215\.0 must be a number > 300"):
            BeatHMM(300).fit(np.zeros((1, 9)))
        with pytest.raises(ValueError, match=r"two frames at least, but a beat lasts 1\.40 frames at fps=5"):
            BeatHMM(fps=5).fit(np.zeros((1, 9)))


class TestBarHMM:
    @pytest.mark.parametrize("meter", [2, 3, 4, 5])
    def test_meter_and_phase(self, meter, rng):
        beats = np.arange(30, 2000, 48)
        positions = (np.arange(len(beats)) + 1) % meter + 1
        activation = 0.05 * rng.rand(2, 2000)
        activation[1, beats[positions == 1]] += 0.6
        activation[0, beats[positions > 1]] += 0.6
        bars = BarHMM((2, 3, 4, 5)).predict([activation])[0]
        np.testing.assert_allclose(bars, np.column_stack([beats / 100, positions]), atol=0.011)

    def test_errors(self):
        with pytest.raises(ValueError, match=r"beats_per_bar=\(\) must hold one meter"):
            BarHMM(()).fit(np.zeros((1, 9)))
        with pytest.raises(ValueError, match="beats_per_bar=0 must be an integer >= 1"):
            BarHMM((4, 0)).fit(np.zeros((1, 9)))
