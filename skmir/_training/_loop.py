"""The training loop of all networks: from a module, examples and a loss to a trained skorch net.

It knows nothing about labels or scikit-learn.
"""

import copy
import math
from functools import partial

import torch
from skorch.callbacks import Callback, EarlyStopping
from skorch.helper import predefined_split
from skorch.history import History
from tqdm.auto import tqdm

from ..augmentation import GaussianNoise, InputDropout, augment
from ..augmentation._augment import check_augmentation
from ._anchor import Anchor
from ._batches import CoveringBatches, RandomBatches, n_batches
from ._data_parallel import DataParallelNet, accelerated
from ._epoch_scoring import judging_estimators, scoring_callbacks
from ._freed_memory import freed_memory_kept
from ._net import Net, Step, diverged
from ._recipe import factors, optimizer_params
from ._sparsity import ActivityPenalty
from ._transfer import freeze, parameter_groups, source_of


def make_net(module, loss, *, recipe, learning_rate, weight_decay, batch_size, device, callbacks, net_params):
    """Return an untrained skorch net with this library's iterators and optimiser.

    Parameters
    ----------
    module : torch.nn.Module
    loss : torch.nn.Module
        Takes outputs, and targets with weights; returns a scalar.
    recipe : TrainingRecipe
        A checked recipe.
    learning_rate, weight_decay : float
        Parameters of the optimiser.
    batch_size : int
        Number of clips per batch.
    device : torch.device
    callbacks : list of (str, skorch callback)
    net_params : dict or None
        Other parameters of ``skorch.NeuralNet``; they take precedence over the ones here, but their callbacks
        are added, as copies, since skorch writes into callbacks. With an ``accelerator``, which is copied
        too, several processes train together.

    Returns
    -------
    net : Net
    """
    params = {
        "criterion": loss,
        **optimizer_params(recipe, weight_decay),
        "lr": learning_rate,
        "batch_size": batch_size,
        "iterator_train": RandomBatches,
        "iterator_valid": CoveringBatches,
        "train_split": None,
        "callbacks__print_log": None,
        "verbose": 0,
        "device": str(device),
    }
    if (source := source_of(recipe.init)) is not None:
        if recipe.lower_rate == 0:
            freeze(module, source)
        elif recipe.lower_rate < 1:
            params["optimizer__param_groups"] = parameter_groups(module, source, recipe.lower_rate)
    extra = dict(net_params or {})
    if "optimizer" in extra:  # the user's own optimizer does not get the parameters meant for ours
        params.pop("optimizer__momentum", None), params.pop("optimizer__nesterov", None)
    callbacks = [*callbacks, *judging_estimators(copy.deepcopy(extra.pop("callbacks", None) or []))]
    kind = Net
    if extra.get("accelerator") is not None:
        kind = DataParallelNet
        extra |= accelerated(extra["accelerator"])
    return kind(module, **{**params, **extra}, callbacks=callbacks)


def take_over(net, old):
    """Give a net the history and the optimiser's state of another one with the same module.

    Parameters
    ----------
    net : Net
        Initialised, with the current parameters.
    old : Net
        Initialised; the state of its optimiser is only used if the net has the same kind of optimiser.

    Returns
    -------
    net : Net
    """
    net.history_ = History(old.history_)  # a copy, since the old net may be restored
    if type(net.optimizer_) is type(old.optimizer_):
        net.optimizer_.state = old.optimizer_.state
    return net


def epochs_of(max_iter, n_examples, batch_size, auto):
    """Return the number of epochs that ``max_iter`` stands for.

    Parameters
    ----------
    max_iter : int or "auto"
        "auto" takes as many epochs as are needed for a number of steps, but at least so many: small data sets
        need more passes than large ones.
    n_examples, batch_size : int
    auto : (int, int)
        The smallest numbers of steps and of epochs with "auto".

    Returns
    -------
    n_epochs : int
    """
    if max_iter != "auto":
        return int(max_iter)
    n_steps, n_epochs = auto
    return max(math.ceil(n_steps / n_batches(n_examples, batch_size)), n_epochs)


