"""Spectral shape: how the energy of each frame is distributed over frequency.

Each descriptor of a spectrum is one function from magnitudes of shape (..., n_frames, n_frequencies) to
values of shape (..., n_frames, n_values). All of them share one Fourier transform.
"""

import functools
from typing import NamedTuple

import numpy as np
import torch

from ._cepstrum import power_to_db
from ._frame import blocks, frame, join, pad, recorded
from ._stft import differentiable_power, magnitudes, spectra_blocks

FEATURES = (
    "centroid",
    "bandwidth",
    "rolloff",
    "contrast",
    "flatness",
    "flux",
    "zero_crossing_rate",
    "rms",
)
_SILENT = 1e-10  # for the rate of zero crossings, samples up to this count as 0, as in librosa


def spectral_shape(
    y,
    *,
    features=FEATURES,
    sr=22050,
    n_fft=2048,
    hop_length=512,
    roll_percent=0.85,
    fmin=200.0,
    n_bands=6,
    quantile=0.02,
    linear=False,
    **stft_parameters,
):
    """Descriptors of the shape of each frame's spectrum, and two of its waveform.

    Parameters
    ----------
    y : tensor of shape (..., n_samples)
        Waveforms.
    features : tuple of str
        Any of "centroid", "bandwidth", "rolloff", "contrast", "flatness", "flux", "zero_crossing_rate" and
        "rms"; all by default. :class:`skmir.feature_extraction.SpectralShape` explains each of them.
    sr : float, default=22050
        Sampling rate, in Hz.
    n_fft : int, default=2048
        Length of a frame, in samples.
    hop_length : int, default=512
        Distance from one frame to the next, in samples.
    roll_percent : float, default=0.85
        Share of the magnitudes' sum that lies below the rolloff, between 0 and 1.
    fmin : float, default=200.0
        Upper end of the contrast's lowest band, in Hz; each band above it is one octave wide.
    n_bands : int, default=6
        Number of the contrast's bands above the lowest one.
    quantile : float, default=0.02
        Share of a band's frequencies that count as its peak, and as its valley.
    linear : bool, default=False
        Whether the contrast is the difference of magnitudes, instead of the difference in dB.
    **stft_parameters
        ``win_length`` and ``window`` of :func:`skmir.dsp.stft`.

    Returns
    -------
    shapes : tensor of shape (..., n_values, n_frames)
        One row per descriptor, in the order of ``features``; ``n_bands + 1`` rows for the contrast.

    Raises
    ------
    ValueError
        If a name is unknown, or a band of the contrast lies above ``sr / 2`` or holds no frequency.

    Examples
    --------
    A sine of 440 Hz crosses zero 880 times per second, and has an amplitude of sqrt(2) times its RMS:

    >>> import torch
    >>> from skmir.dsp import spectral_shape
    >>> y = torch.sin(2 * torch.pi * 440 * torch.arange(22050) / 22050)
    >>> rate, rms = spectral_shape(y, features=("zero_crossing_rate", "rms"))[:, 20]
    >>> round(float(rate) * 22050), round(float(rms), 3)
    (883, 0.707)
    """
    frequencies = torch.fft.rfftfreq(n_fft, 1 / sr, dtype=y.dtype, device=y.device)
    bands = contrast_bands(sr, n_fft, fmin, n_bands, quantile) if "contrast" in features else ()
    of_spectra = {
        "centroid": lambda s: _centroid(s, frequencies),
        "bandwidth": lambda s: _bandwidth(s, frequencies),
        "rolloff": lambda s: _rolloff(s, frequencies, roll_percent),
        "contrast": lambda s: _peaks_and_valleys(s, bands),
        "flatness": _flatness,
        "flux": _Flux(),
    }
    of_waveforms = {
        "zero_crossing_rate": lambda: _zero_crossing_rate(y, n_fft, hop_length),
        "rms": lambda: _rms(y, n_fft, hop_length),
    }
    values = {name: of_waveforms[name]() for name in features if name in of_waveforms}
    wanted = {name: of_spectra[name] for name in features if name in of_spectra}
    values |= _over_blocks(wanted, y, n_fft=n_fft, hop_length=hop_length, **stft_parameters)
    if "contrast" in values:
        values["contrast"] = _contrast(values["contrast"], linear)
    return torch.cat([values[name] for name in features], dim=-1).mT


def n_values(name, n_bands):
    """Return the number of rows of a descriptor."""
    return n_bands + 1 if name == "contrast" else 1


class Band(NamedTuple):
    """One band of the spectral contrast."""

    low: int  # first frequency
    high: int  # last frequency + 1
    n_extreme: int  # number of frequencies that count as its peak, and as its valley


@functools.cache
def contrast_bands(sr, n_fft, fmin, n_bands, quantile):
    """Return the bands of the spectral contrast: librosa's, with its treatment of their edges.

    Parameters
    ----------
    sr, n_fft, fmin, n_bands, quantile : see :func:`spectral_shape`

    Returns
    -------
    bands : tuple of Band

    Raises
    ------
    ValueError
        If a band starts above ``sr / 2`` or holds no frequency.
    """
    edges = np.array([0.0, *(fmin * 2.0 ** np.arange(n_bands + 1))])
    if edges[-2] >= sr / 2:
        raise ValueError(
            f"the contrast's highest band starts at {edges[-2]:g} Hz (fmin={fmin:g}, n_bands={n_bands}), but "
            f"must start below sr / 2 = {sr / 2:g} Hz. Use a smaller n_bands or fmin, or leave 'contrast' "
            "out of features."
        )
    frequencies = np.fft.rfftfreq(n_fft, 1 / sr)
    return tuple(_band(frequencies, k, edges, quantile, n_fft) for k in range(n_bands + 1))


