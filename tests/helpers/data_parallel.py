"""Networks trained by one process or by several together; as a script, by two.

    python data_parallel.py FOLDER

with accelerate's environment variables set, but for the rank; what each network has become in each process
goes to a file in FOLDER. The two are forked from one that has loaded everything.
"""

import gc
import os
import sys

import numpy as np
from sklearn.model_selection import GridSearchCV
from skorch.callbacks import Callback

from skmir.augmentation import GaussianNoise, Mixup
from skmir.neural_network import CNNClassifier, MLPClassifier, RNNClassifier, TrainingRecipe

N_CLIPS = 37  # the last batch of 8 has 5, of which one process takes 3 and the other 2
SGD = {"optimizer": "sgd", "momentum": 0.5}
COMMON = {"max_iter": 4, "batch_size": 8, "learning_rate_init": 0.05, "device": "cpu", "random_state": 0}
MLP = {"hidden_layer_sizes": (16,), "activation": "tanh", "dropout": 0.0, **COMMON}
GRID = {"learning_rate_init": [1e-5, 0.05]}
STOPPING = {"early_stopping": True, "validation_fraction": 0.3, "n_iter_no_change": 2, "max_iter": 12}


class FirstGradient(Callback):
    """Keeps the gradient of the first step; makes training go batch by batch through skorch."""

    def on_train_begin(self, net, **kwargs):
        self.gradient_ = None

    def on_grad_computed(self, net, named_parameters, **kwargs):
        if self.gradient_ is None:
            gradients = [weights.grad.flatten().clone().numpy() for _, weights in named_parameters]
            self.gradient_ = np.concatenate(gradients)


# Equal to one process, but for rounding: nothing that draws or that looks at other clips of a batch.
EQUAL = {
    "mlp": MLPClassifier(recipe=TrainingRecipe(**SGD), **MLP),
    "watched": MLPClassifier(
        recipe=TrainingRecipe(**SGD), net_params={"callbacks": [("gradient", FirstGradient())]}, **MLP
    ),
    "weighted": MLPClassifier(recipe=TrainingRecipe(**SGD), class_weight={0: 5.0, 1: 1.0, 2: 0.1}, **MLP),
    "regularised": MLPClassifier(
        recipe=TrainingRecipe(**SGD, clip_grad_norm=0.05, max_norm=0.5, l1_activation=0.1, noise=0.2),
        augmentation=[GaussianNoise(0.1), Mixup(0.5)],
        **MLP,
    ),
    "adamw": MLPClassifier(**{**MLP, "learning_rate_init": 1e-3}),
    "stopping": MLPClassifier(recipe=TrainingRecipe(**SGD), **{**MLP, **STOPPING}),
    "rnn": RNNClassifier(hidden_layer_sizes=(6,), dropout=0.0, recipe=TrainingRecipe(**SGD), **COMMON),
}
# Equal in all processes, but another draw than one process makes.
ALIKE = {
    "cnn": CNNClassifier("k2c2", n_filters=(3, 4), **COMMON),
    "dropout": MLPClassifier(**{**MLP, "dropout": 0.5}),
    "cnn stopping": CNNClassifier("k2c2", n_filters=(3, 4), **{**COMMON, **STOPPING}),
}


def data(name):
    """Return frames and targets."""
    rng = np.random.RandomState(0)
    y = rng.randint(3, size=N_CLIPS)
    if name in ("cnn", "cnn stopping"):
        return rng.randn(N_CLIPS, 12, 16) + y[:, None, None] / 3, y
    if name == "rnn":
        return [
            rng.randn(5, n) + label / 2 for n, label in zip(rng.randint(4, 9, N_CLIPS), y, strict=True)
        ], y
    return rng.randn(N_CLIPS, 12) + y[:, None] / 3, y


def with_accelerator(model, accelerator):
    """Return a network that trains with an accelerator, where there is one."""
    net_params = {**(model.net_params or {}), **({"accelerator": accelerator} if accelerator else {})}
    return model.set_params(net_params=net_params)


def fit_all(accelerator=None):
    """Return what each network has become: weights, predictions, losses, gradient of the first step."""
    found = {}
    for name, model in {**EQUAL, **ALIKE}.items():
        model = with_accelerator(model, accelerator).fit(*data(name))
        again = model.fit(*data(name)) if name == "mlp" else model  # the accelerator serves a second time
        weights = [values.flatten().numpy() for values in again.module_.state_dict().values()]
        found[f"{name}/weights"] = np.concatenate(weights).astype(float)
        found[f"{name}/predictions"] = model.predict(data(name)[0])
        found[f"{name}/losses"] = model.history_["train_loss"]
        found[f"{name}/type"] = type(model.module_).__name__
        found[f"{name}/own draws"] = model.random_state_["torch"].sum()
        if name == "watched":
            found[f"{name}/gradient"] = dict(model.net_.callbacks_)["gradient"].gradient_
    goes_on = MLPClassifier(warm_start=True, **{**MLP, "max_iter": 2})
    for _ in range(2):
        with_accelerator(goes_on, accelerator).fit(*data("mlp"))
    found["warm start/losses"] = goes_on.history_["train_loss"]
    model = with_accelerator(MLPClassifier(**MLP), accelerator)
    search = GridSearchCV(model, GRID, cv=2, refit=False, error_score="raise")
    found["search/scores"] = search.fit(*data("mlp")).cv_results_["mean_test_score"]
    return found


def fit_unlike(accelerator):
    """Return what is said where processes draw from seeds of their own."""
    model = with_accelerator(MLPClassifier(**{**MLP, "random_state": accelerator.process_index}), accelerator)
    try:
        model.fit(*data("mlp"))
    except ValueError as error:
        return str(error)


if __name__ == "__main__":
    import torch._dynamo  # noqa: F401 (accelerate does it, as slowly, in each process)
    from accelerate import Accelerator

    gc.freeze()  # accelerate collects garbage around each fit, which need not look at what was loaded
    rank = os.fork() == 0
    os.environ.update(RANK=str(int(rank)), LOCAL_RANK=str(int(rank)))
    accelerator = Accelerator(cpu=True)
    np.savez(
        f"{sys.argv[1]}/{accelerator.process_index}.npz",
        processes=(accelerator.process_index, accelerator.num_processes),
        unlike=fit_unlike(accelerator),
        **fit_all(accelerator),
    )
    if not rank:
        sys.exit(os.waitstatus_to_exitcode(os.wait()[1]))
