"""Save fitted models to files that others can load safely: contents are checked on writing and reading."""

import contextlib
import importlib
import io
import json
import os
import shutil
import uuid
import zipfile

from ._extras import require
from ._model_files import CARD, SCHEMA, card_as_text, check_schema, path_to_read, told_if_damaged
from ._trusted_types import public_paths, trusted_among

FOUND_BY_NAME = {
    "ConstructorFromReduceNode",
    "DictNode",
    "FunctionNode",
    "ObjectNode",
    "TupleNode",
    "TypeNode",
}


def save(model, path, *, card=None):
    """Save a fitted model to a file that :func:`skmir.load` reads.

    The file is in the format of skops (``pip install skops``), which holds arrays, numbers and names of
    classes, but no code. It names the public classes of this library by the paths that users import them
    from.

    Parameters
    ----------
    model : estimator
        A Pipeline, a network, or any other estimator of this library or of scikit-learn.
    path : str or PathLike
        Name of the file. A file of that name is replaced once the new one is complete, so an interrupted call
        leaves the old one as it was.
    card : dict or None, default=None
        What a user of the model should know: where the data come from, how good it is, a licence. Keys are
        str; values are str, numbers, bool, None, lists and dicts of these. It stands in the file as JSON, and
        :func:`skmir.load_card` returns it.

    Raises
    ------
    TypeError
        If the model contains a class or a function that cannot be found by its name, such as a lambda or a
        class inside a function; or if the card holds something that JSON does not.
    ValueError
        If the card holds a number that is not finite, or the model or the card holds itself.
    ImportError
        If skops is not installed.

    See Also
    --------
    load : Reads the file.
    load_card : Reads the card alone.
    skmir.neural_network.to_onnx : Writes a model for programs without Python.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import numpy as np
    >>> import skmir
    >>> from skmir.preprocessing import FrameScaler
    >>> frames = np.random.RandomState(0).rand(4, 10, 20)  # clips, bins, frames
    >>> scaler = FrameScaler().fit(frames)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "scaler.skops"
    ...     skmir.save(scaler, path)
    ...     loaded = skmir.load(path)
    >>> np.array_equal(loaded.transform(frames), scaler.transform(frames))
    True
    """
    require("skmir.save", "save")
    import skops.io

    path = _path_to_write(path)
    if isinstance(model, type):
        raise TypeError(f"model must be an estimator, got the class {model.__name__}. Pass an instance.")
    card = None if card is None else card_as_text(card)  # a wrong card raises before the model is written
    try:
        dumped = io.BytesIO(skops.io.dumps(model))
    except RecursionError as error:
        raise ValueError(
            "model must not hold itself, but a part of it does. In some versions of scikit-learn, one of its "
            "own steps holds itself after set_fit_request, or the like: leave that out, or use pickle."
        ) from error
    if card is not None:
        with zipfile.ZipFile(dumped, "a") as saved:
            saved.writestr(CARD, card)
    with zipfile.ZipFile(dumped) as saved:
        schema = json.loads(saved.read(SCHEMA))
        _check_names(schema)
        _name_public_paths(schema, public_paths().get)
        with _replaced(path) as file:
            _copy(saved, file, schema)


def load(path, *, trusted=()):
    """Load a model that :func:`skmir.save` has saved.

    No code from the file runs, and only objects of trusted types are created. Types are trusted if they are
    listed in ``skmir.trusted_types`` (public estimators, augmentations and networks of this library),
    trusted by skops (scikit-learn's estimators, numbers, arrays), or named in ``trusted``.

    If a model was saved with another version of skmir, torch or scikit-learn, an
    ``InconsistentVersionWarning`` is given.

    Parameters
    ----------
    path : str or PathLike
        Name of the file. Files written by ``skops.io.dump`` can be loaded as well.
    trusted : list of str or type, default=()
        Other classes and functions that the model may contain, such as a network of your own, as dotted
        names or as objects.

    Returns
    -------
    model : estimator

    Raises
    ------
    TypeError
        If the file contains types that are not trusted. The error lists them.
    ValueError
        If the file was not written by :func:`skmir.save`, or is damaged.
    ImportError
        If a class that the file names, or skops, is not installed.

    See Also
    --------
    save : Writes the file.
    load_card : Reads what the file says about the model, without loading it.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import skmir
    >>> from skmir.neural_network import MLPClassifier
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "network.skops"
    ...     skmir.save(MLPClassifier((16,)), path)
    ...     skmir.load(path)
    MLPClassifier(hidden_layer_sizes=(16,))
    """
    require("skmir.load", "save")
    import skops.io

    trusted = _names(trusted)
    path = path_to_read(path)
    with told_if_damaged(path), zipfile.ZipFile(path) as saved:
        schema = _schema(saved, path)
        trusted += trusted_among(f"{node['__module__']}.{node['__class__']}" for node, _ in _nodes(schema))
        file = path
        if _name_public_paths(schema, _public_path_of_today_or_before):
            file = io.BytesIO()  # the file was written by skops.io.dump, which names private modules
            _copy(saved, file, schema)
            file.seek(0)
        try:
            return skops.io.load(file, trusted=trusted)
        except skops.io.exceptions.UntrustedTypesFoundException as error:
            raise TypeError(_untrusted(path, file, trusted)) from error
        except (AttributeError, ImportError) as error:
            if missing := _missing_names(schema):  # skops has trusted them, and tried to import them
                raise ImportError(
                    f"{path!r} contains {missing}, which cannot be found here. Install the package that "
                    "defines it, in the version that saved the model, or put the module where Python can "
                    "find it."
                ) from error
            raise


