"""What labels are: missing ones are named by row, one class alone is refused."""

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LinearRegression

from skmir.model_selection import check_leakage, compare, learning_curves
from skmir.model_selection._target_kind import kind_of_target

X = np.random.RandomState(0).randn(12, 2)
TEXT = ["a", "b"] * 6
NUMBERS = list(np.linspace(0, 1, 12))


def with_gap(values, gap, row=3):
    values = list(values)
    values[row] = gap
    return values


GAPS = {
    "None in a list": with_gap(TEXT, None),
    "NaN in a list": with_gap(TEXT, np.nan),
    "blank text": with_gap(TEXT, " "),
    "pandas' NA in a list": with_gap(TEXT, pd.NA),
    "None in an array": np.array(with_gap(TEXT, None), dtype=object),
    "NaN in an array of objects": np.array(with_gap(TEXT, np.nan), dtype=object),
    "NaN in an array of numbers": np.array(with_gap([0.0, 1.0] * 6, np.nan)),
    "NaN among real numbers": with_gap(NUMBERS, np.nan),
    "None among integers": with_gap([0, 1] * 6, None),
    "Series of text": pd.Series(with_gap(TEXT, None), index=np.arange(12)[::-1]),
    "Series of nullable integers": pd.Series(with_gap([0, 1] * 6, None), dtype="Int64"),
    "Series of pandas' text": pd.Series(with_gap(TEXT, None), dtype="string"),
    "categorical": pd.Categorical(with_gap(TEXT, None)),
    "Series of categories": pd.Series(with_gap(TEXT, None), dtype="category"),
    "column of a DataFrame": pd.DataFrame({"y": with_gap(TEXT, None)})["y"],
    "DataFrame of one column": pd.DataFrame({"y": with_gap(TEXT, None)}),
    "NaT": pd.Series(pd.to_datetime(with_gap(["2020-01-01", "2021-01-01"] * 6, None))),
    "tags, an array": np.array([[0.0, 1.0]] * 3 + [[np.nan, 1.0]] + [[1.0, 0.0]] * 8),
    "tags, objects": np.array([[0, 1]] * 3 + [[None, 1]] + [[1, 0]] * 8, dtype=object),
    "tags, a list": [[0, 1]] * 3 + [[1, None]] + [[1, 0]] * 8,
    "tags, a DataFrame": pd.DataFrame({"x": with_gap([0, 1] * 6, None), "z": [1, 0] * 6}),
    "masked": np.ma.masked_array([0, 1] * 6, mask=np.arange(12) == 3),
}


@pytest.mark.parametrize("form", GAPS)
def test_a_missing_label_is_named_by_its_row(form):
    with pytest.raises(ValueError, match=r"y has no label in 1 of 12 rows: row 3 \(counted from 0"):
        kind_of_target(GAPS[form])


def test_many_missing_labels():
    with pytest.raises(ValueError, match="in 7 of 12 rows: rows 0, 1, 2, 3, 4 and more"):
        kind_of_target([None] * 7 + TEXT[7:])


@pytest.mark.parametrize("y", [GAPS["None in a list"], GAPS["NaN among real numbers"], GAPS["tags, a list"]])
def test_everything_that_takes_labels_says_so(y):
    models = {"most": DummyClassifier()}
    for call in (
        lambda: compare(models, X, y),
        lambda: learning_curves(models, X, y),
        lambda: check_leakage(list(np.random.RandomState(0).randn(12, 3000)), y=y, cv=2),
    ):
        with pytest.raises(ValueError, match="row 3"):
            call()


@pytest.mark.parametrize(
    ("y", "kind"),
    [
        (TEXT, "classes"),
        (pd.Series(TEXT, dtype="category"), "classes"),
        (np.array(TEXT, dtype=object), "classes"),
        (NUMBERS, "numbers"),
        ([[0, 1], [1, 0]], "tags"),
        (pd.DataFrame({"x": [0, 1], "z": [1, 0]}), "tags"),
    ],
)
def test_whole_labels_pass(y, kind):
    assert kind_of_target(y) == kind


@pytest.mark.parametrize("y", [["genres_original"] * 12, np.zeros(12, int), pd.Series(["x"] * 12)])
def test_one_class_is_refused_before_anything_is_fitted(y):
    with pytest.raises(ValueError, match=r"one class only: all 12 clips are .*do the classes lie one level"):
        compare({"most": DummyClassifier()}, X, y, cv=2)


def test_equal_numbers_are_no_classes():
    result = compare({"line": LinearRegression()}, X, np.ones(12), cv=2, scoring="neg_mean_squared_error")
    assert result.kind_ == "numbers"
