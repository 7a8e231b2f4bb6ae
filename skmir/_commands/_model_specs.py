"""Models that a TOML file describes: tables of classes and their parameters, which become estimators.

A table with ``class`` is an estimator, and its other keys are parameters; one with ``steps`` is a Pipeline.
Only names that the table holds are imported, only classes with scikit-learn's parameters (or splitters) are
made, and nothing else is called.
"""

import contextlib
import importlib
import importlib.util
import inspect
import json
import re
import sys

from .._early_checks import meant
from .._model_names import MODEL_NAMES
from .._options import ConfigError

SPACES = ("param_grid", "param_distributions")  # parameters that hold lists of values, or distributions
DISTRIBUTIONS = ("loguniform", "uniform", "randint")  # of scipy.stats, from low to high
FORMS = "a table with the key class, such as class = 'sklearn.svm.SVC', or steps"
SCALARS = (bool, int, float, str, type(None))
AS_THEY_ARE = ("passthrough", "drop")  # steps that are no estimators


def key(name):
    """Return a key as it stands in a TOML file."""
    return name if re.fullmatch(r"[\w-]+", name, re.ASCII) else json.dumps(name, ensure_ascii=False)


def as_spec(spec, where):
    """Return what describes a model, or raise for what can be known to be wrong without an import.

    Parameters
    ----------
    spec : object
        A model of the TOML file.
    where : str
        The file and the key.

    Returns
    -------
    spec : str or dict
        The name of a default model, or a table with ``class`` or ``steps``.

    Raises
    ------
    ConfigError
        The message begins with the place.
    """
    spec = spec["default"] if isinstance(spec, dict) and list(spec) == ["default"] else spec
    if isinstance(spec, str):
        return spec
    if not isinstance(spec, dict) or not {"class", "steps"} & set(spec):
        raise ConfigError(f"{where} must be the name of a default model, or {FORMS}, got {spec!r}.")
    _check_names(spec, where)
    return spec


def _check_names(value, where):
    """Check the names of classes, at any depth."""
    if isinstance(value, list):
        for i, one in enumerate(value):
            _check_names(one, f"{where}[{i}]")
    if not isinstance(value, dict):
        return
    if "class" in value:
        _check_class_name(value["class"], f"{where}.class")
    if "steps" in value and "class" not in value:
        _check_steps(value["steps"], f"{where}.steps")
    for name, one in value.items():
        if name != "class":
            _check_names(one, f"{where}.{key(name)}")


def _check_class_name(name, where):
    parts = name.split(".") if isinstance(name, str) else []
    if len(parts) < 2 or not all(part.isidentifier() for part in parts):
        raise ConfigError(
            f"{where} must be a class with its module, such as 'skmir.feature_extraction.MFCC', got {name!r}."
        )
    if importlib.util.find_spec(parts[0]) is None:
        raise ConfigError(
            f"{where} names the module {parts[0]!r}, which Python does not find. Correct the name, install "
            "the package, or name the folder of your own module with --modules."
        )


def _check_steps(steps, where):
    if not isinstance(steps, list) or not steps:
        raise ConfigError(f"{where} must be a list of steps, got {steps!r}.")
    for i, step in enumerate(steps):
        named = isinstance(step, list) and len(step) == 2 and isinstance(step[0], str)
        step = step[1] if named else step
        if isinstance(step, str) and step not in AS_THEY_ARE:
            _check_class_name(step, f"{where}[{i}]")
        elif not isinstance(step, str) and not (isinstance(step, dict) and {"class", "steps"} & set(step)):
            raise ConfigError(
                f"{where}[{i}] must be {FORMS}, a class by its name, or ['name', step], got {step!r}."
            )


@contextlib.contextmanager
def importable(folder):
    """Let modules of a folder be found, behind all others.

    Parameters
    ----------
    folder : str or None
    """
    added = [] if folder is None or folder in sys.path else [folder]
    sys.path.extend(added)
    try:
        yield
    finally:
        for one in added:
            sys.path.remove(one)


def make_models(args, *, memory=None):
    """Return the models of a command, default ones and those of its TOML file.

    Parameters
    ----------
    args : argparse.Namespace
        With ``models``, ``own_models``, ``task``, ``max_epochs`` and ``config``.
    memory : str or None, default=None
        The folder in which front ends keep frames, if they do not name another.

    Returns
    -------
    models : dict of str to estimator

    Raises
    ------
    ConfigError
        If a class or a parameter of the TOML file does not exist. The message begins with the place.
    """
    return {name: make_model(name, args, memory=memory) for name in args.models or MODEL_NAMES[args.task]}


