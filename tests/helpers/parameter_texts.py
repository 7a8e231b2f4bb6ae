"""What docstrings say of parameters, and where classes of a family say it differently."""

import inspect
import re

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


def parameter_texts(kind):
    """Return what a class's docstring says of each parameter: type and description, without the default."""
    texts = {}
    for names, type_, lines in NumpyDocString(inspect.getdoc(kind))["Parameters"]:
        type_ = re.sub(r",? *(?:optional|default=.*)$", "", type_)
        for name in names.split(", "):
            texts[name] = f"{type_}\n{' '.join(' '.join(lines).split())}"
    return texts


def check_texts_are_equal(kinds, texts_of_their_own):
    """Raise unless classes that share a parameter say the same of it.

    Parameters
    ----------
    kinds : collection of classes
        A family.
    texts_of_their_own : dict of (str, str) to str
        The exceptions: the name of a parameter and the beginning of the names of the classes that have a text
        of their own for it, which they share; and why.

    Raises
    ------
    AssertionError
        With the texts that differ, or with the exceptions that there need not be.
    """
    texts = {kind.__name__: parameter_texts(kind) for kind in kinds}
    names = dict.fromkeys(name for one in texts.values() for name in one)
    problems, used = [], set()
    for name in names:
        groups = {}
        for kind, one in texts.items():
            if name in one:
                own = [key for key in texts_of_their_own if key[0] == name and kind.startswith(key[1])]
                assert len(own) < 2, f"{kind} has more than one exception for {name}: {own}"
                used.update(own)
                groups.setdefault(own[0] if own else None, {})[kind] = one[name]
        for group in groups.values():
            if len(set(group.values())) > 1:
                problems.append(f"{name}:\n" + "\n".join(f"  {kind}: {text}" for kind, text in group.items()))
        common = set(groups.get(None, {}).values())
        for key, group in groups.items():
            if key is not None and (len(groups) == 1 or common & set(group.values())):
                problems.append(f"{key} is an exception, and says nothing else than the others")
    problems += [f"{key} is an exception for no class" for key in texts_of_their_own.keys() - used]
    assert not problems, "\n".join(problems)
