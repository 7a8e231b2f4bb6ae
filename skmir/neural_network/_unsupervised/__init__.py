"""Layers and stacks of layers that learn without labels."""

from ._convolutional_dbn import ConvolutionalDBN
from ._deep_belief_network import DeepBeliefNetwork, layer_of
from ._denoising_autoencoder import DenoisingAutoencoder
from ._rbm import RBM

__all__ = [
    "RBM",
    "ConvolutionalDBN",
    "DeepBeliefNetwork",
    "DenoisingAutoencoder",
    "layer_of",
]
