"""The convolutional recurrent network with outputs per frame, as a classifier and as a regressor."""

from ...modules import SequenceCRNN
from .._crnn import CRNNMixin
from ._classifier import BaseSequenceClassifier
from ._regressor import BaseSequenceRegressor


class SequenceCRNNMixin(CRNNMixin):
    """Parameters that the classifier and the regressor share, and the network built from them."""

    n_frames: int | None = 512
    batch_size: int = 8

    _packed = True
    _module_class = SequenceCRNN


class CRNNSequenceClassifier(SequenceCRNNMixin, BaseSequenceClassifier):
    """Convolutional recurrent network classifier of each frame, such as drum strokes, chords or tags.

    Convolutions that pool frequency, and never time, find out what sounds; a recurrent layer follows it in
    both directions.

    Parameters
    ----------
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes (16, 32, 32).
    hidden_size : int or None, default=None
        Number of units of the GRU layer, in each direction; None takes 32.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters`` and ``hidden_size``: all widths are
        scaled in the default's ratio.
    dropout : float, default=0.3
        Share of the last layer's inputs that is dropped in training, in [0, 1). The convolutional
        layers always drop 0.1.
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
    TCNSequenceClassifier : Dilated convolutions in place of the recurrence.
    CRNNClassifier : One label per clip.
    skmir.modules.SequenceCRNN : The network itself.

    Notes
    -----
    In prediction, a clip longer than one and a half training windows is read in pieces of a window, with a
    quarter of a window more on each side: what lies further away does not count.

    References
    ----------
    .. [1] R. Vogl, M. Dorfer, G. Widmer and P. Knees, "Drum transcription via joint beat and drum modeling
       using convolutional recurrent neural networks", ISMIR 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import CRNNSequenceClassifier
    >>> rng = np.random.RandomState(0)
    >>> frames = [rng.randn(6, n) for n in range(60, 80)]  # bins, and another number of frames each
    >>> y = [(x[:2] > 0).astype(int) for x in frames]  # two tags, each on or off in each frame
    >>> model = CRNNSequenceClassifier((4, 4), hidden_size=8, max_iter=5, random_state=0).fit(frames, y)
    >>> model.predict(frames)[19].shape  # tags and frames
    (2, 79)
    """


class CRNNSequenceRegressor(SequenceCRNNMixin, BaseSequenceRegressor):
    """Convolutional recurrent network regressor of each frame.

    Parameters
    ----------
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes (16, 32, 32).
    hidden_size : int or None, default=None
        Number of units of the GRU layer, in each direction; None takes 32.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters`` and ``hidden_size``: all widths are
        scaled in the default's ratio.
    dropout : float, default=0.3
        Share of the last layer's inputs that is dropped in training, in [0, 1). The convolutional
        layers always drop 0.1.
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
    CRNNSequenceClassifier : The same for labels and tags.
    CRNNRegressor : One number per clip.
    skmir.modules.SequenceCRNN : The network itself.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import CRNNSequenceRegressor
    >>> frames = np.random.RandomState(0).randn(20, 6, 60)  # clips, bins, frames
    >>> y = frames[:, :3].sum(axis=1)  # clips, frames
    >>> model = CRNNSequenceRegressor((4, 4), hidden_size=8, max_iter=5, random_state=0).fit(frames, y)
    >>> model.predict(frames[:5]).shape
    (5, 60)
    """
