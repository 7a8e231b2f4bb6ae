"""
Architectures at equal size
===========================

A comparison of architectures is fair only if they have the same number of parameters. ``n_parameters`` finds
the widths.
"""

# %%
# Synthesised notes. The first split of ``GroupKFold`` keeps a quarter of the instruments for validation.
from sklearn.model_selection import GroupKFold

from skmir.datasets import make_instruments
from skmir.feature_extraction import MelSpectrogram
from skmir.preprocessing import FrameScaler

notes = make_instruments(n_instruments=8, n_notes=3, duration=0.6, random_state=0)
frames = MelSpectrogram(n_mels=48).fit_transform(notes.data)
train, valid = next(GroupKFold(4).split(frames, groups=notes.groups))
scaler = FrameScaler().fit(frames[train])
X, y = scaler.transform(frames[train]), notes.target[train]
X_val, y_val = scaler.transform(frames[valid]), notes.target[valid]
print(X.shape, X_val.shape)

# %%
# Three networks of Choi et al. (2017) and the default one, each with about 15,000 parameters. Without
# ``early_stopping`` the loss on ``X_val`` is only recorded.
from skmir.neural_network import CNNClassifier, CRNNClassifier

SIZE = {"n_parameters": 15_000, "max_iter": 20, "random_state": 0}
networks = {
    "k1c2": CNNClassifier("k1c2", **SIZE),
    "k2c2": CNNClassifier("k2c2", **SIZE),
    "CRNN": CRNNClassifier(**SIZE),
    "timbre_rhythm": CNNClassifier(**SIZE),
}
for name, network in networks.items():
    network.fit(X, y, X_val=X_val, y_val=y_val)
    print(f"{name}: {network.n_parameters_:,} parameters, accuracy {network.score(X_val, y_val):.2f}")

# %%
# ``history_`` holds the losses of each epoch. If the loss on instruments that were not trained on rises
# while the other falls, the network learns its instruments by heart.
import matplotlib.pyplot as plt
import pandas as pd

fig, axes = plt.subplots(1, 2, figsize=(9, 3.5), layout="constrained", sharey=True)
for name, network in networks.items():
    history = pd.DataFrame(network.history_).set_index("epoch")
    for ax, part in zip(axes, ("train", "valid"), strict=True):
        ax.plot(history[f"{part}_loss"], label=name)
axes[0].set(xlabel="epoch", ylabel="loss", title="Instruments that were trained on")
axes[1].set(xlabel="epoch", title="Other instruments")
axes[1].legend()
plt.show()
