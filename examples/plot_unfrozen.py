"""
A designed pipeline that goes on learning
=========================================

Chroma and a linear classifier are a network of three layers whose weights somebody chose. Humphrey, Bello and
LeCun (2012) proposed to keep the equations and let the weights learn. Here a Pipeline of designed steps is
fitted and then trained on from there as one network: what changes, and does it help?
"""

# %%
# Major and minor triads: mixed from recorded notes, if the variable ``SKMIR_TEST_DATA`` names a folder that
# has them, and otherwise synthesised. The instruments of the test clips are in no training clip.
import os
import pathlib

import numpy as np
from sklearn.model_selection import GroupKFold

from skmir.datasets import load_folder, make_chords

folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", "no folder"), "chord_triads")
if folder.is_dir():
    chords = load_folder(folder)
    clips, labels = chords.data, np.array(chords.target_names)[chords.target]
else:
    chords = make_chords(n_instruments=10, n_chords=2, random_state=0)
    clips, labels = chords.data, chords.target
groups = np.asarray(chords.groups)
train, test = next(GroupKFold(5).split(clips, labels, groups))
print(len(train), "clips to learn from,", len(test), "to test")

# %%
# Constant-Q magnitudes are computed once. The Pipeline takes their logarithm, adds up the octaves, and
# describes each clip by the mean and the deviation of its chroma.
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.feature_extraction import CQT
from skmir.preprocessing import CQTToChroma, FramePooler, LogCompression

frames = CQT().fit_transform(clips)
designed = make_pipeline(
    LogCompression(10, base=np.e), CQTToChroma(), FramePooler(), StandardScaler(), LogisticRegression()
)

# %%
# ``UnfrozenClassifier`` fits the Pipeline, turns it into a network that predicts the same, and trains the
# steps that have weights. With ``init="random"`` the same network starts from weights that nobody designed.
from skmir.neural_network import UnfrozenClassifier

models = {
    "frozen": designed,
    "head only": UnfrozenClassifier(designed, trainable=["logisticregression"], random_state=0),
    "unfrozen": UnfrozenClassifier(designed, random_state=0),
    "random start": UnfrozenClassifier(designed, init="random", random_state=0),
}
for name, model in models.items():
    model.fit(frames[train], labels[train])
    print(f"{name:>12}: {model.score(frames[test], labels[test]):.3f}")

# %%
# The weights of the sum of octaves before training, after training, and after training from random weights.
# Each row is a pitch class, from C; each column a semitone from C1. The sum keeps to its octaves, and learns
# which of them to trust.
import matplotlib.pyplot as plt

from skmir.inspection import FiltersDisplay

fig, axes = plt.subplots(1, 4, figsize=(13, 3), layout="constrained")
for pair, name in zip((axes[:2], axes[2:]), ("unfrozen", "random start"), strict=True):
    FiltersDisplay.from_estimator(models[name], step="cqttochroma", normalize=False, ax=pair)
    for ax in pair:
        ax.set(title=f"{name},{ax.get_title().split(':')[1]}", xlabel="bin", ylabel="pitch class")
plt.show()

# %%
# How far each step is from its start, as a share of the length of its weights.
for name in ("unfrozen", "random start"):
    print(name, {step: round(moved, 2) for step, moved in models[name].deviation_.items()})

# %%
# With early stopping, instruments that the Pipeline has not seen choose the number of epochs; 0, the Pipeline
# as it is, is one of the candidates.
stopped = UnfrozenClassifier(
    designed, early_stopping=True, max_iter=200, n_iter_no_change=30, random_state=0
).fit(frames[train], labels[train], groups=groups[train])

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
losses = stopped.validation_loss_
ax.plot(losses, label="validation part, on the way")
ax.plot(np.arange(1, stopped.n_iter_ + 1), stopped.history_["train_loss"], "--", label="all clips, then")
ax.plot(stopped.n_iter_, losses.min(), "o", color="C0")
ax.set(xlabel="epoch", ylabel="cross-entropy", yscale="log")
ax.legend(frameon=False)
plt.show()

print(f"{stopped.n_iter_} epochs: {stopped.score(frames[test], labels[test]):.3f}")
