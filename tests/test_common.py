"""scikit-learn's own checks on every public estimator, and the guard that none is left out."""

import functools
import unittest

import numpy as np
import pytest
from public import frames_module, public_estimators, tagger_module, waveform_module
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.multiclass import OneVsRestClassifier
from sklearn.naive_bayes import BernoulliNB
from sklearn.utils import estimator_checks
from sklearn.utils.estimator_checks import estimator_checks_generator, parametrize_with_checks

from skmir.audio import AudioLoader
from skmir.augmentation import AddNoise
from skmir.compose import AugmentedEstimator, FrameClassifier, FrameTransformer
from skmir.feature_extraction import (
    CQT,
    DFT,
    MFCC,
    BeatSynchronizer,
    Chroma,
    LogFilteredSpectrogram,
    MelSpectrogram,
    OnsetStrength,
    SpectralShape,
    Tempogram,
)
from skmir.model_selection import DecoderSearchCV, ShrinkageLDA, TunedTagThresholdsCV
from skmir.neural_network import (
    RBM,
    CNNClassifier,
    CNNRegressor,
    CNNSequenceClassifier,
    CNNSequenceRegressor,
    ConvolutionalDBN,
    CRNNClassifier,
    CRNNRegressor,
    CRNNSequenceClassifier,
    CRNNSequenceRegressor,
    DBNClassifier,
    DeepBeliefNetwork,
    DenoisingAutoencoder,
    LearnedChroma,
    MLPClassifier,
    MLPRegressor,
    NetworkEmbedding,
    NetworkFeatures,
    PretrainedTagger,
    RandomConvFeatures,
    RNNClassifier,
    RNNRegressor,
    RNNSequenceClassifier,
    RNNSequenceRegressor,
    SiameseEmbedding,
    TCNSequenceClassifier,
    TCNSequenceRegressor,
    UnfrozenClassifier,
)
from skmir.neural_network._base import BaseNetwork
from skmir.neural_network._sequence._classifier import BaseSequenceClassifier
from skmir.preprocessing import (
    HPSS,
    ContextWindow,
    CQTToChroma,
    Delta,
    FramePooler,
    FrameScaler,
    LocalContrastNormalizer,
    LogCompression,
    PCAWhitener,
    Tonnetz,
    WindowPooler,
)
from skmir.sequence import (
    Argmax,
    BarHMM,
    BeamSearch,
    BeatAutocorrelation,
    BeatDynamicProgramming,
    BeatHMM,
    BeatTracker,
    ChordRecognizer,
    DownbeatTracker,
    NoteHMM,
    NotePicker,
    OnsetDetector,
    PeakPicker,
    PianoTranscriber,
    TempoEstimator,
    Viterbi,
)

