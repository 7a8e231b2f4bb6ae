"""Networks as scikit-learn estimators, from frames or tables to labels or numbers. skorch trains them."""

from .._training import TrainingRecipe
from ._chords import LearnedChroma, chord_templates
from ._cnn import CNNClassifier, CNNRegressor
from ._crnn import CRNNClassifier, CRNNRegressor
from ._dbn import DBNClassifier
from ._features import NetworkEmbedding, NetworkFeatures, PretrainedTagger, RandomConvFeatures
from ._mlp import MLPClassifier, MLPRegressor
from ._onnx import to_onnx
from ._rnn import RNNClassifier, RNNRegressor
from ._sequence import (
    CNNSequenceClassifier,
    CNNSequenceRegressor,
    CRNNSequenceClassifier,
    CRNNSequenceRegressor,
    RNNSequenceClassifier,
    RNNSequenceRegressor,
    TCNSequenceClassifier,
    TCNSequenceRegressor,
)
from ._siamese_embedding import SiameseEmbedding
from ._unfrozen import UnfrozenClassifier
from ._unsupervised import RBM, ConvolutionalDBN, DeepBeliefNetwork, DenoisingAutoencoder

__all__ = [
    "RBM",
    "CNNClassifier",
    "CNNRegressor",
    "CNNSequenceClassifier",
    "CNNSequenceRegressor",
    "CRNNClassifier",
    "CRNNRegressor",
    "CRNNSequenceClassifier",
    "CRNNSequenceRegressor",
    "ConvolutionalDBN",
    "DBNClassifier",
    "DeepBeliefNetwork",
    "DenoisingAutoencoder",
    "LearnedChroma",
    "MLPClassifier",
    "MLPRegressor",
    "NetworkEmbedding",
    "NetworkFeatures",
    "PretrainedTagger",
    "RNNClassifier",
    "RNNRegressor",
    "RNNSequenceClassifier",
    "RNNSequenceRegressor",
    "RandomConvFeatures",
    "SiameseEmbedding",
    "TCNSequenceClassifier",
    "TCNSequenceRegressor",
    "TrainingRecipe",
    "UnfrozenClassifier",
    "chord_templates",
    "to_onnx",
]
