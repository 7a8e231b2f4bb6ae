"""
Learning curves, and the cost of a score
========================================

A network that loses to an SVM on your recordings may win on twice as many. Learning curves show the trend:
the same models are trained on growing parts of the training clips, and tested on the same test clips. A score
also has a cost: Choi et al. (ICASSP 2017) draw it over the number of learned parameters, since a higher score
of a larger network does not show that its architecture is better.
"""

# %%
# The models
# ----------
# An SVM on statistics of MFCC, and two networks on the log-mel spectrogram that differ in size alone.
import warnings

from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from skmir.datasets import make_instruments
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.inspection import CostDisplay, LearningCurveDisplay
from skmir.model_selection import learning_curves
from skmir.neural_network import CNNClassifier
from skmir.preprocessing import FramePooler, FrameScaler

notes = make_instruments(n_instruments=6, n_notes=6, duration=0.4, random_state=0)
models = {
    "SVM": make_pipeline(MFCC(), FramePooler(), StandardScaler(), SVC(C=10)),
    **{
        f"CNN {size}": make_pipeline(
            MelSpectrogram(n_mels=40),
            FrameScaler(),
            CNNClassifier("k2c2", n_parameters=n_parameters, max_iter=15),
        )
        for size, n_parameters in {"small": 5_000, "large": 50_000}.items()
    },
}

# %%
# Growing training sets
# ---------------------
# Whole instruments are left out of the smaller parts, since a smaller collection would lack them too.
with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # compare says that 1,000 clips are wanted: that is what this is about
    curves = learning_curves(
        models,
        notes.data,
        notes.target,
        groups=notes.groups,
        cv=3,
        train_sizes=[0.25, 0.5, 1.0],
        random_state=0,
    )
print(curves.table_[["n_train", "mean", "fit_time"]].round(3))
_ = LearningCurveDisplay.from_curves(curves)

# %%
# Costs
# -----
# The picture shows the last comparison, on all training clips, over the number of learned parameters.
_ = CostDisplay.from_comparison(curves.comparisons_[1.0])
