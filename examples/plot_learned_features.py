"""
Features that a network learns
==============================

A restricted Boltzmann machine learns features from frames without labels, as PCA does: both turn the bands
of a frame into fewer numbers. :class:`~skmir.compose.FrameTransformer` applies either of them to each frame.
"""

# %%
# The frames are log-mel spectra, standardised band by band.
import numpy as np
from sklearn.pipeline import make_pipeline

from skmir.datasets import make_instruments
from skmir.feature_extraction import MelSpectrogram
from skmir.preprocessing import FrameScaler

notes = make_instruments(n_instruments=6, n_notes=4, duration=0.5, random_state=0)
front_end = make_pipeline(MelSpectrogram(n_mels=64), FrameScaler())
frames = front_end.fit_transform(notes.data)
print(frames.shape)

# %%
# PCA and the machine have the same number of components. The visible units of the machine are Gaussian, since
# the frames hold real values, and the hidden ones binary: a feature is the probability that its unit is on.
from sklearn.decomposition import PCA

from skmir.compose import FrameTransformer
from skmir.neural_network import RBM

pca = FrameTransformer(PCA(24, random_state=0)).fit(frames)
rbm = FrameTransformer(RBM(24, n_iter=60, learning_rate=0.003, random_state=0)).fit(frames)

# %%
# Each column holds the weights of one component, from low bands to high. Components of PCA are orthogonal and
# come in the order of their variance, so that the later ones ripple over all bands. Units of the machine
# have no order of their own (here they are sorted by the band of their largest weight).
import librosa
import matplotlib.pyplot as plt

hz = librosa.mel_frequencies(66)[1:-1]  # middles of the bands


def draw(ax, weights, title):
    """Draw weights of shape (n_components, n_bands), each divided by its largest."""
    weights = weights / np.abs(weights).max(axis=1, keepdims=True)
    image = ax.imshow(weights.T, origin="lower", aspect="auto", cmap="RdBu_r", vmin=-1, vmax=1)
    ax.set(title=title, xlabel="component")
    return image


components = rbm.transformer_.components_
order = np.abs(components).argmax(axis=1).argsort()
fig, axes = plt.subplots(1, 2, figsize=(9, 4), layout="constrained", sharey=True)
draw(axes[0], pca.transformer_.components_, "PCA")
image = draw(axes[1], components[order], "RBM")
ticks = [250, 500, 1000, 2000, 4000, 8000]
axes[0].set_yticks(np.interp(ticks, hz, np.arange(64)), ticks)
axes[0].set_ylabel("middle of the mel band in Hz")
fig.colorbar(image, ax=axes, label="weight / largest weight")
plt.show()

# %%
# The same note in both. Values of PCA are distances from the mean spectrum; values of the machine lie
# between 0 and 1, and units switch on and off with the note.
piano = frames[notes.target == notes.target_names.index("piano")][:1]
values = {"PCA": pca.transform(piano)[0], "RBM": rbm.transform(piano)[0][order]}
colours = {"PCA": {"cmap": "RdBu_r", "vmin": -8, "vmax": 8}, "RBM": {"cmap": "gray_r", "vmin": 0, "vmax": 1}}
seconds = frames.shape[2] * 512 / 22050
fig, axes = plt.subplots(1, 2, figsize=(9, 3), layout="constrained", sharey=True)
for ax, name in zip(axes, values, strict=True):
    box = {"origin": "lower", "aspect": "auto", "extent": (0, seconds, -0.5, 23.5)}
    image = ax.imshow(values[name], **box, **colours[name])
    fig.colorbar(image, ax=ax, label="value" if name == "PCA" else "P(unit is on)")
    ax.set(title=f"{name}: a piano note", xlabel="time in s")
axes[0].set_ylabel("component")
plt.show()