def _path_to_write(path):
    """Return the name of a file that can be written, with links resolved."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a str or PathLike, got {type(path).__name__}: save(model, path).")
    shown, path = os.fspath(path), os.path.realpath(os.fspath(path))
    folder = os.path.dirname(path)
    if os.path.isdir(path):
        raise IsADirectoryError(f"path={shown!r} is a folder. Name a file in it, such as 'model.skops'.")
    if not os.path.isdir(folder):
        raise FileNotFoundError(f"path={shown!r} must be in an existing folder: create {folder!r} first.")
    if os.path.exists(path) and not os.path.isfile(path):
        raise ValueError(f"path={shown!r} must be an ordinary file, got a device, pipe or socket.")
    return path


@contextlib.contextmanager
def _replaced(path):
    """Open a new file in the same folder, which replaces the file at the path when it is complete."""
    temporary = os.path.join(os.path.dirname(path), f".{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            yield file
        if os.path.exists(path):
            shutil.copymode(path, temporary)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
        raise


def _copy(saved, file, schema):
    """Write the parts of a skops file with another schema."""
    with zipfile.ZipFile(file, "w") as copy:
        for part in saved.infolist():
            copy.writestr(part, json.dumps(schema, indent=2) if part.filename == SCHEMA else saved.read(part))


def _schema(saved, path):
    check_schema(saved, path)
    return json.loads(saved.read(SCHEMA))


def _nodes(value, holders=()):
    """Yield each schema entry that names a class or function, and the entries around it, outermost first.

    Nothing is imported here, because the names may be from a file that has not been checked yet.
    """
    if isinstance(value, list):
        for item in value:
            yield from _nodes(item, holders)
    elif isinstance(value, dict):
        if isinstance(value.get("__module__"), str) and isinstance(value.get("__class__"), str):
            yield value, holders
            holders = (*holders, value)
        for item in value.values():
            yield from _nodes(item, holders)


def _found(node):
    """Return the object that an entry names, or None if it cannot be found."""
    try:
        return getattr(importlib.import_module(node["__module__"]), node["__class__"], None)
    except ImportError:
        return None


def _check_names(schema):
    """Raise an error if the model contains a class or a function that cannot be found by its name.

    skops writes such a name without an error, to a file that cannot be loaded.
    """
    for node, holders in _nodes(schema):
        loader, found = node.get("__loader__"), _found(node)
        # For classes and functions skops also stores the id, which tells two with the same name apart.
        other = loader in ("FunctionNode", "TypeNode") and node.get("__id__", id(found)) != id(found)
        if loader in FOUND_BY_NAME and (found is None or other):
            estimators = [holder["__class__"] for holder in holders if hasattr(_found(holder), "fit")]
            module, name = node["__module__"], node["__class__"]
            raise TypeError(
                f"{estimators[-1] if estimators else 'The model'} contains {module}.{name}, which cannot be "
                f"saved by name: module {module!r} has no {name!r} at its top level. Define it there, with a "
                "name, not inside a function or class; the program that loads the file must be able to "
                "import the module, too."
            )


def _missing_names(schema):
    """Return the names of objects that cannot be found."""
    nodes = [node for node, _ in _nodes(schema) if node.get("__loader__") in FOUND_BY_NAME]
    return sorted({f"{node['__module__']}.{node['__class__']}" for node in nodes if _found(node) is None})


def _name_public_paths(schema, path_of):
    """Replace private paths by public ones, and return whether there were any."""
    changed = False
    for node, _ in _nodes(schema):
        private = node["__module__"], node["__class__"]
        public = path_of(private) or private
        node["__module__"], node["__class__"] = public
        changed = changed or public != private
    return changed


def _public_path_of_today_or_before(private):
    """Return the public path of a class from the private module that defines or once defined it, or None.

    A class may have moved to another module since the model was saved. Its name and its subpackage stay.
    """
    module, name = private
    if not module.startswith(f"{__package__}.") or "._" not in module:
        return None
    package = ".".join(module.split(".")[:2])
    moved = module.startswith(f"{package}._") and (package, name) in public_paths().values()
    return public_paths().get(private, (package, name) if moved else None)


def _names(trusted):
    """Return the dotted names of the types that a user trusts."""
    if isinstance(trusted, str | bool) or not hasattr(trusted, "__iter__"):
        raise TypeError(
            f"trusted must be a list of names or classes, such as ['my_package.MyNetwork'], got {trusted!r}."
        )
    names = []
    for item in trusted:
        if not isinstance(item, str) and not hasattr(item, "__name__"):
            raise TypeError(f"trusted must hold names, classes or functions, got {item!r}.")
        private = tuple(item.rsplit(".", 1)) if isinstance(item, str) else (item.__module__, item.__name__)
        names += [".".join(private), ".".join(public_paths().get(private, private))]
    return names


def _untrusted(path, file, trusted):
    """Return a message that lists the types of a file that are not trusted, and how to trust them."""
    import skops.io

    given = {"data": file.getvalue()} if isinstance(file, io.BytesIO) else {"file": file}
    names = sorted(set(skops.io.get_untrusted_types(**given)) - set(trusted))
    return (
        f"{path!r} contains types that are not trusted: {names}. If you know these types, and trust them and "
        f"the person who made the file, call skmir.load(path, trusted={names})."
    )