# Every public estimator, small where training is slow. All checks run on each.
ESTIMATORS = [
    AudioLoader(),
    DFT(),
    MelSpectrogram(),
    CQT(),
    MFCC(),
    Chroma(),
    OnsetStrength(),
    Tempogram(),
    SpectralShape(),
    LogFilteredSpectrogram(),
    BeatSynchronizer(),
    NetworkEmbedding(waveform_module()),
    PretrainedTagger(tagger_module()),
    FramePooler(),
    WindowPooler(),
    FrameScaler(),
    LocalContrastNormalizer(),
    LogCompression(),
    Delta(),
    ContextWindow(),
    Tonnetz(),
    CQTToChroma(),
    PCAWhitener(),
    HPSS(),
    FrameTransformer(),
    FrameClassifier(),
    AugmentedEstimator(),
    AugmentedEstimator(Ridge(), [AddNoise((40, 60), color="pink")]),  # a regressor: other checks
    MLPClassifier((16,), max_iter=40),
    MLPRegressor((16,), max_iter=40),
    CNNClassifier("k2c2", n_filters=(8, 8), max_iter=20),
    CNNRegressor("k1c2", n_filters=(8, 8), max_iter=20),
    CRNNClassifier((8, 8), hidden_size=8, max_iter=20),
    CRNNRegressor((8, 8), hidden_size=8, max_iter=40),
    RNNClassifier(hidden_layer_sizes=(8,), max_iter=20),
    RNNRegressor(hidden_layer_sizes=(8,), max_iter=40),
    TCNSequenceClassifier(8, n_levels=1, max_iter=20, batch_size=32),
    TCNSequenceRegressor(8, n_levels=1, max_iter=40, batch_size=32),
    CNNSequenceClassifier(n_filters=(8, 8), max_iter=20, batch_size=32),
    CNNSequenceRegressor(n_filters=(8, 8), max_iter=40, batch_size=32),
    RNNSequenceClassifier(hidden_layer_sizes=(8,), max_iter=20, batch_size=32),
    RNNSequenceRegressor(hidden_layer_sizes=(8,), max_iter=40, batch_size=32),
    CRNNSequenceClassifier((8, 8), hidden_size=8, max_iter=20, batch_size=32),
    CRNNSequenceRegressor((8, 8), hidden_size=8, max_iter=40, batch_size=32),
    LearnedChroma(),
    NetworkFeatures(MLPClassifier((8,), max_iter=5, random_state=0)),
    SiameseEmbedding("mlp", hidden_layer_sizes=(8,), max_iter=20),
    RandomConvFeatures(n_filters=8),
    RBM(8),
    DenoisingAutoencoder(8),
    ConvolutionalDBN((8,)),
    DeepBeliefNetwork((8, 4)),
    DBNClassifier((16, 16), max_iter=40),
    UnfrozenClassifier(max_iter=10, random_state=0),
    ShrinkageLDA(),
    DecoderSearchCV(OnsetDetector(DFT(), "flux"), {"decoder__threshold": [5.0]}, cv=2),
    # Of few different probabilities, the best threshold is .5, which a check takes for granted. scikit-learn
    # leaves that check out for its own TunedThresholdClassifierCV.
    TunedTagThresholdsCV(OneVsRestClassifier(BernoulliNB())),
    PeakPicker(5.0),  # out of reach: numpy, in some checks, takes no lists of unequal numbers of events
    BeatHMM(),
    BarHMM(),
    BeatAutocorrelation(),
    BeatDynamicProgramming(),
    OnsetDetector(network=TCNSequenceClassifier(4, max_iter=2)),
    BeatTracker(network="superflux"),
    DownbeatTracker(DFT(n_fft=64), TCNSequenceClassifier(4, max_iter=2)),
    TempoEstimator(),
    ChordRecognizer(network="templates"),
    PianoTranscriber(network=LogisticRegression(), lowest=60, highest=63),
    NotePicker(),
    NoteHMM(),
    Viterbi(),
    Argmax(),
    BeamSearch(RNNSequenceClassifier(hidden_layer_sizes=(4,), bidirectional=False, max_iter=1), 2),
]

# Other parameters of the same classes, which take another path: the checks of CHECKS_OF_RESULTS run on each.
OTHER_PATHS = [
    Chroma(kind="cqt"),
    OnsetStrength(aggregate="median", max_size=3),
    SpectralShape(("rms", "contrast"), n_bands=3, linear=True),
    LogFilteredSpectrogram(n_fft=(1024, 2048), bands_per_octave=(6, 12), diff_ratio=0.5),
    BeatSynchronizer(MelSpectrogram(n_mels=8), aggregate="max", subdivisions=2),
    FramePooler(("median", "skewness", "kurtosis", "delta_std")),
    FramePooler(("q05", "q95", "third_moment", "fourth_moment")),
    FramePooler(("mean", "max"), n_parts=3),
    WindowPooler(("mean", "q25", "std"), widths=(3, 8), hop=2),
    LocalContrastNormalizer((1, 5), with_std=False),
    Delta(3, order=(1, 2), append=False, positive=True),
    ContextWindow(4, hop=2, pad_mode="reflect"),
    PCAWhitener(0.9, ridge=1.0, center=False),
    HPSS("both", kernel_size=(3, 5), margin=2.0),
    FrameTransformer(PCA(1)),
    FrameClassifier(aggregate="vote"),
    FrameClassifier(OneVsRestClassifier(LogisticRegression()), aggregate="max"),
    AugmentedEstimator(augmentations=[AddNoise(40)], n_copies=2),
    MLPClassifier((16,), activation="maxout", max_iter=40),
    CNNClassifier(n_filters=(4, 8, 8, 8), max_iter=20),
    CNNClassifier("k1c2", n_filters=(8, 8), max_iter=20),
    CNNClassifier("k2c1", n_filters=(8, 8), max_iter=40),
    CNNClassifier("compact", n_filters=(8, 8, 8), max_iter=20),
    CNNClassifier("temporal", n_filters=(8, 8, 8, 8), max_iter=40),
    CNNRegressor(n_filters=(4, 8, 8, 8), max_iter=40),
    RNNClassifier("lstm", hidden_layer_sizes=(8, 8), bidirectional=True, max_iter=20),
    LearnedChroma((16,), target="tonnetz"),
    LearnedChroma((16, 12), init="random", l1=0.01),
    NetworkFeatures(
        # 8, a whole vector: with 4 the last bit of a row can depend on its place in the batch.
        CRNNClassifier((8, 8), hidden_size=8, max_iter=5, random_state=0),
        layers=["conv_layers.0", "recurrent_layers"],
        pool=("mean", "max"),
    ),
    SiameseEmbedding(n_filters=(4, 8, 8, 8), loss="triplet", max_iter=20),
    SiameseEmbedding("k2c2", n_filters=(8, 8), loss="contrastive", margin=(0.1, 1.0), max_iter=20),
    NetworkFeatures(frames_module(), pool=("mean", "max")),
    RandomConvFeatures("timbral_temporal", n_filters=2, pool=("mean", "max"), n_frames=5),
    RandomConvFeatures("7x86", n_features=10, activation="relu"),
    RBM(8, persistent=True, momentum=0.5, sparsity_target=0.1),
    DenoisingAutoencoder(8, corruption="salt_and_pepper", activation="relu", tied_weights=False),
    ConvolutionalDBN((4, 3), filter_length=3, pool_size=2, pool=("mean", "max"), n_iter=2),
    DeepBeliefNetwork((8, 4), pretraining="dae", layer="all"),
    DBNClassifier((16,), pretraining="dae", activation="relu", max_iter=40),
    DBNClassifier((16,), pretraining=None, max_iter=40),
    CQTToChroma(4, bins_per_octave=8, norm=2),
    UnfrozenClassifier(init="random", early_stopping=True, max_iter=20, random_state=0),
    ShrinkageLDA(0.5, priors=None),
]

