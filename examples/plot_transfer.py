"""
A network that was trained for other labels
===========================================

Do layers of a network that has learned tags of music tell instruments apart, although it has never been asked
to? Choi et al. (2017) compare layers of such a network with MFCCs; Pons and Serra (2019) have published the
network, MusiCNN, that is used here.
"""

# %%
# Phrases of solo instruments, if the folder of real recordings is there (``SKMIR_TEST_DATA``), and notes that
# are synthesised otherwise. No instrument, or recording, is in both training and test.
import os
import pathlib
import tempfile

import soundfile

from skmir.datasets import load_folder, make_instruments

folder = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", "no folder"), "medley_solos")
temporary = tempfile.TemporaryDirectory()
if folder.is_dir():
    data = load_folder(folder, group_column="group")
else:
    data = make_instruments(n_instruments=6, n_notes=3, random_state=0)
    files = [str(pathlib.Path(temporary.name, f"{i}.wav")) for i in range(len(data.data))]
    for file, clip in zip(files, data.data, strict=True):
        soundfile.write(file, clip, 22050)  # a file is resampled to what each front end needs
    data.data = files
print(len(data.data), "clips of", len(set(data.target)), "classes,", len(set(data.groups)), "groups")

# %%
# The weights are in a package of their own: ``pip install --no-deps musicnn==0.1.0``. The same network with
# random weights shows how much of the result is due to its form alone.
import torch

from skmir.modules import MusiCNN

torch.manual_seed(0)
networks = {"random weights": MusiCNN(96, None, 50)}
try:
    networks["trained for tags"] = MusiCNN.pretrained("MTT_musicnn")
except ImportError as error:
    print(f"Without the trained network: {error}")

# %%
# A network is a front end: it turns each clip into a frame of activations per window of 3 s. A logistic
# regression learns from them. The rival is a support vector machine on MFCCs. Each clip passes through a
# network once, for all layers and folds, since what is computed is kept.
import warnings

from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.model_selection import compare, default_models
from skmir.neural_network import NetworkEmbedding
from skmir.preprocessing import FramePooler

memory = pathlib.Path(temporary.name, "memory")
layers = [*MusiCNN.map_layers, "penultimate"]
linear = LogisticRegression(C=0.01, class_weight="balanced", max_iter=1000)
models = default_models(["SVM"], memory=memory)
for name, network in networks.items():
    embedding = NetworkEmbedding(network, layers=layers, pool=("mean", "max"), sr=16000, memory=memory)
    models[name] = make_pipeline(embedding, FramePooler(("mean",)), StandardScaler(), linear)
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # some classes have fewer songs than there are folds
    result = compare(models, data.data, data.target, groups=data.groups, cv=5, random_state=0)
print(result)

# %%
# Which layers know what? The same regression learns from each layer alone. Names of columns begin with the
# name of the layer.
import warnings

import numpy as np
from sklearn.model_selection import cross_val_score

splits = result.splits_
scores = {}
for name in networks:
    embedding, pooler = models[name][:2]
    table = pooler.fit_transform(embedding.transform(data.data))
    columns = np.repeat(
        embedding.get_feature_names_out(), table.shape[1] // len(embedding.get_feature_names_out())
    )
    for layer in layers:
        inside = [column.startswith(f"{layer}_") for column in columns]
        model = make_pipeline(StandardScaler(), linear)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a fold may lack a class, as groups stay together
            found = cross_val_score(
                model, table[:, inside], data.target, cv=splits, scoring="balanced_accuracy"
            )
        scores.setdefault(name, []).append(found.mean())
    scores[name].append(result.scores_[name].mean())

# %%
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(8, 4), layout="constrained")
places = np.arange(len(layers) + 1)
for i, (name, heights) in enumerate(scores.items()):
    ax.bar(places + 0.4 * i - 0.2, heights, 0.4, label=name, color=f"C{i}")
ax.axhline(result.scores_["SVM"].mean(), color="black", linestyle="--", label="SVM on MFCCs")
ax.set_xticks(places, [*layers, "all"])
ax.set(ylabel="balanced accuracy", ylim=(0, 1), title="layers of MusiCNN as features")
ax.legend(ncols=3, loc="upper center")

# %%
# The tags that the trained network gives to a clip of each class need no training at all. They are what
# people called music of this kind; the network knows only these.
from skmir.neural_network import PretrainedTagger

if "trained for tags" in networks:
    tagger = PretrainedTagger(networks["trained for tags"], memory=memory)
    firsts = [list(data.target).index(label) for label in sorted(set(data.target))]
    for i, row in zip(firsts, tagger.predict_proba([data.data[i] for i in firsts]), strict=True):
        best = ", ".join(f"{tagger.classes_[tag]} {row[tag]:.2f}" for tag in row.argsort()[::-1][:4])
        print(f"{data.target_names[data.target[i]]:>25}: {best}")
