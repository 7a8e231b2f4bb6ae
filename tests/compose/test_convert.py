"""Fitted steps as modules of torch: what each computes is what its step computes."""

import copy
import pickle

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.base import BaseEstimator, TransformerMixin, clone
from sklearn.calibration import CalibratedClassifierCV
from sklearn.cluster import KMeans
from sklearn.compose import ColumnTransformer, TransformedTargetRegressor
from sklearn.cross_decomposition import CCA, PLSSVD, PLSCanonical, PLSRegression
from sklearn.decomposition import NMF, PCA, FactorAnalysis, FastICA, IncrementalPCA, TruncatedSVD
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.ensemble import (
    AdaBoostClassifier,
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
)
from sklearn.exceptions import NotFittedError
from sklearn.feature_selection import (
    RFE,
    RFECV,
    SelectFromModel,
    SelectKBest,
    VarianceThreshold,
    mutual_info_classif,
)
from sklearn.frozen import FrozenEstimator
from sklearn.kernel_approximation import Nystroem, RBFSampler
from sklearn.linear_model import (
    ARDRegression,
    BayesianRidge,
    ElasticNet,
    ElasticNetCV,
    HuberRegressor,
    Lars,
    Lasso,
    LassoCV,
    LinearRegression,
    LogisticRegression,
    MultiTaskElasticNet,
    MultiTaskElasticNetCV,
    MultiTaskLassoCV,
    OrthogonalMatchingPursuit,
    OrthogonalMatchingPursuitCV,
    Perceptron,
    QuantileRegressor,
    Ridge,
    RidgeClassifier,
    RidgeClassifierCV,
    RidgeCV,
    SGDClassifier,
    SGDRegressor,
    TheilSenRegressor,
)
from sklearn.model_selection import GridSearchCV
from sklearn.multiclass import OneVsRestClassifier
from sklearn.multioutput import MultiOutputClassifier, MultiOutputRegressor
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier, RadiusNeighborsClassifier
from sklearn.neural_network import MLPClassifier, MLPRegressor
from sklearn.pipeline import FeatureUnion, Pipeline, make_pipeline
from sklearn.preprocessing import (
    FunctionTransformer,
    MaxAbsScaler,
    MinMaxScaler,
    Normalizer,
    PolynomialFeatures,
    RobustScaler,
    StandardScaler,
)
from sklearn.random_projection import GaussianRandomProjection, SparseRandomProjection
from sklearn.svm import SVC, SVR, LinearSVC, LinearSVR
from sklearn.tree import DecisionTreeClassifier

import skmir.preprocessing
from skmir._step_modules import run
from skmir.augmentation import AddNoise
from skmir.base import BaseFrameStep, StepModule
from skmir.compose import AugmentedEstimator, FrameClassifier, FrameTransformer, convert
from skmir.compose._conversion._inside import INSIDE
from skmir.compose._conversion._scaling import FUNCTIONS
from skmir.compose._conversion._tables import PREDICTIONS, TRANSFORMS
from skmir.model_selection import ShrinkageLDA
from skmir.preprocessing import (
    HPSS,
    ContextWindow,
    CQTToChroma,
    Delta,
    FramePooler,
    FrameScaler,
    LocalContrastNormalizer,
    LogCompression,
    PCAWhitener,
    Tonnetz,
    WindowPooler,
)

LENGTHS = (20, 9, 1, 14, 2, 31, 17, 20, 11, 8, 26, 12, 5, 9, 22, 13, 7, 30, 16, 18)  # in frames
STATISTICS = (
    *("mean", "std", "var", "min", "max", "median", "skewness", "kurtosis", "third_moment"),
    *("fourth_moment", "delta_std", "q00", "q05", "q97.5", "q100"),
)


@pytest.fixture(scope="module")
def clips():
    """Clips of unequal length, with a constant bin, and one that is silent."""
    rng = np.random.RandomState(0)
    found = [rng.gamma(2, size=(6, n)) * rng.uniform(0.5, 2, (6, 1)) for n in LENGTHS]
    for clip in found:
        clip[4] = 0.3
    found[7][:] = 0
    return found


@pytest.fixture(scope="module")
def table(clips):
    return FramePooler(("mean", "std")).fit_transform(clips[:7] + clips[8:])


def batch(clips, dtype):
    """Clips in one tensor, filled up with what no module may read, and their lengths."""
    filling = {torch.float32: 1e3, torch.float64: -1e3}[dtype]
    x = torch.full((len(clips), clips[0].shape[0], max(LENGTHS) + 3), filling, dtype=dtype)
    for filled, clip in zip(x, clips, strict=True):
        filled[:, : clip.shape[1]] = torch.from_numpy(clip)
    return x, torch.tensor([clip.shape[1] for clip in clips])


