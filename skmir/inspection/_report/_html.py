"""Pieces of a page: every text on it is escaped here."""

import base64
import html

from .._style import printable


def escape(text):
    """Return a text as it stands in a page, whatever characters it has."""
    return html.escape(printable(text))


def paragraph(text, css=""):
    """Return a text, which is escaped, as a paragraph."""
    return f"<p{_class(css)}>{escape(text)}</p>"


def bullets(texts, css=""):
    """Return texts, which are escaped, as a list."""
    items = "\n".join(f"<li>{escape(text)}</li>" for text in texts)
    return f"<ul{_class(css)}>\n{items}\n</ul>"


def cell(text, *, css="", bold=False, style="", below=""):
    """Return a cell of a table.

    Parameters
    ----------
    text : object
        Printed and escaped.
    css : str, default=""
        Its classes.
    bold : bool, default=False
        Whether it is the best of its row or column.
    style : str, default=""
        Declarations of its own.
    below : str, default=""
        A second, smaller line.
    """
    inside = f"<strong>{escape(text)}</strong>" if bold else escape(text)
    inside += f"<br><small>{escape(below)}</small>" if below else ""
    styled = f' style="{escape(style)}"' if style else ""
    return f"<td{_class(css)}{styled}>{inside}</td>"


def row(name, cells, css="", anchor=None):
    """Return a row: its name, which is escaped and may lead to an anchor of the page, and cells."""
    name = escape(name) if anchor is None else f'<a href="#{anchor}">{escape(name)}</a>'
    return f'<tr{_class(css)}><th scope="row">{name}</th>{"".join(cells)}</tr>'


def table(caption, columns, rows, css=""):
    """Return a table that scrolls by itself if the screen is narrower.

    Parameters
    ----------
    caption : str
        Caption of the table.
    columns : list of str
        Names of the columns, first the name of the column of row names.
    rows : list of str
        See :func:`row`.
    css : str, default=""
        Classes of the table.
    """
    head = "".join(f'<th scope="col"><span>{escape(name)}</span></th>' for name in columns)
    body = "\n".join(rows)
    inside = (
        f"<table{_class(css)}>\n<caption>{escape(caption)}</caption>\n"
        f"<thead><tr>{head}</tr></thead>\n<tbody>\n{body}\n</tbody>\n</table>"
    )
    return _scrolling(inside, caption)


def image(content, kind, alt):
    """Return an image that stands in the page itself.

    Parameters
    ----------
    content : bytes
    kind : str
        Its media type.
    alt : str
        What it shows, for whoever does not see it; escaped here.
    """
    return f'<img src="{inline(content, kind)}" alt="{escape(alt)}">'


def inline(content, kind):
    """Return the address of content, bytes of a media type, that stands in the page itself."""
    return f"data:{kind};base64,{base64.b64encode(content).decode()}"


def picture(content, alt, caption, css=""):
    """Return a figure with its caption; ``content`` is the bytes of an SVG."""
    return (
        f"<figure{_class(css)}>\n{_scrolling(image(content, 'image/svg+xml', alt), caption)}\n"
        f"<figcaption>{escape(caption)}</figcaption>\n</figure>"
    )


def folded(summary, content, *, is_open=False):
    """Return content, unescaped, below a line that shows and hides it."""
    return (
        f"<details{' open' if is_open else ''}>\n<summary>{escape(summary)}</summary>\n{content}\n</details>"
    )


def _scrolling(content, name):
    """Return content that scrolls; the keyboard must reach it then, and it needs a name."""
    return f'<div class="scroll" role="region" tabindex="0" aria-label="{escape(name)}">\n{content}\n</div>'


def _class(css):
    return f' class="{css}"' if css else ""
