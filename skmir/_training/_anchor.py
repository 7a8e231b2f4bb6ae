"""The squared distance of parameters from where they start, as a term of the loss that holds them there."""


class Anchor:
    """The weighted squared distance of parameters from where they were when this was made.

    Parameters
    ----------
    module : torch.nn.Module
    weights : dict of str to float
        Weight of each parameter's squared distance, by the parameter's name; others are free.
    """

    def __init__(self, module, weights):
        parameters = dict(module.named_parameters())
        self.parameters = [parameters[name] for name in weights]
        self.starts = [parameter.detach().clone() for parameter in self.parameters]
        self.weights = list(weights.values())

    def __call__(self):
        """Return the term for the parameters as they are now."""
        # Training moves parameters to its device after this was made; their starts follow once.
        self.starts = [start.to(now.device) for start, now in zip(self.starts, self.parameters, strict=True)]
        distances = [
            (now - start).square().sum() for now, start in zip(self.parameters, self.starts, strict=True)
        ]
        return sum(weight * distance for weight, distance in zip(self.weights, distances, strict=True))

    def remove(self):
        """Let the parameters and their starts go."""
        self.parameters, self.starts = [], []
