"""
Several tags per sound, some of them rare
=========================================

A sound of a metal bell has the tags "bell" and "metal"; most tags have few sounds. How well does a model rank
the sounds of each tag, and when does it say that a sound has one? A support vector machine per tag is
compared with one network for all tags, by the metrics of the literature.
"""

# %%
# Weak tags of real sounds, words in the names of their files, if the folder of real recordings is there
# (``SKMIR_TEST_DATA``); otherwise two synthesised notes at once, with a tag for each instrument. Sounds with
# the same stem of a name, takes of one object, are a group.
import os
import pathlib

import numpy as np
from sklearn.preprocessing import MultiLabelBinarizer

from skmir.datasets import load_folder, make_instruments

folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", "no folder"), "sound_tags")
binarizer = MultiLabelBinarizer()
if folder.is_dir():
    data = load_folder(folder, group_column="group")
    clips, groups = data.data, np.asarray(data.groups)
    y = binarizer.fit_transform([data.target_names[label].split("|") for label in data.target])
else:
    data = make_instruments(n_instruments=8, n_notes=6, random_state=0)
    numbers = np.array([int(group[-2:]) for group in data.groups])  # those with one number play together
    pairs = np.lexsort((np.random.RandomState(0).uniform(size=len(numbers)), numbers)).reshape(-1, 2)
    clips, groups = (data.data[pairs[:, 0]] + data.data[pairs[:, 1]]) / 2, numbers[pairs[:, 0]]
    y = binarizer.fit_transform(np.asarray(data.target_names)[data.target[pairs]])
names = binarizer.classes_.astype(str).tolist()
print(len(clips), "sounds,", len(names), "tags,", len(set(groups)), "groups")
print("sounds of each tag:", dict(zip(names, y.sum(axis=0).tolist(), strict=True)))

# %%
# Statistics of the log-mel spectrogram and of MFCCs. Those of a clip do not depend on other clips, so they
# are computed once, for all folds. The network has one small hidden layer.
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.neural_network import MLPClassifier
from skmir.preprocessing import Delta, FramePooler, LogCompression

pooler = FramePooler(("mean", "std", "max", "delta_std"))
mel = make_pipeline(MelSpectrogram(n_mels=64), LogCompression(), pooler).fit_transform(clips)
mfcc = make_pipeline(MFCC(), Delta(order=(1, 2)), FramePooler()).fit_transform(clips)
X = np.hstack([mel, mfcc])
network = MLPClassifier((128,), dropout=0.5, max_iter=40, device="cpu", random_state=0)
models = {
    "SVM": make_pipeline(StandardScaler(), OneVsRestClassifier(SVC(C=10))),
    "network": make_pipeline(StandardScaler(), network),
}

# %%
# :func:`~skmir.model_selection.compare` judges models of tags by AUC-tag, the mean over tags of the area
# under the ROC curve, and spreads rare tags over the folds. "tag frequency" gives all sounds the same scores:
# it ranks no sound above another, so its AUC-tag is .5, but it knows which tags are common, which AUC-clip
# rewards.
import warnings

from skmir.model_selection import compare

scoring = ["auc_tag", "auc_clip", "tag_map", "precision_at_3"]
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # a network should learn from more clips than these
    result = compare(models, X, y, groups=groups, cv=5, scoring=scoring, random_state=0)
for name in scoring:
    print(name, result.tables_[name]["mean"].round(3).to_dict())

# %%
# The mean hides how much tags differ. Here is the area for each, from sounds that were held out.
import matplotlib.pyplot as plt
from sklearn.base import clone

from skmir.metrics import tag_roc_auc

areas = {name: [] for name in models}
for train, test in result.splits_:
    for name, model in models.items():
        fitted = clone(model).fit(X[train], y[train])
        given = fitted.predict_proba if hasattr(fitted, "predict_proba") else fitted.decision_function
        areas[name].append(tag_roc_auc(y[test], given(X[test]), average=None))
areas = {name: np.nanmean(values, axis=0) for name, values in areas.items()}

order = np.argsort(areas["SVM"])
fig, ax = plt.subplots(figsize=(7, 5), layout="constrained")
for i, (name, values) in enumerate(areas.items()):
    ax.plot(values[order], np.arange(len(names)), "os"[i], label=f"{name}, mean {values.mean():.3f}")
ax.axvline(0.5, color="k", lw=1, label="chance")
ax.set_yticks(np.arange(len(names)), [f"{names[tag]} ({y[:, tag].sum()})" for tag in order])
ax.set(xlabel="AUC of the tag", ylabel="tag (number of sounds)")
ax.legend()
plt.show()

# %%
# A ranking becomes tags by a threshold per tag. With the usual one, rare tags are hardly ever found.
# :class:`~skmir.model_selection.TunedTagThresholdsCV` takes those with the best F1 on clips that it holds out
# inside the training part.
from sklearn.metrics import f1_score

from skmir.model_selection import TunedTagThresholdsCV

train, test = result.splits_[0]
usual = clone(models["SVM"]).fit(X[train], y[train])
tuned = TunedTagThresholdsCV(models["SVM"]).fit(X[train], y[train], groups=groups[train])
for name, model in {"usual": usual, "tuned": tuned}.items():
    predicted = model.predict(X[test])
    f1 = f1_score(y[test], predicted, average="macro", zero_division=0)
    print(f"{name} thresholds: {predicted.sum()} tags for {y[test].sum()} that there are, F1 {f1:.3f}")
