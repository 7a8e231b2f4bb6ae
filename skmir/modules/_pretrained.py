"""The trained taggers in the package musicnn: where they are, and how they are read without TensorFlow.

The package asks for TensorFlow and an old numpy. Its code is never imported: the weights are read from its
files, and the names of the tags from the text of its configuration.
"""

import ast
import functools
import importlib.util
import pathlib

import torch

from .._parameter_checks import check_choice
from ._tensorflow_checkpoint import read_checkpoint

NAMES = ("MTT_musicnn", "MSD_musicnn", "MSD_musicnn_big", "MTT_vgg", "MSD_vgg")
_INSTALL = "pip install --no-deps musicnn==0.1.0"


def check_pretrained(name, kind=""):
    """Raise unless a name is one of the trained taggers whose names end in ``kind``."""
    check_choice("name", name, [known for known in NAMES if kind in known])


def weights_folder(folder=None):
    """Return the folder that holds the checkpoints: the installed package's, or the user's own.

    Raises
    ------
    ImportError
        If the package is not installed and there is no folder.
    ValueError
        If the folder is something else.
    """
    if folder is not None:
        folder = pathlib.Path(folder)
        if not (folder / "configuration.py").is_file():
            raise ValueError(
                f"folder={str(folder)!r} must hold configuration.py and the folders of the checkpoints, as "
                f"the package musicnn does ({_INSTALL}). Weights in a pickle (.pt, .pth, .pkl, .npy) are not "
                "read: a pickle can run code."
            )
        return folder
    found = importlib.util.find_spec("musicnn")
    if found is None or not found.submodule_search_locations:
        raise ImportError(
            f"The trained weights are in the package musicnn, which is not installed. {_INSTALL} installs "
            "it (29 MB, ISC licence); without --no-deps, pip would look for TensorFlow and an old numpy, "
            "which are not needed."
        )
    return pathlib.Path(found.submodule_search_locations[0])


def checkpoint_file(name, folder=None):
    """Return the file with the values of a tagger's weights."""
    return weights_folder(folder) / name / ".data-00000-of-00001"


def read_weights(name, folder=None):
    """Return a tagger's arrays by TensorFlow's names, without what its optimiser kept, and its tags.

    Parameters
    ----------
    name : str
        One of ``NAMES``.
    folder : str, PathLike or None, default=None

    Returns
    -------
    arrays : dict of str to ndarray of float32
    tags : tuple of str
    """
    folder = weights_folder(folder)
    if not (folder / name).is_dir():
        there = sorted(item.name for item in folder.iterdir() if (item / ".index").is_file())
        raise ValueError(
            f"name={name!r}: the weights are not in {str(folder)!r}, which holds {there}. Pass one of these, "
            "or as folder the source of the package, which holds all."
        )
    arrays = read_checkpoint(f"{folder / name}/")
    return {key: array for key, array in arrays.items() if "Adam" not in key}, _tags(name, folder)


def _tags(name, folder):
    tree = ast.parse((folder / "configuration.py").read_text(encoding="utf-8"))
    wanted = f"{name.partition('_')[0]}_LABELS"
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", None) == wanted:
            return tuple(ast.literal_eval(statement.value))
    raise ValueError(f"{str(folder / 'configuration.py')!r} does not name the tags, {wanted}.")


@torch.no_grad()
def fill(layer, arrays, name, order=None):
    """Copy weights into a layer: a convolution or a dense layer, or a batch normalisation.

    Parameters
    ----------
    layer : torch.nn.Module
    arrays : dict of str to ndarray
    name : str
        TensorFlow's name of the layer.
    order : tuple of int, default=None
        The axes of TensorFlow's kernel in torch's order.
    """
    if isinstance(layer, torch.nn.modules.batchnorm._BatchNorm):
        given = {"weight": "gamma", "bias": "beta", "running_mean": "moving_mean"}
        given["running_var"] = "moving_variance"
        values = {mine: arrays[f"{name}/{theirs}"] for mine, theirs in given.items()}
    else:
        kernel = arrays[f"{name}/kernel"].transpose(order)
        values = {"weight": kernel, "bias": arrays[f"{name}/bias"]}
    for mine, value in values.items():
        getattr(layer, mine).copy_(torch.tensor(value.reshape(getattr(layer, mine).shape)))


def numbered(name):
    """Return a function from a number to TensorFlow's name of the layer: the first has no number."""
    return functools.partial(_numbered, name)


def _numbered(name, i):
    return f"{name}_{i}" if i else name
