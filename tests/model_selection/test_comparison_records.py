"""A comparison as a record, and back: nothing that a report shows is lost."""

import copy
import datetime
import json
import warnings

import numpy as np
import pytest
from detectors import EnergyDetector, clips_with_events
from sklearn.base import BaseEstimator
from sklearn.datasets import make_classification, make_multilabel_classification, make_regression
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import GridSearchCV, ShuffleSplit
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.svm import SVC

from skmir._version import __version__
from skmir.inspection import write_report
from skmir.model_selection import Comparison, compare

GROUPS = [*["a", None, "b", "c"] * 15]
SEGMENTS = [(np.array([[0.0, i + 1], [i + 1, 9]]), ["C:maj", "N"]) for i in range(6)]
NOTES = [(np.array([[0.0, i]]), np.array([440.0])) for i in range(1, 6)] + [(np.zeros((0, 2)), np.zeros(0))]
BARS = [np.array([[0.5 * k, k % 3 + 1] for k in range(6 + i)]) for i in range(6)]


class Recalls(BaseEstimator):
    """Predicts what the clips hold."""

    def fit(self, X, y):
        return self

    def predict(self, X):
        return [clip[1] for clip in X]

    def __sklearn_is_fitted__(self):
        return True


def classes():
    X, y = make_classification(60, 6, n_informative=4, n_classes=3, class_sep=0.5, random_state=0)
    models = {"SVM": GridSearchCV(SVC(), {"C": [1, 10]}), "Bayes": GaussianNB(), "broken": SVC(C=-1)}
    options = {"groups": GROUPS, "cv": 3, "scoring": ["balanced_accuracy", "roc_auc_ovr"]}
    return models, X, np.array(["é", "b", "c"])[y], options


def tags():
    X, y = make_multilabel_classification(60, 6, n_classes=4, random_state=0)
    return {"nearest": KNeighborsClassifier()}, X, y, {"scoring": "f1_micro"}


def quantities():
    X, y = make_regression(40, 4, noise=9, random_state=0)
    return {"linear": LinearRegression()}, X, y, {"cv": ShuffleSplit(3, test_size=0.3, random_state=0)}


def events():
    X, y = clips_with_events()
    return {"energy": EnergyDetector()}, X, y, {"cv": 3}


def recalled(y, scoring):
    clips = [(np.array([i]), one) for i, one in enumerate(y)]
    return {"recalls": Recalls()}, clips, y, {"cv": 3, "scoring": scoring}


CASES = {
    "classes": classes,
    "tags": tags,
    "numbers": quantities,
    "events": events,
    "bars": lambda: recalled(BARS, "downbeat_f"),
    "segments": lambda: recalled(SEGMENTS, "chord_majmin"),
    "notes": lambda: recalled(NOTES, "note_f"),
}


@pytest.fixture(scope="module", params=CASES)
def result(request):
    models, X, y, options = CASES[request.param]()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # few clips, and a model that fails
        return compare(models, X, y, random_state=0, **options)


def as_read(result):
    return json.loads(json.dumps(result.to_dict(), allow_nan=False))


def test_the_page_is_the_same_byte_for_byte(result, tmp_path):
    record = as_read(result)
    again = Comparison.from_dict(record)
    assert as_read(again) == record
    pages = [write_report(one, tmp_path / f"{i}.html").read_bytes() for i, one in enumerate((result, again))]
    assert pages[0] == pages[1]
    assert repr(again) == repr(result)


def test_what_was_predicted_comes_back(result):
    again = Comparison.from_dict(as_read(result))
    assert again.kind_ == result.kind_
    for name, found in again.predictions_.items():
        if result.kind_ != "annotations":
            np.testing.assert_array_equal(found.filled(), result.predictions_[name].filled())
            continue
        for one, other in zip(found, result.predictions_[name], strict=True):
            assert type(one) is type(other)
            parts = zip(one, other, strict=True) if isinstance(one, tuple) else [(one, other)]
            for a, b in parts:
                assert type(a) is type(b)
                np.testing.assert_array_equal(a, b)
    if result.kind_ == "classes":
        assert result.mistakes_["predicted_proba"].notna().any()
        assert again.mistakes_.equals(result.mistakes_)


@pytest.mark.filterwarnings("ignore")
def test_the_machine_and_the_versions_are_those_of_the_comparison(tmp_path):
    X, y, models = *make_classification(60, random_state=0), {"Bayes": GaussianNB()}
    record = as_read(compare(models, X, y, random_state=0))
    record["machine"], record["versions"]["torch"] = "an abacus", "0.4"
    page = write_report(Comparison.from_dict(record), tmp_path / "r.html").read_text(encoding="utf-8")
    assert "an abacus" in page and ">0.4<" in page


def test_values_that_json_does_not_know_are_recorded_by_their_text():
    X, y = make_classification(40, random_state=0)
    days = [datetime.date(2020, 1, 1 + i // 4) for i in range(40)]
    record = as_read(compare({"Bayes": GaussianNB()}, X, y, groups=days, random_state=0))
    assert record["groups"][:5] == ["2020-01-01"] * 4 + ["2020-01-02"]
    again = Comparison.from_dict(record)
    assert set(again.mistakes_["group"]) < set(record["groups"])


@pytest.fixture(scope="module")
def record():
    X, y = make_classification(40, random_state=0)
    return as_read(compare({"Bayes": GaussianNB()}, X, y, groups=range(40), cv=5, random_state=0))


def without(*path):
    def change(record):
        for part in path[:-1]:
            record = record[part]
        del record[path[-1]]

    return change


WRONG = {
    "lacks 'rope'": without("rope"),
    r"record\['models'\]\['Bayes'\] lacks 'predictions'": without("models", "Bayes", "predictions"),
    r"\['all_scores'\] lacks 'balanced_accuracy'": without(
        "models", "Bayes", "all_scores", "balanced_accuracy"
    ),
    "has format 2, .*reads formats up to 1. Update skmir": lambda record: record.update(record_format=2),
    rf"earlier skmir \(version {__version__}\).*Run the comparison again": without("record_format"),
    r"must be the record of a comparison, got a dict with the keys \['cookies'\]": lambda record: (
        record.clear() or record.update(cookies=1)
    ),
    r"record\['rope'\] must be Real, got str": lambda record: record.update(rope="wide"),
    r"record\['files'\] must have one entry for each of the 40 clips, got 1": lambda record: record.update(
        files=["a.wav"]
    ),
    r"record\['test_folds'\] must hold lists of positions from 0 to 39": lambda record: record["test_folds"][
        0
    ].append(40),
    r"\['errors'\] must have one entry for each of the 5 folds, got 4": without(
        "models", "Bayes", "errors", 0
    ),
    r"\['predictions'\]\[1\] must be null or a list with one entry for each of the 8 test clips": without(
        "models", "Bayes", "predictions", 1, 0
    ),
    "its reference, 'SVM', among its models": lambda record: record.update(reference="SVM"),
}


@pytest.mark.parametrize("words", WRONG)
def test_a_record_that_is_not_whole_is_refused(record, words):
    record = copy.deepcopy(record)
    WRONG[words](record)
    with pytest.raises(ValueError, match=words):
        Comparison.from_dict(record)


def test_a_record_is_a_dict(record):
    with pytest.raises(TypeError, match=r"record must be a dict, got list\. Pass a whole record"):
        Comparison.from_dict([record])
