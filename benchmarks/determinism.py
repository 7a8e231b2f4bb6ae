"""Does one seed give one result? Digests of the default models' outputs for any number of jobs and backend.

Usage: python benchmarks/determinism.py [FOLDER]

FOLDER holds recordings with groups (default: medley_solos of $SKMIR_TEST_DATA, or of ../shared/data). A
column of equal digests is a model whose decision function is the same to the last bit. Only scikit-learn's
LDA differs, if joblib's processes give linear algebra another number of threads; inside ``compare``, which
fixes that number, it does not. It takes about two minutes on two cores.
"""

import hashlib
import os
import pathlib
import sys
import warnings

import numpy as np
import torch
from joblib import parallel_config
from sklearn.model_selection import GroupKFold, cross_val_predict

from skmir.datasets import load_folder
from skmir.model_selection import compare, default_models

ROOT = pathlib.Path(__file__).resolve().parents[1]
DATA = pathlib.Path(os.environ.get("SKMIR_TEST_DATA", ROOT.parent / "shared" / "data"))
FOLDS = GroupKFold(3)


def main():
    warnings.filterwarnings("ignore", message="y_pred contains classes not in y_true")
    data = load_folder(sys.argv[1] if len(sys.argv) > 1 else DATA / "medley_solos")
    states = np.random.get_state()[1].copy(), torch.get_rng_state()
    for n_jobs, backend in ((1, "loky"), (2, "loky"), (2, "threading")):
        with parallel_config(backend, n_jobs=n_jobs):
            digests = {name: digest(decide(model, data)) for name, model in seeded_models().items()}
        print(f"cross_val_predict, {n_jobs} jobs, {backend}:", digests)
    for n_jobs in (1, 2):
        result = compare(
            default_models(max_iter=3),
            data.data,
            data.target,
            groups=data.groups,
            cv=FOLDS,
            n_jobs=n_jobs,
            random_state=0,
        )
        digests = {name: digest(result.scores_[name], result.predictions_[name]) for name in result.models_}
        print(f"compare, {n_jobs} jobs:", digests)
    print("numpy's generator untouched:", np.array_equal(np.random.get_state()[1], states[0]))
    print("torch's generator untouched:", torch.equal(torch.get_rng_state(), states[1]))


def seeded_models():
    """Return the default models, each random_state at 0 and three epochs long."""
    models = default_models(max_iter=3)
    for model in models.values():
        names = [name for name in model.get_params(deep=True) if name.endswith("random_state")]
        model.set_params(**dict.fromkeys(names, 0))
    return models


def decide(model, data):
    return cross_val_predict(
        model, data.data, data.target, groups=data.groups, cv=FOLDS, method="decision_function"
    )


def digest(*arrays):
    return hashlib.blake2b(b"".join(np.asarray(a).tobytes() for a in arrays), digest_size=4).hexdigest()


if __name__ == "__main__":
    main()
