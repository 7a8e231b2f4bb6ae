"""What goes with a saved estimator, and what is looked at when it is loaded: versions, and the device."""

import os
import sys
import warnings

from sklearn import exceptions

from ._version import __version__

RECORD = "_saved_with"  # the record's name in a saved state
LOADERS = ("copy", "copyreg", "joblib", "pickle", "skmir", "sklearn", "skops")  # no caller's own frames


class InconsistentVersionWarning(exceptions.InconsistentVersionWarning):
    """A model was saved with another version of a package.

    It is scikit-learn's warning too, so that one filter holds for the whole of a Pipeline.

    Parameters
    ----------
    package : str
        Name of the package.
    saved : str or None
        The version that saved the model; None where the file does not say.
    here : str
        The version that loads it.
    """

    def __init__(self, package, saved, here):
        UserWarning.__init__(self, package, saved, here)
        self.package, self.saved, self.here = package, saved, here

    def __str__(self):
        # The same text for all steps of a Pipeline: Python shows it once a load.
        saved = "an unknown version" if self.saved is None else f"version {self.saved}"
        return (
            f"A model saved with {saved} of {self.package} is loaded with version {self.here}: it may fail, "
            "or predict otherwise. Fit it anew and save it again, or load it with the version that saved it."
        )


class SavingMixin:
    """Mixin of estimators: saved with the versions they were made with, and loaded with a look at them.

    scikit-learn does the same for its own classes alone. A fitted estimator whose ``device`` is not there
    where it is loaded goes on with "auto".
    """

    _saved_packages = ("skmir",)  # those whose versions a saved model depends on

    def __getstate__(self):
        state = dict(super().__getstate__())
        for name, value in state.items():
            if isinstance(value, os.PathLike):  # a path of another system's kind cannot be loaded
                state[name] = os.fspath(value)
        return {**state, RECORD: {name: version_of(name) for name in self._saved_packages}}

    def __setstate__(self, state):
        state = dict(state)
        saved = state.pop(RECORD, {})
        for name in self._saved_packages:
            warn_of_version(name, saved.get(name))
        super().__setstate__(state)
        if _is_ready(self, state) and (cause := _why_not_there(self.device)):
            self.device = "auto"
            warnings.warn(cause, stacklevel=callers_level())


class TorchSavingMixin(SavingMixin):
    """Mixin of estimators whose learned arrays torch computes with."""

    _saved_packages = ("skmir", "torch")


def version_of(package):
    """Return the version of a package in use here, without what says how it was built ("+cpu", "+cu128")."""
    version = __version__ if package == "skmir" else sys.modules[package].__version__
    return str(version).partition("+")[0]


def warn_of_version(package, saved):
    """Warn where the version that saved a model is not the one here."""
    here = version_of(package)
    if saved != here:
        warnings.warn(InconsistentVersionWarning(package, saved, here), stacklevel=callers_level())


def callers_level():
    """Return the ``stacklevel`` of the line that loads, whichever package reads the file for it.

    With Python 3.12 as the oldest, ``skip_file_prefixes`` of ``warnings.warn`` will do the same.
    """
    frame, level = sys._getframe(1), 1
    while frame.f_back is not None and frame.f_globals.get("__name__", "").partition(".")[0] in LOADERS:
        frame, level = frame.f_back, level + 1
    return level


def _is_ready(estimator, state):
    """Return whether an estimator has learned something, or has nothing to learn, and runs on a device.

    One that is still to be fitted keeps its device: it says there that it is missing.
    """
    if not hasattr(estimator, "device"):
        return False
    return not estimator.__sklearn_tags__().requires_fit or any(name.endswith("_") for name in state)


def _why_not_there(device):
    """Return what to say of a device that is not there, or None."""
    if device in ("auto", "cpu"):
        return None
    import torch  # slow, and not needed by a model that runs on the CPU

    try:
        wanted = torch.device(device)
    except (RuntimeError, TypeError):
        return None  # no device at all: an error where it is used
    n_devices = torch.cuda.device_count()  # wakes no device, as an empty tensor on it would
    if wanted.type != "cuda" or (wanted.index or 0) < n_devices:
        return None
    return (
        f"A model saved with device={str(device)!r} is loaded where torch sees {n_devices} CUDA devices: its "
        "device is 'auto' from here on, which takes a CUDA device where there is one and the CPU elsewhere. "
        "To say where it runs, call set_params(device=...)."
    )
