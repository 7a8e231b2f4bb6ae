"""Recurrent networks with outputs per frame, as classifiers and as regressors."""

from ...modules import SequenceRNN
from .._rnn import RNNMixin
from ._classifier import BaseSequenceClassifier
from ._regressor import BaseSequenceRegressor


class SequenceRNNMixin(RNNMixin):
    """Parameters that the classifier and the regressor share, and the network built from them."""

    hidden_layer_sizes: tuple[int, ...] = (32,)
    bidirectional: bool = True
    n_frames: int | None = 512
    batch_size: int = 8

    _module_class = SequenceRNN


class RNNSequenceClassifier(SequenceRNNMixin, BaseSequenceClassifier):
    """Recurrent network classifier of each frame, such as onset or none, beat, chord.

    Recurrent layers read the frames of a clip in both directions, and each frame's class follows from their
    state at that frame.

    Parameters
    ----------
    cell : {"gru", "lstm", "tanh"} or nn.Module class, default="gru"
        Cell of the recurrent layers. A class must have the interface of :class:`torch.nn.RNNBase`. Further
        arguments of its constructor are parameters with the prefix ``module__``, which are set, searched
        and saved like all others: ``RNNSequenceClassifier(torch.nn.RNN, module__nonlinearity="relu")``.
    hidden_layer_sizes : tuple of int, default=(32,)
        Number of units in each hidden layer, in each direction.
    bidirectional : bool, default=True
        Whether each layer reads the frames backwards too. Otherwise a frame's output depends on earlier
        frames only.
    dropout : float, default=0.3
        Share of each layer's outputs that is dropped in training, in [0, 1).
    classes : list or None, default=None
        All classes, also those that the training clips lack; None takes the classes in y. Without effect on
        tags.
    class_weight : dict, "balanced" or None, default=None
        Weight of each class, or of each tag, in the loss, for all frames. "balanced" raises the probability
        of rare classes far above their frequency: a few percent of the frames have an onset.
    n_frames : int or None, default=512
        Largest number of frames that the network sees at once in training: longer clips are cut at random
        places, into as many windows per epoch as cover them. If the median clip is shorter, its length is
        used. None takes the median length. Prediction takes clips of any length.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=8
        Number of windows per batch, at least 2.
    learning_rate_init : float, default=4e-3
        Highest learning rate. The recipe sets the schedule: by default, the rate rises to this value over
        a quarter of the steps and falls to zero along a cosine; with ``early_stopping`` it is constant.
    weight_decay : float, default=0.02
        Weight decay of the optimiser.
    early_stopping : bool, default=False
        Whether to hold out a part of the training clips, and to stop when the loss on it has not fallen
        for ``n_iter_no_change`` epochs. If ``fit`` gets ``groups``, no group is in both parts. If ``fit``
        gets ``X_val`` and ``y_val``, they take the place of the held-out part. The weights of the best epoch
        are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Number of epochs for which early stopping waits for a lower loss.
    augmentation : augmentation, list of augmentations or None, default=None
        Random changes to the training frames, from :mod:`skmir.augmentation`. :class:`Mixup` mixes the
        targets of each frame; :class:`PitchRoll` must be told what to do with them.
    recipe : TrainingRecipe or None, default=None
        Optimiser, schedule, label smoothing, further regularisers and precision. None is a
        :class:`TrainingRecipe` with its defaults.
    warm_start : bool, default=False
        Whether a second ``fit`` continues the training, instead of starting with a new network.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the windows and their places, augmentation and dropout. An
        int gives the same network each time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a progress bar of epochs on stderr.
    net_params : dict or None, default=None
        Arguments of :class:`skorch.NeuralNet`: "callbacks", "optimizer", and options of either, such as
        "optimizer__betas". Callbacks are copied before use; the copies are in ``net_.callbacks_``.

    Attributes
    ----------
    classes_ : ndarray of shape (n_classes,)
        The class labels, or the numbers of the tags' rows.
    class_prior_ : ndarray of shape (n_classes,)
        Share of each class or tag in the training frames, weighted by ``class_weight`` and
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
        Number of bins, and length of the training windows.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which further training continues.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    TCNSequenceClassifier : Dilated convolutions, several times as fast in prediction.
    CRNNSequenceClassifier : Convolutions before the recurrence.
    RNNClassifier : One label per clip.
    skmir.modules.SequenceRNN : The network itself.

    Notes
    -----
    Böck et al. (2012) find onsets with ``RNNSequenceClassifier("tanh", hidden_layer_sizes=(25, 25, 25))``,
    and beats with "lstm" (2011).

    In prediction, a clip longer than one and a half training windows is read in pieces of a window, with a
    quarter of a window more on each side: what lies further away does not count.

    References
    ----------
    .. [1] S. Böck, A. Arzt, F. Krebs and M. Schedl, "Online real-time onset detection with recurrent neural
       networks", DAFx 2012.
    .. [2] S. Böck and M. Schedl, "Enhanced beat tracking with context-aware neural networks", DAFx 2011.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import RNNSequenceClassifier
    >>> rng = np.random.RandomState(0)
    >>> frames = [rng.randn(6, n) for n in range(60, 80)]  # bins, and another number of frames each
    >>> y = [np.where(x[0] > 0, "C:maj", "N") for x in frames]  # a label for each frame
    >>> model = RNNSequenceClassifier(hidden_layer_sizes=(8,), max_iter=15, random_state=0).fit(frames, y)
    >>> model.predict(frames)[19].shape
    (79,)
    """


