"""Pass warnings of worker processes on to the main process; workers would print each in Python's format."""

import os
import threading
import warnings


def with_warnings(home, function, /, *args, **kwargs):
    """Call a function, and record its warnings if this is not the main process of the comparison.

    Parameters
    ----------
    home : int
        Id of the main process. There, and in threads, whose warnings cannot be told apart, warnings are not
        recorded but issued as usual.
    function : callable
        Function to call with the other arguments.

    Returns
    -------
    result : object
    noted : list of (str, type)
        Texts and categories of the recorded warnings.
    """
    if os.getpid() == home or threading.current_thread() is not threading.main_thread():
        return function(*args, **kwargs), []
    with warnings.catch_warnings(record=True) as noted:
        result = function(*args, **kwargs)
    return result, [(str(each.message), each.category) for each in noted]


def warn_at_home(noted):
    """Issue the recorded warnings in the main process.

    Parameters
    ----------
    noted : list of (str, type)
        See :func:`with_warnings`.
    """
    for text, category in noted:
        warnings.warn(text, category, stacklevel=4)
