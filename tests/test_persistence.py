"""A pipeline of every family goes through skmir.save, pickle and joblib, and comes back bit for bit."""

import re
import warnings

import numpy as np
import pytest
import small_networks
import soundfile
import torch
from sklearn.base import clone
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import InconsistentVersionWarning
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.pipeline import make_pipeline, make_union
from sklearn.preprocessing import MinMaxScaler, StandardScaler
from sklearn.svm import SVC

from skmir import augmentation, modules
from skmir._trusted_types import public_paths, public_types, trusted_types
from skmir.audio import AudioLoader
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
    ConvolutionalDBN,
    CRNNClassifier,
    DBNClassifier,
    DeepBeliefNetwork,
    DenoisingAutoencoder,
    LearnedChroma,
    MLPClassifier,
    NetworkEmbedding,
    NetworkFeatures,
    PretrainedTagger,
    RandomConvFeatures,
    RNNClassifier,
    RNNSequenceClassifier,
    SiameseEmbedding,
    TCNSequenceClassifier,
    TrainingRecipe,
    UnfrozenClassifier,
)
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

ways = pytest.importorskip("saving_ways")  # without skops there is nothing to test


def small(kind, **params):
    return small_networks.make(kind, **{"max_iter": 1, **params})


def layer(kind, *args, **params):
    return kind(*args, device="cpu", random_state=0, **{"n_iter": 1, **params})


def small_tcn():
    return TCNSequenceClassifier(4, max_iter=1, device="cpu", random_state=0)


def svm(*steps):
    return make_pipeline(*steps, FramePooler(), StandardScaler(), SVC())


def lda(*steps):
    return make_pipeline(*steps, FramePooler(), LinearDiscriminantAnalysis(solver="eigen", shrinkage="auto"))


def cnn(architecture, **params):
    return small(CNNClassifier, architecture=architecture, n_filters=None, **params)


MEL = MelSpectrogram(n_mels=40, hop_length=1024)

OF_WAVES = torch.nn.Sequential(torch.nn.Unflatten(1, (1, -1)), torch.nn.Conv1d(1, 4, 9, stride=5))
OF_FRAMES = torch.nn.Sequential(torch.nn.Conv1d(24, 4, 3), torch.nn.BatchNorm1d(4), torch.nn.ELU())
TAGGER = modules.MusiCNN(96, None, 3, n_filters=(2, 1, 2), n_units=4)

