"""Train any estimator on changed copies of its clips as well."""

import copy
import numbers

import numpy as np
from sklearn.base import BaseEstimator, clone
from sklearn.linear_model import LogisticRegression
from sklearn.utils import check_consistent_length, check_random_state, get_tags
from sklearn.utils.validation import check_is_fitted

from .._annotations import as_object_array, kind_of_annotations
from .._fitting import all_or_nothing
from .._parameter_checks import check_number
from .._random import MAX_SEED
from .._reading import reader
from .._saving import SavingMixin
from .._validation import check_clips, is_path, stack_if_equal
from ._augmentations import change_labels, check_augmentations, check_unmoved
from ._clip_copier import ClipCopier
from ._conversion import convert
from ._delegate import DelegateMixin
from ._fit_parameter import fit_parameter, weights_parameter


class AugmentedEstimator(DelegateMixin, SavingMixin, BaseEstimator):
    """Train an estimator on clips and on changed copies of them.

    Copies are made inside ``fit``, after scikit-learn has split the clips: a test fold is never changed, and
    no copies of its clips are used for training. AugmentedEstimator wraps a whole pipeline, since it changes
    the input of the pipeline, the waveform.

    Parameters
    ----------
    estimator : estimator or None, default=None
        An estimator that takes clips, such as a Pipeline that begins with a front end. It is cloned before
        use. None uses a ``LogisticRegression`` on samples.
    augmentations : augmentation, list of them, or None, default=None
        Augmentations of waveforms, from :mod:`skmir.augmentation`. All of them are applied to each copy, in
        their order. None and an empty list make no copies.
    n_copies : int, default=1
        Number of copies of each clip; 0 makes none.
    target : str or None, default=None
        The kind of labels in y, if an augmentation changes it: "key", "chord", "pitch", "midi", "tempo",
        "times", "bars", "segments", "chords", "notes" or "recording", as :attr:`WaveformAugmentation.targets
        <skmir.augmentation.WaveformAugmentation>` describes them. The labels of copies are then changed in
        the same way. None leaves labels unchanged, as is right for instruments or genres; it is refused for
        annotations that an augmentation would move.
    sr : int, default=22050
        Sampling rate in Hz of the waveforms, to which files are resampled; the same as the front end's.
    memory : str or PathLike or None, default=None
        A folder in which copies are kept as WAV files, under names that follow from their origin, so that
        other folds and candidates read them, and front ends find their cached features. Paths stay
        paths, and copies are not held in memory. ``random_state`` must then be an int, so that other fits
        find the copies. If the folder cannot be written to, a warning is given, and nothing is kept. With
        None, copies are made in each fit, and all waveforms are in memory.
    n_jobs : int or None, default=None
        Number of threads that make copies, as in joblib.
    random_state : int, RandomState instance or None, default=None
        Determines, together with the content of each clip, how it is changed, regardless of the other clips
        and of its position in X.

    Attributes
    ----------
    estimator_ : estimator
        The fitted estimator.
    classes_ : ndarray of shape (n_classes,)
        The classes, if the estimator is a classifier.
    n_features_in_ : int
        Number of samples per clip, if ``fit`` was given a 2-D array.

    See Also
    --------
    skmir.augmentation : The augmentations; networks take those of frames as a parameter.

    Notes
    -----
    The estimator gets all clips in their order, then the first copy of each, then the second, and so on,
    with labels and weights in the same order. If the ``fit`` of the estimator, or of a Pipeline's last step,
    takes ``groups``, it gets them too; if none are given, each clip is a group, so that an inner split never
    separates a clip from its copies. Other estimators that split inside ``fit`` (a search,
    ``HistGradientBoostingClassifier``, ``CalibratedClassifierCV``) would have copies of a clip on both sides:
    put a search outside, around the AugmentedEstimator.

    Equal clips get equal copies.

    References
    ----------
    .. [1] B. McFee, E. J. Humphrey and J. P. Bello, "A software framework for musical data augmentation",
       ISMIR, 2015.

    Examples
    --------
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.svm import SVC
    >>> from skmir.augmentation import AddNoise, Compression
    >>> from skmir.compose import AugmentedEstimator
    >>> from skmir.datasets import make_instruments
    >>> from skmir.feature_extraction import MFCC
    >>> from skmir.preprocessing import FramePooler
    >>> notes = make_instruments(n_instruments=2, n_notes=2, duration=0.5, random_state=0)
    >>> baseline = make_pipeline(MFCC(), FramePooler(), SVC())
    >>> model = AugmentedEstimator(baseline, [Compression(), AddNoise(snr=(20, 40))], 2, random_state=0)
    >>> model.fit(notes.data, notes.target).predict(notes.data).shape
    (28,)
    """

    # Groups routed by a search or cross_validate reach the inner estimator without a request.
    __metadata_request__fit = {"groups": True}

    def __init__(
        self,
        estimator=None,
        augmentations=None,
        n_copies=1,
        *,
        target=None,
        sr=22050,
        memory=None,
        n_jobs=None,
        random_state=None,
    ):
        self.estimator = estimator
        self.augmentations = augmentations
        self.n_copies = n_copies
        self.target = target
        self.sr = sr
        self.memory = memory
        self.n_jobs = n_jobs
        self.random_state = random_state

    @all_or_nothing
    def fit(self, X, y=None, sample_weight=None, *, groups=None):
        """Fit the estimator to the clips and their copies.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : array-like of shape (n_clips, ...), list of annotations, or None, default=None
            Labels, of the kind ``target``.
        sample_weight : array-like of shape (n_clips,), default=None
            Weights; a copy has the weight of its clip.
        groups : array-like of shape (n_clips,), default=None
            Groups; a copy is in the group of its clip. By default each clip is a group of its own.

        Returns
        -------
        self : AugmentedEstimator

        Raises
        ------
        TypeError
            If a parameter is of the wrong type.
        ValueError
            If a parameter is not valid, an augmentation makes the ``target`` wrong or moves annotations
            without a ``target``, or a front end has a different ``sr``.
        """
        augmentations = self._check_parameters()
        clips = check_clips(self, X, reset=True, read=reader(self.sr))
        check_consistent_length(clips, y, sample_weight, groups)
        if self.target is None:
            check_unmoved(y, augmentations)
        self.estimator_ = self._inner()
        n_copies = int(self.n_copies) if augmentations else 0
        draws = []
        n_clips = len(clips)
        if n_copies:
            self._check_rates()
            clips, draws = self._with_copies(clips, augmentations, n_copies)
        index = np.tile(np.arange(n_clips), 1 + n_copies)
        parameters = self._fit_parameters(index, sample_weight, groups)
        self.estimator_.fit(clips, self._labels(y, index, augmentations, draws), **parameters)
        return self

    def to_module(self):
        """Return the module of torch of the fitted estimator, which predicts from unchanged clips.

        Returns
        -------
        module : nn.Module
            As of :func:`convert`.

        Raises
        ------
        TypeError
            If the estimator has no module.
        """
        check_is_fitted(self)
        return convert(self.estimator_)

    def __sklearn_tags__(self):
        tags, inner = super().__sklearn_tags__(), get_tags(self._inner())
        for name in (
            "estimator_type",
            "classifier_tags",
            "regressor_tags",
            "transformer_tags",
            "target_tags",
        ):
            setattr(tags, name, copy.deepcopy(getattr(inner, name)))
        tags.input_tags.string = inner.input_tags.string
        return tags

    def _inner(self):
        return LogisticRegression() if self.estimator is None else clone(self.estimator)

    def _check_parameters(self):
        """Return the augmentations as a list, after checking them and all other parameters."""
        check_number("n_copies", self.n_copies, kind=numbers.Integral, low=0)
        check_number("sr", self.sr, kind=numbers.Integral, low=1)
        if self.memory is not None and not is_path(self.memory):
            raise TypeError(f"memory={self.memory!r} must be a folder's path, or None.")
        if self.memory is not None and not isinstance(self.random_state, numbers.Integral):
            raise ValueError(
                f"memory={self.memory!r} keeps copies for later fits, but these would make other copies: "
                f"random_state={self.random_state!r} is a different seed each time. Set random_state to an "
                "int, or memory to None."
            )
        return check_augmentations(self.augmentations, self.target)

    def _check_rates(self):
        """Raise if the rate of a front end differs from the rate at which waveforms are changed."""
        for name, value in self.estimator_.get_params().items():
            if name.rpartition("__")[2] == "sr" and isinstance(value, numbers.Real) and value != self.sr:
                raise ValueError(
                    f"sr={self.sr} of AugmentedEstimator must equal {name}={value} of its estimator, which "
                    f"would misread the copies otherwise. Use AugmentedEstimator(..., sr={value})."
                )

    def _with_copies(self, clips, augmentations, n_copies):
        """Return clips and copies, as an array if the clips are one and lengths allow it, and the draws."""
        seed = int(check_random_state(self.random_state).randint(MAX_SEED))
        maker = ClipCopier(augmentations, n_copies=n_copies, sr=int(self.sr), seed=seed, folder=self.memory)
        originals, copies, draws = maker.make(clips, self.n_jobs)
        every = originals + [clip for each in copies for clip in each]
        return stack_if_equal(every) if isinstance(clips, np.ndarray) else every, draws

    def _labels(self, y, index, augmentations, draws):
        """Return the labels of clips and copies."""
        if y is None or not draws:
            return y
        if self.target is None:
            return [y[i] for i in index] if isinstance(y, list | tuple) else np.asarray(y)[index]
        every = labels = list(y)
        for drawn in draws:
            every = every + change_labels(labels, self.target, augmentations, drawn)
        if isinstance(y, list | tuple):
            return every
        return as_object_array(every) if kind_of_annotations(y) else np.asarray(every)

    def _fit_parameters(self, index, sample_weight, groups):
        """Return weights and groups of clips and copies, if the inner estimator takes them."""
        parameters = {}
        if sample_weight is not None:
            parameters[weights_parameter(self.estimator_)] = np.asarray(sample_weight)[index]
        if name := fit_parameter(self.estimator_, "groups"):
            parameters[name] = index if groups is None else np.asarray(groups)[index]
        return parameters
