"""
Networks that have learned nothing
==================================

You can ask which architecture suits a task before anything is trained: the weights of a network stay as they
are drawn, and a support vector machine learns from the means of its maps. Pons & Serra (2018) compare
architectures in this way. :class:`~skmir.neural_network.RandomConvFeatures` is the transformer for it.
"""

# %%
# Drums that beat time at five tempi. Each drum plays at each tempo, so that its sound does not reveal the
# tempo, and the groups ensure that the drums of a test fold are not heard in training.
from skmir.datasets import make_rhythm

clips = make_rhythm(n_drums=24, duration=6, sr=12000, random_state=0)
print(clips.data.shape, clips.target_names)

# %%
# The frames are the paper's: 96 mel bands every 21 ms. Here is one drum at the slowest and the fastest tempo.
import matplotlib.pyplot as plt
import numpy as np

from skmir.feature_extraction import MFCC, MelSpectrogram

STFT = {"sr": 12000, "n_fft": 512, "hop_length": 256}
frames = MelSpectrogram(n_mels=96, **STFT).fit_transform(clips.data)

fig, axes = plt.subplots(1, 2, figsize=(9, 2.8), layout="constrained", sharey=True)
for ax, row in zip(axes, (0, 4), strict=True):
    decibels = 10 * np.log10(frames[row] / frames[row].max() + 1e-8)
    ax.imshow(decibels, origin="lower", aspect="auto", cmap="magma", extent=(0, 6, 0, 96))
    ax.set(title=clips.target_names[clips.target[row]], xlabel="time in s")
axes[0].set_ylabel("mel band")
plt.show()

# %%
# "vgg" stacks small square kernels. "timbral" kernels are nearly as high as the spectrum, and short.
# "temporal" kernels do not see frequency, and are up to 3.5 s long. ``n_features`` picks the widths, so that
# architectures have equally many features. The baseline has means and deviations of MFCC and of their
# derivatives. All go to the same SVM; the SVM on MFCC is tuned as well, within each training fold, where
# ``KFold`` keeps drums together, since the clips of one drum are neighbours.
import pandas as pd
from sklearn.model_selection import GridSearchCV, GroupKFold, KFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.neural_network import RandomConvFeatures
from skmir.preprocessing import Delta, FramePooler, FrameScaler


def score(X, *steps):
    """Return the mean accuracy on drums that were not heard."""
    folds = {"groups": clips.groups, "cv": GroupKFold(4)}
    return cross_val_score(make_pipeline(*steps), X, clips.target, **folds).mean()


WIDTHS = [30, 60, 120]
svm = [StandardScaler(), SVC(C=32)]
rows = {
    architecture: [
        score(frames, FrameScaler(), RandomConvFeatures(architecture, n_features=width, random_state=0), *svm)
        for width in WIDTHS
    ]
    for architecture in ("temporal", "vgg", "timbral")
}

mfcc = MFCC(**STFT).fit_transform(clips.data)
pooled = [Delta(order=(1, 2)), FramePooler()]
grid = {"svc__C": [0.1, 2, 8, 32], "svc__gamma": ["scale", 2**-5, 2**-9, 2**-13]}
baselines = {
    "MFCC": score(mfcc, *pooled, *svm),
    "MFCC, SVM tuned": score(mfcc, *pooled, GridSearchCV(make_pipeline(*svm), grid, cv=KFold(3))),
}
table = pd.DataFrame(rows, index=WIDTHS).T
for name, value in baselines.items():
    table.loc[name, 120] = value  # 20 coefficients, three orders, two statistics
print(table.round(2).to_string(na_rep=""))

# %%
# Chance is 0.2.
fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
for architecture, scores in rows.items():
    ax.plot(WIDTHS, scores, "o-", label=architecture)
for (name, value), style in zip(baselines.items(), ("--", ":"), strict=True):
    ax.axhline(value, color="0.4", linestyle=style, label=name)
ax.set(xscale="log", xlabel="features", ylabel="accuracy", ylim=(0.15, 1))
ax.set_xticks(WIDTHS, WIDTHS)
ax.minorticks_off()
fig.legend(loc="outside right upper")
plt.show()

# %%
# The temporal filters lead at every width, with .72 to .83. VGG needs 120 features to leave MFCC behind, and
# the timbral filters, which see 0.15 s at most, stay below. Differences of a few hundredths mean nothing
# here: there are 120 clips, and one draw of the weights.