# What a clip is given as, and a pipeline from there: every public estimator is in one of them.
FRONT_ENDS = {
    "AudioLoader": make_pipeline(AudioLoader(), MEL),
    "DFT": DFT(n_fft=512),
    "MelSpectrogram": MEL,
    "CQT": CQT(n_bins=24, fmin=200.0),
    "MFCC": MFCC(n_mfcc=13),
    "Chroma": Chroma(),
    "Chroma of a CQT": Chroma(kind="cqt", n_octaves=3, fmin=200.0),
    "Tempogram": Tempogram(win_length=8),
    "OnsetStrength": OnsetStrength(),
    "SpectralShape": SpectralShape(),
    "LogFilteredSpectrogram": LogFilteredSpectrogram(),
    "BeatSynchronizer": BeatSynchronizer(MelSpectrogram(n_mels=8)),
    "NetworkEmbedding": NetworkEmbedding(OF_WAVES, window=0.1),
}
STEPS = {
    "FrameScaler": FrameScaler(),
    "FrameScaler of FramePooler": make_pipeline(FrameScaler(log=False)),
    "LogCompression": LogCompression(1_000),
    "LocalContrastNormalizer": LocalContrastNormalizer((1, 3)),
    "Delta": Delta(3, order=(1, 2)),
    "ContextWindow": ContextWindow(3),
    "HPSS": HPSS("both", kernel_size=3),
    "PCAWhitener": PCAWhitener(4),
    "Tonnetz": Tonnetz(),
    "CQTToChroma": CQTToChroma(norm=2.0),
    "FrameTransformer of PCA": FrameTransformer(PCA(3, random_state=0)),
    "FrameTransformer of RBM": make_pipeline(FrameScaler(), FrameTransformer(layer(RBM, 4))),
}
TO_TABLE = {
    "FramePooler": FramePooler(("mean", "std", "max", "delta_std")),
    "WindowPooler": make_pipeline(WindowPooler(("mean", "q25"), widths=(3, 5), hop=2), FramePooler()),
    "RandomConvFeatures": RandomConvFeatures("7x86", n_features=10, random_state=0, device="cpu"),
    "ConvolutionalDBN": layer(ConvolutionalDBN, (4,), filter_length=3, n_frames=12),
    "NetworkFeatures": NetworkFeatures(small(CNNClassifier)),
    "SiameseEmbedding": SiameseEmbedding(max_iter=1, n_filters=(4, 4, 4, 4), device="cpu", random_state=0),
    "NetworkFeatures of a module": NetworkFeatures(OF_FRAMES, pool=("mean", "max")),
    "union": make_union(FramePooler(), make_pipeline(Delta(3), FramePooler(("max",)))),
}
ON_TABLES = {
    "RBM": make_pipeline(MinMaxScaler(), layer(RBM, 4, visible="bernoulli")),
    "RBM, persistent": layer(RBM, 4, persistent=True, momentum=0.5),
    "DenoisingAutoencoder": layer(DenoisingAutoencoder, 4, tied_weights=False),
    "DeepBeliefNetwork": DeepBeliefNetwork((6, 4), pretraining=layer(RBM, 4), random_state=0),
    "DeepBeliefNetwork, dae": DeepBeliefNetwork(
        (6, 4), pretraining=layer(DenoisingAutoencoder, 4), random_state=0
    ),
}
NETWORKS = {
    **{kind.__name__: small(kind) for kind in small_networks.SMALL if kind not in small_networks.REGRESSORS},
    **{
        f"CNNClassifier {name}": cnn(name, n_parameters=None)
        for name in ("compact", "k1c2", "k2c1", "k2c2", "multi_scale", "temporal", "timbre_rhythm")
    },
    "maxout": small(MLPClassifier, activation="maxout"),
    "LSTM of both directions": small(RNNClassifier, cell="lstm", bidirectional=True),
    "early stopping": small(CRNNClassifier, early_stopping=True, validation_fraction=0.3),
    "a RandomState": small(CNNClassifier, random_state=np.random.RandomState(3)),
    "DBN pretrained by a layer": small(DBNClassifier, pretraining=layer(DenoisingAutoencoder, 8)),
    "DBN without pretraining": small(DBNClassifier, pretraining=None),
    "a recipe": small(
        MLPClassifier,
        recipe=TrainingRecipe("sgd", max_norm=3.0, prior_correction=True, learning_rate="cosine"),
    ),
    "an architecture of skmir.modules": cnn(modules.SingleLayerCNN),
    "bounds by numpy": small(MLPClassifier, dropout=np.float64(0.1), hidden_layer_sizes=np.array([8])),
    "class weights": small(MLPClassifier, class_weight={"bass": 2.0, "drum": 1.0, "horn": 1.0}),
    "FrameClassifier of SVC": FrameClassifier(SVC(), width=3, aggregate="vote"),
    "FrameClassifier of a network": FrameClassifier(small(DBNClassifier), width=2),
}
FOLDED = make_pipeline(CQTToChroma(), FramePooler(), StandardScaler(), LogisticRegression())
UNFROZEN = {
    "": {"max_iter": 2, "device": "cpu"},
    "from random weights": {"init": "random", "max_iter": 2, "device": "cpu"},
    "stopped early": {"early_stopping": True, "validation_fraction": 0.3, "max_iter": 2, "device": "cpu"},
    "of nothing": {"trainable": "none"},
}
DECODERS = [PeakPicker(), BeatHMM(), BarHMM(), BeatAutocorrelation(), BeatDynamicProgramming()]
BEAM = BeamSearch(small(RNNSequenceClassifier, bidirectional=False), 3, random_state=0)
STATE_DECODERS = [Argmax(), Viterbi(0.8), BEAM]
AUGMENTATIONS = [
    augmentation.FrequencyMask(4),
    augmentation.FrequencyResponse(6.0),
    augmentation.Gain(3.0),
    augmentation.GaussianNoise(0.1),
    augmentation.InputDropout(0.1),
    augmentation.Mixup(),
    augmentation.PitchRoll(1),
    augmentation.TimeMask(4),
    augmentation.TimeShift(),
]
WAVEFORM_AUGMENTATIONS = [
    augmentation.PitchShift(),
    augmentation.TimeStretch(),
    augmentation.AddNoise(),
    augmentation.Codec(),
    augmentation.Compression(),
    augmentation.ImpulseResponse(),
]
MODELS = {
    **{f"{name}, SVM": ("waves", svm(front_end)) for name, front_end in FRONT_ENDS.items()},
    **{
        f"{name} of files, {end.__name__}": ("paths", end(FRONT_ENDS[name], FrameScaler()))
        for name, end in {"MelSpectrogram": svm, "MFCC": lda, "Chroma": lda}.items()
    },
    **{f"{name}, LDA": ("frames", lda(step)) for name, step in STEPS.items()},
    **{name: ("frames", make_pipeline(step, LogisticRegression())) for name, step in TO_TABLE.items()},
    **{name: ("table", make_pipeline(step, LogisticRegression())) for name, step in ON_TABLES.items()},
    **{name: ("frames", make_pipeline(FrameScaler(), model)) for name, model in NETWORKS.items()},
    "a list of clips": ("ragged", make_pipeline(FrameScaler(), small(RNNClassifier))),
    "all augmentations": (
        "frames",
        make_pipeline(FrameScaler(), small(CNNClassifier, augmentation=AUGMENTATIONS)),
    ),
    "one augmentation": ("frames", small(MLPClassifier, augmentation=augmentation.PitchRoll(1))),
    "files to a network": ("paths", make_pipeline(MEL, FrameScaler(), cnn("timbre_rhythm"))),
    "files to a DBN": ("paths", make_pipeline(MEL, FrameScaler(), FrameClassifier(small(DBNClassifier)))),
    "AugmentedEstimator": ("waves", AugmentedEstimator(svm(MEL), WAVEFORM_AUGMENTATIONS, random_state=0)),
    "tags": ("tags", make_pipeline(FrameScaler(), small(CNNClassifier))),
    "tags by a search of one classifier each": (
        "tags",
        make_pipeline(FramePooler(), OneVsRestClassifier(LogisticRegression())),
    ),
    **{
        kind.__name__: ("number", make_pipeline(FrameScaler(), small(kind)))
        for kind in small_networks.REGRESSORS
    },
    "CNNClassifier pitch": ("tall", cnn("pitch")),
    "PretrainedTagger": ("waves", PretrainedTagger(TAGGER)),
    "ShrinkageLDA": ("frames", make_pipeline(FramePooler(), ShrinkageLDA())),
    **{
        f"UnfrozenClassifier {name}": ("ragged", UnfrozenClassifier(FOLDED, random_state=0, **params))
        for name, params in UNFROZEN.items()
    },
    "FrameClassifier of tags": ("tags", make_pipeline(FrameScaler(), FrameClassifier(width=2))),
    "TunedTagThresholdsCV": ("tags", make_pipeline(FramePooler(), TunedTagThresholdsCV(cv=2))),
    **{type(decoder).__name__: ("activations", decoder) for decoder in DECODERS},
    **{type(decoder).__name__: ("states", decoder) for decoder in STATE_DECODERS},
    "NotePicker": ("pitches", NotePicker(0.6, 0.4)),
    "NoteHMM": ("pitches", NoteHMM(0.5)),
    "PianoTranscriber": ("notes", PianoTranscriber(MEL, small_tcn(), lowest=60, highest=70)),
    "PianoTranscriber of single notes": (
        "notes",
        PianoTranscriber(MEL, LogisticRegression(), lowest=60, highest=70),
    ),
    "ChordRecognizer": ("segments", ChordRecognizer(MEL, small_tcn())),
    "ChordRecognizer of learned chroma": (
        "segments",
        ChordRecognizer(Chroma(), LearnedChroma(max_iter=2, random_state=0), Viterbi(None)),
    ),
    "OnsetDetector": ("events", OnsetDetector(MEL, small_tcn())),
    "OnsetDetector of a signal": ("events", OnsetDetector(network="superflux", decoder=PeakPicker())),
    "BeatTracker": ("events", BeatTracker(make_pipeline(MEL, FrameScaler()), small_tcn(), BeatHMM())),
    "DownbeatTracker": ("bars", DownbeatTracker(MEL, small_tcn())),
    "TempoEstimator": ("tempi", TempoEstimator("autocorrelation", BeatTracker(network="flux"))),
    **{
        kind.__name__: (
            "numbers of frames" if kind.__name__.endswith("Regressor") else "labels of frames",
            small(kind),
        )
        for kind in small_networks.SEQUENCES
    },
    "DecoderSearchCV": (
        "events",
        DecoderSearchCV(
            OnsetDetector(network="flux"), {"decoder__threshold": [0.1, 0.3]}, scoring="onset_f50", cv=2
        ),
    ),
    "several numbers": ("numbers", make_pipeline(FrameScaler(), small(CNNRegressor))),
    "LearnedChroma": (
        "chords",
        make_pipeline(LearnedChroma((12,), max_iter=2, random_state=0), FramePooler()),
    ),
}


