"""``skmir compare --config``: options and models of one's own in a TOML file."""

import csv
import json
import os
import re
import sys
import tomllib

import numpy as np
import pandas as pd
import pytest
import soundfile
from sklearn.model_selection import GroupKFold, RandomizedSearchCV
from sklearn.pipeline import FeatureUnion

import skmir
from skmir.__main__ import main
from skmir._commands import _compare
from skmir._commands._config import options_of, write_config
from skmir._commands._model_specs import Maker, as_spec
from skmir._model_names import MODEL_NAMES
from skmir.model_selection import default_models

pytest.importorskip("matplotlib")
MODELS = """
[models]
plain = "SVM"

["models"."MFCC & <trees>"]
steps = [
    { class = "skmir.feature_extraction.MFCC", n_mfcc = 12 },
    { class = "skmir.preprocessing.Delta", order = [1, 2] },
    "skmir.preprocessing.FramePooler",
    ["trees", { class = "sklearn.ensemble.ExtraTreesClassifier", n_estimators = 5 }],
]

[models.search]
class = "sklearn.model_selection.GridSearchCV"
cv = 2
param_grid = { svc__C = [1, 10] }

[models.search.estimator]
steps = ["skmir.feature_extraction.MFCC", "skmir.preprocessing.FramePooler", "sklearn.svm.SVC"]
"""
OWN_MODULE = """
from sklearn.svm import SVC

class {0}(SVC):
    pass

def make(C=1):
    raise RuntimeError("called")

class Plain:
    def __init__(self):
        raise RuntimeError("made")
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Eight low and eight high tones in noise, in four takes."""
    path, rng, rows = tmp_path_factory.mktemp("made") / "tönes", np.random.RandomState(0), []
    path.mkdir()
    for i in range(16):
        y = np.sin(2 * np.pi * (220, 880)[i % 2] * np.arange(6000) / 22050) + rng.randn(6000)
        soundfile.write(path / f"{i:02d}.wav", 0.2 * y, 22050)
        rows.append({"file": f"{i:02d}.wav", "label": ("low", "high")[i % 2], "take": f"take{i // 4}"})
    pd.DataFrame(rows).to_csv(path / "labels.csv", index=False)
    return path


