"""
One search over front end, pooling and network
==============================================

A grid needs a list for each parameter, and most of its candidates differ in parameters that turn out not to
matter. Bergstra and Bengio (2012) draw candidates from distributions instead: each candidate tries a new
value of every parameter. Here front end, pooling and network are drawn together, on folds that keep
instruments apart.
"""

# %%
# Notes of four families, by six instruments each; each group is an instrument.
import numpy as np

from skmir.datasets import make_instruments

notes = make_instruments(n_instruments=6, n_notes=2, duration=0.3, random_state=0)
families = np.array(notes.target_names)[notes.target]
rows = np.isin(families, ["bass", "brass", "guitar", "organ"])
X, y, groups = notes.data[rows], families[rows], notes.groups[rows]
print(f"{len(y)} clips")

# %%
# For a learning rate the order of magnitude matters: ``loguniform`` draws as many values between 0.0001 and
# 0.001 as between 0.01 and 0.1. A choice among a few values stays a list. ``memory`` keeps each clip's
# frames: ten candidates with the same ``n_mels`` compute them once.
import tempfile

from scipy.stats import loguniform, uniform
from sklearn.model_selection import GroupKFold, RandomizedSearchCV
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.feature_extraction import FeatureCache, MelSpectrogram
from skmir.neural_network import MLPClassifier
from skmir.preprocessing import FramePooler

folder = tempfile.TemporaryDirectory()
network = MLPClassifier((32,), max_iter=20, device="cpu", random_state=0)
model = make_pipeline(MelSpectrogram(memory=folder.name), FramePooler(), StandardScaler(), network)
space = {
    "melspectrogram__n_mels": [16, 32, 64],
    "framepooler__statistics": [("mean",), ("mean", "std")],
    "mlpclassifier__learning_rate_init": loguniform(1e-4, 1e-1),
    "mlpclassifier__weight_decay": loguniform(1e-4, 1.0),
    "mlpclassifier__dropout": uniform(0.0, 0.6),
}
folds = GroupKFold(4)
search = RandomizedSearchCV(
    model, space, n_iter=30, scoring="balanced_accuracy", cv=folds, refit=False, random_state=0
)
search.fit(X, y, groups=groups)
for name, value in search.best_params_.items():
    print(f"{name:36s} {value}")
print(f"balanced accuracy {search.best_score_:.2f}")

# %%
# 30 candidates in 4 folds are 120 fits. The clips' frames were computed once for each ``n_mels``.
print(FeatureCache(folder.name).sizes())

# %%
# The same number of candidates by Optuna's sampler, which looks at the scores so far before it draws the next
# candidate (Bergstra et al. 2011). ``OptunaSearchCV`` has scikit-learn's interface. Its authors call it
# experimental, and it uses functions that they are about to drop; hence the filters. Its categories must be
# numbers or strings, so pooling is not searched.
import warnings

import optuna
from optuna.distributions import CategoricalDistribution, FloatDistribution
from optuna_integration import OptunaSearchCV

optuna.logging.set_verbosity(optuna.logging.WARNING)
warnings.filterwarnings("ignore", module="optuna")
warnings.filterwarnings("ignore", message="OptunaSearchCV is experimental")
study = OptunaSearchCV(
    model,
    {
        "melspectrogram__n_mels": CategoricalDistribution([16, 32, 64]),
        "mlpclassifier__learning_rate_init": FloatDistribution(1e-4, 1e-1, log=True),
        "mlpclassifier__weight_decay": FloatDistribution(1e-4, 1.0, log=True),
        "mlpclassifier__dropout": FloatDistribution(0.0, 0.6),
    },
    study=optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0)),
    n_trials=30,
    scoring="balanced_accuracy",
    cv=folds,
    refit=False,
    random_state=0,
)
study.fit(X, y, groups=groups)
print(f"balanced accuracy {study.best_score_:.2f}")
folder.cleanup()

# %%
# Each dot is a candidate. The learning rate matters most; random draws cover its whole range, and Optuna soon
# stays near high scores.
import matplotlib.pyplot as plt
import pandas as pd

names = ["mlpclassifier__learning_rate_init", "melspectrogram__n_mels"]
drawn = pd.DataFrame(search.cv_results_)[[*(f"param_{name}" for name in names), "mean_test_score"]]
guided = study.trials_dataframe()[[*(f"params_{name}" for name in names), "value"]]

fig, axes = plt.subplots(1, 2, figsize=(8, 3.5), sharey=True, layout="constrained")
for ax, (title, table) in zip(axes, {"random draws": drawn, "Optuna": guided}.items(), strict=True):
    table = table.set_axis(["rate", "n_mels", "score"], axis="columns")
    for i, (n_mels, rows) in enumerate(table.groupby("n_mels")):
        ax.semilogx(rows["rate"], rows["score"], "o", color=f"C{i}", label=n_mels)
    ax.set(xlabel="learning rate", title=title, xlim=(8e-5, 1.2e-1))
    print(f"{title}: median {table['score'].median():.2f}, best {table['score'].max():.2f}")
axes[0].set_ylabel("balanced accuracy (4 folds)")
axes[0].legend(title="n_mels")
plt.show()

# %%
# The best of many scores is optimistic, since it was picked for being high. To learn how well a search does,
# pass it to :func:`~skmir.model_selection.compare`, which runs it inside each training fold.
#
# References: J. Bergstra and Y. Bengio, "Random search for hyper-parameter optimization", JMLR 13, 2012;
# J. Bergstra et al., "Algorithms for hyper-parameter optimization", NIPS 2011.
