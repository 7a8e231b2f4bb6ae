"""A classifier of windows of frames as a module of torch, which averages over the windows of a clip."""

import numpy as np
import torch
from torch import nn

from .._module_parts import tensor_of
from .._step_modules import StepModule, each_length, run
from ._conversion import convert

LINKS = {"softmax": lambda logits: logits.softmax(1), "sigmoid": torch.sigmoid}


class WindowsModule(StepModule):
    """Logits of clips: of the mean probabilities of their windows, or mean decision values.

    Parameters
    ----------
    classifier : nn.Module
        From rows of n_bins * width values to logits.
    width, hop : int
        As of :func:`window_rows`.
    link : {"softmax", "sigmoid"} or None
        What makes probabilities of the classifier's logits: "softmax" for classes, "sigmoid" for tags. None
        averages the logits themselves.
    binary : bool
        Whether there are two classes, whose first logit is 0.
    """

    def __init__(self, classifier, width, hop, link, binary):
        super().__init__()
        self.classifier = classifier
        self.width = width
        self.hop = hop
        self.link = link
        self.binary = binary

    def out_lengths(self, lengths):
        """Return None: a table comes out."""
        return None

    def forward(self, x, lengths=None):
        """Return logits of shape (B, n_classes)."""
        if x.ndim == 2:
            return self._of_one_length(x[..., None])
        return each_length(self._of_one_length, x, lengths)

    def _of_one_length(self, x):
        windows = x[..., self._times(x)].transpose(1, 2)  # (B, n_windows, n_bins, width)
        logits = run(self.classifier, windows.flatten(2).flatten(0, 1), None)[0]
        logits = logits.unflatten(0, windows.shape[:2])  # (B, n_windows, n_classes)
        if self.link is None:
            return logits.mean(1)
        if self.link == "softmax":
            logs = logits.log_softmax(-1).logsumexp(1)
            return logs - logs[:, :1] if self.binary else logs.log_softmax(-1)
        # The logarithm of the mean probability that a clip has a tag, less that of the mean that it has not.
        logsigmoid = nn.functional.logsigmoid
        return logsigmoid(logits).logsumexp(1) - logsigmoid(-logits).logsumexp(1)

    def _times(self, x):
        """Return the frames of each window, of shape (n_windows, width); a short clip is repeated."""
        n_frames = torch.full((), x.shape[-1], device=x.device)
        last = (n_frames - self.width).clamp(min=0)
        starts = torch.cat([torch.arange(0, last, self.hop, device=x.device), last[None]])
        return (starts[:, None] + torch.arange(self.width, device=x.device)) % n_frames


def windows_module(model):
    """Return the module of a fitted FrameClassifier.

    Parameters
    ----------
    model : FrameClassifier

    Returns
    -------
    module : WindowsModule

    Raises
    ------
    TypeError
        If windows are not averaged, or the classifier has no module, or none with its probabilities.
    """
    if model.aggregate != "mean":
        raise TypeError(
            f"FrameClassifier must average over windows, so that it has a module of torch: aggregate='mean', "
            f"got {model.aggregate!r}. It can be changed with set_params after fit."
        )
    classifier = convert(model.estimator_)
    link = None
    if hasattr(model.estimator_, "predict_proba"):
        link = "sigmoid" if model._has_tags else "softmax"
        _check_link(model.estimator_, classifier, link, model.n_bins_ * model._window["width"])
    return WindowsModule(classifier, **model._window, link=link, binary=len(model.classes_) == 2)


def _check_link(estimator, module, link, n_features):
    """Raise if an estimator makes its probabilities in another way: no class says how it does.

    Several classifiers of scikit-learn have other ways for more than two classes, or for some losses.
    """
    rows = np.random.RandomState(0).rand(16, n_features)
    probabilities = LINKS[link](run(module, tensor_of(rows), None)[0])
    expected = estimator.predict_proba(rows)
    if (
        probabilities.shape != np.shape(expected)
        or np.abs(probabilities.detach().numpy() - expected).max() > 1e-3
    ):
        raise TypeError(
            f"The probabilities of {type(estimator).__name__} are not the {link} of its decision values, so "
            "that their mean over windows has no module of torch. Use LogisticRegression or a network inside "
            "of FrameClassifier."
        )
