"""How networks are trained and predict: batches, losses, recipes, the loop. Only this package imports skorch.

The code here works with modules and tensors and knows nothing about labels; estimators are built on it.
"""

from ._batches import Examples
from ._epoch_scoring import scored_parts
from ._frame_prediction import frame_outputs_of
from ._frames import FrameExamples, FrameValues
from ._initialization import initialize
from ._loop import callbacks_for, check_augmentation, epochs_of, make_net, take_over, train
from ._losses import ClassLoss, FrameLoss, HeadsLoss, NumberLoss, TagLoss
from ._net_params import check_net_params
from ._pair_losses import ContrastiveLoss, SupervisedContrastiveLoss, TripletLoss
from ._pairs import PairedExamples
from ._prediction import outputs_of, predict_outputs
from ._recipe import TrainingRecipe, recipe_of
from ._state import columns_of, history_from, load_weights, restore, rewound, snapshot, weights_of
from ._windows import Windows, covering_starts, lengths_of, window_length, windows_of

__all__ = [
    "ClassLoss",
    "ContrastiveLoss",
    "Examples",
    "FrameExamples",
    "FrameLoss",
    "FrameValues",
    "HeadsLoss",
    "NumberLoss",
    "PairedExamples",
    "SupervisedContrastiveLoss",
    "TagLoss",
    "TrainingRecipe",
    "TripletLoss",
    "Windows",
    "callbacks_for",
    "check_augmentation",
    "check_net_params",
    "columns_of",
    "covering_starts",
    "epochs_of",
    "frame_outputs_of",
    "history_from",
    "initialize",
    "lengths_of",
    "load_weights",
    "make_net",
    "outputs_of",
    "predict_outputs",
    "recipe_of",
    "restore",
    "rewound",
    "scored_parts",
    "snapshot",
    "take_over",
    "train",
    "weights_of",
    "window_length",
    "windows_of",
]
