"""Modules of scikit-learn's estimators that hold others: what was fitted inside of them is converted.

Each function gets the step; ``make``, which makes the module of what stands inside in its place; and
``make_transformer``, which makes that of a transform. Both are the same if the step itself must transform.
"""

import numpy as np
import pandas as pd
from torch import nn

from ..._module_parts import Standardize
from ..._step_modules import StepSequence
from ._joined import Margins, Selection, SideBySide
from ._scaling import elementwise, selector


def named_module(name, step, make):
    """Return the module of a step; an error names the step."""
    if passes_through(step):
        return nn.Identity()
    try:
        return make(step)
    except TypeError as error:
        raise TypeError(f"Step {name!r}: {error}") from error


def passes_through(step):
    """Return whether a step returns what it gets."""
    return step is None or (isinstance(step, str) and step == "passthrough")


def dropped(step):
    """Return whether nothing comes out of a step that stands beside others."""
    return isinstance(step, str) and step == "drop"


def pipeline(step, make, make_transformer):
    """Return the module of a Pipeline: only the last step may do anything but transform."""
    *middle, last = step.steps
    modules = {name: named_module(name, part, make_transformer) for name, part in middle}
    return StepSequence({**modules, last[0]: named_module(*last, make)})


def feature_union(step, make, make_transformer):
    """Return the module of a FeatureUnion."""
    parts = [(name, part) for name, part in step.transformer_list if not dropped(part)]
    modules = {name: named_module(name, part, make_transformer) for name, part in parts}
    return SideBySide(modules, step.transformer_weights)


def column_transformer(step, make, make_transformer):
    """Return the module of a ColumnTransformer."""
    modules = {}
    for name, part, chosen in step.transformers_:
        indices = [] if dropped(part) else _indices(step, chosen)
        if len(indices):
            module = named_module(name, part, make_transformer)
            modules[name] = StepSequence({"columns": Selection(indices), name: module})
    return SideBySide(modules, step.transformer_weights)


def _indices(step, chosen):
    """Return which columns a ColumnTransformer chooses by numbers, a mask, names, or a slice of either."""
    columns = np.arange(step.n_features_in_)
    keys = [chosen.start, chosen.stop] if isinstance(chosen, slice) else np.ravel(chosen)
    if any(isinstance(key, str) for key in keys):
        return np.ravel(pd.Series(columns, step.feature_names_in_).loc[chosen])
    return np.ravel(columns[chosen])


def frozen(step, make, make_transformer):
    """Return the module of a FrozenEstimator, which training leaves as it is."""
    return make(step.estimator).requires_grad_(False)


def search(step, make, make_transformer):
    """Return the module of the best estimator that a search has found."""
    if not hasattr(step, "best_estimator_"):
        raise TypeError(
            f"{type(step).__name__} has no best_estimator_, of which the module of torch would be made. Set "
            "refit=True."
        )
    return make(step.best_estimator_)


def recursive_elimination(step, make, make_transformer):
    """Return the module of an RFE or RFECV: of its selection, and at the end of its estimator too."""
    if make is make_transformer or not hasattr(step, "predict"):
        return selector(step)
    return StepSequence({"selection": selector(step), "estimator": make(step.estimator_)})


def binary_classifiers(step, make, make_transformer):
    """Return the module of one binary classifier per class, or per tag."""
    if any(len(getattr(estimator, "classes_", ())) != 2 for estimator in step.estimators_):
        raise TypeError(
            f"{type(step).__name__} must hold binary classifiers only, fitted on both of their classes, to "
            "have a module. Leave out classes, or tags, that no training clip has, or all have."
        )
    classifiers = [make(estimator) for estimator in step.estimators_]
    return classifiers[0] if len(classifiers) == 1 else Margins(classifiers)


def regressors(step, make, make_transformer):
    """Return the module of one regressor per output."""
    return SideBySide({str(i): make(estimator) for i, estimator in enumerate(step.estimators_)})


INVERTED = ("MaxAbsScaler", "MinMaxScaler", "RobustScaler", "StandardScaler")


def transformed_target(step, make, make_transformer):
    """Return the module of a regressor whose targets were transformed."""
    transformer = step.transformer_
    name = type(transformer).__name__
    known = type(transformer).__module__.startswith("sklearn.")
    if known and name == "FunctionTransformer":
        inverse = elementwise(transformer.inverse_func, transformer.inv_kw_args)
    elif known and name in INVERTED:
        offset = transformer.inverse_transform(np.zeros((1, transformer.n_features_in_)))[0]
        factor = transformer.inverse_transform(np.ones((1, transformer.n_features_in_)))[0] - offset
        inverse = Standardize(None, 1 / factor, offset)
    else:
        raise TypeError(
            "TransformedTargetRegressor must have a function of numpy, or one of the transformers "
            f"{', '.join(INVERTED)}, to have a module of torch; its transformer is {name}."
        )
    return StepSequence({"regressor": make(step.regressor_), "inverse": inverse})


INSIDE = {
    "BaseSearchCV": search,
    "ColumnTransformer": column_transformer,
    "FeatureUnion": feature_union,
    "FrozenEstimator": frozen,
    "MultiOutputClassifier": binary_classifiers,
    "MultiOutputRegressor": regressors,
    "OneVsRestClassifier": binary_classifiers,
    "Pipeline": pipeline,
    "RFE": recursive_elimination,
    "TransformedTargetRegressor": transformed_target,
}
