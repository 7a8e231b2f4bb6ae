"""The likeliest period of an activation."""

import numpy as np
from scipy.ndimage import uniform_filter1d
from scipy.signal import fftconvolve

from ..feature_extraction._beat_tracking import mean_tempogram

_SECONDS = 8.0  # window of the tempogram
_MEAN_OVER = 0.5  # s
_SMOOTH = 0.14  # s by which activations are smoothed before their autocorrelation


def strengths_of_tempogram(activation, fps, n_lags):
    """Return how strong each lag is in the mean over local autocorrelations, an array of shape (n_lags,)."""
    win_length = max(n_lags, int(_SECONDS * fps))
    return mean_tempogram(_above_mean(activation, fps), win_length)[:n_lags].clip(min=0)


def strengths_of_autocorrelation(activation, fps, n_lags):
    """Return the autocorrelation of the whole activation, as an array of shape (n_lags,)."""
    weights = np.hamming(round(_SMOOTH * fps) | 1)
    smoothed = np.convolve(_above_mean(activation, fps), weights / weights.sum(), mode="same")
    products = fftconvolve(smoothed, smoothed[::-1])[len(smoothed) - 1 :][:n_lags]
    products = np.pad(products, (0, n_lags - len(products)))
    return products.clip(min=0) / max(products[0], np.finfo(float).tiny)


def _above_mean(activation, fps):
    """Return an activation less its local mean, which raises the products of all lags alike."""
    return activation - uniform_filter1d(activation, max(1, round(_MEAN_OVER * fps)))


STRENGTHS = {"tempogram": strengths_of_tempogram, "autocorrelation": strengths_of_autocorrelation}


def likeliest_bpm(strengths, fps, bpm_range, centre, spread):
    """Return the tempo of the lag that is strong and usual, or NaN if none is strong.

    Parameters
    ----------
    strengths : ndarray of shape (n_lags,)
        From lag 0 on.
    fps : float
        Frames per second.
    bpm_range : (float, float)
        Slowest and fastest tempo.
    centre, spread : float
        Mean and standard deviation of the usual tempi, in octaves: of the logarithm to base 2.

    Returns
    -------
    bpm : float
    """
    first = max(1, int(np.floor(60 * fps / bpm_range[1])))
    lags = np.arange(first, len(strengths))
    usual = np.exp(-0.5 * ((np.log2(60 * fps / lags) - centre) / spread) ** 2)
    scores = strengths[first:] * usual
    if not len(lags) or not (scores > 0).any():
        return np.nan
    best = int(scores.argmax())
    return float(60 * fps / (lags[best] + _offset(scores, best)))


def _offset(scores, best):
    """Return where the parabola through a score and its neighbours has its peak, from -0.5 to 0.5."""
    if not 0 < best < len(scores) - 1:
        return 0.0
    before, here, after = scores[best - 1 : best + 2]
    curvature = before - 2 * here + after
    return float(np.clip(0.5 * (before - after) / curvature, -0.5, 0.5)) if curvature < 0 else 0.0
