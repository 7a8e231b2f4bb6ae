"""The fit of a Pipeline, and the training of its steps that goes on from there."""

import dataclasses

import numpy as np
from sklearn.base import clone

from ..._training import TrainingRecipe
from ...compose._fit_parameter import fit_parameter
from .._split import validation_split
from ._cut_pipeline import cut, flat_steps
from ._network import UnfrozenNetwork
from ._random_start import randomise


@dataclasses.dataclass
class TrainedOn:
    """A fitted Pipeline and the network that it became.

    Attributes
    ----------
    before : list of transformer or None
        What is computed once for each prediction.
    network : UnfrozenNetwork or None
        Trained; None if nothing was.
    trainable : list of str
        Names of the steps that were trained.
    initial_weights : dict of str to dict of str to ndarray
        Weights of the trained steps before the first epoch, by the names of steps, and of weights.
    deviation : dict of str to float
        Distance of the weights of each trained step from these, in units of their length.
    """

    before: list | None
    network: UnfrozenNetwork | None
    trainable: list
    initial_weights: dict
    deviation: dict


UNTRAINED = TrainedOn(None, None, [], {}, {})


class TrainingOn:
    """Labelled clips on which Pipelines are fitted and trained on.

    Parameters
    ----------
    settings : UnfrozenClassifier
        Its parameters, which have been checked.
    clips : ComputedOnce
    y : ndarray of shape (n_clips,)
    groups : ndarray of shape (n_clips,) or None
    seed : int
    """

    def __init__(self, settings, clips, y, groups, seed):
        self.settings = settings
        self.clips = clips
        self.y = y
        self.groups = groups
        self.seed = seed

    def fit(self, pipeline, rows):
        """Fit a Pipeline in place to some rows."""
        name = None if self.groups is None else fit_parameter(pipeline, "groups")
        parameters = {} if name is None else {name: self.groups[rows]}
        return self.clips.fit(pipeline, self.y, rows, **parameters)

    def choose_epochs(self, pipeline):
        """Return the number of epochs that is best for a validation part.

        The Pipeline is fitted without that part, since one that knows it would make 0 epochs look better than
        they are.

        Parameters
        ----------
        pipeline : Pipeline
            Fitted in place.

        Returns
        -------
        n_epochs : int
        losses : ndarray of shape (n_epochs_tried + 1,)
            The loss of the validation part after 0, 1, 2, ... epochs.
        """
        targets = np.unique(self.y, return_inverse=True)[1]
        train, valid = validation_split(targets, self.groups, self.settings.validation_fraction, self.seed)
        valid = valid[np.isin(self.y[valid], self.y[train])]  # validation_split has warned of the others
        if not len(valid):
            raise ValueError(
                "The validation part must have clips of classes that are left to train on, but it has none. "
                "Lower validation_fraction, or set early_stopping=False."
            )
        network = self.run(self.fit(pipeline, train), train, valid=valid).network
        stopping = dict(network.net_.callbacks_)["early_stopping"]
        return int(stopping.best_epoch_), np.append(stopping.first_loss_, network.history_["valid_loss"])

    def run(self, pipeline, rows, *, max_iter=None, valid=None):
        """Turn a fitted Pipeline into a network, and train it.

        Parameters
        ----------
        pipeline : Pipeline
            Fitted to the rows.
        rows : ndarray of int, or ALL
            Clips to train on.
        max_iter : int or None, default=None
            Number of epochs, if it is not that of the settings.
        valid : ndarray of int or None, default=None
            Clips whose loss ends the training.

        Returns
        -------
        trained : TrainedOn
        """
        parts = cut(pipeline, self.settings.trainable)
        frames = self.clips.through(parts.before, rows)
        fitted = {name: list(parts.modules[name].parameters()) for name in parts.trainable}
        lengths = {name: _length(weights) for name, weights in fitted.items()}
        scales = {name: _typical_size(weights) for name, weights in fitted.items()}
        if self.settings.init == "random":
            randomise(parts, frames, self.y[rows], self.seed)
        module = parts.network(of_tables=is_table(frames))
        start = module.weights_of(parts.trainable)
        network = self.network(max_iter=max_iter, early_stopping=valid is not None).set_params(
            module=module,
            anchor=self._anchor(module, lengths),
            net_params=self._rates(module, scales),
        )
        held_out = {}
        if valid is not None:
            X_val = as_frames(self.clips.through(parts.before, valid))
            held_out = {"X_val": X_val, "y_val": self.y[valid]}
        network.fit(as_frames(frames), self.y[rows], **held_out)
        now = network.module_.weights_of(parts.trainable)
        deviation = {name: _distance(start[name], now[name]) / lengths[name] for name in parts.trainable}
        return TrainedOn(parts.before, network, parts.trainable, start, deviation)

    def network(self, max_iter=None, early_stopping=False):
        """Return the network that trains, without a module yet."""
        settings, recipe = self.settings, self._recipe()
        if not early_stopping and settings.early_stopping and isinstance(recipe, TrainingRecipe):
            recipe = clone(recipe).set_params(scoring=None)  # the validation part has been scored
        return UnfrozenNetwork(
            max_iter=settings.max_iter if max_iter is None else max_iter,
            batch_size=settings.batch_size,
            learning_rate_init=settings.learning_rate_init,
            class_weight=self._class_weight(),
            early_stopping=early_stopping,
            validation_fraction=settings.validation_fraction,
            n_iter_no_change=settings.n_iter_no_change,
            constant_rate=bool(settings.early_stopping),
            recipe=recipe,
            device=settings.device,
            random_state=self.seed,
            verbose=settings.verbose,
        )

    def _recipe(self):
        given = self.settings.recipe
        return TrainingRecipe(label_smoothing=0.0) if given is None else given

    def _class_weight(self):
        given = self.settings.class_weight
        if not isinstance(given, str) or given != "auto":
            return given
        *_, last = flat_steps(self.settings._inner()).values()
        return getattr(last, "class_weight", None)

    def _anchor(self, module, lengths):
        """Return the weight of each parameter's squared distance, in units of the length of its step."""
        if not self.settings.anchor:
            return None
        return {
            f"steps.{i}.{key}": float(self.settings.anchor) / lengths[name] ** 2
            for i, name in enumerate(module.names)
            if name in lengths
            for key, _ in module.steps[i].named_parameters()
        }

    def _rates(self, module, scales):
        """Return the optimiser's groups of parameters, each with its factor for the learning rate."""
        if self._recipe().optimizer == "lbfgs":  # it takes no groups
            return None
        groups = [(f"steps.{module.names.index(name)}.*", {"rate_factor": s}) for name, s in scales.items()]
        return {"optimizer__param_groups": groups}


def as_frames(X):
    """Return a table as frames, one per clip, and frames as they are."""
    # A network would take a wide table for waveforms, and warn.
    return np.asarray(X)[:, :, np.newaxis] if is_table(X) else X


def is_table(X):
    """Return whether what steps return is a table, rather than frames."""
    return getattr(X, "ndim", None) == 2


def _length(weights):
    """Return the length of all weights of a step as one vector; 1 if all are 0."""
    return float(sum(values.detach().double().square().sum() for values in weights)) ** 0.5 or 1.0


def _typical_size(weights):
    """Return the root of the mean square of the weights of a step that are not 0; 1 if all are 0."""
    n_weights = sum(int(values.count_nonzero()) for values in weights)
    return _length(weights) / max(n_weights, 1) ** 0.5


def _distance(start, now):
    """Return the length of the difference between weights by name."""
    return float(sum(np.square(now[key] - start[key], dtype=float).sum() for key in start)) ** 0.5
