"""The likeliest sequence of beats, each of which lasts a whole number of frames.

The bar pointer model has a state for each place in a bar and each tempo. Inside a beat it moves one frame on
per frame, and nothing is decided; so the path of highest probability through all these states is found from
beat to beat, with one decision for each frame in which a beat may begin and each tempo.
"""

import numpy as np

SMALLEST = 1e-6  # activations are kept so far from 0 and 1: no path has probability 0


def beat_periods(fps, min_bpm, max_bpm, n_tempi=None):
    """Return the lengths that a beat may have.

    Parameters
    ----------
    fps : float
        Frames per second.
    min_bpm, max_bpm : float
        In beats per minute.
    n_tempi : int or None, default=None
        About how many; they are then equally spaced in pitch-like steps, as ratios. None takes all.

    Returns
    -------
    periods : ndarray of int of shape (n_tempi,)
        In frames, ascending.
    """
    low, high = round(60 * fps / max_bpm), round(60 * fps / min_bpm)
    every = np.arange(low, high + 1)
    if n_tempi is None or n_tempi >= len(every):
        return every
    n_steps, periods = n_tempi, []
    while len(periods) < n_tempi:  # short ones coincide after rounding
        periods = np.unique(np.round(np.geomspace(low, high, n_steps)).astype(int))
        n_steps += 1
    return periods


def tempo_changes(periods, rate):
    """Return the logarithm of p(next period | period): it falls with ``exp(-rate * |next / period - 1|)``.

    Parameters
    ----------
    periods : ndarray of int of shape (n_tempi,)
    rate : float

    Returns
    -------
    log_probabilities : ndarray of shape (n_tempi, n_tempi)
        Of the next period (columns) after a period (rows).
    """
    scores = -rate * np.abs(periods / periods[:, np.newaxis] - 1)
    return scores - np.log(np.exp(scores).sum(axis=1, keepdims=True))


class BeatScores:
    """Logarithm of the likelihood of whole beats.

    Parameters
    ----------
    beats : ndarray of shape (n_positions, n_frames)
        Probability, in each frame, of the beat at each position in the bar.
    others : ndarray of shape (n_frames,)
        Probability of no beat.
    periods : ndarray of int of shape (n_tempi,)
        Lengths of beats, in frames.
    n_parts : int
        The first of so many parts of a beat is the one in which it is heard.
    """

    def __init__(self, beats, others, periods, n_parts):
        self.n_frames = beats.shape[-1]
        self.n_positions = len(beats)
        self.periods = periods
        self.heard = -(-periods // n_parts)
        self._beats = _running_sum(_log(beats)).T  # (n_frames + 1, n_positions)
        self._others = _running_sum(_log(others) - np.log(n_parts - 1))

    def __call__(self, starts):
        """Return the scores of beats that begin in given frames, which may lie outside of the clip.

        Parameters
        ----------
        starts : ndarray of int of shape (n,)

        Returns
        -------
        scores : ndarray of shape (n, n_positions, n_tempi)
        """
        starts = starts[:, np.newaxis]
        first, middle, end = (
            np.clip(frames, 0, self.n_frames)
            for frames in (starts, starts + self.heard, starts + self.periods)
        )
        heard = (self._beats[middle] - self._beats[first]).transpose(0, 2, 1)  # (n, n_positions, n_tempi)
        return heard + (self._others[end] - self._others[middle])[:, np.newaxis]


def _log(probabilities):
    return np.log(np.clip(probabilities, SMALLEST, 1 - SMALLEST))


def _running_sum(values):
    return np.concatenate([np.zeros((*values.shape[:-1], 1)), values.cumsum(axis=-1)], axis=-1)


def best_beats(scores, changes):
    """Return the likeliest beats, and how likely they are.

    The clip may begin and end in the middle of a beat, at any position of the bar and any tempo.

    Parameters
    ----------
    scores : BeatScores
    changes : ndarray of shape (n_tempi, n_tempi)
        See :func:`tempo_changes`.

    Returns
    -------
    beats : list of (int, int, int)
        Frame in which a beat begins, position in the bar from 0, index of the tempo. The first beat may have
        begun before the clip.
    score : float
        Logarithm of the probability of this path, if all states are equally likely in the first frame.

    Notes
    -----
    Memory is one byte per frame, position and tempo (two if there are more than 256 tempi), and a ring of
    scores as long as the longest beat. As many frames as the shortest beat has are computed at once, since
    no beat can begin and end within them.
    """
    n_frames, n_positions, periods = scores.n_frames, scores.n_positions, scores.periods
    n_tempi, longest, block = len(periods), int(periods.max()), int(periods.min())
    before = changes.T.copy()  # tempo of the next beat, then tempo before
    best_before = np.zeros((n_frames, n_positions, n_tempi), np.uint8 if n_tempi <= 256 else np.uint16)
    sums = np.empty((block, n_tempi, n_tempi))
    starts = np.arange(-longest, 1)
    # The score of each beat that begins in one of the last frames, up to and including that beat.
    ring = np.where(starts[:, np.newaxis, np.newaxis] > -periods, 0.0, -np.inf) + scores(starts)
    for first in range(1, n_frames, block):
        frames = np.arange(first, min(n_frames, first + block))
        origin = first - 1 - longest  # the frame of the ring's first row
        ended = ring[frames[:, np.newaxis] - periods - origin, :, np.arange(n_tempi)]
        entered = np.empty((len(frames), n_positions, n_tempi))
        for position in range(n_positions):
            # Of the beat before, at the position before: (frames, 1, n_tempi) + (n_tempi, n_tempi).
            previous = ended[:, np.newaxis, :, position - 1]
            every = np.add(previous, before, out=sums[: len(frames)])
            chosen = every.argmax(axis=2)
            best_before[frames, position] = chosen
            entered[:, position] = np.take_along_axis(every, chosen[:, :, np.newaxis], axis=2)[:, :, 0]
        ring = np.concatenate([ring, entered + scores(frames)])[-(longest + 1) :]
    return _follow_back(scores, ring, best_before)


def _follow_back(scores, ring, best_before):
    """Return the beats that lead to the best of those that sound in the last frame."""
    n_frames, n_positions, _ = best_before.shape
    periods = scores.periods
    starts = np.arange(n_frames - len(ring), n_frames)
    sounding = starts[:, np.newaxis] >= n_frames - periods
    final = np.where(sounding[:, np.newaxis], ring, -np.inf)
    row, position, tempo = np.unravel_index(final.argmax(), final.shape)
    score = final[row, position, tempo] - np.log(n_positions * periods.sum())
    frame = int(starts[row])
    beats = [(frame, int(position), int(tempo))]
    while frame > 0:
        tempo = best_before[frame, position, tempo]
        position = (position - 1) % n_positions
        frame -= int(periods[tempo])
        beats.append((frame, int(position), int(tempo)))
    return beats[::-1], float(score)
