"""A bar of epochs on stderr, for ``verbose=1``."""

from skorch.callbacks import Callback
from tqdm import tqdm


class EpochBar(Callback):
    """Draws one bar a fit, with the latest losses beside it."""

    def on_train_begin(self, net, **kwargs):
        """Open the bar."""
        self.bar_ = tqdm(total=net.max_epochs, unit="epoch", leave=False)

    def on_epoch_end(self, net, **kwargs):
        """Advance by an epoch and show its losses."""
        losses = {key: net.history[-1, key] for key in ("train_loss", "valid_loss") if key in net.history[-1]}
        self.bar_.set_postfix({key: f"{value:.3f}" for key, value in losses.items()})
        self.bar_.update()

    def on_train_end(self, net, **kwargs):
        """Close the bar."""
        self.bar_.close()
