"""Colours, axes and numbers in words, which the displays share."""

import re
import textwrap

from .._extras import require

_CONTROLS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
# The palette of Okabe and Ito, which readers with any colour vision can tell apart.
BLUE, VERMILION, GREY = "#0072B2", "#D55E00", "#7F7F7F"
PALETTE = (BLUE, VERMILION, "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000", "#F0E442")
MARKERS = "osD^vPX*"
PLAIN = {"parse_math": False, "usetex": False}  # names may hold signs that are markup to matplotlib and TeX


def new_axes(display, figsize):
    """Return the axes of a new figure.

    Parameters
    ----------
    display : str
        Name of the class that draws, for the error.
    figsize : tuple of 2 float
        Width and height in inches.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    """
    require(f"{display}.plot", "plot")
    import matplotlib.pyplot as plt

    return plt.subplots(figsize=figsize, layout="constrained")[1]


def styles(names):
    """Return a dict of one colour and marker per name; the first 64 pairs are distinct."""
    return {
        name: {"color": PALETTE[i % 8], "marker": MARKERS[(i + i // 8) % 8]} for i, name in enumerate(names)
    }


def name_lines(ax, lines, **kwargs):
    """Draw a legend with every line's name as it stands; by itself it drops those that begin with "_".

    Parameters
    ----------
    ax : matplotlib Axes
    lines : dict of Line2D to str
        Names, beside those that the axes show already.
    **kwargs
        Passed to matplotlib's ``legend``.
    """
    named = [line for line in ax.get_lines() if line in lines or not line.get_label().startswith("_")]
    legend = ax.legend(named, ["name"] * len(named), **kwargs)
    for text, line in zip(legend.get_texts(), named, strict=True):
        text.set(text=wrapped(lines.get(line, line.get_label())), **PLAIN)


def wrapped(name, width=24, max_lines=4):
    """Return a name as it stands in a picture: in a few short lines, with an ellipsis for the rest."""
    return textwrap.fill(printable(name), width, max_lines=max_lines, placeholder=" \N{HORIZONTAL ELLIPSIS}")


def printable(text):
    """Return a text with escapes for characters that a page cannot hold: controls, broken Unicode."""
    text = str(text).encode("utf-8", "backslashreplace").decode()
    return _CONTROLS.sub(lambda found: repr(found[0])[1:-1], text)


def tidy_axes(ax):
    """Remove the frame except for two axes, and draw a light grid behind."""
    ax.grid(color="0.9", zorder=0)
    ax.set_axisbelow(True)
    ax.spines[["top", "right"]].set_visible(False)


def score_label(scoring, confidence_level):
    """Return a scorer's name as the label of an axis, with the level of the intervals."""
    scoring = scoring.replace("_", " ")
    return f"{scoring[:1].upper()}{scoring[1:]} (mean, {100 * confidence_level:g} % interval)"


def short(number):
    """Return a count with three digits: 950, 12.3 k, 1.2 M."""
    for unit, size in (("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if number >= 0.9995 * size:
            return f"{number / size:.3g} {unit}"
    return f"{number:.0f}"


def seconds_text(seconds):
    """Return a duration with its unit: 0.15 s, 34 s, 5.1 min, 2.5 h."""
    for unit, size in (("h", 3600), ("min", 60)):
        if seconds >= size:
            return f"{seconds / size:.2g} {unit}"
    return f"{seconds:.2g} s" if seconds >= 0.01 else "< 0.01 s"
