"""Options that are wrong whatever the recordings are."""

import difflib
import shlex

from .._model_names import ANNOTATED, MODEL_NAMES
from ._scorers import SCORERS_OF_TASK

_LOWEST = {"cv": 2, "repeats": 1, "max_epochs": 1, "seed": 0}
_HIGHEST_SEED = 2**32 - 1  # of numpy's generators


def check_options(args):
    """Raise for options that are wrong whatever the recordings are.

    Parameters
    ----------
    args : argparse.Namespace
        Options of ``skmir compare``.

    Raises
    ------
    ValueError
        If a number is out of its range, a name of a model or a scorer does not exist, or a column is
        named that is not read.
    """
    check_numbers(args)
    check_audio(args)
    _check_task(args)
    known = tuple(dict.fromkeys([*args.own_models, *MODEL_NAMES[args.task]]))
    what = "models" if args.task == "classes" else f"models for {args.task}"
    check_names("--models", args.models, known, what)
    check_names("--scoring", args.scoring, *SCORERS_OF_TASK[args.task])
    models = args.models or MODEL_NAMES[args.task]
    if args.reference is not None and args.reference not in models:
        raise ValueError(
            f"--reference must be one of the models that are run, {shlex.join(models)}, got {args.reference}."
            f"{meant(args.reference, models)}"
        )


def check_audio(args):
    """Raise unless there is room for sound on a page.

    Parameters
    ----------
    args : argparse.Namespace

    Raises
    ------
    ValueError
    """
    if not args.audio_limit > 0:
        raise ValueError(
            f"--audio-limit must be above 0, got {args.audio_limit:g}. For no sound at all, use --no-audio."
        )


def check_numbers(args):
    """Raise for a number out of its range; an option that the command lacks is not looked at.

    Parameters
    ----------
    args : argparse.Namespace

    Raises
    ------
    ValueError
        The message names the option.
    """
    for name, lowest in _LOWEST.items():
        value = getattr(args, name, None)
        if value is not None and value < lowest:
            raise ValueError(f"{_option(name)} must be at least {lowest}, got {value}.")
    if args.n_jobs == 0:
        raise ValueError(
            "--n-jobs must be a number of processes, or -1 for as many as there are cores, got 0. "
            "Use 1 for one process."
        )
    if args.seed > _HIGHEST_SEED:
        raise ValueError(f"--seed must be at most {_HIGHEST_SEED}, got {args.seed}.")


def _check_task(args):
    """Raise if a column is named that the task does not read."""
    if args.task not in ANNOTATED and args.annotation != "auto":
        raise ValueError(
            f"--annotation {args.annotation} names a column of annotation files, which are read with "
            "--onsets, --beats, --chords or --notes. Add one of them, or name the column of labels with "
            "--label."
        )
    if args.task in ANNOTATED and args.label != "label":
        raise ValueError(
            f"--label {args.label} names a column of classes, and --{args.task} reads none. Leave it out, or "
            "name a column of annotation files with --annotation."
        )


def _option(name):
    return f"--{name.replace('_', '-')}"


def check_names(option, names, known, what):
    """Raise for a name that is not known, or given twice; ``what`` says what the option names."""
    for i, name in enumerate(names or ()):
        if name not in known:
            raise ValueError(
                f"{option} must name {what}, got {name}.{meant(name, known)} Use any of {shlex.join(known)}."
            )
        if name in names[:i]:
            raise ValueError(f"{option} names {name} twice. Name it once.")


def meant(name, known):
    """Return a question about the known name nearest to a wrong one, whatever its case, or no text."""
    upper = {each.upper(): each for each in known}
    near = difflib.get_close_matches(name.upper(), upper, n=1)
    return f" Did you mean {shlex.quote(upper[near[0]])}?" if near else ""
