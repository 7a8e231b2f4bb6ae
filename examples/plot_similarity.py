"""
Search by similarity
====================

Which notes sound like this one? Part 2 of the ISMIR 2018 tutorial on deep learning for music first ranks
clips by the distance of hand-made statistics, and then by the distance that a siamese network has learned.
The same steps, on single notes of instruments that were not heard in training.
"""

# %%
# The notes are recordings if the environment variable ``SKMIR_TEST_DATA`` names a folder with the set
# ``instrument_notes``, and synthetic otherwise. A group is one instrument of one source.
import os
import pathlib

import numpy as np

from skmir.datasets import load_folder, make_instruments

SR = 22050
folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", ".")) / "instrument_notes"
if folder.is_dir():
    notes = load_folder(folder)
    clips, families = list(notes.data), np.array(notes.target_names)[notes.target]
else:
    notes = make_instruments(n_instruments=6, n_notes=6, random_state=0)
    clips, families = list(notes.data), np.array(notes.target_names)[notes.target]
groups = np.asarray(notes.groups)
print(len(clips), "notes of", len(np.unique(groups)), "instruments, in", len(np.unique(families)), "families")

# %%
# A row of statistics per note, from three sets of features: timbre, spectral shape and chroma. The sets
# differ in their numbers of columns.
from skmir.feature_extraction import MFCC, Chroma, SpectralShape
from skmir.preprocessing import FramePooler

pooler = FramePooler(("mean", "std", "max", "delta_std"))
sets = [pooler.fit_transform(FrontEnd().fit_transform(clips)) for FrontEnd in (MFCC, SpectralShape, Chroma)]
table = np.hstack(sets)
sizes = [one.shape[1] for one in sets]
print(sizes)

# %%
# Four ways to a distance. The tutorial standardises each column and then weights the sets, so that each
# counts the same however many columns it has. ``LinearDiscriminantAnalysis`` and
# :class:`~skmir.neural_network.SiameseEmbedding` learn from the families of the training notes: one projects,
# and the other brings pairs of one family near each other.
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmir.neural_network import SiameseEmbedding

weights = np.repeat(1 / np.sqrt(sizes), sizes)
models = {
    "statistics": StandardScaler(),
    "statistics, sets weighted": make_pipeline(StandardScaler(), FunctionTransformer(lambda X: X * weights)),
    "LDA": make_pipeline(StandardScaler(), LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto")),
    "siamese network": make_pipeline(StandardScaler(), SiameseEmbedding("mlp", random_state=0)),
}

# %%
# Each note of a test fold searches the others. Notes of its own instrument are left out by ``exclude``:
# otherwise the nearest note is nearly always the next key of the same piano, and says little about families.
import pandas as pd
from sklearn.model_selection import StratifiedGroupKFold

from skmir.metrics import retrieval_scores

ks = [1, 2, 3, 5, 10, 20]
rows, embeddings = [], {}
for train, test in StratifiedGroupKFold(5, shuffle=True, random_state=0).split(table, families, groups):
    for name, model in models.items():
        embedding = model.fit(table[train], families[train]).transform(table[test])
        embeddings[name] = test, embedding  # of the last fold, to be drawn
        scores = retrieval_scores(embedding, families[test], exclude=groups[test], k=ks)
        with_own = retrieval_scores(embedding, families[test])["mean_average_precision"]
        rows.append({"model": name, "with own instrument": with_own, **scores})
means = pd.DataFrame(rows).groupby("model", sort=False).mean()
columns = ["precision_at_1", "precision_at_10", "mean_average_precision", "with own instrument"]
print(means[columns].round(3).to_string())

# %%
# Precision falls with the number of results; what has learned families stays above what has not. To the
# right, the notes of a test fold in the two main directions of the learned space: no note of these
# instruments was in training.
import matplotlib.pyplot as plt
from sklearn.decomposition import PCA

fig, (left, right) = plt.subplots(1, 2, figsize=(10, 4.2), layout="constrained")
for name in models:
    left.plot(ks, means.loc[name, [f"precision_at_{k}" for k in ks]], marker="o", label=name)
left.set(xlabel="number of results k", ylabel="share of the same family", xscale="log")
left.set_xticks(ks, ks)
left.minorticks_off()
left.legend()
test, embedding = embeddings["siamese network"]
points = PCA(2, random_state=0).fit_transform(embedding)
for family in np.unique(families[test]):
    right.scatter(*points[families[test] == family].T, s=14, label=family)
right.set(title="unseen instruments", xlabel="first direction", ylabel="second direction")
right.legend(fontsize="small", loc="upper left", bbox_to_anchor=(1, 1))
plt.show()

# %%
# A query and the three nearest notes of other instruments, one after another:
import base64
import io

import soundfile

from skmir.audio import AudioLoader


class Sound:
    """Shows a waveform as a player."""

    def __init__(self, y, sr):
        self.y, self.sr = y, sr

    def _repr_html_(self):
        file = io.BytesIO()
        soundfile.write(file, self.y, self.sr, format="WAV", subtype="PCM_16")
        source = base64.b64encode(file.getvalue()).decode()
        return f'<audio controls src="data:audio/wav;base64,{source}"></audio>'


query = 0
others = np.flatnonzero(groups[test] != groups[test][query])
nearest = others[np.argsort(-embedding[others] @ embedding[query])[:3]]
for place in (query, *nearest):
    print(f"{families[test][place]:10s} {groups[test][place]}")
pieces = AudioLoader(sr=SR).fit_transform([clips[test[place]] for place in (query, *nearest)])
pause = np.zeros(SR // 4)
Sound(np.concatenate([part for y in pieces for part in (y / np.abs(y).max() * 0.5, pause)]), SR)
