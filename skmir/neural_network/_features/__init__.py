"""Features that networks give: trained, frozen or with random weights."""

from ._network_features import NetworkFeatures
from ._random_conv_features import RandomConvFeatures

__all__ = [
    "NetworkFeatures",
    "RandomConvFeatures",
]
