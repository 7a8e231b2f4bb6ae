"""Descriptions of values as texts, which are equal in two processes if the values do the same.

Code is described by what it does: that of an installed distribution by its version, any other by the text of
the whole module and of the user's own modules that it imports, and also by the objects in memory, since a
file may have been edited after it was imported, and code typed at a prompt has no file.
"""

import copy
import copyreg
import dis
import functools
import os
import sys
import types

import joblib
import numpy as np
import torch
import xxhash
from sklearn.frozen import FrozenEstimator

from .._saved_modules import contents
from ._digests import array_digest
from ._sources import counters, origin, own_text, script_of

NO_EFFECT = {"memory", "n_jobs", "verbose"}  # parameters that do not change any result
_PLAIN = (bool, int, float, complex, str, bytes, types.NoneType, types.EllipsisType)
_CODE = (type, types.FunctionType, types.MethodType, functools.partial, staticmethod, classmethod, property)
_BUILTIN = (types.BuiltinFunctionType, types.MethodWrapperType, types.MethodDescriptorType)
_NOT_CODE = {
    "__dict__",
    "__weakref__",
    "__doc__",
    "__module__",
    "__qualname__",
    "__annotations__",
    "__slotnames__",
    "__dataclass_fields__",  # their defaults stand in __init__ and among the attributes
    "__dataclass_params__",
    "__firstlineno__",  # from Python 3.13 on; cloudpickle leaves them out
    "__static_attributes__",
}


def describe(value):
    """Return a text that is equal for equal values, and in general different for different values.

    Parameters
    ----------
    value : estimator, scorer, function, class, array, container, number or text

    Returns
    -------
    text : str
        For functions and classes, it covers everything that they are made of.

    Raises
    ------
    Exception
        If a value can only be described by its pickle, and pickling it fails.
    """
    return _Description().of(value)


