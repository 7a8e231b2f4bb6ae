"""A transformer from paths to waveforms."""

import warnings

import numpy as np
from sklearn.base import BaseEstimator, TransformerMixin

from .._declared_parameters import DeclaredParameters, positional
from .._fitting import all_or_nothing
from .._output import FramesOutputMixin
from .._parameter_checks import check_choice, check_number
from .._reading import check_excerpt, reader, stream, waveform
from .._saving import SavingMixin
from .._validation import check_clips, is_path, stack_if_equal, unread


class AudioLoader(FramesOutputMixin, TransformerMixin, SavingMixin, DeclaredParameters, BaseEstimator):
    """Read recordings as mono waveforms with one sampling rate.

    The front ends of :mod:`skmir.feature_extraction` take paths themselves and hold only one waveform per
    thread; this step is for code that needs the waveforms themselves, and for choosing what happens to
    recordings that cannot be decoded. Waveforms pass through unchanged.

    Parameters
    ----------
    sr : float, default=22050
        Sampling rate in Hz to which every file is resampled.
    offset : float, "center" or "random", default=0.0
        Where to start in each file, in s; "center" takes its middle, "random" a place that follows from the
        file's content and ``random_state``.
    duration : float or None, default=None
        How much to read of each file at most, in s; None reads to the end. "center" and "random" need it.
    random_state : int, default=0
        Seed of the random excerpts: the same file and number always give the same one.
    on_error : {"raise", "warn", "skip"}, default="raise"
        How to handle a file that is missing or damaged, or holds NaN or fewer than two samples.
        "raise" stops with an error that names it. "warn" replaces it by silence (``duration`` long, or one
        second if that is None) and warns, so that rows stay aligned with their labels. "skip" leaves it out
        and warns: this changes the number of rows, so it cannot be used inside cross-validation or before a
        classifier; use it once, before splitting, and drop the same rows from the labels (``skipped_``).
    n_jobs : int or None, default=None
        Threads, as in joblib.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Attributes
    ----------
    skipped_ : list of int
        Positions of the clips that the last ``transform`` left out or silenced.
    n_features_in_ : int
        Number of samples per clip, if ``fit`` was given a 2-D array.

    See Also
    --------
    skmir.audio.load : Read one file.
    skmir.datasets.load_folder : List the files of a folder with their labels.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.audio import AudioLoader
    >>> clips = [np.zeros(100), np.zeros(200)]
    >>> [len(y) for y in AudioLoader().fit_transform(clips)]
    [100, 200]
    """

    sr: float = positional(default=22050)
    offset: float | str = 0.0
    duration: float | None = None
    random_state: int = 0
    on_error: str = "raise"
    n_jobs: int | None = None
    verbose: int = 0

    @all_or_nothing
    def fit(self, X, y=None):
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : ignored

        Returns
        -------
        self : AudioLoader
        """
        check_number("sr", self.sr, above=0)
        check_excerpt(self.offset, self.duration, self.random_state)
        check_choice("on_error", self.on_error, ("raise", "warn", "skip"))
        check_clips(self, X, reset=True, read=unread)
        self.skipped_ = []
        return self

    def transform(self, X):
        """Read the clips.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        waveforms : ndarray of shape (n_clips, n_samples), or list of ndarray of shape (n_samples_i,)
            A list if lengths differ.

        Raises
        ------
        OSError, ValueError
            If a file cannot be used and ``on_error="raise"``, or if no file is left.
        """
        clips = check_clips(self, X, reset=False, read=reader(self.sr))
        if not is_path(clips[0]):
            self.skipped_ = []
            return clips
        waveforms = list(
            stream(self._read, range(len(clips)), clips, n_jobs=self.n_jobs, verbose=self.verbose)
        )
        errors = {i: y for i, y in enumerate(waveforms) if isinstance(y, Exception)}
        self.skipped_ = sorted(errors)
        if len(errors) == len(clips):
            raise ValueError(f"None of the {len(clips)} files could be read. The first error: {errors[0]}")
        what = "left out" if self.on_error == "skip" else "replaced by silence"
        for i, error in errors.items():
            warnings.warn(f"Clip {i} is {what}: {error}", stacklevel=2)
            waveforms[i] = np.zeros(round(self.sr * (self.duration or 1)), dtype=np.float32)
        if self.on_error == "skip":
            waveforms = [y for i, y in enumerate(waveforms) if i not in errors]
        return stack_if_equal(waveforms)

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.string = True
        return tags

    def _read(self, i, path):
        """Return the waveform of a file, or the error if it cannot be used and ``on_error`` allows that."""
        try:
            return waveform(
                i,
                path,
                sr=self.sr,
                offset=self.offset,
                duration=self.duration,
                random_state=self.random_state,
            )[0]
        except (OSError, ValueError) as error:
            if self.on_error == "raise":
                raise
            return error
