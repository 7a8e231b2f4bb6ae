"""Notes: decoders, and transcribers of a piano."""

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.ensemble import RandomForestClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC

import skmir
from skmir.compose import FrameTransformer
from skmir.datasets import load_annotations, make_piano, read_annotations, write_annotations
from skmir.feature_extraction import CQT, DFT, MelSpectrogram
from skmir.metrics import frame_f_measure, note_f_measure
from skmir.model_selection import DecoderSearchCV, compare
from skmir.modules import HarmonicCNN
from skmir.neural_network import (
    CNNSequenceClassifier,
    DBNClassifier,
    DeepBeliefNetwork,
    TCNSequenceClassifier,
)
from skmir.preprocessing import FrameScaler
from skmir.sequence import NoteHMM, NotePicker, PianoTranscriber
from skmir.sequence._note_decoders import piano_roll

pytest.importorskip("mir_eval")
LOGISTIC = LogisticRegression(C=0.01, max_iter=200)
RANGE = {"lowest": 48, "highest": 83}
FRONT_END = make_pipeline(CQT(fmin=130.8, n_bins=108, bins_per_octave=36, hop_length=1024), FrameScaler())
NOTHING = (np.zeros((0, 2)), np.zeros(0))


def harmonic(**params):
    params = {"n_filters": (6, 6), "max_iter": 3, "n_frames": 64, "random_state": 0, **params}
    options = {"learning_rate_init": 0.02, "batch_size": 2, "module__bins_per_step": 3}
    return CNNSequenceClassifier(HarmonicCNN, **options, **params)


@pytest.fixture(scope="module")
def pieces():
    """Six clips of six seconds, played with one hand, and their notes."""
    return make_piano(6, n_hands=1, pedal=0, duration=6, noise=-70.0, random_state=0)


@pytest.fixture(scope="module")
def singly(pieces):
    """A classifier and a hidden Markov model for each note."""
    clips, notes = pieces
    return PianoTranscriber(FRONT_END, LOGISTIC, **RANGE).fit(clips[:4], notes[:4])


def hz(midi):
    return 440 * 2 ** ((np.asarray(midi) - 69) / 12)


class TestNotePicker:
    def activation(self):
        x = np.zeros((2, 3, 100))
        x[0, 1, 10:40], x[0, 2, 30:90] = 0.9, 0.6
        x[1, 1, [10, 25]], x[1, 2, 31] = 0.8, 0.7
        return x

    def test_notes_begin_at_onsets_and_end_with_their_pitch(self):
        x = self.activation()
        intervals, pitches = NotePicker().fit([x]).predict([x])[0]
        np.testing.assert_allclose(intervals, [[0.1, 0.25], [0.25, 0.4], [0.31, 0.9]])
        np.testing.assert_allclose(pitches, hz([22, 22, 23]))

    def test_what_sounds_without_an_onset_is_no_note_and_what_begins_lasts_a_while(self):
        x = self.activation()
        x[1] = 0
        x[1, 0, 50] = 0.9  # an onset of a pitch that does not sound
        intervals, pitches = NotePicker().fit([x]).predict([x])[0]
        np.testing.assert_allclose(intervals, [[0.5, 0.55]])
        assert pitches == pytest.approx(hz([21]))

    def test_without_onset_activations_notes_begin_with_their_pitch(self):
        x = self.activation()[0]
        x[0, 70:73] = 0.9  # too short
        intervals, _ = NotePicker(lowest=60).fit([x]).predict([x])[0]
        np.testing.assert_allclose(intervals, [[0.1, 0.4], [0.3, 0.9]])

    def test_equal_neighbours_are_one_onset(self):
        x = np.zeros((2, 1, 20))
        x[0, 0, 2:15] = x[1, 0, 4:7] = 0.9
        assert len(NotePicker().fit([x]).predict([x])[0][1]) == 1

    @pytest.mark.parametrize("n_frames", [1, 2, 5])
    def test_few_frames_and_nothing(self, n_frames):
        x = np.zeros((2, 2, n_frames))
        for found, expected in zip(NotePicker().fit([x]).predict([x])[0], NOTHING, strict=True):
            np.testing.assert_array_equal(found, expected)
        x[:, 1, 0] = 1
        intervals, _ = NotePicker().fit([x]).predict([x])[0]
        np.testing.assert_allclose(intervals, [[0, n_frames / 100 if n_frames < 5 else 0.05]])

    @pytest.mark.parametrize(
        ("params", "X", "message"),
        [
            ({"onset_threshold": 0}, np.zeros((2, 2, 4)), "onset_threshold"),
            ({"min_duration": -1}, np.zeros((2, 2, 4)), "min_duration"),
            ({"lowest": 200}, np.zeros((2, 2, 4)), "lowest"),
            ({}, np.zeros((3, 2, 4)), r"clip 0 of X must have the shape \(1 or 2, 2, n_frames\)"),
            ({}, np.zeros((2, 2, 0)), "at least one frame"),
        ],
    )
    def test_errors(self, params, X, message):
        with pytest.raises(ValueError, match=message):
            NotePicker(**params).fit([X])


