"""Networks as plain ``torch.nn.Module``, one architecture a file; they know nothing of scikit-learn."""

from ._compact_cnn import CompactCNN
from ._crnn import CRNN
from ._denoising_autoencoder import DenoisingAutoencoder
from ._k1c2 import K1C2
from ._k2c1 import K2C1
from ._k2c2 import K2C2
from ._maxout import Maxout
from ._mlp import MLP
from ._pitch_cnn import PitchCNN
from ._rbm import RBM
from ._rnn import RNN
from ._temporal_cnn import TemporalCNN
from ._timbre_rhythm_cnn import TimbreRhythmCNN
from ._widths import sized

__all__ = [
    "CRNN",
    "K1C2",
    "K2C1",
    "K2C2",
    "MLP",
    "RBM",
    "RNN",
    "CompactCNN",
    "DenoisingAutoencoder",
    "Maxout",
    "PitchCNN",
    "TemporalCNN",
    "TimbreRhythmCNN",
    "sized",
]
