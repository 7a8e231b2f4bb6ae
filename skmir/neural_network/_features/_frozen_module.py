"""Networks that others have trained: a module, a name of trained weights, or a file, as one frozen module."""

import copy
import functools
import os

from torch import nn

from ..._cache import file_digest
from ..._parameter_checks import shown
from ...modules import MusiCNN, VGGTagger
from ...modules._pretrained import NAMES, checkpoint_file
from ._onnx_module import is_onnx, read_onnx

_PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".bin", ".ckpt", ".npy", ".joblib")


def is_frozen_module(network):
    """Return whether a parameter is a trained module, or names one."""
    return isinstance(network, nn.Module | str | os.PathLike)


def frozen_module(name, network):
    """Return a trained network as a module in evaluation mode, which is not the user's own.

    Parameters
    ----------
    name : str
        Name of the parameter, for errors.
    network : nn.Module, str or PathLike
        A module; "MTT_musicnn" or another name of trained weights; or an ONNX file.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ImportError
        If a package is missing.
    TypeError, ValueError
        If it is something else.
    """
    if isinstance(network, nn.Module):
        return copy.deepcopy(network).eval()
    if isinstance(network, str) and network in NAMES:
        return _pretrained(network)
    if isinstance(network, str | os.PathLike) and is_onnx(network):
        return read_onnx(network)
    if isinstance(network, str | os.PathLike) and os.fspath(network).lower().endswith(_PICKLES):
        raise ValueError(
            f"{name}={shown(network)} is refused: weights in a pickle can run code when they are read. Read "
            "it yourself if you trust its source (torch.load(file, weights_only=True) for weights), and "
            f"pass the module: {name}=module; or pass an ONNX file."
        )
    raise (ValueError if isinstance(network, str | os.PathLike) else TypeError)(
        f"{name}={shown(network)} must be a trained torch.nn.Module, one of the names {list(NAMES)}, or an "
        "ONNX file (.onnx)."
    )


def identity_of(network):
    """Return a text that changes with the content of the file that holds a network; "" for modules."""
    if isinstance(network, nn.Module):
        return ""
    if isinstance(network, str) and network in NAMES:
        return file_digest(str(checkpoint_file(network)))
    return file_digest(os.fspath(network))


@functools.lru_cache(maxsize=len(NAMES))
def _pretrained(name):
    """Return a trained tagger, read once per process; nobody changes it."""
    return (VGGTagger if name.endswith("vgg") else MusiCNN).pretrained(name)
