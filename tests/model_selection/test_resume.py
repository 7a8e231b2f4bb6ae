"""A comparison that is broken off goes on where it stopped."""

import json
import os
import pathlib
import signal

import numpy as np
import pytest
from numpy.testing import assert_array_equal
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC

from skmir.model_selection import compare
from skmir.model_selection._running._keys import describe

TIMES = ["fit_time", "score_time"]


class Counted(ClassifierMixin, BaseEstimator):
    """Writes a line a fit, and kills its process, as ``kill -9`` does, before the line of a number."""

    def __init__(self, log, strength=1.0, deadly=None):
        self.log, self.strength, self.deadly = log, strength, deadly

    def fit(self, X, y):
        log = pathlib.Path(self.log)
        n_fits = len(log.read_text().split()) if log.exists() else 0
        if n_fits == int(os.environ.get("DEADLY_FIT", -1)):
            os.kill(os.getpid(), signal.SIGKILL)
        with open(log, "a") as file:
            file.write("fit\n")
        self.model_ = LogisticRegression(C=self.strength).fit(X, y)
        self.classes_ = self.model_.classes_
        return self

    def predict(self, X):
        return self.model_.predict(X)


def models(log):
    return {"strong": Counted(str(log)), "weak": Counted(str(log), 1e-3), "search": search(log)}


def search(log):
    return GridSearchCV(Counted(str(log)), {"strength": [1e-3, 10.0]}, cv=2, scoring="balanced_accuracy")


def n_fits(log):
    return len(log.read_text().split())


# Runs the comparison in four processes, one after the other, forked where all is loaded: two end before a
# fit, two come through. Prints how each ended, the number of fits by then, and the record.
SCRIPT = """
import json, os, sys
from sklearn.datasets import make_classification
from test_resume import compare, models, n_fits
import pathlib
log, kept = sys.argv[1:]
record = pathlib.Path(log + ".json")
ends = []
for deadly_fit in (5, 12, -1, -1):  # of 6 plain fits and 3 searches of 5
    if not (child := os.fork()):
        os.environ["DEADLY_FIT"] = str(deadly_fit)
        X, y = make_classification(120, 6, n_informative=4, n_classes=3, class_sep=0.7, random_state=0)
        result = compare(models(log), X, y, cv=3, memory=kept, random_state=0)
        record.write_text(json.dumps(result.to_dict()))
        sys.exit()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    ends.append([status, n_fits(pathlib.Path(log)), json.loads(record.read_text()) if not status else None])
print(json.dumps(ends))
"""


def test_killed_half_way_it_resumes_and_gives_the_same_table(data, tmp_path, forks):
    here = pathlib.Path(__file__).parent
    status, said, error = forks.run(SCRIPT, tmp_path / "log", tmp_path / "kept", path=[here])
    assert status == 0, error
    killed_first, killed_later, resumed, again = json.loads(said)
    assert killed_first == [-signal.SIGKILL, 5, None]
    assert killed_later == [-signal.SIGKILL, 12, None]
    status, n_fits, record = resumed
    assert status == 0
    assert n_fits == 22  # the one fit of the search that was under way is the only one made twice
    whole = compare(models(tmp_path / "other"), *data, cv=3, random_state=0).to_dict()
    for name, row in whole["table"].items():
        without_times = {column: value for column, value in row.items() if column not in TIMES}
        assert without_times.items() <= record["table"][name].items()
        for part in ("scores", "best_params", "errors"):
            assert record["models"][name][part] == whole["models"][name][part]
    assert again == resumed  # times too: they are those of the fits


def test_results_are_kept_by_what_they_depend_on(data, tmp_path):
    X, y = data
    log = tmp_path / "log"
    one = {"a": Counted(str(log))}
    options = {"cv": 3, "memory": tmp_path / "kept", "random_state": 0, "baselines": False}

    def n_new(models=one, X=X, y=y, **changed):
        before = n_fits(log) if log.exists() else 0
        compare(models, X, y, **options | changed)
        return n_fits(log) - before

    assert n_new() == 3
    assert n_new() == 0
    assert n_new({"another name": Counted(str(log))}) == 0
    assert n_new({"a": Counted(str(log), strength=2.0)}) == 3
    assert n_new(X=X + 1) == 3
    assert n_new(y=y.astype(str)) == 3
    assert n_new(scoring="accuracy") == 0  # what was predicted is kept
    assert n_new(random_state=1) == 3  # other folds
    assert n_new(memory=tmp_path / "elsewhere") == 3
    X_one = X.copy()
    X_one[0, 0] += 1
    assert n_new(X=X_one) == 3  # each fold has the clip on one side
    assert n_new() == 0


