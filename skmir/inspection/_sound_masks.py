"""Parts of a sound by time and frequency: removed from it, or kept of it."""

import numpy as np
import torch
from scipy.ndimage import gaussian_filter

from ..dsp import stft

_SECONDS = 0.093  # the window: long enough for harmonics of a voice, short enough for onsets


class SoundMasks:
    """Short-time Fourier transform of a clip, from which masked versions of the clip are made.

    The window is Hann's, of about 93 ms with three quarters of overlap; the inverse is that of least squares
    [1]_, with the phases of the clip.

    Parameters
    ----------
    y : ndarray of shape (n_samples,)
    sr : float
        In Hz.
    db_range : float or None, default=None
        What is removed is lowered to this many dB below the loudest value of the spectra, and what is below
        that stays as it is. None removes all of it.

    Attributes
    ----------
    spectra : complex tensor of shape (n_rows, n_columns)
    frequencies : ndarray of shape (n_rows,)
        In Hz.
    times : ndarray of shape (n_columns,)
        Centres of the windows, in s.

    References
    ----------
    .. [1] D. Griffin and J. Lim, "Signal estimation from modified short-time Fourier transform", IEEE
           Transactions on Acoustics, Speech, and Signal Processing 32(2), 1984.
    """

    def __init__(self, y, sr, db_range=None):
        self._dtype, self._n_samples = y.dtype, len(y)
        self._n_fft = max(2 ** round(np.log2(_SECONDS * sr)), 16)
        hop_length = self._n_fft // 4
        y = torch.from_numpy(np.ascontiguousarray(y, np.float64))
        self.spectra = stft(y, n_fft=self._n_fft, hop_length=hop_length)
        self._lowered = torch.zeros(self.spectra.shape, dtype=torch.float64)
        if db_range is not None:
            magnitudes = self.spectra.abs()
            quiet = magnitudes.max() * 10 ** (-db_range / 20)
            self._lowered = torch.where(magnitudes > quiet, quiet / magnitudes, 1.0)
        self.frequencies = np.arange(len(self.spectra)) * sr / self._n_fft
        self.times = np.arange(self.spectra.shape[1]) * hop_length / sr

    def without(self, cells):
        """Return the clip with one cell removed, for each of some cells.

        Parameters
        ----------
        cells : list of ((start, end), (low, high))
            Times in s, and frequencies in Hz.

        Returns
        -------
        y : ndarray of shape (n_cells, n_samples)
        """
        return self.sound(torch.stack([torch.where(self._cell(*cell), self._lowered, 1.0) for cell in cells]))

    def band(self, frequencies):
        """Return what the clip has between two frequencies in Hz, of shape (n_samples,)."""
        return self.sound(self._cell((-np.inf, np.inf), frequencies))

    def from_grid(self, values, times, frequencies):
        """Return values of cells as a mask of the spectra, with edges softened so that there are no clicks.

        Parameters
        ----------
        values : ndarray of shape (n_bins, n_segments)
        times : ndarray of shape (n_segments + 1,)
            Edges of the cells in s; what lies before and after belongs to the first and the last one.
        frequencies : ndarray of shape (n_bins + 1,)
            Edges in Hz. What lies outside is 0.

        Returns
        -------
        mask : tensor of shape (n_rows, n_columns)
        """
        columns = np.clip(np.searchsorted(times, self.times, "right") - 1, 0, values.shape[1] - 1)
        rows = np.searchsorted(frequencies, self.frequencies, "right") - 1
        inside = (rows >= 0) & (self.frequencies <= frequencies[-1])
        mask = values[np.clip(rows, 0, len(values) - 1)][:, columns] * inside[:, np.newaxis]
        return torch.from_numpy(gaussian_filter(mask.astype(float), 1, mode="nearest"))

    def sound(self, masks):
        """Return the clip through masks, of the clip's length and dtype.

        Parameters
        ----------
        masks : tensor of shape (..., n_rows, n_columns)
            What each value of the spectra is multiplied with.

        Returns
        -------
        y : ndarray of shape (..., n_samples)
        """
        window = torch.hann_window(self._n_fft, dtype=torch.float64)
        spectra, leading = self.spectra * masks, masks.shape[:-2]
        y = torch.istft(
            spectra.reshape(-1, *spectra.shape[-2:]),
            self._n_fft,
            self._n_fft // 4,
            window=window,
            length=self._n_samples,
        )
        return y.reshape(*leading, self._n_samples).numpy().astype(self._dtype)

    def _cell(self, times, frequencies):
        """Return where the spectra lie between two times and two frequencies, as a bool tensor."""
        columns = (self.times >= times[0]) & (self.times < times[1])
        rows = (self.frequencies >= frequencies[0]) & (self.frequencies < frequencies[1])
        return torch.from_numpy(rows[:, np.newaxis] & columns)
