"""Base classes and checks for front ends, steps, networks and augmentations of your own.

Every name here keeps its meaning from one version to the next, as all public names do. The guide's page
"Extending skmir" shows one class of each kind.
"""

from ._declared_parameters import DeclaredParameters, positional
from ._parameter_checks import check_choice, check_flag, check_number
from ._step_modules import StepModule
from ._validation import check_frames
from .augmentation import WaveformAugmentation
from .augmentation._base import BaseAugmentation
from .feature_extraction._base import BaseFrontEnd
from .neural_network._classifier import BaseNetworkClassifier
from .neural_network._regressor import BaseNetworkRegressor
from .preprocessing._base import BaseFrameStep

__all__ = [
    "BaseAugmentation",
    "BaseFrameStep",
    "BaseFrontEnd",
    "BaseNetworkClassifier",
    "BaseNetworkRegressor",
    "DeclaredParameters",
    "StepModule",
    "WaveformAugmentation",
    "check_choice",
    "check_flag",
    "check_frames",
    "check_number",
    "positional",
]
