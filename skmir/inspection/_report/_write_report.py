"""A comparison as one page."""

import pathlib

from ..._extras import require
from ._classes import Classes
from ._figures import cost_figures, number_figures, score_figure
from ._html import bullets, cell, escape, folded, paragraph, row, table
from ._listen import Recordings, listen
from ._method import REFERENCES, how_tested
from ._mistakes import Mistakes
from ._numbers import listed
from ._page import page
from ._scores import fold_table, has_tests, result_table, search_table
from ._words import facts, scorer_name, summary, title_of

N_LISTED = 8  # folds that are named one by one


def write_report(
    comparison,
    path,
    *,
    title=None,
    description=None,
    target_names=None,
    audio=True,
    clips=None,
    sr=22050,
    audio_limit=8,
):
    """Write the results of a comparison as one HTML page.

    The page needs no network, no script and no other file: it can be sent by mail, printed, and read in ten
    years. It has warnings about the validity of the numbers, the table, its meaning in words, pictures, the
    classes and their confusions (or the tags, or predicted numbers against true ones), the clips that models
    got wrong, folds, parameters, the method of testing, and versions. Sections that do not apply are left
    out. The same comparison gives the same bytes.

    If recordings are known, up to five seconds of each clip that the tables of mistakes show are part of the
    page, with their mel spectrogram and what each model said: think of whom you send it to, or pass
    ``audio=False``.

    Parameters
    ----------
    comparison : Comparison
        Result of :func:`skmir.model_selection.compare`.
    path : str or PathLike
        The file. It is overwritten if it exists.
    title : str, default=None
        Heading of the page; None names the models.
    description : str, default=None
        Description of the data and its source; a blank line begins a paragraph.
    target_names : sequence of str, default=None
        Names of the classes in the order of the sorted labels, or of the tags; None takes the labels.
    audio : bool, default=True
        Whether clips that models got wrong can be heard and seen on the page.
    clips : sequence of paths, or of ndarray of shape (n_samples,), default=None
        The recordings, one for each row of ``X``; None takes ``files_`` of the comparison: ``X``, if it
        holds files.
    sr : float, default=22050
        Sampling rate of ``clips`` in Hz, if they are waveforms.
    audio_limit : float, default=8
        Megabytes that sound and spectrograms together may take, so that the page can still be mailed. Clips
        for which there is no room are counted on the page. Every clip takes some 0.1 MB.

    Returns
    -------
    path : pathlib.Path
        The file.

    Raises
    ------
    ImportError
        If matplotlib is not installed.
    OSError
        If the file cannot be written.
    ValueError
        If ``target_names`` does not have as many names as there are classes, or ``clips`` not as many
        recordings as there are rows, or ``sr`` or ``audio_limit`` is not above 0.

    See Also
    --------
    ComparisonDisplay : The picture alone.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.naive_bayes import GaussianNB
    >>> from sklearn.svm import SVC
    >>> from skmir.inspection import write_report
    >>> from skmir.model_selection import compare
    >>> X, y = load_iris(return_X_y=True)
    >>> result = compare({"SVM": SVC(), "Bayes": GaussianNB()}, X, y, random_state=0)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     path = write_report(result, pathlib.Path(folder) / "report.html", title="Irises")
    ...     path.read_text(encoding="utf-8")[:15]
    '<!DOCTYPE html>'
    """
    require("write_report", "plot")
    classes = Classes(comparison, target_names)
    recordings = Recordings.of(comparison, clips, sr=sr, audio=audio, limit=audio_limit)
    lead = [text for text in (description or "").split("\n\n") if text.strip()]
    lead.append(facts(comparison, classes.n_values, classes.kind))
    text = page(
        title_of(comparison) if title is None else title, lead, _sections(comparison, classes, recordings)
    )
    path = pathlib.Path(path)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _sections(comparison, classes, recordings):
    """Return anchor, heading and content of each section that is not empty."""
    record, mistakes = comparison.to_dict(), Mistakes(comparison, classes)
    cards, heard = listen(comparison, mistakes, classes, recordings)
    sections = [
        ("warnings", "Warnings and failures", _warnings(comparison)),
        ("result", "Result", _result(comparison)),
        ("figure", "Figure", score_figure(comparison)),
        ("cost", "Score against cost", _cost(comparison)),
        ("scorers", "Other scorers", _other_scorers(comparison)),
        ("classes", "Tags" if classes.kind == "tag" else "Classes", classes.scores()),
        ("numbers", "Numbers", _numbers(comparison, classes)),
        ("confusion", "Confusions", classes.confusions()),
        ("mistakes", "Mistakes", mistakes.tables(heard)),
        ("listen", "Mistakes to listen to", cards),
        ("folds", "Folds", _folds(comparison)),
        ("parameters", "Parameters", _parameters(record)),
        ("method", "How it was tested", _method(comparison)),
        ("versions", "Versions", _versions(record)),
    ]
    return [section for section in sections if section[2]]


