"""Chords: vocabularies, decoders of states, recognisers."""

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from sklearn.base import clone
from sklearn.model_selection import GroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline

import skmir
from skmir.augmentation import PitchRoll, TimeMask
from skmir.compose import FrameTransformer
from skmir.datasets import load_annotations, make_progressions
from skmir.feature_extraction import CQT, BeatSynchronizer, Chroma, MelSpectrogram
from skmir.metrics import get_scorer
from skmir.model_selection import DecoderSearchCV, compare
from skmir.neural_network import LearnedChroma, RNNSequenceClassifier, TCNSequenceClassifier
from skmir.preprocessing import FrameScaler
from skmir.sequence import Argmax, BeamSearch, ChordRecognizer, Viterbi
from skmir.sequence._chord_templates import ChordTemplates
from skmir.sequence._chord_vocabulary import ChordVocabulary

pytest.importorskip("mir_eval")
CHROMA = Chroma(kind="cqt", hop_length=2048, n_octaves=5, fmin=65.4)


def tcn(**params):
    return TCNSequenceClassifier(8, **{"max_iter": 6, "n_frames": 32, "random_state": 0, **params})


def small_rnn(**params):
    params = {"max_iter": 40, "learning_rate_init": 0.02, "batch_size": 4, "random_state": 0, **params}
    return RNNSequenceClassifier(hidden_layer_sizes=(16,), bidirectional=False, dropout=0.0, **params)


@pytest.fixture(scope="module")
def songs():
    """Eight clips of eight seconds, and their chords."""
    return make_progressions(8, duration=8, random_state=0)


@pytest.fixture(scope="module")
def templates(songs):
    clips, chords = songs
    return ChordRecognizer(CHROMA, "templates").fit(clips[:6], chords[:6])


class TestVocabulary:
    def test_triads_and_chords_of_four_notes(self):
        triads, sevenths = ChordVocabulary("majmin"), ChordVocabulary("sevenths")
        assert len(triads) == 25 and len(sevenths) == 61
        assert triads.labels[:2] == ["C:maj", "C#:maj"] and triads.labels[-1] == sevenths.labels[-1] == "N"

    @pytest.mark.parametrize(
        ("label", "triad", "seventh"),
        [
            ("C", "C:maj", "C:maj"),
            ("Db:min/b3", "C#:min", "C#:min"),
            ("G:7", "G:maj", "G:7"),
            ("E:min7/5", "E:min", "E:min7"),
            ("A:maj6", "A:maj", None),
            ("B:sus4", None, None),
            ("F:dim", None, None),
            ("N", "N", "N"),
            ("X", None, None),
        ],
    )
    def test_places_are_those_that_mir_eval_compares(self, label, triad, seventh):
        for vocabulary, expected in (("majmin", triad), ("sevenths", seventh)):
            one = ChordVocabulary(vocabulary)
            place = one.place_of(label)
            assert (one.labels[place] if place >= 0 else None) == expected

    def test_a_list_of_chords(self):
        some = ChordVocabulary(["N", "C:maj", "G:7"])
        assert some.place_of("G:7") == 2 and some.place_of("G") == -1 and some.place_of("C/3") == 1
        assert some.one_step_higher() is None

    @pytest.mark.parametrize(
        "vocabulary",
        ["majmin", "sevenths", ["N", *["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"]]],
    )
    def test_twelve_steps_are_an_octave(self, vocabulary):
        one = ChordVocabulary(vocabulary)
        higher = np.array(one.one_step_higher())
        assert one.labels[higher[one.place_of("B")]] in ("C:maj", "C")
        places = np.arange(len(one))
        for _ in range(12):
            places = higher[places]
        np.testing.assert_array_equal(places, np.arange(len(one)))

    @pytest.mark.parametrize(
        ("vocabulary", "message"),
        [
            ("triads", "vocabulary='triads' is not one of.*majmin.*nor a list of chords"),
            (["C:maj"], "must have two chords at least"),
            (["C:maj", "X"], "must not have 'X'"),
            (["C:maj", "H"], "must be chords such as"),
            (["Db", "N", "C#:maj"], "'Db' and 'C#:maj', which are the same"),
        ],
    )
    def test_errors(self, vocabulary, message):
        with pytest.raises(ValueError, match=message):
            ChordVocabulary(vocabulary)

    def test_other_types(self):
        with pytest.raises(TypeError, match="or a list of chords"):
            ChordVocabulary(25)


