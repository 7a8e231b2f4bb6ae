"""What fitted steps compute, as modules of torch: the base that all of them share."""

import torch
from torch import nn


class StepModule(nn.Module):
    """Base of modules that compute what a fitted step does, for clips of unequal length in one batch.

    A subclass has ``forward(x, lengths=None)``. Its input and its output are each one of

    - frames, a tensor of shape (B, n_bins, n_frames). Clips with fewer frames are filled up at their end, and
      ``lengths``, an int64 tensor of shape (B,), says how many frames are a clip's own. Results do not depend
      on the others. None says that all are.
    - a table, a tensor of shape (B, n_features); ``lengths`` is None.
    - waveforms, a tensor of shape (B, n_samples); ``lengths`` is in samples.

    What the step has learned, or its designer has chosen, and training may change, are Parameters; all else
    is a buffer.

    See Also
    --------
    skmir.compose.convert : Makes such modules of fitted steps.

    Examples
    --------
    >>> import torch
    >>> from skmir.base import StepModule
    >>> class EveryOther(StepModule):
    ...     def forward(self, x, lengths=None):
    ...         return x[..., ::2]
    ...
    ...     def out_lengths(self, lengths):
    ...         return None if lengths is None else (lengths + 1) // 2
    >>> module = EveryOther()
    >>> module(torch.zeros(3, 12, 50)).shape, module.out_lengths(torch.tensor([50, 3, 4]))
    (torch.Size([3, 12, 25]), tensor([25,  2,  2]))
    """

    def __init__(self):
        super().__init__()

    def out_lengths(self, lengths):
        """Return the lengths of the results, given those of the input.

        Parameters
        ----------
        lengths : int64 tensor of shape (B,), or None

        Returns
        -------
        lengths : int64 tensor of shape (B,), or None
            None if all frames are the clips' own, or if the result is a table. By default the lengths of the
            input.
        """
        return lengths


class StepSequence(StepModule):
    """Modules of steps, one after another.

    Parameters
    ----------
    steps : dict of str to nn.Module
        By the names of the steps. Modules that are not a :class:`StepModule` get no lengths.
    """

    def __init__(self, steps):
        super().__init__()
        self.names = list(steps)  # names of steps may hold dots, which names of submodules may not
        self.steps = nn.ModuleList(steps.values())

    def forward(self, x, lengths=None):
        """Return what the last module computes."""
        for step in self.steps:
            x, lengths = run(step, x, lengths)
        return x

    def out_lengths(self, lengths):
        """Return the lengths of what comes out."""
        for step in self.steps:
            lengths = out_lengths(step, lengths)
        return lengths


def run(module, x, lengths):
    """Return what a module computes, and the lengths of that."""
    if isinstance(module, StepModule):
        return module(x, lengths), module.out_lengths(lengths)
    return module(x), lengths


def out_lengths(module, lengths):
    """Return the lengths of what a module computes; a module that knows no lengths changes none."""
    return module.out_lengths(lengths) if isinstance(module, StepModule) else lengths


def size_tensor(size):
    """Return a size as a tensor. In a trace it is one, of which ``torch.as_tensor`` may make a constant."""
    return size if torch.is_tensor(size) else torch.tensor(size)


def own_frames(x, lengths):
    """Return which frames are the clips' own: a tensor of bool of shape (B, 1, n_frames), or None for all."""
    if lengths is None:
        return None
    return (torch.arange(x.shape[-1], device=x.device) < lengths.to(x.device)[:, None])[:, None]


def each_length(function, x, lengths):
    """Apply a function that looks at neighbours in time to clips of one length at a time.

    Parameters
    ----------
    function : callable
        From a tensor of shape (B, ..., n_frames) to one with as many rows.
    x : tensor of shape (B, ..., n_frames)
    lengths : int64 tensor of shape (B,), or None

    Returns
    -------
    result : tensor
        Filled up with zeros at the end of clips that have fewer frames.
    """
    if lengths is None or bool((lengths == x.shape[-1]).all()):
        return function(x)
    parts = {int(n): (lengths == n).nonzero().flatten().to(x.device) for n in lengths.unique()}
    results = {n: function(x[rows, ..., :n]) for n, rows in parts.items()}
    longest = max(result.shape[-1] for result in results.values())
    filled = [nn.functional.pad(result, (0, longest - result.shape[-1])) for result in results.values()]
    order = torch.cat(list(parts.values())).argsort()
    return torch.cat(filled)[order]
