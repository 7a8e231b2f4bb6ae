"""Base of layers that learn without labels: standardised rows, passes over them, plain arrays."""

import numbers

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
from sklearn.preprocessing import StandardScaler
from sklearn.utils import gen_batches
from sklearn.utils.validation import check_is_fitted, validate_data
from tqdm.auto import trange

from ..._declared_parameters import DeclaredParameters, method_missing, positional
from ..._device import resolve_device
from ..._fitting import all_or_nothing
from ..._parameter_checks import check_choice, check_number
from ..._random import seeded, torch_threads
from ..._saving import TorchSavingMixin
from ..._training import restore, snapshot
from ..._validation import FLOAT
from ._layer_training import check_finite, check_momentum

VISIBLE = ("bernoulli", "gaussian")
BLOCK = 2**20  # number of values that are summed at once
ROUNDING = 1e-6  # by how much the output of MinMaxScaler may leave [0, 1]


class BaseLayer(
    DeclaredParameters, ClassNamePrefixFeaturesOutMixin, TransformerMixin, TorchSavingMixin, BaseEstimator
):
    """Base of :class:`RBM` and :class:`DenoisingAutoencoder`.

    A subclass names the class of its module in ``_MODULE``, maps attributes to the module's parameters in
    ``_ARRAYS``, and has ``_module_options()`` and ``_make_training(module, rows, momentum, state)``.
    """

    _MODULE = None
    _ARRAYS = {}

    n_components: int = positional(default=256)
    visible: str = "gaussian"
    learning_rate: float = 0.01
    batch_size: int = 100
    n_iter: int = 10
    momentum: float | tuple[float, float, int] = (0.5, 0.9, 5)
    weight_decay: float = 2e-4
    device: str = "auto"
    n_threads: int = 1
    random_state: int | np.random.RandomState | None = None
    verbose: int = 0

    def fit(self, X, y=None):
        """Learn weights and biases from rows.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : ignored

        Returns
        -------
        self : object
            The fitted layer.

        Raises
        ------
        ValueError
            If "bernoulli" units get values outside [0, 1], if training diverges, or if a parameter is not
            valid.
        """
        check_number("n_iter", self.n_iter, kind=numbers.Integral, low=1)
        return self._fit(X, int(self.n_iter), goes_on=False)

    def partial_fit(self, X, y=None):
        """Continue training with one pass over the rows.

        "gaussian" units are standardised with the means and standard deviations of the rows of the first
        call. ``n_iter`` calls, each with the same rows, give the same result as one ``fit``.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.
        y : ignored

        Returns
        -------
        self : object
            The fitted layer.

        Raises
        ------
        ValueError
            As in ``fit``.
        """
        return self._fit(X, 1, goes_on=hasattr(self, "components_"))

    def transform(self, X):
        """Return the activation of each hidden unit.

        Parameters
        ----------
        X : array-like of shape (n_samples, n_features)
            Rows.

        Returns
        -------
        hidden : ndarray of shape (n_samples, n_components)
            In the dtype of X.
        """
        return self._run(X, lambda module, rows: module(rows))

    @property
    def n_iter_(self):
        """Number of passes over the rows so far."""
        return len(self.reconstruction_errors_)

    @property
    def n_parameters_(self):
        """Number of trained weights and biases."""
        return sum(getattr(self, name).size for name in self._ARRAYS if hasattr(self, name))

    @property
    def _n_features_out(self):
        return len(self.components_)

    def _module_options(self):
        """Return the module's arguments other than its size: plain values, kept with the weights."""
        raise method_missing(self, "_module_options")

    def _make_training(self, module, rows, momentum, state):
        raise method_missing(self, "_make_training")

    def _check_parameters(self):
        """Raise if a parameter is not valid."""
        check_choice("visible", self.visible, VISIBLE)
        for name in ("n_components", "batch_size", "n_threads"):
            check_number(name, getattr(self, name), kind=numbers.Integral, low=1)
        check_number("learning_rate", self.learning_rate, above=0)
        check_number("weight_decay", self.weight_decay, low=0)

    @all_or_nothing
    def _fit(self, X, n_passes, *, goes_on):
        self._check_parameters()
        momentum = check_momentum(self.momentum)
        X = validate_data(self, X, dtype=FLOAT, reset=not goes_on)
        self._check_range(X)
        mean, scale = (self.mean_, self.scale_) if goes_on else self._location(X)
        device = resolve_device(self.device)
        with seeded(self.random_state, n_threads=self.n_threads, device=device) as seed:
            generator = torch.Generator().manual_seed(seed)
            if goes_on:
                arguments, module = self._module_arguments, self._module(np.float32).to(device)
                restore(self.random_state_, generator, device)
            else:
                sizes = {"n_visible": X.shape[1], "n_hidden": int(self.n_components)}
                arguments = {**sizes, **self._module_options()}
                module = self._MODULE(**arguments).to(device)
            rows = torch.from_numpy(_standardised(X, mean, scale).astype(np.float32, copy=False)).to(device)
            training = self._make_training(module, rows, momentum, self._training_state if goes_on else None)
            errors = self.reconstruction_errors_ if goes_on else np.empty(0)
            errors = np.append(errors, self._passes(training, rows, generator, len(errors), n_passes))
            self.random_state_ = snapshot(generator, device)
        self.mean_, self.scale_, self.reconstruction_errors_ = mean, scale, errors
        self._training_state, self._module_arguments = training.state(), arguments
        self._keep(module.state_dict())
        return self

    def _keep(self, state):
        """Keep the arrays of a module, in place of the arrays of an earlier fit."""
        for attribute, name in self._ARRAYS.items():
            self.__dict__.pop(attribute, None)
            if name in state:
                setattr(self, attribute, state[name].cpu().numpy().copy())

    def _passes(self, training, rows, generator, n_before, n_passes):
        """Run passes, and return the reconstruction error of each."""
        errors = []
        for i in trange(n_passes, unit="pass", disable=not self.verbose, leave=False):
            order = torch.randperm(len(rows), generator=generator).to(rows.device)
            batches = (rows[batch] for batch in order.split(int(self.batch_size)))
            errors.append(training.run(batches, n_before + i))
            check_finite(errors[-1], training.module, f"pass {n_before + i + 1}", self)
        return errors

    def _location(self, X):
        """Return mean and scale of each column, with which "gaussian" units are standardised."""
        if self.visible == "bernoulli":
            return np.zeros(X.shape[1]), np.ones(X.shape[1])
        scaler = StandardScaler()  # its scale is 1 for a column that varies by rounding errors only
        for batch in gen_batches(len(X), max(BLOCK // X.shape[1], 1)):  # it makes two copies in float64
            scaler.partial_fit(X[batch])
        return scaler.mean_, scaler.scale_

    def _check_range(self, X):
        if self.visible == "bernoulli" and (X.min() < -ROUNDING or X.max() > 1 + ROUNDING):
            raise ValueError(
                f"{type(self).__name__}(visible='bernoulli') needs values in [0, 1], got X from "
                f"{X.min():g} to {X.max():g}. Scale X (sklearn.preprocessing.MinMaxScaler), or use "
                "visible='gaussian'."
            )

    def _module(self, dtype):
        """Return the trained layer as a module."""
        with torch.device("meta"):  # draws no initial weights, which would be replaced
            module = self._MODULE(**self._module_arguments)
        kept = {name: attribute for attribute, name in self._ARRAYS.items() if hasattr(self, attribute)}
        arrays = {name: torch.tensor(getattr(self, a).astype(dtype)) for name, a in kept.items()}
        module.load_state_dict(arrays, assign=True)
        return module

    def _run(self, X, function):
        """Return the result of a function of the module and the standardised rows, in the dtype of X."""
        check_is_fitted(self)
        X = validate_data(self, X, reset=False, dtype=FLOAT)
        return self._compute(function, _standardised(X, self.mean_, self.scale_))

    def _compute(self, function, rows):
        """Return the result of a function of the module and rows.

        torch computes it, with as many threads as in ``fit``: a stack of layers learns from these numbers,
        and their last bits must not depend on the number of threads that numpy happens to use.
        """
        device = resolve_device(self.device)
        module = self._module(rows.dtype).to(device)
        with torch_threads(self.n_threads), torch.no_grad():
            result = function(module, torch.from_numpy(rows).to(device)).cpu().numpy()
        if not np.isfinite(result).all():
            raise ValueError(
                f"{type(self).__name__} gives numbers that are not finite: standardised values of X reach "
                f"{np.abs(rows).max():g}. Scale X in the same way as in fit. If it is scaled so, training "
                "has diverged: fit again with a lower learning_rate."
            )
        return result

    def _in_units_of_data(self, rows):
        return rows * self.scale_.astype(rows.dtype) + self.mean_.astype(rows.dtype)

    def __sklearn_is_fitted__(self):
        return hasattr(self, "components_")


def _standardised(X, mean, scale):
    rows = X - mean.astype(X.dtype)
    rows /= scale.astype(X.dtype)
    return rows
