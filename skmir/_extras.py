"""What is optional: whether it can be imported, and how it is installed where it cannot."""

import importlib

# What each extra of setup.cfg is imported as, where it is used in skmir itself.
MODULES = {
    "data": ("mirdata",),
    "eval": ("mir_eval",),
    "onnx": ("onnx",),
    "plot": ("matplotlib", "matplotlib.pyplot"),
    "save": ("skops", "skops.io"),
}


def require(what, extra):
    """Raise unless everything that an extra brings can be imported.

    Parameters
    ----------
    what : str
        What needs it: a function, a class, an option of the command.
    extra : {"data", "eval", "onnx", "plot", "save"}

    Raises
    ------
    ImportError
        Says what is missing, and two ways to install it: by its own name, or as an extra from a clone.

    Examples
    --------
    >>> from skmir._extras import require
    >>> require("write_report", "plot")
    """
    try:
        for module in MODULES[extra]:
            importlib.import_module(module)
    except ImportError as error:
        packages = [module for module in MODULES[extra] if "." not in module]
        raise ImportError(
            f"{what} needs {' and '.join(packages)} ({error}). Install with: pip install "
            f'{" ".join(packages)}, or in a clone of skmir: pip install ".[{extra}]"'
        ) from error
