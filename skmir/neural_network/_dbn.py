"""The deep belief network as a classifier: pretrained without labels, fine-tuned with them."""

import numbers

import numpy as np
import torch
from torch import nn

from .._validation import check_number
from ..modules import MLP
from ._base import BaseNetworkClassifier
from ._parameters import mlp_parameters
from ._rbm import RBM
from ._windows import Windows

PRETRAINING = ("rbm", None)


class DBNClassifier(BaseNetworkClassifier):
    """Deep belief network classifier.

    A stack of restricted Boltzmann machines, each trained on the hidden probabilities of the one
    below, gives a sigmoid network its first weights; back-propagation then fine-tunes all of them.
    Takes a table or frames; for one row a frame, as Hamel and Eck (2010) had it, use
    ``FrameClassifier(DBNClassifier())``.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(256, 256)
        Units a hidden layer.
    pretraining : {"rbm", None}, default="rbm"
        None starts from random weights instead: the same network, for comparison.
    pretraining_iter : int, default=10
        Passes a layer.
    pretraining_learning_rate : float, default=0.01
        Of contrastive divergence; the first layer, whose units are Gaussian, takes a tenth of it.
    dropout : float, default=0.0
        Share of each hidden layer's outputs that is dropped in fine-tuning, in [0, 1).
    n_frames : int or None, default=128
        The longest stretch, in frames, that the network sees at once; 128 are 3 s at the front ends'
        defaults. Longer clips are cut at random places in training, and in prediction the scores of
        windows that cover a clip are averaged. Where the median clip is shorter, its length is taken,
        and what is shorter still is repeated. None sets no limit.
    max_iter : int, default=60
        Epochs; at most, under ``early_stopping``.
    batch_size : int, default=32
        Clips a batch, at least 2.
    learning_rate_init : float, default=0.01
        Highest learning rate of AdamW: a warm-up over a quarter of the epochs leads to it and a cosine
        from it to zero. Under ``early_stopping`` the rate is constant.
    weight_decay : float, default=0.02
        Of AdamW.
    class_weight : dict, "balanced" or None, default=None
        As in scikit-learn; computed on the training fold.
    early_stopping : bool, default=False
        Whether a part of the training clips is held out, and training stops when the loss on it has
        not fallen for ``n_iter_no_change`` epochs. The part is cut by group where ``groups`` come to
        ``fit``, and stratified otherwise. The best epoch's weights are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Patience of early stopping in epochs.
    device : str, default="auto"
        "auto" takes a CUDA device where there is one; or "cpu", "cuda", "cuda:1".
    n_threads : int, default=1
        Threads of torch. Another number is another result in the last bits, so it is fixed, and not
        left to the machine; small networks gain nothing from more.
    random_state : int, RandomState instance or None, default=None
        Decides weights, order of the clips, windows and dropout. An int gives the same network each
        time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a bar of epochs on stderr.
    net_params : dict or None, default=None
        Anything else for :class:`skorch.NeuralNet`, for instance ``{"callbacks": [...]}``. Callbacks are
        copied before use; the trained ones are in ``net_.callbacks_``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The labels, or the columns of tags.
    target_type_ : str
        scikit-learn's name of what was learned.
    net_ : skorch.NeuralNet
        The trained net, with its callbacks and history.
    module_ : torch.nn.Module
        The trained network, on the CPU.
    history_ : dict of ndarray of shape (n_epochs,)
        Losses and seconds an epoch.
    n_iter_ : int
        Epochs trained.
    n_parameters_ : int
        Number of trained parameters.
    n_bins_, n_frames_ : int
        Size of what the network sees.
    n_features_in_ : int
        Number of columns, where ``fit`` saw a 2-D array.

    See Also
    --------
    RBM : One layer, as a transformer.
    MLPClassifier : Without pretraining.

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

    def __init__(
        self,
        hidden_layer_sizes=(256, 256),
        *,
        pretraining="rbm",
        pretraining_iter=10,
        pretraining_learning_rate=0.01,
        dropout=0.0,
        n_frames=128,
        max_iter=60,
        batch_size=32,
        learning_rate_init=0.01,
        weight_decay=0.02,
        class_weight=None,
        early_stopping=False,
        validation_fraction=0.1,
        n_iter_no_change=10,
        device="auto",
        n_threads=1,
        random_state=None,
        verbose=0,
        net_params=None,
    ):
        super().__init__(
            n_frames=n_frames,
            max_iter=max_iter,
            batch_size=batch_size,
            learning_rate_init=learning_rate_init,
            weight_decay=weight_decay,
            class_weight=class_weight,
            early_stopping=early_stopping,
            validation_fraction=validation_fraction,
            n_iter_no_change=n_iter_no_change,
            device=device,
            n_threads=n_threads,
            random_state=random_state,
            verbose=verbose,
            net_params=net_params,
        )
        self.hidden_layer_sizes = hidden_layer_sizes
        self.pretraining = pretraining
        self.pretraining_iter = pretraining_iter
        self.pretraining_learning_rate = pretraining_learning_rate
        self.dropout = dropout

    def _module_parameters(self):
        if self.pretraining not in PRETRAINING:
            raise ValueError(f"pretraining={self.pretraining!r} is not one of {list(PRETRAINING)}.")
        check_number("pretraining_iter", self.pretraining_iter, kind=numbers.Integral, low=1)
        check_number("pretraining_learning_rate", self.pretraining_learning_rate, above=0)
        return mlp_parameters(self, super()._module_parameters(), activation="sigmoid")

    def _make_module(self, **params):
        return MLP(**params)

    def _pretrain(self, module, frames, seed):
        """Greedily train a machine a layer, and give its weights to the network."""
        if self.pretraining is None:
            return
        windows = Windows(frames, self.n_frames_, "cpu")
        rows = windows.cut(*windows.covering()).flatten(1).numpy()
        layers = [layer for layer in module.hidden_layers if isinstance(layer, nn.Linear)]
        for depth, layer in enumerate(layers):
            machine = RBM(
                layer.out_features,
                visible="bernoulli" if depth else "gaussian",
                learning_rate=self.pretraining_learning_rate * (1 if depth else 0.1),
                batch_size=self.batch_size,
                n_iter=self.pretraining_iter,
                device=self.device,
                n_threads=self.n_threads,
                random_state=seed + depth,
                verbose=self.verbose,
            )
            rows = machine.fit(rows).transform(rows)
            _copy(machine, layer)
        nn.init.zeros_(module.final_layer.weight)
        nn.init.zeros_(module.final_layer.bias)


def _copy(machine, layer):
    """Give a machine's weights to a layer, which sees rows that are not standardised."""
    weight = machine.components_ / machine.scale_
    bias = machine.intercept_hidden_ - weight @ machine.mean_
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(np.asarray(weight, dtype=np.float32)))
        layer.bias.copy_(torch.from_numpy(np.asarray(bias, dtype=np.float32)))