def test_a_file_counts_by_its_content(tmp_path):
    log, kept = tmp_path / "log", tmp_path / "kept"
    rng = np.random.RandomState(0)
    paths = [tmp_path / f"{i}.txt" for i in range(12)]
    for i, path in enumerate(paths):
        path.write_text(str(rng.randn() + 3 * (i % 2)))

    def read(paths):
        return np.array([[float(pathlib.Path(path).read_text())] for path in paths])

    y = np.arange(12) % 2
    model = make_pipeline(FunctionTransformer(read), Counted(str(log)))
    run = {"cv": 3, "memory": kept, "random_state": 0, "baselines": False}
    compare({"a": model}, paths, y, **run)
    moved = [path.rename(path.with_suffix(".moved")) for path in paths]
    compare({"a": model}, moved, y, **run)
    assert n_fits(log) == 3
    moved[0].write_text("5.5")
    compare({"a": model}, moved, y, **run)
    assert n_fits(log) == 6


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.FitFailedWarning")
def test_what_failed_is_tried_again(data, tmp_path):
    X, y = data
    log, flag = tmp_path / "log", tmp_path / "broken"
    flag.touch()

    def check(X):
        if flag.exists():
            raise RuntimeError("not now")
        return X

    models = {
        "later": make_pipeline(FunctionTransformer(check), Counted(str(log))),
        "now": Counted(str(log)),
    }
    first = compare(models, X, y, cv=3, memory=tmp_path, random_state=0)
    assert first.table_["n_failed"].tolist() == [3, 0, 0, 0]
    assert n_fits(log) == 3
    flag.unlink()
    second = compare(models, X, y, cv=3, memory=tmp_path, random_state=0)
    assert n_fits(log) == 6
    assert second.errors_ == {}


def test_a_damaged_entry_is_run_anew(data, tmp_path, same):
    log = tmp_path / "log"
    run = {"cv": 3, "memory": tmp_path / "kept", "random_state": 0, "baselines": False}
    whole = compare({"a": Counted(str(log))}, *data, **run)
    entry = sorted((tmp_path / "kept").rglob("*.entry"))[0]
    entry.write_bytes(entry.read_bytes()[:-3])
    with pytest.warns(UserWarning, match="1 entry of the cache could not be used"):
        again = compare({"a": Counted(str(log))}, *data, **run)
    assert n_fits(log) == 4
    same(again, whole)


@pytest.mark.parametrize(
    "labels",
    [lambda y: y, lambda y: y.astype(str), lambda y: y.astype(str).astype(object), lambda y: y == 1],
    ids=["int", "str", "object", "bool"],
)
def test_labels_of_any_kind_come_back_as_they_were(labels, data, tmp_path):
    X, y = data[0], labels(data[1])
    models = {"Bayes": GaussianNB(), "SVM": SVC()}
    run = {"cv": 3, "memory": tmp_path, "scoring": ["accuracy", "f1_macro"], "random_state": 0}
    first, second = compare(models, X, y, **run), compare(models, X, y, **run)
    assert first.table_.equals(second.table_)  # fit times included: nothing was run again
    assert first.all_scores_.equals(second.all_scores_)
    for name in first.models_:
        assert first.predictions_[name].dtype == second.predictions_[name].dtype
        assert_array_equal(first.predictions_[name], second.predictions_[name])


def test_jobs_keep_their_own(data, tmp_path):
    log = tmp_path / "log"
    run = {"cv": 4, "memory": tmp_path / "kept", "random_state": 0}
    compare({"a": Counted(str(log))}, *data, n_jobs=2, **run)
    compare({"a": Counted(str(log))}, *data, **run)
    assert n_fits(log) == 4


def test_descriptions_tell_what_differs():
    def plus(step):
        return lambda value: value + step

    values = [
        1,
        1.0,
        True,
        "1",
        None,
        np.ones(3),
        np.ones(3, "f4"),
        [1],
        (1,),
        {"a": 1},
        {"a": 2},
        plus(1),
        plus(2),
        SVC,
        SVC(),
        SVC(C=2),
        make_pipeline(SVC()),
        make_pipeline(SVC(C=2)),
        np.random.RandomState(0),
        np.random.RandomState(1),
        DummyClassifier(),
    ]
    texts = [describe(value) for value in values]
    assert len(set(texts)) == len(texts)
    assert describe(plus(1)) == describe(plus(1))
    assert describe(make_pipeline(SVC(C=2))) == describe(make_pipeline(SVC(C=2)))
    assert describe(np.random.RandomState(0)) == describe(np.random.RandomState(0))


class Unspeakable:
    """Can be copied, and not pickled."""

    def __deepcopy__(self, memo):
        return self

    def __reduce__(self):
        raise RuntimeError("not a word")


def test_a_model_that_cannot_be_told_is_named(data, tmp_path):
    models = {"odd": make_pipeline(FunctionTransformer(kw_args={"secret": Unspeakable()}), SVC())}
    message = r"models\['odd'\] cannot be hashed by its parameters \(.*not a word\).*memory=None"
    with pytest.raises(TypeError, match=message):
        compare(models, *data, memory=tmp_path)


def test_a_file_in_the_folders_place_is_named(data, tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(NotADirectoryError, match=r"memory=.*is a file"):
        compare({"a": SVC()}, *data, memory=tmp_path / "file")
