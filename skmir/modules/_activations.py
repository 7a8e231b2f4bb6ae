"""Activations of hidden units, by name."""

from torch import nn

from ._maxout import Maxout

ACTIVATIONS = {
    "relu": nn.ReLU,
    "elu": nn.ELU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "leaky_relu": nn.LeakyReLU,  # with a slope of 0.01 below zero, torch's default
    "softplus": nn.Softplus,
    "maxout": Maxout,
}
# Without maxout, which is not a function of one value. All are increasing: pooling may come before them.
ELEMENTWISE = {name: unit for name, unit in ACTIVATIONS.items() if name != "maxout"}