class _Description:
    """One description; objects that occur twice in it are examined once."""

    def __init__(self):
        self._done = {}  # id, or id of a module and names in it -> (object, which keeps its id; text)

    def of(self, value):
        if isinstance(value, _PLAIN):
            return repr(value)
        if type(value) is np.ndarray:
            if not value.dtype.hasobject:
                return f"array {array_digest(value)}"
            return f"array of shape {value.shape}{self.of(value.ravel().tolist())}"
        if isinstance(value, torch.Tensor):  # whose pickle has other bytes in each process
            return f"tensor {value.dtype} {array_digest(_bytes(value))} of shape {tuple(value.shape)}"
        name = type(value).__name__
        if isinstance(value, list | tuple):
            return f"{name}[{', '.join(self.of(item) for item in value)}]"
        if isinstance(value, set | frozenset):
            return f"{name}[{', '.join(sorted(self.of(item) for item in value))}]"
        if isinstance(value, dict):
            return f"{name}[{', '.join(f'{self.of(k)}: {self.of(v)}' for k, v in value.items())}]"
        if isinstance(value, os.PathLike):
            return f"path {os.fspath(value)!r}"
        if id(value) not in self._done:
            self._done[id(value)] = value, "itself"  # in case it refers to itself
            self._done[id(value)] = value, self._of_new(value)
        return self._done[id(value)][1]

    def _of_new(self, value):
        if isinstance(value, type):
            return _hashed(value.__qualname__, *map(self._class, value.__mro__))
        if isinstance(value, types.FunctionType):
            return _hashed(value.__qualname__, *self._function(value))
        if isinstance(value, types.MethodType):
            return _hashed("method", self.of(value.__func__), self.of(value.__self__))
        if isinstance(value, functools.partial):
            parts = value.func, value.args, dict(sorted(value.keywords.items()))
            return _hashed("partial", *map(self.of, parts))
        if isinstance(value, types.ModuleType):
            known = origin(value.__name__)
            return _hashed(value.__name__, own_text(value.__name__) if known is None else known)
        if isinstance(value, property | functools.cached_property):
            parts = [getattr(value, name, None) for name in ("fget", "fset", "func")]
            return _hashed("property", *map(self.of, parts))
        if isinstance(value, staticmethod | classmethod) or (
            hasattr(value, "__wrapped__") and type(value).__module__ == "functools"
        ):
            return _hashed(type(value).__name__, self.of(value.__wrapped__))
        if isinstance(value, _BUILTIN):
            owner = getattr(value, "__self__", getattr(value, "__objclass__", None))
            module = getattr(value, "__module__", None)
            owner = None if isinstance(owner, types.ModuleType) else owner
            return _hashed(f"{module}.{value.__qualname__}", self.of(owner))
        if isinstance(value, FrozenEstimator):
            return _hashed("frozen", self.of(value.estimator), joblib.hash(value))
        if hasattr(value, "get_params"):
            return self._estimator(value)
        if isinstance(value, torch.nn.Module):
            return _hashed(type(value).__name__, self.of(type(value)), self.of(contents(value)))
        return self._object(value)

    def _estimator(self, estimator):
        """Return class, parameters, and other attributes: the fitted ones, if it is used as it is."""
        params = estimator.get_params(deep=False)
        listed = [f"{name}={self.of(params[name])}" for name in sorted(params) if _counts(name, params[name])]
        held = {name: value for name, value in sorted(vars(estimator).items()) if name not in params}
        if _has_identity(type(estimator)):
            listed.append(estimator.identity())  # of an augmentation: the contents of the files that it uses
        return _hashed(type(estimator).__name__, self.of(type(estimator)), *listed, self.of(held))

    def _object(self, value):
        """Return the class and the state: attribute by attribute, or by its pickle if that is special."""
        kind = type(value)
        if hasattr(value, "dist") and hasattr(value, "kwds"):  # a distribution of scipy with its parameters
            return _hashed(kind.__name__, joblib.hash(_seeded(value.dist)), self.of([value.args, value.kwds]))
        if not _is_its_attributes(kind):
            return _hashed(kind.__name__, self.of(kind), joblib.hash(value))
        return _hashed(kind.__name__, self.of(kind), self.of(dict(sorted(vars(value).items()))))

    def _class(self, cls):
        """Return one class of an MRO, without its bases."""
        known = origin(cls.__module__)
        members = {key: value for key, value in vars(cls).items() if key not in _NOT_CODE}
        functions = [member for member in members.values() if isinstance(member, types.FunctionType)]
        if known is not None and (_is_importable(cls) or not functions):  # without functions: written in C
            return f"{_own_name(cls)} {known}"
        # An __init__ made from declared parameters has no file, and in a worker it comes first; other methods
        # that dataclasses adds are in a file of Python's.
        files = [one.__code__.co_filename for one in functions if one.__module__ == cls.__module__]
        file = next(filter(os.path.isfile, files), None) or script_of(cls)
        text = own_text(cls.__module__, file) if known is None else ""
        if text:  # the other attributes are in the text, except those that change as counters
            members = {key: member for key, member in members.items() if _is_code(member)}
        else:
            changing = {name for function in functions for name in _stores(function.__code__, "STORE_ATTR")}
            members = {key: member for key, member in members.items() if key not in changing}
        listed = [f"{key}={self._aside(members[key], text)}" for key in sorted(members)]
        return _hashed(_own_name(cls), text, *listed)

    def _function(self, function):
        """Return a function's parts: name, text, code, defaults, closure, and the globals that it names."""
        module, file = function.__module__ or "__main__", function.__code__.co_filename
        if not os.path.isfile(file):
            file = script_of(function) or file
        known = origin(module)
        inside = [function.__defaults__, function.__kwdefaults__, getattr(function, "__wrapped__", None)]
        if known is not None and _is_importable(function):
            return _own_name(function), known, self.of(inside[:2])
        inside += [_cell(cell) for cell in function.__closure__ or () if _cell(cell) is not function]
        if known is not None and os.path.isfile(file):  # made by a call of installed code
            return _own_name(function), known, _code(function.__code__), self.of(inside)
        text = own_text(module, file) if known is None else ""
        changing = {*counters(module, file), *_stores(function.__code__, "STORE_GLOBAL")}
        names = [name for name in _names(function.__code__) if name not in changing]
        named = self._named(names, function.__globals__, text)
        return _own_name(function), text, _code(function.__code__), self.of(inside), *named

    def _named(self, names, namespace, text):
        """Yield the values of names in a module, and, for names of modules, their values there."""
        for name in names:
            if name not in namespace:
                continue
            value = namespace[name]
            if isinstance(value, types.ModuleType) and origin(value.__name__) is None:
                yield f"{name} is {value.__name__}"
                if (id(value), *names) not in self._done:
                    self._done[id(value), *names] = value, ""
                    yield from self._named(names, vars(value), own_text(value.__name__))
            else:
                yield f"{name}={self._aside(value, text)}"

    def _aside(self, value, text):
        """Describe a value that code refers to; one that may change counts only if no text contains it."""
        if isinstance(value, _PLAIN) or _is_code(value):
            return self.of(value)
        if text and not isinstance(value, types.ModuleType):
            return self.of(type(value))
        try:
            return self.of(value)
        except Exception:  # from its pickle: a lock, a stream or the like, on which no result depends
            return self.of(type(value))