@pytest.fixture(scope="module")
def data(tmp_path_factory):
    """Clips and targets in each form."""
    rng = np.random.RandomState(0)
    y = np.tile(["bass", "drum", "horn"], 4)
    time = np.arange(11025) / 22050
    pitch = np.tile([220.0, 440.0, 880.0], 4)[:, None]
    waves = np.sin(2 * np.pi * pitch * time) * (np.arange(11025) % 2205 < 1000) + 0.01 * rng.randn(12, 11025)
    waves = waves.astype(np.float32)
    folder = tmp_path_factory.mktemp("clips")
    paths = [str(folder / f"{i:02d}.wav") for i in range(12)]
    for path, wave in zip(paths, waves, strict=True):
        soundfile.write(path, wave, 22050, subtype="FLOAT")
    frames = np.abs(rng.randn(12, 24, 40)).astype(np.float32) + np.arange(3).repeat(8)[:, None] * 0.01
    for i, label in enumerate(np.unique(y)):
        frames[y == label, 4 * i : 4 * i + 4] += 2
    frames = frames.astype(np.float32)
    return {
        "waves": (waves, y),
        "paths": (paths, y),
        "frames": (frames, y),
        "chroma": (frames[:, :12], y),
        "ragged": ([x[:, : 12 + i] for i, x in enumerate(frames)], y),
        "table": (frames[:, :, 0], y),
        "tags": (frames, (y[:, None] == np.unique(y)).astype(int)),
        "tall": (np.repeat(frames, 10, axis=1), y),
        "number": (frames, rng.randn(12)),
        "numbers": (frames, rng.randn(12, 2)),
        "labels of frames": (frames, (frames[:, 0] > frames[:, 0].mean()).astype(int)),
        "numbers of frames": (frames, frames[:, 0]),
        "activations": ([rng.rand(200 + i) ** 4 for i in range(12)], [[0.1, 0.9]] * 12),
        "events": (waves, [np.array([0.1, 0.3])] * 12),
        "bars": (waves, [np.array([[0.1, 1], [0.3, 2]])] * 12),
        "states": ([rng.rand(3, 20 + i) for i in range(12)], [np.arange(20 + i) % 3 for i in range(12)]),
        "pitches": ([rng.rand(2, 3, 20 + i) for i in range(12)], [([[0.0, 0.1]], [28.0])] * 12),
        "notes": (waves, [([[0.0, 0.2], [0.2, 0.4]], [261.6, 440.0])] * 12),
        "segments": (waves, [([[0.0, 0.2], [0.2, 0.5]], ["C:maj", "N"])] * 12),
        "tempi": (waves, np.tile([90.0, 120.0, 150.0], 4)),
        "chords": (frames, np.tile(["C:maj", "A:min", "G:maj"], 4)),
    }


