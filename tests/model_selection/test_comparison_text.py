"""A printed comparison fits 100 columns, and its numbers are those of the tables."""

import html
import re
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier

from skmir._text_table import DASH
from skmir.model_selection import compare
from skmir.model_selection._results._comparison_text import NAME_WIDTH, WIDTH, comparison_text

LONG = "logistic regression on many statistics of a mel spectrogram with augmentation, {}"
TITLE = "Comparison of some models on 5 folds"
HEADINGS = ["model", "mean", "difference", "p (Holm)", "P(better)", "fit s"]


@pytest.fixture(scope="module")
def several():
    """A comparison with long names, a model that failed, and two scorers, of which one fails on a model."""
    rng = np.random.RandomState(0)
    y = np.arange(90) % 3
    X = rng.randn(90, 4) + y[:, None]
    models = {
        LONG.format("the reference"): LogisticRegression(),
        LONG.format("and another"): LogisticRegression(C=1e-3),
        "Bayes": GaussianNB(),
        "broken": KNeighborsClassifier(n_neighbors=-1),
        "same as all": DummyClassifier(),
    }
    with pytest.warns(UserWarning):
        return compare(models, X, y, cv=5, random_state=0, scoring=["accuracy", "neg_log_loss"])


def table(values, n_failed=0, **columns):
    """A table as compare makes it, with other numbers."""
    n = len(values)
    values = np.asarray(values, dtype=float)
    made = {
        "mean": values,
        "ci_low": values - 0.1 * abs(values),
        "ci_high": values + 0.1 * abs(values),
        "difference": values - values[0],
        "difference_low": values - values[0] - 0.2 * abs(values),
        "difference_high": values - values[0] + 0.2 * abs(values),
        "p_holm": np.linspace(1e-12, 1, n),
        "better_prob": np.linspace(0, 1, n),
        "fit_time": np.geomspace(0.001, 1e5, n),
        "n_failed": n_failed,
    }
    return pd.DataFrame({**made, **columns}, index=[f"model {i}" for i in range(n)])


def parts(text):
    """The blocks of a text, each as a list of lines."""
    return [block.splitlines() for block in text.split("\n\n")]


def test_lines_fit_whatever_the_names(several):
    lines = str(several).splitlines()
    assert max(map(len, lines)) <= WIDTH == 100
    assert sum("…" in line for line in lines) == 4  # two names in two tables
    assert not any(line.endswith(" ") for line in lines)


def test_a_long_name_keeps_its_beginning_and_its_end(several):
    rows = [line for line in str(several).splitlines() if "…" in line]
    assert all(row.startswith("logistic reg") for row in rows)
    assert [row.split("  ")[0][-5:] for row in rows] == ["rence", "other"] * 2
    assert list(several.table_.index[:2]) == [LONG.format("the reference"), LONG.format("and another")]


def test_a_long_title_is_wrapped(several):
    title = "\n".join(line for line in str(several).splitlines()[:3] if not line.startswith("model"))
    assert LONG.format("the reference") in title.replace("\n", " ")


@pytest.mark.parametrize("scorer", ["accuracy", "neg_log_loss"])
def test_the_numbers_are_those_of_the_table(several, scorer):
    block = parts(str(several))[several.scorers_.index(scorer)]
    start = next(i for i, line in enumerate(block) if line.startswith("model "))
    found = several.tables_[scorer]

    def shown(value, digits=".3f"):
        return DASH if np.isnan(value) else f"{value:{digits}}"

    def with_interval(value, low, high):
        interval = DASH if np.isnan(low) else f"[{low:.3f}, {high:.3f}]"
        return DASH if np.isnan(value) else f"{value:.3f} {interval}"

    for (name, row), line in zip(found.iterrows(), block[start + 1 :], strict=False):
        expected = [
            with_interval(*row[["mean", "ci_low", "ci_high"]]),
            with_interval(*row[["difference", "difference_low", "difference_high"]]),
            shown(row["p_holm"], ".2g"),
            shown(row["better_prob"], ".2f"),
            *([shown(row["fit_time"], ".2f")] if scorer == "accuracy" else []),
        ]
        cells = re.split(r" {2,}", line)
        assert cells[1:] == expected, name
        assert name.startswith(cells[0].partition("…")[0]) and name.endswith(cells[0].partition("…")[2])


def test_headings_and_scorers(several):
    first, second = parts(str(several))
    assert re.split(r" {2,}", next(line for line in first if line.startswith("model "))) == HEADINGS
    assert second[0] == "neg_log_loss"
    assert re.split(r" {2,}", second[1]) == HEADINGS[:-1]


