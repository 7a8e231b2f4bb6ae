"""Convolutional networks with outputs per frame, as classifiers and as regressors."""

import numbers

from torch import nn

from ..._declared_parameters import positional
from ..._parameter_checks import check_number
from ...modules import OnsetCNN
from .._cnn import CNNMixin, check_taken, takes
from ._classifier import BaseSequenceClassifier
from ._regressor import BaseSequenceRegressor

ARCHITECTURES = {"onset": OnsetCNN}


class SequenceCNNMixin(CNNMixin):
    """Parameters that the classifier and the regressor share, and the network built from them."""

    architecture: str | type[nn.Module] = positional(default="onset")
    n_channels: int = 1
    dropout: float = 0.5
    n_frames: int | None = 128
    batch_size: int = 16

    _architectures = ARCHITECTURES

    def _options(self, cls):
        check_number("n_channels", self.n_channels, kind=numbers.Integral, low=1)
        if self.n_channels != 1:
            check_taken(cls, "n_channels", self.n_channels, 1)
        channels = {"n_channels": int(self.n_channels)} if takes(cls, "n_channels") else {}
        return {**super()._options(cls), **channels}


class CNNSequenceClassifier(SequenceCNNMixin, BaseSequenceClassifier):
    """Convolutional network classifier of each frame, from the frames around it: onsets.

    It is the network of Schlüter and Böck (2014), as a convolution over time: its dense layer slides over the
    clip, so that each frame is computed once, rather than once for each excerpt of 15 frames that it is in.

    Parameters
    ----------
    architecture : "onset" or nn.Module class, default="onset"
        "onset" is Schlüter and Böck's network, which reads 15 frames. A class of your own is built with
        ``n_bins``, ``n_frames`` and ``n_outputs``, and with ``n_channels``, ``n_filters`` and ``dropout`` if
        its constructor takes them. It takes frames of shape (B, n_bins, n_frames) and returns outputs of
        shape (B, n_outputs, n_frames), for any n_frames. If it has an attribute ``context``, the number of
        frames on each side on which an output depends, long clips are predicted in pieces exactly. Further
        arguments of its constructor are parameters with the prefix ``module__``, which are set, searched and
        saved like all others.
    n_channels : int, default=1
        Number of spectrograms, of equal numbers of bins, that the bins of a frame consist of, one after
        another: 3 for three mel spectrograms with windows of different lengths, as in the paper.
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the architecture's default.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters``: the widths of all layers are scaled in
        the architecture's own ratio.
    dropout : float, default=0.5
        Share of the inputs of each dense layer that is dropped in training, in [0, 1).
    classes : list or None, default=None
        All classes, also those that the training clips lack; None takes the classes in y. Without effect on
        tags.
    class_weight : dict, "balanced" or None, default=None
        Weight of each class, or of each tag, in the loss, for all frames. "balanced" raises the probability
        of rare classes far above their frequency: a few percent of the frames have an onset.
    n_frames : int or None, default=128
        Largest number of frames that the network sees at once in training: longer clips are cut at random
        places, into as many windows per epoch as cover them. If the median clip is shorter, its length is
        used. None takes the median length. Prediction takes clips of any length.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=16
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
    TCNSequenceClassifier : A long context, as beats need.
    CNNClassifier : One label per clip.
    skmir.modules.OnsetCNN : The network itself.

    Notes
    -----
    The paper's targets are fuzzy: the frames beside an onset are onsets too, with a quarter of the weight.
    Give these weights as ``sample_weight``, an array per clip.

    References
    ----------
    .. [1] J. Schlüter and S. Böck, "Improved musical onset detection with convolutional neural networks",
       ICASSP 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import CNNSequenceClassifier
    >>> rng = np.random.RandomState(0)
    >>> frames = [rng.randn(6, n) for n in range(60, 80)]  # bins, and another number of frames each
    >>> y = [np.arange(x.shape[1]) % 10 == 0 for x in frames]  # an onset at every tenth frame
    >>> for x, onsets in zip(frames, y):
    ...     x[:, onsets] += 2
    >>> model = CNNSequenceClassifier(n_parameters=3000, max_iter=10, random_state=0).fit(frames, y)
    >>> model.predict_proba(frames)[19].shape  # classes and frames
    (2, 79)
    """


class CNNSequenceRegressor(SequenceCNNMixin, BaseSequenceRegressor):
    """Convolutional network regressor of each frame, from the frames around it.

    Parameters
    ----------
    architecture : "onset" or nn.Module class, default="onset"
        "onset" is Schlüter and Böck's network, which reads 15 frames. A class of your own is built with
        ``n_bins``, ``n_frames`` and ``n_outputs``, and with ``n_channels``, ``n_filters`` and ``dropout`` if
        its constructor takes them. It takes frames of shape (B, n_bins, n_frames) and returns outputs of
        shape (B, n_outputs, n_frames), for any n_frames. If it has an attribute ``context``, the number of
        frames on each side on which an output depends, long clips are predicted in pieces exactly. Further
        arguments of its constructor are parameters with the prefix ``module__``, which are set, searched and
        saved like all others.
    n_channels : int, default=1
        Number of spectrograms, of equal numbers of bins, that the bins of a frame consist of, one after
        another: 3 for three mel spectrograms with windows of different lengths, as in the paper.
    n_filters : tuple of int or None, default=None
        Number of feature maps per convolutional layer; None takes the architecture's default.
    n_parameters : int or None, default=None
        Approximate number of parameters, in place of ``n_filters``: the widths of all layers are scaled in
        the architecture's own ratio.
    dropout : float, default=0.5
        Share of the inputs of each dense layer that is dropped in training, in [0, 1).
    n_frames : int or None, default=128
        Largest number of frames that the network sees at once in training: longer clips are cut at random
        places, into as many windows per epoch as cover them. If the median clip is shorter, its length is
        used. None takes the median length. Prediction takes clips of any length.
    max_iter : int or "auto", default="auto"
        Number of epochs; with ``early_stopping``, the largest number. "auto" takes as many epochs as make
        200 steps, but at least 15: small data sets need more epochs than large ones.
    batch_size : int, default=16
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
    CNNSequenceClassifier : The same for labels and tags.
    CNNRegressor : One number per clip.
    skmir.modules.OnsetCNN : The network itself.

    Examples
    --------
    >>> import numpy as np
    >>> from skmir.neural_network import CNNSequenceRegressor
    >>> frames = np.random.RandomState(0).randn(20, 6, 60)  # clips, bins, frames
    >>> y = frames[:, :3].sum(axis=1)  # clips, frames
    >>> model = CNNSequenceRegressor(n_parameters=3000, max_iter=10, random_state=0).fit(frames, y)
    >>> model.predict(frames[:5]).shape
    (5, 60)
    """
