"""What every network classifier does: validate, encode, seed, build, train, predict."""

import numpy as np
import torch
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.utils import check_consistent_length
from sklearn.utils.class_weight import compute_sample_weight
from sklearn.utils.validation import check_is_fitted

from .._device import resolve_device
from .._random import seeded
from .._validation import check_frames, warn_if_wide
from ._batches import Examples
from ._parameters import check_sample_weight, check_training_parameters
from ._prediction import predict_logits
from ._split import validation_split
from ._state import columns_of, history_from, load_weights, weights_of
from ._targets import TARGETS, check_labels, target_for
from ._training import callbacks_for, make_net, train
from ._windows import Windows, window_length


class BaseNetworkClassifier(ClassifierMixin, BaseEstimator):
    """Base of the network classifiers: a subclass is a signature, a docstring and ``_make_module``.

    Parameters
    ----------
    n_frames, max_iter, batch_size, learning_rate_init, weight_decay, class_weight, early_stopping,
    validation_fraction, n_iter_no_change, device, n_threads, random_state, verbose, net_params
        See :class:`skmir.neural_network.CNNClassifier`.
    """

    # Groups that a search or cross_validate routes reach the split of early stopping unasked.
    __metadata_request__fit = {"groups": True}

    def __init__(
        self,
        *,
        n_frames,
        max_iter,
        batch_size,
        learning_rate_init,
        weight_decay,
        class_weight,
        early_stopping,
        validation_fraction,
        n_iter_no_change,
        device,
        n_threads,
        random_state,
        verbose,
        net_params,
    ):
        self.n_frames = n_frames
        self.max_iter = max_iter
        self.batch_size = batch_size
        self.learning_rate_init = learning_rate_init
        self.weight_decay = weight_decay
        self.class_weight = class_weight
        self.early_stopping = early_stopping
        self.validation_fraction = validation_fraction
        self.n_iter_no_change = n_iter_no_change
        self.device = device
        self.n_threads = n_threads
        self.random_state = random_state
        self.verbose = verbose
        self.net_params = net_params

    def fit(self, X, y, sample_weight=None, *, groups=None):
        """Build the network for the data and train it.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i), \
or array-like of shape (n_clips, n_features)
            Frames; a 2-D array is one frame a clip.
        y : array-like of shape (n_clips,) or (n_clips, n_tags)
            Labels of any type, or an indicator of tags.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in the loss.
        groups : array-like of shape (n_clips,), default=None
            With ``early_stopping``, no group stands on both sides of the validation split.

        Returns
        -------
        self : object
            The fitted classifier.

        Raises
        ------
        ValueError
            Where X, y or a parameter is not what it may be.
        """
        check_training_parameters(self)
        device = resolve_device(self.device)
        frames = check_frames(self, X, reset=True, dtype=np.float32)
        warn_if_wide(self, frames)
        y = check_labels(self, len(frames), y)
        self.target_type_ = target_for(y)
        self.classes_ = TARGETS[self.target_type_].classes(y)
        weights = self._weights(y, sample_weight)
        targets = TARGETS[self.target_type_].encode(y, self.classes_)
        self.n_frames_ = window_length(frames, self.n_frames)
        self._module_arguments = self._module_parameters()
        with seeded(self.random_state, n_threads=self.n_threads, device=device) as seed:
            module = self._make_module(**self._module_arguments)
            train_rows, valid_rows = self._split(targets, groups, seed)
            self._pretrain(module, _take(frames, train_rows), seed)
            examples, valid = (
                Examples(Windows(_take(frames, rows), self.n_frames_, device), targets[rows], weights[rows])
                if len(rows)
                else None
                for rows in (train_rows, valid_rows)
            )
            net = self._make_net(module, device, len(train_rows))
            self.net_ = train(net, examples, valid, generator=torch.Generator().manual_seed(seed))
        return self

    def decision_function(self, X):
        """Return the logits, averaged over the windows of a clip.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        scores : ndarray of shape (n_clips,), (n_clips, n_classes) or (n_clips, n_tags)
            float32. For two classes one value, positive for the second.
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].decision(logits)

    def predict_proba(self, X):
        """Return the probability of each class, or of each tag.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_classes) or (n_clips, n_tags)
            float32, in the order of ``classes_``.
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].proba(logits)

    def predict_log_proba(self, X):
        """Return the logarithm of the probabilities.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        log_probabilities : ndarray of shape (n_clips, n_classes) or (n_clips, n_tags)
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].log_proba(logits)

    def predict(self, X):
        """Return the likeliest class of each clip, or the tags more likely than not.

        Parameters
        ----------
        X : frames
            As in ``fit``.

        Returns
        -------
        labels : ndarray of shape (n_clips,) or (n_clips, n_tags)
        """
        logits = self._logits(X)
        return TARGETS[self.target_type_].labels(logits, self.classes_)

    @property
    def module_(self):
        """The fitted ``torch.nn.Module``, on the CPU."""
        return self.net_.module_

    @property
    def history_(self):
        """Dict of an array a quantity, of shape (n_epochs,): train_loss, valid_loss, dur in s."""
        return columns_of(self.net_.history)

    @property
    def n_iter_(self):
        """Number of epochs trained."""
        return len(self.net_.history)

    @property
    def n_parameters_(self):
        """Number of trained parameters."""
        return sum(p.numel() for p in self.module_.parameters() if p.requires_grad)

    def _make_module(self, **params):
        raise NotImplementedError(f"{type(self).__name__} does not say how its network is built.")

    def _module_parameters(self):
        """Return what the network is built from: plain values, kept so that a saved model can be rebuilt."""
        return {
            "n_bins": int(self.n_bins_),
            "n_frames": int(self.n_frames_),
            "n_outputs": len(self.classes_),
        }

    def _pretrain(self, module, frames, seed):
        """Prepare a module before the labels come in; most networks start from random weights."""

    def _weights(self, y, sample_weight):
        """Return one weight a clip, of mean 1, from the clips' own and their classes'."""
        weights = check_sample_weight(sample_weight, len(y))
        if self.class_weight is not None:
            weights = weights * compute_sample_weight(self.class_weight, y)
        return torch.from_numpy((weights / weights.mean()).astype(np.float32))

    def _split(self, targets, groups, seed):
        """Return rows to train on, and to validate on under early stopping."""
        check_consistent_length(targets, groups)
        if not self.early_stopping:
            return np.arange(len(targets)), np.arange(0)
        return validation_split(targets.numpy(), groups, self.validation_fraction, seed)

    def _make_net(self, module, device, n_examples):
        return make_net(
            module,
            TARGETS[self.target_type_].loss(),
            learning_rate=self.learning_rate_init,
            weight_decay=self.weight_decay,
            max_iter=self.max_iter,
            batch_size=int(self.batch_size),
            device=device,
            callbacks=callbacks_for(
                n_examples=n_examples,
                batch_size=int(self.batch_size),
                max_iter=self.max_iter,
                patience=self.n_iter_no_change if self.early_stopping else None,
                verbose=self.verbose,
            ),
            net_params=self.net_params,
        )

    def _logits(self, X):
        """Return logits, float32 of shape (n_clips, n_outputs)."""
        check_is_fitted(self)
        return predict_logits(
            self.module_,
            check_frames(self, X, reset=False, dtype=np.float32),
            n_frames=self.n_frames_,
            batch_size=int(self.batch_size),
            device=resolve_device(self.device),
            n_threads=self.n_threads,
        )

    def __sklearn_is_fitted__(self):
        return hasattr(self, "net_")

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.three_d_array = True
        tags.classifier_tags.multi_label = True
        tags.target_tags.multi_output = True
        return tags

    def __getstate__(self):
        """Return plain arrays, strings and numbers: no module, tensor or net."""
        state = dict(super().__getstate__())
        net = state.pop("net_", None)
        if net is not None:
            state["_module_state"] = weights_of(net.module_)
            state["_net_history"] = columns_of(net.history)
        return state

    def __setstate__(self, state):
        state = dict(state)
        weights, history = state.pop("_module_state", None), state.pop("_net_history", None)
        super().__setstate__(state)
        if weights is None:
            return
        # Building a module draws its first weights: not from the caller's generator.
        with seeded(0, n_threads=self.n_threads):
            module = self._make_module(**self._module_arguments)
            load_weights(module, weights)
            self.net_ = self._make_net(module, "cpu", n_examples=1).initialize()
        self.net_.history_ = history_from(history)
        self.net_.module_.eval()


def _take(frames, rows):
    """Return the frames of some clips, in the form they came in."""
    return frames[rows] if isinstance(frames, np.ndarray) else [frames[i] for i in rows]
