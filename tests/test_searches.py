"""scikit-learn's searches, and Optuna's, over front end, pooling, augmentation and network in one space."""

import numpy as np
import pytest
import soundfile
from scipy.stats import loguniform, randint
from sklearn.base import clone
from sklearn.experimental import enable_halving_search_cv  # noqa: F401
from sklearn.model_selection import (
    GridSearchCV,
    GroupKFold,
    HalvingGridSearchCV,
    HalvingRandomSearchCV,
    ParameterSampler,
    RandomizedSearchCV,
)
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from skmir._cache._entries import RECENT
from skmir.augmentation import FrequencyMask, TimeMask
from skmir.feature_extraction import FeatureCache, MelSpectrogram
from skmir.neural_network import CNNClassifier, MLPClassifier
from skmir.preprocessing import FramePooler, FrameScaler

SR, N_CLIPS, N_GROUPS = 22050, 24, 6

POOLED = make_pipeline(
    MelSpectrogram(),
    FramePooler(),
    StandardScaler(),
    MLPClassifier((8,), max_iter=3, device="cpu", random_state=0),
)
NETWORK = make_pipeline(
    MelSpectrogram(),
    FrameScaler(),
    CNNClassifier("k2c2", n_filters=(4, 8), max_iter=2, device="cpu", random_state=0),
)
# Front end, pooling and network in one; front end, augmentation and network in the other.
GRIDS = {
    "pooled": {
        "melspectrogram__n_mels": [10, 20],
        "framepooler__statistics": [("mean",), ("mean", "std")],
        "mlpclassifier__learning_rate_init": [1e-3, 1e-2],
    },
    "network": {
        "melspectrogram__n_mels": [16, 20],
        "cnnclassifier__augmentation": [None, [TimeMask(4), FrequencyMask(4)]],
        "cnnclassifier__n_filters": [(4, 8), (6, 8)],
    },
}
SPACES = {
    "pooled": {**GRIDS["pooled"], "mlpclassifier__learning_rate_init": loguniform(1e-4, 1e-1)},
    "network": {
        **GRIDS["network"],
        "melspectrogram__n_mels": randint(16, 19),
        "cnnclassifier__learning_rate_init": loguniform(1e-4, 1e-1),
    },
}
MODELS = {"pooled": POOLED, "network": NETWORK}
COMMON = {"cv": GroupKFold(2), "error_score": "raise", "scoring": "neg_log_loss"}
DRAWS = {"random_state": 1, **COMMON}
HALVING = {"min_resources": 2, "max_resources": 4, "factor": 2}
SEARCHES = {
    "grid": lambda name, model: GridSearchCV(model, GRIDS[name], **COMMON),
    "randomized": lambda name, model: RandomizedSearchCV(model, SPACES[name], n_iter=4, **DRAWS),
    "halving grid": lambda name, model: HalvingGridSearchCV(
        model, GRIDS[name], resource=f"{model.steps[-1][0]}__max_iter", **HALVING, **DRAWS
    ),
    "halving randomized": lambda name, model: HalvingRandomSearchCV(
        model, SPACES[name], n_candidates=4, resource=f"{model.steps[-1][0]}__max_iter", **HALVING, **DRAWS
    ),
}


