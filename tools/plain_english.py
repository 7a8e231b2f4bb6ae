"""Print phrases in docstrings, messages and documentation at which a native reader would stumble.

    python tools/plain_english.py [PATH ...]

prints ``file:line: phrase (better: ...)`` for each, and exits with 1 if there is any. Paths are files or
folders, by default all that users read. Comments are left alone, except in ``examples/``, which become pages.
"""

import ast
import io
import pathlib
import re
import sys
import tokenize

ROOT = pathlib.Path(__file__).resolve().parents[1]
READ_BY_USERS = ("skmir", "docs", "examples", "README.md", "CONTRIBUTING.md")
GENERATED = {"_build", "auto_examples", "generated", "__pycache__"}
# Files and folders that are still to be rewritten: their phrases are counted, and do not fail. Delete a path
# from here once `python tools/plain_english.py PATH` prints nothing.
NOT_YET = ()

_COUNTED = (
    r"bins|bytes|clips|columns|copies|draws|entries|epochs|examples|factors|filters|files|fits|frames|iterations"
    r"|jobs|labels|lines|machines|maps|minutes|neurons|notes|numbers|parameters|passes|pictures|rows|samples"
    r"|scores|seconds|seeds|segments|songs|steps|tags|tasks|threads|times|tones|units|values|vectors|windows"
)
_ONE = _COUNTED.replace("copies", "copy").replace("entries", "entry").replace("passes", "pass")
_ONE = "|".join(noun.removesuffix("s") if noun != "pass" else noun for noun in _ONE.split("|"))
_PER = (
    r"band|bar|batch|beat|bin|chord|class|clip|colour|column|contender|cycle|epoch|file|filter|fold|frame|group"
    r"|instrument|label|layer|machine|map|minute|model|name|network|note|octave|page|pass|path|picture|process"
    r"|recording|row|run|sample|scale|second|seed|sentence|set|song|step|tag|task|thread|tone|unit|window|worker"
)
_START = r"(?:\A\s*|\n\s*\n\s*|[.:;!?][\"')*`]*\s+|\n\s*[-*]\s+|(?:Error|Warning)\n\s+)"
PHRASES = {
    "per, or each": (
        rf"\b(?:(?:{_COUNTED}|\d\s*(?:s|ms|us|Hz))|(?:an?|one)\s+(?:\w+\s+)?(?:{_ONE})|(?<=[,;:(]\s)one)"
        rf"\s+an?\s+(?:{_PER})\b(?!\s+(?:can|may|must|is|has|lacks|holds|needs)\b)"
    ),
    "if, or when": (
        rf"{_START}Where\s+(?!to\b)[^.;:?]{{3,160}}?,\s|(?:Error|Warning)\n\s+Where\b"
        r"|\bwhere\s+there\s+(?:is|are|was|were)\s+(?:one|none|no|some)\b"
    ),
    "must be ..., got ...; is not a ...": (
        r"(?<!here\s)(?<!in\swhich\s)\b(?:is|are|was|were)\s+no\s+"
        r"(?!longer\b|more\b|less\b|fewer\b|better\b|worse\b|slower\b|faster\b|larger\b|smaller\b)[a-zA-Z]\w*"
    ),
    "a named subject": (
        rf"{_START}What\s+(?:is|are|was|were|has|have|had|can|cannot|may|does|comes|works|fails?|failed|learns)\b"
        r"(?![^.]*\?)"
    ),
    "the plain word (recently, again, so that not, none of)": (
        r"\bof\s+late\b|\banew\b|\blest\b|\b(?:is|are)\s+none\s+of\b|\bwhence\b|\bat\s+hand\b"
    ),
    "who does what": (
        r"\b(?:is|are)\s+for\s+(?:\S+\s+){1,4}?to\s+(?:say|tell|trust|decide|judge|know)\b"
        r"|\b(?:is|are)\s+(?:the\s+)?\w+'s\s+(?:own\s+)?to\s+[a-z]+|\bthat\s+is\s+what\b[^.]{3,60}\bfor\b"
    ),
}
_PHRASES = {advice: re.compile(pattern) for advice, pattern in PHRASES.items()}
_HEADING = re.compile(r"^.*\n([-=~^\"])\1{2,}$", re.MULTILINE)
_DOCTEST = re.compile(r"^[ \t]*>>>.*\n(?:.*\S.*\n?)*", re.MULTILINE)