def train(
    net,
    examples,
    valid=None,
    *,
    epochs,
    recipe,
    schedule,
    augmentation,
    generator,
    scored=None,
    anchor=None,
):
    """Train a net in place, starting from its current state.

    Parameters
    ----------
    net : Net
        Initialised.
    examples : Examples
        Examples to train on.
    valid : Examples or None
        Examples to validate on.
    epochs : int
        Number of epochs.
    recipe : TrainingRecipe
        A checked recipe.
    schedule : str
        Schedule of the learning rate, over all epochs.
    augmentation : augmentation, list of augmentations, or None
        Augmentation of the training batches.
    generator : torch.Generator
        Draws the batches and the augmentation.
    scored : dict of str to (estimator, X, y) or None, default=None
        What scorers get after each epoch, of the clips of "train" and "valid".
    anchor : dict of str to float or None, default=None
        Weights of the squared distance of parameters, by their names, from their present values.

    Returns
    -------
    net : Net
        Its module is moved back to the CPU, which frees device memory for the next fit.

    Raises
    ------
    ValueError
        If the weights are no longer finite.
    """
    device = examples.targets.device
    net.train_split = None if valid is None else predefined_split(valid)
    net.max_epochs = epochs
    net.scored_ = scored
    if isinstance(net.optimizer_, torch.optim.LBFGS):  # it can only flatten gradients in plain memory order
        net.module_.to(memory_format=torch.contiguous_format)
    n_steps = epochs * n_batches(len(examples), net.batch_size)
    penalties = [ActivityPenalty(net.module_, recipe.l1_activation)] if recipe.l1_activation else []
    penalties += [Anchor(net.module_, anchor)] if anchor else []
    net.step_ = Step(
        rates=(net.lr * factor for factor in factors(schedule, n_steps)),
        augmentation=_on_batches(recipe, augmentation, generator),
        penalties=penalties,
        forward=torch.compile(net.module_) if recipe.compile else None,
        recipe=recipe,
        generator=generator,
        device_type=device.type,
    )
    try:
        _to(net, device)
        with freed_memory_kept():
            net.train(examples)
    finally:
        for penalty in penalties:
            penalty.remove()
        net.step_ = net.scored_ = None
        net.train_split = None
        net.module_.eval()
        _to(net, "cpu")
    _check_weights(net)
    return net


def _on_batches(recipe, augmentation, generator):
    """Return the function that augments a batch, or None if there is nothing to do."""
    steps = check_augmentation(augmentation)
    if recipe.noise:
        steps.append(GaussianNoise(recipe.noise))
    if recipe.input_dropout:
        steps.append(InputDropout(recipe.input_dropout))
    return partial(augment, augmentations=steps, generator=generator) if steps else None


def _to(net, device):
    """Move the module, and the optimiser's state, to a device."""
    net.module_.to(device)
    fused = net.optimizer_.defaults.get("fused")
    for state in net.optimizer_.state.values():
        for name, value in state.items():
            if name != "step" or fused:  # otherwise torch counts steps on the CPU
                state[name] = _moved(value, device)


def _moved(value, device):
    """Return a tensor, or a list of them, on a device; return anything else unchanged."""
    if isinstance(value, list):
        return [_moved(item, device) for item in value]
    return value.to(device) if torch.is_tensor(value) else value


def _check_weights(net):
    if not all(weights.isfinite().all() for weights in net.module_.state_dict().values()):
        raise diverged(net, "its weights are")


def callbacks_for(*, patience=None, verbose=0, scoring=None, from_start=False):
    """Return the callbacks of a fit: scores, early stopping, and the progress bar.

    Parameters
    ----------
    patience : int or None, default=None
        Number of epochs without a lower validation loss after which training stops, and the best epoch's
        weights are restored; None trains for ``max_iter`` epochs.
    verbose : int, default=0
        1 draws a progress bar of epochs on stderr.
    scoring : see TrainingRecipe, default=None
        Scores of the validation part, which later callbacks can monitor.
    from_start : bool, default=False
        Whether the weights before the first epoch may be the best ones.

    Returns
    -------
    callbacks : list of (str, skorch callback)
    """
    callbacks = scoring_callbacks(scoring)
    if patience is not None:
        kind = EarlyStoppingFromStart if from_start else EarlyStopping
        stopping = kind(monitor="valid_loss", patience=patience, threshold=0, load_best=True)
        callbacks.append(("early_stopping", stopping))
    if verbose:
        callbacks.append(("bar", EpochBar()))
    return callbacks


class EarlyStoppingFromStart(EarlyStopping):
    """Early stopping that may keep the weights from before the first epoch, which skorch's never looks at.

    Attributes
    ----------
    best_epoch_ : int
        Number of epochs after which the validation loss was lowest; 0 before the first.
    first_loss_ : float
        The validation loss before the first epoch.
    """

    def on_train_begin(self, net, X=None, y=None, **kwargs):
        """Take the loss before the first epoch for the lowest so far."""
        super().on_train_begin(net, X=X, y=y, **kwargs)
        _, valid = net.get_split_datasets(X)
        self.first_loss_, _ = net._valid_epoch(net.get_iterator(valid, training=False))
        self.dynamic_threshold_ = self._calc_new_threshold(self.first_loss_)
        if self.load_best:
            self.best_model_weights_ = copy.deepcopy(net.module_.state_dict())


class EpochBar(Callback):
    """Draw one progress bar per fit, with the latest losses."""

    def on_train_begin(self, net, **kwargs):
        """Open the bar."""
        self.bar_ = tqdm(total=net.max_epochs, unit="epoch", leave=False)

    def on_epoch_end(self, net, **kwargs):
        """Advance by one epoch and show its losses."""
        losses = {key: net.history[-1, key] for key in ("train_loss", "valid_loss") if key in net.history[-1]}
        self.bar_.set_postfix({key: f"{value:.3f}" for key, value in losses.items()})
        self.bar_.update()

    def on_train_end(self, net, **kwargs):
        """Close the bar."""
        self.bar_.close()