class TestViterbi:
    def test_no_other_path_is_likelier(self, rng):
        probabilities = rng.dirichlet(np.ones(3), 6).T
        model = Viterbi(0.7).fit([probabilities])
        path = model.predict([probabilities])[0]

        def score(states):
            emitted = np.log(probabilities[list(states), range(6)]).sum()
            return emitted + sum(np.log(model.transitions_[a, b]) for a, b in itertools.pairwise(states))

        best = max(itertools.product(range(3), repeat=6), key=score)
        assert tuple(path) == best

    def test_without_inertia_it_is_the_likeliest_state(self, rng):
        clips = [rng.dirichlet(np.ones(4), n).T for n in (1, 5, 30)]
        for found, expected in zip(
            Viterbi(0.25).fit(clips).predict(clips), Argmax().fit(clips).predict(clips), strict=True
        ):
            np.testing.assert_array_equal(found, expected)

    def test_changes_are_counted(self):
        X = [np.full((3, 6), 1 / 3)]
        model = Viterbi(None).fit(X, [np.array([0, 0, 0, 1, 1, -1])])
        assert model.transitions_[0].argmax() == 0 and model.transitions_[0, 1] > model.transitions_[0, 2] > 0
        stays = 4 / 7  # three of four changes, and those that are added
        assert model.transitions_[2] == pytest.approx([(1 - stays) / 2, (1 - stays) / 2, stays])
        np.testing.assert_allclose(model.priors_, np.array([4, 3, 1]) / 8)

    def test_priors_are_divided_out(self):
        X, y = [np.array([[0.6] * 4, [0.4] * 4])], [np.array([0, 0, 0, 1])]
        assert Viterbi(0.5).fit(X, y).predict(X)[0].tolist() == [0] * 4
        assert Viterbi(0.5, prior_weight=1).fit(X, y).predict(X)[0].tolist() == [0, 1, 1, 1]

    def test_one_row_is_the_second_of_two_states(self):
        assert Argmax().fit(np.zeros((1, 3))).predict([np.array([0.2, 0.9])])[0].tolist() == [0, 1]

    @pytest.mark.parametrize(
        ("y", "message"),
        [
            (None, "requires y to be passed"),
            ([], "inconsistent numbers of samples"),
            ([[0, 1]], "a state for each frame of clip 0"),
            ([[0, 1, 2]], "whole numbers from -1, a state not known, to 1"),
            ([[0.0, 1.0, 1.0]], "whole numbers"),
        ],
    )
    def test_errors(self, y, message):
        with pytest.raises(ValueError, match=message):
            Viterbi(None).fit([np.full((2, 3), 0.5)], y)

    def test_another_number_of_states(self):
        with pytest.raises(ValueError, match="clip 0 of X must have 2 states, as in fit, got 3"):
            Viterbi().fit([np.full((2, 3), 0.5)]).predict([np.full((3, 3), 0.3)])


class Markov(BeamSearch):
    """A beam search whose network looks at the last state alone."""

    def _learn(self, probabilities, states):
        self.priors_ = np.full(self.n_states_, 1 / self.n_states_)
        changes = torch.from_numpy(np.log(self.network)).float()

        class Changes:
            def step(self, x, states=None):
                logits = x @ changes
                return torch.where(x.any(1, keepdim=True), logits, 0.0), []

        self.network_ = SimpleNamespace(module_=Changes())
        self._hears, self._agreeing, self._weight, self._offsets = (
            False,
            self.merge_last,
            1.0,
            0 * self.priors_,
        )

    def _check_parameters(self):
        pass


