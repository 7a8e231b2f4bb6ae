"""A comparison as text that fits a terminal, with the columns that a reader looks at first."""

import textwrap

import numpy as np

from ..._text_table import DASH

WIDTH = 100  # columns of the text, at most
NAME_WIDTH = 20  # if names would get fewer columns, the intervals of differences are left out


def comparison_text(title, tables, n_folds):
    """Return a comparison as text of at most 100 columns.

    Parameters
    ----------
    title : str
        The first line; it is wrapped if it is longer.
    tables : dict of str to DataFrame
        Scorer to table, as in :class:`~skmir.model_selection.Comparison`. The name of the first scorer is
        part of the title.
    n_folds : int
        Number of folds, of which some may have failed.

    Returns
    -------
    text : str
    """
    longest = max(
        len(_shortened(name, WIDTH)) for table in tables.values() for name in ["model", *table.index]
    )
    for intervals in (True, False):
        columns = {
            name: columns_of(table, intervals=intervals, costs=not i)
            for i, (name, table) in enumerate(tables.items())
        }
        left = min(WIDTH - sum(len(cells[0]) + 2 for cells in behind) for behind in columns.values())
        if left >= min(NAME_WIDTH, longest):
            break
    headings = [textwrap.fill(title, WIDTH), *(_shortened(scorer, WIDTH) for scorer in [*tables][1:])]
    blocks = [
        "\n".join([heading, *_rows(table, columns[scorer], left), *failures(table, n_folds, WIDTH)])
        for heading, (scorer, table) in zip(headings, tables.items(), strict=True)
    ]
    return "\n\n".join(blocks)


def _rows(table, columns, width):
    """Return the lines of a table, with names shortened to a width."""
    names = _aligned(["model", *(_shortened(name, width) for name in table.index)], str.ljust)
    return ["  ".join(row).rstrip() for row in zip(names, *columns, strict=True)]


def failures(table, n_folds, width=None):
    """Yield a line for each model that failed on some folds; names are shortened if there is a width."""
    for name, n_failed in table["n_failed"].items():
        if n_failed:
            note = f": {n_failed} of {n_folds} folds have no score (errors_ says why)"
            yield f"{name if width is None else _shortened(name, width - len(note))}{note}"


def columns_of(table, *, intervals, costs):
    """Return the columns behind the names, each as a list of its heading and its cells, of equal width."""
    difference = [table["difference"], table["difference_low"], table["difference_high"]]
    columns = [
        _with_interval("mean", table["mean"], table["ci_low"], table["ci_high"]),
        _with_interval("difference", *difference) if intervals else _scores("difference", difference[0]),
        _numbers("p (Holm)", table["p_holm"], ".2g"),
        _numbers("P(better)", table["better_prob"], ".2f"),
    ]
    return [*columns, _numbers("fit s", table["fit_time"], ".2f")] if costs else columns


def _with_interval(heading, values, low, high):
    digits = _digits(values, low, high)
    numbers = _aligned([_shown(value, digits) for value in values], str.rjust)
    intervals = [_interval(*bounds, digits) for bounds in zip(low, high, strict=True)]
    cells = [
        f"{number} {interval}" if number.strip() != DASH else number
        for number, interval in zip(numbers, intervals, strict=True)
    ]
    return _aligned([heading, *cells], str.ljust)


def _interval(low, high, digits):
    return DASH if np.isnan([low, high]).any() else f"[{low:{digits}}, {high:{digits}}]"


def _scores(heading, values):
    return _numbers(heading, values, _digits(values))


def _numbers(heading, values, digits):
    return _aligned([heading, *(_shown(value, digits) for value in values)], str.rjust)


def _shown(value, digits):
    return DASH if np.isnan(value) else f"{value:{digits}}"


def _digits(*columns):
    """Return the format of scores: three decimals, or five digits if that would take too many columns."""
    largest = np.nan_to_num(np.abs(np.concatenate(columns)), posinf=np.inf).max(initial=0)
    return ".3f" if largest < 1e5 else ".5g"


def _aligned(cells, side):
    width = max(map(len, cells))
    return [side(cell, width) for cell in cells]


def _shortened(name, width):
    """Return a name on one line; of a long name, only its beginning and its end."""
    name = " ".join(str(name).split())
    if len(name) <= width:
        return name
    end = (width - 1) // 3
    return f"{name[: width - 1 - end]}…{name[len(name) - end :]}"
