"""The mean absolute activation of hidden layers, as a term of the loss that makes them sparse."""

from torch import nn

from ..modules import Maxout

NONLINEARITIES = (
    nn.ReLU,
    nn.LeakyReLU,
    nn.ELU,
    nn.GELU,
    nn.SiLU,
    nn.Softplus,
    nn.Tanh,
    nn.Sigmoid,
    Maxout,
    nn.RNNBase,
)


class ActivityPenalty:
    """The mean absolute activation, summed over the hidden layers and multiplied by a weight.

    Parameters
    ----------
    module : torch.nn.Module
        The outputs of its nonlinearities and of its recurrent layers are watched.
    weight : float
        Weight of the term.

    Raises
    ------
    ValueError
        If the module has no layer that could be watched.
    """

    def __init__(self, module, weight):
        self.weight = weight
        self.activations = []
        layers = [layer for layer in module.modules() if isinstance(layer, NONLINEARITIES)]
        if not layers:
            raise ValueError(
                f"l1_activation={weight!r} needs a hidden layer with one of "
                f"{', '.join(kind.__name__ for kind in NONLINEARITIES)}, but {type(module).__name__} has "
                "none. Set l1_activation=0."
            )
        self.hooks = [layer.register_forward_hook(self._watch) for layer in layers]

    def __call__(self):
        """Return the term for the last forward pass, and discard its activations."""
        term = sum(activation.abs().mean() for activation in self.activations)
        self.activations.clear()
        return self.weight * term

    def remove(self):
        """Remove the hooks from the module."""
        for hook in self.hooks:
            hook.remove()
        self.activations.clear()

    def _watch(self, layer, inputs, outputs):
        if layer.training:
            values = outputs[0] if isinstance(outputs, tuple) else outputs
            packed = isinstance(values, nn.utils.rnn.PackedSequence)
            self.activations.append(values.data if packed else values)
