"""The texts that say, in each docstring of a family, what a shared parameter is."""

import inspect

from numpydoc.docscrape import NumpyDocString


def texts(classes):
    """Return how the docstrings of classes describe each parameter.

    Parameters
    ----------
    classes : iterable of type

    Returns
    -------
    found : dict of str to dict of str to list of str
        For each parameter, each text, and the names of the classes that have it. Line breaks do not count.
    """
    found = {}
    for kind in classes:
        for entry in NumpyDocString(inspect.getdoc(kind))["Parameters"]:
            text = " ".join(" ".join(entry.desc).split())
            for name in entry.name.split(", "):
                found.setdefault(name, {}).setdefault(text, []).append(kind.__name__)
    return found