class RNNSequenceRegressor(SequenceRNNMixin, BaseSequenceRegressor):
    """Recurrent network regressor of each frame, such as loudness, arousal, or a pitch in cents.

    Parameters
    ----------
    cell : {"gru", "lstm", "tanh"} or nn.Module class, default="gru"
        Cell of the recurrent layers. A class must have the interface of :class:`torch.nn.RNNBase`. Further
        arguments of its constructor are parameters with the prefix ``module__``, which are set, searched
        and saved like all others: ``RNNSequenceClassifier(torch.nn.RNN, module__nonlinearity="relu")``.
    hidden_layer_sizes : tuple of int, default=(32,)
        Number of units in each hidden layer, in each direction.
    bidirectional : bool, default=True
        Whether each layer reads the frames backwards too. Otherwise a frame's output depends on earlier
        frames only.
    dropout : float, default=0.3
        Share of each layer's outputs that is dropped in training, in [0, 1).
    n_frames : int or None, default=512
        Largest number of frames that the network sees at once in training: longer clips are cut at random
        places, into as many windows per epoch as cover them. If the median clip is shorter, its length is
        used. None takes the median length. Prediction takes clips of any length.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=8
        Number of windows per batch, at least 2.
    learning_rate_init : float, default=4e-3
        Highest learning rate. The recipe sets the schedule: by default, the rate rises to this value over
        a quarter of the steps and falls to zero along a cosine; with ``early_stopping`` it is constant.
    weight_decay : float, default=0.02
        Weight decay of the optimiser.
    early_stopping : bool, default=False
        Whether to hold out a part of the training clips, and to stop when the loss on it has not fallen
        for ``n_iter_no_change`` epochs. If ``fit`` gets ``groups``, no group is in both parts. If ``fit``
        gets ``X_val`` and ``y_val``, they take the place of the held-out part. The weights of the best epoch
        are kept.
    validation_fraction : float, default=0.1
        Share of the clips, or groups, held out for early stopping, in (0, 1).
    n_iter_no_change : int, default=10
        Number of epochs for which early stopping waits for a lower loss.
    augmentation : augmentation, list of augmentations or None, default=None
        Random changes to the training frames, from :mod:`skmir.augmentation`. :class:`Mixup` mixes the
        targets of each frame; :class:`PitchRoll` must be told what to do with them.
    recipe : TrainingRecipe or None, default=None
        Optimiser, schedule, label smoothing, further regularisers and precision. None is a
        :class:`TrainingRecipe` with its defaults.
    warm_start : bool, default=False
        Whether a second ``fit`` continues the training, instead of starting with a new network.
    device : str, default="auto"
        Device that computes: "auto" takes a CUDA device if there is one, else the CPU; "cpu", "cuda" and
        "cuda:1" name one.
    random_state : int, RandomState instance or None, default=None
        Seed of the initial weights, the order of the windows and their places, augmentation and dropout. An
        int gives the same network each time, for any ``n_jobs`` and backend.
    verbose : int, default=0
        1 draws a progress bar of epochs on stderr.
    net_params : dict or None, default=None
        Arguments of :class:`skorch.NeuralNet`: "callbacks", "optimizer", and options of either, such as
        "optimizer__betas". Callbacks are copied before use; the copies are in ``net_.callbacks_``.

    Attributes
    ----------
    y_mean_, y_scale_ : ndarray of shape (n_outputs,)
        Mean and standard deviation of the training targets, over frames.
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
        Number of bins, and length of the training windows.
    random_state_ : dict of ndarray of uint8
        State of the random generators, from which further training continues.
    n_features_in_ : int
        Number of columns, if ``fit`` saw a 2-D array.

    See Also
    --------
    RNNSequenceClassifier : The same for labels and tags.
    RNNRegressor : One number per clip.
    skmir.modules.SequenceRNN : The network itself.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import RNNSequenceRegressor
    >>> frames = np.random.RandomState(0).randn(20, 6, 60)  # clips, bins, frames
    >>> y = frames[:, :3].sum(axis=1)  # clips, frames
    >>> model = RNNSequenceRegressor(hidden_layer_sizes=(8,), max_iter=15, random_state=0).fit(frames, y)
    >>> model.predict(frames[:5]).shape
    (5, 60)
    """