def findings(text):
    """Return what to rewrite in a text.

    Parameters
    ----------
    text : str
        Words for people; doctests and underlined headings in it are left out.

    Returns
    -------
    found : list of (int, str, str)
        Line, counted from 1; the phrase; what would be better.
    """
    for left_out in (_DOCTEST, _HEADING):
        text = left_out.sub(lambda match: "\n" * match[0].count("\n"), text)
    found = []
    for advice, pattern in _PHRASES.items():
        for match in pattern.finditer(text):
            start = match.end() - len(match[0].lstrip(" \n\t.:;!?\"')*`-"))
            line = text.count("\n", 0, start) + 1
            found.append((line, " ".join(text[start : match.end()].split()), advice))
    return sorted(found)


def texts(path):
    """Yield line and text of the words for people in a file.

    Parameters
    ----------
    path : pathlib.Path
        Python, reStructuredText or Markdown.

    Yields
    ------
    line : int
        Where the text begins.
    text : str
    """
    source = path.read_text(encoding="utf-8")
    if path.suffix != ".py":
        yield 1, source
        return
    inside = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):
            inside.update(map(id, ast.walk(node)))
            parts = [part.value if isinstance(part, ast.Constant) else "{}" for part in node.values]
            yield node.lineno, "".join(parts)
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in inside:
            yield node.lineno, node.value
    if "examples" in path.parts:
        yield from _comments(source)


def _comments(source):
    """Yield comments that follow one another as one text."""
    first, last, lines = 0, 0, []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type != tokenize.COMMENT:
            continue
        line = token.start[0]
        if lines and line != last + 1:
            yield first, "\n".join(lines)
            lines = []
        if not lines:
            first = line
        lines.append(token.string.removeprefix("# ").removeprefix("%%"))
        last = line
    if lines:
        yield first, "\n".join(lines)


def files(paths=READ_BY_USERS):
    """Return the files below some paths, which are relative to the project, that people read."""
    found = []
    for path in paths:
        path = ROOT / path
        below = sorted(path.rglob("*")) if path.is_dir() else [path]
        found += [file for file in below if file.suffix in {".py", ".rst", ".md"}]
    return [file for file in found if not GENERATED.intersection(file.parts)]


def _listed(path):
    """Return the path of NOT_YET to which a file belongs, or None."""
    name = path.relative_to(ROOT).as_posix()
    return next((listed for listed in NOT_YET if f"{name}/".startswith(f"{listed}/")), None)


def main(paths):
    """Print the findings in some paths.

    Parameters
    ----------
    paths : list of str
        Relative to the project; empty for all that users read, less what is still to be rewritten.

    Returns
    -------
    status : int
        1 if a phrase was found, else 0.
    """
    n_found, later = 0, dict.fromkeys(NOT_YET, 0)
    for path in files(paths or READ_BY_USERS):
        listed = None if paths else _listed(path)
        for first, text in texts(path):
            for line, phrase, advice in findings(text):
                if listed is not None:
                    later[listed] += 1
                    continue
                n_found += 1
                where = f"{path.relative_to(ROOT)}:{first + line - 1}"
                sys.stdout.write(f"{where}: {phrase} (better: {advice})\n")
    if later and not paths:
        counts = ", ".join(f"{listed} {n}" for listed, n in later.items())
        sys.stdout.write(f"Phrases in the paths of NOT_YET, which are still to be rewritten: {counts}\n")
    return int(n_found > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
