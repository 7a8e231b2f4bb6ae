"""
Does a network beat an SVM?
===========================

:func:`~skmir.model_selection.compare` runs models on the same folds and says how sure the difference is.
Here a small convolutional network meets the usual baseline, an SVM on means and deviations of MFCC, on
notes of seven instrument families.
"""

# %%
# Every family has four instruments, and every instrument plays four notes. Notes of one instrument sound
# alike, so the instruments are the groups: no instrument is on both sides of a split.
from skmir.datasets import make_instruments

notes = make_instruments(n_instruments=4, n_notes=4, duration=0.5, random_state=0)
print(notes.data.shape, len(set(notes.groups)), notes.target_names)

# %%
# A model is a scikit-learn Pipeline from clips to labels. All of its steps, the scaling included, are fitted
# on the training clips of each fold.
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import FramePooler, FrameScaler

models = {
    "SVM on MFCC": make_pipeline(MFCC(), FramePooler(), StandardScaler(), SVC(C=10)),
    "CNN": make_pipeline(
        MelSpectrogram(n_mels=48),
        FrameScaler(),
        CNNClassifier(n_filters=(8, 16, 32, 32), max_iter=15, batch_size=16),
    ),
}

# %%
# One call fits and tests both models on four folds. The seed decides the network's weights and the order of
# the clips.
import warnings

from skmir.model_selection import compare

with warnings.catch_warnings(record=True) as said:
    warnings.simplefilter("always")
    result = compare(models, notes.data, notes.target, groups=notes.groups, cv=4, random_state=0)
print(result)

# %%
# The last two rows guess: a model that does not score well above them has learned nothing. ``compare`` also
# warns about the validity of its numbers:
for warning in said:
    print(warning.message)

# %%
# The picture shows the same table: each model's mean with its interval, the folds as dots, and the cost per
# fold. The intervals are wide, since four folds are few and their training parts overlap. To judge whether
# the difference is real, look at ``p (Holm)``, not at the dots.
import matplotlib.pyplot as plt

from skmir.inspection import ComparisonDisplay

ComparisonDisplay.from_comparison(result)
plt.show()

# %%
# Each clip was predicted once, while it was held out; so one confusion matrix covers all of them.
from sklearn.metrics import ConfusionMatrixDisplay

fig, axes = plt.subplots(1, 2, figsize=(10, 5), layout="constrained", sharey=True)
for ax, name in zip(axes, models, strict=True):
    ConfusionMatrixDisplay.from_predictions(
        notes.target,
        result.predictions_[name],
        display_labels=notes.target_names,
        xticks_rotation="vertical",
        cmap="Blues",
        colorbar=False,
        ax=ax,
    )
    ax.set_title(name)
axes[1].set_ylabel("")
plt.show()