def _band(frequencies, k, edges, quantile, n_fft):
    """Return band k: from the frequency below its lower edge to the one below its last.

    The highest band extends to the end. The number of extremes is set before the last frequency is left out.
    """
    inside = np.flatnonzero((frequencies >= edges[k]) & (frequencies <= edges[k + 1]))
    last = k == len(edges) - 2
    if len(inside):
        low, high = max(inside[0] - (k > 0), 0), len(frequencies) if last else inside[-1] + 1
    if not len(inside) or high - (not last) <= low:
        raise ValueError(
            f"the contrast's band from {edges[k]:g} to {edges[k + 1]:g} Hz holds too few of the frequencies "
            f"of n_fft={n_fft}, which are {frequencies[1]:g} Hz apart. Use a larger n_fft or fmin, or leave "
            "'contrast' out of features."
        )
    n_extreme = max(1, int(np.rint(quantile * (high - low))))
    high = int(high - (not last))
    return Band(int(low), high, min(n_extreme, high - int(low)))


def _over_blocks(functions, y, **stft_parameters):
    """Return each function's values over all frames, of shape (..., n_frames, n_values), by name.

    The transform is in float64, as in librosa: the valleys of the contrast lie so far below the peaks that
    in float32 they would be rounding errors.
    """
    parts = {name: [] for name in functions}
    for spectra in spectra_blocks(y.double(), **stft_parameters) if functions else ():
        block = magnitudes(spectra.to(y.dtype.to_complex()))
        for name, function in functions.items():
            parts[name].append(function(block))
    return {name: torch.cat(values, dim=-2) for name, values in parts.items()}


def _shares(spectra):
    """Return magnitudes divided by their sum; silent frames are left unchanged."""
    total = spectra.sum(dim=-1, keepdim=True)
    return spectra / torch.where(total < torch.finfo(spectra.dtype).tiny, 1, total)


def _centroid(spectra, frequencies):
    """Return the mean frequency, in Hz."""
    return (_shares(spectra) @ frequencies).unsqueeze(-1)


def _bandwidth(spectra, frequencies):
    """Return the standard deviation of frequency around the centroid, in Hz."""
    shares = _shares(spectra)
    centroid = (shares @ frequencies).unsqueeze(-1)
    variance = (shares * (frequencies - centroid).square_()).sum(dim=-1, keepdim=True)
    return differentiable_power(variance, 0.5) if recorded(variance) else variance.sqrt_()


def _rolloff(spectra, frequencies, roll_percent):
    """Return the lowest frequency below which a share of the magnitudes lies, in Hz."""
    total = _running_sum(spectra)
    # The first frequency that reaches the share; its index is the number of running sums below the share.
    index = (total < roll_percent * total[..., -1:]).sum(dim=-1, keepdim=True)
    return frequencies[index]


def _running_sum(spectra):
    """Return running sums over frequency; numpy's, since torch rounds differently and rolloff is a step."""
    if spectra.device.type == "cpu" and not torch.jit.is_tracing():
        return torch.from_numpy(np.cumsum(spectra.detach().numpy(), axis=-1))
    return spectra.cumsum(dim=-1)


def _flatness(spectra, amin=1e-10):
    """Return the geometric mean of the powers divided by their arithmetic mean."""
    power = spectra.square().clamp_(min=amin)
    return power.log().mean(dim=-1, keepdim=True).exp_() / power.mean(dim=-1, keepdim=True)


class _Flux:
    """Rise of the magnitudes since the previous frame, averaged over frequency; 0 in the first frame."""

    def __init__(self):
        self.before = None  # the last frame of the previous block

    def __call__(self, spectra):
        first = spectra[..., :1, :] if self.before is None else self.before
        self.before = spectra[..., -1:, :]
        earlier = torch.cat([first, spectra[..., :-1, :]], dim=-2)
        return (spectra - earlier).clamp_(min=0).mean(dim=-1, keepdim=True)


def _peaks_and_valleys(spectra, bands):
    """Return the mean of each band's highest magnitudes, then of each band's lowest."""
    inside = [spectra[..., band.low : band.high] for band in bands]
    return torch.stack(
        [
            part.topk(band.n_extreme, dim=-1, largest=largest, sorted=False).values.mean(dim=-1)
            for largest in (True, False)
            for part, band in zip(inside, bands, strict=True)
        ],
        dim=-1,
    )


def _contrast(extremes, linear):
    """Return each band's peak relative to its valley: in dB, each limited to 80 below the clip's highest."""
    peaks, valleys = extremes.chunk(2, dim=-1)
    return peaks - valleys if linear else power_to_db(peaks) - power_to_db(valleys)


def _zero_crossing_rate(y, frame_length, hop_length):
    """Return the share of a frame's samples whose sign differs from that of the previous sample."""
    y = pad(y, frame_length // 2, "edge")
    negative = torch.where(y.abs() <= _SILENT, 0, y) < 0
    crossings = (negative[..., 1:] != negative[..., :-1]).to(y.dtype)
    windows = frame(torch.nn.functional.pad(crossings, (1, 0)), frame_length, hop_length)
    # The first sample of a frame has no previous one.
    counts = (part[..., 1:].sum(dim=-1, keepdim=True) for part in blocks(windows))
    return join(counts, windows.shape[-2]) / frame_length


def _rms(y, frame_length, hop_length):
    """Return the root mean square of a frame's samples, without a window."""
    windows = frame(pad(y, frame_length // 2, "constant"), frame_length, hop_length)
    roots = (torch.linalg.vector_norm(part, dim=-1, keepdim=True) for part in blocks(windows))
    return join(roots, windows.shape[-2]) / frame_length**0.5
