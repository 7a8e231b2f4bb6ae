"""What networks with outputs per frame share: windows that cut targets too, and predictions per clip."""

from functools import partial

import numpy as np
from sklearn.metrics import accuracy_score, r2_score
from sklearn.utils.validation import check_is_fitted

from ..._declared_parameters import DeclaredParameters
from ..._training import (
    FrameExamples,
    FrameLoss,
    FrameValues,
    check_augmentation,
    frame_outputs_of,
    lengths_of,
    window_length,
    windows_of,
)
from ..._validation import check_frames, is_table, stack_if_equal
from ..._waveforms import to_numpy
from .._split import check_held_out, validation_split
from .._targets import TARGETS, check_labels, check_numbers
from ._frame_targets import frame_targets, frame_weights

CHECK_TABLE = {False: check_labels, True: check_numbers}  # by whether targets are numbers


class SequenceMixin(DeclaredParameters):
    """For networks with outputs per frame: their targets, and what they learn from and predict, per frame."""

    _per_frame = True
    _numbers = False  # whether targets are numbers
    _samples_are_frames = False  # whether predictions are rows for the frames of all clips, as scorers need

    def fit(self, X, y, sample_weight=None, *, groups=None, X_val=None, y_val=None):
        """Build the network for the data and train it.

        Parameters
        ----------
        X : list of ndarray of shape (n_bins, n_frames_i), ndarray of shape (n_clips, n_bins, n_frames), \
or array-like of shape (n_clips, n_features)
            Frames; a 2-D array is one frame per clip.
        y : list of array-like of shape (n_frames_i,) or (n_rows, n_frames_i)
            Targets per frame of each clip: labels of any type, or one row per tag with zeros and ones; for a
            regressor numbers, or one row per number. If all clips have equal lengths, one array serves too;
            if X is a 2-D array, one of shape (n_clips,) or (n_clips, n_rows).
        sample_weight : array-like of shape (n_clips,) or list of array-like of shape (n_frames_i,), \
default=None
            Weight of each clip, or of each frame, in the loss. Frames of the weight 0 are not learned from.
        groups : array-like of shape (n_clips,), default=None
            With ``early_stopping``, no group is on both sides of the validation split.
        X_val, y_val : frames and targets per frame, default=None
            Clips to validate on, in place of a part of X; without ``early_stopping`` the loss on them is
            only recorded. In a Pipeline, ``transform_input=["X_val"]`` passes X_val through the earlier
            steps.

        Returns
        -------
        self : object
            The fitted network. With ``warm_start``, training continues from where the last fit ended.

        Raises
        ------
        ValueError
            If X, y or a parameter is not valid; the message names the clip.
        """
        return super().fit(X, y, sample_weight, groups=groups, X_val=X_val, y_val=y_val)

    def _frame_targets(self, y, sample_weight, frames, name="y"):
        """Return targets and weights of all frames, one clip after another, and each clip's length."""
        lengths = lengths_of(frames)
        check_table = partial(CHECK_TABLE[self._numbers], self, len(frames))
        targets = frame_targets(
            self, y, lengths.numpy(), check_table=check_table, numbers=self._numbers, name=name
        )
        if len(targets) < 2:
            raise ValueError(f"{type(self).__name__} needs at least two frames to learn from, got one.")
        return targets, frame_weights(sample_weight, lengths.numpy()), lengths

    def _held_out_targets(self, y, frames):
        lengths = lengths_of(frames)
        y = frame_targets(
            self, y, lengths.numpy(), check_table=check_held_out, numbers=self._numbers, name="y_val"
        )
        return FrameValues(self._encode(y), lengths)

    def _window_length(self, frames, rows):
        return window_length(frames, self.n_frames, rows=rows)

    def _loss(self, module, recipe):
        return FrameLoss(TARGETS[self.target_type_].loss(recipe.label_smoothing), self.n_outputs_)

    def _examples(self, frames, targets, weights, device, rows=None):
        if any(step.mixes_targets for step in check_augmentation(self.augmentation)):
            soft = TARGETS[self.target_type_].soft(targets.values, self.n_outputs_)
            targets = FrameValues(soft, targets.lengths)
        windows = windows_of(frames, self.n_frames_, device, packed=self._packed, rows=rows)
        return FrameExamples(windows, targets, weights)

    def _split(self, targets, groups, held_out, seed):
        if not self.early_stopping or held_out is not None:
            return np.arange(len(targets)), np.arange(0)
        one_each = bool((targets.lengths == 1).all()) and not self._numbers
        y = targets.values.numpy() if one_each else np.zeros((len(targets), 2))  # not stratified
        return validation_split(y, groups, self.validation_fraction, seed)

    def _sample_targets(self, y, rows, lengths):
        """Return the targets of the frames of some clips, as scorers take them."""
        return frame_targets(
            self,
            _taken(y, rows),
            lengths.numpy(),
            check_table=check_held_out,
            numbers=self._numbers,
        )

    def _outputs(self, X):
        """Return the outputs (n_frames_i, n_outputs) of each clip, in a list."""
        check_is_fitted(self)
        return frame_outputs_of(self, check_frames(self, X, reset=False, dtype=np.float32, stored=True))

    def _per_clip(self, X, answer):
        """Return what ``answer`` makes of the outputs (n_frames_i, n_outputs) of each clip, frames last."""
        outputs = self._outputs(X)
        if self._samples_are_frames or is_table(
            to_numpy(X)
        ):  # rows, as scikit-learn's estimators return them
            return answer(np.concatenate(outputs))
        return stack_if_equal([np.ascontiguousarray(answer(output).T) for output in outputs])

    def score(self, X, y, sample_weight=None):
        """Return the mean accuracy over all frames; for a regressor, R² over all frames.

        Parameters
        ----------
        X, y : frames and targets per frame
            As in ``fit``.
        sample_weight : array-like of shape (n_clips,) or list of array-like of shape (n_frames_i,), \
default=None
            Weight of each clip, or of each frame.

        Returns
        -------
        score : float
        """
        if self._samples_are_frames or is_table(to_numpy(X)):
            return super().score(X, y, sample_weight)
        predictions = np.concatenate([one.T for one in self.predict(X)])
        frames = check_frames(self, X, reset=False, dtype=np.float32, stored=True)
        y, weights, _ = self._frame_targets(y, sample_weight, frames)
        metric = r2_score if self._numbers else accuracy_score
        return float(metric(y, predictions, sample_weight=weights))


def _taken(y, rows):
    """Return the targets of some clips; None takes all."""
    if rows is None:
        return y
    return [y[row] for row in rows] if isinstance(y, list | tuple) else np.asarray(to_numpy(y))[rows]
