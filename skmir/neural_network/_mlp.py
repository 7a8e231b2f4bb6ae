"""The multi-layer perceptron as a classifier."""

from .._validation import check_choice
from ..modules import MLP
from ..modules._mlp import ACTIVATIONS
from ._base import BaseNetworkClassifier
from ._parameters import mlp_parameters


class MLPClassifier(BaseNetworkClassifier):
    """Multi-layer perceptron classifier.

    Takes a table, one row a clip, as a :class:`skmir.preprocessing.FramePooler` makes it, or frames,
    of which every value is then an input of its own. Inputs should be standardised.

    Parameters
    ----------
    hidden_layer_sizes : tuple of int, default=(128,)
        Units a hidden layer.
    activation : {"relu", "elu", "tanh", "sigmoid"}, default="relu"
        Of the hidden layers.
    dropout : float, default=0.2
        Share of each hidden layer's outputs that is dropped in training, in [0, 1).
    n_frames : int or None, default=128
        The longest stretch, in frames, that the network sees at once; 128 are 3 s at the front ends'
        defaults. Longer clips are cut at random places in training, and in prediction the scores of
        windows that cover a clip are averaged. Where the median clip is shorter, its length is taken,
        and what is shorter still is repeated. None sets no limit.
    max_iter : int, default=60
        Epochs; at most, under ``early_stopping``.
    batch_size : int, default=32
        Clips a batch, at least 2.
    learning_rate_init : float, default=2e-3
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
    CNNClassifier : Convolutions over frequency and time.
    DBNClassifier : The same network, pretrained without labels.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skmir.neural_network import MLPClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> model = make_pipeline(StandardScaler(), MLPClassifier((16,), random_state=0)).fit(X, y)
    >>> bool(model.score(X, y) > 0.9)
    True
    """

    def __init__(
        self,
        hidden_layer_sizes=(128,),
        *,
        activation="relu",
        dropout=0.2,
        n_frames=128,
        max_iter=60,
        batch_size=32,
        learning_rate_init=2e-3,
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
        self.activation = activation
        self.dropout = dropout

    def _module_parameters(self):
        check_choice("activation", self.activation, ACTIVATIONS)
        return mlp_parameters(self, super()._module_parameters(), activation=self.activation)

    def _make_module(self, **params):
        return MLP(**params)
