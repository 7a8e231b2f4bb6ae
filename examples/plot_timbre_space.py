"""
A space of timbre in three dimensions
=====================================

Humphrey's thesis (2015) maps a patch of a constant-Q spectrogram to a point in three dimensions, so that
points are near each other if their instruments sound alike. A network that learns from pairs of notes is
compared with what linear algebra can do: PCA, followed by LDA.
"""

# %%
# The notes are recordings if the environment variable ``SKMIR_TEST_DATA`` names a folder with the set
# ``instrument_notes``, and synthetic otherwise.
import os
import pathlib

import numpy as np

from skmir.datasets import load_folder, make_instruments

folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", ".")) / "instrument_notes"
if folder.is_dir():
    notes = load_folder(folder)
else:
    notes = make_instruments(n_instruments=8, n_notes=6, random_state=0)
families, groups = np.array(notes.target_names)[notes.target], np.asarray(notes.groups)
print(len(families), "notes of", len(np.unique(groups)), "instruments")

# %%
# A patch is 20 frames of a constant-Q transform, about one second. Its magnitudes, relative to the loudest of
# the clip, are compressed by log(1 + x): what is quiet counts more than in proportion.
import warnings

from skmir.feature_extraction import CQT

N_FRAMES = 20
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of notes that are shorter than the longest filter
    frames = CQT(n_bins=84, hop_length=1024).fit_transform(list(notes.data))
frames = [np.log1p(100 * x / x.max()).astype(np.float32) for x in frames]
frames = [np.pad(x, ((0, 0), (0, max(N_FRAMES - x.shape[1], 0)))) for x in frames]  # silence after the end
patches = np.stack([x[:, :N_FRAMES] for x in frames])
print(patches.shape)

# %%
# The network has the thesis's layers with fewer maps: kernels tall in pitch, tanh throughout, and three
# outputs. Any class of ``torch.nn.Module`` can be the trunk of a
# :class:`~skmir.neural_network.SiameseEmbedding`.
import torch
from torch import nn


class TimbreNet(nn.Module):
    """Three convolutions over pitch and time, a dense layer, and a point."""

    def __init__(self, n_bins, n_frames, n_outputs, n_filters=(8, 16, 32)):
        super().__init__()
        first, second, third = n_filters
        self.layers = nn.Sequential(
            *(nn.Conv2d(1, first, (13, 5)), nn.MaxPool2d(2), nn.Tanh()),
            *(nn.Conv2d(first, second, (11, 5)), nn.MaxPool2d(2), nn.Tanh()),
            *(nn.Conv2d(second, third, (9, 1)), nn.MaxPool2d((2, 1)), nn.Tanh()),
            nn.Flatten(),
        )
        n_inputs = self.layers(torch.zeros(1, 1, n_bins, n_frames)).shape[1]
        self.layers.extend([nn.Linear(n_inputs, 64), nn.Tanh()])
        self.final_layer = nn.Linear(64, n_outputs)

    def forward(self, x):
        return self.final_layer(self.layers(x.unsqueeze(1)))  # (B, n_bins, n_frames) -> (B, n_outputs)


# %%
# There are two networks: the thesis's, and the default trunk of
# :class:`~skmir.neural_network.SiameseEmbedding`, which is larger. The contrastive loss has two margins:
# notes of one family cost nothing up to a distance of 0.35, and notes of two families cost nothing from a
# distance of 1.4. Points have length 1 here, so they lie on a sphere; in the thesis they may lie anywhere,
# and the ratio of the margins is the same.
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer

from skmir.neural_network import SiameseEmbedding

pairs = {"n_components": 3, "loss": "contrastive", "margin": (0.35, 1.4), "batch_size": 64, "random_state": 0}
flat = FunctionTransformer(lambda X: X.reshape(len(X), -1))
models = {
    "PCA": make_pipeline(flat, PCA(3, random_state=0)),
    "PCA-LDA": make_pipeline(
        flat, PCA(64, whiten=True, random_state=0), LinearDiscriminantAnalysis(n_components=3)
    ),
    "network": SiameseEmbedding(TimbreNet, max_iter=40, learning_rate_init=2e-3, **pairs),
    "larger network": SiameseEmbedding("timbre_rhythm", max_iter=15, **pairs),
}

# %%
# How good is a space of three numbers? A nearest-neighbour classifier is fitted to the points of the training
# notes, and names the families of the others. The thesis draws the test notes at random, so that other notes
# of their instruments are in training. For the second column, whole instruments are kept for the test.
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold, StratifiedKFold
from sklearn.neighbors import KNeighborsClassifier

folds = {
    "known instruments": StratifiedKFold(5, shuffle=True, random_state=0).split(families, families),
    "unknown instruments": StratifiedGroupKFold(5, shuffle=True, random_state=0).split(
        families, families, groups
    ),
}
accuracy = pd.DataFrame(index=list(models), columns=list(folds), dtype=float)
points, truth = {}, {}
for column, fold in folds.items():
    train, test = next(fold)
    for name, model in models.items():
        known = model.fit(patches[train], families[train]).transform(patches[train])
        found = points[column, name] = model.transform(patches[test])
        neighbours = KNeighborsClassifier(15).fit(known, families[train])
        accuracy.loc[name, column] = neighbours.score(found, families[test])
    truth[column] = families[test]
print(accuracy.round(3).to_string())

# %%
# With known instruments, a network leads, as in the thesis. With unknown ones the lead is small or gone:
# three numbers that are learned from some fifty instruments say which of them a note comes from, rather than
# what all instruments of a family have in common. The test notes, with known instruments above:
import matplotlib.pyplot as plt

fig = plt.figure(figsize=(12, 6.5), layout="constrained")
for row, column in enumerate(folds):
    for i, name in enumerate(models):
        ax = fig.add_subplot(2, 4, 4 * row + i + 1, projection="3d", title=f"{name},\n{column}")
        for family in np.unique(families):
            ax.scatter(*points[column, name][truth[column] == family].T, s=8, label=family)
        ax.tick_params(labelsize=6)
fig.legend(*ax.get_legend_handles_labels(), loc="outside lower center", ncols=8, fontsize="small")
plt.show()
