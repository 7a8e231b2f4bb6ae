"""
A score that means nothing, and how it is found out
===================================================

If excerpts overlap, or files were re-encoded, a recording can be on both sides of a split. Here the labels
have nothing to do with the sound, so that an honest score is the score of guessing. Still, a classifier seems
to do well, until the folds are right.
"""

# %%
# Twenty-four recordings of drums, each 8 s long. A coin decides whether somebody liked a recording. The
# excerpts are 2 s long and begin every second; nobody has written down which recording they are from.
import numpy as np

from skmir.datasets import make_rhythm

rhythms = make_rhythm(n_drums=8, random_state=0)
rng = np.random.RandomState(0)
recordings = rng.permutation(len(rhythms.data))[:24]
liked = rng.permutation(np.repeat(["no", "yes"], 12))

length, hop = 2 * rhythms.sr, rhythms.sr
clips, labels, sources = [], [], []
for recording, label in zip(recordings, liked, strict=True):
    for start in range(0, len(rhythms.data[recording]) - length + 1, hop):
        clips.append(rhythms.data[recording][start : start + length])
        labels.append(label)
        sources.append(recording)
print(len(clips), "excerpts")

# %%
# Two models and random folds. "majority" and "class frequency" guess. ``compare`` warns that there are no
# groups; we ignore that for now.
import warnings

from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.feature_extraction import MFCC
from skmir.model_selection import check_leakage, compare
from skmir.preprocessing import FramePooler

features = [MFCC(sr=rhythms.sr), FramePooler(), StandardScaler()]
models = {
    "nearest neighbour": make_pipeline(*features, KNeighborsClassifier(1)),
    "SVM": make_pipeline(*features, SVC(C=10)),
}
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    careless = compare(models, clips, labels, cv=4, random_state=0)
print(careless.table_["mean"].round(2).to_string())

# %%
# With ``cv``, ``check_leakage`` makes the same folds, and compares the sound of training clips with that of
# test clips.
leaks = check_leakage(clips, y=labels, cv=4, random_state=0, sr=rhythms.sr)
print(len(leaks), "pairs of excerpts are on both sides of at least one fold; the first five:")
print(leaks.head().round(2).drop(columns=["group", "other_group"]).to_string())

# %%
# ``clip`` and ``other`` are positions in the list; ``offset`` shows that one begins about a second after the
# other. So they are excerpts that overlap. If the sources are known, use them as groups; the splitter keeps
# them together and the classes balanced. The leak is gone, and so is the score: 24 recordings are few, so a
# score that far below guessing is not surprising.
from skmir.model_selection import MultilabelStratifiedGroupKFold

folds = MultilabelStratifiedGroupKFold(5)
careful = compare(models, clips, labels, groups=sources, cv=folds, random_state=0)
print(careful.table_["mean"].round(2).to_string())
print(len(check_leakage(clips, sources, cv=folds, y=labels, sr=rhythms.sr)), "pairs on both sides")

# %%
# If the sources are not known, the pairs themselves make groups: without ``cv``, all pairs are listed.
# Excerpts that are connected by pairs form a group.
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

pairs = check_leakage(clips, sr=rhythms.sr)
graph = coo_array((np.ones(len(pairs)), (pairs["clip"], pairs["other"])), shape=(len(clips), len(clips)))
n_groups, found = connected_components(graph, directed=False)
divided = sum(len(set(found[np.equal(sources, source)])) > 1 for source in recordings)
print(f"{n_groups} groups found; {divided} of {len(recordings)} recordings are divided among several")
mended = compare(models, clips, labels, groups=found, cv=folds, random_state=0)

# %%
# A copy that was re-encoded is found as well, here an MP3 at half the level.
import io

import soundfile

file = io.BytesIO()
soundfile.write(file, 0.5 * clips[0], rhythms.sr, format="MP3")
file.seek(0)
copy, _ = soundfile.read(file, dtype="float32")
leak = check_leakage([clips[0], clips[7], copy], cv=[([0, 1], [2])], sr=rhythms.sr)
print(leak[["clip", "other", "kind", "offset", "similarity"]].round(3).to_string())

# %%
# Balanced accuracy of guessing is 0.5.
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(6, 3.3), layout="constrained")
results = {"random folds": careless, "folds by source": careful, "folds by what was found": mended}
for i, (name, result) in enumerate(results.items()):
    ax.barh(np.arange(2) + (i - 1) * 0.27, result.table_.loc[list(models), "mean"], 0.25, label=name)
ax.axvline(0.5, color="k", linestyle=":", linewidth=1)
ax.set_yticks(range(2), models)
ax.invert_yaxis()
ax.set(xlabel="balanced accuracy on labels drawn at random", xlim=(0, 1))
fig.legend(loc="outside upper center", ncols=3, frameon=False)
plt.show()
