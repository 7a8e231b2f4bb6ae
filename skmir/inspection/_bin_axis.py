"""What the bins of a front end mean, as the axis of a picture: Hz, notes, pitch classes, lags or names."""

from typing import NamedTuple

import numpy as np

from .._chord_labels import SHARPS
from ..dsp import band_frequencies, cqt_frequencies
from ..dsp._mel_weights import mel_scale
from ..feature_extraction import CQT, DFT, Chroma, LogFilteredSpectrogram, MelSpectrogram, Tempogram
from ._style import PLAIN, wrapped

_HZ = "frequency in Hz"
_ROUND = (250, 500, 1000, 2000, 4000, 8000, 16000, 32000)  # Hz, on the mel scale
_ROUND_LOG = tuple(step * 10**power for power in range(5) for step in (1, 2, 5))  # Hz, on the logarithmic one
_MAX_TICKS = 14
# Pitch classes that get a tick: as many as there is room for.
_CHOICES = (range(12), (0, 2, 4, 5, 7, 9, 11), (0, 4, 9), (0,))


class BinAxis(NamedTuple):
    """The vertical axis of a picture of frames.

    Parameters
    ----------
    label : str
        What it shows, with its unit.
    edges : ndarray of shape (n_bins + 1,)
        Where the bins end, in that unit; ascending.
    scale : tuple or None
        Arguments of ``Axes.set_yscale``; None is linear.
    ticks : dict of float to str, or None
        None leaves them to matplotlib.
    """

    label: str
    edges: np.ndarray
    scale: tuple | None = None
    ticks: dict | None = None

    @property
    def in_hz(self):
        """Whether positions are frequencies in Hz."""
        return self.label in (_HZ, "note")

    def apply(self, ax):
        """Give axes this scale, limits, ticks and label."""
        if self.scale is not None:
            name, options = self.scale
            ax.set_yscale(name, **options)
        if self.ticks is not None:
            ax.set_yticks(list(self.ticks), list(self.ticks.values()), **PLAIN)
            ax.tick_params(axis="y", which="minor", left=False)
            ax.set_yticks([], minor=True)
        ax.set_ylim(max(self.edges[0], 0) if self.in_hz else self.edges[0], self.edges[-1])
        ax.set_ylabel(self.label)


def axis_of(front_end):
    """Return the axis of a front end's bins; None if they have no other meaning than their names.

    Parameters
    ----------
    front_end : transformer

    Returns
    -------
    axis : BinAxis or None
    """
    for kind, function in _AXES.items():
        if isinstance(front_end, kind):
            return function(front_end)
    return None


def axis_of_names(names):
    """Return an axis with a tick for every name, or for every n-th if there are many."""
    step = -(-len(names) // 24)
    ticks = {place: wrapped(names[place], 24, 1) for place in range(0, len(names), step)}
    return BinAxis("bin", np.arange(len(names) + 1) - 0.5, ticks=ticks)


def axis_of_bands(n_bands, sr):
    """Return the axis of bands beside each other, equally wide on the mel scale, from 0 to half of ``sr``."""
    to_mel, to_hz = scale = mel_scale(False)
    edges = to_hz(np.linspace(0, to_mel(sr / 2), n_bands + 1))
    return _on_mel_scale(np.append(edges[:-1], sr / 2), scale)


def _of_dft(dft):
    return BinAxis(_HZ, (np.arange(2 + dft.n_fft // 2) - 0.5) * dft.sr / dft.n_fft)


def _of_mel(mel):
    to_mel, to_hz = scale = mel_scale(mel.htk)
    fmax = mel.sr / 2 if mel.fmax is None else mel.fmax
    mels = np.linspace(to_mel(mel.fmin), to_mel(fmax), mel.n_mels + 2)  # ends and centres of the bands
    return _on_mel_scale(to_hz((mels[:-1] + mels[1:]) / 2), scale)


def _on_mel_scale(edges, scale):
    return BinAxis(_HZ, edges, ("function", {"functions": scale}), _round_ticks(edges, _ROUND))


def _of_cqt(cqt):
    centres = cqt_frequencies(
        cqt.n_bins, fmin=cqt.fmin, bins_per_octave=cqt.bins_per_octave, tuning=cqt.tuning or 0.0
    )
    half = 2 ** (0.5 / cqt.bins_per_octave)
    edges = np.append(centres / half, centres[-1] * half)
    return BinAxis("note", edges, ("log", {}), _notes(edges))


def _of_chroma(chroma):
    if chroma.n_chroma % 12:
        return None
    bins_per_class = chroma.n_chroma // 12
    ticks = {i * bins_per_class: name for i, name in enumerate(SHARPS)}
    return BinAxis("pitch class", np.arange(chroma.n_chroma + 1) - 0.5, ticks=ticks)


def _of_bands(front_end):
    resolutions = front_end._resolutions()
    if len(resolutions) > 1 or front_end.diff_ratio is not None:
        return None
    n_fft, bands_per_octave = resolutions[0]
    limits = {"sr": front_end.sr, "fmin": front_end.fmin, "fmax": front_end.fmax}
    centres = band_frequencies(n_fft=n_fft, bands_per_octave=bands_per_octave, **limits)
    half = 2 ** (0.5 / bands_per_octave)
    edges = np.concatenate([[centres[0] / half], np.sqrt(centres[:-1] * centres[1:]), [centres[-1] * half]])
    return BinAxis(_HZ, edges, ("log", {}), _round_ticks(edges, _ROUND_LOG))


def _of_tempogram(tempogram):
    hop = tempogram.hop_length / tempogram.sr
    return BinAxis("lag in s", (np.arange(tempogram.win_length + 1) - 0.5) * hop)


_AXES = {
    DFT: _of_dft,
    MelSpectrogram: _of_mel,
    CQT: _of_cqt,
    Chroma: _of_chroma,
    LogFilteredSpectrogram: _of_bands,
    Tempogram: _of_tempogram,
}


def _round_ticks(edges, frequencies):
    """Return the round frequencies inside; of a narrow range, five of its own."""
    inside = [hz for hz in frequencies if edges[0] <= hz <= edges[-1]]
    if len(inside) < 3:
        inside = np.linspace(edges[0], edges[-1], 5).round().tolist()
    return {hz: f"{hz:.0f}" for hz in inside}


def _notes(edges):
    """Return the names of notes by frequency, as many pitch classes as there is room for."""
    lowest, highest = np.ceil(69 + 12 * np.log2(edges[0] / 440)), np.floor(69 + 12 * np.log2(edges[-1] / 440))
    numbers = np.arange(lowest, highest + 1).astype(int)
    for classes in _CHOICES:
        chosen = [number for number in numbers if number % 12 in classes]
        if len(chosen) <= _MAX_TICKS:
            break
    return {440 * 2 ** ((n - 69) / 12): f"{SHARPS[n % 12]}{n // 12 - 1}" for n in map(int, chosen)}
