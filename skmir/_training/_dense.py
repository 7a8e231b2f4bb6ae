"""Steps of multi-layer perceptrons without autograd: the same kernels, called one after another.

A step of a small network is mostly bookkeeping, of autograd and of the optimiser. Here each layer says how
its outputs are computed and how a gradient goes back through it, by the operations that autograd would run
on the same arrays: losses, gradients and random draws are the same to the last bit. ``_dense_conditions``
says when.
"""

import functools

import numpy as np
import torch
from torch import nn
from torch.nn.functional import linear, log_softmax, nll_loss

from ._losses import ClassLoss, NumberLoss, TagLoss

aten = torch.ops.aten  # the derivatives that autograd calls have no other names


class DenseGradients:
    """Sets the gradients of a multi-layer perceptron, batch by batch.

    Parameters
    ----------
    module : MLP
        In training mode. Its parameters get arrays for their gradients, which every batch fills again.
    criterion : ClassLoss, TagLoss or NumberLoss
    """

    def __init__(self, module, criterion):
        self.layers = [LAYERS[type(layer)](layer) for layer in layers_of(module)]
        self.first, *self.others = self.layers
        self.others.reverse()
        self.loss = functools.partial(LOSSES[type(criterion)], criterion)

    @torch.no_grad()
    def __call__(self, batch):
        """Set the gradients of all parameters for a batch of windows; return its loss, a scalar."""
        x, (targets, weights) = batch
        x = x.flatten(1)  # (B, n_bins * n_frames)
        for layer in self.layers:
            x = layer.forward(x)
        loss, gradient = self.loss(x, targets, weights)
        for layer in self.others:
            gradient = layer.backward(gradient)
        self.first.set_gradients(gradient)
        return loss


def layers_of(module):
    """Return the layers of an MLP in order, without dropout that drops nothing."""
    layers = [*module.hidden_layers, module.final_layer]
    return [layer for layer in layers if not (type(layer) is nn.Dropout and layer.p == 0)]


class Affine:
    """A linear layer: y = x W' + b.

    Parameters
    ----------
    layer : nn.Linear
    """

    def __init__(self, layer):
        self.weight, self.bias = layer.weight.detach(), layer.bias.detach()
        layer.weight.grad = self.weight_gradient = torch.empty_like(self.weight)
        layer.bias.grad = self.bias_gradient = torch.empty_like(self.bias)

    def forward(self, x):
        """Return the outputs for inputs x of shape (B, n_inputs)."""
        self.x = x
        return linear(x, self.weight, self.bias)

    def backward(self, gradient):
        """Set the gradients of the parameters; return that of x, for that of the outputs."""
        self.set_gradients(gradient)
        return gradient.mm(self.weight)

    def set_gradients(self, gradient):
        """Set the gradients of the parameters, for that of the outputs of shape (B, n_outputs)."""
        torch.mm(gradient.t(), self.x, out=self.weight_gradient)
        torch.sum(gradient, 0, out=self.bias_gradient)


class Dropped:
    """Dropout: y = m x, where m is 0 or 1 / (1 - p).

    Parameters
    ----------
    layer : nn.Dropout
    """

    def __init__(self, layer):
        self.kept = 1 - layer.p

    def forward(self, x):
        """Return x with some values dropped, which torch's generator draws."""
        self.mask = torch.empty_like(x).bernoulli_(self.kept).div_(self.kept)
        return x * self.mask

    def backward(self, gradient):
        """Return the gradient of x."""
        return gradient * self.mask


class Activated:
    """A nonlinearity.

    Parameters
    ----------
    unit : nn.Module
        Of one of the types in ``DERIVATIVES``.
    """

    def __init__(self, unit):
        self.unit, self.derivative = unit.forward, functools.partial(DERIVATIVES[type(unit)], unit)

    def forward(self, x):
        """Return the activations."""
        self.x, self.y = x, self.unit(x)
        return self.y

    def backward(self, gradient):
        """Return the gradient of x."""
        return self.derivative(gradient, self.x, self.y)


# Gradients of x, for a unit, the gradient of its outputs y, x and y.
DERIVATIVES = {
    nn.ReLU: lambda unit, g, x, y: aten.threshold_backward.default(g, y, 0),
    nn.LeakyReLU: lambda unit, g, x, y: aten.leaky_relu_backward.default(g, x, unit.negative_slope, False),
    nn.ELU: lambda unit, g, x, y: aten.elu_backward.default(g, unit.alpha, 1, 1, False, x),
    nn.Softplus: lambda unit, g, x, y: aten.softplus_backward.default(g, x, unit.beta, unit.threshold),
    nn.Tanh: lambda unit, g, x, y: aten.tanh_backward.default(g, y),
    nn.Sigmoid: lambda unit, g, x, y: aten.sigmoid_backward.default(g, y),
}
LAYERS = {nn.Linear: Affine, nn.Dropout: Dropped, **dict.fromkeys(DERIVATIVES, Activated)}