def assert_same(module, x, lengths, expected):
    """The own values of a module's results are those expected, and all gradients are finite."""
    x = x.requires_grad_()
    results, lengths = run(module, x, lengths)
    own = list(results) if lengths is None else [r[:, :n] for r, n in zip(results, lengths, strict=True)]
    scale = max(np.abs(e).max() for e in expected)
    for result, e in zip(own, expected, strict=True):
        assert result.shape == e.shape
        assert np.abs(result.detach().numpy() - e).max() <= 1e-5 * scale
    torch.cat([result.flatten() for result in own]).square().sum().backward()
    for tensor in (x, *module.parameters()):
        assert tensor.grad is None or torch.isfinite(tensor.grad).all()


DTYPES = pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=["float32", "float64"])

FRAME_STEPS = {
    "LogCompression": LogCompression(),
    "LogCompression 2": LogCompression(3, base=2),
    "FrameScaler": FrameScaler(),
    "FrameScaler of magnitudes": FrameScaler(top_db=20, power=1, with_mean=False),
    "FrameScaler without log": FrameScaler(log=False, with_std=False),
    "Delta": Delta(),
    "Delta of two orders": Delta(5, order=(2, 1)),
    "Delta alone": Delta(3, append=False, positive=True),
    "ContextWindow": ContextWindow(),
    "ContextWindow with zeros": ContextWindow(5, hop=2, pad_mode="constant"),
    "ContextWindow mirrored": ContextWindow(6, hop=3, pad_mode="reflect"),
    "Tonnetz": Tonnetz(),
    "Tonnetz 2": Tonnetz(2),
    "Tonnetz inf": Tonnetz(np.inf),
    "Tonnetz .5": Tonnetz(0.5),
    "Tonnetz None": Tonnetz(None),
    "CQTToChroma": CQTToChroma(3, bins_per_octave=3),
    "PCAWhitener": PCAWhitener(),
    "PCAWhitener of few": PCAWhitener(3, ridge=0.1, center=False),
    "LocalContrastNormalizer": LocalContrastNormalizer(),
    "LocalContrastNormalizer without std": LocalContrastNormalizer((1, 5), with_std=False),
    "FramePooler": FramePooler(),
    "FramePooler of all": FramePooler(STATISTICS),
    "FramePooler of parts": FramePooler(STATISTICS, n_parts=3),
    "WindowPooler": WindowPooler(STATISTICS, widths=7),
    "WindowPooler of widths": WindowPooler(("max", "mean", "median"), widths=(9, 4), hop=3),
    "FrameTransformer": FrameTransformer(),
    "FrameTransformer of a Pipeline": FrameTransformer(
        make_pipeline(FunctionTransformer(np.log1p), LinearDiscriminantAnalysis())
    ),
}


@DTYPES
@pytest.mark.parametrize("name", FRAME_STEPS)
def test_steps_of_frames(clips, name, dtype):
    step = FRAME_STEPS[name].fit(clips, np.arange(len(clips)) % 3)
    assert_same(convert(step).to(dtype), *batch(clips, dtype), step.transform(clips))


@pytest.mark.parametrize("name", FRAME_STEPS)
def test_steps_of_frames_take_equal_clips_and_tables(clips, name):
    """Without lengths: an array of equal clips, and one frame per clip."""
    equal = np.stack([clip[:, :11] for clip in clips if clip.shape[1] >= 11])
    for X in (equal, equal[:, :, 3]):
        step = FRAME_STEPS[name].fit(X, np.arange(len(X)) % 3)
        assert_same(convert(step), torch.from_numpy(X).float(), None, step.transform(X))


def test_pooled_statistics_of_large_values_that_vary_little_are_those_of_float64():
    """Sums of squares of float32 would leave nothing of them."""
    clip = (1000 + np.random.RandomState(0).randn(1, 3, 500)).astype(np.float32)
    step = FramePooler(("std", "skewness", "kurtosis")).fit(clip)
    expected = step.transform(clip.astype(np.float64))
    np.testing.assert_allclose(convert(step)(torch.from_numpy(clip)), expected, rtol=1e-5, atol=1e-6)


