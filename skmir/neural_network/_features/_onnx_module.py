"""A network in an ONNX file, as a module of torch whose layers are the outputs of the file."""

import os

import torch
from torch import nn

from ..._extras import require

ENDING = ".onnx"


class OnnxModule(nn.Module):
    """A network that onnxruntime runs on the CPU; it does not learn.

    Each output of the file is a layer of the same name, with "_" in place of ".". A file that takes a fixed
    number of windows at once gets that many, the last of them again to fill up.

    Parameters
    ----------
    content : bytes
        The content of an ONNX file with one input of floats: frames of shape (B, n_bins, n_frames), or with
        the last two axes in turn if their fixed sizes say so, or waveforms of shape (B, n_samples). An axis
        of size 1 after the first is added if the file has one.
    file : str
        Name of the file, for errors.

    Raises
    ------
    ImportError
        If onnxruntime is not installed.
    ValueError
        If the file holds no network, or one with several inputs.
    """

    def __init__(self, content, file):
        super().__init__()
        self.content, self.file = content, file
        self._session = None
        self.output_names = [output.name for output in self.session.get_outputs()]
        if len(self.session.get_inputs()) != 1:
            names = [one.name for one in self.session.get_inputs()]
            raise ValueError(f"{file} must have one input, got {names}.")
        for name in self.output_names:
            self.add_module(name.replace(".", "_"), nn.Identity())

    @property
    def session(self):
        """The session of onnxruntime, which is made when it is first needed, in each process."""
        if self._session is None:
            self._session = _session(self.content, self.file)
        return self._session

    def forward(self, x):
        """Return the first output for frames (B, n_bins, n_frames), or waveforms (B, n_samples)."""
        (wanted,) = self.session.get_inputs()
        shape = list(wanted.shape)
        x = _in_form(x.float().cpu(), shape[1:])
        n_rows, n_at_once = len(x), shape[0] if isinstance(shape[0], int) else len(x)
        parts = []
        for rows in x.split(n_at_once):
            missing = n_at_once - len(rows)
            rows = torch.cat([rows, rows[-1:].expand(missing, *rows.shape[1:])]) if missing else rows
            parts.append(self.session.run(self.output_names, {wanted.name: rows.numpy()}))
        outputs = []
        for name, values in zip(self.output_names, zip(*parts, strict=True), strict=True):
            values = torch.cat([torch.from_numpy(part) for part in values])[:n_rows]
            outputs.append(self.get_submodule(name.replace(".", "_"))(values))
        return outputs[0]

    def __getstate__(self):
        return {**self.__dict__, "_session": None}  # a session cannot be pickled


def is_onnx(path):
    """Return whether a path names an ONNX file by its ending."""
    return os.fspath(path).lower().endswith(ENDING)


def read_onnx(path):
    """Return the network in an ONNX file."""
    require("A network in an ONNX file", "onnx", module="onnxruntime")
    path = os.fspath(path)
    with open(path, "rb") as file:
        return OnnxModule(file.read(), path)


def _session(content, file):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1  # clips are computed side by side; the last bits depend on the number
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(content, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # onnxruntime has many classes of errors, which no common one unites
        raise ValueError(f"{file} cannot be run by onnxruntime: {error}") from error


def _in_form(x, shape):
    """Return windows in the order of axes that a file wants; sizes that may vary are names."""
    if len(shape) == x.ndim:  # one axis more than x has besides the first
        x, rest = x.unsqueeze(1), shape[1:]
    else:
        rest = shape
    if len(rest) == 2 and x.ndim >= 3:
        sizes = list(x.shape[-2:])
        fits = [all(not isinstance(a, int) or a == b for a, b in zip(rest, sizes, strict=True))]
        fits += [all(not isinstance(a, int) or a == b for a, b in zip(rest, sizes[::-1], strict=True))]
        if not fits[0] and fits[1]:
            x = x.mT
    return x.contiguous()
