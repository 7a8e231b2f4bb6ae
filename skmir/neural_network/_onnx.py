"""Networks and Pipelines as ONNX files, which other programs can run without Python and this library."""

import contextlib
import io
import logging
import os
import warnings

import torch
from sklearn.utils.validation import check_is_fitted

from .._extras import require
from .._step_modules import StepSequence
from .._version import __version__
from ._base import BaseNetwork
from ._onnx_graph import graph_of_network, graph_of_pipeline


def to_onnx(model, file):
    """Write a fitted network, or a Pipeline from waveforms to its answer, to an ONNX file.

    Parameters
    ----------
    model : estimator
        It must be fitted. A Pipeline is written as a whole, from what its first step takes: the front end,
        the steps that follow, and the network, or linear model, at its end; or what is inside a search. Of a
        network alone, the file holds what it computes for windows of frames, without the mean over windows
        that clips longer than a window need.
    file : str or PathLike
        Where to write; a file that exists is replaced.

    Raises
    ------
    ImportError
        If onnx is missing: ``pip install onnx``.
    RuntimeError
        If torch cannot export a step, or the architecture of a network; the message tells which, and torch's
        reason.
    TypeError
        If a step has no module of torch (see :func:`skmir.compose.convert`), such as trees; if the first one
        reads files; or if a classifier makes probabilities in a way of its own.
    ValueError
        If front ends have different sampling rates, or take random excerpts.
    sklearn.exceptions.NotFittedError
        If ``model`` is not fitted.

    See Also
    --------
    skmir.compose.convert : The module of torch that is written, for Pipelines.
    skmir.trusted_types : For saving whole pipelines, to be loaded in Python.

    Notes
    -----
    The input of a Pipeline is ``waveforms``, float32 of shape (batch, n_samples), at the ``sr`` of its front
    end: the program brings files to that rate, as ``soxr`` does in Python. A batch holds clips of one length.
    Without a front end it is ``frames`` of shape (batch, n_bins, n_frames), or ``features`` of shape
    (batch, n_features). Batch, number of samples and number of frames may be any; a clip longer than the
    window of a network gets the mean over windows, as in prediction. (A recurrent network with outputs per
    frame predicts long clips in pieces, and reads them whole here.) Results are those of the Pipeline to
    about 1e-5 of their scale. Both compute in float32, with rounding errors some 120 dB below a sound; a
    logarithm that makes these count, in the silence of a clip, makes the difference larger.

    The input of a network is ``frames``, with n_frames equal to ``n_frames_``; for ``RNNClassifier``,
    ``RNNRegressor`` and networks with outputs per frame it can be any number.

    A classifier has two outputs, float32 of shape (batch, n_classes), in the order of ``classes_``:
    ``logits``, and ``probabilities``, unless the classifier has none, as LinearSVC. For two classes the
    logits are two numbers, whose difference is the decision. With outputs per frame, the shape is
    (batch, n_classes, n_frames). A regressor has one output, ``numbers``, in the units of y; a Pipeline that
    transforms has ``features``. A :class:`SiameseEmbedding` alone has two: ``vectors``, and ``embedding``,
    the vectors at length 1; average the vectors over the windows of a long clip, and bring the mean to
    length 1. At the end of a Pipeline it has ``embedding``.

    The metadata of the file are strings: ``estimator``, ``target_type``, ``classes`` (a JSON list), the sizes
    of the input (``n_bins``, ``n_frames``, ``n_samples``, ``n_features``: "any" if any number will do),
    ``skmir_version`` and ``torch_version``; of a Pipeline also ``sr``, in Hz, and ``steps``, the names of its
    steps as a JSON list.

    The Fourier transform is written as products of small matrices, and the constant-Q transform as
    convolutions, since ONNX has no complex numbers. An MFCC takes 0.7 MB, the default CQT 0.3 MB.

    Examples
    --------
    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skmir.feature_extraction import MFCC
    >>> from skmir.neural_network import to_onnx
    >>> from skmir.preprocessing import FramePooler
    >>> clips, y = np.random.RandomState(0).randn(20, 22050), np.tile(["high", "low"], 10)
    >>> model = make_pipeline(MFCC(), FramePooler(), StandardScaler(), LogisticRegression()).fit(clips, y)
    >>> to_onnx(model, "model.onnx")  # doctest: +SKIP

    Another program runs the file, here Python with onnxruntime:

    >>> import onnxruntime  # doctest: +SKIP
    >>> session = onnxruntime.InferenceSession("model.onnx")  # doctest: +SKIP
    >>> waveforms = clips[:1].astype("float32")
    >>> logits, probabilities = session.run(None, {"waveforms": waveforms})  # doctest: +SKIP
    """
    check_is_fitted(model)
    require("to_onnx", "onnx")
    import onnx

    make = graph_of_network if isinstance(model, BaseNetwork) else graph_of_pipeline
    graph = make(model)
    file_model = onnx.load_model_from_string(_written(model, graph))
    versions = {"skmir_version": __version__, "torch_version": str(torch.__version__)}
    onnx.helper.set_model_props(file_model, {**graph.metadata, **versions})
    onnx.save_model(file_model, os.fspath(file))


def _written(model, graph):
    """Return a graph as the content of a file.

    torch's exporter by tracing works for every network with every version of torch that setup.cfg allows.
    The exporter by ``torch.export`` writes a recurrent layer as one node per frame, and it does not work
    with every pair of torch and onnxscript that pip installs.
    """
    file = io.BytesIO()
    try:
        with _quiet(), _transposes():
            torch.onnx.export(
                graph.module.eval(),
                (graph.example,),
                file,
                input_names=[graph.input_name],
                output_names=graph.output_names,
                dynamic_axes=graph.varying,
                dynamo=False,
            )
    except Exception as error:  # torch's exporter raises many kinds of errors
        raise RuntimeError(
            f"torch {torch.__version__} cannot export {_described(model, graph)} to ONNX. "
            f"{type(error).__name__}: {error}"
        ) from error
    return file.getvalue()


def _described(model, graph):
    """Return what cannot be written: a network with its architecture, or a step of a Pipeline."""
    if isinstance(model, BaseNetwork):
        return f"{type(model).__name__} with the architecture {type(model.module_).__name__}"
    name = _first_that_fails(graph.module.module, graph.example)
    return f"{type(model).__name__}" if name is None else f"step {name!r} of {type(model).__name__}"


def _first_that_fails(module, x):
    """Return the name of the first module of a sequence that cannot be written, or None."""
    if not isinstance(module, StepSequence):
        return None
    for name, step in zip(module.names, module.steps, strict=True):
        try:
            with _quiet(), _transposes():
                torch.onnx.export(step, (x,), io.BytesIO(), dynamo=False)
        except Exception:  # as above
            return name
        with torch.no_grad():
            x = step(x)
    return None


@contextlib.contextmanager
def _transposes():
    """Tell torch's exporter what ``Tensor.mT`` is."""
    from torch.onnx import symbolic_opset9  # slow to import

    name, opset = "aten::mT", 9
    torch.onnx.register_custom_op_symbolic(name, lambda g, x: symbolic_opset9.transpose(g, x, -2, -1), opset)
    try:
        yield
    finally:
        torch.onnx.unregister_custom_op_symbolic(name, opset)


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
