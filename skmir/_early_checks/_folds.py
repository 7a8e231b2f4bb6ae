"""Whether folds can be made of the recordings."""

import warnings

from ._scorers import SCORERS_OF_TWO

_N_NAMED = 5  # classes named in one message


def check_folds(data, args):
    """Raise if the folds cannot be made or there is one class only; warn of classes that some folds lack.

    Parameters
    ----------
    data : mapping
        With ``target``, ``target_names`` and ``groups`` as :func:`skmir.datasets.load_folder` returns them.
    args : argparse.Namespace
        Of ``skmir compare``.

    Raises
    ------
    ValueError
        The message names the class and the option.

    Warns
    -----
    UserWarning
        If the clips of a class are in fewer groups than there are folds.
    """
    names, groups = data["target_names"], data["groups"]
    members = {name: [] for name in names}
    for i, label in enumerate(data["target"]):
        members[names[label]].append(i if groups is None else groups[i])
    check_two_classes(names)
    of_two = [scorer for scorer in args.scoring or () if scorer in SCORERS_OF_TWO]
    if of_two and len(names) > 2:
        raise ValueError(
            f"--scoring {of_two[0]} needs two classes, and there are {len(names)}. Use another scorer, such "
            "as balanced_accuracy, f1_macro or roc_auc_ovr."
        )
    sizes = {name: len(set(found)) for name, found in members.items()}
    (_check_sizes if groups is None else _check_groups)(sizes, members, args.cv)


def check_two_classes(names):
    """Raise if there is one class only, whose name the list holds."""
    if len(names) < 2:
        raise ValueError(
            f"There must be at least two classes, got one, {names[0]!r}. If the classes lie one level "
            "deeper, name the folder that holds them."
        )


def _check_sizes(sizes, _members, cv):
    small = {name: size for name, size in sizes.items() if size < cv}
    if small:
        numbers = all(name.lstrip("+-").isdecimal() for name in sizes)
        raise ValueError(
            f"--cv {cv} needs {cv} recordings of each class, one to test on in every fold, but "
            f"{_counts(small, 'recording')}. {_cure(small, 'recordings')}"
            f"{' If the labels are numbers, such as tempi, add --regression.' if numbers else ''}"
        )


def _check_groups(sizes, members, cv):
    _check_number_of_groups(len(set().union(*members.values())), cv)
    small = {name: size for name, size in sizes.items() if size < cv}
    if small:
        warnings.warn(
            f"With --cv {cv}, some folds have no clip of some classes to test on: {_counts(small, 'group')}. "
            f"{_cure(small, 'groups')}",
            stacklevel=3,
        )


def _check_number_of_groups(n_groups, cv):
    if n_groups < cv:
        raise ValueError(
            f"--cv {cv} needs {cv} groups, since a group is never divided, and there "
            f"{'is one' if n_groups == 1 else f'are {n_groups}. Use --cv {n_groups}'}. Name another column "
            "with --group, or use --group none to compare without groups."
        )


def check_enough(groups, n_recordings, cv, what):
    """Raise if there are fewer groups, or without groups fewer recordings, than folds.

    Parameters
    ----------
    groups : sequence or None
        Group of each recording.
    n_recordings, cv : int
        Numbers of recordings and of folds.
    what : str
        The recordings in words, such as "recordings with beats".

    Raises
    ------
    ValueError
        The message says how many folds there can be.
    """
    if groups is not None:
        _check_number_of_groups(len(set(groups)), cv)
    elif n_recordings < cv:
        n = n_recordings
        raise ValueError(
            f"--cv {cv} needs {cv} {what}, one to test on in every fold, and there "
            f"{'is one. Add' if n == 1 else f'are {n}. Use --cv {n}, or add'} recordings."
        )


def check_annotated_folds(data, args):
    """Raise if the folds cannot be made of recordings with events, or nothing can be learned on some of them.

    Parameters
    ----------
    data : mapping
        With ``target`` and ``groups`` as :func:`skmir.datasets.load_annotations` returns them.
    args : argparse.Namespace
        Of ``skmir compare``.

    Raises
    ------
    ValueError
        The message names the option.
    """
    groups = data["groups"]
    check_enough(groups, len(data["target"]), args.cv, f"recordings with {args.task}")
    unit = "recording" if groups is None else "group"
    where = {i if groups is None else groups[i] for i, events in enumerate(data["target"]) if len(events)}
    if len(where) < 2:
        has = f"no {unit} has" if not where else f"only one {unit} has"
        raise ValueError(
            f"At least two {unit}s must have {args.task}, to learn from one while the other is held out, but "
            f"{has}. Add recordings, or check the annotation files."
        )


def _counts(sizes, unit):
    """Return 'class 'a' has 1 recording, class 'b' has 3', the smallest first."""
    ordered = sorted(sizes, key=sizes.get)
    counts = [
        f"class {name!r} has {sizes[name]} {unit}{'s' * (sizes[name] > 1)}" for name in ordered[:_N_NAMED]
    ]
    more = len(ordered) - _N_NAMED
    return ", ".join(counts) + (f", and {more} more have fewer than needed" if more > 0 else "")


def _cure(sizes, units):
    smallest = min(sizes.values())
    fewer_folds = f"Use --cv {smallest}, add" if smallest > 1 else "Add"
    return f"{fewer_folds} {units}, or leave these classes out."
