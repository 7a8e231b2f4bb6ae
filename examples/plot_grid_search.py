"""
Front end, pooling and classifier in one search
===============================================

A front end is a step of a Pipeline like any other, so a grid search can choose its parameters together with
the classifier's, on the same folds, without looking at the clips on which the result is tested.
"""

# %%
# The groups are instruments: the chosen parameters have to suit instruments that were not heard in training.
from skmir.datasets import make_instruments

notes = make_instruments(n_instruments=6, n_notes=2, duration=0.5, random_state=0)

# %%
# Names of nested parameters are made as everywhere in scikit-learn: the step, two underscores, the
# parameter. ``memory`` names a folder in which the front end keeps each clip's frames. Here the folder is
# temporary; a folder that stays can be used by the next run as well.
import tempfile

from sklearn.model_selection import GridSearchCV, GroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.feature_extraction import MFCC, FeatureCache
from skmir.preprocessing import FramePooler

folder = tempfile.TemporaryDirectory()
model = make_pipeline(MFCC(memory=folder.name), FramePooler(), StandardScaler(), SVC())
grid = {
    "mfcc__n_mfcc": [5, 10, 20, 40],
    "framepooler__statistics": [("mean",), ("mean", "std"), ("mean", "std", "max", "delta_std")],
    "svc__C": [1, 10],
}
search = GridSearchCV(model, grid, scoring="balanced_accuracy", cv=GroupKFold(3), refit=False)
search.fit(notes.data, notes.target, groups=notes.groups)
print(search.best_params_)

# %%
# The 24 candidates in 3 folds are 72 fits. Each clip's frames were computed four times, once for each
# ``n_mfcc``: each row below is a front end with its parameters.
print(FeatureCache(folder.name).sizes())
folder.cleanup()

# %%
# With three parameters, a picture has to leave one out: each cell shows the score of the best ``C``.
import matplotlib.pyplot as plt
import pandas as pd

results = pd.DataFrame(search.cv_results_)
results["statistics"] = results["param_framepooler__statistics"].map(", ".join)
table = results.pivot_table("mean_test_score", "statistics", "param_mfcc__n_mfcc", aggfunc="max", sort=False)

fig, ax = plt.subplots(figsize=(7, 3.2), layout="constrained")
image = ax.imshow(table, cmap="viridis", aspect="auto")
ax.set_xticks(range(table.shape[1]), table.columns)
ax.set_yticks(range(table.shape[0]), table.index)
ax.set(xlabel="coefficients (n_mfcc)", ylabel="statistics of the frames", title="SVM on MFCC, best C")
middle = (table.to_numpy().min() + table.to_numpy().max()) / 2
for row, scores in enumerate(table.to_numpy()):
    for column, score in enumerate(scores):
        colour = "white" if score < middle else "black"
        ax.text(column, row, f"{score:.2f}", ha="center", va="center", color=colour)
fig.colorbar(image, ax=ax, label="balanced accuracy (3 folds)")
plt.show()

# %%
# The highest of many scores is optimistic, since it was picked for being high. To learn how well the search
# does, pass the whole search to :func:`~skmir.model_selection.compare`: it then runs inside each training
# fold, and gets the groups there as well.
