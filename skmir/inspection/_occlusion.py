"""Occlusion: parts of the sound are removed, and the score of a class falls."""

import itertools

import numpy as np

_BLOCK = 2**22  # values of spectra that are masked at once


def occlusion(scores, heard, masks, times, frequencies):
    """Return by how much the score falls if one cell of time and frequency is removed from the sound.

    Parameters
    ----------
    scores : callable
        From clips to scores of shape (n_clips,).
    heard : HeardSound
        The clip.
    masks : SoundMasks
        Of the clip.
    times : ndarray of shape (n_segments + 1,)
        Edges of the cells in s, ascending.
    frequencies : ndarray of shape (n_bands + 1,)
        Edges of the cells in Hz, ascending. The first and the last cell of either reach to the end of what is
        heard.

    Returns
    -------
    falls : ndarray of shape (n_bands, n_segments)
    """
    times, frequencies = times.copy(), frequencies.copy()
    times[0], times[-1], frequencies[-1] = -np.inf, np.inf, np.inf
    cells = [
        (stretch, band) for band in itertools.pairwise(frequencies) for stretch in itertools.pairwise(times)
    ]
    size = max(1, _BLOCK // masks.spectra.numel())
    left = [
        scores([heard.whole(y) for y in masks.without(cells[first : first + size])])
        for first in range(0, len(cells), size)
    ]
    falls = scores([heard.whole()])[0] - np.concatenate(left)
    return falls.reshape(len(frequencies) - 1, len(times) - 1)
