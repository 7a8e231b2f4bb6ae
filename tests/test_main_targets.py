"""Tags and numbers from the shell: compare, train and predict, end to end on small data."""

import csv
import json
import re

import numpy as np
import pandas as pd
import pytest
import soundfile
from html_page import Page
from sklearn.datasets import make_multilabel_classification, make_regression
from sklearn.linear_model import LinearRegression
from sklearn.metrics import get_scorer_names
from sklearn.multioutput import MultiOutputClassifier
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.svm import SVC

import skmir
from skmir.__main__ import main
from skmir._early_checks import NUMBER_SCORERS, TAG_SCORERS
from skmir.feature_extraction import MFCC
from skmir.metrics import get_scorer
from skmir.preprocessing import FramePooler

TAGS = ["high", "noisy", "r\u00e1ro"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Sixteen tones in four groups, with two common tags, a rare one, and a pitch in Hz."""
    path, rng = tmp_path_factory.mktemp("tones"), np.random.RandomState(0)
    rows, time = [], np.arange(8000) / 22050
    for i in range(16):
        high, noisy, rare = i % 2, i % 3 == 0, i == 5
        pitch = (300, 900)[high] + 5.5 * i
        y = 0.3 * np.sin(2 * np.pi * pitch * time) + (0.1 if noisy else 0.001) * rng.randn(len(time))
        soundfile.write(path / f"{i:02d}.wav", y, 22050)
        names = [name for name, has in zip(TAGS, (high, noisy, rare), strict=True) if has]
        indicator = {f"is_{name}": int(name in names) for name in TAGS}
        row = {"file": f"{i:02d}.wav", "label": " | ".join(names), "pitch": pitch, "same": 1}
        rows.append({**row, **indicator, "group": i // 4})
    pd.DataFrame(rows).to_csv(path / "labels.csv", index=False)
    return path


def compare(folder, out, *options):
    common = ["--cv", "2", "--n-jobs", "1", "--quiet", "--max-epochs", "2", "--output", str(out), "--report"]
    return main(["compare", str(folder), *options, *common])


def test_tags_are_compared(folder, tmp_path, capsys):
    assert compare(folder, tmp_path, "--tags", "|", "--models", "SVM", "MLP") == 0
    printed = capsys.readouterr()
    assert "16 clips, 3 tags, 4 groups" in printed.out and "auc_tag" in printed.out
    assert "5 of 16 recordings have empty cells in place of tags" in printed.err
    assert "has some tag, or all have it (fold 0: ['r\u00e1ro'])" in printed.err
    assert "present in all training examples" not in printed.err
    record = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    assert record["scorers"] == ["auc_tag", "tag_map"] and record["target_names"] == TAGS
    said = pd.read_csv(tmp_path / "predictions.csv", keep_default_na=False)
    labels = pd.read_csv(folder / "labels.csv", keep_default_na=False)["label"]
    assert list(said) == ["file", "group", "fold", "label", "SVM", "MLP"]
    assert said["label"].tolist() == labels.str.replace(" ", "").tolist()
    assert set("|".join(said["SVM"]).split("|")) <= {*TAGS, ""}
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "a clip can have several tags, so none is taken for another" in page.text
    assert "Tags" in page.headings and not {"Confusions", "Mistakes"} & set(page.headings)
    assert [row[0] for row in page.tables["F1 of each tag"]] == ["Tag", *TAGS, "Global"]


def test_columns_of_tags_are_the_same_tags(folder, tmp_path):
    scores = {}
    for tags in ("|", "is_*", "is_high,is_noisy,is_r\u00e1ro"):
        assert compare(folder, tmp_path / tags[:4], "--tags", tags, "--models", "SVM") == 0
        record = json.loads((tmp_path / tags[:4] / "record.json").read_text(encoding="utf-8"))
        scores[tags] = [model["all_scores"] for model in record["models"].values()]
    assert scores["|"] == scores["is_*"] == scores["is_high,is_noisy,is_r\u00e1ro"]


def test_numbers_are_compared(folder, tmp_path, capsys):
    assert compare(folder, tmp_path, "--regression", "--label", "pitch", "--models", "ridge", "MLP") == 0
    printed = capsys.readouterr().out
    assert "16 clips, pitch from 300 to 982.5, 4 groups" in printed
    record = json.loads((tmp_path / "record.json").read_text(encoding="utf-8"))
    assert record["scorers"] == ["r2", "neg_mean_absolute_error"]
    assert min(record["models"]["ridge"]["scores"]) > 0.7
    said, table = pd.read_csv(tmp_path / "predictions.csv"), pd.read_csv(folder / "labels.csv")
    assert list(said) == ["file", "group", "fold", "label", "ridge", "MLP"]
    assert said["label"].tolist() == table["pitch"].tolist()
    assert np.corrcoef(said["label"], said["ridge"])[0, 1] > 0.9
    page = Page((tmp_path / "report.html").read_text(encoding="utf-8"))
    assert "a number is not simply right or wrong" in page.text and "Numbers" in page.headings
    assert re.search(r"ridge: the mean absolute error of 16 clips is \d+", page.text)
    assert not {"Classes", "Tags", "Confusions", "Mistakes"} & set(page.headings)


def train(folder, path, *options):
    return main(["train", str(folder), "-o", str(path), "--n-jobs", "1", "--quiet", *options])


def rows_of(text):
    header, *rows = csv.reader(text.splitlines())
    return header, rows


@pytest.mark.parametrize(("model", "kind"), {"MLP": "probability", "SVM": "score"}.items())
def test_a_trained_model_tags_a_folder(folder, tmp_path, capsys, model, kind):
    path = tmp_path / "model.skops"
    options = ["--cv", "2", "--max-epochs", "5"] if model == "MLP" else []
    assert train(folder, path, "--tags", "|", "--model", model, *options) == 0
    card, text = skmir.load_card(path), path.with_suffix(".md").read_text(encoding="utf-8")
    assert card["task"] == "tags" and card["separator"] == "|"
    assert card["tags"] == {"high": 8, "noisy": 6, "r\u00e1ro": 1}
    assert "16 recordings with 3 tags, in 4 groups" in text and "| r\u00e1ro | 1 |" in text
    assert "probability is above .5" in text
    if model == "MLP":
        assert card["score"]["metric"] == "auc_tag" and list(card["score"]["others"]) == ["tag_map"]
        assert re.search(r"auc_tag 0\.\d{3}.*, tag_map 0\.\d{3}: the mean over 2 folds that keep", text)
    assert f"{model}: fitted on 16 clips, 3 tags, 4 groups" in capsys.readouterr().out
    assert main(["predict", str(path), str(folder), "--quiet"]) == 0
    header, rows = rows_of(capsys.readouterr().out)
    assert header == ["file", "tags", *(f"{kind}_{name}" for name in TAGS)]
    loaded, files = skmir.load(path), [row[0] for row in rows]
    indicator = loaded.predict(files)
    numbers = loaded.predict_proba(files) if kind == "probability" else loaded.decision_function(files)
    assert [row[1] for row in rows] == ["|".join(np.array(TAGS)[has == 1]) for has in indicator]
    np.testing.assert_allclose(np.array([row[2:] for row in rows], float), numbers, rtol=1e-4, atol=1e-5)
    assert main(["predict", str(path), files[0], "--top", "2", "--quiet"]) == 0
    header, [row] = rows_of(capsys.readouterr().out)
    assert header == ["file", "tag", kind, "tag_2", f"{kind}_2"]
    assert row[1::2] == [TAGS[i] for i in np.argsort(-numbers[0])[:2]]


@pytest.mark.parametrize("form", ["list of probabilities", "labels alone"])
def test_models_of_ones_own_are_told_their_tags(folder, tmp_path, capsys, form):
    """MultiOutputClassifier gives a list of arrays, one per tag, or, around an SVC, no numbers."""
    table = pd.read_csv(folder / "labels.csv")
    files = [str(folder / file) for file in table["file"]]
    inner = KNeighborsClassifier(3) if form.startswith("list") else SVC(gamma=1e-6)
    model = make_pipeline(MFCC(), FramePooler(), MultiOutputClassifier(inner))
    model.fit(files, table[["is_high", "is_noisy"]].to_numpy())
    path = tmp_path / "m.skops"
    skmir.save(model, path, card={"task": "tags", "tags": ["high", "noisy"]})
    assert main(["predict", str(path), *files, "--quiet"]) == 0
    header, rows = rows_of(capsys.readouterr().out)
    assert [row[1].split(";") for row in rows] == [
        [name for name, has in zip(["high", "noisy"], line, strict=True) if has] or [""]
        for line in model.predict(files)
    ]
    if form.startswith("list"):
        assert header[2:] == ["probability_high", "probability_noisy"]
        expected = np.column_stack([part[:, 1] for part in model.predict_proba(files)])
        np.testing.assert_allclose(np.array([row[2:] for row in rows], float), expected, rtol=1e-4)
    else:
        assert header == ["file", "tags"]


def test_a_trained_model_predicts_numbers(folder, tmp_path, capsys):
    path = tmp_path / "model.skops"
    options = ["--regression", "--label", "pitch", "--model", "ridge", "--cv", "2"]
    assert train(folder, path, *options) == 0
    card, text = skmir.load_card(path), path.with_suffix(".md").read_text(encoding="utf-8")
    assert card["numbers"] == {"column": "pitch", "min": 300, "mean": 641.25, "max": 982.5}
    assert card["score"]["metric"] == "r2" and "16 recordings with pitch, in 4 groups" in text
    assert "| max | 982.5 |" in text and "neg_mean_absolute_error -" in text
    capsys.readouterr()
    assert main(["predict", str(path), str(folder), "--quiet"]) == 0
    header, rows = rows_of(capsys.readouterr().out)
    assert header == ["file", "prediction"] and len(rows) == 16
    expected = skmir.load(path).predict([row[0] for row in rows])
    np.testing.assert_allclose([float(row[1]) for row in rows], expected, rtol=1e-5)
    assert main(["predict", str(path), str(folder), "--top", "2"]) == 2
    assert "--top needs a model of classes or tags, and this one predicts numbers" in capsys.readouterr().err


WRONG = {
    "compare FOLDER --tags ;": r"'label', with --tags ';' between them, .*first is 'noisy'.*leave it out",
    "compare FOLDER --tags is_high": r"at least two tags, got one, 'is_high'\. A single tag is two classes",
    "compare FOLDER --tags is_a,b --label c": "--label c names one column, and --tags is_a,b names columns",
    "compare FOLDER --tags is_high,pitch": "must have 0 or 1 in .*, got '300.0' in the column 'pitch'",
    "compare FOLDER --tags mood_*": r"has no column 'mood_\*' for a tag\. Its columns are",
    "compare FOLDER --tags | --scoring r2": "--scoring must name scorers for tags, got r2",
    "compare FOLDER --tags | --models LDA": "--models must name models for tags, got LDA",
    "compare FOLDER --tags | --cv 5": "--cv 5 needs 5 groups, .* and there are 4",
    "compare FOLDER --tags | --group none --cv 17": r"needs 17 recordings, .* there are 16\. Use --cv 16",
    "compare FOLDER --regression": "has nothing in the column 'label' in row 3 below the header",
    "compare FOLDER --regression --label same": "numbers must differ, but all 16 recordings have same 1",
    "compare FOLDER --label pitch": "all of them are numbers such as .* add --regression",
    "compare FOLDER --label group --group none": r"each class, .* class '0' has 4 .*, add --regression\.",
    "compare --tags |": "--tags needs a FOLDER with a table",
    "compare --regression": "--regression needs a FOLDER with a table",
    "compare FOLDER --regression --annotation x": "names a column of annotation files",
    "train FOLDER --tags | --model LDA -o x.skops": "--model must name a model for tags, got LDA",
    "train FOLDER --regression --label same --model SVR -o x.skops": "numbers must differ",
    "train FOLDER/nothing --tags | --model SVM -o x.skops": "There is no folder",
}


@pytest.mark.parametrize(("command", "words"), WRONG.items())
def test_wrong_input_is_refused(folder, tmp_path, monkeypatch, capsys, command, words):
    monkeypatch.chdir(tmp_path)
    assert main(command.replace("FOLDER", str(folder)).split()) == 2
    error = capsys.readouterr().err.splitlines()[-1]
    assert re.match(rf"skmir {command.split()[0]}: error: .*({words})", error), error
    assert not list(tmp_path.iterdir())


def test_tags_without_a_table(tmp_path, capsys):
    (tmp_path / "flute").mkdir()
    (tmp_path / "flute" / "a.wav").touch()
    assert main(["compare", str(tmp_path), "--tags", ";"]) == 2
    assert "which --labels 'labels.csv' and --tags ask for" in capsys.readouterr().err


def test_all_recordings_with_the_same_tags(tmp_path, capsys):
    for i in range(4):
        (tmp_path / f"{i}.wav").touch()
    (tmp_path / "labels.csv").write_text("file,label\n" + "".join(f"{i}.wav,a;b\n" for i in range(4)))
    assert main(["compare", str(tmp_path), "--tags", ";", "--cv", "2"]) == 2
    assert "a tag that some recordings have and others lack, but all 4" in capsys.readouterr().err


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("task", ["tags", "regression"])
def test_scorers_are_all_that_work(task):
    """Those that give a number; scorers of classes that happen to do so with tags are left out."""
    if task == "tags":
        X, y = make_multilabel_classification(60, 8, n_classes=15, random_state=0)
        model, names = KNeighborsClassifier(), set(TAG_SCORERS)
    else:
        X, y = make_regression(60, 4, random_state=0)
        y, model, names = y - y.min() + 1, LinearRegression(), set(NUMBER_SCORERS)
    model.fit(X, y)
    found = set()
    for name in [*get_scorer_names(), *names]:
        try:
            if np.isfinite(get_scorer(name)(model, X, y)):
                found.add(name)
        except (ValueError, TypeError, AttributeError):
            continue
    assert names <= found
    others = found - names - {"max_error"}  # what neg_max_error was called
    if task == "regression":
        assert not {name for name in others if "error" in name or "deviance" in name}
    else:
        assert not {name for name in others if name.partition("_")[2] in ("macro", "micro", "samples")}