def _counts(name, value):
    """Return whether a parameter has an effect; ``memory`` may be a folder, or a user's own parameter."""
    if name == "memory":
        return not (value is None or isinstance(value, str | os.PathLike | joblib.Memory))
    return name not in NO_EFFECT


def _bytes(tensor):
    """Return the values of a tensor of any type and on any device as bytes."""
    return tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy()


def _is_code(value):
    return isinstance(value, (*_CODE, *_BUILTIN)) or type(value).__module__ == "functools"


def _is_its_attributes(kind):
    """Return whether instances consist of their attributes only, so that pickle is not needed."""
    usual = all(
        getattr(kind, name, None) is getattr(object, name)
        for name in ("__reduce__", "__reduce_ex__", "__getstate__")
    )
    return usual and kind.__dictoffset__ != 0 and kind not in copyreg.dispatch_table


def _is_importable(code):
    """Return whether a function can be imported by its name; otherwise a call made it, from parts."""
    found = sys.modules.get(code.__module__ or "builtins")
    for part in code.__qualname__.split("."):
        found = getattr(found, part, None)
    return found is code


def _has_identity(kind):
    return any(base.__module__.startswith("skmir.") and "identity" in vars(base) for base in kind.__mro__)


def _seeded(distribution):
    """Return a copy without the state of the generator, which does not affect draws with a seed."""
    seeded = copy.copy(distribution)
    seeded.random_state = 0
    return seeded


def _own_name(code):
    module = "__main__" if code.__module__ == "__mp_main__" else code.__module__
    return f"{module}.{code.__qualname__}"


def _cell(cell):
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _code(code):
    """Describe a code object: its operations, and the names and constants that they take."""
    constants = [
        _code(part) if isinstance(part, types.CodeType) else _constant(part) for part in code.co_consts
    ]
    arguments = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return _hashed("code", code.co_code.hex(), repr((code.co_names, code.co_freevars, arguments)), *constants)


def _constant(value):
    return repr(sorted(map(repr, value))) if isinstance(value, frozenset) else repr(value)


def _names(code):
    """Return all names in a code object and in the code objects inside it, once each."""
    inner = [name for part in code.co_consts if isinstance(part, types.CodeType) for name in _names(part)]
    return list(dict.fromkeys([*code.co_names, *inner]))


def _stores(code, operation):
    """Return the names that a code object writes by an operation."""
    inner = [part for part in code.co_consts if isinstance(part, types.CodeType)]
    written = {step.argval for step in dis.get_instructions(code) if step.opname == operation}
    return written.union(*(_stores(part, operation) for part in inner))


def _hashed(name, *parts):
    return f"{name} {xxhash.xxh3_128_hexdigest(repr(parts).encode())}"
