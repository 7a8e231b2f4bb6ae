"""Recordings that are neither paths nor waveforms: file objects, and what Hugging Face's datasets holds."""

import io
from collections.abc import Mapping

import numpy as np

from .._parameter_checks import check_number, shown
from .._waveforms import refusal_of_waveform, scaled_samples, to_numpy
from ._load import load, mono_at


def reader(sr):
    """Return the function that gives the waveform of an object, for ``check_clips``.

    Parameters
    ----------
    sr : float
        Sampling rate in Hz to which waveforms are brought.

    Returns
    -------
    read : callable
        Takes a file object, a dict of Hugging Face's ``datasets`` or a decoder of torchcodec.
    """

    def read(item):
        if hasattr(item, "get_all_samples"):
            samples = item.get_all_samples()
            return _resampled(to_numpy(samples.data), samples.sample_rate, sr)
        if not isinstance(item, Mapping):
            return load(item, sr=sr)[0]
        if item.get("array") is not None:
            return _resampled(np.asarray(to_numpy(item["array"])), item.get("sampling_rate"), sr)
        if item.get("bytes") is not None:
            return load(io.BytesIO(item["bytes"]), sr=sr)[0]
        if item.get("path") is not None:
            return load(item["path"], sr=sr)[0]
        raise ValueError(
            "A dict must hold 'array' and 'sampling_rate', the content of a file as 'bytes', or its 'path', "
            f"got {shown({key: type(value).__name__ for key, value in item.items()})}."
        )

    return read


def _resampled(y, native, sr):
    """Return the waveform of decoded samples of shape (n_samples,) or (n_channels, n_samples)."""
    check_number("sampling_rate", native, above=0)
    if (sentence := refusal_of_waveform(y.dtype, "It")) is not None:
        raise ValueError(sentence)
    y = np.atleast_2d(scaled_samples(y)).astype(np.float32)
    return mono_at(y, native, sr, "It")
