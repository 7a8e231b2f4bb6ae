"""The models that ``skmir compare`` compares."""

from functools import partial

import numpy as np
from sklearn.compose import TransformedTargetRegressor
from sklearn.ensemble import VotingClassifier
from sklearn.linear_model import LogisticRegression, RidgeCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import FeatureUnion, make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.svm import SVC, SVR

from .._model_names import MODEL_NAMES
from .._parameter_checks import check_choice
from ..compose import FrameClassifier
from ..feature_extraction import MFCC, Chroma, MelSpectrogram, SpectralShape, Tempogram
from ..feature_extraction._base import BaseFrontEnd
from ..neural_network import (
    CNNClassifier,
    CNNRegressor,
    CRNNClassifier,
    CRNNRegressor,
    DBNClassifier,
    MLPClassifier,
    MLPRegressor,
)
from ..preprocessing import Delta, FramePooler, FrameScaler, WindowPooler
from ..sequence import Argmax, BeatTracker, ChordRecognizer, OnsetDetector, PianoTranscriber
from ._shrinkage_lda import ShrinkageLDA

RICH = ("mean", "std", "max", "delta_std")


def default_models(names=None, *, task="classes", max_iter=None, memory=None):
    """Return the models that the command ``skmir compare`` runs.

    For classes there are two classic ones, four networks, and a vote. "SVM" is the usual baseline: an RBF-SVM
    on means and standard deviations of MFCC and their first and second derivatives, with equal weights for
    all classes. "LDA" is a strong baseline: discriminant analysis with shrunken covariance and equal priors
    on 640 statistics of MFCC with derivatives (over the clip and, means alone, over each third of it),
    log-mel spectrum, chroma, spectral shape (its quantiles too) and tempogram, of which the arc tangent
    limits the influence of outliers. Its probabilities are as sure as clips show that are held out of its
    training, with their groups if there are groups. A network that beats only "SVM" has not shown much.
    "MLP" sees statistics of the log-mel spectrum; "CNN" is the default network on the log-mel spectrogram, up
    to 24 s at a time; "CRNN" sees 1.5 s of it at a time; "DBN", pretrained without labels, sees windows of
    0.5 s of it and averages over the windows of a clip. "ensemble" is the mean of the probabilities of "LDA"
    and "CNN", both of which it fits.

    For tags, "SVM" has an RBF-SVM for each tag on the statistics of "SVM" above, and "logistic regression" a
    regularised one for each tag on the statistics of "LDA" without the quantiles. For numbers, "SVR" is
    support vector regression on the statistics of "SVM", and "ridge" is ridge regression on those of
    "logistic regression", with the penalty that has the least leave-one-out error. "MLP", "CNN" and "CRNN"
    are as for classes.

    All of these take any clip that :class:`~skmir.feature_extraction.MFCC` takes, even if it is very short.

    For onsets, "flux" and "SuperFlux" pick peaks of the rise of the spectrum, and "TCN" picks those of a
    temporal convolutional network's activations. For beats, "flux + HMM" and "TCN + HMM" find the likeliest
    beats in the same two. For chords, "templates" takes the nearest template of each chroma frame, "templates
    + Viterbi" the likeliest sequence of chords, and "TCN + Viterbi" that of a network on a constant-Q
    transform. For notes of a piano, "logistic regression + HMM" has a classifier and a hidden Markov model
    for each note, "HarmonicCNN" one network for all.

    Parameters
    ----------
    names : str, sequence of str or None, default=None
        Any of the names above; None takes all of the task.
    task : {"classes", "tags", "regression", "onsets", "beats", "chords", "notes"}, default="classes"
        What ``y`` holds: one class per clip, an indicator of tags, numbers, or the onsets, beats, chords or
        notes in each clip.
    max_iter : int or None, default=None
        Number of epochs of the networks; None leaves each network's default.
    memory : str, PathLike or None, default=None
        A folder in which the front ends keep each clip's frames, so that folds, and models with the same
        front end, share them; see :class:`skmir.feature_extraction.FeatureCache`.

    Returns
    -------
    models : dict of str to estimator
        Pipelines from clips (paths or waveforms at 22,050 Hz) to labels, or estimators from clips to
        annotations, by name.

    Raises
    ------
    ValueError
        If there is no such task, or a name is not one of its models.

    Examples
    --------
    >>> from skmir.model_selection import default_models
    >>> list(default_models(["SVM", "CNN"]))
    ['SVM', 'CNN']
    >>> list(default_models(task="tags"))
    ['SVM', 'logistic regression', 'MLP', 'CNN', 'CRNN']
    >>> list(default_models(task="onsets"))
    ['flux', 'SuperFlux', 'TCN']
    """
    builders = check_choice("task", task, BUILDERS)
    names = list(builders) if names is None else [names] if isinstance(names, str) else names
    models = {
        name: check_choice("names", name, builders)({} if max_iter is None else {"max_iter": max_iter})
        for name in names
    }
    for model in models.values():
        for part in model.get_params().values():
            if isinstance(part, BaseFrontEnd):
                part.set_params(memory=memory)
    return models


def _svm(_epochs):
    # A third of the usual 1 / n_features: with 120 features, the usual kernel is so narrow that it sees each
    # clip alone.
    svm = SVC(C=10, gamma=0.0025, class_weight="balanced")
    return make_pipeline(*_timbre(), StandardScaler(), svm)