# What depends on the parameters' values: that it learns and predicts at all, in which shape and dtype, twice
# the same, the same for a part of the clips, the same after pickling; its parameters and its data untouched.
# The others look at the class: names, tags, signatures, labels, weights, errors of validation.
CHECKS_OF_RESULTS = {
    "check_classifiers_train",
    "check_decision_proba_consistency",
    "check_dict_unchanged",
    "check_dont_overwrite_parameters",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_estimators_dtypes",
    "check_estimators_nan_inf",
    "check_estimators_overwrite_params",
    "check_estimators_pickle",
    "check_fit2d_1feature",
    "check_fit2d_1sample",
    "check_fit_idempotent",
    "check_methods_sample_order_invariance",
    "check_methods_subset_invariance",
    "check_n_features_in",
    "check_readonly_memmap_input",
    "check_transformer_general",
    "check_transformer_preserve_dtypes",
}

# This check sets max_iter=1000, whatever the estimator says: half the seconds of a network. All networks read
# class_weight in one place, and MLPClassifier, the cheapest, runs the check.
SKIPPED = {
    "check_class_weight_classifiers": (
        CNNClassifier,
        CRNNClassifier,
        RNNClassifier,
        DBNClassifier,
        BaseSequenceClassifier,
    )
}
# Networks with outputs per frame learn from frames in tests/neural_network/test_sequences.py; from a table,
# which they read and predict in one place, only the TCN learns.
LEARNS_FRAMES = (
    CNNSequenceClassifier,
    CNNSequenceRegressor,
    CRNNSequenceClassifier,
    CRNNSequenceRegressor,
    RNNSequenceClassifier,
    RNNSequenceRegressor,
)
WHY_FRAMES = "a table, which networks with outputs per frame read in one place: the TCN runs this check"
# These train three times: on the data as they are, on data that cannot be written to, and on float32. All
# networks read their data in one place: the MLPs run the variants, the others train once.
TRAINED_ONCE = {"check_classifiers_train", "check_regressors_train"}
WHY_ONCE = "a variant of the data, which all networks read in one place: the MLPs run this check"
WHY_SKIPPED = "1000 epochs; all networks compute class weights in one place: MLPClassifier runs this check"

# Some checks leave the seed alone, and one wants probabilities in the order of the scores: about once in a
# hundred draws of the weights, two scores round to one probability.
for network in (*ESTIMATORS, *OTHER_PATHS):
    if isinstance(network, BaseNetwork):
        network.set_params(random_state=0)

# scikit-learn exempts its own learners on mini-batches from this check: a repeated row meets another batch
# than a row of weight two.
WEIGHTS_ARE_NOT_REPEATS = {
    "check_sample_weight_equivalence_on_dense_data": "a repeated row is not a row of twice the weight"
}


