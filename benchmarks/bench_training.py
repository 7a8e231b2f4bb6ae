"""Time of a training step, against hand-written torch loops, skorch and scikit-learn in the same run.

    python benchmarks/bench_training.py [--perceptrons] [--rounds 7] [--csv FILE] [--device cuda]

Networks: an MLP of 120-256-10 with batches of 64; k2c2, CRNN and the default CNN near 0.1 M parameters, on
frames of 96 x 128 with batches of 32. Each contender trains the same module on the same clips for the same
number of epochs, in turns; the fastest turn of each counts, so that other work of the machine affects all
alike. A turn is a whole training without building or validating: data are on the device before.

- "hand-written" is a loop as users write it: data on the device, random index batches, AdamW as torch makes
  it.
- "hand-written, fused" is the same with the fused AdamW, which skmir uses too: the ratio to it is the cost
  of everything that skmir does besides forward, backward and update.
- "skorch" is NeuralNetClassifier with its defaults, AdamW and no validation split.
- "scikit-learn" is its MLPClassifier, with Adam: another implementation of the same network.

With ``--device cuda`` the device's memory before and after 20 fits is printed as well.

``--perceptrons`` instead times fits of small networks at their default settings, on 960 clips of 120
values, in the two ways in which skmir takes their steps: through autograd, and by hand. A time is that of a
whole fit, divided by its steps; of the DBN, it is that of fine-tuning alone. Both ways must end with the same
weights, to the last bit.
"""

import argparse
import copy
import pickle
import time
import warnings

import numpy as np
import pandas as pd
import torch
from machine import note_machine
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPClassifier as ScikitMLP
from skorch import NeuralNetClassifier
from torch import nn

from skmir._training import _dense_conditions
from skmir._training._batches import Examples
from skmir._training._loop import make_net, train
from skmir._training._losses import HeadsLoss
from skmir._training._windows import Windows
from skmir.modules import CRNN, K2C2, MLP, TimbreRhythmCNN, sized
from skmir.modules._heads import has_heads
from skmir.neural_network import CNNClassifier, DBNClassifier, MLPClassifier, TrainingRecipe
from skmir.neural_network._targets import ClassTarget

SIZE = {"n_bins": 96, "n_frames": 128, "n_outputs": 10}
RATE, DECAY = 1e-3, 0.01


def networks():
    """Return name to (module, frames, batch size, epochs of a turn)."""
    images = lambda n: np.random.RandomState(0).randn(n, 96, 128).astype(np.float32)  # noqa: E731
    table = np.random.RandomState(0).randn(3840, 120, 1).astype(np.float32)
    torch.manual_seed(0)
    return {
        "MLP 120-256-10": (MLP(120, 10, (256,)), table, 64, 20),
        "k2c2 0.1 M": (K2C2(**SIZE, **sized(K2C2, 100_000, **SIZE)), images(96), 32, 1),
        "CRNN 0.1 M": (CRNN(**SIZE, **sized(CRNN, 100_000, **SIZE)), images(96), 32, 1),
        "timbre_rhythm 0.1 M": (
            TimbreRhythmCNN(**SIZE, **sized(TimbreRhythmCNN, 100_000, **SIZE)),
            images(96),
            32,
            2,
        ),
    }


class Loss(nn.CrossEntropyLoss):
    """Cross-entropy; of a network with several last layers, the mean of theirs."""

    def forward(self, outputs, y):
        """Return the loss of logits (B, n_outputs) or (B, n_heads, n_outputs)."""
        if outputs.ndim == 3:
            outputs, y = outputs.flatten(0, 1), y.repeat_interleave(outputs.shape[1])
        return super().forward(outputs, y)


def hand_written(module, frames, labels, batch_size, epochs, device, **options):
    """Return the function that trains with a loop written by hand."""
    X, y = torch.from_numpy(frames).to(device), torch.from_numpy(labels).to(device)
    loss_function = Loss()

    def run():
        net = copy.deepcopy(module).to(device).train()
        optimizer = torch.optim.AdamW(net.parameters(), lr=RATE, weight_decay=DECAY, **options)
        start = time.perf_counter()
        for _ in range(epochs):
            order, total = torch.randperm(len(X), device=device), 0.0
            for rows in order.split(batch_size):
                optimizer.zero_grad()
                loss = loss_function(net(X[rows]), y[rows])
                loss.backward()
                optimizer.step()
                total += loss.detach() * len(rows)
            float(total)  # an epoch's loss is looked at
        return time.perf_counter() - start

    return run


def ours(module, frames, labels, batch_size, epochs, device):
    """Return the function that trains as the estimators do."""
    recipe = TrainingRecipe(label_smoothing=0.0)
    examples = Examples(Windows(frames, frames.shape[2], device), torch.from_numpy(labels), None)
    loss = ClassTarget.loss(0.0)
    if has_heads(module):
        loss = HeadsLoss(loss)

    def run():
        net = make_net(
            copy.deepcopy(module),
            loss,
            recipe=recipe,
            learning_rate=RATE,
            weight_decay=DECAY,
            batch_size=batch_size,
            device=device,
            callbacks=[],
            net_params=None,
        ).initialize()
        start = time.perf_counter()
        generator = torch.Generator().manual_seed(0)
        options = {"schedule": "one_cycle", "augmentation": None, "generator": generator}
        train(net, examples, epochs=epochs, recipe=recipe, **options)
        return time.perf_counter() - start

    return run


