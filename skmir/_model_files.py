"""Files of models, looked at without loading anything slow: whether they are intact, and their cards."""

import contextlib
import json
import os
import zipfile

SCHEMA = "schema.json"  # the part of a skops file that describes the objects and their contents
CARD = "card.json"  # the part of the file that holds the card
ZIP_START, PICKLE_START = b"PK\x03\x04", b"\x80"


def load_card(path):
    """Return what a model's file says about the model, without loading the model.

    Parameters
    ----------
    path : str or PathLike
        Name of a file by :func:`skmir.save` or ``skmir train``.

    Returns
    -------
    card : dict or None
        The dict that was passed to :func:`skmir.save`, with lists in place of tuples; None if there was none.
        ``skmir train`` writes ``model``, the name of the default model; ``task``: "classes", "tags" or
        "regression"; ``classes`` or ``tags``: the number of clips of each, in the model's order, or
        ``numbers``: their column and range; ``separator`` of tags; ``n_clips``; ``n_groups``, None without
        groups; ``seed``; ``max_epochs``, None for each network's own; ``estimator``, as printed; ``date``;
        ``versions`` of packages; and ``score``, None without ``--cv``.

    Raises
    ------
    ValueError
        If the file was not written by :func:`skmir.save`, or is damaged.

    See Also
    --------
    save : Writes the card.
    load : Loads the model.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> import skmir
    >>> from skmir.preprocessing import FrameScaler
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = pathlib.Path(folder) / "scaler.skops"
    ...     skmir.save(FrameScaler(), path, card={"data": "forty notes of a flute", "licence": "CC0"})
    ...     skmir.load_card(path)
    {'data': 'forty notes of a flute', 'licence': 'CC0'}
    """
    path = path_to_read(path)
    with told_if_damaged(path), zipfile.ZipFile(path) as saved:
        check_schema(saved, path)
        return json.loads(saved.read(CARD)) if CARD in saved.namelist() else None


def card_as_text(card):
    """Return a card as JSON; raise unless it is a dict that JSON can hold as it is."""
    if not isinstance(card, dict):
        raise TypeError(
            f"card must be a dict or None, got {type(card).__name__}: save(model, path, card=...)."
        )
    try:
        text = json.dumps(card, indent=1, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        kind = TypeError if isinstance(error, TypeError) else ValueError
        raise kind(
            f"card must hold str, finite numbers, bool, None, and lists and dicts of these: {error}. Convert "
            "arrays by .tolist(), and other objects by str()."
        ) from error
    _check_keys(card)
    return text


def _check_keys(value):
    """Raise for keys that JSON would turn into text."""
    if isinstance(value, dict):
        for key in value:
            if not isinstance(key, str):
                raise TypeError(f"Keys of card must be str, got {key!r}. Use {str(key)!r}.")
        value = value.values()
    if not isinstance(value, str) and hasattr(value, "__iter__"):
        for item in value:
            _check_keys(item)


def check_schema(saved, path):
    """Raise unless an open zip file holds a model."""
    if SCHEMA not in saved.namelist():
        raise ValueError(f"{path!r} must be a file by skmir.save, got a zip file without {SCHEMA}.")


def path_to_read(path):
    """Return the name of a file that exists."""
    if not isinstance(path, str | os.PathLike):
        raise TypeError(f"path must be a str or PathLike, got {type(path).__name__}.")
    path = os.fspath(path)
    if os.path.isdir(path):
        raise IsADirectoryError(
            f"path={path!r} is a folder. Name the file in it that skmir.save has written."
        )
    if not os.path.exists(path):
        raise FileNotFoundError(f"path={path!r} does not exist: there is no file {os.path.abspath(path)!r}.")
    return path


@contextlib.contextmanager
def told_if_damaged(path):
    """Turn an error of reading the zip file into one that says what to do."""
    try:
        yield
    except zipfile.BadZipFile as error:
        with open(path, "rb") as file:
            start = file.read(len(ZIP_START))
        if start == ZIP_START:
            raise ValueError(
                f"{path!r} is damaged ({error}): it was cut off or altered. Copy it again, or save the model "
                "again."
            ) from error
        if start.startswith(PICKLE_START):
            raise ValueError(
                f"{path!r} must be a file by skmir.save, got a pickle. If you trust the person who made it, "
                "load it with joblib.load, which runs any code in it, and save the model with skmir.save."
            ) from error
        raise ValueError(f"{path!r} must be a file by skmir.save, got another kind of file.") from error
