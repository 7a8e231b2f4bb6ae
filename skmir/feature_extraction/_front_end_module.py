"""A front end as a module of torch: waveforms in, frames out."""

import torch

from .._parameter_checks import plain
from .._step_modules import StepModule, each_length, size_tensor


class FrontEndModule(StepModule):
    """What a front end makes of waveforms at its sampling rate, by its own method.

    Parameters
    ----------
    front_end : BaseFrontEnd
    """

    def __init__(self, front_end):
        super().__init__()
        self.front_end = front_end
        self.n_frames = {}  # of a clip, by its number of samples

    def extra_repr(self):
        """Return the front end with its parameters, for the module's text."""
        return repr(self.front_end)

    def forward(self, x, lengths=None):
        """Return the frames of waveforms.

        Parameters
        ----------
        x : tensor of shape (B, n_samples)
        lengths : int64 tensor of shape (B,), or None

        Returns
        -------
        frames : tensor of shape (B, n_bins, n_frames)
        """
        return each_length(self._frames, x, lengths)

    def out_lengths(self, lengths):
        """Return the numbers of frames of clips of so many samples."""
        if lengths is None:
            return None
        return torch.tensor([self._n_frames(int(n)) for n in lengths], device=lengths.device)

    def _frames(self, y):
        n_samples, frames_of = y.shape[-1], self.front_end._frames
        y = _excerpt(y, self.front_end)
        frames = torch.stack([frames_of(clip) for clip in y]) if self.front_end._alone() else frames_of(y)
        if not torch.jit.is_tracing():
            self.n_frames[n_samples] = frames.shape[-1]
        return frames

    def _n_frames(self, n_samples):
        if n_samples not in self.n_frames:
            with torch.no_grad():
                self._frames(torch.zeros(1, n_samples))
        return self.n_frames[n_samples]


def _excerpt(y, front_end):
    """Return the part of waveforms, all of one length, that a front end uses."""
    sr, offset, duration = front_end.sr, front_end.offset, front_end.duration
    in_middle = offset == "center"
    start = _middle(size_tensor(y.shape[-1]), sr, duration) if in_middle else round(offset * sr)
    if not torch.jit.is_tracing() and start >= y.shape[-1]:
        raise ValueError(
            f"a clip of {y.shape[-1]} samples has none behind offset={plain(offset)} s at sr={sr:g}. "
            "Use a smaller offset."
        )
    return y[..., start:] if duration is None else y[..., start : start + max(1, round(duration * sr))]


def _middle(n_samples, sr, duration):
    """Return where an excerpt from the middle starts, as a tensor, so that a graph finds it for each length.

    Tensors have an axis, since torch's exporter writes those without one in float32.
    """
    sr, duration, half, zero = (torch.full((1,), x, dtype=torch.float64) for x in (sr, duration, 0.5, 0.0))
    spare = (n_samples.reshape(1).double() / sr - duration).maximum(zero)
    return (spare * half * sr).round().long()[0]