def class_loss(criterion, logits, targets, weights):
    """Return the cross-entropy for positions of classes (B,), and its gradient of shape (B, n_classes).

    torch's ``cross_entropy`` would compute the log-probabilities, which the gradient needs, a second time.
    """
    logs = log_softmax(logits, 1)
    hit, smooth = 1 - criterion.label_smoothing, criterion.label_smoothing / logs.shape[1]
    gradient = _gradient_of_logs(logs, targets, weights, hit, smooth)
    return (
        _cross_entropy(logs, targets, weights, hit, smooth),
        aten._log_softmax_backward_data.default(gradient, logs, 1, torch.float32),
    )


def _cross_entropy(logs, targets, weights, hit, smooth):
    """Return ``hit`` times the loss of the class plus ``smooth`` times that of all classes, a scalar."""
    loss = nll_loss(logs, targets, reduction="mean" if weights is None else "none")
    if smooth:
        of_all = logs.sum(1).neg_()
        loss = loss * hit + (of_all.mean() if weights is None else of_all) * smooth
    return loss if weights is None else (loss * weights).mean()


def _gradient_of_logs(logs, targets, weights, hit, smooth):
    """Return the gradient of log-probabilities: of a row, one value at its class, and another elsewhere."""
    n, n_classes = logs.shape
    classes = targets.unsqueeze(1)
    if weights is None:
        here, elsewhere = -np.float32(hit) / np.float32(n), -np.float32(smooth) / np.float32(n)
        return torch.full_like(logs, float(elsewhere)).scatter_(1, classes, float(here + elsewhere))
    each = (weights * -_share(n)).unsqueeze(1)
    return (each * smooth).repeat(1, n_classes).scatter_add_(1, classes, each * hit)


def tag_loss(criterion, logits, targets, weights):
    """Return the binary cross-entropy for indicators or shares (B, n_tags), and its gradient."""
    loss = criterion.mean_loss(logits, targets, weights)
    targets = targets * (1 - criterion.label_smoothing) + 0.5 * criterion.label_smoothing
    return loss, logits.sigmoid().sub_(targets).mul_(_shares(logits, weights))


def number_loss(criterion, numbers, targets, weights):
    """Return the squared error for numbers (B, n_outputs), and its gradient."""
    loss = criterion.mean_loss(numbers, targets, weights)
    return loss, (numbers - targets).mul_(2).mul_(_shares(numbers, weights))


LOSSES = {ClassLoss: class_loss, TagLoss: tag_loss, NumberLoss: number_loss}


def _shares(outputs, weights):
    """Return the share of each output in the mean, or of each row's outputs, of shape (B, 1)."""
    n, n_outputs = outputs.shape
    if weights is None:
        return float(np.float32(_share(n)) / np.float32(n_outputs))
    return (weights * _share(n) / n_outputs).unsqueeze(1)


def _share(n):
    """Return 1 / n as float32 has it."""
    return float(np.float32(1) / np.float32(n))


class FusedAdamW:
    """Updates parameters as torch's fused AdamW does, without its checks at every step.

    Parameters
    ----------
    optimizer : torch.optim.AdamW
        It has taken a step. Its state stays torch's own: either may take the next one.
    """

    def __init__(self, optimizer):
        self.groups = []
        for group in optimizer.param_groups:
            parameters = group["params"]
            states = [optimizer.state[parameter] for parameter in parameters]
            arrays = (
                [parameter.detach() for parameter in parameters],
                [parameter.grad for parameter in parameters],
                [state["exp_avg"] for state in states],
                [state["exp_avg_sq"] for state in states],
                [],  # the largest squares so far, of amsgrad
                [state["step"] for state in states],
            )
            self.groups.append((group, arrays))

    def __call__(self):
        """Update the parameters by their gradients."""
        for group, arrays in self.groups:
            torch._foreach_add_(arrays[-1], 1)
            torch._fused_adamw_(
                *arrays,
                lr=group["lr"],
                beta1=group["betas"][0],
                beta2=group["betas"][1],
                weight_decay=group["weight_decay"],
                eps=group["eps"],
                amsgrad=False,
                maximize=False,
            )
