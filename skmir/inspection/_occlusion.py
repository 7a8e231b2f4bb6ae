"""Occlusion: parts of the sound are removed, and the score of a class falls."""

import numpy as np
import torch

_BLOCK = 2**22  # values of spectra that are masked at once


def occlusion(scores, y, masks, times, frequencies, before):
    """Return by how much the score falls if one cell of time and frequency is removed from the sound.

    Parameters
    ----------
    scores : callable
        From clips to scores of shape (n_clips,).
    y : ndarray of shape (n_samples,)
        The clip.
    masks : SoundMasks
        Of the clip.
    times : ndarray of shape (n_segments + 1,)
        Edges of the cells in s, ascending.
    frequencies : ndarray of shape (n_bands + 1,)
        Edges of the cells in Hz, ascending. The first and the last cell of either reach to the end of what is
        heard.
    before : ndarray of shape (n_before,)
        What the front end skips of each clip.

    Returns
    -------
    falls : ndarray of shape (n_bands, n_segments)
    """
    times, frequencies = times.copy(), frequencies.copy()
    times[0], times[-1], frequencies[-1] = -np.inf, np.inf, np.inf
    cells = [
        (stretch, band)
        for band in zip(frequencies[:-1], frequencies[1:], strict=True)
        for stretch in zip(times[:-1], times[1:], strict=True)
    ]
    whole = scores([np.concatenate([before, y])])[0]
    size = max(1, _BLOCK // masks.spectra.numel())
    left = np.concatenate(
        [
            scores([np.concatenate([before, x]) for x in _without(masks, cells[first : first + size])])
            for first in range(0, len(cells), size)
        ]
    )
    return (whole - left).reshape(len(frequencies) - 1, len(times) - 1)


def _without(masks, cells):
    """Return the clip without each of some cells, of shape (n_cells, n_samples)."""
    return masks.sound(torch.stack([~masks.cell(*cell) for cell in cells]))
