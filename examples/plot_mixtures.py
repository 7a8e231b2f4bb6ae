"""
Few labels, several instruments at once
=======================================

Hamel, Wood and Eck (2009) went on from single instruments to several at once: every clip then has a tag for
each family that sounds. A deep belief network starts from clips without labels. It is compared with the same
network without that start, and with one tuned support vector machine per tag.
"""

# %%
# Three tones of seven families at once. Each row is the square root of a spectrum, standardised; the labels
# of 2,000 clips are not used.
import numpy as np
from sklearn.preprocessing import Normalizer, StandardScaler

from skmir.datasets import make_tones
from skmir.feature_extraction import DFT

n_labelled, n_unlabelled, n_validation, n_test = 700, 2000, 300, 1000
ends = np.cumsum([n_labelled, n_unlabelled, n_validation, n_test])


def mixtures(seed):
    """Return spectra and tags: labelled, unlabelled, to stop early, to test."""
    tones = make_tones(n_clips=ends[-1], n_sources=3, spread=0.1, random_state=seed)
    front_end = DFT(sr=tones.sr, n_fft=512, hop_length=256, center=False, power=0.5)
    X = Normalizer().fit_transform(front_end.fit_transform(tones.data)[:, :, 0])
    X = StandardScaler().fit(X[: ends[1]]).transform(X)
    return np.split(X, ends[:-1]), np.split(tones.target, ends[:-1])


# %%
# The score is the F-score over all tags. "MLP, Glorot" is the network without pretraining, but from weights
# after Glorot and Bengio (2010).
from sklearn.metrics import f1_score
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.svm import SVC

from skmir.neural_network import DBNClassifier, TrainingRecipe


def network(seed, pretraining=None, init=None):
    """Return an untrained network."""
    recipe = TrainingRecipe(init=init)
    params = {"max_iter": 150, "class_weight": None, "early_stopping": True, "device": "cpu"}
    params["random_state"] = seed
    return DBNClassifier((100, 100, 100), pretraining=pretraining, recipe=recipe, **params)


scores = {name: [] for name in ("DBN", "MLP", "MLP, Glorot", "RBF SVM, tuned")}
for seed in range(3):
    (X, X_unlabelled, X_val, X_test), (y, _, y_val, y_test) = mixtures(seed)
    validation = {"X_val": X_val, "y_val": y_val}
    fitted = {
        "DBN": network(seed, "rbm").fit(X, y, X_unlabelled=X_unlabelled, **validation),
        "MLP": network(seed).fit(X, y, **validation),
        "MLP, Glorot": network(seed, init="glorot_uniform").fit(X, y, **validation),
    }
    grid = {"estimator__C": [1, 10], "estimator__gamma": [0.0003, 0.001, 0.003]}
    search = GridSearchCV(OneVsRestClassifier(SVC()), grid, cv=3, scoring="f1_micro")
    fitted["RBF SVM, tuned"] = search.fit(X, y)
    for name, model in fitted.items():
        scores[name].append(f1_score(y_test, model.predict(X_test), average="micro"))

# %%
# Each dot is a draw of the tones, with another seed of the network; bars are their means. The lead of the
# pretrained network over the one from torch's weights is small, and in other settings there was no lead.
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
for i, (name, values) in enumerate(scores.items()):
    print(f"{name:16s} {np.mean(values):.3f}  {np.round(values, 3)}")
    ax.barh(i, np.mean(values), color=f"C{i}", alpha=0.6)
    ax.plot(values, [i] * len(values), "k.")
ax.set_yticks(range(len(scores)), scores)
ax.invert_yaxis()
ax.set(xlabel="F-score over all tags", xlim=(0, 1))
plt.show()