@DTYPES
def test_poolers_side_by_side(clips, dtype):
    peaks = make_pipeline(LogCompression(), Delta(3), FramePooler(("max",)))
    step = FeatureUnion([("level", FramePooler()), ("peaks", peaks)]).fit(clips)
    assert_same(convert(step).to(dtype), *batch(clips, dtype), step.transform(clips))


@pytest.mark.parametrize("function", [np.log, np.sqrt, np.log1p])
def test_functions_of_frames(function):
    """A logarithm that does not exist, where clips are filled up, must not spoil the gradients."""
    clips = np.random.RandomState(0).gamma(2, size=(3, 4, 9))
    model = make_pipeline(FunctionTransformer(function), FramePooler()).fit(clips)
    expected = [model.transform(clip[None, :, :n])[0] for clip, n in zip(clips, (9, 4, 7), strict=True)]
    for filling in (-1, 0):
        x = torch.from_numpy(clips).float()
        x[1, :, 4:], x[2, :, 7:] = filling, filling
        assert_same(convert(model), x, torch.tensor([9, 4, 7]), expected)


def test_an_estimator_fitted_on_changed_copies_predicts_from_the_clips_themselves():
    X = np.random.RandomState(0).randn(8, 300)
    inner = make_pipeline(StandardScaler(), LogisticRegression())
    model = AugmentedEstimator(inner, [AddNoise()], random_state=0).fit(X, np.arange(8) % 3)
    assert_same(convert(model), torch.from_numpy(X).float(), None, model.decision_function(X))


class EveryOther(BaseFrameStep):
    """A step of a user's own, with a module."""

    def _check_parameters(self):
        pass

    def _apply(self, x):
        return x[..., ::2]

    def _names(self, bins):
        return list(bins)

    def _make_module(self):
        return EveryOtherModule()


class EveryOtherModule(StepModule):
    def forward(self, x, lengths=None):
        return x[..., ::2]

    def out_lengths(self, lengths):
        return None if lengths is None else (lengths + 1) // 2


def test_a_step_of_frames_of_ones_own(clips):
    model = make_pipeline(EveryOther(), FramePooler(n_parts=2)).fit(clips)
    assert_same(convert(model), *batch(clips, torch.float32), model.transform(clips))
    with pytest.raises(NotFittedError, match="EveryOther"):
        EveryOther().to_module()


NO_MODULE = {"HPSS": "medians"}


def test_every_step_of_preprocessing_is_tested_or_says_why_it_has_no_module():
    tested = {type(step).__name__ for step in FRAME_STEPS.values()}
    classes = {name: getattr(skmir.preprocessing, name) for name in skmir.preprocessing.__all__}
    assert {name for name, cls in classes.items() if hasattr(cls(), "to_module")} == tested - {
        "FrameTransformer"
    }
    assert set(classes) - tested == set(NO_MODULE)