class TestBeamSearch:
    @pytest.mark.parametrize("merge_last", [1, 2, 3])
    def test_a_network_of_the_last_state_alone_finds_the_path_of_viterbi(self, rng, merge_last):
        X = [rng.dirichlet(np.ones(4), n).T for n in (1, 2, 40)]
        viterbi = Viterbi(0.6).fit(X)
        beam = Markov(viterbi.transitions_, 64, merge_last=merge_last)
        beam.fit(X, [np.zeros(x.shape[1], int) for x in X])
        for found, expected in zip(beam.predict(X), viterbi.predict(X), strict=True):
            np.testing.assert_array_equal(found, expected)

    def test_a_beam_of_one_path_is_greedy(self, rng):
        x = rng.dirichlet(np.ones(4), 30).T
        changes = Viterbi(0.6).fit([x]).transitions_
        found = Markov(changes, 1).fit([x], [np.zeros(30, int)]).predict([x])[0]
        state, expected = None, []
        for column in x.T:
            state = int((column * (1 if state is None else changes[state])).argmax())
            expected.append(state)
        assert found.tolist() == expected

    def test_a_wider_beam_finds_no_worse_path(self, rng):
        states = np.tile(np.repeat([0, 1, 2], 3), 8)
        X = [rng.dirichlet(np.ones(3), 72).T * 0.5 + np.eye(3)[:, states] * 0.5 for _ in range(4)]
        decoder = BeamSearch(small_rnn(), merge_last=3, random_state=0).fit(X, [states] * 4)

        def score(path):
            inputs = decoder._inputs(path, X[0])
            with torch.no_grad():
                logits = decoder.network_.module_(torch.from_numpy(inputs)[None])[0]
            of_network = torch.log_softmax(logits, 0).numpy()[path, range(72)]
            of_frames = np.log(X[0]) - np.log(decoder.priors_)[:, None]
            return of_network.sum() + of_frames[path, range(72)].sum()

        scores = [score(decoder.set_params(beam_width=w).predict(X[:1])[0]) for w in (1, 3, 30)]
        assert scores[0] <= scores[1] + 1e-4 and scores[1] <= scores[2] + 1e-4
        assert score(states) <= scores[2] + 1e-4

    @pytest.mark.parametrize("acoustic", [False, True])
    def test_what_comes_next_is_learned(self, rng, acoustic):
        """Each state lasts four frames: a network knows when it is time, a chain does not."""
        states = np.tile(np.repeat([0, 1, 2], 4), 10)
        noise = [rng.dirichlet(np.ones(3) * 2, 120).T for _ in range(6)]
        X = [np.clip(np.eye(3)[:, states] * 0.25 + x, 0.01, 1) / 1.25 for x in noise]
        decoder = BeamSearch(small_rnn(max_iter=80), acoustic=acoustic, random_state=0)
        decoder.fit(X[:5], [states] * 5)
        found = np.mean(decoder.predict(X[5:])[0] == states)
        chain = np.mean(Viterbi(None).fit(X[:5], [states] * 5).predict(X[5:])[0] == states)
        assert found > chain + 0.05 and found > 0.9

    def test_all_keys_are_learned_from_one(self):
        """States that follow each other in one key follow each other in all, if there are transpositions."""
        states = np.repeat([0, 5, 7, 0], 3)
        X = [np.full((12, 12), 1 / 12)] * 4
        higher = [*range(1, 12), 0]
        decoder = BeamSearch(small_rnn(max_iter=100), transpositions=higher, random_state=0)
        decoder.fit(X, [states] * 4)
        lied = np.full((12, 12), 0.05)
        lied[(states + 2) % 12, range(12)] = 0.4
        lied[:, 4] = 1 / 12  # nothing is heard of the second chord for a while
        assert decoder.predict([lied])[0].tolist() == ((states + 2) % 12).tolist()

    def test_states_that_are_not_known_are_left_out(self, rng):
        X = [rng.dirichlet(np.ones(3), 20).T]
        y = [np.array([0] * 5 + [-1] * 5 + [1] * 10)]
        assert len(BeamSearch(small_rnn(max_iter=1)).fit(X, y).predict(X)[0]) == 20
        with pytest.raises(ValueError, match="frames with known states, got none"):
            BeamSearch(small_rnn(max_iter=1)).fit(X, [np.full(20, -1)])

    @pytest.mark.parametrize(
        ("params", "error", "message"),
        [
            ({"beam_width": 0}, ValueError, "beam_width"),
            ({"label_noise": 1}, ValueError, "label_noise"),
            ({"network": tcn()}, TypeError, "must be None or an RNNSequenceClassifier"),
            ({"network": RNNSequenceClassifier()}, ValueError, "bidirectional=False"),
            ({"transpositions": [0, 0, 1]}, ValueError, "each of the 3 states once"),
            ({"transpositions": [1, 0, 2], "merge_last": 0}, ValueError, "merge_last"),
        ],
    )
    def test_errors(self, params, error, message):
        decoder = BeamSearch(**{"network": small_rnn(max_iter=1), **params})
        with pytest.raises(error, match=message):
            decoder.fit([np.full((3, 4), 1 / 3)], [[0, 1, 1, 2]])

    def test_in_a_recogniser(self, songs):
        clips, chords = songs
        decoder = BeamSearch(small_rnn(max_iter=2, n_frames=64), 8, random_state=0)
        model = ChordRecognizer(CHROMA, "templates", decoder).fit(clips[:3], chords[:3])
        assert model.decoder_.transpositions[:2] == [1, 2]
        assert model.score(clips[6:], chords[6:]) > 0.4


