"""Outputs of the layers of a trained network for each window of a clip, as a front end."""

import copy
import os
import typing

import numpy as np
import torch
from sklearn.exceptions import NotFittedError
from sklearn.pipeline import Pipeline, make_pipeline
from sklearn.utils.validation import check_is_fitted
from torch import nn

from ..._declared_parameters import positional
from ..._device import resolve_device
from ..._frame_rows import window_starts
from ..._parameter_checks import check_number, shown
from ..._random import torch_threads
from ...feature_extraction import MelSpectrogram
from ...feature_extraction._base import BaseFrontEnd
from ...modules import MusiCNN, VGGTagger
from ...preprocessing import LogCompression
from .._parameters import check_pool
from ._activations import Activations
from ._frozen_module import frozen_module, identity_of
from ._network_features import check_layers

BATCH = 32  # windows at once


class NetworkEmbedding(BaseFrontEnd):
    """Outputs of the layers of a trained network: a front end with one frame per window of a clip.

    The network is used as it is, whatever the labels are, so that nothing is learned from test clips. With
    ``memory``, each clip passes through the network once, whatever the folds and classifiers behind it. Put
    :class:`skmir.preprocessing.FramePooler` behind it for one row per clip.

    Parameters
    ----------
    network : nn.Module, str or PathLike, default="MTT_musicnn"
        The trained network: a module; "MTT_musicnn", "MSD_musicnn", "MTT_vgg" or "MSD_vgg", trained for tags
        of music, whose weights are in a package of their own (``pip install --no-deps musicnn==0.1.0``); or
        the path of an ONNX file (``.onnx``), which onnxruntime runs. Weights in a pickle are refused.
    layers : list of str or None, default=None
        Names of layers, as in ``network.named_modules()`` (or of outputs, in an ONNX file), whose pooled
        outputs are put side by side. None takes ``network.features`` if there is such a method, the inputs
        of the last layer; otherwise the network's output. The layers of "MTT_musicnn" are in
        ``MusiCNN.map_layers``, and "penultimate".
    pool : {"mean", "max"} or tuple of both, default="mean"
        Statistic of each map over frequency and time within a window. Layers without these axes give their
        values unchanged.
    window : float or None, default=3.0
        Length of a window, in s; shorter clips are repeated. None passes whole clips through the network.
    hop : float or None, default=None
        Distance from one window to the next, in s; None is ``window``. If the last window does not end at
        the end of the clip, one more that does is added.
    front_end : front end, Pipeline, None or "auto", default="auto"
        What the network's frames are made of: a front end, or a fitted Pipeline of a front end and steps from
        frames to frames. None passes waveforms, of shape (B, n_samples), to the network. "auto" is the log
        mel spectrogram that the networks with a name have learned from, and None for others.
    sr : float, default=16000
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it. It must be that of
        ``front_end``.
    offset : float, "center" or "random", default=0.0
        Start of the excerpt in each clip, in s. "center" takes it from the middle, and "random" from a place
        that the clip's content and ``random_state`` decide.
    duration : float or None, default=None
        Length of the excerpt at most, in s; None is the rest of the clip. "center" and "random" need it.
    random_state : int, default=0
        Seed of the random excerpts: the same clip and seed always give the same one.
    device : str or torch.device, default="cpu"
        Device that computes; "auto" takes a GPU if there is one. ONNX files run on the CPU.
    memory : str, PathLike or None, default=None
        Folder in which each clip's frames are kept, so that they are computed once for all folds, candidates
        and processes; see :class:`skmir.feature_extraction.FeatureCache`.
    stored : bool or "float16", default=False
        Whether frames stay in ``memory``, on disk, and are read when they are needed; the result is a
        :class:`skmir.feature_extraction.StoredFrames`. "float16" takes half the space, and rounds values to
        11 bits.
    n_jobs : int or None, default=None
        Number of threads, as in joblib. The result does not depend on it.
    verbose : int, default=0
        1 draws a progress bar on stderr.

    Attributes
    ----------
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.

    Raises
    ------
    FileNotFoundError, ImportError
        If a file or the package with the weights is missing.
    TypeError, ValueError
        If a parameter is not valid, the network has no layer of a name, or it takes no such windows.

    See Also
    --------
    NetworkFeatures : The same from frames, for networks that learn in ``fit`` too.
    PretrainedTagger : The tags that the networks with a name have learned.

    Notes
    -----
    A network on frames gets as many as fit into a window: ``int(window * sr / hop_length)`` of its front
    end's, 187 for 3 s of "MTT_musicnn". On the CPU, a clip has the same embedding to the last bit, whatever
    the other clips and the number of threads. A Pipeline with a module of your own can be saved by
    :func:`skmir.save` if its attributes are numbers, texts and layers.

    References
    ----------
    .. [1] K. Choi, G. Fazekas, M. Sandler and K. Cho, "Transfer learning for music classification and
       regression tasks", ISMIR 2017.
    .. [2] J. Pons and X. Serra, "musicnn: pre-trained convolutional neural networks for music audio
       tagging", ISMIR late-breaking demo, 2019.

    Examples
    --------
    >>> import numpy as np
    >>> import torch
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skmir.neural_network import NetworkEmbedding
    >>> from skmir.preprocessing import FramePooler
    >>> clips = [np.zeros(32_000), np.zeros(72_000)]  # 2 s and 4.5 s
    >>> network = torch.nn.Sequential(torch.nn.Unflatten(1, (1, -1)), torch.nn.Conv1d(1, 8, 400, stride=160))
    >>> [x.shape for x in NetworkEmbedding(network).transform(clips)]
    [(8, 1), (8, 2)]
    >>> from skmir.modules import MusiCNN
    >>> layers = MusiCNN.map_layers
    >>> model = make_pipeline(
    ...     NetworkEmbedding("MTT_musicnn", layers=layers, pool=("mean", "max"), memory="cache"),
    ...     FramePooler(("mean",)),
    ...     StandardScaler(),
    ...     LogisticRegression(C=0.01),
    ... )
    >>> model.fit(files, labels)  # doctest: +SKIP
    """

    _prefix = "embedding"

    network: nn.Module | str | os.PathLike = positional(default="MTT_musicnn")
    layers: list[str] | None = None
    pool: str | tuple[str, ...] = "mean"
    window: float | None = 3.0
    hop: float | None = None
    front_end: typing.Any = "auto"
    sr: float = 16000
    # Follows from hop: no parameter, as it is in the other front ends.
    hop_length: typing.ClassVar[int] = property(lambda self: self._steps()[1] * self._samples_per_step())

    def transform(self, X):
        """Compute the embedding of each window of each clip.

        Parameters
        ----------
        X : clips
            Paths, which are read and brought to ``sr``; or waveforms at ``sr``, as a 2-D array or a list of
            1-D arrays.

        Returns
        -------
        frames : ndarray of shape (n_clips, n_features, n_windows), or list of (n_features, n_windows_i) \
arrays
            Layer by layer; with two pools, all means of a layer come before its maxima. Files give float32,
            arrays keep their dtype, but are only as exact as float32.

        Raises
        ------
        OSError
            If a file cannot be read.
        ValueError
            If a parameter is out of its range, or a clip is too short; the message names it.
        """
        self._check_parameters()
        return super(NetworkEmbedding, self._ready()).transform(X)

    def get_feature_names_out(self, input_features=None):
        """Return names such as ``timbral_12``; with two pools, ``_mean`` or ``_max`` follows.

        Parameters
        ----------
        input_features : ignored

        Returns
        -------
        names : ndarray of object of shape (n_features,)
        """
        return np.array(self._names(), dtype=object)

    def _check_parameters(self):
        check_layers(self.layers)
        check_pool(self.pool)
        check_number("window", self.window, above=0, none=True)
        check_number("hop", self.hop, above=0, none=True)
        check_number("sr", self.sr, above=0)
        if self.window is None and self.hop is not None:
            raise ValueError(f"hop={self.hop} has no effect with window=None, which takes clips whole.")
        front = self._front_end()
        if front is not None and front.sr != self.sr:
            raise ValueError(
                f"sr={self.sr:g} must be the sr of front_end, which is {front.sr:g}. Pass sr={front.sr:g}, "
                "if the network has learned from that."
            )
        length, hop = self._steps()
        if length is not None and min(length, hop) < 1:
            raise ValueError(
                f"window={self.window} and hop={self.hop or self.window} must hold at least one frame, of "
                f"{self._samples_per_step() / self.sr:g} s."
            )
        super()._check_parameters()

    def _front_end(self):
        """Return the front end of the network's frames, without the steps behind it, or None."""
        front = self.front_end
        if isinstance(front, str):
            if front != "auto":
                raise ValueError(f"front_end={front!r} must be a front end, a Pipeline, None or 'auto'.")
            return _log_mel()[0] if _has_learned_from_log_mel(self.network) else None
        if isinstance(front, Pipeline):
            try:
                check_is_fitted(front[-1])
            except NotFittedError as error:
                raise ValueError(
                    "front_end must be a fitted Pipeline: NetworkEmbedding does not change it. Fit it to "
                    "the clips that the network has learned from; if nothing in it learns, to any clips."
                ) from error
            front = front[0]
        if front is not None and not isinstance(front, BaseFrontEnd):
            raise TypeError(
                f"front_end={shown(self.front_end)} must be a front end of skmir, a fitted Pipeline that "
                "begins with one, None or 'auto'."
            )
        return front

    def _samples_per_step(self):
        front = self._front_end()
        return 1 if front is None else front.hop_length

    def _steps(self):
        """Return length and hop of the windows, in frames or samples that enter the network."""
        if self.window is None:
            return None, 1
        rate = self.sr / self._samples_per_step()
        length = int(self.window * rate)
        return length, length if self.hop is None else int(self.hop * rate)

    def _identity(self):
        return identity_of(self.network)

    def _ready(self):
        """Return a copy that holds the network and what comes before it, so that this one stays as it is."""
        ready = copy.copy(self)
        module = frozen_module("network", self.network)
        device = resolve_device(self.device)
        if device.type != "cpu":
            module = copy.deepcopy(module).to(device)  # the module of a name is shared
        ready._activations = Activations(module, check_layers(self.layers), check_pool(self.pool), True)
        ready._before = self.front_end
        if isinstance(self.front_end, str):
            ready._before = _log_mel() if _has_learned_from_log_mel(self.network) else None
        return ready

    def _names(self):
        if "_activations" not in vars(self):
            return self._ready()._names()
        if not self._activations.names:
            n_samples = int((self.window or 3.0) * self.sr)
            self._frames(torch.zeros(n_samples, device=resolve_device(self.device)))
        return self._activations.names

    def _n_bins(self):
        return len(self._names())

    def _span(self):
        front = self._front_end()
        if front is None:
            return 1, "a sample", "longer clips"
        return front._span()

    def _check_length(self, clip, n_samples, name):
        front = self._front_end()
        if front is not None:  # a clip shorter than a window is repeated
            front._check_length(clip, n_samples, name)

    def _alone(self):
        return True

    def _frames(self, y):
        with torch_threads(1), torch.no_grad():
            rows = [self._rows(windows.to(y.device)) for windows in self._windows(y)]
        return torch.cat(rows).mT.to(y.dtype)

    def _windows(self, y):
        """Yield the windows of one clip, some at a time: frames (B, n_bins, n), or waveforms (B, n)."""
        if self._before is None:
            x = y.float()
        else:
            x = torch.from_numpy(np.ascontiguousarray(self._before.transform([y.cpu().float().numpy()])[0]))
        length, hop = self._steps()
        if length is None:
            yield x[None]
            return
        starts = window_starts(x.shape[-1], length, hop)
        # With frames at both ends, a clip as long as a window has a frame more, which needs no second window.
        starts = starts[:-1] if len(starts) > 1 and starts[-1] - starts[-2] == 1 else starts
        for some in torch.from_numpy(starts).split(BATCH):  # overlapping windows are many times the clip
            steps = (some[:, None] + torch.arange(length)) % x.shape[-1]
            yield x[..., steps.to(x.device)].movedim(-2, 0)

    def _rows(self, x):
        try:
            rows = self._activations(x)
        except (RuntimeError, IndexError) as error:
            raise ValueError(
                f"the network does not take windows of shape {tuple(x.shape)}, with the batch first: {error} "
                "Choose another window, sr or front_end: those that it has learned from."
            ) from error
        if not torch.isfinite(rows).all():
            raise ValueError("the network gives values that are not finite. Check sr, front_end and scale.")
        return rows


def _has_learned_from_log_mel(network):
    is_name = isinstance(network, str) and not network.lower().endswith(".onnx")
    return is_name or isinstance(network, MusiCNN | VGGTagger)


def _log_mel():
    """Return the front end of the networks of the package musicnn, as they have learned from it."""
    mel = MelSpectrogram(16000, n_mels=96, n_fft=512, hop_length=256)
    return make_pipeline(mel, LogCompression(10_000)).fit(np.zeros((1, 512)))
