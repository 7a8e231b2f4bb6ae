"""The page of a comparison, read without a browser; test_report_browser.py looks at it in one."""

import base64
import io
import os
import re
import sys

import numpy as np
import pandas as pd
import pytest
import soundfile
from html_page import Page
from sklearn.datasets import load_diabetes, load_digits, load_wine, make_multilabel_classification
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.exceptions import FitFailedWarning
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from skmir.inspection import write_report
from skmir.model_selection import compare

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

HOSTILE = '<b>&"'
NAMES = ["<i>red</i>", "white & co", 'ros"é']


def noisy_wine():
    X, y = load_wine(return_X_y=True)
    return X + 2 * X.std(axis=0) * np.random.RandomState(0).randn(*X.shape), y


@pytest.fixture(scope="module")
def comparison():
    models = {
        "SVM": GridSearchCV(SVC(), {"C": [1, 10]}, cv=3),
        HOSTILE: GaussianNB(),
        "tree $x_1$": DecisionTreeClassifier(max_depth=2),
        "broken": SVC(C=-1),
    }
    with pytest.warns(FitFailedWarning):
        return compare(models, *noisy_wine(), scoring=["balanced_accuracy", "f1_macro"], random_state=0)


@pytest.fixture(scope="module")
def page(comparison, tmp_path_factory):
    return read(comparison, tmp_path_factory.mktemp("page"), target_names=NAMES)


def read(comparison, folder, **kwargs):
    path = write_report(comparison, folder / "report.html", **kwargs)
    assert path == folder / "report.html"
    return Page(path.read_text(encoding="utf-8"))


def column(page, caption, name):
    head, *rows = page.tables[caption]
    return {row[0]: row[head.index(name)] for row in rows}


def test_sections_in_the_order_in_which_one_asks(page):
    assert page.headings == [
        "Warnings and failures",
        "Result",
        "Figure",
        "Score against cost",
        "Other scorers",
        "Classes",
        "Confusions",
        "Mistakes",
        "Folds",
        "Parameters",
        "How it was tested",
        "Versions",
    ]
    anchors = [attributes["id"] for attributes in page.all("section")]
    assert [a["href"] for a in page.all("a")] == [f"#{anchor}" for anchor in anchors]


def test_the_result_is_the_table(comparison, page):
    caption = "Balanced accuracy on the held-out clips"
    means = column(page, caption, "Mean")
    assert list(means) == ["SVM", HOSTILE, "tree $x_1$", "broken", "majority", "class frequency"]
    for name, mean in comparison.table_["mean"].items():
        assert means[name] == ("–" if np.isnan(mean) else f"{mean:.3f}")  # noqa: RUF001
    differences = column(page, caption, "Difference from SVM")
    assert differences["SVM"] == "reference"
    assert float(differences[HOSTILE]) == pytest.approx(
        comparison.table_.loc[HOSTILE, "difference"], abs=5e-4
    )
    assert differences["majority"].startswith("\N{MINUS SIGN}0.")
    assert column(page, caption, "Folds that failed")["broken"] == "5"
    other = column(page, "F1 macro on the held-out clips", "Mean")
    assert other["SVM"] == f"{comparison.tables_['f1_macro'].loc['SVM', 'mean']:.3f}"


def test_classes_and_confusions(comparison, page):
    scores = comparison.class_table("recall")
    for i, name in enumerate([*NAMES, "Global"]):
        assert column(page, "Recall of each class", "SVM")[name] == f"{scores['SVM'].iloc[i]:.3f}"
    head, *rows = page.tables[HOSTILE]
    assert head[1:] == [row[0] for row in rows] == NAMES
    counts = [[int(cell.split()[0]) for cell in row[1:]] for row in rows]
    np.testing.assert_array_equal(counts, comparison.confusion_matrix(HOSTILE))
    assert not {"majority", "broken"} & set(page.tables)


