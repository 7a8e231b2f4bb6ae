"""Tables and sentences about a set of recordings."""

import pandas as pd

MAX_CLASSES = 30  # classes in the printed table
_FORMAT = ["format", "encoding", "sr", "n_channels"]


def heading(recordings):
    """Return how many recordings there are, and how long they are."""
    known = recordings["duration"].dropna()
    parts = [_counted(len(recordings), "recording")]
    for column, one, many in (("label", "class", "classes"), ("group", "group", "groups")):
        n_values = recordings[column].nunique()
        parts += [_counted(n_values, one, many)] if n_values else [f"no {many}"]
    if len(known):
        shortest, longest = f"{known.min():.3g}", f"{known.max():.3g}"
        spread = "" if shortest == longest else f" to {longest} s (median {known.median():.3g} s)"
        parts.append(f"{_time(known.sum())} in total, length {shortest}{spread or ' s'}")
    return ", ".join(parts)


def formats(recordings):
    """Return how many recordings there are of each format, as a table."""
    known = recordings[recordings["sr"].notna()]
    counts = known.value_counts(_FORMAT, sort=False).reset_index(name="recordings")
    counts = counts.sort_values("recordings", ascending=False, kind="stable")
    counts["sr"] = counts["sr"].astype(int)
    counts = counts.rename(columns={"sr": "rate (Hz)", "n_channels": "channels"}).set_index("format")
    return counts.rename_axis(None)


def classes(recordings):
    """Return one row per class, or None if there are no labels."""
    if recordings["label"].isna().all():
        return None
    grouped = recordings.groupby("label", sort=True)
    columns = {"recordings": grouped.size()}
    if recordings["group"].notna().any():
        columns["groups"] = grouped["group"].nunique()
    columns["total (s)"] = grouped["duration"].sum()
    columns["median length (s)"] = grouped["duration"].median()
    columns["median level (dB)"] = grouped["level"].median()
    return pd.DataFrame(columns).rename_axis(None)


def number_of_findings(findings):
    """Return how many things are wrong, and how many are worth knowing."""
    n_wrong = int(findings["is_wrong"].sum())
    n_notes = len(findings) - n_wrong
    wrong = {0: "Nothing is wrong", 1: "1 thing is wrong"}.get(n_wrong, f"{n_wrong} things are wrong")
    notes = {0: "", 1: "; 1 is worth knowing"}.get(n_notes, f"; {n_notes} are worth knowing")
    return f"{wrong}{notes}."


def _counted(n, noun, plural=None):
    return f"{n:,} {noun if n == 1 else plural or noun + 's'}"


def _time(seconds):
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    parts = [(hours, "h"), (minutes, "min"), (rest, "s")]
    return " ".join(f"{n} {unit}" for n, unit in parts if n) or f"{seconds:.3g} s"
