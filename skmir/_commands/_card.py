"""The card of a model that ``skmir train`` writes: what it was fitted on, and how good it is."""

import datetime

import numpy as np

from .._show_versions import versions

PACKAGES = ("skmir", "python", "torch", "scikit-learn", "numpy")


def make_card(args, data, model, score):
    """Return the card as a dict that JSON can hold.

    Parameters
    ----------
    args : argparse.Namespace
        Options of ``skmir train``.
    data : dict
        As :func:`skmir.datasets.load_folder` returns it.
    model : estimator
        As it was fitted.
    score : dict or None
        Of the cross-validation.
    """
    counts = np.bincount(data["target"], minlength=len(data["target_names"])).tolist()
    groups, installed = data["groups"], versions()
    return {
        "model": args.model,
        "task": "classes",
        "classes": dict(zip(data["target_names"], counts, strict=True)),
        "n_clips": len(data["data"]),
        "n_groups": None if groups is None else len(set(groups)),
        "seed": args.seed,
        "max_epochs": args.max_epochs,
        "score": score,
        "estimator": repr(model),
        "versions": {name: installed[name] for name in PACKAGES},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def as_markdown(card, file):
    """Return a card as text; the file is the name of the model's file."""
    n, groups = card["n_clips"], card["n_groups"]
    where = "without groups" if groups is None else f"in {groups} groups"
    lines = [
        f"# {file}",
        "",
        f"The default model {card['model']} of skmir, fitted on {n} recordings of {len(card['classes'])} "
        f"classes, {where}, on {card['date']}.",
        "",
        *_table("class", "recordings", card["classes"]),
        "",
        "## How good it is",
        "",
        *_judgement(card["score"]),
        "",
        "## How it was made",
        "",
        *_table("what", "value", {"seed": card["seed"], **_epochs(card), **card["versions"]}),
        "",
        "```",
        card["estimator"],
        "```",
        "",
        f"Label recordings with `skmir predict {file} FILES`, or in Python with "
        f'`skmir.load("{file}").predict(files)`.',
    ]
    return "\n".join(lines) + "\n"


def _epochs(card):
    return {} if card["max_epochs"] is None else {"epochs": card["max_epochs"]}


def _table(left, right, rows):
    cells = [[left, right], ["---", "---"], *([_cell(name), str(value)] for name, value in rows.items())]
    return [f"| {name} | {value} |" for name, value in cells]


def _cell(text):
    return text.replace("\\", "\\\\").replace("|", "\\|")


def _judgement(score):
    if score is None:
        return ["Not measured: `skmir train` was run without `--cv`."]
    kept = " that keep groups together" if score["grouped"] else ", without groups"
    folds = f"{score['n_folds']} folds"
    if score["n_repeats"] > 1:
        folds = f"{score['n_repeats']} repeats of {folds}"
    interval = ""
    if score["low"] is not None:
        interval = f" ({score['level']:.0%} interval {score['low']:.3f} to {score['high']:.3f})"
    mean = "not defined" if score["mean"] is None else f"{score['mean']:.3f}"
    return [
        f"{score['metric']} {mean}{interval}: the mean over {folds}{kept}. The model in "
        "this file was fitted on all recordings, so no part of them can judge it.",
        *(f"\n- {warning}" for warning in score["warnings"]),
    ]
