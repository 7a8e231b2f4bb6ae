"""Warnings given in other processes, brought home: there each would be printed in Python's own way."""

import os
import threading
import warnings


def with_warnings(home, function, /, *args, **kwargs):
    """Call a function, and note the warnings it gives if this is another process than the one that asks.

    Parameters
    ----------
    home : int
        Id of the process that asks. There, and in threads, whose warnings cannot be told apart, warnings take
        their usual way.
    function : callable
        Gets the other arguments.

    Returns
    -------
    result : object
    noted : list of (str, type)
        Texts and categories.
    """
    if os.getpid() == home or threading.current_thread() is not threading.main_thread():
        return function(*args, **kwargs), []
    with warnings.catch_warnings(record=True) as noted:
        result = function(*args, **kwargs)
    return result, [(str(each.message), each.category) for each in noted]


def warn_at_home(noted):
    """Give the warnings that came home.

    Parameters
    ----------
    noted : list of (str, type)
        See :func:`with_warnings`.
    """
    for text, category in noted:
        warnings.warn(text, category, stacklevel=4)
