"""The VGG of the musicnn package: five layers of small square kernels, trained for tagging.

Pons & Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", ISMIR
late-breaking demo 2019, after Choi et al., "Transfer learning for music classification and regression
tasks", ISMIR 2017.
"""

from torch import nn

from ._conv_block import as_image
from ._pretrained import check_pretrained, fill, numbered, read_weights

# (frequency, time) of each pool and of its steps. The two trained networks differ, as their graphs say; the
# package runs both with the pools of the first.
_POOLS = {
    "MTT_vgg": (((1, 4), (2, 2)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((4, 4), (4, 4))),
    "MSD_vgg": (((1, 4), (1, 4)), ((4, 1), (4, 1)), ((2, 2), (2, 2)), ((2, 2), (2, 2)), ((4, 4), (4, 4))),
}
_EPS = 1e-3  # of batch normalisation in TensorFlow


class VGGTagger(nn.Module):
    """Five 3 x 3 convolutions, each with batch normalisation and max-pooling, and a linear output.

    :meth:`pretrained` returns it with the weights that Pons and Serra learned from tags of music. It takes
    windows of exactly ``n_frames``.

    Parameters
    ----------
    n_bins, n_frames : int
        Size of the input. The trained networks take 96 mel bands of audio at 16 kHz, with frames of 512
        samples every 256, and 187 frames: ``LogCompression(10_000)`` of a ``MelSpectrogram``.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : int, default=128
        Number of feature maps per layer.
    pools : sequence of pairs of (int, int), default=(((1, 4), (2, 2)), ... , ((4, 4), (4, 4)))
        Sizes of the pools in frequency and time, and their steps, for each of the five layers.
    dropout : float, default=0.5
        Share of the last layer's inputs that is dropped in training, in [0, 1). Half of that is dropped
        between layers.

    Attributes
    ----------
    map_layers : list of str
        Names of the layers whose outputs are maps: "pool1" to "pool5", as the authors call them.
    tags : tuple of str or None
        Names of the outputs of a trained network.

    Raises
    ------
    ValueError
        If the pools leave nothing of the input.

    See Also
    --------
    MusiCNN : The authors' other network, which takes clips of any length.
    VGGCNN : Their network of this kind with random weights.

    Notes
    -----
    The pools of "MSD_vgg" differ from those of "MTT_vgg", as the graphs with which they were trained say.
    The authors' package runs both with the pools of "MTT_vgg", so that its tags of "MSD_vgg" are not those
    that the network has learned to give. Here each network has its own.

    References
    ----------
    .. [1] J. Pons and X. Serra, "musicnn: pre-trained convolutional neural networks for music audio
       tagging", ISMIR late-breaking demo, 2019.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import VGGTagger
    >>> VGGTagger(96, 187, 8, n_filters=4)(torch.zeros(2, 96, 187)).shape
    torch.Size([2, 8])
    """

    map_layers = ["pool1", "pool2", "pool3", "pool4", "pool5"]

    def __init__(self, n_bins, n_frames, n_outputs, n_filters=128, pools=_POOLS["MTT_vgg"], dropout=0.5):
        super().__init__()
        self.arguments = {"n_bins": n_bins, "n_frames": n_frames, "n_outputs": n_outputs}
        self.arguments |= {"n_filters": n_filters, "pools": pools, "dropout": dropout}
        size = n_bins, n_frames
        for pool, step in pools:
            size = [(n - one) // by + 1 for n, one, by in zip(size, pool, step, strict=True)]
        if min(size) < 1:
            raise ValueError(
                f"n_bins={n_bins} and n_frames={n_frames} must be large enough for the pools, {pools}, which "
                f"leave {size}. Use larger windows, or smaller pools."
            )
        self.tags = None
        self.normalization = nn.BatchNorm2d(1, eps=_EPS)
        n_in = [1] + [n_filters] * (len(pools) - 1)
        for name, n, (pool, step) in zip(self.map_layers, n_in, pools, strict=True):
            self.add_module(name, _layer(n, n_filters, pool, step))
        self.between, self.dropout = nn.Dropout(dropout / 2), nn.Dropout(dropout)
        self.final_layer = nn.Linear(n_filters * size[0] * size[1], n_outputs)

    @classmethod
    def pretrained(cls, name="MTT_vgg", *, folder=None):
        """Return the network with weights that were learned from tags of music.

        Parameters
        ----------
        name : {"MTT_vgg", "MSD_vgg"}, default="MTT_vgg"
            The first learned 50 tags of MagnaTagATune, the second 50 tags of the Million Song Dataset.
        folder : str, PathLike or None, default=None
            Folder of the package musicnn; see :meth:`MusiCNN.pretrained`.

        Returns
        -------
        network : VGGTagger
            In evaluation mode; its outputs are logits of ``network.tags``.

        Raises
        ------
        ImportError
            If the package is not installed.
        ValueError
            If the name or the folder is another, or a file is damaged.

        Examples
        --------
        >>> from skmir.modules import VGGTagger
        >>> VGGTagger.pretrained("MSD_vgg").tags[:3]  # doctest: +SKIP
        ('rock', 'pop', 'alternative')
        """
        check_pretrained(name, "vgg")
        arrays, tags = read_weights(name, folder)
        norm = numbered("batch_normalization")
        network = cls(96, 187, len(tags), len(arrays["1CNN/bias"]), _POOLS[name])
        fill(network.normalization, arrays, norm(0))
        for i, layer in enumerate(network.map_layers, 1):
            convolution, _, normalization, _ = network.get_submodule(layer)
            fill(convolution, arrays, f"{i}CNN", (3, 2, 1, 0))  # TensorFlow: time, frequency, in, out
            fill(normalization, arrays, norm(i))
        fill(network.final_layer, arrays, "dense", (1, 0))
        network.tags = tags
        return network.eval()

    def features(self, x):
        """Return the inputs of the last layer.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        features : tensor of shape (B, n_features)
        """
        x = self.normalization(as_image(x))  # (B, 1, F, T)
        for name in self.map_layers:
            x = self.get_submodule(name)(x)
            if name != self.map_layers[-1]:
                x = self.between(x)
        return x.permute(0, 3, 2, 1).flatten(1)  # time, frequency, maps: TensorFlow's order

    def forward(self, x):
        """Return logits.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.

        Returns
        -------
        logits : tensor of shape (B, n_outputs)
        """
        return self.final_layer(self.dropout(self.features(x)))


def _layer(n_in, n_out, pool, step):
    return nn.Sequential(
        nn.Conv2d(n_in, n_out, 3, padding=1),
        nn.ReLU(),
        nn.BatchNorm2d(n_out, eps=_EPS),
        nn.MaxPool2d(pool, step),
    )
