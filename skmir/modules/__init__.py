"""Networks as plain ``torch.nn.Module``, one architecture per file, independent of scikit-learn."""

from ._chroma_net import ChromaNet
from ._compact_cnn import CompactCNN
from ._conv_rbm import ConvRBM
from ._crnn import CRNN
from ._denoising_autoencoder_layer import DenoisingAutoencoderLayer
from ._harmonic_cnn import HarmonicCNN
from ._k1c2 import K1C2
from ._k2c1 import K2C1
from ._k2c2 import K2C2
from ._maxout import Maxout
from ._mlp import MLP
from ._musicnn import MusiCNN
from ._onset_cnn import OnsetCNN
from ._pitch_cnn import PitchCNN
from ._rbm_layer import RBMLayer
from ._rnn import RNN
from ._sequence_crnn import SequenceCRNN
from ._sequence_rnn import SequenceRNN
from ._single_layer_cnn import SingleLayerCNN
from ._tcn import TCN
from ._temporal_cnn import TemporalCNN
from ._temporal_filters_cnn import TemporalFiltersCNN
from ._timbral_cnn import TimbralCNN
from ._timbral_temporal_cnn import TimbralTemporalCNN
from ._timbre_rhythm_cnn import TimbreRhythmCNN
from ._vgg_cnn import VGGCNN
from ._vgg_tagger import VGGTagger
from ._widths import sized

__all__ = [
    "CRNN",
    "K1C2",
    "K2C1",
    "K2C2",
    "MLP",
    "RNN",
    "TCN",
    "VGGCNN",
    "ChromaNet",
    "CompactCNN",
    "ConvRBM",
    "DenoisingAutoencoderLayer",
    "HarmonicCNN",
    "Maxout",
    "MusiCNN",
    "OnsetCNN",
    "PitchCNN",
    "RBMLayer",
    "SequenceCRNN",
    "SequenceRNN",
    "SingleLayerCNN",
    "TemporalCNN",
    "TemporalFiltersCNN",
    "TimbralCNN",
    "TimbralTemporalCNN",
    "TimbreRhythmCNN",
    "VGGTagger",
    "sized",
]
