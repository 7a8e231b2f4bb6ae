"""A comparison as one page of HTML."""

from ._write_report import write_report

__all__ = [
    "write_report",
]
