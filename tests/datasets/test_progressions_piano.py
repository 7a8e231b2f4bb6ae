"""What make_progressions and make_piano promise: truth that is exact, and sounds that bear it out."""

import itertools

import numpy as np
import pytest

from skmir.datasets import make_piano, make_progressions
from skmir.feature_extraction import Chroma
from skmir.neural_network import chord_templates

SR = 22050


def level(clip, start, end):
    """Return the root mean square between two times in s."""
    return np.sqrt(np.mean(clip[round(start * SR) : round(end * SR)] ** 2))


class TestProgressions:
    def test_segments_cover_the_clip_and_neighbours_differ(self):
        clips, annotations = make_progressions(6, duration=7, random_state=0)
        assert clips.shape == (6, 7 * SR) and clips.dtype == np.float32
        for intervals, labels in annotations:
            assert intervals[0, 0] == 0 and intervals[-1, 1] == 7
            np.testing.assert_array_equal(intervals[1:, 0], intervals[:-1, 1])
            assert all(a != b for a, b in itertools.pairwise(labels))
            np.testing.assert_allclose(intervals * SR, np.round(intervals * SR), atol=1e-6)

    @pytest.mark.parametrize("vocabulary", ["majmin", "sevenths"])
    def test_what_sounds_is_the_chord(self, vocabulary):
        options = {"vocabulary": vocabulary, "melody": 0, "drums": False, "rests": 0, "tuning": 0}
        clips, chords = make_progressions(4, duration=8, random_state=1, **options)
        qualities = {label.partition(":")[2] for _, labels in chords for label in labels}
        assert qualities <= ({"maj", "min"} if vocabulary == "majmin" else {"maj7", "min7", "7"})
        frames = Chroma(kind="cqt", hop_length=1024, fmin=65.4, n_octaves=4).fit_transform(clips)
        fits = []
        for x, (intervals, labels) in zip(frames, chords, strict=True):
            for (start, end), template in zip(intervals, chord_templates(labels), strict=True):
                if end - start > 0.3:
                    heard = x[:, round(start * SR / 1024) + 1 : round(end * SR / 1024)].mean(axis=1)
                    fits.append([heard @ np.roll(template, k) for k in range(12)])
        assert len(fits) > 10 and np.mean(np.argmax(fits, axis=1) == 0) > 0.9

    def test_rests_are_silent_without_drums(self):
        clips, chords = make_progressions(6, rests=0.4, melody=1, drums=False, duration=8, random_state=0)
        quiet, loud = [], []
        for clip, (intervals, labels) in zip(clips, chords, strict=True):
            for (start, end), label in zip(intervals, labels, strict=True):
                if end - start < 0.3:
                    continue
                (quiet if label == "N" else loud).append(level(clip, start + 0.1, end))
        assert len(quiet) > 5 and max(quiet) < 0.05 * np.mean(loud)

    def test_seeds(self):
        clips, chords = make_progressions(3, duration=3, random_state=5)
        fewer, some = make_progressions(2, duration=3, random_state=5)
        np.testing.assert_array_equal(clips[:2], fewer)
        assert [labels for _, labels in chords[:2]] == [labels for _, labels in some]
        assert not np.array_equal(clips[0], make_progressions(1, duration=3, random_state=6)[0][0])

    @pytest.mark.parametrize(
        ("parameters", "error", "name"),
        [
            ({"vocabulary": "triads"}, ValueError, "vocabulary"),
            ({"tempo": (140, 80)}, ValueError, "tempo"),
            ({"tuning": 80}, ValueError, "tuning"),
            ({"tempo": "fast"}, TypeError, "tempo"),
            ({"rests": 1}, ValueError, "rests"),
            ({"n_clips": 0}, ValueError, "n_clips"),
        ],
    )
    def test_errors(self, parameters, error, name):
        with pytest.raises(error, match=name):
            make_progressions(**parameters)


class TestPiano:
    def test_notes_sound_when_and_how_the_annotation_says(self):
        options = {"n_hands": 1, "pedal": 0, "tuning": 0, "detuning": 0, "noise": -80.0, "tempo": 70}
        clips, annotations = make_piano(3, duration=6, random_state=0, **options)
        found = []
        for clip, (intervals, pitches) in zip(clips, annotations, strict=True):
            for (start, end), pitch, (following, _) in zip(
                intervals, pitches, [*intervals[1:], (6, 6)], strict=True
            ):
                if end - start < 0.3 or end > 5.8:
                    continue
                before, during = (
                    level(clip, max(start - 0.01, 0), start - 0.001),
                    level(clip, start, start + 0.05),
                )
                rest = level(clip, end + 0.2, following) if following - end > 0.25 else 0
                spectrum = np.abs(np.fft.rfft(clip[round(start * SR) : round(end * SR)], 2**17))
                peak = SR * spectrum[: 2**16 // 8].argmax() / 2**17
                partial = peak / pitch
                found.append(
                    (before < 0.7 * during, rest < 0.2 * during, abs(partial - round(partial)) < 0.03)
                )
        assert len(found) > 10 and np.mean(found, axis=0).min() > 0.85

    def test_one_hand_plays_one_note_at_a_time(self):
        for intervals, _ in make_piano(2, n_hands=1, pedal=0, duration=4, random_state=0)[1]:
            assert (intervals[1:, 0] >= intervals[:-1, 1]).all()

    def test_a_pitch_never_overlaps_itself(self):
        for intervals, pitches in make_piano(2, pedal=1, duration=8, random_state=0)[1]:
            assert (intervals[:, 1] > intervals[:, 0]).all() and intervals.max() <= 8
            for pitch in np.unique(pitches):
                own = intervals[pitches == pitch]
                assert (own[1:, 0] >= own[:-1, 1] - 1e-9).all()

    def test_the_pedal_holds_notes(self):
        lengths = [
            np.mean([np.diff(intervals).mean() for intervals, _ in make_piano(2, pedal=p, random_state=0)[1]])
            for p in (0, 1)
        ]
        assert lengths[1] > 1.5 * lengths[0]

    def test_hard_notes_are_brighter(self):
        def centroid(velocity):
            clips = make_piano(2, velocity=velocity, duration=3, noise=-90.0, random_state=0)[0]
            spectra = np.abs(np.fft.rfft(clips)).mean(axis=0)
            return (spectra * np.arange(len(spectra))).sum() / spectra.sum()

        assert centroid(120) > 1.1 * centroid(20)

    def test_seeds(self):
        clips, notes = make_piano(3, duration=3, random_state=5)
        fewer, some = make_piano(2, duration=3, random_state=5)
        np.testing.assert_array_equal(clips[:2], fewer)
        np.testing.assert_array_equal(notes[1][1], some[1][1])

    @pytest.mark.parametrize(
        ("parameters", "name"),
        [
            ({"n_hands": 3}, "n_hands"),
            ({"velocity": (0, 100)}, "velocity"),
            ({"pedal": 2}, "pedal"),
            ({"detuning": -1}, "detuning"),
            ({"noise": 3}, "noise"),
            ({"duration": 0.5}, "duration"),
        ],
    )
    def test_errors(self, parameters, name):
        with pytest.raises(ValueError, match=name):
            make_piano(**parameters)
