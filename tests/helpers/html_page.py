"""What a page holds, read without a browser."""

from html.parser import HTMLParser

VOID = {"meta", "img", "br", "link", "input", "hr"}  # tags that have no end


class Page(HTMLParser):
    """A page: its text, its tables by caption, and the attributes of its tags.

    Attributes
    ----------
    text : str
    tables : dict of str to list of list of str
        Caption to rows, the head first; cells are texts.
    tags : list of (str, dict)
        Names and attributes, in order.
    headings : list of str
        Of sections.

    Raises
    ------
    AssertionError
        Where tags do not end in the order in which they began.
    """

    def __init__(self, source):
        super().__init__()
        self.tags, self.tables, self.headings, self._open, self._parts = [], {}, [], [], []
        self.feed(source)
        self.close()
        assert self._open == []
        self.text = "".join(self._parts)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self._rows = []
        elif tag == "tr":
            self._rows.append([])
        elif tag in ("td", "th"):
            self._rows[-1].append("")
        elif tag == "caption":
            self._caption = ""
        elif tag == "h2":
            self.headings.append("")
        elif tag == "br" and ("td" in self._open):
            self._rows[-1][-1] += " "

    def handle_endtag(self, tag):
        assert self._open.pop() == tag
        if tag == "table":
            self.tables.setdefault(self._caption, self._rows)

    def handle_data(self, data):
        if "style" in self._open:
            return
        self._parts.append(data)
        if "caption" in self._open:
            self._caption += data
        elif "td" in self._open or "th" in self._open:
            self._rows[-1][-1] += data
        elif "h2" in self._open:
            self.headings[-1] += data

    def all(self, tag):
        """Return the attributes of every such tag."""
        return [attributes for name, attributes in self.tags if name == tag]