def test_failures_are_noted_below_each_table(several):
    first, second = parts(str(several))
    assert first[-1] == second[-1] == "broken: 5 of 5 folds have no score (errors_ says why)"
    assert sum("have no score" in line for line in [*first, *second]) == 2


def test_a_model_that_failed_on_some_folds_keeps_its_numbers_and_is_noted():
    text = comparison_text(TITLE, {"accuracy": table([0.5, 0.75], n_failed=[0, 2])}, 5)
    assert "model 1  0.750 [0.675, 0.825]" in text
    assert text.endswith("\nmodel 1: 2 of 5 folds have no score (errors_ says why)")


def test_numbers_that_are_not_known_are_dashes():
    unknown = dict.fromkeys(("ci_low", "ci_high", "p_holm", "better_prob", "difference_low"), np.nan)
    lines = comparison_text(TITLE, {"accuracy": table([0.5, np.nan, 0.7], **unknown)}, 2).splitlines()
    assert re.split(r" {2,}", lines[2])[1:5] == [f"0.500 {DASH}", f"0.000 {DASH}", DASH, DASH]
    assert re.split(r" {2,}", lines[3])[1:5] == [DASH] * 4
    assert "nan" not in "\n".join(lines)


@pytest.mark.parametrize("scale", [1e-9, 1.0, -1e3, 99999.0, -1e6, 1e12, -1e-300, -1e300])
@pytest.mark.parametrize("length", [1, 12, 19, 20, 21, 60, 300])
def test_lines_fit_whatever_the_numbers(scale, length):
    made = table(scale * np.linspace(0.1, 1, 12), n_failed=1)
    made.index = [f"{i}{'x' * (length - 1)}"[:length] if length > 2 else chr(97 + i) for i in range(12)]
    text = comparison_text(TITLE, {"one": made, "s" * 300: made}, 5)
    lines = text.splitlines()
    assert max(map(len, lines)) <= WIDTH
    assert sum(line.startswith("model ") for line in lines) == 2


def test_intervals_of_differences_go_before_names_get_short():
    wide, narrow = table(12345.678 * np.arange(1, 4)), table([0.5, 0.6, 0.7])
    named = wide.set_axis([f"{i} {'x' * 40}" for i in range(3)])
    assert len(_differences(comparison_text(TITLE, {"a": narrow}, 5))) == 3
    assert len(_differences(comparison_text(TITLE, {"a": named}, 5))) == 0
    assert all(len(line.split("  ")[0]) >= NAME_WIDTH for line in _rows(named))


def _differences(text):
    """The intervals in the second column of numbers."""
    return [row for row in text.splitlines() if row.count("[") == 2]


def _rows(made):
    return [line for line in comparison_text(TITLE, {"a": made}, 5).splitlines() if "…" in line]


def test_a_name_is_one_line():
    made = table([0.5, 0.6]).set_axis(["a\nb", "c\t d"])
    assert [line[:3] for line in comparison_text(TITLE, {"a": made}, 5).splitlines()[2:]] == ["a b", "c d"]


def test_two_folds_without_a_test():
    X, y = np.repeat([[0.0], [1.0]], 8, axis=0), np.repeat(["a", "b"], 8)
    with pytest.warns(UserWarning):
        result = compare({"one": GaussianNB(), "two": GaussianNB()}, X, y, cv=2, random_state=0)
    rows = [line for line in str(result).splitlines() if line.startswith(("one", "two"))]
    assert [re.split(r" {2,}", row)[1:5] for row in rows] == [
        [f"1.000 {DASH}", f"0.000 {DASH}", DASH, DASH]
    ] * 2


def test_the_html_has_the_columns_of_the_text(several):
    """All others, which do not fit a notebook, are behind a click."""
    page = several._repr_html_()
    assert "<NA>" not in html.unescape(page) and page.count("<details>") == 2
    assert "broken: 5 of 5 folds have no score" in page
    tables = [
        [["".join(cell.itertext()) for cell in row] for row in table.iter("tr")]
        for table in ElementTree.fromstring(page).iter("table")
    ]
    for (heading, *rows), (_, _, *all_rows), found in zip(
        tables[:2], tables[2:], several.tables_.values(), strict=True
    ):
        assert heading == HEADINGS
        assert [row[0] for row in rows] == [row[0] for row in all_rows] == found.index.tolist()
        means = [re.split("\\s", row[1])[0] for row in rows]
        assert means == [DASH if np.isnan(x) else f"{x:.3f}" for x in found["mean"]]
        assert {len(row) for row in all_rows} == {1 + found.shape[1]}
