"""Networks as scikit-learn estimators: frames or table to labels or numbers. skorch trains them."""

from ._chord_templates import chord_templates
from ._cnn import CNNClassifier
from ._cnn_regressor import CNNRegressor
from ._convolutional_dbn import ConvolutionalDBN
from ._crnn import CRNNClassifier
from ._crnn_regressor import CRNNRegressor
from ._dbn import DBNClassifier
from ._deep_belief_network import DeepBeliefNetwork
from ._denoising_autoencoder import DenoisingAutoencoder
from ._learned_chroma import LearnedChroma
from ._mlp import MLPClassifier
from ._mlp_regressor import MLPRegressor
from ._network_features import NetworkFeatures
from ._onnx import to_onnx
from ._random_conv_features import RandomConvFeatures
from ._rbm import RBM
from ._recipe import TrainingRecipe
from ._rnn import RNNClassifier
from ._rnn_regressor import RNNRegressor

__all__ = [
    "RBM",
    "CNNClassifier",
    "CNNRegressor",
    "CRNNClassifier",
    "CRNNRegressor",
    "ConvolutionalDBN",
    "DBNClassifier",
    "DeepBeliefNetwork",
    "DenoisingAutoencoder",
    "LearnedChroma",
    "MLPClassifier",
    "MLPRegressor",
    "NetworkFeatures",
    "RNNClassifier",
    "RNNRegressor",
    "RandomConvFeatures",
    "TrainingRecipe",
    "chord_templates",
    "to_onnx",
]
