"""Store versions with a saved estimator, and check versions and device when it is loaded."""

import os
import sys
import warnings

from sklearn import config_context, exceptions

from ._version import __version__

RECORD = "_saved_with"  # the record's name in a saved state
REQUESTS = "_metadata_request"  # where scikit-learn keeps what set_fit_request and the like have set
METHODS = (
    "fit",
    "partial_fit",
    "predict",
    "predict_proba",
    "predict_log_proba",
    "decision_function",
    "score",
    "transform",
    "inverse_transform",
)
LOADERS = ("copy", "copyreg", "joblib", "pickle", "skmir", "sklearn", "skops")  # frames to skip in warnings


class InconsistentVersionWarning(exceptions.InconsistentVersionWarning):
    """A model was saved with another version of a package.

    It is a subclass of scikit-learn's warning, so that one filter works for all steps of a Pipeline.

    Parameters
    ----------
    package : str
        Name of the package.
    saved : str or None
        The version that saved the model; None if the file does not say.
    here : str
        The version that loads it.
    """

    def __init__(self, package, saved, here):
        UserWarning.__init__(self, package, saved, here)
        self.package, self.saved, self.here = package, saved, here

    def __str__(self):
        # The text is the same for all steps of a Pipeline, so Python shows it once per load.
        saved = "an unknown version" if self.saved is None else f"version {self.saved}"
        return (
            f"A model saved with {saved} of {self.package} is loaded with version {self.here}: it may fail, "
            "or predict differently. Fit it again and save it, or load it with the version that saved it."
        )


class SavingMixin:
    """Mixin of estimators that stores versions when they are saved, and checks them when they are loaded.

    scikit-learn does the same for its own classes only. If the ``device`` of a fitted estimator is not
    available when it is loaded, its device becomes "auto".
    """

    _saved_packages = ("skmir",)  # packages on whose versions a saved model depends

    def __getstate__(self):
        state = dict(super().__getstate__())
        for name, value in state.items():
            if name == REQUESTS:
                state[name] = _plain_requests(value)
            elif isinstance(value, os.PathLike):  # a path object of another operating system cannot be loaded
                state[name] = os.fspath(value)
            elif "torch" in sys.modules:  # a module of torch cannot be there without it
                from ._saved_modules import as_plain

                state[name] = as_plain(value)
        return {**state, RECORD: {name: version_of(name) for name in self._saved_packages}}

    def __setstate__(self, state):
        state = dict(state)
        saved = state.pop(RECORD, {})
        for name in self._saved_packages:
            warn_of_version(name, saved.get(name))
        requests = state.pop(REQUESTS, {})
        super().__setstate__({name: _restored(value) for name, value in state.items()})
        _set_requests(self, requests)
        if _is_ready(self, state) and (cause := _why_not_there(self.device)):
            self.device = "auto"
            warnings.warn(cause, stacklevel=callers_level())


class TorchSavingMixin(SavingMixin):
    """Mixin of estimators whose learned arrays torch computes with."""

    _saved_packages = ("skmir", "torch")


def version_of(package):
    """Return the version of an imported package, without the suffix of its build ("+cpu", "+cu128")."""
    version = __version__ if package == "skmir" else sys.modules[package].__version__
    return str(version).partition("+")[0]


def warn_of_version(package, saved):
    """Warn if the version that saved a model is not the current one."""
    here = version_of(package)
    if saved != here:
        warnings.warn(InconsistentVersionWarning(package, saved, here), stacklevel=callers_level())


def callers_level():
    """Return the ``stacklevel`` of the line that loads a model, whichever package reads the file for it.

    When Python 3.12 is the oldest supported version, ``skip_file_prefixes`` of ``warnings.warn`` can replace
    this function.
    """
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in LOADERS:
        frame, level = frame.f_back, level + 1
    return level


def _plain_requests(requests):
    """Return what metadata an estimator requests; scikit-learn's own object holds the estimator itself."""
    found = {method: dict(getattr(requests, method).requests) for method in METHODS}
    return {method: asked for method, asked in found.items() if asked}


def _set_requests(estimator, requests):
    with config_context(enable_metadata_routing=True):
        for method, asked in requests.items():
            getattr(estimator, f"set_{method}_request")(**asked)


def _restored(value):
    if not isinstance(value, dict):
        return value
    from ._saved_modules import from_plain  # torch is slow to load, and most values are no dicts

    return from_plain(value)


def _is_ready(estimator, state):
    """Return whether an estimator has learned something, or has nothing to learn, and runs on a device.

    An unfitted estimator keeps its device: if the device is missing, its ``fit`` raises an error.
    """
    if not hasattr(estimator, "device"):
        return False
    return not estimator.__sklearn_tags__().requires_fit or any(name.endswith("_") for name in state)


def _why_not_there(device):
    """Return a message about a device that is not available, or None if it is."""
    if device in ("auto", "cpu"):
        return None
    import torch  # slow, and not needed by a model that runs on the CPU

    try:
        wanted = torch.device(device)
    except (RuntimeError, TypeError):
        return None  # not a device at all, which is an error when it is used
    n_devices = torch.cuda.device_count()  # does not initialise a device, as an empty tensor on it would
    if wanted.type != "cuda" or (wanted.index or 0) < n_devices:
        return None
    return (
        f"A model saved with device={str(device)!r} is loaded where torch sees {n_devices} CUDA devices: its "
        "device is 'auto' from now on, which means a CUDA device if one is available and the CPU otherwise. "
        "To choose the device, call set_params(device=...)."
    )