def test_mistakes(comparison, page):
    head, *rows = page.tables["The most confident mistakes"]
    wrong = comparison.mistakes_.dropna()
    assert wrong["model"].value_counts().min() > 5
    wrong = pd.concat([wrong[wrong["model"] == name].iloc[:5] for name in (HOSTILE, "tree $x_1$")])
    for cells, one in zip(rows, wrong.sort_index().itertuples(), strict=True):
        cells = dict(zip(head, cells, strict=True))
        assert cells["Clip"] == str(one.row)
        assert (cells["Label"], cells["Predicted"]) == (NAMES[one.label], NAMES[one.predicted])
        assert cells["Model"] == one.model
        assert cells["Models that were wrong"] == f"{one.n_wrong} of 3"  # the fourth failed
    assert "Those of SVM are left out: no probabilities are known." in page.text
    head, *rows = page.tables["The pairs most often confused"]
    assert head == ["Pair", "SVM", HOSTILE, "tree $x_1$", "All models"]
    for name, *counts in rows:
        true, predicted = map(NAMES.index, name.split(" taken for "))
        expected = [comparison.confusion_matrix(model).loc[true, predicted] for model in head[1:-1]]
        assert list(map(int, counts)) == [*expected, sum(expected)]
    totals = [int(row[-1]) for row in rows]
    assert totals == sorted(totals, reverse=True) and sum(totals) == len(comparison.mistakes_)