CLIP = {"clip": True} if "clip" in MaxAbsScaler().get_params() else {}  # not in older versions
TABLE_STEPS = {  # from tables to tables
    "StandardScaler": StandardScaler(),
    "StandardScaler without mean": StandardScaler(with_mean=False),
    "StandardScaler without std": StandardScaler(with_std=False),
    "MinMaxScaler": MinMaxScaler((-1, 3)),
    "MinMaxScaler clipped": MinMaxScaler(clip=True),
    "MaxAbsScaler": MaxAbsScaler(),
    "MaxAbsScaler clipped": MaxAbsScaler().set_params(**CLIP),
    "RobustScaler": RobustScaler(),
    "RobustScaler without centre": RobustScaler(with_centering=False, with_scaling=False),
    "PCA": PCA(3),
    "PCA whitened": PCA(4, whiten=True),
    "IncrementalPCA": IncrementalPCA(3, whiten=True),
    "TruncatedSVD": TruncatedSVD(3, random_state=0),
    "FactorAnalysis": FactorAnalysis(2),
    "FastICA": FastICA(2, random_state=0, tol=0.1),
    "LinearDiscriminantAnalysis": LinearDiscriminantAnalysis(),
    "LinearDiscriminantAnalysis eigen": LinearDiscriminantAnalysis("eigen", n_components=1, shrinkage=0.1),
    "GaussianRandomProjection": GaussianRandomProjection(4, random_state=0),
    "SparseRandomProjection": SparseRandomProjection(4, random_state=0),
    "SelectKBest": SelectKBest(mutual_info_classif, k=3),
    "VarianceThreshold": VarianceThreshold(0.01),
    "SelectFromModel": SelectFromModel(LinearDiscriminantAnalysis()),
    "RFE": RFE(LinearDiscriminantAnalysis(), n_features_to_select=3),
    "Normalizer l1": Normalizer("l1"),
    "Normalizer l2": Normalizer(),
    "Normalizer max": Normalizer("max"),
    "PolynomialFeatures": PolynomialFeatures(3),
    "PolynomialFeatures interactions": PolynomialFeatures(2, interaction_only=True, include_bias=False),
    "RBFSampler": RBFSampler(gamma=0.2, n_components=7, random_state=0),
    "Nystroem rbf": Nystroem(gamma=0.3, n_components=3, random_state=0),
    "Nystroem default": Nystroem(n_components=3, random_state=0),
    "Nystroem linear": Nystroem("linear", n_components=3, random_state=0),
    "Nystroem poly": Nystroem("poly", degree=2, coef0=0.5, n_components=3, random_state=0),
    "Nystroem sigmoid": Nystroem("sigmoid", gamma=0.01, n_components=3, random_state=0),
    "FeatureUnion": FeatureUnion(
        [("a", StandardScaler()), ("no", "drop"), ("b.c", PCA(2)), ("d", "passthrough")],
        transformer_weights={"b.c": 0.5},
    ),
    "ColumnTransformer": ColumnTransformer(
        [
            ("a", StandardScaler(), [3, 0]),
            ("b", PCA(1), slice(4, 8)),
            ("c", "passthrough", np.arange(12) == 2),
            ("d", "drop", [1]),
            ("e", MinMaxScaler(), []),
        ],
        remainder=MinMaxScaler(),
        transformer_weights={"a": 3},
    ),
    "FrozenEstimator": FrozenEstimator(make_pipeline(StandardScaler(), PCA(2))),
    "GridSearchCV": GridSearchCV(PCA(), {"n_components": [2, 3]}, cv=2),
    "Pipeline": make_pipeline(StandardScaler(), None, LinearDiscriminantAnalysis()),
}
TABLE_STEPS |= {
    f"FunctionTransformer {getattr(function, '__name__', None)}": FunctionTransformer(function)
    for function in FUNCTIONS
}


@DTYPES
@pytest.mark.parametrize("name", TABLE_STEPS)
def test_steps_of_tables_behind_a_pooler(clips, name, dtype):
    clips = clips[:7] + clips[8:]  # the logarithm of the silent clip's statistics is infinite
    y = np.arange(len(clips)) % 3
    step = TABLE_STEPS[name]
    if isinstance(step, FrozenEstimator):
        step.estimator.fit(FramePooler().fit_transform(clips))
    statistics = ("mean", "max") if "FunctionTransformer" in name else ("mean", "std")
    model = make_pipeline(FramePooler(statistics), step, "passthrough").fit(clips, y)
    assert_same(convert(model).to(dtype), *batch(clips, dtype), model.transform(clips))


CLASSIFIERS = {
    "LogisticRegression": LogisticRegression(),
    "LogisticRegression without intercept": LogisticRegression(fit_intercept=False),
    "LinearSVC": LinearSVC(),
    "RidgeClassifier": RidgeClassifier(fit_intercept=False),
    "RidgeClassifierCV": RidgeClassifierCV(),
    "Perceptron": Perceptron(),
    "SGDClassifier": SGDClassifier(random_state=0),
    "SGDClassifier sparse": SGDClassifier(penalty="l1", random_state=0),
    "LinearDiscriminantAnalysis": LinearDiscriminantAnalysis("lsqr", shrinkage="auto"),
    "ShrinkageLDA": ShrinkageLDA(),
    "RFECV": RFECV(RidgeClassifier(), cv=2),
    "OneVsRestClassifier": OneVsRestClassifier(LogisticRegression()),
    "GridSearchCV": GridSearchCV(LogisticRegression(), {"C": [1, 2]}, cv=2),
    "Pipeline": make_pipeline(PCA(3), LogisticRegression()),
}


@DTYPES
@pytest.mark.parametrize("n_classes", [2, 3])
@pytest.mark.parametrize("name", CLASSIFIERS)
def test_classifiers_return_logits(clips, name, n_classes, dtype):
    y = np.array(list("abc"))[np.arange(len(clips)) % n_classes]
    model = make_pipeline(FramePooler(), StandardScaler(), CLASSIFIERS[name]).fit(clips, y)
    if name == "SGDClassifier sparse":
        model[-1].sparsify()
    expected = model.decision_function(clips)
    if n_classes == 2:
        expected = np.column_stack([np.zeros_like(expected), expected])
    module = convert(model).to(dtype)
    assert_same(module, *batch(clips, dtype), expected)
    if name in ("LogisticRegression", "ShrinkageLDA"):
        probabilities = module(*batch(clips, dtype)).softmax(1).detach()
        np.testing.assert_allclose(probabilities, model.predict_proba(clips), atol=1e-5)