@pytest.mark.filterwarnings("ignore:.*clips are shorter than")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", MODELS)
def test_a_model_comes_back(name, data):
    form, model = MODELS[name]
    if "Tonnetz" in name:
        form = "chroma"
    X, y = data[form]
    model = clone(model).fit(X, y)
    expected = ways.results(model, X)
    with warnings.catch_warnings():
        warnings.simplefilter("error", InconsistentVersionWarning)
        loaded = {way: bring_back(model) for way, bring_back in ways.WAYS.items()}
    for way, other in loaded.items():
        ways.assert_same(ways.results(other, X), expected)
        assert repr(other) == repr(model) or "RandomState" in repr(model), way
    ways.assert_same(ways.results(model, X), expected)
    again = ways.results(clone(loaded["save"]).fit(X, y), X)
    ways.assert_same(ways.results(loaded["save"].fit(X, y), X), again)
    assert_names_are_public(ways.saved_bytes(model))


def assert_names_are_public(saved):
    """Hold a file to the paths that users import from, so that private files may move."""
    ours = [name for name in ways.names_in(saved) if name.startswith("skmir.")]
    assert ours and not [name for name in ours if re.search(r"\._", name)]


def test_a_model_of_real_recordings_comes_back(real_data):
    X = sorted(str(path) for path in (real_data / "instrument_notes").rglob("*.ogg"))[::40]
    assert len(X) >= 12
    y = np.tile(["one", "two"], len(X))[: len(X)]
    model = make_pipeline(MEL, FrameScaler(), small(CRNNClassifier)).fit(X, y)
    for bring_back in ways.WAYS.values():
        ways.assert_same(ways.results(bring_back(model), X), ways.results(model, X))