def test_a_wrong_label_is_suspected(tmp_path):
    X, y = load_wine(return_X_y=True)
    y = y.copy()
    y[[5, 60]] = 2, 0  # 0 and 1
    models = {"Bayes": GaussianNB(), "LDA": LinearDiscriminantAnalysis(), "tree": DecisionTreeClassifier()}
    result = compare(models, X, y, groups=np.arange(len(y)) // 2, random_state=0)
    result.files_ = [str(tmp_path / "music" / "abc"[label] / f"{i}.wav") for i, label in enumerate(y)]
    page = read(result, tmp_path, target_names=["red", "rosé", "white"])
    head, *rows = page.tables["Clips that all models get wrong"]
    assert head[:4] == ["Clip", "Group", "Label", "What the models said"]
    found = {row[0]: row[1:4] for row in rows}
    assert {row[0] for row in rows[:2]} == {f"c{os.sep}5.wav", f"a{os.sep}60.wav"}  # the least likely labels
    assert found[f"c{os.sep}5.wav"] == ["2", "white", "red (Bayes, LDA, tree)"]
    wrong = result.mistakes_
    wrong_by_all = wrong.groupby("row")["model"].nunique() == 3
    assert len(found) == wrong_by_all.sum()
    alone = compare({"Bayes": GaussianNB()}, X, y, groups=np.arange(len(y)) // 2, random_state=0)
    assert "Clips that all models get wrong" not in read(alone, tmp_path).tables


def test_without_probabilities_without_confidence(tmp_path):
    page = read(compare({"SVM": SVC(), "stiff": SVC(C=0.01)}, *noisy_wine(), random_state=0), tmp_path)
    assert "Mistakes" in page.headings
    assert "so none can be called confident" in page.text
    assert "The most confident mistakes" not in page.tables


@pytest.fixture(scope="module")
def tones(tmp_path_factory):
    """Tones, soft, too loud, long and short, as files and as waveforms; and models that get all wrong."""
    folder, time = tmp_path_factory.mktemp("tones"), np.arange(90 * 8000) / 8000
    long = 0.1 * np.sin(2 * np.pi * 440 * time)
    long[50 * 8000 : 55 * 8000] *= 4  # what is to be heard
    sounds = {"soft <é>": 1e-3 * long[:16000], "loud": 20 * long[:16000], "long": long, "last": long[:8000]}
    for name, y in sounds.items():
        soundfile.write(folder / f"{name}.wav", y, 8000, subtype="FLOAT")
    X, y = np.arange(4.0)[:, None], [0, 1, 0, 1]
    wrong = {"one": KNeighborsClassifier(1), "two": DecisionTreeClassifier(random_state=0)}
    result = compare(wrong, X, y, cv=2, baselines=False, random_state=0)
    assert len(result.mistakes_["row"].unique()) == 4
    return result, [folder / f"{name}.wav" for name in sounds], [*sounds.values()]


def cards(path):
    """Return the texts of the cards of a page, and their sounds, by the last word of their heading."""
    found = re.findall('<article class="card" id="(.*?)">(.*?)</article>', path.read_text("utf-8"), re.DOTALL)
    texts = {anchor: re.sub("<[^>]*>", "", card) for anchor, card in found}
    data = {anchor: re.search('data:audio/mpeg;base64,([^"]*)', card)[1] for anchor, card in found}
    return texts, {anchor: soundfile.read(io.BytesIO(base64.b64decode(one))) for anchor, one in data.items()}


@pytest.mark.parametrize("kind", ["files", "waveforms", "integers", "dicts", "contents"])
def test_clips_that_were_got_wrong_are_part_of_the_page(tones, tmp_path, kind):
    result, files, sounds = tones
    whole = [np.int32(np.clip(y, -1, 1) * (2**31 - 256)) for y in sounds]
    given = {
        "files": {"clips": files},
        "waveforms": {"clips": sounds, "sr": 8000},
        "integers": {"clips": [sounds[0], sounds[1], *whole[2:]], "sr": 8000},
        "dicts": {"clips": [{"array": y, "sampling_rate": 8000} for y in sounds]},
        "contents": {"clips": [io.BytesIO(file.read_bytes()) for file in files]},
    }[kind]
    path = write_report(result, tmp_path / "a.html", **given)
    texts, played = cards(path)
    assert set(texts) == {f"clip-{row}" for row in range(4)}
    seconds = {anchor: len(y) / rate for anchor, (y, rate) in played.items()}
    assert [round(seconds[f"clip-{row}"], 1) for row in range(4)] == pytest.approx([2, 2, 5, 1], abs=0.15)
    assert "2.0 s, all of it, played 66 dB louder" in texts["clip-0"]
    assert "played 6 dB softer" in texts["clip-1"]
    assert "5.0 s, from 0:50.0 to 0:55.0" in texts["clip-2"]
    assert all(0.1 < np.abs(y).max() < 1.1 for y, _ in played.values())
    one = result.mistakes_.iloc[0]
    said = texts[f"clip-{one.row}"]
    assert f"Label: {one.label}" in said
    assert all(f"{name}: {one.predicted}" in said for name in ("one", "two"))
    page = Page(path.read_text("utf-8"))
    assert "Mistakes to listen to" in page.headings
    assert {link["href"] for link in page.all("a")} >= {f"#clip-{row}" for row in range(4)}
    again = write_report(result, tmp_path / "b.html", **given)
    assert path.read_bytes() == again.read_bytes()


def test_what_cannot_be_heard_is_told(tones, tmp_path):
    result, files, _ = tones
    gone = [tmp_path / "gone.wav", *files[1:]]
    text = write_report(result, tmp_path / "a.html", clips=gone).read_text("utf-8")
    assert text.count("<audio") == 3
    assert "1 cannot be read now" in text and "gone.wav" in text
    assert 'href="#clip-0"' not in text
    text = write_report(result, tmp_path / "a.html", clips=4 * [tmp_path / "gone.wav"]).read_text("utf-8")
    assert "None of the 4 clips can be heard" in text and "<audio" not in text
    text = write_report(result, tmp_path / "a.html", clips=files, audio_limit=0.12).read_text("utf-8")
    assert 0 < text.count("<audio") < 4
    assert re.search("[123] of 4 clips are left out", text)
    assert len(text) < 0.12e6 + len(write_report(result, tmp_path / "b.html").read_text("utf-8")) + 4000
    for silent in ({"clips": files, "audio": False}, {}):
        page = read(result, tmp_path, **silent)
        assert "Mistakes to listen to" not in page.headings
        assert not page.all("audio")
    with pytest.raises(ValueError, match=r"clips must be the 4 recordings.* got 3"):
        write_report(result, tmp_path / "c.html", clips=files[1:])
    with pytest.raises(ValueError, match="audio_limit=0 must be a number"):
        write_report(result, tmp_path / "c.html", clips=files, audio_limit=0)
    assert not (tmp_path / "c.html").exists()


def test_without_an_encoder_there_is_a_word_in_place_of_sound(tones, tmp_path, monkeypatch):
    result, files, _ = tones
    monkeypatch.setattr(soundfile, "available_formats", lambda: {"WAV": "", "OGG": ""})
    page = read(result, tmp_path, clips=files)
    assert "No sound could be put into this page: libsndfile" in page.text
    assert not page.all("audio")


def test_folds_and_searches(comparison, page):
    head, *rows = page.tables["Balanced accuracy of each fold"]
    assert head == ["Fold", "Training clips", "Test clips", *comparison.scores_]
    assert [row[1:3] for row in rows] == [[str(len(a)), str(len(b))] for a, b in comparison.splits_]
    assert [row[6] for row in rows] == ["failed"] * 5
    chosen = column(page, "SVM: parameters chosen by its search", "C")
    assert list(chosen.values()) == [str(value) for value in comparison.best_params_["SVM"]["C"]]


def test_parameters_and_versions(comparison, page):
    for model in comparison.models_.values():
        assert str(model) in page.text
    assert column(page, "Versions of packages", "Version")["scikit-learn"].startswith("1.")


def test_equal_failures_are_told_once(page):
    assert "The intervals that are known lie above the score of guessing" in page.text
    assert page.text.count("broken failed on folds 0, 1, 2, 3 and 4") == 1


def test_whatever_the_user_calls_things_is_text(comparison, tmp_path):
    plain = {tag for tag, _ in read(comparison, tmp_path).tags}
    evil = "</title><script>alert(1)</script><img src=x>"
    page = read(comparison, tmp_path, title=evil, description=f"{evil}\n\nmore", target_names=[evil, *"ab"])
    assert {tag for tag, _ in page.tags} == plain
    assert page.text.count(evil) > 5
    assert page.tables[HOSTILE][0][1] == evil


def test_nothing_is_fetched_and_nothing_runs(page, comparison, tmp_path):
    assert not {tag for tag, _ in page.tags} & {"script", "link", "iframe", "object", "embed", "base"}
    for _, attributes in page.tags:
        assert not any(name.startswith("on") for name in attributes)
        assert attributes.get("src", "data:").startswith("data:")
        assert attributes.get("href", "#").startswith("#")
    source = write_report(comparison, tmp_path / "r.html").read_text(encoding="utf-8")
    assert "url(" not in source and "@import" not in source and "http" not in source


def test_readers_who_do_not_see_are_told_too(page):
    assert len(page.all("img")) == 2  # scores, and times: parameters are known of one model only
    assert all(len(image["alt"]) > 20 for image in page.all("img"))
    assert all(th["scope"] in ("row", "col") for th in page.all("th"))
    assert len(page.all("caption")) == len(page.all("table"))
    assert page.all("html") == [{"lang": "en"}]


def test_same_comparison_same_bytes_whatever_the_style(comparison, tmp_path):
    before = write_report(comparison, tmp_path / "a.html").read_bytes()
    with matplotlib.rc_context({"axes.facecolor": "red", "font.size": 30}):
        settings = matplotlib.rcParams.copy()
        again = write_report(comparison, tmp_path / "b.html").read_bytes()
        assert matplotlib.rcParams == settings
    assert again == before


def test_no_figure_stays_open(comparison, tmp_path):
    import matplotlib.pyplot as plt

    before = plt.get_fignums()
    write_report(comparison, tmp_path / "r.html")
    assert plt.get_fignums() == before


def test_without_warnings_without_their_section(tmp_path):
    models, (X, y) = {"Bayes": GaussianNB(), "SVM": SVC()}, noisy_wine()
    page = read(compare(models, X, y, groups=np.arange(len(y)), random_state=0), tmp_path)
    assert page.headings[0] == "Result"
    assert "178 clips, 3 classes · 5 folds · judged by balanced accuracy · seed 0 · no warnings" in page.text


def test_tags_have_no_confusions(tmp_path):
    X, y = make_multilabel_classification(n_samples=90, n_classes=4, random_state=0)
    result = compare({"nearest": KNeighborsClassifier()}, X, y, scoring="f1_micro", random_state=0)
    page = read(result, tmp_path, target_names=["drums", "bass", "voice", "keys"])
    assert "Tags" in page.headings
    assert not {"Classes", "Confusions", "Score against cost", "Other scorers"} & set(page.headings)
    assert list(column(page, "F1 of each tag", "nearest"))[:2] == ["drums", "bass"]
    assert "90 clips, 4 tags" in page.text


@pytest.mark.filterwarnings("ignore:.*(least populated class|no clip of some class)")
@pytest.mark.parametrize("kind", [float, int])
def test_numbers_have_no_classes(tmp_path, kind):
    """Integers look like classes, until a regressor predicts them."""
    X, y = load_diabetes(return_X_y=True)
    models = {"line": LinearRegression(), "plane": LinearRegression(positive=True)}
    result = compare(models, X, y.astype(kind), scoring="neg_mean_squared_error", cv=3, random_state=0)
    page = read(result, tmp_path)
    assert not {"Classes", "Tags", "Confusions"} & set(page.headings)
    assert "442 clips, 1 target" in page.text
    means = column(page, "Neg mean squared error on the held-out clips", "Mean")
    assert means["line"] == f"\N{MINUS SIGN}{-result.table_.loc['line', 'mean']:.0f}"


def test_one_fold_has_no_tests(tmp_path):
    split = [(np.arange(0, 178, 2), np.arange(1, 178, 2))]
    result = compare({"Bayes": GaussianNB(), "SVM": SVC()}, *noisy_wine(), cv=split, random_state=0)
    page = read(result, tmp_path)
    assert "There is only one fold, so there are no intervals and no tests" in page.text
    assert "Holm's" not in page.text
    assert "nan" not in page.text.lower()


def test_one_model_is_set_against_guessing(tmp_path):
    page = read(compare({"Bayes": GaussianNB()}, *noisy_wine(), random_state=0), tmp_path)
    assert "Bayes has a mean balanced accuracy of 0." in page.text
    assert "The interval of Bayes lies above the score of guessing (0.3" in page.text
    alone = compare({"Bayes": GaussianNB()}, *noisy_wine(), baselines=False, random_state=0)
    page = read(alone, tmp_path)
    assert "guess" not in page.text
    assert page.tables["Balanced accuracy on the held-out clips"][0][:4] == [
        "Model",
        "Mean",
        "95 % interval",
        "Learned parameters",
    ]


def test_many_classes_are_a_picture(tmp_path):
    X, y = load_digits(return_X_y=True)
    y = y + 10 * (X[:, 20] > 8) + 20 * (X[:, 36] > 8)
    keep = np.isin(y, np.flatnonzero(np.bincount(y) >= 10))
    result = compare({"Bayes": GaussianNB()}, X[keep], y[keep], cv=2, baselines=False, random_state=0)
    assert result.n_classes_ > 20
    page = read(result, tmp_path)
    assert "Bayes" not in page.tables
    assert any(image["alt"].startswith("Confusion matrix of Bayes") for image in page.all("img"))
    assert " taken for " in page.text


def test_fewer_or_more_names_than_classes(comparison, tmp_path):
    with pytest.raises(ValueError, match=r"one name for each of the 3 labels \[0, 1, 2\], got 2 names"):
        write_report(comparison, tmp_path / "r.html", target_names=["red", "white"])
    assert not list(tmp_path.iterdir())


def test_without_matplotlib(comparison, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(
        ImportError, match=r"write_report needs matplotlib.*pip install matplotlib, or in a clone"
    ):
        write_report(comparison, tmp_path / "r.html")


def test_what_is_clear_and_what_is_not_is_told_in_words(tmp_path):
    """A model that is clearly better, and one that is the same, are told so."""
    X, y = load_wine(return_X_y=True)
    rng = np.random.RandomState(0)
    models = {
        "noise": KNeighborsClassifier(1),
        "Bayes": GaussianNB(),
        "the same": KNeighborsClassifier(1, p=2),
        "nearly": KNeighborsClassifier(2),
        "broken": LogisticRegression(C=-1),
    }
    X = np.hstack([X, 2000 * rng.randn(len(X), 1)])
    with pytest.warns(FitFailedWarning):
        page = read(compare(models, X, y, random_state=0), tmp_path)
    assert "Bayes has the highest mean balanced accuracy: 0.9" in page.text
    assert "Bayes is ahead of noise by 0." in page.text
    assert "after Holm's correction the difference is significant at 5 % (p" in page.text
    assert re.search(r"nearly is (ahead of|behind) noise by 0\.", page.text)
    assert re.search(r"the difference is not significant at 5 % \(p = [01]\.\d+\)", page.text)
    assert "the same is level with noise.\n" in page.text  # without variance there is no test to tell of
    assert "the same: the difference from 'noise' (balanced_accuracy) is the same on all folds" in page.text
    assert "broken cannot be compared with noise" in page.text
    assert "The intervals that are known lie above the score of guessing (0.333, majority)." in page.text
