"""Parameters that several front ends share, each declared once, beside its checks."""

import numbers

import numpy as np
import scipy.signal

from .._declared_parameters import DeclaredParameters
from .._parameter_checks import check_choice, check_flag, check_number, plain
from ..dsp._frame import PAD_MODES

_STFT = ("n_fft", "hop_length", "win_length", "window", "center", "pad_mode")
_MEL = ("n_mels", "fmin", "fmax", "htk")
_RISE = ("lag", "max_size")


class FourierParameters(DeclaredParameters):
    """Parameters of the Fourier transform; ``hop_length`` is one of every front end."""

    n_fft: int = 2048
    win_length: int | None = None
    window: str | tuple | float = "hann"


class PaddingParameters(DeclaredParameters):
    """Parameters of a clip's ends, if a front end leaves open how the Fourier transform treats them."""

    center: bool = True
    pad_mode: str = "constant"


class MelParameters(DeclaredParameters):
    """Parameters of mel bands."""

    n_mels: int = 128
    fmin: float = 0.0
    fmax: float | None = None
    htk: bool = False


class RiseParameters(DeclaredParameters):
    """Parameters of the rise of mel bands, which is the onset strength."""

    lag: int = 1
    max_size: int = 1


def stft_parameters(estimator):
    """Return those of an estimator's parameters that :func:`skmir.dsp.stft` takes, as a dict."""
    return {name: getattr(estimator, name) for name in _STFT if hasattr(estimator, name)}


def check_stft(estimator):
    """Raise unless an estimator's parameters of the Fourier transform are in their ranges."""
    parameters = stft_parameters(estimator)
    check_number("n_fft", estimator.n_fft, kind=numbers.Integral, low=2)
    check_number(
        "win_length",
        estimator.win_length,
        kind=numbers.Integral,
        low=1,
        high=estimator.n_fft,
        none=True,
    )
    check_window(estimator.window)
    check_flag("center", parameters.get("center", True))
    check_choice("pad_mode", parameters.get("pad_mode", "constant"), PAD_MODES)


def stft_span(estimator):
    """Return how many samples one frame spans, which parameter sets that, and how it is made smaller."""
    return estimator.n_fft, f"n_fft={estimator.n_fft} samples", "a smaller n_fft"


def mel_parameters(estimator):
    """Return those of an estimator's parameters that set the mel bands, as a dict."""
    return {name: getattr(estimator, name) for name in ("sr", *_MEL)}


def check_mel(estimator):
    """Raise unless an estimator's parameters of the mel bands are in their ranges."""
    check_number("n_mels", estimator.n_mels, kind=numbers.Integral, low=1)
    check_number("fmin", estimator.fmin, low=0)
    check_number("fmax", estimator.fmax, above=estimator.fmin, high=estimator.sr / 2, none=True)
    check_flag("htk", estimator.htk)


def rise_parameters(estimator):
    """Return those of an estimator's parameters that set how the rise of mel bands is found, as a dict."""
    return {name: getattr(estimator, name) for name in _RISE}


def check_rise(estimator):
    """Raise unless an estimator's parameters of the rise of mel bands are in their ranges."""
    for name in _RISE:
        check_number(name, getattr(estimator, name), kind=numbers.Integral, low=1)


def check_window(window):
    """Raise unless scipy knows the window, and it can serve as a key."""
    try:
        hash(window)
        scipy.signal.get_window(window, 8)
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"window={plain(window)!r} must be one that scipy.signal.get_window takes: a name such as "
            "'hann', a tuple of a name and numbers, or a number (the beta of a Kaiser window)."
        ) from error


def check_norm(norm, *words):
    """Raise unless ``norm`` is an order of a norm, None, or one of some words."""
    order = "a number >= 0 (2 is the Euclidean norm), inf, -inf or None"
    if isinstance(norm, str) and not words:
        raise ValueError(f"norm={norm!r} must be {order}.")
    if isinstance(norm, str):
        check_choice("norm", norm, words, also=order)
    elif norm != -np.inf:
        check_number("norm", norm, low=0, none=True)
