"""The recurrent network with outputs per frame.

Böck, Arzt, Krebs & Schedl, "Online real-time onset detection with recurrent neural networks", DAFx 2012,
and Böck & Schedl, "Enhanced beat tracking with context-aware neural networks", DAFx 2011.
"""

from torch import nn
from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence

from ._rnn import RNN


class SequenceRNN(RNN):
    """Recurrent layers over frames; their outputs at each frame go to a linear output.

    Parameters
    ----------
    n_bins : int
        Number of values per frame.
    n_frames : int
        Not used: the network takes clips of any length. It is accepted because other networks need it.
    n_outputs : int
        Number of outputs per frame; they are logits.
    cell : {"gru", "lstm", "tanh"} or class, default="gru"
        As for :class:`RNN`.
    hidden_layer_sizes : sequence of int, default=(64,)
        Number of units per recurrent layer, in each direction.
    bidirectional : bool, default=True
        Whether each layer follows the clip backwards too. Otherwise outputs depend on earlier frames only,
        and can be computed while music plays.
    dropout : float, default=0.0
        Share of each recurrent layer's outputs that is dropped in training, in [0, 1).

    Notes
    -----
    The paper's network for onsets is ``cell="tanh", hidden_layer_sizes=(25, 25, 25)``; that for beats has
    LSTM cells.

    Examples
    --------
    >>> import torch
    >>> from skmir.modules import SequenceRNN
    >>> net = SequenceRNN(40, 128, 2).eval()
    >>> net(torch.zeros(3, 40, 100)).shape
    torch.Size([3, 2, 100])
    """

    def __init__(
        self,
        n_bins,
        n_frames,
        n_outputs,
        cell="gru",
        hidden_layer_sizes=(64,),
        bidirectional=True,
        dropout=0.0,
    ):
        super().__init__(n_bins, n_frames, n_outputs, cell, hidden_layer_sizes, bidirectional, dropout)
        self.input_norm = nn.BatchNorm1d(n_bins)

    def features(self, x, lengths=None):
        """Return the outputs of the last layer at each frame, of both directions if there are two.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        lengths : int64 tensor of shape (B,), default=None
            Each clip's own number of frames; the outputs at later frames mean nothing. None takes all frames.

        Returns
        -------
        features : tensor of shape (B, n_frames, n_features)
        """
        outputs, _ = self.run(self.input_norm(x), lengths)
        if isinstance(outputs, PackedSequence):
            outputs, _ = pad_packed_sequence(outputs, batch_first=True, total_length=x.shape[2])
        return outputs

    def forward(self, x, lengths=None):
        """Return logits per frame.

        Parameters
        ----------
        x : tensor of shape (B, n_bins, n_frames)
            Frames.
        lengths : int64 tensor of shape (B,), default=None
            Each clip's own number of frames; later frames are ignored. None takes all frames.

        Returns
        -------
        logits : tensor of shape (B, n_outputs, n_frames)
        """
        return super().forward(x, lengths).transpose(1, 2)

    def step(self, x, states=None):
        """Return logits of a single frame, and the states after it, from those before it.

        Frame after frame, this gives what ``forward`` gives of all at once. It needs layers of one direction.

        Parameters
        ----------
        x : tensor of shape (B, n_bins)
            A frame of each clip.
        states : list of (tensor or tuple of tensors), default=None
            The states of each layer after the frame before; None begins.

        Returns
        -------
        logits : tensor of shape (B, n_outputs)
        states : list
            As the argument; each tensor has the shape (1, B, n_units).
        """
        x = self.input_norm(x[:, :, None]).transpose(1, 2)  # (B, 1, n_bins)
        after = []
        for depth, layer in enumerate(self.recurrent_layers):
            x, state = layer(self._drop(x) if depth else x, None if states is None else states[depth])
            after.append(state)
        return self.final_layer(self.dropout(x[:, 0])), after
