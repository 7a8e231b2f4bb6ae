"""Modules of scikit-learn's linear models and small networks: from a table to logits, or to numbers."""

import numpy as np
import torch
from scipy.sparse import issparse
from torch import nn

from ..._module_parts import identity, tensor_of
from ..._step_modules import StepModule


class Network(StepModule):
    """Linear layers with an activation between them; without hidden layers, a linear model.

    Parameters
    ----------
    layers : list of pairs of array-like
        The weight, of shape (n_out, n_in), and the bias, of shape (n_out,), of each layer. They may be
        trained.
    activation : callable, default=None
        Between layers.
    link : callable, default=None
        Applied to the last layer's output.
    """

    def __init__(self, layers, activation=None, link=None):
        super().__init__()
        *hidden, final = (linear_layer(weight, bias) for weight, bias in layers)
        self.hidden_layers = nn.ModuleList(hidden)
        self.final_layer = final
        self.activation = activation
        self.link = link

    def forward(self, x, lengths=None):
        """Return the outputs, of shape (B, n_outputs)."""
        for layer in self.hidden_layers:
            x = self.activation(layer(x))
        x = self.final_layer(x)
        return x if self.link is None else self.link(x)


def linear_layer(weight, bias):
    """Return a linear layer with the given values; nothing is drawn at random."""
    weight = weight.toarray() if issparse(weight) else np.atleast_2d(weight)
    layer = nn.utils.skip_init(nn.Linear, weight.shape[1], weight.shape[0])
    with torch.no_grad():
        layer.weight.copy_(tensor_of(weight))
        layer.bias.copy_(tensor_of(np.broadcast_to(bias, len(weight))))
    return layer


def against_zero(decision):
    """Return logits of two classes: 0, and the decision for the second."""
    return nn.functional.pad(decision, (1, 0))


def linear_classifier(step):
    """Return the module of a linear classifier."""
    weight = step.coef_ if issparse(step.coef_) else np.atleast_2d(step.coef_)
    link = against_zero if weight.shape[0] == 1 else None
    return Network([(weight, np.ravel(step.intercept_))], link=link)


def linear_regressor(step):
    """Return the module of a linear regressor."""
    return Network([(step.coef_, np.ravel(step.intercept_))])


ACTIVATIONS = {  # of scikit-learn's MLP
    "identity": identity,
    "logistic": torch.sigmoid,
    "relu": torch.relu,
    "tanh": torch.tanh,
}


def mlp_classifier(step):
    """Return the module of an MLPClassifier."""
    binary = len(step.classes_) == 2 and step.n_outputs_ == 1
    return _mlp(step, against_zero if binary else None)


def mlp_regressor(step):
    """Return the module of an MLPRegressor."""
    # The Poisson loss of scikit-learn 1.7 has an exponential.
    return _mlp(step, {"identity": None, "exp": torch.exp}[step.out_activation_])


def _mlp(step, link):
    layers = [(weight.T, bias) for weight, bias in zip(step.coefs_, step.intercepts_, strict=True)]
    return Network(layers, ACTIVATIONS[step.activation], link)


def partial_least_squares(step):
    """Return the module of what partial least squares predicts."""
    return Network([_affine(step.predict, step.n_features_in_)])


def partial_least_squares_scores(step):
    """Return the module of what partial least squares makes of features: their scores."""
    return Network([_affine(step.transform, step.n_features_in_)])


def _affine(function, n_features):
    """Return weight and bias of a function that is known to be affine, from its values."""
    bias = function(np.zeros((1, n_features)))
    weight = function(np.eye(n_features)) - bias
    return weight.reshape(n_features, -1).T, np.ravel(bias)
