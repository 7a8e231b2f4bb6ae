"""Optional packages: whether they can be imported, and how to install them if not."""

import importlib

# The modules of each extra of setup.cfg that skmir itself imports.
MODULES = {
    "captum": ("captum", "captum.attr"),
    "data": ("mirdata",),
    "eval": ("mir_eval", "pretty_midi"),
    "onnx": ("onnx",),
    "parquet": ("pyarrow", "pyarrow.parquet"),
    "plot": ("matplotlib", "matplotlib.pyplot"),
    "save": ("skops", "skops.io"),
}


def require(what, extra, *, module=None):
    """Raise unless the packages of an extra can be imported.

    Parameters
    ----------
    what : str
        Name of the function, class or option of the command that needs it.
    extra : {"captum", "data", "eval", "onnx", "parquet", "plot", "save"}
    module : str or None, default=None
        The only module of the extra that is needed; None needs all of them.

    Raises
    ------
    ImportError
        If a package is missing. The message names it, and two ways to install it: by its own name, or as an
        extra from a clone.

    Examples
    --------
    >>> from skmir._extras import require
    >>> require("write_report", "plot")
    """
    modules = MODULES[extra] if module is None else (module,)
    try:
        for name in modules:
            importlib.import_module(name)
    except ImportError as error:
        packages = [name for name in modules if "." not in name]
        raise ImportError(
            f"{what} needs {' and '.join(packages)} ({error}). Install with: pip install "
            f'{" ".join(packages)}, or in a clone of skmir: pip install ".[{extra}]"'
        ) from error
