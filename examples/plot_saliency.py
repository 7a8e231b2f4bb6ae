"""
Where does a decision come from?
================================

A classifier can be right for the wrong reason: it hears the recorder, not the player.
:class:`~skmir.inspection.SaliencyDisplay` draws where in time and frequency the decision for a class comes
from, and makes it heard.
"""

# %%
# Two players, Ada and Ben, play notes on the same guitars, in the same way. But Ada's recorder has a faint
# whine at 6 kHz. A support vector machine on MFCC and a network learn from two guitars which of the two
# plays, and recognise them on the third.
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.datasets import make_instruments
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import FramePooler, FrameScaler

SR = 22050
notes = make_instruments(n_instruments=3, n_notes=10, duration=0.8, random_state=0)
guitars = np.flatnonzero(np.array(notes.target_names)[notes.target] == "guitar")
y = np.where(np.arange(len(guitars)) % 2, "Ben", "Ada")
whine = 0.02 * np.sin(2 * np.pi * 6000 * np.arange(notes.data.shape[1]) / SR)
clips = [notes.data[i] + whine * (player == "Ada") for i, player in zip(guitars, y, strict=True)]
held_out = np.array([group.endswith("02") for group in notes.groups[guitars]])
train, test = np.flatnonzero(~held_out), np.flatnonzero(held_out)

network = CNNClassifier(max_iter=14, device="cpu", random_state=0)
models = {
    "SVM": make_pipeline(MFCC(), FramePooler(), StandardScaler(), SVC(C=10)),
    "CNN": make_pipeline(MelSpectrogram(), FrameScaler(), network),
}
for name, model in models.items():
    model.fit([clips[i] for i in train], y[train])
    print(f"{name}: {model.score([clips[i] for i in test], y[test]):.0%} right")

# %%
# What do they listen to? Occlusion works for every model: one cell of time and frequency after another is
# removed from the sound, and the colour says by how much the score of the class falls. Integrated gradients
# share out a network's score to the values of its input, and are as fine as its frames. Red speaks for the
# class, blue against it; in grey is the spectrogram.
import matplotlib.pyplot as plt

from skmir.inspection import SaliencyDisplay

note = clips[test[0]]
fig, axes = plt.subplots(3, 1, figsize=(8, 10), layout="constrained")
asked = [("SVM", "occlusion"), ("CNN", "occlusion"), ("CNN", "integrated_gradients")]
for (name, method), ax in zip(asked, axes, strict=True):
    display = SaliencyDisplay.from_estimator(models[name], note, target="Ada", method=method, ax=ax)
    ax.set_title(f"{name}, {method.replace('_', ' ')}")
plt.show()

# %%
# The network listens to the whine, a line at 6 kHz that is clearest where the note has died away. The note,
# and then only what speaks for Ada most, a twentieth of the picture, made louder:
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


Sound(note, SR)

# %%
salient = display.to_audio(keep=0.05)
Sound(0.2 * salient / np.abs(salient).max(), SR)

# %%
# That was one note. Over all held-out notes, :func:`~skmir.inspection.band_importance` exchanges one band
# after another between the clips, as scikit-learn's ``permutation_importance`` does with columns of a table,
# and says by how much the accuracy falls:
from skmir.inspection import band_importance

for name, model in models.items():
    result = band_importance(model, [clips[i] for i in test], y[test], random_state=0)
    most = result.importances_mean.argmax()
    low, high = result.frequencies[[most, most + 1]]
    fall = result.importances_mean[most]
    print(f"{name} needs {low:.0f} to {high:.0f} Hz: its accuracy falls by {fall:.0%} without")

# %%
# Without the whine, hardly a note of Ada's is taken for hers:
quiet = [notes.data[guitars[i]] for i in test if y[i] == "Ada"]
for name, model in models.items():
    print(f"{name}: {np.mean(model.predict(quiet) == 'Ada'):.0%} of Ada's notes recognised")
