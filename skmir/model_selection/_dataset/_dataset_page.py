"""The check of a set of recordings as one page."""

import pandas as pd

from ...inspection._report._html import bullets, cell, folded, paragraph, row, table
from ...inspection._report._page import page
from ._finding import MAX_NAMED
from ._words import formats, heading, number_of_findings

_MAX_LISTED = 200  # files listed below one finding


def dataset_page(check, title):
    """Return the page.

    Parameters
    ----------
    check : DatasetCheck
    title : str

    Returns
    -------
    text : str
    """
    found = check.findings_
    sections = [
        ("warnings", "To be mended", _findings(found[found["is_wrong"]])),
        ("notes", "Worth knowing", _findings(found[~found["is_wrong"]])),
        ("classes", "Classes", _table("Recordings of each class", "Class", check.classes_)),
        ("formats", "Formats", _table("Recordings of each format", "Format", formats(check.recordings_))),
    ]
    lead = [number_of_findings(found), heading(check.recordings_)]
    return page(title, lead, [section for section in sections if section[2]])


def _findings(findings):
    return "\n".join(paragraph(each.text) + _details(each.named) for each in findings.itertuples())


def _details(details):
    if len(details) <= MAX_NAMED:  # the text names all
        return ""
    more = len(details) - _MAX_LISTED
    listed = [*details[:_MAX_LISTED], *([f"and {more:,} more"] if more > 0 else [])]
    return folded(f"All {len(details):,}", bullets(listed))


def _table(caption, name, frame):
    if frame is None or not len(frame):
        return ""
    rows = [row(index, [cell(_shown(value)) for value in values]) for index, *values in frame.itertuples()]
    return table(caption, [name, *frame.columns], rows)


def _shown(value):
    if isinstance(value, float):
        return "\N{EN DASH}" if pd.isna(value) else f"{value:.3f}"
    return value
