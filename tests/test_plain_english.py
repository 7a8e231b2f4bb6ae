"""Words at which a native reader would stumble are found, others are not (tools/plain_english.py)."""

import importlib.util
import pathlib

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[1]
SPEC = importlib.util.spec_from_file_location("plain_english", ROOT / "tools" / "plain_english.py")
plain_english = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(plain_english)

STUMBLES = {
    "The table has a row a clip.": "a row a clip",
    "It costs 0.3 s a fold.": "3 s a fold",
    "A network takes 20 seconds\nan epoch.": "seconds an epoch",
    "Chords, one a clip.": "one a clip",
    "Fine. Where there are no groups, folds are stratified.": "Where there are no groups,",
    "Raises\n------\nValueError\n    Where it is too short.": "Error Where",
    "It takes a GPU where there is one.": "where there is one",
    "models=3 is no dict": "is no dict",
    "The scores are no\nindependent sample": "are no independent",
    "That is one. What is missing is computed again.": "What is",
    "It is computed anew.": "anew",
    "``y`` is none of the two": "is none of",
    "Whether it helps is for the user to decide.": "is for the user to decide",
    "An object that is shared is the caller's to change": "is the caller's to change",
    "Another one: that is what windows are for.": "that is what windows are for",
}
PLAIN = (
    "The table has one row per clip.",
    "It costs 0.3 s per fold, and each clip is a row.",
    "With few groups a fold can lack a class.",
    "If there are no groups, folds are stratified.",
    "ax : Axes\n    Where to draw; None makes a figure.",
    "Where the time goes:\n\n- the transform",
    "Where it is drawn.",
    "There is no dict in it, and it is no longer fitted.",
    "What is a clip? A recording.",
    "What is kept\n------------\n\nClips are.",
    ">>> model.fit(X)  # a row a clip\nValueError: 3 is no dict\n\nThe end.",
    "models must be a dict, got list",
)


@pytest.mark.parametrize("text", STUMBLES)
def test_phrases_are_found(text):
    (found,) = plain_english.findings(text)
    assert found[1] == STUMBLES[text]


@pytest.mark.parametrize("text", PLAIN)
def test_plain_words_pass(text):
    assert plain_english.findings(text) == []


def test_lines_are_counted_from_the_beginning():
    assert [line for line, *_ in plain_english.findings("One.\n\nIt is anew.\nAs anew.")] == [3, 4]


def test_python_is_read_for_its_words(tmp_path):
    file = tmp_path / "module.py"
    file.write_text('"""Title.\n\nIt is anew.\n"""\nanew = f"{1} is no list"  # a row a clip\n')
    found = [
        (first + line - 1, phrase)
        for first, text in plain_english.texts(file)
        for line, phrase, _ in plain_english.findings(text)
    ]
    assert found == [(3, "anew"), (5, "is no list")]


def test_comments_of_examples_are_pages(tmp_path):
    (tmp_path / "examples").mkdir()
    file = tmp_path / "examples" / "plot.py"
    file.write_text("x = 1\n\n# %%\n# A table with a row\n# a clip.\n")
    texts = list(plain_english.texts(file))
    assert [first for first, _ in texts] == [3]
    assert [phrase for _, phrase, _ in plain_english.findings(texts[0][1])] == ["a row a clip"]


def test_all_that_users_read_is_looked_at():
    names = {path.relative_to(ROOT).as_posix() for path in plain_english.files()}
    assert {"README.md", "CONTRIBUTING.md", "docs/index.rst", "docs/user_guide/data.rst"} < names
    assert {"examples/plot_report.py", "skmir/_options.py", "skmir/inspection/_report/_words.py"} < names


def test_paths_that_are_to_be_rewritten_exist():
    assert [path for path in plain_english.NOT_YET if not (ROOT / path).exists()] == []


def test_a_phrase_fails_the_lint(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plain_english, "ROOT", tmp_path)
    (tmp_path / "README.md").write_text("Fine.\n\nIt is computed anew.\n")
    assert plain_english.main(["README.md"]) == 1
    assert capsys.readouterr().out.startswith("README.md:3: anew (better: ")


def test_phrases_in_listed_paths_are_counted(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(plain_english, "ROOT", tmp_path)
    monkeypatch.setattr(plain_english, "READ_BY_USERS", ("docs",))
    monkeypatch.setattr(plain_english, "NOT_YET", ("docs/old",))
    (tmp_path / "docs" / "old").mkdir(parents=True)
    (tmp_path / "docs" / "old" / "page.rst").write_text("It is computed anew.\n")
    assert plain_english.main([]) == 0
    assert "still to be rewritten: docs/old 1" in capsys.readouterr().out
    (tmp_path / "docs" / "older.rst").write_text("It is computed anew.\n")
    assert plain_english.main([]) == 1