def _warnings(comparison):
    """Return the warnings, and the errors of each model, equal ones once."""
    folds = {}
    for (name, fold, *scorer), error in comparison.errors_.items():
        what = f"{scorer_name(scorer[0])} of {name}" if scorer else name
        folds.setdefault((what, error), []).append(fold)
    failures = [
        f"{what} failed on {_of_folds(where, len(comparison.splits_))}: {error}"
        for (what, error), where in folds.items()
    ]
    texts = [*comparison.warnings_, *failures]
    return bullets(texts) if texts else ""


def _of_folds(where, n_folds):
    if len(where) > N_LISTED:
        return "all folds" if len(where) == n_folds else f"{len(where)} of {n_folds} folds"
    return f"{'fold' if len(where) == 1 else 'folds'} {listed(map(str, where))}"


def _result(comparison):
    tests = (
        "p (Holm): p-value of the difference from the reference, adjusted for the number of models. "
        "P(worse), P(equal), P(better): probabilities that the difference lies below, within and above "
        f"±{comparison.rope_:g}. "
    )
    guesses = "Models in italics do not look at the clips: they guess. " if comparison.baselines_ else ""
    note = (tests if has_tests(comparison) else "") + guesses + "Bold: the best."
    return "\n".join(
        [result_table(comparison, comparison.scoring_), paragraph(note, "note"), bullets(summary(comparison))]
    )


def _cost(comparison):
    figures = cost_figures(comparison)
    if not figures:
        return ""
    note = "A higher score with more parameters, or more time, does not show that an architecture is better."
    return f'<div class="side">\n{"".join(figures)}\n</div>\n{paragraph(note, "note")}'


def _numbers(comparison, classes):
    figures = number_figures(comparison, classes.name(0))
    if not figures:
        return ""
    note = "Each point is a clip while it was held out. On the dashed line, the prediction is right."
    return f'<div class="side">\n{"".join(figures)}\n</div>\n{paragraph(note, "note")}'


def _other_scorers(comparison):
    return "\n".join(result_table(comparison, scorer, costs=False) for scorer in comparison.scorers_[1:])


def _folds(comparison):
    searches = [search_table(name, chosen) for name, chosen in comparison.best_params_.items()]
    return "\n".join([fold_table(comparison), *searches])


def _parameters(record):
    note = "Each model as it prints itself: parameters that differ from the defaults, seeds included."
    models = [
        folded(name, f"<pre>{escape(model['estimator'])}</pre>") for name, model in record["models"].items()
    ]
    return "\n".join([paragraph(note, "note"), *models])


def _method(comparison):
    texts = how_tested(comparison)
    if not has_tests(comparison):
        return paragraph(texts[0])
    return "\n".join([*map(paragraph, texts), bullets(REFERENCES, "note")])


def _versions(record):
    rows = [row(name, [cell(version, css="text")]) for name, version in record["versions"].items()]
    return table("Versions of packages", ["Package", "Version"], rows, css="texts")
