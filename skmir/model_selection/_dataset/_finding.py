"""One thing that is wrong with a set of recordings, or worth knowing."""

from dataclasses import dataclass

import pandas as pd

MAX_NAMED = 3  # files, pairs or classes named in one finding


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, or worth knowing.

    Parameters
    ----------
    kind : str
        Name of the check, such as "silent".
    is_wrong : bool
        Whether it should be mended before anything is trained; otherwise it is worth knowing.
    what : str
        What was found, without a full stop.
    advice : str
        Why it matters and what to do, in whole sentences.
    clips : tuple of int, default=()
        Positions of the recordings.
    details : tuple of str, default=()
        What to name: files, pairs of files, classes, or whole errors.
    """

    kind: str
    is_wrong: bool
    what: str
    advice: str
    clips: tuple = ()
    details: tuple = ()

    def text(self):
        """Return the finding as one paragraph that names the first of the details."""
        named = self.details[:MAX_NAMED]
        more = len(self.details) - len(named)
        if not named:
            return f"{self.what}. {self.advice}"
        if named[0].endswith("."):  # sentences
            listed = " ".join(named) + (f" And {more:,} more." if more else "")
        else:
            listed = ", ".join(named) + (f" and {more:,} more." if more else ".")
        return f"{self.what}: {listed} {self.advice}"


def findings_table(findings):
    """Return findings as a table, wrong ones first; see :class:`DatasetCheck`."""
    rows = [(each.kind, each.is_wrong, each.text(), each.details, each.clips) for each in findings]
    table = pd.DataFrame(rows, columns=["kind", "is_wrong", "text", "named", "clips"])
    table["is_wrong"] = table["is_wrong"].astype(bool)
    return table.sort_values("is_wrong", ascending=False, kind="stable", ignore_index=True)


def about_files(kind, is_wrong, chosen, files, words, advice):
    """Yield a finding about some recordings, if there are any.

    Parameters
    ----------
    kind : str
    is_wrong : bool
    chosen : list of int
        Positions of the recordings.
    files : list of str
        All recordings.
    words : str
        What they are, as in "1 of 5 recordings is silent".
    advice : str
    """
    if len(chosen):
        what = f"{len(chosen):,} of {len(files):,} recordings {'is' if len(chosen) == 1 else 'are'} {words}"
        details = tuple(repr(files[i]) for i in chosen)
        yield Finding(kind, is_wrong, what, advice, tuple(map(int, chosen)), details)
