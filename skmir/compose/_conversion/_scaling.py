"""Modules of scikit-learn's scalers, normalisers, selectors, and of functions of single values."""

import numpy as np
import torch

from ..._module_parts import Standardize, fill_padding, identity, root
from ..._step_modules import StepModule
from ._joined import Selection


def standard_scaler(step):
    """Return the module of a StandardScaler."""
    return Standardize(step.mean_ if step.with_mean else None, step.scale_)


def min_max_scaler(step):
    """Return the module of a MinMaxScaler."""
    # scikit-learn's x * scale_ + min_, with the large values subtracted first, for float32.
    lowest = step.min_ + step.data_min_ * step.scale_
    return Standardize(step.data_min_, 1 / step.scale_, lowest, step.feature_range if step.clip else None)


def max_abs_scaler(step):
    """Return the module of a MaxAbsScaler."""
    # Older versions of scikit-learn have no parameter clip.
    return Standardize(None, step.scale_, bounds=(-1, 1) if getattr(step, "clip", False) else None)


def robust_scaler(step):
    """Return the module of a RobustScaler."""
    return Standardize(
        step.center_ if step.with_centering else None, step.scale_ if step.with_scaling else None
    )


def selector(step):
    """Return the module of any selector of features."""
    return Selection(np.flatnonzero(step.get_support()))


NORMS = {"l1": 1, "l2": 2, "max": torch.inf}


class RowNorm(StepModule):
    """Rows divided by their norm; scikit-learn leaves rows unchanged that are nearly 0."""

    def __init__(self, order):
        super().__init__()
        self.order = order

    def forward(self, x, lengths=None):
        """Return the normalised rows."""
        norm = torch.linalg.vector_norm(x, self.order, dim=-1, keepdim=True)
        return x / torch.where(norm < 10 * torch.finfo(x.dtype).eps, 1, norm)


def normalizer(step):
    """Return the module of a Normalizer."""
    return RowNorm(NORMS[step.norm])


class Products(StepModule):
    """Products of features.

    Parameters
    ----------
    powers : ndarray of int of shape (n_products, n_features)
        How often each feature is a factor.
    """

    def __init__(self, powers):
        super().__init__()
        n_features = powers.shape[1]
        factors = np.full((len(powers), max(powers.sum(axis=1).max(), 1)), n_features)  # a column of ones
        for row, power in zip(factors, powers, strict=True):
            found = np.repeat(np.arange(n_features), power)
            row[: len(found)] = found
        self.register_buffer("factors", torch.tensor(factors, dtype=torch.int64))

    def forward(self, x, lengths=None):
        """Return the products, of shape (B, n_products)."""
        extended = torch.cat([x, torch.ones_like(x[:, :1])], 1)
        first, *others = self.factors.unbind(1)
        products = extended[:, first]
        for factor in others:
            products = products * extended[:, factor]
        return products


def polynomial_features(step):
    """Return the module of PolynomialFeatures."""
    return Products(step.powers_)


FUNCTIONS = {  # of numpy, as they are given to FunctionTransformer, to those of torch
    None: identity,
    np.absolute: torch.abs,
    np.exp: torch.exp,
    np.expm1: torch.expm1,
    np.fabs: torch.abs,
    np.log: torch.log,
    np.log10: torch.log10,
    np.log1p: torch.log1p,
    np.log2: torch.log2,
    np.negative: torch.neg,
    np.sqrt: root,
    np.square: torch.square,
    np.tanh: torch.tanh,
}


class Elementwise(StepModule):
    """A function of each value of a table, or of frames."""

    def __init__(self, function):
        super().__init__()
        self.function = function

    def forward(self, x, lengths=None):
        """Return the function's values."""
        # Each of them is finite at 1, which it may not be at what fills clips up.
        return self.function(fill_padding(x, lengths, 1))


def elementwise(function, kw_args=None):
    """Return the module of a function of numpy."""
    if kw_args or not any(function is known for known in FUNCTIONS):
        names = ", ".join(f"numpy.{known.__name__}" for known in FUNCTIONS if known is not None)
        raise TypeError(
            f"FunctionTransformer must apply one of {names}, without kw_args, or no function, so that there "
            f"is a module of torch for it; its function is {getattr(function, '__name__', function)!r}"
            f"{f' with kw_args={kw_args!r}' if kw_args else ''}. Write the function as a transformer of your "
            "own, and register its module: @skmir.compose.convert.register."
        )
    return Elementwise(FUNCTIONS[function])


def function_transformer(step):
    """Return the module of a FunctionTransformer."""
    return elementwise(step.func, step.kw_args)
