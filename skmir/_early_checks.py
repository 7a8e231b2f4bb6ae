"""Checks that the command makes at once: nothing here loads torch or scikit-learn, or decodes a file."""

import difflib
import importlib.util
import pathlib
import shlex
import tempfile
import warnings

from ._extras import require
from ._model_names import ANNOTATED, MODEL_NAMES

# scikit-learn's scorers for classes. Its own list takes more than a second to import, and holds scorers for
# numbers as well.
SCORERS = (
    "accuracy",
    "adjusted_mutual_info_score",
    "adjusted_rand_score",
    "average_precision",
    "balanced_accuracy",
    "completeness_score",
    "d2_brier_score",
    "d2_log_loss_score",
    "f1_macro",
    "f1_micro",
    "f1_weighted",
    "fowlkes_mallows_score",
    "homogeneity_score",
    "jaccard_macro",
    "jaccard_micro",
    "jaccard_weighted",
    "matthews_corrcoef",
    "mutual_info_score",
    "neg_brier_score",
    "neg_log_loss",
    "normalized_mutual_info_score",
    "precision_macro",
    "precision_micro",
    "precision_weighted",
    "rand_score",
    "recall_macro",
    "recall_micro",
    "recall_weighted",
    "roc_auc_ovo",
    "roc_auc_ovo_weighted",
    "roc_auc_ovr",
    "roc_auc_ovr_weighted",
    "top_k_accuracy",
    "v_measure_score",
)
SCORERS_OF_TWO = (
    "f1",
    "jaccard",
    "neg_negative_likelihood_ratio",
    "positive_likelihood_ratio",
    "precision",
    "recall",
    "roc_auc",
)
TAG_SCORERS = (
    "auc_tag",
    "auc_clip",
    "tag_map",
    "clip_map",
    *(f"precision_at_{k}" for k in (3, 6, 9, 12, 15)),
    "r_precision",
    "accuracy",
    *(
        f"{metric}_{average}"
        for metric in ("f1", "precision", "recall", "jaccard")
        for average in ("macro", "micro", "samples", "weighted")
    ),
)
NUMBER_SCORERS = (
    "r2",
    "explained_variance",
    "d2_absolute_error_score",
    "neg_max_error",
    "neg_mean_absolute_error",
    "neg_mean_absolute_percentage_error",
    "neg_mean_gamma_deviance",
    "neg_mean_poisson_deviance",
    "neg_mean_squared_error",
    "neg_mean_squared_log_error",
    "neg_median_absolute_error",
    "neg_root_mean_squared_error",
    "neg_root_mean_squared_log_error",
    "tempo_acc1",
    "tempo_acc2",
)
# skmir's scorers of events; its own list takes as long to import.
_AVERAGES = ("", "_micro", "_samples")


def _averaged(*names):
    return tuple(f"{name}{average}" for name in names for average in _AVERAGES)


ONSET_SCORERS = _averaged("onset_f25", "onset_f50")
BEAT_SCORERS = (*_averaged("beat_f"), "cmlc", "cmlt", "amlc", "amlt")
CHORD_SCORERS = _averaged("chord_majmin", "chord_root", "chord_sevenths")
NOTE_SCORERS = _averaged("note_f", "note_offset_f", "frame_f", "frame_accuracy")
# By task, the scorers that --scoring may name, and the words for them.
_SCORERS = {
    "classes": (SCORERS + SCORERS_OF_TWO, "scorers for classes"),
    "tags": (TAG_SCORERS, "scorers for tags"),
    "regression": (NUMBER_SCORERS, "scorers for regression"),
    "onsets": (ONSET_SCORERS, "scorers for onsets"),
    "beats": (BEAT_SCORERS, "scorers for beats"),
    "chords": (CHORD_SCORERS, "scorers for chords"),
    "notes": (NOTE_SCORERS, "scorers for notes"),
}
_LOWEST = {"cv": 2, "repeats": 1, "max_epochs": 1, "seed": 0}
_HIGHEST_SEED = 2**32 - 1  # of numpy's generators
_N_NAMED = 5  # classes named in one message


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
    check_names("--scoring", args.scoring, *_SCORERS[args.task])
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


def check_targets(args, report_name, report_alone):
    """Make the folders for the results, and try whether files can be written there.

    A folder that cannot be written thus raises at once, and not after hours of work.

    Parameters
    ----------
    args : argparse.Namespace
        Options of ``skmir compare``.
    report_name, report_alone : str
        Default names of a report, in the folder of ``--output`` and without such a folder.

    Returns
    -------
    output : Path or None
        The folder of ``--output``.
    report : Path or None
        The file of ``--report``.

    Raises
    ------
    ImportError
        If matplotlib is needed and not installed.
    OSError
        If a folder cannot be made or written.
    ValueError
        If ``--report`` does not end in ``.html`` or ``.htm``.
    """
    output = None if args.output is None else pathlib.Path(args.output)
    default = report_alone if output is None else output / report_name
    report = None if args.report is None else report_path(args.report or default)
    for option, folder in (
        ("--output", output),
        ("--report", report and report.parent),
        ("--memory", args.memory),
    ):
        if folder is not None:
            _check_matplotlib(option)
            check_writable(option, pathlib.Path(folder))
    return output, report


def report_path(given):
    """Return the file of ``--report``, or raise if it does not look like a page.

    Parameters
    ----------
    given : str or Path

    Returns
    -------
    path : Path

    Raises
    ------
    IsADirectoryError
        If it is a folder.
    ValueError
        If it does not end in ``.html`` or ``.htm``.
    """
    path = pathlib.Path(given)
    if path.suffix.lower() not in (".html", ".htm"):
        raise ValueError(f"--report must be a file that ends in .html, got {given}. Name a file that does.")
    if path.is_dir():
        raise IsADirectoryError(
            f"--report must be a file, got the folder {path}. Name a file that ends in .html."
        )
    return path


def _check_matplotlib(option):
    if option != "--memory" and importlib.util.find_spec("matplotlib") is None:  # not imported: that is slow
        require(option, "plot")


def check_writable(option, folder):
    """Make the folder that an option names, and raise if no file can be written there."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(
            f"{option} must be a folder, got the file {folder}. Name another folder; it need not exist."
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise OSError(
            f"{option}: cannot write to {folder}: {error.strerror or error}. Name another folder."
        ) from error
