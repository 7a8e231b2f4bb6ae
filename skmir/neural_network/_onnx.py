"""Networks as ONNX files, which other programs run: no Python, torch or this library needed there."""

import contextlib
import io
import json
import logging
import os
import warnings

import numpy as np
import torch
from sklearn.utils.validation import check_is_fitted
from torch import nn

from .._extras import require
from .._training import recipe_of
from .._version import __version__
from ._base import BaseNetwork
from ._targets import TARGETS


def to_onnx(network, file):
    """Write a fitted network to an ONNX file.

    The file holds what the network computes for windows of frames, and not the steps before it (front end,
    scaler), nor the mean over the windows of a clip longer than what the network sees at once.

    Parameters
    ----------
    network : classifier or regressor of :mod:`skmir.neural_network`
        Fitted. Of a Pipeline its last step, of a ``FrameClassifier`` its ``estimator_``.
    file : str or PathLike
        Where to write; a file that is there is replaced.

    Raises
    ------
    ImportError
        If onnx is missing: ``pip install onnx``.
    RuntimeError
        If torch cannot export the architecture; it names both, and torch's reason.
    TypeError
        If it is not a network.
    sklearn.exceptions.NotFittedError
        If it is not fitted.

    See Also
    --------
    skmir.trusted_types : Whole pipelines, kept for Python.

    Notes
    -----
    The input ``frames`` is float32 of shape (batch, n_bins, n_frames), with a batch of any size. n_frames is
    ``n_frames_``, but any number for ``RNNClassifier`` and ``RNNRegressor``.

    A classifier has two outputs, float32 of shape (batch, n_outputs) in the order of ``classes_``:
    ``logits``, which is what to average over the windows of a long clip, and ``probabilities``, their
    softmax, or for tags their sigmoid. A regressor has one, ``numbers``, in the units of y.

    The file's metadata, strings all, say the rest: ``estimator``, ``target_type``, ``classes`` (a JSON
    list), ``n_bins``, ``n_frames`` ("any" where ``n_frames_`` is None), ``skmir_version``, ``torch_version``.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import MLPClassifier, to_onnx
    >>> frames, y = np.random.RandomState(0).randn(20, 8, 5), np.tile(["high", "low"], 10)
    >>> model = MLPClassifier((4,), max_iter=2, random_state=0).fit(frames, y)
    >>> to_onnx(model, "model.onnx")  # doctest: +SKIP
    """
    if not isinstance(network, BaseNetwork):
        raise TypeError(
            f"network={network!r} is none of skmir's network classifiers and regressors. Of a Pipeline pass "
            "the last step, of a FrameClassifier its estimator_."
        )
    check_is_fitted(network)
    require("to_onnx", "onnx")
    import onnx

    model = _export(network)
    onnx.helper.set_model_props(model, _metadata(network))
    onnx.save_model(model, os.fspath(file))


class OnnxNetwork(nn.Module):
    """A network with what its estimator makes of its outputs.

    Parameters
    ----------
    network : BaseNetwork
        Fitted.
    """

    def __init__(self, network):
        super().__init__()
        self.network = network.module_
        self.kind = network.target_type_
        shift, scale = np.zeros(network.n_outputs_), np.ones(network.n_outputs_)
        if self.kind == "continuous":
            shift, scale = network.y_mean_, network.y_scale_
        elif recipe_of(network).prior_correction:
            shift = -TARGETS[self.kind].prior_logits(network.class_prior_)
        self.register_buffer("shift", torch.tensor(shift, dtype=torch.float32))
        self.register_buffer("scale", torch.tensor(scale, dtype=torch.float32))

    @property
    def output_names(self):
        """Names of what ``forward`` returns."""
        return ["numbers"] if self.kind == "continuous" else ["logits", "probabilities"]

    def forward(self, frames):
        """Return the outputs for frames of shape (B, n_bins, n_frames), each of shape (B, n_outputs)."""
        outputs = self.network(frames) * self.scale + self.shift
        if self.kind == "continuous":
            return outputs
        if self.kind == "multilabel-indicator":
            return outputs, torch.sigmoid(outputs)
        return outputs, torch.softmax(outputs, dim=1)


def _export(network):
    """Return a network as an ONNX model.

    torch's exporter by tracing serves every network with every torch that setup.cfg allows. The one by
    ``torch.export`` writes a recurrent layer as one node for each frame, and not every torch and onnxscript
    that pip puts together go with one another.
    """
    import onnx  # optional

    module = OnnxNetwork(network).eval()
    axes = {0: "batch", 2: "n_frames"} if network._packed else {0: "batch"}
    example = torch.zeros(2, network.n_bins_, network.n_frames_ or 8)
    file = io.BytesIO()
    try:
        with _quiet():
            torch.onnx.export(
                module,
                (example,),
                file,
                input_names=["frames"],
                output_names=module.output_names,
                dynamic_axes={"frames": axes, **{name: {0: "batch"} for name in module.output_names}},
                dynamo=False,
            )
    except Exception as error:  # torch's exporter raises whatever its many parts raise
        raise RuntimeError(
            f"torch {torch.__version__} cannot export {type(network).__name__} with the architecture "
            f"{type(network.module_).__name__} to ONNX. {type(error).__name__}: {error}"
        ) from error
    return onnx.load_model_from_string(file.getvalue())


@contextlib.contextmanager
def _quiet():
    """Keep what torch says of its own parts to itself; a branch that depends on the clips is an error."""
    logger = logging.getLogger("torch.onnx")
    level = logger.level
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.filterwarnings("error", category=torch.jit.TracerWarning, module=r"(?!torch\.)")
        logger.setLevel(logging.ERROR)
        try:
            yield
        finally:
            logger.setLevel(level)


def _metadata(network):
    classes = getattr(network, "classes_", None)
    return {
        "estimator": type(network).__name__,
        "target_type": network.target_type_,
        "classes": json.dumps([] if classes is None else classes.tolist()),
        "n_bins": str(network.n_bins_),
        "n_frames": "any" if network.n_frames_ is None else str(network.n_frames_),
        "skmir_version": __version__,
        "torch_version": str(torch.__version__),
    }
