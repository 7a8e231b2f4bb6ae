"""A comparison as HTML for notebooks: what a reader looks at first, and all columns behind a click."""

import html

import pandas as pd

from ..._text_table import DASH
from ._comparison_text import columns_of, failures

_NO_BREAK = "\N{NO-BREAK SPACE}"
# Notebooks typeset formulas in HTML unless told not to, and a model's name may contain a $.
_AS_IT_IS = "tex2jax_ignore mathjax_ignore"
_PROBABILITIES = ("worse_prob", "rope_prob", "better_prob")
_SECONDS = ("fit_time", "score_time")
_DIGITS = dict.fromkeys(("p_value", "p_holm"), ".2g") | dict.fromkeys((*_SECONDS, *_PROBABILITIES), ".2f")
_SCROLLED = '<div style="overflow-x: auto">\n{}\n</div>'


def _shown(digits):
    """Return a function that prints a number, and a dash for one that is missing."""
    return lambda value: DASH if pd.isna(value) else f"{value:{digits}}"


_FORMATTERS = {name: _shown(digits) for name, digits in _DIGITS.items()}


def comparison_html(title, tables, n_folds):
    """Return a comparison as HTML whose tables fit the column of a notebook.

    Parameters
    ----------
    title : str
        The heading of the first table.
    tables : dict of str to DataFrame
        Scorer to table, as in :class:`~skmir.model_selection.Comparison`.
    n_folds : int
        Number of folds, of which some may have failed.

    Returns
    -------
    page : str
    """
    headings = [title, *[*tables][1:]]
    parts = [
        part
        for heading, table in zip(headings, tables.values(), strict=True)
        for part in _section(heading, table, n_folds)
    ]
    for scorer, table in tables.items():
        which = "" if len(tables) == 1 else f" of {html.escape(scorer)}"
        table = table.assign(n_parameters=table["n_parameters"].map(_shown(".0f")))  # pandas would show <NA>
        whole = _SCROLLED.format(
            table.to_html(na_rep=DASH, float_format="{:.3f}".format, formatters=_FORMATTERS)
        )
        parts.append(f"<details><summary>All columns{which}</summary>\n{whole}\n</details>")
    return "\n".join([f'<div class="{_AS_IT_IS}">', *parts, "</div>"])


def _section(heading, table, n_folds):
    """Yield the parts that stand for one table."""
    yield f"<p>{html.escape(heading)}</p>"
    columns = columns_of(table, intervals=True, costs=True)
    cells = {name.strip(): [_unbroken(cell) for cell in column] for name, *column in columns}
    names = pd.Index([str(name) for name in table.index], name="model")
    shown = pd.DataFrame(cells, index=names).rename_axis(columns="model").rename_axis(index=None)
    yield _SCROLLED.format(shown.to_html())
    for note in failures(table, n_folds):
        yield f"<p>{html.escape(note)}</p>"


def _unbroken(cell):
    """Return a cell whose number and interval stay on one line."""
    return " ".join(cell.split()).replace(" ", _NO_BREAK)
