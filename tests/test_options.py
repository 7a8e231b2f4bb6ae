"""Messages of the library in the words of the command."""

import ast
import inspect
import pathlib
import re

import pytest

import skmir
from skmir._options import OPTIONS, WITHOUT_OPTION, in_options
from skmir.datasets import load_annotations, load_folder
from skmir.model_selection import compare, default_models

PACKAGE = pathlib.Path(skmir.__file__).parent
FUNCTIONS = [compare, default_models, load_folder, load_annotations]
# No default model is a search or chooses thresholds.
UNUSED = {PACKAGE / "model_selection" / name for name in ("_decoder_search.py", "_tag_thresholds.py")}
# Files whose messages can reach somebody who runs the command.
SOURCES = [
    *(PACKAGE / "datasets" / name for name in ("_folder.py", "_table.py", "_text.py", "_walk.py")),
    *sorted((PACKAGE / "datasets").glob("_annotation_*.py")),
    *sorted(set((PACKAGE / "model_selection").glob("_*.py")) - UNUSED),
    PACKAGE / "_cache" / "_entries.py",
]
# Parameters in their messages that are none of the command, and why no run of it comes to them.
OUT_OF_REACH = {
    "y": "a formula of a learning curve, and labels: the command has them from the folder",
    "X": "the recordings",
    "model": "confusion_matrix is not called",
    "train_sizes": "learning_curves is not called",
    "shape": "no arrays are passed",
    "center": "default models leave it",
    "class": "HTML, for notebooks",
    "kind": "advice on read_annotations without a kind; the command has one",
}


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
def test_every_parameter_has_an_option_or_a_reason(function):
    options = OPTIONS[function.__name__]
    parameters = set(inspect.signature(function).parameters)
    assert set(options) <= parameters
    assert parameters - set(options) <= set(WITHOUT_OPTION)
    for name, option in options.items():
        assert in_options(f"Pass another {name}=.") == f"Pass another {option}."


def test_options_are_those_of_the_command(capsys):
    from skmir.__main__ import main

    with pytest.raises(SystemExit):
        main(["compare", "--help"])
    shown = capsys.readouterr().out
    for options in OPTIONS.values():
        assert all(option in shown for option in options.values())


WORDS = {
    "no column label_column='x'; pass another label_column=.": "no column --label 'x'; pass another --label.",
    "remove the row, or pass group_column=None.": "remove the row, or pass --group none.",
    "names='GAN' is not one of ['CNN', 'SVM'].": "--models 'GAN' is not one of ['CNN', 'SVM'].",
    "scoring=['f1', 'recall'] is odd": "--scoring 'f1' 'recall' is odd",
    "n_splits=5 cannot be": "--cv 5 cannot be",
    "n_repeats=2 repeats an integer cv": "--repeats 2 repeats an integer --cv",
    "n_repeats= narrows them, AugmentedEstimator makes more.": "--repeats narrows them; in Python, "
    "AugmentedEstimator makes more.",
    "Pass cv as an integer, or a splitter that keeps groups together (GroupKFold).": "Use --cv with a "
    "number.",
    "Pass groups (groups= in Python, --group COLUMN in the command). check_leakage(X) lists copies": "Name "
    "one with --group COLUMN. In Python, skmir's check_leakage lists copies",
    "2 folds only. Pass a cv of 5 folds or more.": "2 folds only. Use --cv with 5 folds or more.",
    "memory='/a b/c' is a file.": "--memory '/a b/c' is a file.",
    "clips 3 and 7 of X are equal": "the recordings 3 and 7, counted from 0, are equal",
    "file np.str_('a.wav') is odd": "file 'a.wav' is odd",
    "no column annotation_column='hits'.": "no column --annotation 'hits'.",
    "Pass kind='onsets' for its onset.": "Use --onsets for its onset.",
}


@pytest.mark.parametrize(("message", "expected"), WORDS.items())
def test_parameters_become_options(message, expected):
    assert in_options(message) == expected


@pytest.mark.parametrize(
    "message",
    [
        "'/music/cv=3/n_jobs.wav' cannot be decoded",
        "file /music/cv/a.wav is empty",
        "class 'memory=' and \"it's cv=4\" of the table's rows",
        "the groups, the labels, the models and the memory are fine",
        "the classes' names: ['cv', 'n_repeats']",
    ],
)
def test_names_of_files_and_classes_stay(message):
    assert in_options(message) == message


def messages(source):
    """The strings of a file that are no documentation, as (line, text)."""
    tree = ast.parse(source.read_text(encoding="utf-8"))
    docs = {
        id(node.value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docs:
            yield node.lineno, node.value


@pytest.mark.parametrize("source", [each for each in SOURCES if each.exists()], ids=lambda path: path.name)
def test_no_message_names_a_parameter_without_an_option(source):
    for line, text in messages(source):
        left = set(re.findall(r"(?<![\w'\".-])([a-z]\w*|[Xy])=(?!=)", in_options(text)))
        assert left <= set(OUT_OF_REACH), f"{source.name}:{line} names {left}: {text}"
