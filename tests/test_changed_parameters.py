"""What is set after fit does not change what was fitted."""

import numpy as np
import pytest
from public import data, labels_for, public_estimators, small

# Parameters that prediction reads, as their docstrings say, or that say where and how quickly it runs.
LATER = {"aggregate", "batch_size", "beam_width", "device", "layer", "n_threads", "pool", "recipe"}
METHODS = ("transform", "predict", "predict_proba", "decision_function", "inverse_transform", "score_samples")


def learns(kind):
    """Return whether an estimator learns from data, rather than does with each clip what parameters say."""
    model = small(kind).fit(*data(30, labels_for(kind)))
    own = {name for name in vars(model) if name not in model.get_params(deep=False)}
    return bool(own - {"n_bins_", "n_features_in_"})


KINDS = [
    kind
    for kind in sorted(public_estimators(), key=lambda kind: kind.__name__)
    if not kind.__module__.startswith(("skmir.audio", "skmir.feature_extraction")) and learns(kind)
]


def test_those_that_learn_are_found():
    names = {kind.__name__ for kind in KINDS}
    assert {"FrameScaler", "PCAWhitener", "FrameClassifier", "RBM", "LearnedChroma", "MLPRegressor"} <= names
    assert not {"FramePooler", "Delta", "HPSS"} & names


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_parameter_that_fit_has_used_is_not_read_again(kind):
    X, y = data(30, labels_for(kind))
    model = small(kind).fit(X, y)

    def results():
        for name in METHODS:
            if hasattr(model, name):
                yield getattr(model, name)(model.transform(X) if name == "inverse_transform" else X)

    expected = list(results())
    for name in set(model.get_params(deep=False)) - LATER - {"estimator", "transformer"}:
        before = getattr(model, name)
        model.set_params(**{name: object()})  # of no use to anyone who looks at it
        for found, wanted in zip(results(), expected, strict=True):
            found, wanted = (each if isinstance(each, list) else [each] for each in (found, wanted))
            for one, other in zip(found, wanted, strict=True):  # events of clips differ in their number
                for part, same in zip(
                    *(x if isinstance(x, tuple) else (x,) for x in (one, other)), strict=True
                ):
                    np.testing.assert_array_equal(part, same, err_msg=name)
        model.set_params(**{name: before})
