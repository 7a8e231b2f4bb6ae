"""Networks as ONNX files, which other programs can run without Python, torch and this library."""

import contextlib
import io
import json
import logging
import os
import warnings

import torch
from sklearn.utils.validation import check_is_fitted
from torch import nn

from .._extras import require
from .._version import __version__
from ._base import BaseNetwork
from ._network_module import ScaledNetwork


def to_onnx(network, file):
    """Write a fitted network to an ONNX file.

    The file holds what the network computes for windows of frames. It holds neither the steps before the
    network (front end, scaler), nor the mean over windows, which clips longer than a window need.

    Parameters
    ----------
    network : classifier, regressor or SiameseEmbedding of :mod:`skmir.neural_network`
        It must be fitted. If it is part of a Pipeline, pass the last step; if it is part of a
        ``FrameClassifier``, pass its ``estimator_``.
    file : str or PathLike
        Where to write; a file that exists is replaced.

    Raises
    ------
    ImportError
        If onnx is missing: ``pip install onnx``.
    RuntimeError
        If torch cannot export the architecture; the message tells torch's reason.
    TypeError
        If ``network`` is not a network of this library.
    sklearn.exceptions.NotFittedError
        If ``network`` is not fitted.

    See Also
    --------
    skmir.trusted_types : For saving whole pipelines, to be loaded in Python.

    Notes
    -----
    The input ``frames`` is float32 of shape (batch, n_bins, n_frames), with a batch of any size. n_frames is
    ``n_frames_``; for ``RNNClassifier``, ``RNNRegressor`` and networks with outputs per frame it can be any
    number.

    A classifier has two outputs, float32 of shape (batch, n_outputs), in the order of ``classes_``; with
    outputs per frame, of shape (batch, n_outputs, n_frames). Average
    ``logits`` over the windows of a long clip; ``probabilities`` are their softmax, or their sigmoid for
    tags. A regressor has one output, ``numbers``, in the units of y. A :class:`SiameseEmbedding` has two:
    ``vectors``, and ``embedding``, the vectors at length 1. Average the vectors over the windows of a long
    clip, and bring the mean to length 1.

    The metadata of the file are strings: ``estimator``, ``target_type``, ``classes`` (a JSON list),
    ``n_bins``, ``n_frames`` ("any" if any number will do), ``skmir_version`` and ``torch_version``.

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
            f"network must be a network classifier or regressor of skmir, got {network!r}. From a Pipeline "
            "pass the last step, from a FrameClassifier its estimator_."
        )
    check_is_fitted(network)
    require("to_onnx", "onnx")
    import onnx

    model = _export(network)
    onnx.helper.set_model_props(model, _metadata(network))
    onnx.save_model(model, os.fspath(file))


class OnnxNetwork(ScaledNetwork):
    """A network whose outputs are those of its estimator, and probabilities or an embedding too.

    Parameters
    ----------
    network : BaseNetwork
        It must be fitted.
    """

    @property
    def output_names(self):
        """Names of the tensors that ``forward`` returns."""
        names = {"continuous": ["numbers"], "embedding": ["vectors", "embedding"]}
        return names.get(self.kind, ["logits", "probabilities"])

    def forward(self, frames):
        """Return the outputs for frames (B, n_bins, n_frames), each (B, n_outputs), or with frames last."""
        outputs = super().forward(frames)
        if self.kind == "continuous":
            return outputs
        if self.kind == "embedding":
            return outputs, nn.functional.normalize(outputs, dim=1)
        if self.kind == "multilabel-indicator":
            return outputs, torch.sigmoid(outputs)
        return outputs, torch.softmax(outputs, dim=1)


def _export(network):
    """Return a network as an ONNX model.

    torch's exporter by tracing works for every network with every version of torch that setup.cfg allows.
    The exporter by ``torch.export`` writes a recurrent layer as one node per frame, and it does not work
    with every pair of torch and onnxscript that pip installs.
    """
    import onnx  # optional

    module = OnnxNetwork(network, network.module_).eval()
    one, many = {0: "batch"}, {0: "batch", 2: "n_frames"}
    axes = dict.fromkeys(module.output_names, many if network._per_frame else one)
    axes["frames"] = many if network._packed or network._per_frame else one
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
                dynamic_axes=axes,
                dynamo=False,
            )
    except Exception as error:  # torch's exporter raises many kinds of errors
        raise RuntimeError(
            f"torch {torch.__version__} cannot export {type(network).__name__} with the architecture "
            f"{type(network.module_).__name__} to ONNX. {type(error).__name__}: {error}"
        ) from error
    return onnx.load_model_from_string(file.getvalue())


@contextlib.contextmanager
def _quiet():
    """Silence torch's warnings about itself; a branch that depends on the clips becomes an error."""
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
        "n_frames": "any" if network._per_frame or network.n_frames_ is None else str(network.n_frames_),
        "skmir_version": __version__,
        "torch_version": str(torch.__version__),
    }
