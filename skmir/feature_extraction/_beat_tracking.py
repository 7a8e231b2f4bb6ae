"""Beat tracking by dynamic programming, in numpy: nothing here has to be compiled."""

import numpy as np
import torch

from ..dsp import tempogram

_SECONDS = 8.0  # window in which periods are looked for
_FASTEST = 320.0  # beats per minute
_FRAMES_AT_ONCE = 8192  # of the tempogram, so that that of an hour is never in memory


def track_beats(envelope, *, sr, hop_length, start_bpm, tightness):
    """Find beats where onsets are strong, and nearly one period apart.

    Of all sequences of beats, the one is taken whose onset strengths, less a cost for each interval that
    differs from the period, add up to most.

    Parameters
    ----------
    envelope : ndarray of shape (n_frames,)
        Onset strengths.
    sr, hop_length, start_bpm, tightness : see :class:`BeatSynchronizer`

    Returns
    -------
    beats : ndarray of int of shape (n_beats,)
        Frames, ascending; empty if there is no onset.

    Notes
    -----
    The result is that of ``librosa.beat.beat_track`` with ``trim=False``.

    References
    ----------
    D. Ellis, "Beat tracking by dynamic programming", Journal of New Music Research 36 (1), 2007.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.feature_extraction._beat_tracking import track_beats
    >>> envelope = np.zeros(250)
    >>> envelope[20::40] = 1  # 64.6 beats per minute
    >>> track_beats(envelope, sr=22050, hop_length=512, start_bpm=60, tightness=100)[1:5]
    array([ 60, 100, 140, 180])
    """
    if not envelope[1:].any():  # the very first frame counts for nothing
        return np.zeros(0, int)
    period = _period(envelope, sr / hop_length, start_bpm)
    scores = _local_scores(envelope.astype(np.float64), period)  # float64 tells near ties apart
    best, previous = _best_paths(scores, period, tightness)
    beats = [_last_beat(best)]
    while previous[beats[-1]] >= 0:
        beats.append(previous[beats[-1]])
    beats = np.array(beats[::-1])
    heard = np.flatnonzero(scores > 0)
    return beats[(beats >= heard[0]) & (beats <= heard[-1])]


def _period(envelope, frame_rate, start_bpm):
    """Return the likeliest number of frames from beat to beat.

    The mean tempogram is weighed by a bell over the logarithm of the tempo, with its middle at ``start_bpm``
    and a deviation of an octave.
    """
    n_lags = max(2, int(_SECONDS * frame_rate))
    strengths = mean_tempogram(envelope, n_lags)[1:]
    tempi = 60 * frame_rate / np.arange(1, n_lags)
    weights = -0.5 * np.log2(tempi / start_bpm) ** 2
    weights[: np.argmax(tempi < _FASTEST)] = -np.inf
    return int(np.argmax(np.log1p(1e6 * strengths) + weights)) + 1


def mean_tempogram(envelope, n_lags):
    """Return the mean over all frames of the tempogram, of shape (n_lags,)."""
    n_frames = len(envelope)
    if n_frames <= _FRAMES_AT_ONCE:
        return tempogram(torch.from_numpy(envelope), win_length=n_lags).mean(dim=-1).numpy()
    slope = np.arange(n_lags // 2, dtype=envelope.dtype) / (n_lags // 2)  # as tempogram(center=True) has it
    padded = torch.from_numpy(np.concatenate([envelope[0] * slope, envelope, envelope[-1] * slope[::-1]]))
    total = np.zeros(n_lags)
    for first in range(0, n_frames, _FRAMES_AT_ONCE):
        n_windows = min(_FRAMES_AT_ONCE, n_frames - first)
        part = padded[first : first + n_windows + n_lags - 1]
        total += tempogram(part, win_length=n_lags, center=False).sum(dim=-1).numpy()
    return total / n_frames


def _local_scores(envelope, period):
    """Return onset strengths in units of their deviation, smoothed over a 32nd of the period."""
    onsets = envelope / (envelope.std(ddof=1) + np.finfo(envelope.dtype).tiny)
    onsets[0] = 0
    bell = np.exp(-0.5 * (np.arange(-period, period + 1) * 32.0 / period) ** 2)
    return np.convolve(onsets, bell)[period : period + len(onsets)]


def _best_paths(scores, period, tightness):
    """Return the score of the best sequence that ends in each frame, and its last beat but one, or -1."""
    lags = np.arange(max(1, round(period / 2)), 2 * period + 1)
    costs = (tightness * (np.log(lags) - np.log(period)) ** 2)[::-1]  # of the longest first, as frames ascend
    best, previous = scores.copy(), np.full(len(scores), -1)
    start = np.argmax(scores >= 0.01 * scores.max())  # nothing that could be a beat comes before it
    for i in range(lags[0], len(scores)):
        candidates = best[max(0, i - lags[-1]) : i - lags[0] + 1]
        sums = candidates - costs[-len(candidates) :]
        lag = sums[::-1].argmax()  # the shortest of equally good ones
        best[i] += sums[-1 - lag]
        if i >= start:
            previous[i] = i - lags[lag]
    return best, previous


def _last_beat(best):
    """Return the last peak that is at least half as high as the median peak."""
    rising = np.append(False, best[1:] > best[:-1])
    peaks = np.flatnonzero(rising & np.append(best[:-1] >= best[1:], True))
    peaks = peaks[best[peaks] >= np.median(best[peaks]) / 2] if len(peaks) else peaks
    return int(peaks[-1]) if len(peaks) else len(best) - 1
