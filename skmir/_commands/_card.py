"""The card of a model that ``skmir train`` writes: what it was fitted on, and how good it is."""

import datetime

import numpy as np

from .._show_versions import versions
from ._targets import separator

_USE = {
    "classes": "Label recordings with",
    "tags": "Find the tags of recordings with",
    "regression": "Predict the numbers of recordings with",
}
_ORDER = {"tags": ", which gives 1 and 0 for each tag in the order of the table above"}
THRESHOLD = (
    "The model gives a recording each tag whose probability is above .5, or, if it has no probabilities, "
    "whose score is above 0. Rare tags seldom reach that: rank recordings by probability, or take the "
    "likeliest tags with `--top`."
)
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
    groups, installed = data["groups"], versions()
    return {
        "model": args.model,
        "is_default": isinstance(args.own_models.get(args.model, ""), str),
        "task": args.task,
        **_learned(data, args),
        "n_clips": len(data["data"]),
        "n_groups": None if groups is None else len(set(groups)),
        "seed": args.seed,
        "max_epochs": args.max_epochs,
        "score": score,
        "estimator": repr(model),
        "versions": {name: installed[name] for name in PACKAGES},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _learned(data, args):
    """Return what models learned: numbers of clips per class or tag, or the range of the numbers."""
    names, target = data["target_names"], data["target"]
    if args.task == "regression":
        spread = {"min": target.min(), "mean": target.mean(), "max": target.max()}
        return {"numbers": {"column": names[0], **{name: float(value) for name, value in spread.items()}}}
    if args.task == "tags":
        counts = target.sum(axis=0).tolist()
        return {"tags": dict(zip(names, counts, strict=True)), "separator": separator(args)}
    counts = np.bincount(target, minlength=len(names)).tolist()
    return {"classes": dict(zip(names, counts, strict=True))}


def as_markdown(card, file):
    """Return a card as text; the file is the name of the model's file."""
    n, groups = card["n_clips"], card["n_groups"]
    where = "without groups" if groups is None else f"in {groups} groups"
    lines = [
        f"# {file}",
        "",
        f"The {'default ' * card['is_default']}model {card['model']}, fitted with skmir on {n} recordings "
        f"{_of(card)}, {where}, on {card['date']}.",
        "",
        *_labels(card),
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
        f"{_USE[card['task']]} `skmir predict {file} FILES`, or in Python with "
        f'`skmir.load("{file}").predict(files)`{_ORDER.get(card["task"], "")}.',
    ]
    return "\n".join(lines) + "\n"


def _of(card):
    if card["task"] == "regression":
        return f"with {card['numbers']['column']}"
    names = card[card["task"]]
    return f"of {len(names)} classes" if card["task"] == "classes" else f"with {len(names)} tags"


def _labels(card):
    """Return the table of classes or tags, or of the numbers' range, and what the model says of them."""
    if card["task"] == "classes":
        return _table("class", "recordings", card["classes"])
    if card["task"] == "tags":
        return [*_table("tag", "recordings", card["tags"]), "", THRESHOLD]
    numbers = dict(card["numbers"])
    column = numbers.pop("column")
    return _table(column, "", {name: f"{value:g}" for name, value in numbers.items()})


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
    others = "".join(f", {name} {_number(value)}" for name, value in score["others"].items())
    return [
        f"{score['metric']} {_number(score['mean'])}{interval}{others}: the mean over {folds}{kept}. The "
        "model in this file was fitted on all recordings, so no part of them can judge it.",
        *(f"\n- {warning}" for warning in score["warnings"]),
    ]


def _number(value):
    return "not defined" if value is None else f"{value:.3f}"
