"""Features from networks that are trained, frozen, or have random weights."""

from ._network_embedding import NetworkEmbedding
from ._network_features import NetworkFeatures
from ._pretrained_tagger import PretrainedTagger
from ._random_conv_features import RandomConvFeatures

__all__ = [
    "NetworkEmbedding",
    "NetworkFeatures",
    "PretrainedTagger",
    "RandomConvFeatures",
]