def test_every_public_estimator_is_in_the_table():
    public = {
        ".".join(public_paths()[kind.__module__, kind.__name__])
        for kind in public_types()
        if hasattr(kind, "fit")
    }
    missing = public - ways.names_in(ways.saved_bytes([model for _, model in MODELS.values()]))
    assert public and not missing, f"add {sorted(missing)} to MODELS"


@pytest.mark.parametrize("scoring", [None, "balanced_accuracy"])
def test_a_search_asks_to_trust_scikit_learn_besides(data, scoring):
    X, y = data["frames"]
    model = make_pipeline(FrameScaler(), small(MLPClassifier))
    grid = {"mlpclassifier__learning_rate_init": [0.01, 0.1]}
    search = GridSearchCV(model, grid, cv=2, scoring=scoring).fit(X, y)
    saved = ways.saved_bytes(search)
    more = set(ways.skops.io.get_untrusted_types(data=saved)) - set(trusted_types)
    assert more and all(name.startswith("sklearn.") for name in more)
    loaded = ways.load_bytes(saved, *more)
    assert loaded.best_params_ == search.best_params_
    for way in ways.WAYS.values():
        ways.assert_same(ways.results(way(search.best_estimator_), X), ways.results(search, X))
    for other in (loaded, ways.through_pickle(search), ways.through_joblib(search)):
        ways.assert_same(ways.results(other, X), ways.results(search, X))
    ways.assert_same(ways.results(loaded.fit(X, y), X), ways.results(search, X))