class TestNoteHMM:
    def test_gaps_and_flashes_of_one_frame_are_outvoted(self):
        x = np.full((2, 60), 0.1)
        x[0, 10:30], x[0, 20], x[1, 40] = 0.9, 0.4, 0.7
        intervals, pitches = NoteHMM().fit([x]).predict([x])[0]
        np.testing.assert_allclose(intervals, [[0.1, 0.3]])
        assert pitches == pytest.approx(hz([21]))

    def test_shares_and_changes_are_those_of_training(self):
        x = np.full((2, 100), 0.5)
        notes = [(np.array([[0.1, 0.3], [0.5, 0.7]]), hz([21, 21]))]
        model = NoteHMM().fit([x], notes)
        assert model.priors_[0] == pytest.approx(0.4, abs=0.02) and model.priors_[1] < 0.02
        np.testing.assert_allclose(model.transitions_.sum(axis=2), 1)
        assert model.transitions_[0, 1, 1] == pytest.approx(38 / 40, abs=0.03)
        # Divided by its small share, a pitch that training lacks is not brought to sound by half a chance.
        assert not len(model.predict([np.full((2, 100), 1e-4)])[0][1])

    def test_the_path_is_that_of_each_pitch_alone(self, rng):
        x = rng.rand(5, 80)
        notes = [(np.array([[0.1, 0.4], [0.2, 0.6], [0.5, 0.7]]), hz([21, 23, 25]))]
        together = NoteHMM().fit([x], notes).predict([x])[0]
        alone = []
        for pitch in range(5):
            own = [
                (i[None], p[None])
                for i, p in zip(*notes[0], strict=True)
                if round(p, 3) == round(hz(21 + pitch), 3)
            ]
            truth = [tuple(np.concatenate(part) for part in zip(*own, strict=True))] if own else [NOTHING]
            model = NoteHMM(lowest=21 + pitch).fit([x[pitch : pitch + 1]], truth)
            alone += list(zip(*model.predict([x[pitch : pitch + 1]])[0], strict=True))
        assert len(alone) >= len(together[1]) - 2  # the counts that are added differ

    def test_onset_activations_are_not_looked_at(self, rng):
        x = rng.rand(2, 3, 50)
        found, expected = (NoteHMM().fit([one]).predict([one])[0] for one in (x, x[:1]))
        np.testing.assert_array_equal(found[0], expected[0])


class TestRoll:
    def test_notes_in_frames(self):
        notes = np.array([[0.0, 0.5], [0.9, 5.0], [0.2, 0.2001]]), hz([60, 62, 61])
        roll = piano_roll(notes, 3, 10, 10.0, 60)
        assert roll.sum(axis=1).tolist() == [5, 1, 1] and roll[1, 2] and roll[2, 9]

    def test_pitches_out_of_range_are_left_out(self):
        notes = np.array([[0.0, 0.5], [0.0, 0.5]]), hz([59, 64])
        assert not piano_roll(notes, 3, 10, 10.0, 60).any()


