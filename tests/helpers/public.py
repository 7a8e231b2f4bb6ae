"""The public estimators, each made small, and tables that they learn from."""

import inspect

import numpy as np
import torch
from sklearn.base import BaseEstimator

import skmir
from skmir._saved_modules import as_plain, from_plain
from skmir.augmentation import AddNoise
from skmir.compose import AugmentedEstimator
from skmir.model_selection import DecoderSearchCV, TunedTagThresholdsCV
from skmir.modules import MusiCNN
from skmir.neural_network import (
    RBM,
    ConvolutionalDBN,
    DBNClassifier,
    LearnedChroma,
    MLPClassifier,
    NetworkEmbedding,
    NetworkFeatures,
    PretrainedTagger,
)
from skmir.sequence import OnsetDetector, TempoEstimator


class Hashable:
    """For modules whose copies have equal pickles, by which scikit-learn compares parameters."""

    def __reduce__(self):
        return from_plain, (as_plain(self),)


class HashableSequential(Hashable, torch.nn.Sequential):
    pass


class HashableMusiCNN(Hashable, MusiCNN):
    pass


def waveform_module():
    """A network that takes waveforms of any length."""
    torch.manual_seed(0)
    return HashableSequential(torch.nn.Unflatten(1, (1, -1)), torch.nn.Conv1d(1, 4, 3, padding=1))


def frames_module():
    """A network that takes frames of any number of bins."""
    return HashableSequential(torch.nn.AdaptiveAvgPool2d((3, 1)), torch.nn.ReLU())


def tagger_module():
    """A network like those that are trained for tags, with random weights."""
    torch.manual_seed(0)
    return HashableMusiCNN(96, None, 3, n_filters=(2, 1, 2), n_units=4)


SMALL = {
    "max_iter": 2,
    "n_iter": 2,
    "n_components": 4,
    "hidden_layer_sizes": (4,),
    "device": "cpu",
    "random_state": 0,
}
SPECIAL = {
    NetworkFeatures: {"estimator": MLPClassifier((4,), max_iter=2, device="cpu", random_state=0)},
    NetworkEmbedding: {"network": waveform_module()},
    PretrainedTagger: {"network": tagger_module()},
    AugmentedEstimator: {"augmentations": AddNoise(40), "n_copies": 1},
    ConvolutionalDBN: {"n_components": (3,)},
    DBNClassifier: {"pretraining": RBM(n_iter=1)},
    LearnedChroma: {"init": "random"},
    DecoderSearchCV: {
        "estimator": OnsetDetector(network="flux"),
        "param_grid": {
            "decoder__threshold": [5.0]
        },  # so that no clip has an event, and results are one array
        "cv": 2,
    },
}


def public_estimators():
    """Return the public classes of all subpackages that are estimators."""
    # Those of skmir.base are abstract: nothing can be made of them until somebody derives from them.
    names = [name for name in skmir.__all__ if name != "base"]
    modules = [getattr(skmir, name) for name in names if inspect.ismodule(getattr(skmir, name))]
    classes = [getattr(module, name) for module in modules for name in module.__all__]
    # What has parameters and nothing to fit (a recipe, an augmentation) is a parameter of estimators.
    return {c for c in classes if inspect.isclass(c) and issubclass(c, BaseEstimator) and hasattr(c, "fit")}


def small(kind, **params):
    names = kind().get_params(deep=False)
    given = {name: value for name, value in SMALL.items() if name in names}
    if kind.__name__ == "PCAWhitener":
        given["n_components"] = None
    return kind(**{**given, **SPECIAL.get(kind, {}), **params})


def data(n_columns, labels):
    rng = np.random.RandomState(n_columns)
    return rng.rand(20, n_columns), np.array(labels)[np.arange(20) % len(labels)]


def labels_for(kind):
    if kind is TempoEstimator:
        return [90.0, 120.0, 150.0]
    if kind is DecoderSearchCV or kind.__module__.startswith("skmir.sequence"):
        return [0.0, 0.001, -1.0]  # an event in s, within the clip, or none
    if kind is TunedTagThresholdsCV:
        return ["a", "b"]
    return [60, 64, 67] if kind is LearnedChroma or "Regressor" in kind.__name__ else ["a", "b", "c"]