# These checks make arrays of predictions, and numpy none of pairs of unequal lengths; what they check is in
# tests/sequence/test_notes.py.
NOTES_ARE_PAIRS = dict.fromkeys(
    (
        "check_estimators_pickle",
        "check_fit_idempotent",
        "check_methods_sample_order_invariance",
        "check_methods_subset_invariance",
    ),
    "numpy makes no array of lists of notes",
)


def expected_failures(estimator):
    if isinstance(estimator, NotePicker | NoteHMM):
        return NOTES_ARE_PAIRS
    return WEIGHTS_ARE_NOT_REPEATS if isinstance(estimator, BaseNetwork | NetworkFeatures) else {}


# What these check depends on how long a network trains; for all others two epochs say as much as forty.
LONG = {
    "check_classifiers_train",
    "check_regressors_train",
    "check_class_weight_classifiers",
    "check_class_weight_balanced_linear_classifier",
    "check_decision_proba_consistency",
    *WEIGHTS_ARE_NOT_REPEATS,
}
# tests/neural_network/test_architectures.py has every architecture learn clips and targets of every kind.
LEARNS_ELSEWHERE = (CNNClassifier, CNNRegressor)


def as_long_as_needed(estimator, check):
    """Return a network with two epochs, unless the check depends on what it learns; others as they are."""
    if isinstance(estimator, BaseNetwork) and name_of(check) not in LONG:
        return clone(estimator).set_params(max_iter=2)
    return estimator


def run_check(estimator, check, monkeypatch):
    """Run a check, which compares what networks return as float32 can hold it.

    scikit-learn compares a clip alone with the same clip among others to one part in 1e7; a unit in the last
    place of float32 can be more. Processors differ in how they sum products of one row and of many.
    """
    networks = isinstance(estimator, BaseNetwork | NetworkFeatures)
    if networks and name_of(check) == "check_methods_subset_invariance":
        within = functools.partial(np.testing.assert_allclose, rtol=4 * np.finfo(np.float32).eps)
        monkeypatch.setattr(estimator_checks, "assert_allclose", within)
    check(as_long_as_needed(estimator, check))


def name_of(check):
    """Return the name of a check, which scikit-learn hands out as a partial function."""
    return check.func.__name__


def checks_of_results():
    """Return each estimator of OTHER_PATHS with each of the checks that run on it.

    Some checks come in variants, with data that cannot be written to or in float32: here the plain one runs.
    """
    return [
        pytest.param(estimator, check, id=f"{estimator}-{name_of(check)}")
        for estimator in OTHER_PATHS
        for _, check in estimator_checks_generator(estimator, legacy=True)
        if name_of(check) in CHECKS_OF_RESULTS and not check.keywords
        if not (isinstance(estimator, LEARNS_ELSEWHERE) and name_of(check) in TRAINED_ONCE)
    ]


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@parametrize_with_checks(ESTIMATORS, expected_failed_checks=expected_failures)
def test_estimator(estimator, check, monkeypatch):
    if isinstance(estimator, SKIPPED.get(name_of(check), ())):
        pytest.skip(WHY_SKIPPED)
    if isinstance(estimator, LEARNS_FRAMES) and name_of(check) in TRAINED_ONCE:
        pytest.skip(WHY_FRAMES)
    another = isinstance(estimator, BaseNetwork) and not isinstance(estimator, MLPClassifier | MLPRegressor)
    if another and check.keywords and name_of(check) in TRAINED_ONCE:
        pytest.skip(WHY_ONCE)
    try:
        run_check(estimator, check, monkeypatch)
    except unittest.SkipTest as reason:  # of scikit-learn's, which not every pytest takes for its own
        pytest.skip(str(reason))


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize(("estimator", "check"), checks_of_results())
def test_another_path(estimator, check, monkeypatch):
    run_check(estimator, check, monkeypatch)


def test_table_is_complete():
    missing = public_estimators() - {type(estimator) for estimator in ESTIMATORS}
    assert not missing, f"add {sorted(c.__name__ for c in missing)} to ESTIMATORS in {__file__}"


def test_checks_of_results_are_checks():
    """Each name is one of scikit-learn's, and runs on another path: a renamed check does not vanish."""
    run = {name_of(param.values[1]) for param in checks_of_results()}
    assert run == CHECKS_OF_RESULTS


@pytest.mark.parametrize("estimator", [*ESTIMATORS, *OTHER_PATHS], ids=str)
def test_checks_are_not_hollow(estimator):
    """Where tags refuse 2-D input, scikit-learn runs a single check and calls that a pass."""
    checks = list(estimator_checks_generator(estimator, legacy=True))
    assert len(checks) >= 39  # scikit-learn 1.6; later ones have 40 and more
