"""Commands of ``skmir``, one file each. What they do stands in the public Python that they call."""

from . import _check, _compare, _features, _predict, _report, _train

__all__ = ["COMMANDS"]
COMMANDS = (_check, _compare, _report, _train, _predict, _features)