class TestTemplates:
    def test_frames_that_are_templates(self):
        labels = ["C:maj", "C:min", "F#:min7", "N"]
        frames = np.zeros((12, 4))
        for i, notes in enumerate(([0, 4, 7], [0, 3, 7], [6, 9, 1, 4], range(12))):
            frames[list(notes), i] = 3
        templates = ChordTemplates(labels).learn([frames], [np.arange(4)])
        proba = templates.predict_proba(frames)
        assert proba.argmax(axis=0).tolist() == [0, 1, 2, 3]
        assert templates.sharpness > 20  # nothing speaks against it
        np.testing.assert_allclose(proba.sum(axis=0), 1)

    def test_what_is_learned_is_likeliest(self, rng):
        frames, places = rng.rand(12, 200), rng.randint(-1, 3, 200)
        templates = ChordTemplates(["C:maj", "A:min", "N"]).learn([frames], [places])
        known = np.flatnonzero(places >= 0)

        def loss(a, b):
            other = ChordTemplates(["C:maj", "A:min", "N"], templates.sharpness + a, templates.no_chord + b)
            return -np.log(other.predict_proba(frames)[places[known], known]).mean()

        assert all(loss(*step) > loss(0, 0) for step in ((0.3, 0), (-0.3, 0), (0, 0.3), (0, -0.3)))


