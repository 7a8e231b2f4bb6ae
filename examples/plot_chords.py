"""
Chords from templates and from a network
========================================

The nearest template of each chroma frame is the oldest way to chords. Here it meets a network that learns
from annotated songs, both with and without a decoder that knows that chords last.
"""

# %%
# Songs with a bass, a melody and drums, each in a key of its own; when which chord sounds is known to the
# sample.
from skmir.datasets import make_progressions

SR, SECONDS = 22050, 10
clips, chords = make_progressions(20, duration=SECONDS, sr=SR, random_state=0)
intervals, labels = chords[0]
for (start, end), label in zip(intervals[:4], labels, strict=False):
    print(f"{start:5.2f} {end:5.2f} {label}")

# %%
# A recogniser is a front end, a network and a decoder. "templates" stands in place of the network, so that
# all else is the same. ``Argmax`` takes each frame by itself, ``Viterbi`` the likeliest sequence. The network
# sees a constant-Q transform, and in training, clips that are transposed with their chords: so it knows all
# keys from the few that are there.
from skmir.feature_extraction import CQT, Chroma
from skmir.neural_network import TCNSequenceClassifier
from skmir.sequence import Argmax, ChordRecognizer, Viterbi

chroma = Chroma(kind="cqt", hop_length=2048, fmin=65.4, n_octaves=5)
cqt = CQT(hop_length=2048, fmin=65.4, n_bins=120, bins_per_octave=24)
network = TCNSequenceClassifier(16, n_frames=32, max_iter=60, learning_rate_init=8e-3)
counted = Viterbi(self_probability=None)  # changes of chords are counted in training
models = {
    "templates": ChordRecognizer(chroma, "templates", Argmax()),
    "templates + Viterbi": ChordRecognizer(chroma, "templates", counted),
    "TCN": ChordRecognizer(cqt, network, Argmax()),
    "TCN + Viterbi": ChordRecognizer(cqt, network, counted),
    "TCN + Viterbi, not transposed": ChordRecognizer(cqt, network, counted, max_steps=0),
}

# %%
# The score is the share of the time in which the chord is right (WCSR), over all clips of a fold. The last
# two rows do not listen: "nothing" names no chord, "commonest label" always the chord that lasts longest in
# training.
import warnings

import numpy as np

from skmir.model_selection import compare

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a network should learn from more clips than these
    songs = np.arange(len(clips))
    result = compare(models, list(clips), chords, groups=songs, cv=4, random_state=0)
print(result)

# %%
# A held-out clip: the spectrum, and the chords as annotated and as predicted. Chords of one root have one
# colour, minor ones are darker.
import matplotlib.pyplot as plt

from skmir.inspection import AnnotationsDisplay

clip = 3
frames = cqt.fit_transform(clips[clip : clip + 1])[0]
level = 20 * np.log10(np.maximum(frames, 1e-3 * frames.max()))
shown = ["templates", "templates + Viterbi", "TCN + Viterbi"]
fig, (picture, *rows) = plt.subplots(
    4, figsize=(9, 8), sharex=True, layout="constrained", height_ratios=(2.2, 1, 1, 1)
)
times = np.arange(level.shape[1]) * 2048 / SR
notes = 36 + np.arange(len(level)) / 2  # MIDI numbers of the bins
picture.pcolormesh(times, notes, level, shading="nearest", cmap="magma", rasterized=True)
picture.set(ylabel="MIDI number", xlim=(0, SECONDS))
for ax, name in zip(rows, shown, strict=True):
    AnnotationsDisplay.from_predictions(chords[clip], result.predictions_[name][clip], ax=ax)
    ax.set(title=name, xlabel="time in s" if ax is rows[-1] else None)
plt.show()

# %%
# The song, with the chords that the last model found played along, an octave above middle C:
import base64
import io

import soundfile

from skmir.neural_network import chord_templates


class Sound:
    """Shows a waveform as a player."""

    def __init__(self, y, sr):
        self.y, self.sr = y, sr

    def _repr_html_(self):
        file = io.BytesIO()
        soundfile.write(file, self.y, self.sr, format="WAV", subtype="PCM_16")
        source = base64.b64encode(file.getvalue()).decode()
        return f'<audio controls src="data:audio/wav;base64,{source}"></audio>'


def played(segments):
    """Return chords as sound."""
    y = np.zeros(SECONDS * SR)
    for (start, end), label in zip(*segments, strict=True):
        part = slice(round(start * SR), min(round(end * SR), len(y)))
        time = np.arange(part.stop - part.start) / SR
        if label != "N":
            for pitch_class in np.flatnonzero(chord_templates([label])[0]):
                hz = 440 * 2 ** ((72 + pitch_class - 69) / 12)
                y[part] += np.sin(2 * np.pi * hz * time) * np.exp(-time)
    return y / np.abs(y).max()


found = result.predictions_["TCN + Viterbi"][clip]
Sound(0.5 * clips[clip] / np.abs(clips[clip]).max() + 0.25 * played(found), SR)
