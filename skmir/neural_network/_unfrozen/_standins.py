"""Temporary."""

import numpy as np
import torch
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler
from torch import nn

from ..._step_modules import StepModule, own_frames
from ...compose import convert
from ...dsp._cepstrum import _cosines
from ...feature_extraction import MFCC, MelSpectrogram
from ...feature_extraction._base import BaseFrontEnd
from ...preprocessing import FramePooler, LogCompression


class Pool(StepModule):
    def __init__(self, names):
        super().__init__()
        self.names_ = names

    def out_lengths(self, lengths):
        return None

    def forward(self, x, lengths=None):
        mask = torch.ones_like(x[:, :1], dtype=torch.bool) if lengths is None else own_frames(x, lengths)
        n = mask.sum(-1)
        mean = (x * mask).sum(-1) / n
        var = ((x - mean[..., None]) * mask).square().sum(-1) / n
        return torch.cat([{"mean": mean, "std": var.clamp_min(1e-12).sqrt()}[s] for s in self.names_], 1)


class Affine(StepModule):
    def __init__(self, mean, scale):
        super().__init__()
        self.register_buffer("mean", torch.tensor(mean, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    def forward(self, x, lengths=None):
        return (x - self.mean) / self.scale


class Log(StepModule):
    def __init__(self, g, b):
        super().__init__()
        self.g, self.b = g, b

    def forward(self, x, lengths=None):
        return torch.log1p(self.g * x) / np.log(self.b)


class Cepstrum(StepModule):
    def __init__(self, cosines):
        super().__init__()
        self.cosines = nn.Parameter(cosines)

    def forward(self, x, lengths=None):
        d = 10 * x.clamp(min=1e-10).log10()
        shown = d if lengths is None else d.masked_fill(~own_frames(x, lengths), -1e9)
        d = d.maximum(shown.amax(dim=(-2, -1), keepdim=True) - 80)
        return (d.mT @ self.cosines).mT


@convert.register
def _(step: StandardScaler):
    return Affine(step.mean_, step.scale_)


@convert.register(LogisticRegression)
@convert.register(LinearDiscriminantAnalysis)
def _(step):
    c, b = step.coef_, step.intercept_
    if len(step.classes_) == 2:
        c, b = np.vstack([0 * c, c]), np.r_[0, b]
    lin = nn.Linear(c.shape[1], len(c))
    with torch.no_grad():
        lin.weight.copy_(torch.from_numpy(c))
        lin.bias.copy_(torch.from_numpy(b))
    return lin


@convert.register
def _(step: FramePooler):
    return Pool(step.statistics)


@convert.register
def _(step: LogCompression):
    return Log(step.gamma, float(step.base))


def _d(self):
    return self, None


BaseFrontEnd._designed = _d


def _m(step):
    p = {k: v for k, v in step.get_params().items() if k in MelSpectrogram().get_params()}
    return MelSpectrogram(**{k: v for k, v in p.items() if k not in ("norm",)}), Cepstrum(
        _cosines(
            step.n_mels,
            step.n_mfcc,
            step.dct_type,
            step.norm,
            step.lifter,
            torch.float32,
            torch.device("cpu"),
        ).clone()
    )


MFCC._designed = _m