@pytest.mark.parametrize("activation", ["identity", "logistic", "relu", "tanh"])
@pytest.mark.parametrize("kind", ["two classes", "three classes", "tags"])
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_scikit_learns_mlp(table, kind, activation):
    tags = (np.arange(len(table))[:, None] // [1, 2, 3]) % 2
    y = {"two classes": tags[:, 0], "three classes": tags[:, 0] + tags[:, 1], "tags": tags}[kind]
    model = MLPClassifier((5, 4), activation=activation, max_iter=5, random_state=0).fit(table, y)
    logits = convert(model)(torch.from_numpy(table).float())
    probabilities = logits.sigmoid() if kind == "tags" else logits.softmax(1)
    np.testing.assert_allclose(probabilities.detach(), model.predict_proba(table), atol=1e-5)
    model = MLPRegressor(hidden_layer_sizes=(5,), activation=activation, max_iter=5, random_state=0).fit(
        table, tags
    )
    assert_same(convert(model), torch.from_numpy(table).float(), None, model.predict(table))


@pytest.mark.parametrize("classifier", [OneVsRestClassifier, MultiOutputClassifier, RidgeClassifier])
def test_tags_have_one_logit_each(table, classifier):
    tags = (np.arange(len(table))[:, None] // [1, 2]) % 2
    if classifier is RidgeClassifier:
        model = RidgeClassifier(fit_intercept=False).fit(table, tags)
        expected = model.decision_function(table)
    else:
        model = classifier(LogisticRegression()).fit(table, tags)
        expected = np.column_stack([one.decision_function(table) for one in model.estimators_])
    assert_same(convert(model), torch.from_numpy(table).float(), None, expected)


REGRESSORS = {
    "LinearRegression": LinearRegression(),
    "Ridge": Ridge(),
    "RidgeCV": RidgeCV(),
    "Lasso": Lasso(0.1),
    "LassoCV": LassoCV(cv=2),
    "ElasticNet": ElasticNet(0.1),
    "ElasticNetCV": ElasticNetCV(cv=2),
    "Lars": Lars(n_nonzero_coefs=3),
    "OrthogonalMatchingPursuit": OrthogonalMatchingPursuit(),
    "OrthogonalMatchingPursuitCV": OrthogonalMatchingPursuitCV(cv=2),
    "ARDRegression": ARDRegression(),
    "BayesianRidge": BayesianRidge(),
    "HuberRegressor": HuberRegressor(max_iter=1000),
    "QuantileRegressor": QuantileRegressor(),
    "TheilSenRegressor": TheilSenRegressor(random_state=0),
    "SGDRegressor": SGDRegressor(random_state=0),
    "LinearSVR": LinearSVR(),
    "TransformedTargetRegressor": TransformedTargetRegressor(Ridge(), transformer=MinMaxScaler()),
    "TransformedTargetRegressor of logarithms": TransformedTargetRegressor(
        Ridge(), func=np.log1p, inverse_func=np.expm1
    ),
}
SEVERAL_OUTPUTS = {
    "LinearRegression": LinearRegression(),
    "Ridge": Ridge(fit_intercept=False),
    "MultiTaskElasticNet": MultiTaskElasticNet(0.1),
    "MultiTaskElasticNetCV": MultiTaskElasticNetCV(cv=2),
    "MultiTaskLassoCV": MultiTaskLassoCV(cv=2),
    "MultiOutputRegressor": MultiOutputRegressor(Ridge()),
    "PLSRegression": PLSRegression(2),
    "PLSCanonical": PLSCanonical(1),
    "CCA": CCA(1),
    "TransformedTargetRegressor": TransformedTargetRegressor(Ridge(), transformer=StandardScaler()),
}


@DTYPES
@pytest.mark.parametrize(
    ("name", "n_outputs"), [*((name, 1) for name in REGRESSORS), *((name, 2) for name in SEVERAL_OUTPUTS)]
)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_regressors_return_numbers(table, name, n_outputs, dtype):
    step = (REGRESSORS if n_outputs == 1 else SEVERAL_OUTPUTS)[name]
    y = np.random.RandomState(0).rand(len(table), 2) + table[:, :2]
    model = make_pipeline(StandardScaler(), PCA(4), step).fit(table, y[:, 0] if n_outputs == 1 else y)
    expected = model.predict(table).reshape(len(table), n_outputs)
    assert_same(convert(model).to(dtype), torch.from_numpy(table).to(dtype), None, expected)


@pytest.mark.parametrize(
    "step", [PLSRegression(2), PLSCanonical(1), CCA(1), PLSSVD(1)], ids=lambda s: type(s).__name__
)
def test_partial_least_squares_gives_scores_in_the_middle(table, step):
    y = np.random.RandomState(0).rand(len(table), 2) + table[:, :2]
    model = make_pipeline(StandardScaler(), PCA(4), step, "passthrough").fit(table, y)
    assert_same(convert(model), torch.from_numpy(table).float(), None, model.transform(table))


def test_every_class_of_the_tables_is_tested():
    steps = [*TABLE_STEPS.values(), *CLASSIFIERS.values(), *REGRESSORS.values(), *SEVERAL_OUTPUTS.values()]
    steps += [PLSSVD(), MultiOutputClassifier(Ridge()), MLPClassifier(), MLPRegressor(), Pipeline([])]
    tested = {cls.__name__ for step in steps for cls in type(step).__mro__}
    assert {*TRANSFORMS, *PREDICTIONS, *INSIDE} - tested == set()


def test_columns_by_name(table):
    frame = pd.DataFrame(table, columns=[f"x{i}" for i in range(12)])
    model = ColumnTransformer(
        [("a", StandardScaler(), ["x3", "x0"]), ("b", MinMaxScaler(), slice("x5", "x7"))]
    ).fit(frame)
    assert_same(convert(model), torch.from_numpy(table).float(), None, model.transform(frame))


REFUSED = {
    "DecisionTreeClassifier": (DecisionTreeClassifier(), r"no gradient.*convert\(pipeline\[:-1\]\)"),
    "RandomForestClassifier": (RandomForestClassifier(2), "no gradient"),
    "GradientBoostingClassifier": (GradientBoostingClassifier(n_estimators=2), "no gradient"),
    "HistGradientBoostingClassifier": (HistGradientBoostingClassifier(max_iter=2), "no gradient"),
    "AdaBoostClassifier": (AdaBoostClassifier(n_estimators=2), "no gradient"),
    "BaggingClassifier": (BaggingClassifier(n_estimators=2), "vote of many"),
    "KNeighborsClassifier": (KNeighborsClassifier(2), "looks training clips up"),
    "RadiusNeighborsClassifier": (RadiusNeighborsClassifier(100), "looks training clips up"),
    "SVC": (SVC(), "LinearSVC, or Nystroem"),
    "SVR": (SVR(), "LinearSVR, or Nystroem"),
    "CalibratedClassifierCV": (CalibratedClassifierCV(GaussianNB(), cv=2), "several folds"),
    "GaussianNB": (GaussianNB(), "no function is registered.*register"),
    "NMF": (NMF(2, max_iter=1000), "no function is registered"),
    "KMeans": (KMeans(2), "no function is registered"),
    "OneVsRestClassifier": (OneVsRestClassifier(DecisionTreeClassifier()), "DecisionTreeClassifier has no"),
    "Nystroem": (Nystroem("laplacian", n_components=3), "'linear', 'poly'.*'laplacian'"),
    "FunctionTransformer": (FunctionTransformer(np.cos), r"numpy\.absolute, numpy\.arcsinh.*'cos'"),
    "FunctionTransformer with kw_args": (
        FunctionTransformer(np.clip, kw_args={"a_min": 0, "a_max": 1}),
        "kw_args=",
    ),
    "GridSearchCV": (GridSearchCV(Ridge(), {"alpha": [1]}, cv=2, refit=False), "refit=True"),
    "TransformedTargetRegressor": (
        TransformedTargetRegressor(Ridge(), transformer=PCA()),
        "StandardScaler.*PCA",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_has_no_equation_says_why_and_where_to_put_it(table, name):
    step, text = REFUSED[name]
    pipeline = Pipeline([("scale", MinMaxScaler()), ("last", step)]).fit(table, np.arange(len(table)) % 2)
    with pytest.raises(TypeError, match=rf"^Step 'last': (?s:.*){text}"):
        convert(pipeline)


def test_hpss_says_what_to_convert_instead(clips):
    model = make_pipeline(HPSS(), FramePooler()).fit(clips)
    with pytest.raises(
        TypeError, match=r"Step 'hpss': HPSS has no module of torch: medians.*convert\(pipeline\["
    ):
        convert(model)


WINDOWS = {
    "frames": FrameClassifier(LogisticRegression(max_iter=1000)),
    "windows": FrameClassifier(LogisticRegression(max_iter=1000), width=3, hop=2),
    "in a Pipeline": FrameClassifier(make_pipeline(PCA(3), LinearDiscriminantAnalysis()), width=2),
}


@DTYPES
@pytest.mark.parametrize("kind", ["two classes", "three classes", "tags"])
@pytest.mark.parametrize("name", WINDOWS)
def test_probabilities_of_windows_are_averaged(clips, name, kind, dtype):
    numbers = np.arange(len(clips))
    y = {"two classes": numbers % 2, "three classes": numbers % 3, "tags": (numbers[:, None] // [1, 2]) % 2}[
        kind
    ]
    model = clone(WINDOWS[name])
    if kind == "tags":
        model.set_params(estimator=OneVsRestClassifier(model.estimator))
    p = model.fit(clips, y).predict_proba(clips)
    if kind == "two classes":
        expected = np.column_stack([np.zeros(len(p)), np.log(p[:, 1] / p[:, 0])])
    else:
        expected = np.log(p / (1 - p)) if kind == "tags" else np.log(p)
    assert_same(model.to_module().to(dtype), *batch(clips, dtype), expected)


@pytest.mark.parametrize("n_classes", [2, 3])
def test_decisions_of_windows_are_averaged(clips, n_classes):
    model = FrameClassifier(RidgeClassifier(), width=4).fit(clips, np.arange(len(clips)) % n_classes)
    expected = model.decision_function(clips)
    if n_classes == 2:
        expected = np.column_stack([0 * expected, expected])
    assert_same(convert(model), *batch(clips, torch.float32), expected)


def test_windows_that_are_not_averaged_or_have_other_probabilities(clips):
    y = np.arange(len(clips)) % 3
    model = FrameClassifier(width=2, aggregate="vote").fit(clips, y)
    with pytest.raises(TypeError, match=r"aggregate='mean', got 'vote'.*set_params"):
        convert(model)
    model = FrameClassifier(SGDClassifier(loss="log_loss", random_state=0)).fit(clips, y)
    with pytest.raises(TypeError, match="probabilities of SGDClassifier are not the softmax"):
        convert(model)


def test_a_class_with_a_class_never_seen(table):
    tags = np.column_stack([np.arange(len(table)) % 2, np.ones(len(table), int)])
    with pytest.warns(UserWarning, match="present in all"):
        model = OneVsRestClassifier(LogisticRegression()).fit(table, tags)
    with pytest.raises(TypeError, match=r"both of their classes.*all have"):
        convert(model)


@pytest.mark.parametrize("step", [StandardScaler(), make_pipeline(PCA(), Ridge()), Delta(), FramePooler()])
def test_steps_must_be_fitted(step):
    with pytest.raises(NotFittedError, match="not fitted"):
        convert(step)


class Halve(TransformerMixin, BaseEstimator):
    """A transformer of a user's own."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return X / 2


class HalveModule(StepModule):
    def forward(self, x, lengths=None):
        return x / 2


class HalveAgain(Halve):
    """A subclass with a module of its own."""

    def to_module(self):
        return torch.nn.Identity()


def test_a_class_of_ones_own_is_registered(table):
    model = make_pipeline(Halve(), PCA(2)).fit(table)
    with pytest.raises(TypeError, match=r"'halve': Halve has no module.*@skmir\.compose\.convert\.register"):
        convert(model)
    convert.register(Halve, lambda step: HalveModule())
    assert_same(convert(model), torch.from_numpy(table).float(), None, model.transform(table))
    assert isinstance(convert(HalveAgain().fit(table)), HalveModule)  # registered for a base: it goes first


def test_a_step_that_transforms_and_predicts_is_refused_in_the_middle(table):
    assert isinstance(convert(Halver().fit(table)), torch.nn.Identity)
    with pytest.raises(TypeError, match="Halver transforms and predicts"):
        convert(make_pipeline(Halver(), Ridge()).fit(table, table[:, 0]))


class Halver(TransformerMixin, BaseEstimator):
    """A transformer that predicts too, whose module is that of its prediction."""

    def fit(self, X, y=None):
        self.fitted_ = True
        return self

    def transform(self, X):
        return X / 2

    def predict(self, X):
        return X

    def to_module(self):
        return torch.nn.Identity()


class SameScaler(StandardScaler):
    """A subclass that changes nothing about its results."""


class OtherScaler(StandardScaler):
    """A subclass that does."""

    def transform(self, X, copy=None):
        return super().transform(X) ** 3


def test_subclasses_count_as_their_base_unless_they_answer_otherwise(table):
    assert_same(
        convert(SameScaler().fit(table)),
        torch.from_numpy(table).float(),
        None,
        StandardScaler().fit_transform(table),
    )
    with pytest.raises(TypeError, match="OtherScaler has no module of torch: no function is registered"):
        convert(OtherScaler().fit(table))


def test_what_may_be_trained_are_parameters_and_what_is_frozen_is_not(table):
    y = np.arange(len(table)) % 2
    model = make_pipeline(StandardScaler(), PCA(3), LogisticRegression()).fit(table, y)
    module = convert(model)
    shapes = [tuple(p.shape) for p in module.parameters() if p.requires_grad]
    assert shapes == [(3, 12), (1, 3), (1,)]
    assert {name.split(".")[-1] for name, _ in module.named_buffers()} == {"shift", "divisor", "mean"}
    for fitted in (model, PCAWhitener().fit(table), ShrinkageLDA().fit(table, y)):
        frozen = convert(make_pipeline(FrozenEstimator(fitted)))
        assert not any(p.requires_grad for p in frozen.parameters())
        assert any(p.requires_grad for p in convert(fitted).parameters())
    with torch.no_grad():
        for p in module.parameters():
            p.zero_()
    assert np.abs(model[-1].coef_).min() > 0  # the module has memory of its own


def test_modules_are_float64_exactly_under_that_default(table):
    model = make_pipeline(StandardScaler(), PCA(3)).fit(table)
    torch.set_default_dtype(torch.float64)
    try:
        result = convert(model)(torch.from_numpy(table))
    finally:
        torch.set_default_dtype(torch.float32)
    np.testing.assert_allclose(result.detach(), model.transform(table), rtol=1e-12, atol=1e-13)


def test_modules_draw_nothing_and_can_be_copied(table, snapshot_generators):
    y = np.arange(len(table)) % 3
    unchanged = snapshot_generators()
    model = make_pipeline(FunctionTransformer(np.sqrt), Nystroem(n_components=4), LogisticRegression())
    model.fit(table, y)
    unchanged = snapshot_generators()
    module = convert(model)
    unchanged()
    x = torch.from_numpy(table).float()
    for other in (copy.deepcopy(module), pickle.loads(pickle.dumps(module))):
        assert torch.equal(other(x), module(x))


ONNX = ["ContextWindow mirrored", "Delta", "FramePooler of parts", "FrameScaler", "LocalContrastNormalizer"]
ONNX += ["FrameTransformer of a Pipeline", "PCAWhitener", "WindowPooler of widths"]


@pytest.mark.parametrize("name", ONNX)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
@pytest.mark.filterwarnings("error::torch.jit.TracerWarning")  # a branch that depends on the clips
def test_a_graph_of_onnx_holds_for_clips_of_another_length(clips, name, tmp_path):
    pytest.importorskip("onnx")
    onnxruntime = pytest.importorskip("onnxruntime")
    step = FRAME_STEPS[name].fit(clips, np.arange(len(clips)) % 3)
    module, file = convert(step).eval(), str(tmp_path / "step.onnx")
    axes = {"frames": {0: "batch", 2: "n_frames"}}
    torch.onnx.export(
        module, (torch.rand(2, 6, 20),), file, input_names=["frames"], dynamic_axes=axes, dynamo=False
    )
    session = onnxruntime.InferenceSession(file)
    for clip in (clips[5], clips[9], clips[4]):
        frames = clip[np.newaxis].astype(np.float32)
        expected = step.transform(frames)
        (result,) = session.run(None, {"frames": frames})
        np.testing.assert_allclose(result, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
@pytest.mark.parametrize("name", FRAME_STEPS)
def test_the_same_on_a_gpu_with_lengths_on_the_cpu(clips, name):
    module = convert(FRAME_STEPS[name].fit(clips, np.arange(len(clips)) % 3))
    x, lengths = batch(clips, torch.float32)
    expected, own = run(module, x, lengths)
    result, own_too = run(module.to("cuda"), x.to("cuda"), lengths)
    if own is not None:
        assert torch.equal(own, own_too.cpu())
        counted = torch.arange(expected.shape[-1]) < own[:, None, None]
        expected, result = expected.where(counted, 0), result.cpu().where(counted, 0)
    torch.testing.assert_close(result.cpu(), expected, rtol=1e-4, atol=1e-4)