def write(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def without_times(path):
    return pd.read_csv(path, index_col=0).drop(columns=["fit_time", "score_time"])


def test_own_models_are_compared_and_the_run_can_be_repeated(folder, tmp_path, monkeypatch, capsys):
    """To the digit, and from anywhere: what was written names the folder as seen from where it lies."""
    options = 'folder = "../tönes"\ngroup = "take"\ncv = 2\nseed = 3\nscoring = "accuracy"\nn-jobs = 1\n'
    config = write(folder.parent / "own" / "c.toml", f'{options}quiet = true\noutput = "out"\n{MODELS}')
    assert main(["compare", "--config", str(config)]) == 0
    out = folder.parent / "own" / "out"
    assert f"wrote {out / 'config.toml'}" in capsys.readouterr().out
    table = without_times(out / "table.csv")
    names = ["plain", "MFCC & <trees>", "search"]
    assert list(table.index[:3]) == names
    monkeypatch.chdir(tmp_path)
    again = ["compare", "--config", str(out / "config.toml"), "--quiet", "--output", "again"]
    assert main(again) == 0
    assert without_times("again/table.csv").equals(table)
    first, second = (
        tomllib.loads((each / "config.toml").read_text("utf-8")) for each in (out, tmp_path / "again")
    )
    assert first["folder"] == "../../tönes" and not {"output", "quiet", "config"} & set(first)
    assert first.pop("folder") != second.pop("folder") and first == second
    record = json.loads((tmp_path / "again" / "record.json").read_text(encoding="utf-8"))
    assert record["random_state"] == 3 and record["scoring"] == "accuracy"
    assert record["models"]["search"]["best_params"][0]["svc__C"] in (1, 10)


def arguments(*argv, monkeypatch):
    """Return the arguments of the command as they are when the recordings have been listed."""
    found = []
    monkeypatch.setattr(_compare, "_load", lambda args: found.append(args) or 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["compare", *map(str, argv)])
    return found[0]


def test_what_is_typed_wins(folder, tmp_path, monkeypatch):
    config = write(
        tmp_path / "c.toml",
        f'folder = "elsewhere"\nonsets = false\ncv = 3\nseed = 4\nreport = true\n{MODELS}',
    )
    args = arguments(
        "--config", config, "--cv", 5, "--models", "search", "CNN", folder, monkeypatch=monkeypatch
    )
    assert (args.cv, args.seed, args.report, args.task) == (5, 4, "", "classes")
    assert args.folder == str(folder) and args.models == ["search", "CNN"]
    args = arguments("--config", config, monkeypatch=monkeypatch)
    assert args.folder == str(tmp_path / "elsewhere")
    assert args.models == ["plain", "MFCC & <trees>", "search"]
    beats = write(
        tmp_path / "b.toml", 'beats = true\nmodels = ["flux + HMM"]\nscoring = "cmlt"\nmemory = "kept"'
    )
    args = arguments("--config", beats, monkeypatch=monkeypatch)
    assert (args.task, args.models, args.scoring) == ("beats", ["flux + HMM"], ["cmlt"])
    assert args.memory == str(tmp_path / "kept")
    assert (
        arguments(
            "--config",
            beats,
            "--onsets",
            "--models",
            "flux",
            "--scoring",
            "onset_f25",
            monkeypatch=monkeypatch,
        ).task
        == "onsets"
    )


def test_every_option_is_written_and_read_back(folder, tmp_path, monkeypatch):
    """Also options that are added later: the file says more than one would type."""
    typed = [
        "--group",
        "take",
        "--repeats",
        2,
        "--scoring",
        "accuracy",
        "f1",
        "--n-jobs",
        -1,
        "--max-epochs",
        3,
    ]
    args = arguments(
        folder, "--memory", tmp_path / "kept", "--reference", "CNN", *typed, monkeypatch=monkeypatch
    )
    (tmp_path / "out").mkdir()
    write_config(args, tmp_path / "out" / "config.toml")
    again = arguments("--config", tmp_path / "out" / "config.toml", monkeypatch=monkeypatch)
    keys = options_of(args.parser)
    assert again.own_models == {}
    assert {"folder", "models", "cv", "n_jobs", "onsets", "report"} < set(keys)
    expected = {action.dest: getattr(args, action.dest) for action in keys.values()} | {
        "config": again.config
    }
    expected["models"] = list(MODEL_NAMES["classes"])
    assert {name: getattr(again, name) for name in expected} == expected


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
def test_names_of_folders_that_are_not_text(tmp_path, monkeypatch):
    folder = os.fsencode(tmp_path) + b"/t\xf6ne"
    args = arguments(os.fsdecode(folder), monkeypatch=monkeypatch)
    write_config(args, tmp_path / "c.toml")
    assert b'folder = "t\xf6ne"' in (tmp_path / "c.toml").read_bytes()
    assert os.fsencode(arguments("--config", tmp_path / "c.toml", monkeypatch=monkeypatch).folder) == folder


def test_the_order_of_models_is_kept(folder, tmp_path, monkeypatch):
    """The first is the reference."""
    config = write(tmp_path / "c.toml", MODELS)
    names = ["search", "CNN", "plain"]
    args = arguments(folder, "--config", config, "--models", *names, monkeypatch=monkeypatch)
    write_config(args, tmp_path / "d.toml")
    again = arguments("--config", tmp_path / "d.toml", monkeypatch=monkeypatch)
    assert again.models == names
    assert again.own_models == {name: args.own_models.get(name, name) for name in names}


WRONG = {
    "cvs = 3": "c.toml: skmir compare has no option 'cvs'. Did you mean cv? Use any of annotation, ",
    "cv = 3\ncv = 4": "c.toml is not valid: Cannot overwrite a value (at ",
    'cv = "3"': "c.toml: cv must be a whole number, got '3'",
    "quiet = 1": "c.toml: quiet must be true or false, got 1",
    "folder = 3": "c.toml: folder must be text, in quotes, got 3",
    "scoring = []": "c.toml: scoring must have at least one value",
    "onsets = true\nbeats = true": "c.toml: onsets and beats exclude each other",
    'config = "d.toml"': "has no option 'config'",
    "[models]\na = 3": "c.toml: models.a must be the name of a default model, or a table with the key cl",
    '[models]\na = "SVN"': "c.toml: models.a must be a default model, .* got 'SVN'. Did you mean SVM?",
    "[models.a]\nC = 3": "c.toml: models.a must be the name of a default model, or a table",
    '[models."a b"]\nclass = "SVC"': 'c.toml: models."a b".class must be a class with its module, such as',
    '[models.a]\nclass = "sklaern.svm.SVC"': "a.class names the module 'sklaern', which Python does",
    "[models.a]\nsteps = []": "models.a.steps must be a list of steps, got []",
    "[models.a]\nsteps = [3]": "models.a.steps[0] must be a table with the key class",
    '[models.a]\nsteps = ["sklearn.svm.SVC", { C = 1 }]': "a.steps[1] must be a table with the key class",
    'models = ["SVN"]': "--models must name models, got SVN. Did you mean SVM?",
}


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_in_the_file_is_told_with_its_place(folder, tmp_path, text, capsys):
    config = write(tmp_path / "c.toml", text)
    assert main(["compare", str(folder), "--config", str(config), "--cv", "2"]) == 2
    error = capsys.readouterr().err
    words = WRONG[text].replace(".*", "\0")
    assert re.search(re.escape(words).replace("\0", ".*"), error), error
    assert error.startswith("skmir compare: error: ")


def test_a_file_that_cannot_be_read(folder, tmp_path, capsys):
    assert main(["compare", str(folder), "--config", str(tmp_path / "none.toml")]) == 2
    assert "--config: cannot read" in (error := capsys.readouterr().err) and "No such file" in error
    (tmp_path / "c.toml").write_bytes("folder = 'a'".encode("utf-16"))
    assert main(["compare", str(folder), "--config", str(tmp_path / "c.toml")]) == 2
    assert "c.toml is not valid" in capsys.readouterr().err


def search(space, steps='["sklearn.preprocessing.StandardScaler", "sklearn.svm.SVC"]'):
    return {
        "class": "sklearn.model_selection.RandomizedSearchCV",
        "estimator": tomllib.loads(f"steps = {steps}"),
        "param_distributions": tomllib.loads(space),
    }


NOT_MADE = {
    "a: SVC has no parameter 'c'. Did you mean C? It has C, kernel": {"class": "sklearn.svm.SVC", "c": 3},
    "class: sklearn.svm has no 'SVCC'. Did you mean SVC?": {"class": "sklearn.svm.SVCC"},
    "class: the module 'sklearn.svn' cannot be imported": {"class": "sklearn.svn.SVC"},
    "GridSearchCV needs the parameter 'estimator'": {"class": "sklearn.model_selection.GridSearchCV"},
    "class must be a class with scikit-learn's get_params": {"class": "sklearn.pipeline.make_pipeline"},
    "got 'subprocess.Popen'. Functions and other classes are not called": {
        "class": "subprocess.Popen",
        "args": "ls",
    },
    "steps[0] must have transform, since it is not the last step, and SVC has none": {
        "steps": ["sklearn.svm.SVC", "sklearn.svm.SVC"]
    },
    "steps must have different names, got ['a', 'a']": {
        "steps": [["a", "sklearn.preprocessing.StandardScaler"], ["a", "sklearn.svm.SVC"]]
    },
    "Pipeline has no parameter 'memroy'. Did you mean memory?": {"steps": ["sklearn.svm.SVC"], "memroy": "x"},
    "param_distributions: Pipeline has no parameter 'svc__c'. Did you mean svc__C?": search("svc__c = [1]"),
    "param_distributions.svc__C must be a list of values, or a distribution such as": search("svc__C = 3"),
    "svc__C.loguniform must begin above 0, got 0": search("svc__C = { loguniform = [0, 1] }"),
    "svc__C.uniform must be the lowest and the highest value, got [2, 1]": search(
        "svc__C = { uniform = [2, 1] }"
    ),
}


@pytest.mark.parametrize("words", NOT_MADE)
def test_a_model_that_cannot_be_made_is_told_with_its_place(words):
    as_spec(NOT_MADE[words], "models.a")
    with pytest.raises(ValueError, match=f"^models\\.a?.*{re.escape(words)}"):
        Maker().make(NOT_MADE[words], "models.a")


def made(text, **options):
    table = tomllib.loads(text)
    return Maker(**options).make(as_spec(table, "x"), "x")


def test_values_are_as_one_writes_them_in_python():
    union = made(
        """
        class = "sklearn.pipeline.FeatureUnion"
        transformer_list = [
            ["mfcc", { steps = [
                "skmir.feature_extraction.MFCC",
                { class = "skmir.preprocessing.FramePooler", statistics = ["mean"] },
            ] }],
            ["chroma", { steps = ["skmir.feature_extraction.Chroma", "skmir.preprocessing.FramePooler"] }],
        ]
        """
    )
    assert isinstance(union, FeatureUnion) and isinstance(union.transformer_list[0], tuple)
    assert union.get_params()["mfcc__framepooler__statistics"] == ("mean",)
    found = made('class = "sklearn.svm.SVC"\nrandom_state = "None"\nclass_weight = { a = 1, b = 2.5 }')
    assert found.random_state is None and found.class_weight == {"a": 1, "b": 2.5}
    halving = made(
        """
        class = "sklearn.model_selection.HalvingGridSearchCV"
        cv = { class = "sklearn.model_selection.GroupKFold", n_splits = 3 }
        estimator = { steps = ["sklearn.preprocessing.StandardScaler", ["clf", "sklearn.svm.SVC"]] }
        [[param_grid]]
        clf = [{ class = "sklearn.neural_network.MLPClassifier" }]
        clf__hidden_layer_sizes = [[16], [32, 16]]
        [[param_grid]]
        clf__C = [1]
        standardscaler = ["passthrough", "None"]
        """
    )
    assert type(halving).__name__ == "HalvingGridSearchCV" and isinstance(halving.cv, GroupKFold)
    assert halving.param_grid[0]["clf__hidden_layer_sizes"] == [(16,), (32, 16)]
    assert halving.param_grid[1]["standardscaler"] == ["passthrough", None]
    drawn = Maker().make(
        search("svc__C = { loguniform = [1, 100] }\nsvc__degree = { randint = [2, 4] }"), "x"
    )
    assert isinstance(drawn, RandomizedSearchCV)
    space = drawn.param_distributions
    assert space["svc__C"].support() == (1, 100) and space["svc__degree"].support() == (2, 4)


def test_folder_of_frames_and_epochs_reach_what_does_not_name_its_own(tmp_path):
    text = """
        steps = [
            { class = "skmir.feature_extraction.MelSpectrogram"%s },
            "skmir.preprocessing.FrameScaler",
            { class = "skmir.neural_network.CNNClassifier"%s },
        ]
        """
    options = {"memory": str(tmp_path), "max_iter": 2}
    model = made(text % ("", ""), **options)
    assert (model[0].memory, model[-1].max_iter) == (str(tmp_path), 2)
    model = made(text % (', memory = "None"', ", max_iter = 7"), **options)
    assert (model[0].memory, model[-1].max_iter) == (None, 7)
    default = default_models("CNN")["CNN"]
    assert repr(made(text % ("", ""))) == repr(default)


@pytest.mark.parametrize("n_jobs", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_modules_of_ones_own(folder, tmp_path, capsys, n_jobs):
    """Their estimators are made, in other processes too; what is no estimator is neither called nor made."""
    write(tmp_path / "code" / "own_models_of_a_test.py", OWN_MODULE.format("OwnSVC"))
    text = f'modules = "code"\nn_jobs = {n_jobs}\n[models.own]\nsteps = ["skmir.feature_extraction.MFCC", '
    text += '"skmir.preprocessing.FramePooler", "own_models_of_a_test.%s"]'
    common = ["compare", str(folder), "--group", "take", "--cv", "2", "--quiet", "--config"]
    path = list(sys.path)
    for name in ("make", "Plain"):
        assert main([*common, str(write(tmp_path / "c.toml", text % name))]) == 2
        assert "steps[2].class must be a class with scikit-learn's get_params" in capsys.readouterr().err
    write(tmp_path / "code" / "wrong_module_of_a_test.py", "class (")
    assert (
        main([*common, str(write(tmp_path / "c.toml", text.replace("own_models", "wrong_module") % "X"))])
        == 2
    )
    assert "'wrong_module_of_a_test' cannot be imported (SyntaxError: " in capsys.readouterr().err
    config = write(tmp_path / "c.toml", text % "OwnSVC")
    assert main([*common, str(config), "--output", str(tmp_path / "a" / "b")]) == 0
    assert "failed" not in capsys.readouterr().err
    written = tomllib.loads((tmp_path / "a" / "b" / "config.toml").read_text(encoding="utf-8"))
    assert written["modules"] == "../../code"
    assert sys.path == path


def test_models_of_the_file_are_trained(folder, tmp_path, monkeypatch, capsys):
    """What was compared can be used; a search chooses on folds that keep groups together, as in compare."""
    pytest.importorskip("skops")
    config = write(
        folder.parent / "trained" / "c.toml", f'folder = "../tönes"\ngroup = "take"\ncv = 2\n{MODELS}'
    )
    groups_of_splits, split = [], GroupKFold.split

    def seen(self, X, y=None, groups=None):
        groups_of_splits.append(sorted(set(groups)))
        return split(self, X, y, groups)

    monkeypatch.setattr(GroupKFold, "split", seen)
    train = ["train", "--config", str(config), "--quiet", "-o"]
    model = tmp_path / "search.skops"
    assert main([*train, str(model), "--model", "search"]) == 0
    assert groups_of_splits == [["take0", "take1", "take2", "take3"]]
    assert type(skmir.load(model)).__name__ == "Pipeline"
    assert "The model search, fitted" in model.with_suffix(".md").read_text(encoding="utf-8")
    assert main(["predict", str(model), str(folder), "--quiet"]) == 0
    rows = list(csv.DictReader(capsys.readouterr().out.partition("wrote")[2].split("\n", 2)[2].splitlines()))
    right = sum(row["label"] == ("low", "high")[int(row["file"][-6:-4]) % 2] for row in rows)
    assert len(rows) == 16 and right > 12
    trees = tmp_path / "trees.skops"
    assert main([*train, str(trees), "--model", "MFCC & <trees>", "--overwrite"]) == 0
    told = "skmir predict will not read" in capsys.readouterr().err  # some versions of skops trust trees
    assert told == (main(["predict", str(trees), str(folder), "--quiet"]) == 2)
    assert main([*train, str(tmp_path / "plain.skops"), "--model", "plain", "--cv", "2"]) == 0
    card = (tmp_path / "plain.md").read_text(encoding="utf-8")
    assert "The default model plain" in card and "the mean over 2 folds that keep groups together" in card


@pytest.mark.parametrize(
    "text, options, message",
    [
        ("onsets = true", (), "skmir train has no option 'onsets'"),
        ("folds = 3", (), "skmir train has no option 'folds'"),
        ("cv = 3", (), "skmir train needs a FOLDER"),
        (
            MODELS,
            ("--model", "serch"),
            "--model must name a model for classes, got serch. Did you mean search?",
        ),
    ],
)
def test_train_says_what_is_wrong_with_the_file(folder, tmp_path, capsys, text, options, message):
    config = write(tmp_path / "c.toml", text)
    place = [] if "FOLDER" in message else [str(folder)]
    argv = [
        "train",
        *place,
        "--config",
        str(config),
        "-o",
        str(tmp_path / "m.skops"),
        "--model",
        "SVM",
        *options,
    ]
    assert main(argv) == 2
    assert message in capsys.readouterr().err
    assert not (tmp_path / "m.skops").exists()
