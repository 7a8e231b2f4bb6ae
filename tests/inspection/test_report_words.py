"""Numbers and sentences of a report."""

import types

import numpy as np
import pytest
from sklearn.datasets import load_wine
from sklearn.dummy import DummyClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.tree import DecisionTreeClassifier

from skmir.inspection._report._numbers import (
    best_of,
    digits_for,
    interval,
    listed,
    number,
    p_text,
    probability,
)
from skmir.inspection._report._words import summary, title_of
from skmir.model_selection import compare

MINUS = "\N{MINUS SIGN}"


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.12345, "0.123"), (-0.5, f"{MINUS}0.500"), (-0.0004, "0.000"), (0.0, "0.000"), (np.nan, "–")],  # noqa: RUF001
)
def test_numbers(value, text):
    assert number(value) == text


def test_signs():
    assert number(0.1, sign=True) == "+0.100"
    assert number(0.0004, sign=True) == number(-0.0004, sign=True) == "0.000"


@pytest.mark.parametrize(("largest", "digits"), [(0.97, 3), (9.9, 3), (23, 1), (3456, 0), (0.012, 4), (0, 3)])
def test_three_digits_that_count(largest, digits):
    assert digits_for([0.0, -largest, np.nan]) == digits
    assert digits_for([np.nan]) == digits_for([]) == 3


def test_probabilities_are_never_rounded_to_certainty():
    assert [probability(p) for p in (0, 0.001, 0.5, 0.999, 1)] == ["0.00", "< 0.01", "0.50", "> 0.99", "1.00"]
    assert [p_text(p) for p in (0, 0.0009, 0.001, 1)] == ["< 0.001", "< 0.001", "0.001", "1.000"]


def test_intervals_and_lists():
    assert interval(-0.1, 0.2) == f"{MINUS}0.100 to 0.200"
    assert interval(np.nan, 1.0) == "–"  # noqa: RUF001
    assert [listed("a"), listed("ab"), listed("abc")] == ["a", "a and b", "a, b and c"]


def test_nothing_is_best_among_equals():
    assert best_of([0.0, 0.0]) is None
    assert best_of([np.nan]) is None
    assert best_of([0.1, np.nan, 0.3]) == 0.3


@pytest.fixture(scope="module")
def comparisons():
    X, y = load_wine(return_X_y=True)
    rng = np.random.RandomState(0)
    models = {
        "Bayes": GaussianNB(),
        **{f"tree {depth}": DecisionTreeClassifier(max_depth=depth) for depth in (1, 2, 3, 5)},
    }
    noisy = [X + noise * X.std(axis=0) * rng.randn(*X.shape) for noise in (0, 0.5, 1, 3)]
    return [compare(models, Z, y, random_state=0) for Z in noisy]


def test_sentences_say_what_the_table_says(comparisons):
    seen = set()
    for comparison in comparisons:
        sentences = {text.split(" is ")[0]: text for text in summary(comparison) if " Bayes by " in text}
        for name, text in sentences.items():
            row = comparison.table_.astype(float).loc[name]
            assert ("ahead of Bayes" in text) == (row["difference"] > 0)
            assert ("is significant" in text) == (row["p_holm"] < 0.05)
            side = "better" if row["difference"] > 0 else "worse"
            assert f"{side} by more than 0.01: {probability(row[f'{side}_prob'])}" in text
            seen.add((row["difference"] > 0, row["p_holm"] < 0.05))
        best = comparison.table_["mean"].idxmax()
        assert summary(comparison)[0].startswith(f"{best} has the highest mean balanced accuracy")
    assert {significant for _, significant in seen} == {True, False}


def test_models_that_are_not_told_from_guessing():
    X, y = load_wine(return_X_y=True)
    models = {"coin": DummyClassifier(strategy="uniform"), "Bayes": GaussianNB()}
    sentences = summary(compare(models, X, y, random_state=0))
    assert (
        sum("The interval of coin reaches down to what guessing scores (0.3" in text for text in sentences)
        == 1
    )


def test_titles():
    def of(*names):
        return title_of(types.SimpleNamespace(models_=dict.fromkeys([*names, "guess"]), baselines_=["guess"]))

    assert of("A", "B") == "Comparison of A and B"
    assert of(*"ABCDEF") == "Comparison of 6 models"
