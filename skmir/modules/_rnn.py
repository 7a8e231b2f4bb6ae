"""The recurrent network: layers that follow a clip frame by frame.

Cells: "gru" is that of Cho et al., "Learning phrase representations using RNN encoder-decoder for
statistical machine translation", EMNLP 2014; "lstm" that of Hochreiter & Schmidhuber, "Long short-term
memory", Neural Computation 9, 1997; "tanh" the plain one. Two directions: Schuster & Paliwal, "Bidirectional
recurrent neural networks", IEEE Transactions on Signal Processing 45, 1997.
"""

from torch import nn
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence

from ._widths import scaled_widths

CELLS = {"gru": nn.GRU, "lstm": nn.LSTM, "tanh": nn.RNN}


class RNN(nn.Module):
    """Recurrent layers over frames; the last state of the last layer goes to a linear output.

    Parameters
    ----------
    n_bins : int
        Number of values per frame.
    n_frames : int
        Not used: the network takes clips of any length. It is accepted because other networks need it.
    n_outputs : int
        Number of outputs; they are logits.
    cell : {"gru", "lstm", "tanh"} or class, default="gru"
        A class of your own has the interface of ``torch.nn.RNNBase``: it is built with ``input_size``,
        ``hidden_size``, ``batch_first=True`` and ``bidirectional``, and returns outputs and last states.
    hidden_layer_sizes : sequence of int, default=(64,)
        Number of units per recurrent layer, in each direction.
    bidirectional : bool, default=False
        Whether each layer follows the clip backwards too. The last states of both directions are then
        concatenated; backwards, the last state is at the clip's first frame.
    dropout : float, default=0.0
        Share of each recurrent layer's outputs that is dropped in training, in [0, 1).

    Raises
    ------
    ValueError
        If ``hidden_layer_sizes`` is empty.

    Notes
    -----
    Boeck et al. (2012) find onsets with three bidirectional layers of 25 tanh units, which is
    ``cell="tanh", hidden_layer_sizes=(25, 25, 25), bidirectional=True``. Their network has one output per
    frame, as :class:`SequenceRNN` does; here there is one per clip.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import RNN
    >>> net = RNN(40, 128, 10, bidirectional=True).eval()
    >>> clips = torch.zeros(2, 40, 128)
    >>> net(clips, lengths=torch.tensor([128, 90])).shape
    torch.Size([2, 10])
    """

    CELLS = CELLS
    RATIOS = {"hidden_layer_sizes": (1,)}

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        cell="gru",
        hidden_layer_sizes=(64,),
        bidirectional=False,
        dropout=0.0,
    ):
        super().__init__()
        if not len(hidden_layer_sizes):
            raise ValueError("hidden_layer_sizes is empty. Give the size of at least one layer.")
        cell = CELLS[cell] if isinstance(cell, str) else cell
        n_inputs = n_bins
        self.recurrent_layers = nn.ModuleList()
        for n_units in hidden_layer_sizes:
            layer = cell(n_inputs, n_units, batch_first=True, bidirectional=bidirectional)
            self.recurrent_layers.append(layer)
            n_inputs = 2 * n_units if bidirectional else n_units
        self.dropout = nn.Dropout(dropout)
        self.final_layer = nn.Linear(n_inputs, n_outputs)

    @staticmethod
    def widths(scale):
        """Return the widths of a network with one layer; ``scale`` is its number of units.

        Parameters
        ----------
        scale : float
            Scale, at least 1.

        Returns
        -------
        widths : dict of list of int
            Arguments of the constructor.
        """
        return scaled_widths(RNN.RATIOS, scale)

    def forward(self, x, lengths=None):
        """Return logits.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        lengths : int64 tensor of shape (B,), default=None
            Each clip's own number of frames; later frames are ignored. None takes all frames.

        Returns
        -------
        logits : tensor of shape (B, n_outputs)
        """
        return self.final_layer(self.dropout(self.features(x, lengths)))

    def features(self, x, lengths=None):
        """Return the last state of the last layer, of both directions if there are two.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        lengths : int64 tensor of shape (B,), default=None
            As in ``forward``.

        Returns
        -------
        features : tensor of shape (B, n_features)

        Raises
        ------
        ValueError
            If a length is less than 1, or more than the number of frames.
        """
        _, state = self.run(x, lengths)
        hidden = (
            state[0] if isinstance(state, tuple) else state
        )  # an LSTM also returns the states of its cells
        return hidden.transpose(0, 1).flatten(1)  # (n_directions, B, n_units) -> (B, n_features)

    def run(self, x, lengths=None):
        """Return the outputs of the last layer at each frame, and its last state.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        lengths : int64 tensor of shape (B,), default=None
            As in ``forward``.

        Returns
        -------
        outputs : tensor of shape (B, n_frames, n_features), or PackedSequence if there are lengths
        state : tensor of shape (n_directions, B, n_units), or tuple of tensors for an LSTM
        """
        x = x.transpose(1, 2)  # (B, T, n_bins)
        if lengths is not None:
            x = pack(x, lengths.cpu())
        for depth, layer in enumerate(self.recurrent_layers):
            x, state = layer(self._drop(x) if depth else x)  # (B, T, n_directions * n_units)
        return x, state

    def _drop(self, x):
        if isinstance(x, PackedSequence):
            return x._replace(data=self.dropout(x.data))
        return self.dropout(x)


def pack(x, lengths):
    """Return the clips' own frames, packed."""
    # torch does not complain if a length exceeds the number of frames.
    shortest, longest = int(lengths.min()), int(lengths.max())
    if shortest < 1 or longest > x.shape[1]:
        raise ValueError(
            f"lengths must lie between 1 and {x.shape[1]}, the number of frames, got lengths from {shortest} "
            f"to {longest}."
        )
    return pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
