"""Names for this library's own rows and columns that differ from the user's models and classes."""


def free_name(name, taken):
    """Return a name, in as many parentheses as make it differ from every name that is taken.

    Parameters
    ----------
    name : str
    taken : iterable
        Names of models, or labels of any type.

    Returns
    -------
    name : str
    """
    taken = set(taken)
    while name in taken:
        name = f"({name})"
    return name
