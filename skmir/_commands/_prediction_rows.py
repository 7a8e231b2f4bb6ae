"""The rows of ``skmir predict``, by what the model says of a recording: its class, its tags, or a number."""


class ClassRows:
    """Cells for a recording's class.

    Parameters
    ----------
    classes : sequence
    kind : {"probability", "score"} or None
        What the numbers of the classes are.
    top : int or None
        How many classes to name; None writes the numbers of all, without their names.

    Attributes
    ----------
    header : list of str
        Names of the columns behind the file.
    """

    def __init__(self, classes, kind, top):
        self._classes = [str(name) for name in classes]
        self._top = None if top is None else min(top, len(self._classes))
        if kind is None:
            self.header = ["label"]
        elif top is None:
            self.header = ["label", *(f"{kind}_{name}" for name in self._classes)]
        else:
            self.header = _numbered("label", kind, self._top)

    def cells(self, label, numbers):
        """Return the cells of one recording."""
        if self._top is None:
            return [label, *map(_short, numbers)]
        # The label first, even if another class is as likely.
        order = sorted(range(len(numbers)), key=lambda i: (self._classes[i] != str(label), -numbers[i]))
        return _of_likeliest(order[: self._top], self._classes, numbers)


class TagRows:
    """Cells for a recording's tags.

    Parameters
    ----------
    tags : sequence of str
        Names of the tags, in the order of the model's numbers.
    kind : {"probability", "score"} or None
        What the numbers of the tags are; None if there are none.
    top : int or None
        How many tags to name, likeliest first; None writes those that the model predicts, and all numbers.
    separator : str
        What stands between the tags of a cell.

    Attributes
    ----------
    header : list of str
        Names of the columns behind the file.
    """

    def __init__(self, tags, kind, top, separator):
        self._tags, self._kind, self._separator = list(tags), kind, separator
        self._top = None if top is None else min(top, len(self._tags))
        if kind is None:
            self.header = ["tags"]
        elif top is None:
            self.header = ["tags", *(f"{kind}_{name}" for name in self._tags)]
        else:
            self.header = _numbered("tag", kind, self._top)

    def found(self, model, X):
        """Return for each recording its tags, as zeros and ones, and their numbers.

        Parameters
        ----------
        model : classifier
        X : clips, frames or table
            As the model takes it.
        """
        indicator, numbers = self._predicted(model, X)
        if indicator.ndim != 2 or indicator.shape[1] != len(self._tags):
            given = f"{indicator.shape[1]} tags" if indicator.ndim == 2 else "one label per recording"
            raise TypeError(
                f"The model gives {given}, and its card names {len(self._tags)} tags. Save it with a card "
                "that names all of them, in order."
            )
        return list(zip(indicator, numbers, strict=True))

    def _predicted(self, model, X):
        from scipy.special import expit

        from ..base import BaseNetworkClassifier
        from ..metrics._score_table import score_table

        if isinstance(model, BaseNetworkClassifier):  # one run of the network gives both
            logits = model.decision_function(X)
            return (logits > 0).astype(int), expit(logits)
        indicator = model.predict(X)
        if self._kind is None:
            return indicator, [()] * len(indicator)
        numbers = model.predict_proba(X) if self._kind == "probability" else model.decision_function(X)
        return indicator, score_table(numbers, getattr(model, "classes_", None))

    def cells(self, indicator, numbers):
        """Return the cells of one recording."""
        if self._top is None:
            found = self._separator.join(name for name, has in zip(self._tags, indicator, strict=True) if has)
            return [found, *map(_short, numbers)]
        order = sorted(range(len(numbers)), key=lambda i: -numbers[i])
        return _of_likeliest(order[: self._top], self._tags, numbers)


class NumberRows:
    """The cell for a recording's number.

    Attributes
    ----------
    header : list of str
        Name of the column behind the file.
    """

    header = ("prediction",)

    def cells(self, number, _numbers):
        """Return the cell of one recording."""
        return [_short(number)]


def _numbered(name, kind, top):
    return [name, kind, *(f"{what}_{i}" for i in range(2, top + 1) for what in (name, kind))]


def _of_likeliest(order, names, numbers):
    return [cell for i in order for cell in (names[i], _short(numbers[i]))]


def _short(number):
    return f"{number:.6g}"
