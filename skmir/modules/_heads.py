"""Several last layers side by side."""

import torch
from torch import nn


class Heads(nn.Module):
    """Linear layers on separate parts of the features, in place of one layer over all of them.

    In training, the logits of each head are returned separately, so that each part of a network learns the
    whole task rather than what the others leave over; afterwards their mean is returned, as in an ensemble.
    With few clips this works better than one layer over all features, in which the part that learns fastest
    dominates.

    Parameters
    ----------
    spans : sequence of (int, int)
        Index of the first feature and of the one after the last, one pair per head. Spans may overlap.
    n_outputs : int
        Number of outputs of each head.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules._heads import Heads
    >>> heads = Heads([(0, 4), (2, 6)], 3)
    >>> heads.train()(torch.zeros(5, 6)).shape, heads.eval()(torch.zeros(5, 6)).shape
    (torch.Size([5, 2, 3]), torch.Size([5, 3]))
    """

    def __init__(self, spans, n_outputs):
        super().__init__()
        self.spans = [tuple(span) for span in spans]
        self.in_features = max(end for _, end in self.spans)
        self.layers = nn.ModuleList(nn.Linear(end - start, n_outputs) for start, end in self.spans)

    def forward(self, x):
        """Return logits.

        Parameters
        ----------
        x : tensor of shape (B, n_features)
            Features.

        Returns
        -------
        logits : tensor of shape (B, n_heads, n_outputs) in training, else (B, n_outputs)
        """
        logits = torch.stack(
            [layer(x[:, start:end]) for layer, (start, end) in zip(self.layers, self.spans, strict=True)],
            dim=1,
        )
        return logits if self.training else logits.mean(dim=1)


def has_heads(module):
    """Return whether a module's last layer is several, whose logits come separately in training."""
    return isinstance(getattr(module, "final_layer", None), Heads)
