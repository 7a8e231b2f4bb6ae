"""
Dropout and max-norm with few labels
====================================

A perceptron of two layers learns 200 clips by heart. Dropout and a limit on the norm of each unit's weights
(Srivastava et al. 2014) prevent that. The loss on unseen clips shows the effect better than the accuracy
does, which hardly changes.
"""

# %%
# Spectra of single tones of seven families: 200 to learn from, 1,000 held out.
import numpy as np
from sklearn.preprocessing import MinMaxScaler, Normalizer

from skmir.datasets import make_tones
from skmir.feature_extraction import DFT


def spectra(seed):
    """Return rows in [0, 1] and the families."""
    tones = make_tones(n_clips=1200, random_state=seed)
    frames = DFT(sr=tones.sr, n_fft=512, hop_length=256, center=False).fit_transform(tones.data)
    X = Normalizer().fit_transform(frames[:, :, 0])
    return MinMaxScaler(clip=True).fit(X[:200]).transform(X), tones.target


# %%
# Four networks that differ in nothing else, and a tuned support vector machine for comparison of accuracy.
from sklearn.model_selection import GridSearchCV
from sklearn.svm import SVC

from skmir.neural_network import MLPClassifier, TrainingRecipe

settings = {"none": (0.0, None), "dropout": (0.5, None), "max-norm": (0.0, 1.0), "both": (0.5, 1.0)}
losses, accuracies = {name: [] for name in settings}, {name: [] for name in [*settings, "RBF SVM"]}
for seed in range(3):
    X, y = spectra(seed)
    for name, (dropout, max_norm) in settings.items():
        model = MLPClassifier(
            (256, 256),
            dropout=dropout,
            max_iter=60,
            class_weight=None,
            weight_decay=0,
            recipe=TrainingRecipe(label_smoothing=0, max_norm=max_norm),
            device="cpu",
            random_state=seed,
        ).fit(X[:200], y[:200], X_val=X[200:], y_val=y[200:])
        losses[name].append(model.history_["valid_loss"])
        accuracies[name].append(model.score(X[200:], y[200:]))
    search = GridSearchCV(SVC(), {"C": [1, 10, 100], "gamma": [0.03, 0.1, 0.3]}, cv=3).fit(X[:200], y[:200])
    accuracies["RBF SVM"].append(search.score(X[200:], y[200:]))

# %%
# Curves are means over three draws of the tones. At the end the loss is lowest with dropout and max-norm
# together.
import matplotlib.pyplot as plt

fig, ax = plt.subplots(figsize=(6, 3.5), layout="constrained")
for name, curves in losses.items():
    mean = np.mean(curves, axis=0)
    ax.plot(np.arange(1, len(mean) + 1), mean, label=name)
    print(f"{name:9s} loss {mean[-1]:.2f}, accuracy {np.mean(accuracies[name]):.3f}")
print(f"RBF SVM, tuned: accuracy {np.mean(accuracies['RBF SVM']):.3f}")
ax.set(xlabel="epoch", ylabel="loss on 1000 other tones")
ax.legend()
plt.show()