class TestPianoTranscriber:
    def test_a_classifier_for_each_note(self, singly, pieces):
        clips, notes = pieces
        assert isinstance(singly.decoder_, NoteHMM) and singly.decoder_.lowest == 48
        assert singly.score(clips[:4], notes[:4]) > 0.5
        assert frame_f_measure(notes[4:], singly.predict(clips[4:])) > 0.25
        assert singly.predict_frames(clips[:1])[0].shape[:2] == (1, 36)

    def test_a_network_that_all_pitches_share(self, pieces):
        clips, notes = pieces
        model = PianoTranscriber(FRONT_END, harmonic(max_iter=60), NotePicker(0.5, 0.3), **RANGE)
        model.fit(clips[:4], notes[:4])
        assert model.score(clips[4:], notes[4:]) > 0.5
        assert model.predict_frames(clips[:1])[0].shape[:2] == (2, 36)
        assert model.network_.augmentation.bins_per_step == 3
        labels = model.network_.augmentation.labels
        assert labels[:2] == [1, 2] and labels[34:37] == [35, -1, 37] and labels[71] == -1  # head by head
        intervals, pitches = model.predict(clips[4:5])[0]
        assert (np.diff(intervals[:, 0]) >= 0).all() and (intervals[:, 1] > intervals[:, 0]).all()
        assert pitches.min() >= hz(48) * 0.999 and pitches.max() <= hz(83) * 1.001

    def test_a_note_that_training_lacks(self, pieces):
        """Shared weights know it from other notes; a classifier of its own does not."""
        clips, notes = pieces
        truth = notes[4]
        lacking = np.median(truth[1])
        kept = [(i[p != lacking], p[p != lacking]) for i, p in notes]
        shared = PianoTranscriber(FRONT_END, harmonic(max_iter=30), **RANGE)
        single = PianoTranscriber(FRONT_END, LOGISTIC, **RANGE)
        own = truth[0][truth[1] == lacking], truth[1][truth[1] == lacking]
        row = round(69 + 12 * np.log2(lacking / 440)) - 48
        silent = [i for i in range(4) if not np.isclose(notes[i][1], lacking).any()] or [0, 1]
        found = {}
        for name, model in {"shared": shared, "single": single}.items():
            model.fit([clips[i] for i in silent], [kept[i] for i in silent])
            activation = model.predict_frames(clips[4:5])[0][0, row]
            roll = piano_roll(own, 36, len(activation), model.fps_, 48)[row]
            found[name] = activation[roll].mean()
        assert found["single"] == 0 < 0.2 < found["shared"]

    @pytest.mark.parametrize(
        "network",
        [
            CalibratedClassifierCV(LinearSVC(), cv=2),
            RandomForestClassifier(5, max_depth=4, random_state=0),
            DBNClassifier((8,), max_iter=2, random_state=0),
            make_pipeline(FrameScaler(), TCNSequenceClassifier(4, max_iter=1, random_state=0)),
        ],
        ids=["SVM", "forest", "DBN", "TCN"],
    )
    def test_other_networks(self, network, pieces):
        clips, notes = pieces
        model = PianoTranscriber(FRONT_END, network, lowest=60, highest=76).fit(clips[:3], notes[:3])
        frames = model.predict_frames(clips[3:4])[0]
        assert frames.shape[1] == 17 and 0 <= frames.min() <= frames.max() <= 1
        assert 0 <= model.score(clips[3:], notes[3:]) <= 1

    def test_features_of_a_deep_belief_network(self, pieces):
        clips, notes = pieces
        features = FrameTransformer(DeepBeliefNetwork((16,), random_state=0))
        front_end = make_pipeline(DFT(n_fft=1024, hop_length=1024), FrameScaler(), features)
        model = PianoTranscriber(front_end, LOGISTIC, lowest=60, highest=80).fit(clips[:3], notes[:3])
        assert (
            model.front_end_[-1].n_features_out_ if hasattr(model.front_end_[-1], "n_features_out_") else True
        )
        assert frame_f_measure(notes[:3], model.predict(clips[:3])) > 0.1

    @pytest.mark.parametrize("steps", [0, 3])
    def test_clips_are_transposed_if_bins_are_pitches(self, steps, pieces):
        clips, notes = pieces
        model = PianoTranscriber(FRONT_END, harmonic(max_iter=1), max_steps=steps, **RANGE)
        assert (model.fit(clips[:2], notes[:2]).network_.augmentation is None) == (steps == 0)
        mel = MelSpectrogram(n_mels=108)
        assert model.set_params(front_end=mel).fit(clips[:2], notes[:2]).network_.augmentation is None

    def test_silence_and_one_sample_have_no_notes(self, singly, pieces):
        clips, notes = pieces
        quiet = [np.zeros(22050), np.zeros(1)]
        network = PianoTranscriber(FRONT_END, harmonic(), **RANGE).fit(clips[:2], notes[:2])
        for model in (singly, network):
            assert [len(pitches) for _, pitches in model.predict(quiet)] == [0, 0]

    def test_empty_annotations(self, pieces):
        clips, notes = pieces
        model = PianoTranscriber(FRONT_END, LOGISTIC, **RANGE).fit(clips[:3], [*notes[:2], NOTHING])
        assert note_f_measure([NOTHING], model.predict([clips[0] * 0])) == 1

    def test_a_search_over_decoders_and_compare(self, pieces):
        clips, notes = pieces
        model = PianoTranscriber(FRONT_END, LOGISTIC, lowest=62, highest=74)
        grid = {"decoder": [NoteHMM(), NotePicker(0.5, 0.3)]}
        search = DecoderSearchCV(model, grid, cv=2).fit(clips, notes)
        assert len(set(search.cv_results_["mean_test_score"])) == 2
        result = compare({"single": model}, list(clips), notes, cv=2)
        assert (
            result.scoring_ == "note_f" and result.table_["mean"]["single"] > result.table_["mean"]["nothing"]
        )

    def test_from_wave_to_midi(self, singly, pieces, tmp_path):
        pytest.importorskip("pretty_midi")
        clips, _ = pieces
        found = singly.predict(clips[4:5])[0]
        write_annotations(tmp_path / "piece.mid", found)
        again = read_annotations(tmp_path / "piece.mid", "notes")
        both = [np.column_stack(one)[np.lexsort((one[0][:, 0], one[1].round()))] for one in (again, found)]
        np.testing.assert_allclose(*both, atol=2e-3)  # ticks

    def test_a_saved_transcriber(self, singly, pieces, tmp_path):
        clips, _ = pieces
        skmir.save(singly, tmp_path / "piano.skops")
        again = skmir.load(tmp_path / "piano.skops").predict(clips[4:])
        for found, expected in zip(again, singly.predict(clips[4:]), strict=True):
            np.testing.assert_array_equal(found[0], expected[0])

    @pytest.mark.parametrize(
        ("y", "message"),
        [
            ([NOTHING] * 2, "no note of y is from lowest=48 to highest=83"),
            ([(np.array([[0.0, 1.0]]), np.array([60.0]))] * 2, "are these MIDI numbers"),
            (
                [(np.array([[9.0, 9.5]]), hz([60]))] * 2,
                "annotation 0 of y: note 0 is at 9 s, but clip 0 of X ends",
            ),
            ([(np.array([[1.0, 0.5]]), hz([60]))] * 2, "annotation 0 of y"),
            ([(np.array([[np.nan, 0.5]]), hz([60]))] * 2, "annotation 0 of y"),
            (None, "requires y to be passed"),
        ],
    )
    def test_errors_about_notes(self, y, message, pieces):
        clips, _ = pieces
        with pytest.raises(ValueError, match=message):
            PianoTranscriber(FRONT_END, LOGISTIC, **RANGE).fit(clips[:2], y)

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"lowest": 90, "highest": 60}, "highest"),
            ({"widen": -1}, "widen"),
            ({"max_steps": 0.5}, "max_steps"),
        ],
    )
    def test_parameters_out_of_range(self, params, message, pieces):
        clips, notes = pieces
        with pytest.raises((ValueError, TypeError), match=message):
            PianoTranscriber(FRONT_END, LOGISTIC, **params).fit(clips[:2], notes[:2])


def test_real_pianists(real_data):
    data = load_annotations(real_data / "piano_performances", "notes")
    X, y = data.data[:2], list(data.target[:2])
    model = PianoTranscriber(FRONT_END, clone(LOGISTIC), **RANGE).fit(X[:1], y[:1])
    assert frame_f_measure(y[1:], model.predict(X[1:])) > 0.5  # the same piece, played by another
