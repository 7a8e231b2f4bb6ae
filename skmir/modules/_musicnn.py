"""MusiCNN: kernels shaped for timbre and for rhythm, then dense layers over time, trained for tagging.

Pons & Serra, "musicnn: pre-trained convolutional neural networks for music audio tagging", ISMIR
late-breaking demo 2019; Pons et al., "End-to-end learning for music audio tagging at scale", ISMIR 2018.
"""

import torch
from torch import nn

from ._conv_block import as_image
from ._pretrained import check_pretrained, fill, numbered, read_weights

TIMBRAL_SHARES = (0.4, 0.7)  # of the bins
TEMPORAL_LENGTHS = (128, 64, 32)  # in frames
_EPS = 1e-3  # of batch normalisation in TensorFlow


class MusiCNN(nn.Module):
    """Kernels shaped for timbre and for rhythm, three convolutions over time, and two dense layers.

    Kernels of four and seven tenths of the bins by 7 frames see timbre, and take the maximum over frequency;
    kernels of one bin by 128, 64 and 32 frames see rhythm. Maxima and means over time of the maps of all
    layers enter the dense layers.

    :meth:`pretrained` returns it with the weights that Pons and Serra learned from tags of music.

    Parameters
    ----------
    n_bins : int
        Number of bins, at least 3. The trained networks take 96 mel bands of audio at 16 kHz, with frames of
        512 samples every 256: ``LogCompression(10_000)`` of a ``MelSpectrogram``.
    n_frames : int or None
        Not used: clips may have any length. The trained networks learned from 187 frames, 3 s.
    n_outputs : int
        Number of outputs; they are logits.
    n_filters : tuple of three int, default=(204, 51, 64)
        Number of feature maps of each of the two kinds of timbral kernels, of each of the three kinds of
        temporal kernels, and of each of the three layers after them.
    n_units : int, default=200
        Number of units of the first dense layer.
    dropout : float, default=0.5
        Share of the inputs of each dense layer that is dropped in training, in [0, 1).

    Attributes
    ----------
    map_layers : list of str
        Names of the layers whose outputs are maps over time: "timbral", "temporal", "cnn1", "cnn2", "cnn3",
        as the authors call them.
    tags : tuple of str or None
        Names of the outputs of a trained network.

    See Also
    --------
    skmir.neural_network.NetworkEmbedding : Its layers as features of clips.
    skmir.neural_network.PretrainedTagger : Its tags.

    References
    ----------
    .. [1] J. Pons and X. Serra, "musicnn: pre-trained convolutional neural networks for music audio
       tagging", ISMIR late-breaking demo, 2019.
    .. [2] J. Pons, O. Nieto, M. Prockup, E. Schmidt, A. Ehmann and X. Serra, "End-to-end learning for music
       audio tagging at scale", ISMIR 2018.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import MusiCNN
    >>> net = MusiCNN(96, 187, 8, n_filters=(4, 2, 8))
    >>> net(torch.zeros(2, 96, 187)).shape, net.features(torch.zeros(2, 96, 60)).shape
    (torch.Size([2, 8]), torch.Size([2, 200]))
    """

    map_layers = ["timbral", "temporal", "cnn1", "cnn2", "cnn3"]

    def __init__(self, n_bins, n_frames, n_outputs, n_filters=(204, 51, 64), n_units=200, dropout=0.5):
        super().__init__()
        self.arguments = {"n_bins": n_bins, "n_frames": n_frames, "n_outputs": n_outputs}
        self.arguments |= {"n_filters": tuple(n_filters), "n_units": n_units, "dropout": dropout}
        timbral, temporal, n_maps = n_filters
        heights = [int(share * n_bins) for share in TIMBRAL_SHARES]
        if min(heights) < 1:
            raise ValueError(f"n_bins={n_bins} must be at least 3 for kernels of four tenths of the bins.")
        self.tags = None
        self.normalization = nn.BatchNorm2d(1, eps=_EPS)
        self.timbral = _SideBySide(_Kernels(timbral, (height, 7)) for height in heights)
        self.temporal = _SideBySide(_Kernels(temporal, (1, length)) for length in TEMPORAL_LENGTHS)
        n_in = len(heights) * timbral + len(TEMPORAL_LENGTHS) * temporal
        self.cnn1 = _OverTime(n_in, n_maps)
        self.cnn2 = _OverTime(n_maps, n_maps, residual=True)
        self.cnn3 = _OverTime(n_maps, n_maps, residual=True)
        n_pooled = 2 * (n_in + 3 * n_maps)
        self.penultimate = nn.Sequential(
            nn.BatchNorm1d(n_pooled, eps=_EPS),
            nn.Dropout(dropout),
            nn.Linear(n_pooled, n_units),
            nn.ReLU(),
            nn.BatchNorm1d(n_units, eps=_EPS),
            nn.Dropout(dropout),
        )
        self.final_layer = nn.Linear(n_units, n_outputs)

    @classmethod
    def pretrained(cls, name="MTT_musicnn", *, folder=None):
        """Return the network with weights that were learned from tags of music.

        Parameters
        ----------
        name : {"MTT_musicnn", "MSD_musicnn", "MSD_musicnn_big"}, default="MTT_musicnn"
            "MTT" networks learned 50 tags of MagnaTagATune, "MSD" networks 50 tags of the Million Song
            Dataset. The big one is in the source of the package only, not in the one that pip installs.
        folder : str, PathLike or None, default=None
            Folder of the package musicnn, with ``configuration.py`` and the checkpoints. None finds the
            installed package: ``pip install --no-deps musicnn==0.1.0``.

        Returns
        -------
        network : MusiCNN
            In evaluation mode; its outputs are logits of ``network.tags``.

        Raises
        ------
        ImportError
            If the package is not installed.
        ValueError
            If the name or the folder is another, or a file is damaged.

        Examples
        --------
        >>> from skmir.modules import MusiCNN
        >>> network = MusiCNN.pretrained("MTT_musicnn")  # doctest: +SKIP
        >>> network.tags[:4]  # doctest: +SKIP
        ('guitar', 'classical', 'slow', 'techno')
        """
        check_pretrained(name, "musicnn")
        arrays, tags = read_weights(name, folder)
        conv, norm = numbered("conv2d"), numbered("batch_normalization")
        widths = [arrays[f"{layer}/kernel"].shape[-1] for layer in (conv(0), conv(2), conv(5))]
        network = cls(96, None, len(tags), widths, n_units=len(arrays["dense/bias"]))
        fill(network.normalization, arrays, norm(0))
        image, series, dense = (3, 2, 1, 0), (3, 1, 0, 2), (1, 0)  # TensorFlow: time, frequency, in, out
        for i, kernels in enumerate([*network.timbral.parts, *network.temporal.parts]):
            fill(kernels.conv, arrays, conv(i), image)
            fill(kernels.normalization, arrays, norm(1 + i))
        for i, layer in enumerate((network.cnn1, network.cnn2, network.cnn3), 5):
            fill(layer.conv, arrays, conv(i), series)
            fill(layer.normalization, arrays, norm(1 + i))
        fill(network.penultimate[0], arrays, norm(9))
        fill(network.penultimate[2], arrays, "dense", dense)
        fill(network.penultimate[4], arrays, norm(10))
        fill(network.final_layer, arrays, "dense_1", dense)
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
        features : tensor of shape (B, n_units)
        """
        x = self.normalization(as_image(x))  # (B, 1, F, T)
        front = torch.cat([self.timbral(x), self.temporal(x)], dim=1)  # (B, n_maps, T)
        maps = [front]
        for layer in (self.cnn1, self.cnn2, self.cnn3):
            maps.append(layer(maps[-1]))
        maps = torch.cat(maps, dim=1)
        pooled = torch.stack([maps.amax(2), maps.mean(2)], dim=2).flatten(1)  # maximum and mean in turn
        return self.penultimate(pooled)

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
        return self.final_layer(self.features(x))


class _Kernels(nn.Module):
    """A convolution, batch normalisation, and the maximum over frequency; as many frames as before."""

    def __init__(self, n_filters, kernel):
        super().__init__()
        length = kernel[1]
        self.padding = nn.ZeroPad2d(((length - 1) // 2, length // 2, 0, 0))  # as TensorFlow pads
        self.conv = nn.Conv2d(1, n_filters, kernel)
        self.normalization = nn.BatchNorm2d(n_filters, eps=_EPS)

    def forward(self, x):
        return self.normalization(torch.relu(self.conv(self.padding(x)))).amax(2)


class _SideBySide(nn.Module):
    """Several layers with the same input, whose maps are put side by side."""

    def __init__(self, parts):
        super().__init__()
        self.parts = nn.ModuleList(parts)

    def forward(self, x):
        return torch.cat([part(x) for part in self.parts], dim=1)


class _OverTime(nn.Module):
    """A convolution over 7 frames and batch normalisation; ``residual`` adds the input."""

    def __init__(self, n_in, n_out, residual=False):
        super().__init__()
        self.residual = residual
        self.conv = nn.Conv1d(n_in, n_out, 7, padding=3)
        self.normalization = nn.BatchNorm1d(n_out, eps=_EPS)

    def forward(self, x):
        maps = self.normalization(torch.relu(self.conv(x)))
        return maps + x if self.residual else maps
