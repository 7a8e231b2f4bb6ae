"""Commands of ``skmir``, one file each. What they do stands in the public Python that they call."""

from . import _compare, _predict, _report, _train

__all__ = ["COMMANDS"]
COMMANDS = (_compare, _report, _train, _predict)