@pytest.fixture(scope="module")
def clips(tmp_path_factory):
    """Paths of noisy tones, their pitch, and groups of four."""
    folder, rng = tmp_path_factory.mktemp("clips"), np.random.RandomState(0)
    y, time = np.tile(["low", "high"], N_CLIPS // 2), np.arange(6000) / SR
    paths = [str(folder / f"{i}.wav") for i in range(N_CLIPS)]
    for path, label in zip(paths, y, strict=True):
        tone = 0.1 * np.sin(2 * np.pi * {"low": 400, "high": 600}[label] * time + rng.uniform(6))
        soundfile.write(path, tone + 0.3 * rng.randn(len(time)), SR)
    return paths, y, np.repeat(np.arange(N_GROUPS), N_CLIPS // N_GROUPS)


@pytest.fixture
def count(monkeypatch):
    """A list that grows by a number of bins whenever a clip's frames are computed."""
    computed, frames = [], MelSpectrogram._frames

    def counting(self, y):
        result = frames(self, y)
        computed.append(result.shape[0])
        return result

    monkeypatch.setattr(MelSpectrogram, "_frames", counting)
    RECENT.forget()
    return computed


def scores_of(search):
    return {name: value for name, value in search.cv_results_.items() if name.endswith("test_score")}


@pytest.mark.parametrize("kind", SEARCHES)
@pytest.mark.parametrize("name", MODELS)
def test_one_search_over_everything(name, kind, clips, count, tmp_path):
    X, y, groups = clips
    model = clone(MODELS[name]).set_params(melspectrogram__memory=str(tmp_path))
    search = SEARCHES[kind](name, model).fit(X, y, groups=groups)
    tried = search.cv_results_["param_melspectrogram__n_mels"]
    assert len(set(tried)) > 1
    for n_mels in set(tried):  # each clip once, whatever the number of candidates and folds
        assert count.count(n_mels) == N_CLIPS
    sizes = FeatureCache(tmp_path).sizes()
    assert sizes["n_entries"].tolist() == [N_CLIPS] * len(set(tried))
    plain = SEARCHES[kind](name, clone(MODELS[name])).fit(X, y, groups=groups)
    for column, values in scores_of(plain).items():
        np.testing.assert_array_equal(scores_of(search)[column], values)
    np.testing.assert_array_equal(search.predict_proba(X), plain.predict_proba(X))
    assert len(set(np.round(plain.cv_results_["mean_test_score"], 6))) > 1


def test_the_same_search_again_computes_nothing(clips, count, tmp_path):
    X, y, groups = clips
    model = clone(POOLED).set_params(melspectrogram__memory=str(tmp_path))
    search = SEARCHES["grid"]("pooled", model).fit(X, y, groups=groups)
    n_before, scores = len(count), scores_of(search)
    RECENT.forget()  # as in another process
    again = clone(search).fit(X, y, groups=groups)
    assert len(count) == n_before
    for column, values in scores.items():
        np.testing.assert_array_equal(scores_of(again)[column], values)


def test_groups_stay_apart_in_inner_folds_and_in_early_stopping(clips, monkeypatch):
    from skmir.neural_network import _base

    X, y, groups = clips
    seen, split = [], _base.validation_split

    def spy(targets, given, *args):
        train, valid = split(targets, given, *args)
        seen.append((set(given[train]), set(given[valid])))
        return train, valid

    monkeypatch.setattr(_base, "validation_split", spy)
    model = clone(NETWORK).set_params(
        cnnclassifier__early_stopping=True, cnnclassifier__validation_fraction=0.25
    )
    search = RandomizedSearchCV(model, SPACES["network"], n_iter=2, **DRAWS)
    search.fit(X, y, groups=groups, cnnclassifier__groups=groups)
    assert len(seen) == 5  # two candidates in two folds, and the refit
    for train, valid in seen:
        assert train and valid and not train & valid
    assert all(len(train | valid) == 3 for train, valid in seen[:-1])  # three groups are the test part


def test_rates_are_drawn_over_all_magnitudes():
    rates = [draw["rate"] for draw in ParameterSampler({"rate": loguniform(1e-4, 1e-1)}, 300, random_state=0)]
    counts = np.histogram(np.log10(rates), bins=[-4, -3, -2, -1])[0]
    assert counts.min() > 70


@pytest.mark.filterwarnings("ignore:OptunaSearchCV is experimental")
@pytest.mark.filterwarnings("ignore:`optuna.terminator` module has been deprecated")
def test_optuna(clips, count, tmp_path):
    optuna = pytest.importorskip("optuna", reason="needs optuna: pip install optuna optuna-integration")
    integration = pytest.importorskip("optuna_integration", reason="needs pip install optuna-integration")
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    X, y, groups = clips
    space = {
        "melspectrogram__n_mels": optuna.distributions.CategoricalDistribution([16, 20]),
        "cnnclassifier__learning_rate_init": optuna.distributions.FloatDistribution(1e-4, 1e-1, log=True),
        "cnnclassifier__dropout": optuna.distributions.FloatDistribution(0.0, 0.5),
    }

    def search():
        study = optuna.create_study(direction="maximize", sampler=optuna.samplers.TPESampler(seed=0))
        model = clone(NETWORK).set_params(melspectrogram__memory=str(tmp_path))
        found = integration.OptunaSearchCV(
            model, space, cv=GroupKFold(3), n_trials=6, study=study, error_score="raise", random_state=0
        )
        return found.fit(X, y, groups=groups)

    first, second = search(), search()
    tried = [trial.params["melspectrogram__n_mels"] for trial in first.trials_]
    assert set(tried) == {16, 20}
    assert sorted(count) == [16] * N_CLIPS + [20] * N_CLIPS
    assert [trial.params for trial in first.trials_] == [trial.params for trial in second.trials_]
    assert [trial.value for trial in first.trials_] == [trial.value for trial in second.trials_]
    np.testing.assert_array_equal(first.predict(X), second.predict(X))
