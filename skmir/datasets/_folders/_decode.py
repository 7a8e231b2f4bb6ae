"""The text of a file, whatever its encoding."""

import warnings

_NO_TEXT = {  # the first bytes of files that are not text, whatever their name
    b"PK\x03\x04": "an Excel or OpenDocument workbook",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook",
    b"%PDF": "a PDF",
    b"{\\rtf": "a text with formatting (RTF)",
    b"\x1f\x8b": "a file packed by gzip",
}
_MARKS = {  # byte order marks, the longer ones first
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe\x00\x00": "utf-32",
    b"\x00\x00\xfe\xff": "utf-32",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
CURE = "Save it as text: in a spreadsheet, choose the file type 'CSV UTF-8'."


def decode(table, *, stacklevel):
    """Return the text of a file in UTF-8, in UTF-16 or UTF-32 with a byte order mark, or in cp1252.

    Parameters
    ----------
    table : str
        Path of the file.
    stacklevel : int
        Of the warning about cp1252, counted from where it is given, as in ``warnings.warn``.

    Returns
    -------
    text : str

    Raises
    ------
    ValueError
        If the file is not such a text.
    """
    with open(table, "rb") as file:
        content = file.read()
    for mark, kind in _NO_TEXT.items():
        if content.startswith(mark):
            raise ValueError(f"{table!r} must be a table of text, but its content is {kind}. {CURE}")
    encoding = next((name for mark, name in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise ValueError(f"{table!r} is not valid {encoding}, as it claims: {error}. {CURE}") from error
        text = _decode_cp1252(table, content, stacklevel)
    if "\0" in text:
        reason = "it holds null characters, so it is UTF-16 without a byte order mark, or not text"
        raise ValueError(f"{table!r} cannot be parsed as text: {reason}. {CURE}")
    return text


def _decode_cp1252(table, content, stacklevel):
    """Decode cp1252, the encoding of Windows in Western Europe, with a warning that shows a line of it."""
    lines = content.splitlines()
    strange = next(i for i, line in enumerate(lines) if not _is_utf8(line))
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError:
        text = None
    if text is None or any(not line.isascii() and _is_utf8(line) for line in lines):
        raise ValueError(
            f"{table!r} is neither UTF-8 nor cp1252 throughout: line {strange + 1} is {lines[strange]!r}. "
            f"{CURE}"
        )
    warnings.warn(
        f"{table!r} is not UTF-8 and is read as cp1252, the encoding of Windows in Western Europe: line "
        f"{strange + 1} reads {lines[strange].decode('cp1252')!r}. If that is wrong, save the table as "
        "UTF-8.",
        stacklevel=stacklevel,
    )
    return text


def _is_utf8(line):
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
