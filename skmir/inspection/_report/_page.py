"""The page around a report: one file that needs nothing else."""

from ._html import escape, paragraph

# System fonts, since none may be fetched. Colours are those of _style.py, lightened; a word, a border or the
# font weight repeats what they say.
CSS = """
:root { color-scheme: light; --ink: #1b1f24; --soft: #57606a; --line: #d4d9df; --blue: #0072b2;
  --warn: #d55e00; }
* { box-sizing: border-box; }
html { font-size: 16px; -webkit-text-size-adjust: 100%; }
body { margin: 0 auto; padding: 2rem 1.5rem 4rem; max-width: 68rem; color: var(--ink); background: #fff;
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  overflow-wrap: anywhere; }
h1 { margin: 0 0 .5rem; font-size: 1.8rem; line-height: 1.2; }
h2 { margin: 2.6rem 0 .7rem; padding-bottom: .25rem; font-size: 1.3rem;
  border-bottom: 1px solid var(--line); }
h3 { margin: 1.5rem 0 .4rem; font-size: 1.05rem; }
p, ul, ol { margin: .5rem 0; max-width: 47rem; }
ul, ol { padding-left: 1.3rem; }
li { margin: .25rem 0; }
a { color: var(--blue); }
.facts { color: var(--soft); }
.note { color: var(--soft); font-size: .9rem; }
nav ul { display: flex; flex-wrap: wrap; gap: .1rem 1.1rem; margin: 1.1rem 0 0; padding: 0; max-width: none;
  list-style: none; font-size: .95rem; }
#warnings { margin: 1.6rem 0 0; padding: .1rem 1.1rem .6rem; background: #fdf4ec;
  border-left: 5px solid var(--warn); }
#warnings h2 { margin-top: .8rem; border: 0; }
#warnings ul { max-width: none; }
#warnings li { white-space: pre-line; }
.scroll { margin: .9rem 0; overflow-x: auto; max-width: 100%; }
/* Whole pixels: the first column, which stays while the rest scrolls, is rounded apart from it. */
table { border-collapse: separate; border-spacing: 0; overflow-wrap: break-word; font-size: 15px;
  line-height: 22px; font-variant-numeric: tabular-nums; }
caption { padding: 0 0 6px; text-align: left; font-weight: 600; }
th, td { padding: 5px 11px; text-align: right; vertical-align: top; }
thead th { vertical-align: bottom; font-weight: 600; line-height: 19px; color: var(--soft);
  border-bottom: 2px solid var(--ink); }
thead th span { display: block; max-width: 9rem; margin-left: auto; }
thead th:first-child span, .texts thead th span { margin-left: 0; }
tbody th, tbody td { border-bottom: 1px solid var(--line); }
td { white-space: nowrap; }
th[scope=row], thead th:first-child { position: sticky; left: 0; min-width: 5rem; text-align: left;
  background: #fff; }
th[scope=row] { max-width: 16rem; font-weight: 600; }
td.text, .texts thead th { text-align: left; }
td.text { white-space: pre-wrap; overflow-wrap: anywhere; }
tr.guess th, tr.guess td { color: var(--soft); font-style: italic; font-weight: 400; }
tr.first-guess th, tr.first-guess td { border-top: 2px solid var(--line); }
tr.whole th, tr.whole td { border-top: 2px solid var(--ink); }
figure { margin: 1rem 0; }
figure img { display: block; max-width: 100%; height: auto; }
figcaption { max-width: 47rem; margin-top: .3rem; color: var(--soft); font-size: .9rem; }
.side { display: flex; flex-wrap: wrap; gap: 0 2.2rem; align-items: flex-start; }
.side > * { max-width: 100%; }
.confusion { font-size: 14px; }
.confusion td { min-width: 2.7rem; padding: .22rem .2rem; text-align: center; vertical-align: middle;
  line-height: 1.15; border: 1px solid #fff; }
.confusion th[scope=row] { max-width: 9rem; vertical-align: middle; line-height: 1.2; }
.confusion td.hit { outline: 2px solid var(--blue); outline-offset: -2px; }
.confusion td small { font-size: .74rem; }
.confusion thead th { padding: .3rem .2rem; text-align: center; border-bottom: 0; vertical-align: bottom; }
.confusion thead th:not(:first-child) span { display: inline-block; max-height: 9rem; margin: 0;
  writing-mode: vertical-rl; transform: rotate(180deg); }
.confusion thead th:first-child { font-weight: 400; font-size: .8rem; }
.confusion tbody th { border: 0; }
.cards { display: grid; gap: 1.1rem;
  grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); }
.card { padding: .2rem .9rem .5rem; border: 1px solid var(--line); border-radius: 6px; min-width: 0; }
.card:target { outline: 3px solid var(--blue); }
.card h3 { margin: .5rem 0; font-size: .95rem; }
.card img, .card audio { display: block; width: 100%; height: auto; }
.card audio { height: 40px; margin-top: .4rem; }
.card p, .card ul { margin: .3rem 0; font-size: .9rem; }
details { margin: .45rem 0; }
summary { cursor: pointer; font-weight: 600; }
pre { margin: .4rem 0 .8rem; padding: .7rem .9rem; background: #f5f7f9; white-space: pre-wrap;
  font: .84rem/1.45 ui-monospace, "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; }
@media (max-width: 40rem) {
  body { padding: 1.2rem .9rem 3rem; }
  h1 { font-size: 1.45rem; }
  th, td { padding: 5px 8px; }
  th[scope=row] { max-width: 8rem; }
  .wide img { min-width: 32rem; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 10pt; }
  nav { display: none; }
  .scroll { overflow: visible; }
  h2, h3, summary, caption { break-after: avoid; }
  figure, tr, .card, #warnings { break-inside: avoid; }
  audio { display: none; }
  details::details-content { content-visibility: visible; block-size: auto; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
"""

PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="skmir">
<title>{title}</title>
<style>{css}</style>
</head>
<body>
<header>
<h1>{title}</h1>
{lead}
<nav aria-label="Contents">
<ul>
{contents}
</ul>
</nav>
</header>
<main>
{sections}
</main>
</body>
</html>
"""


def page(title, lead, sections):
    """Return the whole page.

    Parameters
    ----------
    title : str
        Escaped here.
    lead : list of str
        Paragraphs below it, escaped here; the last is the line of facts.
    sections : list of (str, str, str)
        Anchor, heading (escaped here) and content (as it is).

    Returns
    -------
    text : str
    """
    contents = "\n".join(f'<li><a href="#{anchor}">{escape(name)}</a></li>' for anchor, name, _ in sections)
    bodies = "\n".join(
        f'<section id="{anchor}">\n<h2>{escape(name)}</h2>\n{content}\n</section>'
        for anchor, name, content in sections
    )
    paragraphs = [*map(paragraph, lead[:-1]), paragraph(lead[-1], "facts")]
    return PAGE.format(
        title=escape(title), css=CSS, lead="\n".join(paragraphs), contents=contents, sections=bodies
    )
