"""The deep belief network as a classifier: pretrained without labels, then fine-tuned with labels."""

import numpy as np
import torch
from sklearn.base import clone
from torch import nn

from .._declared_parameters import positional
from .._parameter_checks import check_choice
from .._stored_frames import StoredFrames
from .._training import Windows
from ..modules import MLP
from ._classifier import BaseNetworkClassifier
from ._parameters import mlp_parameters
from ._unsupervised import RBM, DeepBeliefNetwork, DenoisingAutoencoder, layer_of


class DBNClassifier(BaseNetworkClassifier):
    """Deep belief network classifier.

    A stack of restricted Boltzmann machines, or of denoising autoencoders, each trained on the output of
    the one below, gives a network its initial weights; back-propagation then fine-tunes all of them.
    The input is a table or frames; for one row per frame, as in Hamel and Eck (2010), use
    ``FrameClassifier(DBNClassifier())``.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(256, 256)
        Number of units in each hidden layer.
    pretraining : {"rbm", "dae"}, RBM, DenoisingAutoencoder or None, default="rbm"
        An :class:`RBM` or a :class:`DenoisingAutoencoder` says how each layer is trained, as in
        :class:`DeepBeliefNetwork`; a name stands for one with its defaults and this network's
        ``batch_size``. None starts from random weights instead: the same network, for comparison.
    activation : {"sigmoid", "relu", "tanh", "elu", "leaky_relu", "softplus", "maxout"}, default="sigmoid"
        Activation of the hidden layers. Boltzmann machines learn weights for "sigmoid", autoencoders for
        any activation but "maxout", which works with ``pretraining=None`` only.
    dropout : float, default=0.0
        Share of each hidden layer's outputs that is dropped in fine-tuning, in [0, 1).
    class_weight : dict, "balanced" or None, default="balanced"
        As in scikit-learn, except that for tags "balanced" is the mean of the weights that each tag gives.
        The weights follow from the clips that ``fit`` gets.
    n_frames : int or None, default=128
        Largest number of frames that the network sees at once; with the front ends' defaults, 43 frames
        are 1 s. In training, longer clips are cut at random places; in prediction, the scores of the
        windows that cover a clip are averaged. If the median clip is shorter, its length is used, and
        clips that are shorter still are repeated. None sets no limit.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=32
        Number of clips per batch, at least 2.
    learning_rate_init : float, default=0.01
        Highest learning rate. The recipe sets the schedule: by default, the rate rises to this value over
        a quarter of the steps and falls to zero along a cosine; with ``early_stopping`` it is constant.
    weight_decay : float, default=0.02
        Weight decay of the optimiser.
    early_stopping : bool, default=False
        Whether to hold out a part of the training clips, and to stop when the loss on it has not fallen
        for ``n_iter_no_change`` epochs. If ``fit`` gets ``groups``, no group is in both parts; otherwise
        the split is stratified by label, or random for numbers. If ``fit`` gets ``X_val`` and ``y_val``,
        they take the place of the held-out part. The weights of the best epoch are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Number of epochs for which early stopping waits for a lower loss.
    augmentation : augmentation, list of augmentations or None, default=None
        Random changes to the training frames, from :mod:`skmir.augmentation`.
    recipe : TrainingRecipe or None, default=None
        Optimiser, schedule, label smoothing, further regularisers and precision. None is a
        :class:`TrainingRecipe` with its defaults.
    warm_start : bool, default=False
        Whether a second ``fit`` continues the training, instead of starting with a new network.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the clips, windows, augmentation and dropout. An int gives
        the same network each time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a progress bar of epochs on stderr.
    net_params : dict or None, default=None
        Arguments of :class:`skorch.NeuralNet`: "callbacks", "optimizer", and options of either, such as
        "optimizer__betas". Callbacks are copied before use; the copies are in ``net_.callbacks_``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, or the column numbers of the tags.
    class_prior_ : ndarray of shape (n_classes,)
        Share of each class or tag in the training clips, weighted by ``class_weight`` and
        ``sample_weight``.
    target_type_ : str
        Type of the targets, as scikit-learn names it.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds per epoch; ``pandas.DataFrame(history_)`` turns them into a table.
    n_iter_ : int
        Number of epochs trained.
    n_parameters_ : int
        Number of trained parameters.
    n_outputs_ : int
        Number of classes, tags or targets.
    n_bins_, n_frames_ : int
        Size of the network's input.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which further training continues.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    RBM : A single layer, as a transformer.
    MLPClassifier : The same network without pretraining.

    References
    ----------
    .. [1] G. Hinton, S. Osindero and Y.-W. Teh, "A fast learning algorithm for deep belief nets",
       Neural Computation 18, 2006.
    .. [2] P. Hamel and D. Eck, "Learning features from music audio with deep belief networks",
       ISMIR 2010.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from skmir.neural_network import DBNClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = DBNClassifier((16, 16), random_state=0).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    """

    # Requested by default, so that unlabelled clips reach pretraining through a search or cross_validate.
    __metadata_request__fit = {"X_unlabelled": True}

    hidden_layer_sizes: tuple[int, ...] = positional(default=(256, 256))
    pretraining: str | RBM | DenoisingAutoencoder | None = "rbm"
    activation: str = "sigmoid"
    dropout: float = 0.0
    learning_rate_init: float = 0.01

    def fit(self, X, y, sample_weight=None, *, groups=None, X_val=None, y_val=None, X_unlabelled=None):
        """Pretrain the network on all clips, and fine-tune it on the clips with labels.

        Parameters
        ----------
        X : ndarray of shape (n_clips, n_bins, n_frames), list of ndarray of shape (n_bins, n_frames_i), \
or array-like of shape (n_clips, n_features)
            Frames; a 2-D array is one frame per clip.
        y : array-like of shape (n_clips,) or (n_clips, n_tags)
            Labels of any type, or an indicator of tags.
        sample_weight : array-like of shape (n_clips,), default=None
            Weight of each clip in fine-tuning.
        groups : array-like of shape (n_clips,), default=None
            With ``early_stopping``, no group is on both sides of the validation split.
        X_val, y_val : frames and targets, default=None
            Clips to validate on, in place of a part of X.
        X_unlabelled : frames, default=None
            More clips to pretrain on, in the form of X. In a Pipeline, ``transform_input=["X_unlabelled"]``
            passes them through the earlier steps.

        Returns
        -------
        self : DBNClassifier
            The fitted network. With ``warm_start``, training continues from where the last fit ended,
            without pretraining.

        Raises
        ------
        ValueError
            If X, y or a parameter is not valid, or if ``X_unlabelled`` is given with ``pretraining=None``.
        """
        if X_unlabelled is not None and self.pretraining is None:
            raise ValueError(
                "X_unlabelled needs pretraining, got pretraining=None. Choose pretraining='rbm' or 'dae', or "
                "leave X_unlabelled out."
            )
        goes_on = bool(self.warm_start) and hasattr(self, "net_")
        validation_data = (X_val, y_val)
        return self._fit(
            X, y, sample_weight, groups, validation_data, goes_on=goes_on, unlabelled=X_unlabelled
        )

    def _module_parameters(self):
        check_choice("activation", self.activation, MLP.ACTIVATIONS)
        if self.pretraining is not None:
            layer_of(self.pretraining)
            if self.activation == "maxout":
                raise ValueError(
                    "activation='maxout' must go with pretraining=None, got "
                    f"pretraining={self.pretraining!r}: no layer that learns without labels has maxout "
                    "units. Use pretraining=None, or another activation."
                )
        return mlp_parameters(self, super()._module_parameters(), activation=self.activation)

    def _make_module(self, **params):
        return MLP(**params)

    def _pretrain(self, module, frames, rows, seed, unlabelled):
        """Train a stack on the windows of all clips, and copy its weights into the network."""
        if self.pretraining is None:
            return
        if isinstance(frames, StoredFrames) or isinstance(unlabelled, StoredFrames):
            raise ValueError(
                f"pretraining={self.pretraining!r} learns from all windows in memory, but the frames of X "
                "stay on disk (stored=True). Use pretraining=None, or set stored=False in the front end."
            )
        parts = [Windows(frames, self.n_frames_, "cpu", rows=rows)]
        if unlabelled is not None:
            parts.append(Windows(unlabelled, self.n_frames_, "cpu"))
        rows = [part.cut(*part.covering()).flatten(1).numpy() for part in parts]
        rows = np.concatenate(rows) if len(rows) > 1 else rows[0]
        del parts
        layers = [layer for layer in module.hidden_layers if isinstance(layer, nn.Linear)]
        stack = DeepBeliefNetwork(
            [layer.out_features for layer in layers],
            pretraining=self._layer(),
            device=self.device,
            random_state=seed,
            verbose=self.verbose,
        )
        for machine, layer in zip(stack.fit(rows).estimators_, layers, strict=True):
            _copy(machine, layer)
        nn.init.zeros_(module.final_layer.weight)
        nn.init.zeros_(module.final_layer.bias)

    def _layer(self):
        """Return the untrained layer, with the parameters that this network sets for it."""
        layer = clone(layer_of(self.pretraining))
        if isinstance(self.pretraining, str):
            layer.set_params(batch_size=int(self.batch_size))
        return layer.set_params(activation=self.activation) if hasattr(layer, "activation") else layer


def _copy(machine, layer):
    """Copy a machine's weights into a layer, which gets rows that are not standardised."""
    weight = machine.components_ / machine.scale_
    bias = machine.intercept_hidden_ - weight @ machine.mean_
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.asarray(weight, dtype=np.float32)))
        layer.bias.copy_(torch.from_numpy(np.asarray(bias, dtype=np.float32)))