class TestChordRecognizer:
    def test_templates(self, templates, songs):
        clips, chords = songs
        assert templates.score(clips[6:], chords[6:]) > 0.6
        intervals, labels = templates.predict(clips[6:7])[0]
        assert intervals[0, 0] == 0 and intervals[-1, 1] == pytest.approx(8, abs=0.1)
        np.testing.assert_array_equal(intervals[1:, 0], intervals[:-1, 1])
        assert all(a != b for a, b in itertools.pairwise(labels))
        assert templates.default_scoring == "chord_majmin"
        assert templates.score(clips, chords) == get_scorer("chord_majmin")(templates, clips, chords)

    def test_a_network_learns_chords_in_all_keys(self, songs):
        """Six clips have a few keys only; the others are known from transpositions alone."""
        clips, chords = songs
        network = TCNSequenceClassifier(
            16, max_iter=100, n_frames=32, learning_rate_init=8e-3, random_state=0
        )
        model = ChordRecognizer(CHROMA, network).fit(clips[:6], chords[:6])
        assert model.network_.augmentation.bins_per_step == 1
        assert len(model.network_.classes_) == 25
        score = model.score(clips[6:], chords[6:])
        alone = clone(model).set_params(max_steps=0).fit(clips[:6], chords[:6])
        assert alone.network_.augmentation is None
        assert score > 0.6 > alone.score(clips[6:], chords[6:]) + 0.2

    def test_the_transposition_moves_labels_as_the_vocabulary_says(self, songs):
        clips, chords = songs
        model = ChordRecognizer(network=tcn(max_iter=1)).fit(clips[:2], chords[:2])
        after = model.network_.augmentation.labels
        names = model.network_.classes_
        moved = {str(name): str(names[place]) for name, place in zip(names, after, strict=True)}
        assert moved["C:maj"] == "C#:maj" and moved["B:min"] == "C:min" and moved["N"] == "N"

    @pytest.mark.parametrize(
        ("front_end", "network", "roll"),
        [
            (CHROMA, tcn(max_iter=1), "circular"),
            (make_pipeline(CQT(hop_length=2048, n_bins=48), FrameScaler()), tcn(max_iter=1), "shift"),
            (MelSpectrogram(hop_length=2048), tcn(max_iter=1), None),
            (make_pipeline(CHROMA, FrameTransformer()), tcn(max_iter=1), None),
        ],
    )
    def test_clips_are_transposed_if_bins_are_pitches(self, front_end, network, roll, songs):
        clips, chords = songs
        augmentation = ChordRecognizer(front_end, network).fit(clips[:2], chords[:2]).network_.augmentation
        assert (augmentation and augmentation.mode) == roll

    def test_frames_between_beats(self, songs):
        clips, chords = songs
        synchronous = BeatSynchronizer(clone(CHROMA), hop_length=2048, repeat=True)
        model = ChordRecognizer(synchronous, "templates", Argmax()).fit(clips, chords)
        by_frames = ChordRecognizer(CHROMA, "templates", Argmax()).fit(clips, chords)
        assert model.score(clips, chords) > by_frames.score(clips, chords)
        found, expected = (sum(len(labels) for _, labels in one.predict(clips)) for one in (model, by_frames))
        assert found < expected / 2
        network = ChordRecognizer(synchronous, tcn(max_iter=1)).fit(clips[:2], chords[:2]).network_
        assert network.augmentation.mode == "circular"

    def test_an_augmentation_of_ones_own_stays(self, songs):
        clips, chords = songs
        own = TimeMask(2)
        model = ChordRecognizer(CHROMA, tcn(max_iter=1, augmentation=own)).fit(clips[:2], chords[:2])
        assert isinstance(model.network_.augmentation, TimeMask)

    def test_learned_chroma_and_templates(self, songs):
        clips, chords = songs
        network = LearnedChroma(max_iter=2)
        model = ChordRecognizer(CQT(hop_length=2048, n_bins=60), network, random_state=0)
        model.fit(clips[:6], chords[:6])
        assert isinstance(model.network_, LearnedChroma) and model.sharpness_ > 0
        assert model.score(clips[6:], chords[6:]) > 0.4

    def test_sevenths(self):
        clips, chords = make_progressions(6, vocabulary="sevenths", duration=6, drums=False, random_state=0)
        model = ChordRecognizer(CHROMA, "templates", vocabulary="sevenths").fit(clips, chords)
        assert model.default_scoring == "chord_sevenths" and len(model.labels_) == 61
        assert model.predict_frames(clips[:1])[0].shape[0] == 61
        assert 0.3 < model.score(clips, chords) < get_scorer("chord_root")(model, clips, chords)

    def test_chords_outside_of_the_vocabulary_are_not_learned_from(self, songs):
        clips, chords = songs
        doubtful = [(np.array([[0, 4.0], [4.0, 8.0]]), ["X", chords[i][1][0]]) for i in range(len(chords))]
        model = ChordRecognizer(CHROMA, tcn(max_iter=1)).fit(clips, doubtful)
        assert model._weights(doubtful[0], 86).tolist() == [0] * 44 + [1] * 42
        with pytest.raises(ValueError, match="no chord of y is in the vocabulary"):
            ChordRecognizer(CHROMA, "templates").fit(clips[:2], [(np.array([[0, 8.0]]), ["C:sus4"])] * 2)

    def test_one_chord_per_clip(self, songs):
        clips, chords = songs
        single = [
            clip[round(start * 22050) : round(end * 22050)]
            for clip, (intervals, _) in zip(clips, chords, strict=True)
            for start, end in intervals[:3]
        ]
        labels = np.array([label for _, names in chords for label in names[:3]])
        model = ChordRecognizer(CHROMA, "templates").fit(single, labels)
        found = model.predict(single)
        assert found.shape == labels.shape and model.score(single, labels) == np.mean(found == labels) > 0.6
        groups = np.repeat(np.arange(8), 3)
        scores = cross_val_score(clone(model), single, labels, cv=GroupKFold(2), groups=groups)
        assert (scores > 0.3).all()

    def test_silence_is_no_chord(self, templates, songs):
        quiet = [np.zeros(22050), np.zeros(1)]
        assert [labels for _, labels in templates.predict(quiet)] == [["N"], ["N"]]
        clips, chords = songs
        model = ChordRecognizer(network=tcn(max_iter=2)).fit(clips, chords)
        assert [labels for _, labels in model.predict(quiet)] == [["N"], ["N"]]

    def test_empty_annotations(self, songs):
        clips, chords = songs
        nothing = (np.zeros((0, 2)), [])
        model = ChordRecognizer(CHROMA, "templates").fit(clips[:4], [*chords[:3], nothing])
        assert model.score(clips[4:], chords[4:]) > 0.5

    def test_a_search_over_decoders(self, songs):
        clips, chords = songs
        grid = {"decoder": [Argmax(), Viterbi(0.9), Viterbi(None)]}
        search = DecoderSearchCV(ChordRecognizer(CHROMA, "templates"), grid, cv=2).fit(clips, chords)
        scores = dict(zip(map(str, grid["decoder"]), search.cv_results_["mean_test_score"], strict=True))
        assert scores["Viterbi()"] > scores["Argmax()"]
        assert search.predict(clips[:1])[0][1]

    def test_compare(self, songs):
        clips, chords = songs
        models = {
            "argmax": ChordRecognizer(CHROMA, "templates", Argmax()),
            "Viterbi": ChordRecognizer(CHROMA, "templates"),
        }
        result = compare(models, list(clips), chords, cv=2)
        assert result.scoring_ == "chord_majmin"
        scores = result.table_["mean"]
        assert scores["Viterbi"] > scores["argmax"] > scores["commonest label"]

    def test_a_saved_recogniser(self, templates, songs, tmp_path):
        clips, _ = songs
        skmir.save(templates, tmp_path / "chords.skops")
        again = skmir.load(tmp_path / "chords.skops").predict(clips[:1])[0]
        np.testing.assert_array_equal(again[0], templates.predict(clips[:1])[0][0])

    @pytest.mark.parametrize(
        ("params", "message"),
        [
            ({"network": "template"}, "network='template' is not one of"),
            ({"max_steps": -1}, "max_steps"),
            ({"vocabulary": "all"}, "vocabulary"),
            ({"front_end": MelSpectrogram(center=False)}, "center=False"),
            (
                {"front_end": MelSpectrogram(n_mels=24)},
                "must give 12 bins, one per pitch class from C on, got 24",
            ),
        ],
    )
    def test_parameters_out_of_range(self, params, message, songs):
        clips, chords = songs
        with pytest.raises(ValueError, match=message):
            ChordRecognizer(**{"front_end": CHROMA, "network": "templates", **params}).fit(
                clips[:2], chords[:2]
            )

    @pytest.mark.parametrize(
        ("annotation", "message"),
        [
            (([[0.0, 1.0]], ["Cmajor"]), "annotation 1 of y: segment 0: labels must be chords"),
            (([[0.0, 2.0], [1.0, 3.0]], ["C", "D"]), "annotation 1 of y: segment 1 must not begin before"),
            (([[9.0, 10.0]], ["C"]), "segment 0 is at 9 s, but clip 1"),
            (([[1.0, 1.0]], ["C"]), "annotation 1 of y"),
        ],
    )
    def test_errors_name_clip_and_segment(self, annotation, message, songs):
        clips, chords = songs
        y = [chords[0], annotation]
        with pytest.raises(ValueError, match=message):
            ChordRecognizer(CHROMA, "templates").fit(clips[:2], y)

    def test_overlaps_by_rounding_are_no_error(self, songs):
        clips, chords = songs
        overlapping = (np.array([[0.0, 1.02], [1.0, 8.0]]), ["C", "D"])
        model = ChordRecognizer(CHROMA, "templates").fit(clips[:2], [chords[0], overlapping])
        assert model._places(overlapping, 86).tolist() == [0] * 11 + [2] * 75


