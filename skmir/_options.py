"""The command's names for the library's parameters: it prints the library's messages with its own options."""

import re

# By function, so that a test can hold it against the signatures. A name means the same option in all of them.
OPTIONS = {
    "load_folder": {
        "path": "FOLDER",
        "labels": "--labels",
        "file_column": "--file",
        "label_column": "--label",
        "group_column": "--group",
        "separator": "--tags",
    },
    "load_annotations": {
        "folder": "FOLDER",
        "labels": "--labels",
        "file_column": "--file",
        "annotation_column": "--annotation",
        "group_column": "--group",
    },
    "default_models": {"names": "--models", "max_iter": "--max-epochs", "memory": "--memory"},
    "compare": {
        "models": "--models",
        "groups": "--group",
        "cv": "--cv",
        "n_repeats": "--repeats",
        "scoring": "--scoring",
        "reference": "--reference",
        "memory": "--memory",
        "n_jobs": "--n-jobs",
        "random_state": "--seed",
        "verbose": "--quiet",
    },
    "scikit-learn": {"n_splits": "--cv"},
}
# Parameters that have no option, and why no message of the command names them.
WITHOUT_OPTION = {
    "X": "the recordings; each is checked before",
    "y": "the labels; they come from the table or the names of folders",
    "target": "what --tags or --regression says; all are valid",
    "task": "what --tags, --onsets and the like say; all are valid",
    "kind": "what --onsets, --beats, --chords or --notes says; all are valid",
    "combine": "left at its default, which is valid",
    "baselines": "left at its default, which is valid",
    "confidence_level": "left at its default, which is valid",
    "rope": "left at its default, which is valid",
}
# Advice that names classes or functions, and the same advice for users of the command.
_OTHER_TASKS = " If the recordings have annotations, use --onsets, --beats, --chords or --notes."
ADVICE = {
    r"target='tags'": "--tags",
    r"target='numbers'": "--regression",
    r"Pass another separator=, or read": "Pass another separator to --tags, or leave it out and read",
    r"Pass kind='(onsets|beats|chords|notes)'": r"Use --\1",
    r"write a labels\.csv with the columns file,label\[,group\]\.": r"\g<0>" + _OTHER_TASKS,
    r", AugmentedEstimator makes": "; in Python, AugmentedEstimator makes",
    r"(?:Pass|Use) cv as an integer, or a splitter [^.]*": "Use --cv with a number",
    r"Fewer folds, or a splitter that spreads classes(?: \(\w+\))?, may": "A smaller --cv may",
    r"(?:skmir\.model_selection\.)?check_leakage\([^)]*\) lists": "In Python, skmir's check_leakage lists",
    r"Pass groups \([^()]*(--group COLUMN)[^()]*\)": r"Name one with \1",
    r"Pass a cv of (\d+) folds": r"Use --cv with \1 folds",
    r"np\.\w+\(([^()]*)\)": r"\1",
    r"clips (\d+) and (\d+) of X": r"the recordings \1 and \2, counted from 0,",
}

_NAMES = {name: option for options in OPTIONS.values() for name, option in options.items()}
# Names that can stand alone in a message, because they are not English words.
_BARE = sorted((name for name in _NAMES if "_" in name or name == "cv"), key=len, reverse=True)
_QUOTED = r"(?<![\w=])(?:'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")(?!\w)"
_VALUE = r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"|\[[^\]]*\]|[\w+-]+(?:\.\w+)*"
_TOKEN = re.compile(
    rf"(?P<quoted>{_QUOTED})"
    rf"|(?<![\w.'\"/])(?P<name>{'|'.join(sorted(_NAMES, key=len, reverse=True))})=(?P<value>{_VALUE})?"
    rf"|(?<![\w.'\"/-])(?P<bare>{'|'.join(_BARE)})(?![\w=/'\"])"
)


class ConfigError(ValueError):
    """An error in a file of options. Its message names keys of the file, and stays as it is."""


def in_options(message, *, classes_only=False):
    """Return a message in which the command's options replace parameters of the library.

    Parameters
    ----------
    message : str
        Text of an error or a warning. Quoted text in it, such as file names, stays as it is.
    classes_only : bool, default=False
        Whether the command learns nothing but classes, so that advice about other options is left out.

    Returns
    -------
    message : str

    Examples
    --------
    >>> from skmir._options import in_options
    >>> in_options("'a.csv' has no column label_column='genre'; choose one by label_column=.")
    "'a.csv' has no column --label 'genre'; choose one by --label."
    """
    for pattern, advice in ADVICE.items():
        message = re.sub(pattern, advice, message)
    if classes_only:
        message = message.replace(_OTHER_TASKS, "")
    return _TOKEN.sub(_in_option, message)


def _in_option(match):
    if match["quoted"] is not None:
        return match[0]
    if match["bare"] is not None:
        return _NAMES[match["bare"]]
    option, value = _NAMES[match["name"]], match["value"]
    if value is None:
        return option
    return f"{option} {_given(option, value)}"


def _given(option, value):
    """Return a value as a user would type it; lists of names lose their brackets."""
    if value == "None":
        return "none" if option == "--group" else "(not given)"
    return value.strip("[]").replace(",", "") if value.startswith("[") else value
