"""No kept result is served where anything that it depends on has changed."""

import functools
import importlib
import pathlib
import sys
import textwrap
import types

import numpy as np
import pandas as pd
import pytest
from scipy.stats import loguniform, randint, rv_histogram
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.dummy import DummyClassifier
from sklearn.frozen import FrozenEstimator
from sklearn.metrics import accuracy_score, make_scorer
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer, StandardScaler

from skmir._cache import _sources, describe
from skmir.model_selection import compare
from skmir.model_selection._running import _keys
from skmir.model_selection._running._keys import clip_digests

METRIC = """
    import functools
    from sklearn.base import BaseEstimator, ClassifierMixin
    from sklearn.metrics import make_scorer
    import own_helper
    from own_package import inner

    WEIGHT = 1.0

    def helper(): return 1.0
    def plain(y, p): return 1.0
    def calls_helper(y, p): return helper()
    def calls_other(y, p): return own_helper.value()
    def calls_far(y, p): return own_helper.far()
    def calls_package(y, p): return inner.value()
    def reads_global(y, p): return WEIGHT
    def looks_it_up(y, p): return globals()["hel" + "per"]()
    def with_default(y, p, value=1.0): return value
    def decorate(function):
        @functools.wraps(function)
        def inside(*args): return function(*args)
        return inside
    @decorate
    def decorated(y, p): return 1.0
    @functools.lru_cache
    def cached(): return 1.0
    def calls_cached(y, p): return cached()
    class Metric:
        def __call__(self, y, p): return self.value()
        def value(self): return 1.0
    class Heir(Metric): pass
    class Guess(ClassifierMixin, BaseEstimator):
        classes_ = [0, 1]
        def fit(self, X, y): return self
        def predict(self, X): return [int(1.0)] * len(X)
    class Heiress(Guess): pass
"""
HELPER = """
    from own_far import value as far
    def value(): return 1.0
"""
FILES = {
    "own_metric.py": METRIC,
    "own_helper.py": HELPER,
    "own_far.py": "def value(): return 1.0",
    "own_package/__init__.py": "",
    "own_package/inner.py": "from . import deep\ndef value(): return deep.value()",
    "own_package/deep.py": "def value(): return 1.0",
}
X, Y = np.arange(12.0).reshape(-1, 1), np.arange(12) % 2


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A function that writes files, changed or not, and imports the metrics as a new process does."""
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)

    def load(file=None, old=None, new=None):
        for name, text in FILES.items():
            text = textwrap.dedent(text)
            if name == file:
                assert old in text
                text = text.replace(old, new)
            (tmp_path / name).parent.mkdir(exist_ok=True)
            (tmp_path / name).write_text(text)
        forget()
        return importlib.import_module("own_metric")

    def forget():
        for name in [name for name in sys.modules if name.startswith("own_")]:
            del sys.modules[name]
        importlib.invalidate_caches()

    yield load
    forget()


def mean(scoring, memory, model=None):
    models = {"a": model or DummyClassifier(strategy="constant", constant=1)}
    scoring = {"own": scoring}  # a name without an address in it
    return compare(
        models, X, Y, scoring=scoring, cv=3, memory=memory, baselines=False, random_state=0
    ).table_.loc["a", "mean"]


BODY = "def plain(y, p): return 1.0"
CHANGES = {
    "body": ("plain", "own_metric.py", BODY),
    "helper in the module": ("calls_helper", "own_metric.py", "def helper(): return 1.0"),
    "helper found by its name": ("looks_it_up", "own_metric.py", "def helper(): return 1.0"),
    "helper in another module": ("calls_other", "own_helper.py", "def value(): return 1.0"),
    "helper of a helper": ("calls_far", "own_far.py", "return 1.0"),
    "module of a package": ("calls_package", "own_package/deep.py", "return 1.0"),
    "constant of the module": ("reads_global", "own_metric.py", "WEIGHT = 1.0"),
    "default": ("with_default", "own_metric.py", "value=1.0"),
    "decorated": ("decorated", "own_metric.py", "def decorated(y, p): return 1.0"),
    "cached": ("calls_cached", "own_metric.py", "def cached(): return 1.0"),
}
WRAPPINGS = {
    "make_scorer": make_scorer,
    "callable": lambda metric: functools.partial(_by_metric, metric),
    "partial in make_scorer": lambda metric: make_scorer(functools.partial(metric)),
}


def _by_metric(metric, estimator, X, y):
    return metric(y, estimator.predict(X))


@pytest.mark.parametrize("wrapping", WRAPPINGS)
@pytest.mark.parametrize("change", CHANGES)
def test_an_edited_metric_scores_anew(change, wrapping, own, tmp_path):
    name, file, line = CHANGES[change]
    assert mean(WRAPPINGS[wrapping](getattr(own(), name)), tmp_path / "kept") == 1
    edited = own(file, line, line.replace("1.0", "2.0"))
    assert mean(WRAPPINGS[wrapping](getattr(edited, name)), tmp_path / "kept") == 2
    assert mean(WRAPPINGS[wrapping](getattr(own(), name)), tmp_path / "kept") == 1


@pytest.mark.parametrize("kind", ["Metric", "Heir"])
@pytest.mark.parametrize(
    "part", [lambda metric: metric, lambda metric: metric.__call__], ids=["object", "method"]
)
def test_an_edited_class_of_callables_scores_anew(part, kind, own, tmp_path):
    assert mean(make_scorer(part(getattr(own(), kind)())), tmp_path / "kept") == 1
    edited = own("own_metric.py", "def value(self): return 1.0", "def value(self): return 2.0")
    assert mean(make_scorer(part(getattr(edited, kind)())), tmp_path / "kept") == 2


def test_an_edited_base_class_fits_anew(own, tmp_path):
    assert mean("accuracy", tmp_path / "kept", own().Heiress()) == 0.5
    ones = compare(
        {"a": own().Heiress()}, X, Y, cv=3, memory=tmp_path / "kept", baselines=False, random_state=0
    )
    assert set(ones.predictions_["a"]) == {1}
    edited = own("own_metric.py", "int(1.0)", "int(0.0)")
    zeros = compare(
        {"a": edited.Heiress()}, X, Y, cv=3, memory=tmp_path / "kept", baselines=False, random_state=0
    )
    assert set(zeros.predictions_["a"]) == {0}


def test_a_file_edited_and_not_loaded_again_does_not_stand_for_the_new_one(own, tmp_path):
    """Neither the text alone nor the code alone says what will run here and in a new process."""
    old = own()
    own("own_helper.py", "def value(): return 1.0", "def value(): return 2.0")
    assert mean(make_scorer(old.calls_other), tmp_path / "kept") == 1  # by the code in memory
    new = own("own_helper.py", "def value(): return 1.0", "def value(): return 2.0")
    assert mean(make_scorer(new.calls_other), tmp_path / "kept") == 2


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("def f(y, p): return 1.0", "def f(y, p): return 2.0"),
        ("f = lambda y, p: 1.0", "f = lambda y, p: 2.0"),
        ("def g(): return 1.0\ndef f(y, p): return g()", "def g(): return 2.0\ndef f(y, p): return g()"),
        ("w = 1.0\ndef f(y, p): return w", "w = 2.0\ndef f(y, p): return w"),
        ("w = {'w': 1.0}\ndef f(y, p): return w['w']", "w = {'w': 2.0}\ndef f(y, p): return w['w']"),
        ("def f(y, p): return max({1.0} and [1.0])", "def f(y, p): return max({1.0} and [2.0])"),
        ("def f(y, p): return (lambda: 1.0)()", "def f(y, p): return (lambda: 2.0)()"),
        (
            "import math\ndef f(y, p): return math.ceil(.4)",
            "import math\ndef f(y, p): return 1 + math.ceil(.4)",
        ),
        (
            "class M:\n  w = 1.0\n  def __call__(self, y, p): return self.w\nf = M()",
            "class M:\n  w = 2.0\n  def __call__(self, y, p): return self.w\nf = M()",
        ),
    ],
)
def test_code_without_a_text_counts_by_what_it_does(first, second, tmp_path):
    for text, expected in [(first, 1), (second, 2), (first, 1)]:
        prompt = {}
        exec(text, prompt)
        assert mean(make_scorer(prompt["f"]), tmp_path) == expected


class Power:
    def __init__(self, value):
        self.value = value

    def score(self, y, p):
        return self.value

    __call__ = score


@pytest.mark.parametrize(
    "metric",
    [
        Power,
        lambda value: Power(value).score,
        lambda value: functools.partial(Power(1.0).score.__func__, Power(value)),
        lambda value: lambda y, p: value,
        lambda value: np.vectorize(lambda y, p: value, signature="(n),(n)->()"),
    ],
    ids=["object", "bound method", "partial", "closure", "vectorize"],
)
def test_what_a_metric_holds_counts(metric, tmp_path):
    for value in (1.0, 2.0, 1.0):
        assert mean(make_scorer(metric(value)), tmp_path) == value


def test_arguments_and_sign_of_make_scorer_count(tmp_path):
    def share(y, p, weight=1.0):
        return weight

    scorers = [
        make_scorer(share),
        make_scorer(share, weight=3.0),
        make_scorer(share, greater_is_better=False),
    ]
    assert [mean(scorer, tmp_path) for scorer in scorers] == [1, 3, -1]


class Noting(ClassifierMixin, BaseEstimator):
    """Counts its fits, in its class and in a global, neither of which has an effect on a result."""

    n_fits = 0

    def __init__(self, memory=None, step=None):
        self.memory, self.step = memory, step

    def fit(self, X, y):
        type(self).n_fits += 1
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])


@pytest.fixture
def n_new(tmp_path):
    """A function that says how many fits a comparison costs."""

    def count(model=None, clips=X, **options):
        before = Noting.n_fits
        options = {"cv": 3, "memory": tmp_path / "kept", "baselines": False, "random_state": 0} | options
        compare({"a": model or Noting()}, clips, Y, **options)
        return Noting.n_fits - before

    return count


def test_equal_things_are_found_again(n_new):
    def plus(value):
        return FunctionTransformer(functools.partial(np.add, value))

    assert n_new(make_pipeline(plus(1), Noting())) == 3
    assert n_new(make_pipeline(plus(1), Noting())) == 0
    assert n_new(make_pipeline(plus(2), Noting())) == 3
    frozen = FrozenEstimator(StandardScaler().fit(X))
    assert n_new(make_pipeline(frozen, Noting())) == 3
    assert n_new(make_pipeline(FrozenEstimator(StandardScaler().fit(X)), Noting())) == 0
    assert n_new(make_pipeline(FrozenEstimator(StandardScaler().fit(2 * X)), Noting())) == 3


@pytest.mark.parametrize(
    "step",
    [
        lambda scaler: FunctionTransformer(scaler.transform),
        lambda scaler: FunctionTransformer(functools.partial(_apply, scaler)),
        lambda scaler: FunctionTransformer(lambda X: scaler.transform(X)),
    ],
    ids=["method", "partial", "closure"],
)
def test_what_is_fitted_beforehand_counts(step, n_new):
    for factor, expected in [(1, 3), (1, 0), (2, 3)]:
        model = make_pipeline(step(StandardScaler().fit(factor * X)), Noting())
        assert n_new(model) == expected


def _apply(scaler, X):
    return scaler.transform(X)


def test_distributions_count_without_the_state_of_a_generator():
    histograms = [rv_histogram(np.histogram(values)).freeze() for values in ([1, 2, 3], [1, 3, 3])]
    values = [loguniform(0.1, 1), loguniform(0.1, 2), randint(1, 3), *histograms]
    texts = [describe(value) for value in values]
    assert len(set(texts)) == 5
    loguniform.rvs(0.1, 1)
    assert [describe(value) for value in values] == texts
    assert describe(loguniform(0.1, 1)) == texts[0]


def test_a_module_without_a_file_counts(monkeypatch):
    texts = []
    for value in (1.0, 2.0):
        module = types.ModuleType("own_by_hand")
        monkeypatch.setitem(sys.modules, "own_by_hand", module)
        exec(f"def value(): return {value}", vars(module))
        texts.append(describe(module.value))
    assert texts[0] != texts[1]


def test_a_package_without_init_counts(tmp_path, monkeypatch):
    (tmp_path / "own_space").mkdir()
    file = tmp_path / "own_space" / "part.py"
    file.write_text("def value(): return 1.0")
    monkeypatch.syspath_prepend(tmp_path)
    value = importlib.import_module("own_space.part").value
    before = describe(value)
    file.write_text("def value(): return 1.0  # edited")
    assert describe(value) != before
    for name in ("own_space", "own_space.part"):
        monkeypatch.delitem(sys.modules, name)


def test_a_file_that_hides_one_of_pythons_own_counts(tmp_path, monkeypatch):
    (tmp_path / "colorsys.py").write_text("def value(): return 1.0")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "colorsys", raising=False)
    module = importlib.import_module("colorsys")
    before = describe(module.value)
    (tmp_path / "colorsys.py").write_text("def value(): return 1.0  # edited")
    assert describe(module.value) != before
    monkeypatch.delitem(sys.modules, "colorsys")


def test_memory_has_no_effect_as_a_folder_and_one_as_a_number(n_new, tmp_path):
    assert n_new(Noting(memory=str(tmp_path / "a"))) == 3
    assert n_new(Noting(memory=str(tmp_path / "b"))) == 0
    assert n_new(Noting(memory=5)) == 3
    assert n_new(Noting(memory=6)) == 3


FORMS = {
    "list": list,
    "tuple": tuple,
    "array of str": lambda names: np.array(names),
    "array of object": lambda names: np.array(names, dtype=object),
    "Series": pd.Series,
    "table of one column": lambda names: pd.DataFrame({"path": names}),
    "table of two columns": lambda names: pd.DataFrame({"path": names, "start": np.zeros(len(names))}),
    "column of an array": lambda names: np.array(names, dtype=object).reshape(-1, 1),
    "column of str": lambda names: np.array(names).reshape(-1, 1),
    "list of Path": lambda names: [pathlib.Path(name) for name in names],
    "list of PathLike": lambda names: [Elsewhere(name) for name in names],
    "list of bytes": lambda names: [name.encode() for name in names],
    "list of pairs": lambda names: [(name, 0.5) for name in names],
    "list of dicts": lambda names: [{"path": name} for name in names],
}


class Elsewhere:
    """A path that does not print itself as one."""

    def __init__(self, name):
        self.name = name

    def __fspath__(self):
        return self.name


@pytest.mark.parametrize("form", FORMS)
def test_files_count_by_their_contents_in_every_form(form, tmp_path):
    paths = [tmp_path / f"{i}.wav" for i in range(6)]
    for i, path in enumerate(paths):
        path.write_bytes(bytes([i]))
    before = clip_digests(FORMS[form](list(map(str, paths))))
    assert len(set(before)) == 6
    paths[2].write_bytes(b"other")
    after = clip_digests(FORMS[form](list(map(str, paths))))
    assert [i for i in range(6) if before[i] != after[i]] == [2]


def test_a_file_changed_behind_a_table_is_fitted_anew(n_new, tmp_path):
    paths = [tmp_path / f"{i}.txt" for i in range(12)]
    for i, path in enumerate(paths):
        path.write_text(str(i))
    table = pd.DataFrame({"path": map(str, paths)})
    assert n_new(clips=table) == 3
    paths[0].write_text("other")
    assert n_new(clips=table) == 3
    assert n_new(clips=table) == 0


@pytest.mark.parametrize(
    "package", ["skmir", "scikit-learn", "torch", "numpy", "scipy", "skorch", "soxr", "soundfile"]
)
def test_another_version_fits_anew(package, n_new, monkeypatch):
    assert n_new() == 3
    found = _keys.library_versions(_keys.PACKAGES)
    assert found[package] != "not installed"
    monkeypatch.setattr(_keys, "library_versions", lambda names: found | {package: "99"})
    assert n_new() == 3


@pytest.mark.parametrize("name", ["libsndfile", "libsoxr"])
def test_libraries_in_c_have_their_versions(name):
    assert _sources.library_versions(("soundfile",))[name][0].isdigit()


def test_other_code_of_skmir_fits_anew(n_new, monkeypatch):
    """An installed copy from a clone keeps its version when the code changes."""
    assert n_new() == 3
    monkeypatch.setattr(_keys, "skmir_text", lambda: "edited")
    assert n_new() == 3


def test_the_distribution_of_a_model_counts(monkeypatch):
    before = describe(GaussianNB()), describe(make_scorer(accuracy_score))
    monkeypatch.setattr(_sources, "_distributions", lambda top: f"{top} 99")
    assert describe(GaussianNB()) != before[0]
    assert describe(make_scorer(accuracy_score)) != before[1]


def test_a_scorer_that_cannot_be_told_is_named(tmp_path):
    class Mute(Power):
        def __reduce__(self):
            raise RuntimeError("not a word")

    with pytest.raises(TypeError, match=r"scoring\['own'\] cannot be hashed.*not a word.*memory=None"):
        compare({"a": DummyClassifier()}, X, Y, scoring={"own": make_scorer(Mute(1.0))}, memory=tmp_path)