def skorch_default(module, frames, labels, batch_size, epochs, device):
    """Return the function that trains with skorch as it comes."""

    def run():
        net = NeuralNetClassifier(
            copy.deepcopy(module),
            criterion=Loss,
            optimizer=torch.optim.AdamW,
            optimizer__weight_decay=DECAY,
            lr=RATE,
            batch_size=batch_size,
            max_epochs=epochs,
            train_split=None,
            verbose=0,
            device=device,
        ).initialize()
        start = time.perf_counter()
        net.partial_fit(frames, labels)
        return time.perf_counter() - start

    return run


def scikit(frames, labels, batch_size, epochs):
    """Return the function that trains scikit-learn's MLP."""
    X = frames[:, :, 0]

    def run():
        net = ScikitMLP((256,), batch_size=batch_size, max_iter=epochs, tol=0, n_iter_no_change=10**6)
        start = time.perf_counter()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)
            net.fit(X, labels)
        return time.perf_counter() - start

    return run


def contenders(name, module, frames, batch_size, epochs, device):
    """Return name to function of all that train one network."""
    labels = np.arange(len(frames)) % 10
    task = (module, frames, labels, batch_size, epochs, device)
    functions = {
        "hand-written": hand_written(*task),
        "hand-written, fused": hand_written(*task, fused=True),
        "skmir": ours(*task),
        "skorch": skorch_default(*task),
    }
    if name.startswith("MLP"):
        functions["scikit-learn"] = scikit(frames, labels, batch_size, epochs)
    return functions


def in_turns(functions, rounds):
    """Return each contender's fastest time in s."""
    best = dict.fromkeys(functions, np.inf)
    for _ in range(rounds + 1):  # the first round warms up
        for name, function in functions.items():
            best[name] = min(best[name], function())
    return best


def perceptrons():
    """Return name to a network that is to be fitted."""
    fixed = {"device": "cpu", "random_state": 0}
    models = {f"MLP 120-{n}-10": MLPClassifier((n,), **fixed) for n in (32, 64, 128, 256)}
    stack = DBNClassifier((256, 128), warm_start=True, **fixed)  # its second fit does not pretrain
    return {**models, "DBN 120-256-128-10": stack.fit(*small_clips())}


def small_clips():
    """Return frames of 120 bins, and ten classes."""
    return np.random.RandomState(0).randn(960, 120).astype(np.float32), np.arange(960) % 10


def fitted(model, by_hand):
    """Return the function that fits a copy of a network by one of the two ways, and keeps it."""
    X, y = small_clips()

    def run():
        run.model = pickle.loads(pickle.dumps(model))
        _dense_conditions.ENABLED = by_hand
        start = time.perf_counter()
        run.model.fit(X, y)
        return time.perf_counter() - start

    return run


def both_ways(rounds):
    """Return the table of fits through autograd and by hand."""
    rows = {}
    for name, model in perceptrons().items():
        ways = {"autograd": fitted(model, False), "by hand": fitted(model, True)}
        best = in_turns(ways, rounds)
        one, other = (way.model for way in ways.values())
        if not all(map(torch.equal, one.module_.parameters(), other.module_.parameters())):
            raise SystemExit(f"{name}: the two ways end with different weights.")
        steps = (one.n_iter_ - getattr(model, "n_iter_", 0)) * (960 // one.batch_size)
        row = {f"{way}, us per step": round(1e6 * seconds / steps) for way, seconds in best.items()}
        rows[name] = {**row, "autograd / by hand": best["autograd"] / best["by hand"]}
    return rows


def against_others(rounds, device):
    """Return the table of trainings of the same modules by skmir and by others."""
    rows = {}
    for name, (module, frames, batch_size, epochs) in networks().items():
        n_steps = epochs * -(-len(frames) // batch_size)
        best = in_turns(contenders(name, module, frames, batch_size, epochs, device), rounds)
        row = {f"{who}, us per step": round(1e6 * s / n_steps) for who, s in best.items()}
        row["skmir / hand-written"] = best["skmir"] / best["hand-written"]
        row["skmir / fused"] = best["skmir"] / best["hand-written, fused"]
        rows[name] = row
    return rows


def memory_over_fits(n_fits=20):
    """Print the device's memory after each of some fits and predictions."""
    X, y = np.random.RandomState(0).randn(64, 96, 128).astype(np.float32), np.arange(64) % 4
    used = []
    for _ in range(n_fits):
        CNNClassifier(max_iter=2, device="cuda", random_state=0).fit(X, y).predict(X)
        used.append(torch.cuda.memory_allocated())
    print(f"memory on the device after fits 2 and {n_fits}: {used[1]} and {used[-1]} bytes")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "--perceptrons", action="store_true", help="time the two ways of small networks' steps"
    )
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--csv", help="where to write the table")
    parser.add_argument("--device", default="cpu")
    args = parser.parse_args()
    torch.set_num_threads(1)
    rows = both_ways(args.rounds) if args.perceptrons else against_others(args.rounds, args.device)
    table = pd.DataFrame(rows).T.rename_axis("network")
    print(table.round(3).to_string())
    note_machine("one thread", args.csv)
    if args.csv:
        table.round(3).to_csv(args.csv)
    if args.device != "cpu" and not args.perceptrons:
        memory_over_fits()


if __name__ == "__main__":
    main()