def test_real_songs(real_data):
    data = load_annotations(real_data / "chord_songs", "chords")
    X, y = data.data[:8], list(data.target[:8])
    model = ChordRecognizer(CHROMA, "templates").fit(X[:5], y[:5])
    by_frames = clone(model).set_params(decoder=Argmax()).fit(X[:5], y[:5])
    assert model.score(X[5:], y[5:]) > 0.7 > by_frames.score(X[5:], y[5:])


def test_pitch_roll_moves_classes(rng):
    x = torch.from_numpy(rng.rand(8, 24, 5).astype(np.float32))
    after = [1, 2, 0, 3]  # three classes in a circle, and one that stays
    roll = PitchRoll(2, bins_per_step=2, mode="circular", labels=after)
    y = torch.from_numpy(rng.randint(0, 4, (8, 5)))
    moved, labels = roll(x, y, torch.Generator().manual_seed(0))
    steps = [
        next(s for s in range(-2, 3) if torch.equal(torch.roll(a, 2 * s, 0), b))
        for a, b in zip(x, moved, strict=True)
    ]
    assert len(set(steps)) > 2
    for of_clip, found, step in zip(y, labels, steps, strict=True):
        expected = [int(c) if c == 3 else (int(c) + step) % 3 for c in of_clip]
        assert found.tolist() == expected
    shares = torch.nn.functional.one_hot(y, 4).float()
    _, rolled = roll(x, shares, torch.Generator().manual_seed(0))
    assert torch.equal(rolled.argmax(-1), labels)
    _, of_clips = roll(x, y[:, 0], torch.Generator().manual_seed(0))
    assert torch.equal(of_clips, labels[:, 0])
    lossy = PitchRoll(2, mode="circular", labels=[1, 2, 3, -1])
    tags = torch.eye(4)[[0, 3, 2, 1, 0, 3, 2, 1]]
    _, lost = lossy(x, tags, torch.Generator().manual_seed(0))
    expected = torch.zeros(8, 4)
    for i, (place, step) in enumerate(zip([0, 3, 2, 1] * 2, steps, strict=True)):
        if 0 <= place + step < 4:
            expected[i, place + step] = 1
    assert torch.equal(lost, expected) and (lost.sum(1) == 0).any()
    with pytest.raises(ValueError, match="labels must have no -1 for classes"):
        lossy(x, y, torch.Generator().manual_seed(0))
    for wrong in ([1, 2, 3], [0, 0, 1], [0.5, 1], [], [-2, 0]):
        with pytest.raises(ValueError, match="each number from 0 to n_classes - 1 at most once"):
            PitchRoll(labels=wrong).check()
    with pytest.raises(ValueError, match="a number for each class, got 4 numbers, but there are 6"):
        roll(x, y + 2, torch.Generator())
