"""On notes of unseen instruments, what has learned families finds them better than what has not."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import StratifiedGroupKFold
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir.datasets import load_folder
from skmir.feature_extraction import MFCC, MelSpectrogram
from skmir.metrics import retrieval_scores
from skmir.neural_network import SiameseEmbedding
from skmir.preprocessing import FramePooler


@pytest.mark.slow
def test_learned_distances_find_families_of_unseen_instruments(real_data):
    notes = load_folder(real_data / "instrument_notes")
    y, groups = notes.target, notes.groups
    mel = [np.log(x + 1e-6) for x in MelSpectrogram().fit_transform(notes.data)]
    table = np.hstack(
        [
            FramePooler(("mean", "std", "max", "delta_std")).fit_transform(MFCC().fit_transform(notes.data)),
            FramePooler(("mean", "std")).fit_transform(mel),
        ]
    )
    scores = {}
    for seed in range(3):
        models = {
            "PCA": PCA(32, random_state=0),
            "LDA": LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto"),
            "learned": SiameseEmbedding("mlp", device="cpu", random_state=seed),
        }
        folds = StratifiedGroupKFold(5, shuffle=True, random_state=seed).split(y, y, groups)
        for train, test in folds:
            for name, model in models.items():
                model = make_pipeline(StandardScaler(), model).fit(table[train], y[train])
                found = retrieval_scores(model.transform(table[test]), y[test], exclude=groups[test])
                scores.setdefault(name, []).append((found["mean_average_precision"], found["n_queries"]))
    columns = {name: np.transpose(pairs) for name, pairs in scores.items()}
    means = {name: np.average(values, weights=counts) for name, (values, counts) in columns.items()}
    assert means["LDA"] > means["PCA"] + 0.07, means
    assert means["learned"] > means["PCA"] + 0.07, means
