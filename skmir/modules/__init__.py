"""Networks as plain ``torch.nn.Module``, one architecture a file; they know nothing of scikit-learn."""

from ._crnn import CRNN
from ._k2c2 import K2C2
from ._mlp import MLP
from ._rbm import RBM

__all__ = ["CRNN", "K2C2", "MLP", "RBM"]
