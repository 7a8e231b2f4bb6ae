"""
Notes of a piano
================

Which keys were played, from when to when? A classifier for each note, smoothed by a hidden Markov model, as
Nam et al. (2011) have it, meets a network whose weights all pitches share.
"""

# %%
# Music of a synthetic piano: two hands, a pedal, soft and hard notes, strings that are stiff and slightly out
# of tune. The notes are known to the sample.
import numpy as np

from skmir.datasets import make_piano

SR, SECONDS = 22050, 8
clips, notes = make_piano(16, duration=SECONDS, sr=SR, pedal=0.2, random_state=0)
print(sum(len(pitches) for _, pitches in notes), "notes in", len(clips), "clips")

# %%
# Both see a constant-Q transform of three bins per semitone, in decibels. The network shifts it so that the
# harmonics of a pitch become channels of one bin, and learns once for all pitches what a note is. It learns
# that notes sound, and that they begin: notes start at peaks of the second. The logistic regressions learn
# that notes sound, from single frames.
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline

from skmir.feature_extraction import CQT
from skmir.modules import HarmonicCNN
from skmir.neural_network import CNNSequenceClassifier
from skmir.preprocessing import FrameScaler
from skmir.sequence import NoteHMM, NotePicker, PianoTranscriber

LOWEST, HIGHEST = 36, 95
cqt = CQT(fmin=65.4, n_bins=3 * 60, bins_per_octave=36)
standardised = make_pipeline(cqt, FrameScaler())
decibels = make_pipeline(cqt, FrameScaler(with_mean=False, with_std=False))
network = CNNSequenceClassifier(
    HarmonicCNN, module__bins_per_step=3, dropout=0.1, n_frames=128, batch_size=4, max_iter=50
)
keys = {"lowest": LOWEST, "highest": HIGHEST}
logistic = LogisticRegression(C=0.01, max_iter=200)
models = {
    "logistic regression": PianoTranscriber(standardised, logistic, NotePicker(0.5, 0.5), **keys),
    "logistic regression + HMM": PianoTranscriber(standardised, logistic, NoteHMM(), **keys),
    "HarmonicCNN": PianoTranscriber(decibels, network, NotePicker(), **keys),
}

# %%
# Folds are clips, each of a piano of its own. "note_f" counts a note as found if its onset is within 50 ms,
# "frame_f" counts frames of 10 ms.
import warnings

from skmir.model_selection import compare

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a network should learn from more clips than these
    pianos = np.arange(len(clips))
    result = compare(
        models, list(clips), notes, groups=pianos, cv=2, scoring=["note_f", "frame_f"], random_state=0
    )
print(result)

# %%
# A held-out clip: notes as annotated are outlines, those that were found are blue if a note of that pitch
# sounds there, and vermilion if none does.
import matplotlib.pyplot as plt

from skmir.inspection import AnnotationsDisplay

clip = 2
frames = cqt.fit_transform(clips[clip : clip + 1])[0]
level = 20 * np.log10(np.maximum(frames, 1e-3 * frames.max()))
fig, (picture, *rows) = plt.subplots(3, figsize=(9, 10), sharex=True, layout="constrained")
times, pitches = np.arange(level.shape[1]) * 512 / SR, LOWEST + np.arange(len(level)) / 3
picture.pcolormesh(times, pitches, level, shading="nearest", cmap="magma", rasterized=True)
picture.set(ylabel="MIDI number", xlim=(0, SECONDS), title="constant-Q transform")
for ax, name in zip(rows, ["logistic regression + HMM", "HarmonicCNN"], strict=True):
    AnnotationsDisplay.from_predictions(notes[clip], result.predictions_[name][clip], ax=ax)
    ax.set(title=name, xlabel="time in s" if ax is rows[-1] else None, ylim=(LOWEST, HIGHEST))
plt.show()

# %%
# The recording, and then the notes that the network has found, played by sine waves:
import base64
import io

import soundfile


class Sound:
    """Shows a waveform as a player."""

    def __init__(self, y, sr):
        self.y, self.sr = y, sr

    def _repr_html_(self):
        file = io.BytesIO()
        soundfile.write(file, self.y, self.sr, format="WAV", subtype="PCM_16")
        source = base64.b64encode(file.getvalue()).decode()
        return f'<audio controls src="data:audio/wav;base64,{source}"></audio>'


Sound(clips[clip], SR)

# %%
# ``skmir.datasets.write_annotations("piece.mid", found)`` writes them as MIDI.
found = result.predictions_["HarmonicCNN"][clip]
y = np.zeros(SECONDS * SR + SR)
for (start, end), hz in zip(*found, strict=True):
    time = np.arange(round((end - start) * SR)) / SR
    first = round(start * SR)
    y[first : first + len(time)] += np.sin(2 * np.pi * hz * time) * np.exp(-2 * time)
Sound(0.8 * y / np.abs(y).max(), SR)
