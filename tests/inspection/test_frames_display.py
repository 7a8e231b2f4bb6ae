"""Frames as pictures, each on the axis of its front end."""

import numpy as np
import pytest
import soundfile
from sklearn.exceptions import NotFittedError
from sklearn.model_selection import GridSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.feature_extraction import (
    CQT,
    DFT,
    MFCC,
    BeatSynchronizer,
    Chroma,
    LogFilteredSpectrogram,
    MelSpectrogram,
    Tempogram,
)
from skmir.inspection import FramesDisplay
from skmir.preprocessing import ContextWindow, Delta, FramePooler, FrameScaler, LogCompression

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402

SR = 22050
TONE = np.sin(2 * np.pi * 440 * np.arange(SR) / SR)


@pytest.fixture(autouse=True)
def close():
    yield
    plt.close("all")


def drawn_edges(display):
    """Return the edges of the bins as they stand in the picture."""
    if display.ax_.images:
        extent = display.ax_.images[0].get_extent()
        return np.linspace(*extent[2:], len(display.values_) + 1)
    return display.ax_.collections[0].get_coordinates()[:, 0, 1]


@pytest.mark.parametrize(
    "front_end",
    [
        DFT(),
        DFT(center=False, power=2),
        MelSpectrogram(),
        MelSpectrogram(htk=True, fmin=100, fmax=6000, n_mels=200, n_fft=8192),
        CQT(),
        CQT(fmin=110, n_bins=120, bins_per_octave=24),
        LogFilteredSpectrogram(sr=SR, hop_length=256),
    ],
    ids=repr,
)
def test_a_tone_stands_at_its_frequency(front_end):
    display = FramesDisplay.from_estimator(front_end, TONE)
    row = display.values_[:, display.values_.shape[1] // 2].argmax()
    edges = drawn_edges(display)
    assert edges[row] < 440 < edges[row + 1]
    assert (np.diff(edges) > 0).all()
    assert display.ax_.get_ylabel() in ("frequency in Hz", "note")
    display.figure_.canvas.draw()


def test_ticks_are_words_of_the_front_end():
    def words(front_end):
        axis = FramesDisplay.from_estimator(front_end, TONE).ax_
        return axis.get_ylabel(), [text.get_text() for text in axis.get_yticklabels()]

    assert words(CQT()) == ("note", ["C1", "C2", "C3", "C4", "C5", "C6", "C7"])
    assert words(CQT(fmin=440, n_bins=12)) == (
        "note",
        ["A4", "A#4", "B4", "C5", "C#5", "D5", "D#5", "E5", "F5", "F#5", "G5", "G#5"],
    )
    assert words(MelSpectrogram())[1] == ["250", "500", "1000", "2000", "4000", "8000"]
    assert words(Chroma(n_chroma=24)) == (
        "pitch class",
        ["C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B"],
    )
    assert words(MFCC(n_mfcc=3)) == ("bin", ["mfcc00", "mfcc01", "mfcc02"])
    assert words(Tempogram(win_length=64))[0] == "lag in s"


def test_notes_stand_at_their_frequencies():
    axis = FramesDisplay.from_estimator(CQT(), TONE).ax_
    np.testing.assert_allclose(axis.get_yticks(), 440 * 2.0 ** (np.arange(-45, 28, 12) / 12))
    assert axis.get_yscale() == "log"


def test_mel_bands_are_equally_high():
    display = FramesDisplay.from_estimator(MelSpectrogram(n_mels=40), TONE)
    heights = np.diff(display.ax_.transData.transform(np.c_[np.zeros(41), drawn_edges(display)])[:, 1])
    np.testing.assert_allclose(heights, heights.mean(), rtol=1e-6)


def test_decibels_are_below_the_highest_and_not_below_the_range():
    frames = np.array([[1.0, 0.1, 0.0]])
    values = {power: FramesDisplay.from_frames(np.repeat(frames**power, 1025, 0), DFT(power=power)).values_[0]
              for power in (1.0, 2.0)}  # fmt: skip
    for power in values:
        np.testing.assert_allclose(values[power], [0, -20, -80])
    silence = FramesDisplay.from_estimator(DFT(), np.zeros(SR))
    assert (silence.values_ == -80).all()
    plain = FramesDisplay.from_estimator(DFT(), TONE, db_range=None)
    np.testing.assert_allclose(plain.values_, DFT().transform([TONE])[0])


@pytest.mark.parametrize(("center", "offset"), [(True, 0.0), (False, 0.0), (True, 0.5)])
def test_a_click_stands_at_its_time(center, offset):
    y = np.zeros(SR)
    y[round(0.7 * SR)] = 1
    front_end = DFT(n_fft=512, hop_length=128, center=center, offset=offset)
    display = FramesDisplay.from_estimator(front_end, y, waveform=True)
    times = (display.times_[:-1] + display.times_[1:]) / 2
    loudest = times[display.values_.sum(axis=0).argmax()]
    assert abs(loudest - 0.7) < 0.004
    (line,) = display.waveform_ax_.collections or display.waveform_ax_.get_lines()
    ends = np.array([segment[:, 0] for segment in line.get_segments() if np.ptp(segment[:, 1]) > 0.5])
    assert abs(ends.mean() - 0.7) < 0.001


def test_a_file_is_drawn_as_its_samples(tmp_path):
    path = tmp_path / "ton ä.wav"
    soundfile.write(path, TONE, SR, subtype="FLOAT")
    of_file = FramesDisplay.from_estimator(CQT(), path, waveform=True)
    of_array = FramesDisplay.from_estimator(CQT(), TONE.astype(np.float32), waveform=True)
    np.testing.assert_array_equal(of_file.values_, of_array.values_)
    np.testing.assert_array_equal(of_file.waveform, TONE.astype(np.float32))
    with pytest.raises(OSError, match="missing"):
        FramesDisplay.from_estimator(CQT(), tmp_path / "missing.wav")


def test_a_pipeline_is_drawn_up_to_its_frames():
    steps = make_pipeline(MelSpectrogram(n_mels=10), LogCompression(), FrameScaler(), FramePooler(), SVC())
    rng = np.random.RandomState(0)
    clips = [*rng.randn(6, 5000)]
    with pytest.raises(NotFittedError, match="not fitted"):
        FramesDisplay.from_estimator(steps, clips[0])
    search = GridSearchCV(steps, {"svc__C": [1, 2]}, cv=2).fit(clips, list("aaabbb"))
    display = FramesDisplay.from_estimator(search, clips[1])
    np.testing.assert_allclose(display.values_, search.best_estimator_[:3].transform(clips[1:2])[0])
    assert display.ax_.get_ylabel() == "frequency in Hz"  # bins are still the mel bands
    assert display.ax_.collections[0].get_clim()[0] < 0
    deltas = make_pipeline(MelSpectrogram(n_mels=10), Delta()).fit(clips)
    assert FramesDisplay.from_estimator(deltas, clips[0]).ax_.get_ylabel() == "bin"


def test_frames_without_times_are_numbered():
    windows = make_pipeline(MFCC(), ContextWindow(3, hop=3)).fit([TONE])
    assert FramesDisplay.from_estimator(windows, TONE).ax_.get_xlabel() == "frame"
    assert FramesDisplay.from_frames(np.eye(3)).ax_.get_xlabel() == "frame"
    with pytest.raises(ValueError, match="must be None if the frames have no times"):
        FramesDisplay.from_estimator(windows, TONE, waveform=True)
    beats = np.zeros(4 * SR)
    beats[:: SR // 2] = 1
    synchronous = FramesDisplay.from_estimator(BeatSynchronizer().fit([beats]), beats)
    assert synchronous.ax_.get_xlabel() == "frame" and synchronous.ax_.get_ylabel() == "pitch class"


def test_annotations_stand_in_the_picture():
    beats = FramesDisplay.from_estimator(CQT(), TONE, annotation=np.array([0.25, 0.75]))
    assert [line.get_xdata()[0] for line in beats.ax_.get_lines()] == [0.25, 0.75]
    chords = [[0, 0.5], [0.5, 1]], ["A:maj", "$x^"]
    display = FramesDisplay.from_estimator(Chroma(), TONE, annotation=chords, waveform=True)
    assert [text.get_text() for text in display.labels_ax_.texts] == ["A:maj", "$x^"]
    display.figure_.canvas.draw()
    lower, upper = display.labels_ax_.get_position(), display.waveform_ax_.get_position()
    assert display.ax_.get_position().y1 <= lower.y0 < lower.y1 <= upper.y0 < upper.y1 <= 1
    notes = [[0, 1.0]], np.array([440.0])
    display = FramesDisplay.from_estimator(CQT(), TONE, annotation=notes)
    np.testing.assert_allclose(display.ax_.collections[-1].get_segments(), [[[0, 440], [1, 440]]])
    with pytest.raises(ValueError, match="must not be notes on an axis of 'pitch class'"):
        FramesDisplay.from_estimator(Chroma(), TONE, annotation=notes)
    with pytest.raises(ValueError, match="annotation must be of one clip"):
        FramesDisplay.from_estimator(CQT(), TONE, annotation=["rock"])


@pytest.mark.parametrize("clips", [[TONE, TONE[1:]], TONE[np.newaxis], np.array(["a.wav"]), 3.0, None])
def test_one_clip_is_asked_for(clips):
    with pytest.raises(ValueError, match=r"clip must be one path, or one waveform .*Pass one of several"):
        FramesDisplay.from_estimator(CQT(), clips)


def test_errors_say_what_must_hold():
    with pytest.raises(TypeError, match=r"must be a front end .* got Pipeline"):
        FramesDisplay.from_estimator(make_pipeline(StandardScaler(), SVC()), TONE)
    with pytest.raises(
        ValueError, match=r"of shape \(n_bins, n_frames\), got float64 of shape \(1, 84, 44\)"
    ):
        FramesDisplay.from_frames(CQT().transform([TONE]), CQT())
    with pytest.raises(
        ValueError, match="frames must have 84 rows, one for each bin of the estimator, got 3"
    ):
        FramesDisplay.from_frames(np.eye(3), CQT())
    with pytest.raises(ValueError, match="db_range"):
        FramesDisplay.from_frames(np.eye(3), db_range=-1)


def test_given_axes_are_used():
    _, ax = plt.subplots()
    display = FramesDisplay.from_estimator(MFCC(), TONE, waveform=True, ax=ax)
    assert display.ax_ is ax and display.figure_ is ax.get_figure()