def _lda(_epochs):
    shape = make_pipeline(SpectralShape(), FramePooler(("q10", "median", "q90", "delta_std")))
    statistics = _side_by_side({"statistics": _statistics(), "shape": shape})
    limit = FunctionTransformer(np.arctan, feature_names_out="one-to-one")
    return make_pipeline(statistics, StandardScaler(), limit, ShrinkageLDA())


def _svm_of_tags(_epochs):
    return make_pipeline(*_timbre(), StandardScaler(), OneVsRestClassifier(SVC(C=10)))


def _logistic_of_tags(_epochs):
    # There are more features than clips with a rare tag, so the penalty is strong.
    logistic = LogisticRegression(C=0.01, max_iter=300)
    return make_pipeline(_statistics(), StandardScaler(), OneVsRestClassifier(logistic))


def _svr(_epochs):
    # The width of the tube and C are in units of the target, so it is standardised.
    svr = TransformedTargetRegressor(SVR(), transformer=StandardScaler())
    return make_pipeline(*_timbre(), StandardScaler(), svr)


def _ridge(_epochs):
    return make_pipeline(_statistics(), StandardScaler(), RidgeCV(alphas=(1, 10, 100, 1000, 10000)))


def _timbre():
    """Return the steps to means and deviations of MFCC with two derivatives: 120 features."""
    return MFCC(), Delta(order=(1, 2)), FramePooler()


def _statistics():
    """Return the step to 640 statistics of several front ends."""
    over_the_clip = make_pipeline(Delta(order=(1, 2)), FramePooler())
    thirds = FramePooler(("mean",), n_parts=3)
    statistics = {
        "mfcc": make_pipeline(MFCC(), _side_by_side({"clip": over_the_clip, "thirds": thirds})),
        "mel": make_pipeline(MelSpectrogram(), FrameScaler(), FramePooler()),
        "chroma": make_pipeline(Chroma(), FramePooler()),
        "shape": make_pipeline(SpectralShape(), FramePooler()),
        "tempogram": make_pipeline(Tempogram(win_length=96), FramePooler(("mean",))),  # lags up to 2.2 s
    }
    return _side_by_side(statistics)


def _side_by_side(steps):
    return FeatureUnion(list(steps.items()), verbose_feature_names_out=False)


def _mlp(epochs, network=MLPClassifier):
    return make_pipeline(
        MelSpectrogram(), FrameScaler(), FramePooler(RICH), StandardScaler(), network(**epochs)
    )


def _cnn(epochs, network=CNNClassifier):
    return make_pipeline(MelSpectrogram(), FrameScaler(), network(**epochs))


def _crnn(epochs, network=CRNNClassifier):
    return make_pipeline(MelSpectrogram(n_mels=64), FrameScaler(), network(n_frames=64, **epochs))


def _dbn(epochs):
    windows = FrameClassifier(DBNClassifier((256, 256), **epochs), width=10, hop=5, max_windows=16)
    # Means of two frames, rather than a hop of 1,024 samples, because a file must not be shorter than a hop.
    return make_pipeline(MelSpectrogram(), WindowPooler(("mean",), widths=2), FrameScaler(), windows)


def _ensemble(epochs):
    # With a temperature from grouped folds, the LDA would have too little to say beside a network that knows
    # nothing of groups.
    lda = _lda(epochs).set_params(shrinkagelda__temperature="ungrouped")
    return VotingClassifier([("LDA", lda), ("CNN", _cnn(epochs))], voting="soft")


def _flux(_epochs):
    return _with_front_end(OnsetDetector(network="flux"))


def _superflux(_epochs):
    return _with_front_end(OnsetDetector(network="superflux"))


def _tcn(epochs):
    return _with_network(OnsetDetector(), epochs)


def _flux_hmm(_epochs):
    return _with_front_end(BeatTracker(network="flux"))


def _tcn_hmm(epochs):
    return _with_network(BeatTracker(), epochs)


def _templates(_epochs):
    return _with_front_end(ChordRecognizer(network="templates", decoder=Argmax()))


def _templates_viterbi(_epochs):
    return _with_front_end(ChordRecognizer(network="templates"))


def _tcn_viterbi(epochs):
    return _with_network(ChordRecognizer(), epochs)


def _logistic_hmm(_epochs):
    return _with_front_end(PianoTranscriber(network=LogisticRegression(C=0.01, max_iter=200)))


def _harmonic_cnn(epochs):
    return _with_network(PianoTranscriber(), epochs)


def _with_front_end(detector):
    """Give a detector its usual front end as a parameter, so that it can keep frames."""
    return detector.set_params(front_end=detector._front_end())


def _with_network(detector, epochs):
    """Give a detector its usual front end and network as parameters, with a number of epochs."""
    return _with_front_end(detector).set_params(network=detector._network().set_params(**epochs))


_FUNCTIONS = {
    "classes": (_svm, _lda, _mlp, _cnn, _crnn, _dbn, _ensemble),
    "tags": (_svm_of_tags, _logistic_of_tags, _mlp, _cnn, _crnn),
    "regression": (
        _svr,
        _ridge,
        partial(_mlp, network=MLPRegressor),
        partial(_cnn, network=CNNRegressor),
        partial(_crnn, network=CRNNRegressor),
    ),
    "onsets": (_flux, _superflux, _tcn),
    "beats": (_flux_hmm, _tcn_hmm),
    "chords": (_templates, _templates_viterbi, _tcn_viterbi),
    "notes": (_logistic_hmm, _harmonic_cnn),
}
BUILDERS = {
    task: dict(zip(MODEL_NAMES[task], functions, strict=True)) for task, functions in _FUNCTIONS.items()
}