def make_model(name, args, *, memory=None):
    """Return one of the models; see :func:`make_models`."""
    from ..model_selection import default_models

    spec, options = args.own_models.get(name, name), {"max_iter": args.max_epochs, "memory": memory}
    if isinstance(spec, str):
        return default_models(spec, task=args.task, **options)[spec]
    return Maker(**options).make(spec, f"{args.config}: models.{key(name)}")


class Maker:
    """Makes estimators of tables.

    Parameters
    ----------
    max_iter : int or None
        Number of epochs of networks whose table has none.
    memory : str or None
        Folder for front ends whose table has none.
    """

    def __init__(self, max_iter=None, memory=None):
        self._max_iter, self._memory = max_iter, memory

    def make(self, value, where):
        """Return an estimator for a table that describes one, and what the value holds otherwise."""
        if isinstance(value, dict) and "class" in value:
            return self._instance(value, where)
        if isinstance(value, dict) and "steps" in value:
            return self._pipeline(value, where)
        if isinstance(value, dict):
            return {name: self.make(one, f"{where}.{key(name)}") for name, one in value.items()}
        if isinstance(value, list):
            made = [self._part(one, f"{where}[{i}]") for i, one in enumerate(value)]
            # As one writes them in Python: (1, 2), but [estimator, ...]. Some parameters must be tuples.
            return tuple(made) if made and all(isinstance(one, SCALARS) for one in made) else made
        return None if value == "None" else value  # TOML has no null

    def _part(self, value, where):
        """Return a part of a list; a name with an estimator, as in a FeatureUnion, is a tuple."""
        part = self.make(value, where)
        named = isinstance(part, list) and len(part) > 1 and isinstance(part[0], str)
        return tuple(part) if named and has_parameters(part[1]) else part

    def _instance(self, table, where):
        made = find_class(table["class"], f"{where}.class")
        given = {name: value for name, value in table.items() if name != "class"}
        signature = _parameters(made)
        _check_parameters(made, given, signature, where)
        parameters = {}
        for name, value in given.items():
            place = f"{where}.{key(name)}"
            parameters[name] = self._space(value, place) if name in SPACES else self.make(value, place)
        self._complete(made, parameters, signature)
        try:
            instance = made(**parameters)
        except Exception as error:
            raise ConfigError(f"{where}: {made.__name__} could not be made: {error}") from error
        _check_space(instance, where)
        return instance

    def _complete(self, made, parameters, signature):
        """Add the folder for frames, and the number of epochs, if the table has none."""
        from ..base import BaseFrontEnd
        from ..neural_network._base import BaseNetwork

        if issubclass(made, BaseFrontEnd) and self._memory is not None:
            parameters.setdefault("memory", self._memory)
        if issubclass(made, BaseNetwork) and self._max_iter is not None and "max_iter" in signature:
            parameters.setdefault("max_iter", self._max_iter)

    def _pipeline(self, table, where):
        from sklearn.pipeline import Pipeline, make_pipeline

        options = {name: value for name, value in table.items() if name != "steps"}
        signature = _parameters(Pipeline)
        _check_parameters(Pipeline, options | {"steps": ()}, signature, where)
        names, steps = [], []
        for i, step in enumerate(table["steps"]):
            name, step = step if isinstance(step, list) else (None, step)
            step = {"class": step} if isinstance(step, str) and step not in AS_THEY_ARE else step
            names.append(name)
            steps.append(self.make(step, f"{where}.steps[{i}]"))
        _check_steps_fit(steps, where)
        own = [name for name, _ in make_pipeline(*steps).steps]
        names = [given or name for given, name in zip(names, own, strict=True)]
        if len(set(names)) < len(names):
            raise ConfigError(f"{where}.steps must have different names, got {names}.")
        options = {name: self.make(value, f"{where}.{key(name)}") for name, value in options.items()}
        return Pipeline(list(zip(names, steps, strict=True)), **options)

    def _space(self, space, where):
        """Return a search space, or a list of some: parameters with lists of values, or distributions."""
        if isinstance(space, list):
            return [self._space(one, f"{where}[{i}]") for i, one in enumerate(space)]
        if not isinstance(space, dict):
            raise ConfigError(f"{where} must be a table such as {{ svc__C = [1, 10] }}, got {space!r}.")
        # Searches sort the names themselves; that kept results are found again must not depend on the order.
        return {name: self._values(space[name], f"{where}.{key(name)}") for name in sorted(space)}

    def _values(self, values, where):
        if isinstance(values, dict) and len(values) == 1 and next(iter(values)) in DISTRIBUTIONS:
            return _distribution(*values.items(), where)
        if not isinstance(values, list) or not values:
            raise ConfigError(
                f"{where} must be a list of values, or a distribution such as {{ loguniform = [0.1, 100] }} "
                f"({', '.join(DISTRIBUTIONS)}), got {values!r}."
            )
        return list(self.make(values, where))


