"""Tags that trained networks give to clips."""

import os

import numpy as np
from scipy.special import expit
from sklearn.base import BaseEstimator
from torch import nn

from ..._declared_parameters import DeclaredParameters, positional
from ..._fitting import all_or_nothing
from ..._parameter_checks import check_number
from ..._saving import SavingMixin
from ..._validation import check_clips, unread
from ._frozen_module import frozen_module
from ._network_embedding import NetworkEmbedding

_LAST = "final_layer"


class PretrainedTagger(DeclaredParameters, SavingMixin, BaseEstimator):
    """Tags of clips by a network that others have trained: nothing is learned, and no labels are needed.

    Parameters
    ----------
    network : str or nn.Module, default="MTT_musicnn"
        "MTT_musicnn" and "MTT_vgg" know 50 tags of MagnaTagATune (instruments, voices, genres), "MSD_musicnn"
        and "MSD_vgg" 50 tags of the Million Song Dataset (genres, moods, decades). Their weights are in a
        package of their own: ``pip install --no-deps musicnn==0.1.0``. A module must have a layer
        ``final_layer`` that returns one logit per tag, and may have an attribute ``tags`` with their names.
    window : float, default=3.0
        Length of a window, in s; shorter clips are repeated. The networks have learned from 3 s, and "vgg"
        networks take nothing else.
    hop : float or None, default=None
        Distance from one window to the next, in s; None is ``window``.
    threshold : float, default=0.5
        Probability from which on ``predict`` gives a tag, in (0, 1). Rare tags seldom reach 0.5: to use the
        tags for a decision, choose a threshold per tag on clips with labels, or rank clips by probability.
    front_end : front end, Pipeline, None or "auto", default="auto"
        As for :class:`NetworkEmbedding`.
    sr : float, default=16000
        Sampling rate in Hz: files are resampled to it, waveforms are taken to have it.
    device : str or torch.device, default="cpu"
        Device that computes; "auto" takes a GPU if there is one.
    memory : str, PathLike or None, default=None
        Folder in which what the network says of each window is kept.
    n_jobs : int or None, default=None
        Number of threads, as in joblib.

    Attributes
    ----------
    classes_ : ndarray of shape (n_tags,)
        Names of the tags; numbers if the network has none.
    n_features_in_ : int
        Number of samples per clip, if ``fit`` saw a 2-D array.

    Raises
    ------
    ImportError
        If the package with the weights is not installed.
    ValueError
        If a parameter is not valid.

    See Also
    --------
    NetworkEmbedding : Layers of the same networks, for tags or classes of your own.

    Notes
    -----
    The probability of a tag is the mean over the windows of a clip, as in the authors' package. It is
    computed with float32, not with float16 as there, and the last window ends where the clip does.

    References
    ----------
    .. [1] J. Pons and X. Serra, "musicnn: pre-trained convolutional neural networks for music audio
       tagging", ISMIR late-breaking demo, 2019.

    Examples
    --------
    >>> from skmir.neural_network import PretrainedTagger
    >>> tagger = PretrainedTagger("MTT_musicnn")
    >>> probabilities = tagger.predict_proba(["song.flac"])  # doctest: +SKIP
    >>> tagger.classes_[probabilities[0].argsort()[::-1][:3]]  # doctest: +SKIP
    array(['classical', 'violin', 'strings'], dtype='<U12')
    """

    network: str | nn.Module = positional(default="MTT_musicnn")
    window: float = 3.0
    hop: float | None = None
    threshold: float = 0.5
    front_end: object = "auto"
    sr: float = 16000
    device: str = "cpu"
    memory: str | os.PathLike | None = None
    n_jobs: int | None = None

    @all_or_nothing
    def fit(self, X, y=None):
        """Check the parameters; nothing is learned.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.
        y : ignored

        Returns
        -------
        self : PretrainedTagger
        """
        check_number("threshold", self.threshold, above=0, below=1)
        self._embedding()._check_parameters()
        check_clips(self, X, reset=True, read=unread)
        return self

    @property
    def classes_(self):
        """Names of the tags."""
        module = frozen_module("network", self.network)
        tags = getattr(module, "tags", None)
        return np.arange(_last_layer(module).out_features) if tags is None else np.array(tags)

    def predict_frames(self, X):
        """Return the probability of each tag in each window.

        Parameters
        ----------
        X : clips
            Paths, a 2-D array, or a list of 1-D arrays.

        Returns
        -------
        probabilities : list of ndarray of shape (n_tags, n_windows_i)
        """
        check_clips(self, X, reset=False, finite=False, read=unread)
        return [expit(logits) for logits in self._embedding().transform(X)]

    def predict_proba(self, X):
        """Return the probability of each tag: the mean over the windows of each clip.

        Parameters
        ----------
        X : clips
            As for ``predict_frames``.

        Returns
        -------
        probabilities : ndarray of shape (n_clips, n_tags)
        """
        return np.stack([windows.mean(axis=1) for windows in self.predict_frames(X)])

    def predict(self, X):
        """Return the tags whose probability reaches ``threshold``.

        Parameters
        ----------
        X : clips
            As for ``predict_frames``.

        Returns
        -------
        tags : ndarray of int of shape (n_clips, n_tags)
            An indicator; names of the columns are in ``classes_``.
        """
        check_number("threshold", self.threshold, above=0, below=1)
        return (self.predict_proba(X) >= self.threshold).astype(int)

    def _embedding(self):
        return NetworkEmbedding(
            self.network,
            layers=[_LAST],
            window=self.window,
            hop=self.hop,
            front_end=self.front_end,
            sr=self.sr,
            device=self.device,
            memory=self.memory,
            n_jobs=self.n_jobs,
        )

    def __sklearn_is_fitted__(self):
        return True

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.requires_fit = False
        tags.input_tags.string = True
        return tags


def _last_layer(module):
    layer = getattr(module, _LAST, None)
    if not isinstance(layer, nn.Linear):
        raise ValueError(
            f"network must have a torch.nn.Linear layer called {_LAST}, whose outputs are the logits of "
            f"tags; {type(module).__name__} has none. NetworkEmbedding gives the outputs of any layer."
        )
    return layer
