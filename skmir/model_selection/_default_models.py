"""The models that ``skmir compare`` sets beside one another."""

from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC

from .._model_names import MODEL_NAMES
from .._validation import check_choice
from ..compose import FrameClassifier
from ..feature_extraction import MFCC, Chroma, MelSpectrogram
from ..feature_extraction._base import BaseFrontEnd
from ..neural_network import CNNClassifier, CRNNClassifier, DBNClassifier, MLPClassifier
from ..preprocessing import FramePooler, FrameScaler

RICH = ("mean", "std", "max", "delta_std")
FULL = ("mean", "std", "min", "max", "median", "skewness", "kurtosis", "delta_std")


def default_models(names=None, *, max_iter=None, memory=None):
    """Return the models that the command ``skmir compare`` runs: two classic ones and four networks.

    "SVM" is the usual baseline: an RBF-SVM on means and deviations of MFCC. "LDA" is a strong one:
    discriminant analysis with shrunken covariance on 440 statistics of MFCC, log-mel spectrum and
    chroma. A network that beats only the first has not shown much. "MLP" sees statistics of the log-mel
    spectrum; "CNN" is the default network on the log-mel spectrogram, up to 24 s at a time; "CRNN" sees
    1.5 s of it at a time; "DBN", pretrained without labels, sees windows of 0.5 s of it, and a clip by the
    mean of its windows.

    Parameters
    ----------
    names : sequence of str or None, default=None
        Any of "SVM", "LDA", "MLP", "CNN", "CRNN" and "DBN"; None takes all.
    max_iter : int or None, default=None
        Epochs of the networks; None leaves each network's own number.
    memory : str, PathLike or None, default=None
        A folder in which the front ends keep each clip's frames, so that folds, and models with the same
        front end, share them; see :class:`skmir.feature_extraction.FeatureCache`.

    Returns
    -------
    models : dict of str to Pipeline
        From clips (paths or waveforms at 22,050 Hz) to labels.

    Raises
    ------
    ValueError
        Where there is no model of a name.

    Examples
    --------
    >>> from skmir.model_selection import default_models
    >>> list(default_models(["SVM", "CNN"]))
    ['SVM', 'CNN']
    """
    names = list(BUILDERS) if names is None else names
    models = {
        name: check_choice("names", name, BUILDERS)({} if max_iter is None else {"max_iter": max_iter})
        for name in names
    }
    for model in models.values():
        for part in model.get_params().values():
            if isinstance(part, BaseFrontEnd):
                part.set_params(memory=memory)
    return models


def _svm(_epochs):
    return make_pipeline(MFCC(), FramePooler(), StandardScaler(), SVC(C=10))


def _lda(_epochs):
    statistics = make_union(
        make_pipeline(MFCC(), FramePooler(FULL)),
        make_pipeline(MelSpectrogram(), FrameScaler(), FramePooler()),
        make_pipeline(Chroma(), FramePooler()),
    )
    return make_pipeline(
        statistics, StandardScaler(), LinearDiscriminantAnalysis(solver="lsqr", shrinkage="auto")
    )


def _mlp(epochs):
    return make_pipeline(
        MelSpectrogram(), FrameScaler(), FramePooler(RICH), StandardScaler(), MLPClassifier(**epochs)
    )


def _cnn(epochs):
    return make_pipeline(MelSpectrogram(), FrameScaler(), CNNClassifier(**epochs))


def _crnn(epochs):
    return make_pipeline(MelSpectrogram(n_mels=64), FrameScaler(), CRNNClassifier(n_frames=64, **epochs))


def _dbn(epochs):
    windows = FrameClassifier(DBNClassifier((256, 256), **epochs), width=10, hop=5, max_windows=16)
    return make_pipeline(MelSpectrogram(hop_length=1024), FrameScaler(), windows)


BUILDERS = dict(zip(MODEL_NAMES, (_svm, _lda, _mlp, _cnn, _crnn, _dbn), strict=True))
