"""The clips that models got wrong, to be heard and seen: a card for each."""

import numpy as np

from ..._parameter_checks import check_number
from ._html import bullets, escape, paragraph
from ._mistakes import anchor_of
from ._numbers import probability
from ._players import FAILS, CannotEncodeError, check_encoder, player
from ._words import judged

MEGABYTE = 1_000_000


class Recordings:
    """The recordings of a comparison, as far as they can be heard.

    Parameters
    ----------
    clips : sequence of paths or of waveforms, or None
        Row by row as in X; None if the clips are not known, or shall not be heard.
    sr : float
        Sampling rate of waveforms, in Hz.
    limit : float
        Size that all cards together may have, in megabytes.
    """

    def __init__(self, clips, sr, limit):
        self.clips, self.sr, self.limit = clips, sr, limit

    @classmethod
    def of(cls, comparison, clips, *, sr, audio, limit):
        """Check the arguments of ``write_report``, and return the recordings.

        Raises
        ------
        ValueError
            If there are not as many clips as rows, or a number is out of range.
        """
        check_number("sr", sr, above=0)
        check_number("audio_limit", limit, above=0)
        if clips is None:
            clips = comparison.files_
        elif len(clips) != len(comparison.y_):
            raise ValueError(
                f"clips must be the {len(comparison.y_)} recordings of the comparison, one per row of X, "
                f"got {len(clips)}. Pass X itself, or the files in its order."
            )
        return cls(clips if audio else None, sr, limit)


def listen(comparison, mistakes, classes, recordings):
    """Return the cards of the clips that the tables of mistakes show.

    Parameters
    ----------
    comparison : Comparison
    mistakes : Mistakes
    classes : Classes
        Gives names to the labels.
    recordings : Recordings

    Returns
    -------
    content : str
        Empty if there is nothing to be heard.
    heard : list of int
        Rows in X of the clips that have a card.
    """
    if recordings.clips is None or not mistakes.rows:
        return "", []
    try:
        check_encoder()
    except CannotEncodeError as error:
        return paragraph(f"No sound could be put into this page: {error}"), []
    cards, unread = _players(mistakes, recordings)
    if not cards:
        return paragraph(_none_read(unread, recordings)), []
    said = _said(comparison, classes)
    parts = [_card(row, content, mistakes.names[row], said) for row, content in cards.items()]
    notes = _notes(cards, unread, mistakes, recordings)
    return "\n".join([*notes, '<div class="cards">', *parts, "</div>"]), list(cards)


def _players(mistakes, recordings):
    """Return by row the players of as many clips as there is room for, and the errors of those not read."""
    players, errors, size = {}, {}, 0
    for row in mistakes.rows:
        try:
            content = player(row, recordings.clips[row], recordings.sr, mistakes.names[row])
        except FAILS as error:
            errors[row] = error
            continue
        size += len(content)
        if size > recordings.limit * MEGABYTE:
            break
        players[row] = content
    return players, errors


def _none_read(unread, recordings):
    if not unread:
        return (
            f"No clip could be put into this page: the first one takes more than audio_limit="
            f"{recordings.limit:g} MB."
        )
    row, error = next(iter(unread.items()))
    return (
        f"None of the {len(unread)} clips can be heard: the recordings have moved or cannot be read. The "
        f"first, row {row} of X: {' '.join(str(error).split())}"
    )


def _notes(cards, unread, mistakes, recordings):
    texts = ["Of each clip that the tables above show, its loudest seconds are part of this page."]
    left = len(mistakes.rows) - len(cards) - len(unread)
    if left:
        texts.append(
            f"{left} of {len(mistakes.rows)} clips are left out, since all together would take more than "
            f"{recordings.limit:g} MB (audio_limit)."
        )
    if unread:
        names = ", ".join(str(mistakes.names[row]) for row in list(unread)[:3])
        more = ", and others" if len(unread) > 3 else ""
        first = " ".join(str(next(iter(unread.values()))).split())
        texts.append(f"{len(unread)} cannot be read now: {names}{more}. The first: {first}")
    return [paragraph(text, "note") for text in texts]


def _said(comparison, classes):
    """Return for each row of X its label and a line for each time that a model was asked for it."""
    names, table = judged(comparison), comparison.prediction_table()
    columns = list(table.columns)
    at = {name: columns.index(name) for name in names}
    # Behind what a model said stands how likely it thought that, unless the next model does.
    chance_at = {i: i + 1 for i in at.values() if i + 1 < len(columns) and columns[i + 1] not in at}
    label_at = min(at.values()) - 1
    found = {}
    for values in table.itertuples(index=False, name=None):
        label = values[label_at]
        texts = found.setdefault(values[0], [f"Label: {classes.name(label)}"])
        for name, i in at.items():
            if values[i] is not None:  # it failed on the fold
                chance = values[chance_at[i]] if i in chance_at else np.nan
                texts.append(
                    f"{name}: {classes.name(values[i])}"
                    + (f" ({probability(chance)})" if np.isfinite(chance) else "")
                    + (", right" if values[i] == label else "")
                )
    return {row: list(dict.fromkeys(texts)) for row, texts in found.items()}


def _card(row, content, name, said):
    label, *answers = said[row]
    return (
        f'<article class="card" id="{anchor_of(row)}">\n<h3>{escape(name)}</h3>\n{content}\n'
        f"{paragraph(label)}\n{bullets(answers)}\n</article>"
    )
