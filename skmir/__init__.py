"""Deep learning in music information retrieval with the interface of scikit-learn."""

import lazy_loader

from ._version import __version__

_subpackages, _dir, _names = lazy_loader.attach(
    __name__,
    submodules=[
        "audio",
        "augmentation",
        "base",
        "compose",
        "datasets",
        "dsp",
        "feature_extraction",
        "inspection",
        "metrics",
        "model_selection",
        "modules",
        "neural_network",
        "preprocessing",
        "sequence",
    ],
    submod_attrs={
        "_model_files": ["load_card"],
        "_persistence": ["load", "save"],
        "_show_versions": ["show_versions"],
        "_trusted_types": ["trusted_types"],
    },
)
__getattr__, __dir__ = _subpackages, _dir
__all__ = ["__version__", *_names]
