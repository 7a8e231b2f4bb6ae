"""Modules of scikit-learn's projections: linear ones, and those onto features of a kernel."""

import math

import numpy as np
from scipy.sparse import issparse
from torch import nn

from ..._module_parts import Projection, tensor_of
from ..._step_modules import StepModule


def pca(step):
    """Return the module of a PCA or an IncrementalPCA."""
    gain = None
    if step.whiten:
        # As in scikit-learn: components without variance must not be divided by 0.
        smallest = np.finfo(step.explained_variance_.dtype).eps
        gain = 1 / np.maximum(np.sqrt(step.explained_variance_), smallest)
    return Projection(step.components_, step.mean_, gain)


def fast_ica(step):
    """Return the module of a FastICA."""
    return Projection(step.components_, step.mean_ if step.whiten else None)


def components(step):
    """Return the module of a projection without a mean: TruncatedSVD, random projections."""
    found = step.components_
    return Projection(found.toarray() if issparse(found) else found)


def factor_analysis(step):
    """Return the module of a FactorAnalysis: the posterior means of the factors."""
    weights = step.components_ / step.noise_variance_
    covariance = np.linalg.inv(np.eye(len(weights)) + weights @ step.components_.T)
    return Projection(covariance.T @ weights, step.mean_)


def discriminants(step):
    """Return the module of what LinearDiscriminantAnalysis makes of features: the discriminants."""
    mean = step.xbar_ if step.solver == "svd" else np.zeros(step.n_features_in_)
    n_components = step.transform(mean[np.newaxis]).shape[1]
    return Projection(step.scalings_[:, :n_components].T, mean)


class RandomFeatures(StepModule):
    """Cosines of random projections, whose products approach the kernel of an RBFSampler."""

    def __init__(self, weights, offset):
        super().__init__()
        self.weights = nn.Parameter(tensor_of(weights))  # (n_components, n_features)
        self.offset = nn.Parameter(tensor_of(offset))
        self.scale = math.sqrt(2 / len(offset))

    def forward(self, x, lengths=None):
        """Return the features, of shape (B, n_components)."""
        return self.scale * nn.functional.linear(x, self.weights, self.offset).cos()


def rbf_sampler(step):
    """Return the module of an RBFSampler."""
    return RandomFeatures(step.random_weights_.T, step.random_offset_)


def _rbf(x, z, gamma, coef0, degree):
    # Relative to a place among the landmarks: differences are the same, and squares smaller, for float32.
    center = z.mean(0).detach()
    x, z = x - center, z - center
    squares = x.square().sum(-1, keepdim=True) + z.square().sum(-1) - 2 * x @ z.T
    return (-gamma * squares.clamp(min=0)).exp()


KERNELS = {
    "linear": lambda x, z, gamma, coef0, degree: x @ z.T,
    "poly": lambda x, z, gamma, coef0, degree: (gamma * (x @ z.T) + coef0) ** degree,
    "polynomial": lambda x, z, gamma, coef0, degree: (gamma * (x @ z.T) + coef0) ** degree,
    "rbf": _rbf,
    "sigmoid": lambda x, z, gamma, coef0, degree: (gamma * (x @ z.T) + coef0).tanh(),
}


class KernelFeatures(StepModule):
    """Features of a kernel between rows and landmarks, as of a Nystroem.

    Parameters
    ----------
    kernel : str
        A key of ``KERNELS``.
    landmarks : array-like of shape (n_landmarks, n_features)
        May be trained.
    normalization : array-like of shape (n_components, n_landmarks)
        May be trained.
    gamma, coef0, degree : float
    """

    def __init__(self, kernel, landmarks, normalization, gamma, coef0, degree):
        super().__init__()
        self.kernel = kernel
        self.landmarks = nn.Parameter(tensor_of(landmarks))
        self.normalization = nn.Parameter(tensor_of(normalization))
        self.numbers = (gamma, coef0, degree)

    def forward(self, x, lengths=None):
        """Return the features, of shape (B, n_components)."""
        return nn.functional.linear(
            KERNELS[self.kernel](x, self.landmarks, *self.numbers), self.normalization
        )


def nystroem(step):
    """Return the module of a Nystroem."""
    if not isinstance(step.kernel, str) or step.kernel not in KERNELS:
        raise TypeError(f"Nystroem must have one of the kernels {sorted(KERNELS)}, got {step.kernel!r}.")
    landmarks = step.components_
    landmarks = landmarks.toarray() if issparse(landmarks) else landmarks
    # What None means in sklearn.metrics.pairwise.
    gamma = 1 / landmarks.shape[1] if step.gamma is None else step.gamma
    coef0 = 1 if step.coef0 is None else step.coef0
    degree = 3 if step.degree is None else step.degree
    return KernelFeatures(step.kernel, landmarks, step.normalization_, gamma, coef0, degree)
