"""The temporal convolutional network with outputs per frame, as a classifier and as a regressor."""

import numbers

from ..._declared_parameters import DeclaredParameters, positional
from ..._parameter_checks import check_choice, check_number, check_share
from ...modules import TCN
from ._classifier import BaseSequenceClassifier
from ._regressor import BaseSequenceRegressor


class TCNMixin(DeclaredParameters):
    """Parameters that the classifier and the regressor share, and the network built from them."""

    n_filters: int = positional(default=24)
    first_layers: str = "1d"
    n_levels: int | None = None
    kernel_size: int = 5
    dropout: float = 0.1
    n_frames: int | None = 256
    batch_size: int = 8

    def _module_parameters(self):
        check_number("n_filters", self.n_filters, kind=numbers.Integral, low=1)
        check_choice("first_layers", self.first_layers, ["1d", "2d"])
        check_number("n_levels", self.n_levels, kind=numbers.Integral, low=1, none=True)
        check_number("kernel_size", self.kernel_size, kind=numbers.Integral, low=1)
        if self.kernel_size % 2 == 0:
            raise ValueError(
                f"kernel_size={self.kernel_size} must be odd, so that a filter looks as far back as ahead. "
                f"Use {self.kernel_size - 1} or {self.kernel_size + 1}."
            )
        check_share("dropout", self.dropout)
        return {
            **super()._module_parameters(),
            "n_filters": int(self.n_filters),
            "first_layers": self.first_layers,
            "n_levels": None if self.n_levels is None else int(self.n_levels),
            "kernel_size": int(self.kernel_size),
            "dropout": self.dropout,
        }

    def _make_module(self, **params):
        return TCN(**params)


class TCNSequenceClassifier(TCNMixin, BaseSequenceClassifier):
    """Temporal convolutional network classifier of each frame, such as onset or none, beat, chord.

    A convolution, or three small ones, reduces the bins of a frame to one value per map, and dilated
    convolutions look at more and more of the time around it, in both directions. It is the network of Davies
    and Böck (2019) for beats: small, and fast in prediction.

    Parameters
    ----------
    n_filters : int, default=24
        Number of feature maps of every layer.
    first_layers : {"1d", "2d"}, default="1d"
        "1d" is one convolution over three frames, with a weight for each bin: any order of bins will do, such
        as that of several spectrograms over each other. "2d" are the paper's three small convolutions with
        pooling, for the bands of one spectrogram; they take several times as long.
    n_levels : int or None, default=None
        Number of dilated layers, with the dilations 1, 2, 4, and so on; each doubles the time that an output
        depends on. None takes as many as have a filter that fits into a training window, at most 11.
    kernel_size : int, default=5
        Length of the dilated filters in frames, an odd number.
    dropout : float, default=0.1
        Share of the maps that is dropped after each layer in training, in [0, 1).
    classes : list or None, default=None
        All classes, also those that the training clips lack; None takes the classes in y. Without effect on
        tags.
    class_weight : dict, "balanced" or None, default=None
        Weight of each class, or of each tag, in the loss, for all frames. "balanced" raises the probability
        of rare classes far above their frequency: a few percent of the frames have an onset.
    n_frames : int or None, default=256
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
    RNNSequenceClassifier : Recurrent layers, which remember without a limit.
    CNNSequenceClassifier : Short context, as onsets need.
    CNNClassifier : One label per clip.
    skmir.modules.TCN : The network itself.

    Notes
    -----
    An epoch is as many windows as cover all clips, so that long clips are learned as densely as short ones.
    A long clip is predicted in pieces that overlap by the network's context: the result is that of the
    whole clip, in memory that does not grow with it.

    Splitters that stratify need one label per clip: pass ``cv=KFold()`` or ``GroupKFold()`` to
    scikit-learn's functions, rather than a number.

    References
    ----------
    .. [1] M. E. P. Davies and S. Böck, "Temporal convolutional networks for musical audio beat tracking",
       EUSIPCO 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import TCNSequenceClassifier
    >>> rng = np.random.RandomState(0)
    >>> frames = [rng.randn(6, n) for n in range(60, 80)]  # bins, and another number of frames each
    >>> y = [np.arange(x.shape[1]) % 10 == 0 for x in frames]  # an onset at every tenth frame
    >>> for x, onsets in zip(frames, y):
    ...     x[:, onsets] += 2
    >>> model = TCNSequenceClassifier(8, n_levels=2, max_iter=25, random_state=0).fit(frames, y)
    >>> probabilities = model.predict_proba(frames)
    >>> len(probabilities), probabilities[0].shape  # clips; classes and frames
    (20, (2, 60))
    >>> bool(model.score(frames, y) > 0.95)
    True
    """


class TCNSequenceRegressor(TCNMixin, BaseSequenceRegressor):
    """Temporal convolutional network regressor of each frame, such as loudness, arousal, or a pitch in cents.

    A convolution, or three small ones, reduces the bins of a frame to one value per map, and dilated
    convolutions look at more and more of the time around it, in both directions.

    Parameters
    ----------
    n_filters : int, default=24
        Number of feature maps of every layer.
    first_layers : {"1d", "2d"}, default="1d"
        "1d" is one convolution over three frames, with a weight for each bin: any order of bins will do, such
        as that of several spectrograms over each other. "2d" are the paper's three small convolutions with
        pooling, for the bands of one spectrogram; they take several times as long.
    n_levels : int or None, default=None
        Number of dilated layers, with the dilations 1, 2, 4, and so on; each doubles the time that an output
        depends on. None takes as many as have a filter that fits into a training window, at most 11.
    kernel_size : int, default=5
        Length of the dilated filters in frames, an odd number.
    dropout : float, default=0.1
        Share of the maps that is dropped after each layer in training, in [0, 1).
    n_frames : int or None, default=256
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
    TCNSequenceClassifier : The same for labels and tags.
    CNNRegressor : One number per clip.
    skmir.modules.TCN : The network itself.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import TCNSequenceRegressor
    >>> frames = np.random.RandomState(0).randn(20, 6, 60)  # clips, bins, frames
    >>> y = frames[:, :3].sum(axis=1)  # clips, frames
    >>> model = TCNSequenceRegressor(8, n_levels=2, max_iter=10, random_state=0).fit(frames, y)
    >>> model.predict(frames[:5]).shape
    (5, 60)
    """