def find_class(name, where):
    """Import a class that scikit-learn can set the parameters of, or a splitter.

    Parameters
    ----------
    name : str
        With its module.
    where : str
        Place in the TOML file.

    Returns
    -------
    found : type

    Raises
    ------
    ConfigError
        If there is no such class, or it is another kind of class.
    """
    module_name, _, class_name = name.rpartition(".")
    if module_name == "sklearn.model_selection" and class_name.startswith("Halving"):
        importlib.import_module("sklearn.experimental.enable_halving_search_cv")
    try:
        module = importlib.import_module(module_name)
    except Exception as error:  # whatever a module of the user's own raises
        raise ConfigError(
            f"{where}: the module {module_name!r} cannot be imported ({type(error).__name__}: {error})."
        ) from error
    found = getattr(module, class_name, None)
    if found is None:
        names = [each for each in dir(module) if not each.startswith("_")]
        raise ConfigError(f"{where}: {module_name} has no {class_name!r}.{meant(class_name, names)}")
    if not inspect.isclass(found) or not (has_parameters(found) or _splits(found)):
        raise ConfigError(
            f"{where} must be a class with scikit-learn's get_params and set_params, or a splitter, got "
            f"{name!r}. Functions and other classes are not called."
        )
    return found


def has_parameters(value):
    """Return whether a class, or an instance, has the parameters of scikit-learn's estimators."""
    return hasattr(value, "get_params") and hasattr(value, "set_params")


def _splits(found):
    return hasattr(found, "split") and hasattr(found, "get_n_splits")


def _parameters(made):
    kinds = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
    parameters = inspect.signature(made).parameters
    return {name: parameter for name, parameter in parameters.items() if parameter.kind in kinds}


def _check_parameters(made, given, signature, where):
    for name in given:
        if name not in signature:
            raise ConfigError(
                f"{where}: {made.__name__} has no parameter {name!r}.{meant(name, signature)} It has "
                f"{', '.join(signature)}."
            )
    for name, parameter in signature.items():
        if parameter.default is inspect.Parameter.empty and name not in given:
            raise ConfigError(f"{where}: {made.__name__} needs the parameter {name!r}. Add it to the table.")


def _check_steps_fit(steps, where):
    for i, step in enumerate(steps):
        method, place = ("fit", "the last") if i == len(steps) - 1 else ("transform", "not the last")
        if step not in AS_THEY_ARE and not hasattr(step, method):
            raise ConfigError(
                f"{where}.steps[{i}] must have {method}, since it is {place} step, and "
                f"{type(step).__name__} has none."
            )


def _check_space(search, where):
    """Raise if a search varies parameters that its estimator does not have: every fit would fail."""
    estimator = getattr(search, "estimator", None)
    for space_name in SPACES:
        spaces = getattr(search, space_name, None)
        if spaces is None or not has_parameters(estimator):
            continue
        known = estimator.get_params()
        for space in spaces if isinstance(spaces, list) else [spaces]:
            for name in space:
                # A part that is varied itself has parameters of its own.
                varied = any(name.startswith(f"{other}__") for other in space)
                if name not in known and not varied:
                    raise ConfigError(
                        f"{where}.{space_name}: {type(estimator).__name__} has no parameter {name!r}."
                        f"{meant(name, known)}"
                    )


def _distribution(item, where):
    from scipy import stats

    name, bounds = item
    if (
        not isinstance(bounds, list)
        or len(bounds) != 2
        or not all(isinstance(bound, int | float) for bound in bounds)
        or not bounds[0] < bounds[1]
    ):
        raise ConfigError(f"{where}.{name} must be the lowest and the highest value, got {bounds!r}.")
    low, high = bounds
    if name == "loguniform" and low <= 0:
        raise ConfigError(f"{where}.{name} must begin above 0, got {low}.")
    if name == "uniform":
        return stats.uniform(low, high - low)
    return getattr(stats, name)(low, high + 1 if name == "randint" else high)
