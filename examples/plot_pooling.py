"""
Pooling over time, at several scales
====================================

A clip has many frames and one set of tags. What should be kept of its frames? Hamel, Lemieux, Bengio & Eck
(2011) compare statistics of windows, lengths of windows, and networks that pool at several time scales. Here
are their three studies: on recordings, if the folder that ``SKMIR_TEST_DATA`` names has them, and otherwise
on synthetic textures.
"""

# %%
# The textures are log-mel frames with ten tags. Four are steady bands, which the mean shows. Three are
# bursts of three frames, which the mean hardly shows. Three are modulations of the same bands, with periods
# of 8, 16 and 40 frames: over a long window they all have the same statistics.
import os
import pathlib

import numpy as np
import pandas as pd

TAGS = [f"band {i}" for i in range(4)] + [f"burst {i}" for i in range(3)] + ["fast", "medium", "slow"]
PERIODS = {"fast": 8, "medium": 16, "slow": 40}


def make_textures(n_clips=500, n_frames=240, seed=0):
    """Return frames of shape (n_clips, 40, n_frames), and an indicator of TAGS."""
    rng = np.random.default_rng(seed)
    tags = rng.random((n_clips, len(TAGS))) < 0.3
    frames = rng.normal(size=(n_clips, 40, n_frames)) + rng.normal(size=(n_clips, 40, 1))
    for x, present in zip(frames, tags, strict=True):
        for tag in np.flatnonzero(present):
            name, number = TAGS[tag], tag % 4
            if name.startswith("band"):
                x[5 * number : 5 * number + 5] += 1
            elif name.startswith("burst"):
                start = rng.integers(n_frames - 3)
                x[12 * number : 12 * number + 12, start : start + 3] += 2.5
            else:
                phase = rng.uniform(0, 2 * np.pi)
                x[20:] += np.sin(2 * np.pi * np.arange(n_frames) / PERIODS[name] + phase)
    return frames.astype(np.float32), tags.astype(int), [(np.arange(350), np.arange(350, n_clips))]


# %%
# The recordings are ``sound_tags``: 520 short sounds with 20 tags, weakly labelled. Two of their five folds
# are tested here.
from sklearn.preprocessing import MultiLabelBinarizer

from skmir.feature_extraction import MelSpectrogram
from skmir.preprocessing import LogCompression


def load_recordings(folder):
    """Return frames, an indicator of tags, and two splits into training and test clips."""
    table = pd.read_csv(folder / "labels.csv")
    front_end = MelSpectrogram(n_fft=1024, n_mels=128)
    frames = LogCompression().fit_transform(front_end.fit_transform([folder / f for f in table["file"]]))
    tags = MultiLabelBinarizer().fit_transform(table["label"].str.split("|"))
    folds = table["fold"]
    return frames, tags, [(np.flatnonzero(folds != fold), np.flatnonzero(folds == fold)) for fold in (0, 1)]


folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", "no such folder"), "sound_tags")
real = folder.is_dir()
X, y, splits = load_recordings(folder) if real else make_textures()
print("recordings" if real else "textures", f"{len(X)} clips, {y.shape[1]} tags")

# %%
# The inputs are principal mel-spectrum components (PMSC): whitened, with the components of a sample of
# the training frames. The pooled-features classifier (PFC) is a hidden layer of sigmoid units on the
# statistics of a window. With ``n_frames=1`` each window is an example, and the score of a clip is the mean
# over its windows.
from sklearn.pipeline import make_pipeline

from skmir.metrics import tag_roc_auc
from skmir.neural_network import CNNClassifier, MLPClassifier
from skmir.preprocessing import FrameScaler, PCAWhitener, WindowPooler

FOUR = ("mean", "var", "max", "min")
SIX = (*FOUR, "third_moment", "fourth_moment")
WHOLE = 10_000  # frames, more than any clip has


def pfc(statistics=FOUR, widths=64):
    """Return the steps of a pooled-features classifier."""
    mlp = MLPClassifier((500,), activation="sigmoid", n_frames=1, random_state=0)
    return [WindowPooler(statistics, widths=widths), FrameScaler(log=False), mlp]


def auc(steps):
    """Return AUC-tag: the mean over tags of the area under the ROC curve."""
    scores = []
    for train, test in splits:
        whitener = PCAWhitener(max_frames=10_000, random_state=0)
        model = make_pipeline(whitener, *steps).fit([X[i] for i in train], y[train])
        scores.append(tag_roc_auc(y[test], model.predict_proba([X[i] for i in test])))
    return np.mean(scores)


# %%
# Study 1: statistics of windows of 64 frames.
statistics = {name: auc(pfc((name,))) for name in FOUR} | {"four": auc(pfc()), "six": auc(pfc(SIX))}
print(pd.Series(statistics).round(3).to_string())

# %%
# Study 2: lengths of windows, with four statistics.
WIDTHS = [4, 16, 64, 256]
lengths = {width: auc(pfc(widths=width)) for width in WIDTHS}
print(pd.Series(lengths).round(3).to_string())

# %%
# Study 3: several scales. Stacked windows put statistics of three lengths side by side. Multi-time-scale
# learning pools inside the network: hidden units see short windows, and their outputs are pooled over the
# clip by the same statistics, through which the gradient flows. So a unit can learn to follow a modulation,
# and the variance of its outputs tells how much it does.
scales = {
    "64 frames": lengths[64],
    "whole clips": auc(pfc(widths=WHOLE)),
    "stacked": auc(pfc(widths=(8, 64, WHOLE))),
    "multi-scale": auc([CNNClassifier("multi_scale", random_state=0)]),
}
print(pd.Series(scales).round(3).to_string())

# %%
import matplotlib.pyplot as plt

fig, axes = plt.subplots(1, 3, figsize=(10, 3.4), layout="constrained", sharey=True)
axes[0].bar(statistics.keys(), statistics.values(), color="C0")
axes[0].set(title="statistics of 64 frames", ylabel="AUC-tag", ylim=(0.5, 1))
axes[1].plot(lengths.keys(), lengths.values(), "o-", color="C1")
axes[1].set(title="lengths of windows", xlabel="frames", xscale="log")
axes[1].set_xticks(WIDTHS, WIDTHS)
axes[1].minorticks_off()
axes[2].bar(scales.keys(), scales.values(), color="C2")
axes[2].set(title="time scales")
axes[2].tick_params(axis="x", rotation=20)
fig.suptitle("recordings" if real else "textures")
plt.show()

# %%
# On the textures, each statistic hears another kind of tag, and four together lead each alone. Long windows
# and the whole clip do best here, since a burst happens only once. Multi-time-scale learning leads, because
# nothing else tells the periods apart. On the recordings, four statistics lead too. The rest are differences
# of a few hundredths, which mean nothing with so few clips: there is no best length of windows, and several
# scales are as good as one.
