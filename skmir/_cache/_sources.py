"""The origin of code: an installed distribution, identified by its version, or files that may change."""

import ast
import functools
import glob
import importlib.util
import os
import site
import sys
import sysconfig
from importlib import metadata

import xxhash

from ._digests import file_digest

_MAIN = {"__main__", "__mp_main__"}  # two names of the same module: the second one in a worker process
# Parts of skmir that no result depends on.
_NOT_COMPUTING = {"inspection", "datasets", "_commands", "__main__.py"}


def origin(module):
    """Return a text that identifies the code of an installed module, without reading it.

    Parameters
    ----------
    module : str or None
        Name of the module; None means Python itself.

    Returns
    -------
    origin : str or None
        Distribution and version; empty for Python's own modules and for those of skmir, whose text
        :func:`skmir_text` covers. None for a module that is not part of an installed distribution.
    """
    top = (module or "builtins").partition(".")[0]
    if top in _MAIN:
        return None
    if top == "skmir" or top in sys.builtin_module_names:
        return ""
    file = _file(top)
    hidden = file is not None and not _is_python_s(file)  # by a file of the user with the same name
    if top in sys.stdlib_module_names and not hidden:
        return ""
    installed = top in _providers() if file is None else _is_installed(top, file)
    return _distributions(top) if installed else None


def own_text(module, file=None):
    """Return a hash of the text of a module and of all own modules that it imports, directly or indirectly.

    Parameters
    ----------
    module : str
        Name of a module that is not installed.
    file : str or None, default=None
        File with its text, if Python does not know it by the name.

    Returns
    -------
    text : str
        Empty if there is no text, as for code typed at a prompt.
    """
    found, ahead = {}, [(module, _file(module) or file)]
    while ahead:
        name, path = ahead.pop()
        if name in found or path is None or not os.path.isfile(path):
            continue
        found[name] = file_digest(path)
        imported = _parse(path, found[name], name)[0]
        ahead += [(other, _own_file(other)) for other in imported if other not in found]
    listed = sorted(("__main__" if name in _MAIN else name, digest) for name, digest in found.items())
    return xxhash.xxh3_128_hexdigest(repr(listed).encode()) if listed else ""


def script_of(code):
    """Return the script that defines a class or function, in a worker process that received it by value.

    cloudpickle leaves out the names of files from version 3.1.3 on. joblib's workers are started with the
    arguments of the command, of which the first is the script.

    Parameters
    ----------
    code : type or function

    Returns
    -------
    file : str or None
        None if the code is not of a script, or if the script does not define its name.
    """
    script = sys.argv[0] if sys.argv else ""
    if code.__module__ not in _MAIN or not script.endswith(".py") or not os.path.isfile(script):
        return None
    defined = _parse(script, file_digest(script), "__main__")[2]
    return script if code.__qualname__.partition(".")[0] in defined else None


def counters(module, file=None):
    """Return the names that some function of a module declares as ``global``: their values may change."""
    path = _file(module) or file
    if path is None or not os.path.isfile(path):
        return frozenset()
    return _parse(path, file_digest(path), module)[1]


def skmir_text():
    """Return a hash of skmir's own text: installed copies of the same version may differ."""
    root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    files = sorted(
        path
        for path in glob.glob(os.path.join(root, "**", "*.py"), recursive=True)
        if os.path.relpath(path, root).split(os.sep)[0] not in _NOT_COMPUTING
    )
    listed = [(os.path.relpath(path, root), file_digest(path)) for path in files]
    return xxhash.xxh3_128_hexdigest(repr(listed).encode())


@functools.cache
def library_versions(names):
    """Return the versions of distributions, and of the C libraries that read and resample sound.

    Parameters
    ----------
    names : tuple of str
        Names of distributions.

    Returns
    -------
    versions : dict of str to str
    """
    import soundfile
    import soxr

    found = {}
    for name in names:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            found[name] = "not installed"
    return found | {"libsndfile": soundfile.__libsndfile_version__, "libsoxr": soxr.__libsoxr_version__}


@functools.cache
def _distributions(top):
    """Return the names and versions of the distributions that a top-level package belongs to."""
    names = sorted(set(_providers().get(top, ())))
    return ", ".join(f"{name} {metadata.version(name)}" for name in names)


@functools.cache
def _providers():
    return metadata.packages_distributions()


@functools.cache
def _is_installed(top, file):
    """Return whether the file of a top-level module belongs to a distribution that is not editable."""
    root = os.path.dirname(os.path.dirname(file) if _is_package(file) else file)
    if _is_python_s(file):
        return True
    in_site = _is_inside(file, [*site.getsitepackages(), site.getusersitepackages()])
    if not in_site and not glob.glob(os.path.join(glob.escape(root), "*.dist-info")):
        return False
    return top in _providers()


@functools.cache
def _is_python_s(file):
    places = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    return _is_inside(file, places) and "-packages" not in file


def _is_inside(file, folders):
    return any(os.path.realpath(file).startswith(os.path.realpath(folder) + os.sep) for folder in folders)


def _own_file(name):
    """Return the file of a module that is not installed, or None."""
    return None if name in _MAIN or origin(name) is not None else _file(name)


def _file(name):
    """Return the file of a module, imported or not, without importing it; None if there is none."""
    if name in _MAIN:  # in a worker, this is not the user's module: the file of the code is used instead
        return None
    file = getattr(sys.modules.get(name), "__file__", None)
    if file is not None or name in sys.modules:
        return file
    top, *inner = name.split(".")
    try:
        spec = importlib.util.find_spec(top)
    except ValueError:  # a module that was made by hand has no spec
        return None
    if spec is None or not inner:
        return getattr(spec, "origin", None) if getattr(spec, "has_location", False) else None
    places = [os.path.join(place, *inner) for place in spec.submodule_search_locations or ()]
    files = [file for place in places for file in (f"{place}.py", os.path.join(place, "__init__.py"))]
    return next(filter(os.path.isfile, files), None)


def _is_package(file):
    return os.path.basename(file).startswith("__init__.")


@functools.lru_cache(maxsize=4096)
def _parse(path, digest, name):
    """Return the names that a file may import, that its functions declare as global, and that it defines."""
    del digest  # the hash of the file's bytes is only a part of the cache's key
    if not path.endswith(".py"):
        return (), frozenset(), frozenset()
    with open(path, "rb") as file:
        try:
            tree = ast.parse(file.read())
        except SyntaxError:  # edited and saved in an unfinished state after it was imported
            return (), frozenset(), frozenset()
    package = name.split(".") if _is_package(path) else name.split(".")[:-1]
    imported, changing = set(), set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imported |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*start, *([node.module] if node.module else [])])
            imported |= {base} | {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Global):
            changing |= set(node.names)
    parents = {name.rpartition(".")[0] for name in imported}  # their __init__ runs too
    defined = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    return tuple(sorted(filter(None, imported | parents))), frozenset(changing), frozenset(defined)
