"""Which bands of frequency a fitted estimator uses."""

import numbers

import numpy as np
from sklearn.base import BaseEstimator
from sklearn.metrics import check_scoring
from sklearn.utils import Bunch, check_consistent_length, check_random_state

from .._parameter_checks import check_number
from .._validation import check_clips
from ._bin_axis import axis_of_bands
from ._heard_sound import heard_sound, without_memory
from ._sound_masks import SoundMasks


def band_importance(estimator, X, y, *, scoring=None, n_bands=8, n_repeats=5, sr=None, random_state=None):
    """Measure by how much the score falls if a band of the sound is exchanged between clips.

    It is scikit-learn's ``permutation_importance`` for sound: of each clip, one band of frequency is replaced
    with that of another clip, drawn at random. All else stays as it is. A band whose exchange costs nothing
    is one that the estimator does not need.

    Parameters
    ----------
    estimator : Pipeline or search
        Fitted, on other clips than X.
    X : clips
        Paths, or waveforms at the front end's sampling rate, as for ``predict``. A band of a shorter clip is
        repeated.
    y : array-like of shape (n_clips,) or (n_clips, n_outputs)
        Their labels, or whatever else the scorer takes.
    scoring : str, callable or None, default=None
        A scorer of scikit-learn; None is the estimator's own ``score``.
    n_bands : int, default=8
        Number of bands, equally wide on the mel scale, from 0 to half of the sampling rate.
    n_repeats : int, default=5
        Number of exchanges per band.
    sr : float or None, default=None
        Sampling rate of the sound in Hz, for an estimator without a front end of skmir; None asks the front
        end.
    random_state : int, RandomState or None, default=None
        Decides which clips exchange their bands.

    Returns
    -------
    result : Bunch
        importances_mean, importances_std : ndarray of shape (n_bands,)
            Mean and standard deviation over the exchanges of the fall of the score.
        importances : ndarray of shape (n_bands, n_repeats)
            The falls.
        frequencies : ndarray of shape (n_bands + 1,)
            Edges of the bands, in Hz.

    Raises
    ------
    TypeError
        If the estimator has no front end and ``sr`` is None.
    ValueError
        If there are fewer than two clips, or a parameter is out of its range.
    OSError
        If a file cannot be read.

    See Also
    --------
    SaliencyDisplay : Where in one clip a decision comes from.
    sklearn.inspection.permutation_importance : The same for columns of a table.

    Notes
    -----
    Bands that tell the same may each seem unimportant: the estimator still has the other one. The waveforms
    of all clips are in memory, three times.

    References
    ----------
    .. [1] L. Breiman, "Random forests", Machine Learning 45, 2001.

    Examples
    --------
    Clips with and without a tone at 3 kHz, which lies in the third of four bands:

    >>> import numpy as np
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from skmir.feature_extraction import MelSpectrogram
    >>> from skmir.inspection import band_importance
    >>> from skmir.preprocessing import FramePooler, LogCompression
    >>> low, high = (np.sin(2 * np.pi * hz * np.arange(22050) / 22050) for hz in (300, 3000))
    >>> clips, y = [low, low + high] * 4, ["without", "with"] * 4
    >>> model = make_pipeline(MelSpectrogram(), LogCompression(), FramePooler(), LogisticRegression())
    >>> result = band_importance(model.fit(clips, y), clips, y, n_bands=4, random_state=0)
    >>> (result.importances_mean > 0.1).tolist()
    [False, False, True, False]
    """
    check_number("n_bands", n_bands, kind=numbers.Integral, low=1)
    check_number("n_repeats", n_repeats, kind=numbers.Integral, low=1)
    check_number("sr", sr, above=0, none=True)
    clips = check_clips(BaseEstimator(), X, reset=True)
    check_consistent_length(clips, y)
    if len(clips) < 2:
        raise ValueError("X must hold at least two clips, which exchange their bands, got one.")
    rng, estimator = check_random_state(random_state), without_memory(estimator)
    scorer = check_scoring(estimator, scoring=scoring)
    heard = [heard_sound(estimator, clip, sr) for clip in clips]
    whole = scorer(estimator, [sound.whole() for sound in heard], y)
    frequencies = axis_of_bands(n_bands, heard[0].sr).edges
    importances = np.empty((n_bands, n_repeats))
    for band in range(n_bands):
        limits = frequencies[band], np.inf if band == n_bands - 1 else frequencies[band + 1]
        parts = [SoundMasks(sound.y, sound.sr).band(limits) for sound in heard]
        for repeat in range(n_repeats):
            others = [parts[i] for i in rng.permutation(len(parts))]
            exchanged = [
                sound.whole(sound.y - own + np.resize(other, own.shape))
                for sound, own, other in zip(heard, parts, others, strict=True)
            ]
            importances[band, repeat] = whole - scorer(estimator, exchanged, y)
    return Bunch(
        importances_mean=importances.mean(axis=1),
        importances_std=importances.std(axis=1),
        importances=importances,
        frequencies=frequencies,
    )
