"""A fitted step as a module of torch: one function, open to steps of any package."""

from functools import singledispatch

from sklearn.utils.validation import check_is_fitted

from ._inside import INSIDE
from ._tables import DEFAULT_REFUSAL, PREDICTIONS, REFUSALS, TRANSFORMS

ANSWERS = ("transform", "predict", "decision_function", "predict_proba")  # what a module must be equal to


@singledispatch
def convert(step):
    """Return a module of torch that computes what a fitted step, or Pipeline, does.

    The module starts with what the step has learned, gives the same results, and can be trained on: what was
    learned, or designed, and may now change is an ``nn.Parameter``, all else is a buffer. The step itself is
    not changed by that.

    Parameters
    ----------
    step : estimator
        A fitted step with a method ``to_module``, as most of this library have one; a step of scikit-learn
        (see Notes); a Pipeline, FeatureUnion or ColumnTransformer of these; or anything for which a function
        was registered.

    Returns
    -------
    module : nn.Module
        Its dtype is torch's default, float32 unless ``torch.set_default_dtype`` says otherwise. It takes and
        returns what the step does, as tensors: frames of shape (B, n_bins, n_frames), tables of shape
        (B, n_features), waveforms of shape (B, n_samples). For clips of unequal length, filled up at their
        end, a second argument ``lengths``, an int64 tensor of shape (B,), says how many frames (or samples)
        are their own; what comes out does not depend on the others.

        The module of a classifier returns logits of shape (B, n_classes): the decision values, or 0 and the
        decision value if there are two classes; for tags, the decision value of each. The class of the
        highest logit is the one that is predicted. The module of a regressor returns numbers of shape
        (B, n_outputs).

    Raises
    ------
    TypeError
        If a step has no module: the error says why, and where to put the step.
    NotFittedError
        If a step is not fitted.

    See Also
    --------
    skmir.compose.FrameTransformer : Steps of scikit-learn on frames; it is converted with its transformer.

    Notes
    -----
    Of scikit-learn, these are converted: all scalers but those by quantiles and powers; PCA, IncrementalPCA,
    TruncatedSVD, FactorAnalysis, FastICA, random projections, partial least squares; all selectors of
    features; Normalizer; PolynomialFeatures; FunctionTransformer, if it applies no function, or one of
    numpy's absolute, exp, expm1, fabs, log, log10, log1p, log2, negative, sqrt, square and tanh; RBFSampler;
    Nystroem with a linear, polynomial, sigmoid or rbf kernel; linear classifiers and regressors;
    MLPClassifier and MLPRegressor; and what is fitted inside a search, a FrozenEstimator (whose parameters
    require no gradient), a recursive feature elimination, a OneVsRestClassifier or MultiOutputClassifier of
    linear classifiers, or a TransformedTargetRegressor with a scaler or a function as above.

    The softmax of the logits is what ``predict_proba`` returns for LogisticRegression, linear discriminant
    analysis, MLPClassifier and the networks of this library. OneVsRestClassifier, SGDClassifier, and
    LogisticRegression with the solver "liblinear", turn the decision values of several classes into
    probabilities in another way.

    LinearDiscriminantAnalysis and partial least squares can stand in the middle of a Pipeline or at its end,
    and do something else in each place; so do their modules. One alone counts as the end; what it does in
    the middle is ``convert(make_pipeline(step, "passthrough"))``, once that is fitted.

    Trees, neighbours and support vector machines with kernels are not converted. They can be fitted to what
    the module of the steps before them returns. Of this library, HPSS is not, nor are other estimators
    without a method ``to_module``; the error says what to do.

    A scaler that divides by a tiny deviation makes rounding errors of float32 large, and so do components
    with hardly any variance. Convert under ``torch.set_default_dtype(torch.float64)`` if results differ.

    A function for classes of another package, or of your own, is registered with ``@convert.register``. It
    takes a fitted step and returns an ``nn.Module`` that takes one tensor, or a tensor and ``lengths`` if it
    is a subclass of :class:`skmir.base.StepModule`. A class can have a method ``to_module`` instead. A
    registered function goes before all others, for subclasses too.

    Examples
    --------
    >>> import numpy as np, torch
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from skmir.compose import convert
    >>> from skmir.preprocessing import FramePooler, FrameScaler
    >>> rng = np.random.RandomState(0)
    >>> clips = [rng.rand(12, n_frames) for n_frames in (30, 50, 40, 60)]  # bins, frames
    >>> y = ["low", "high", "low", "high"]
    >>> model = make_pipeline(FrameScaler(), FramePooler(), StandardScaler(), LogisticRegression())
    >>> model = model.fit(clips, y)
    >>> module = convert(model)
    >>> batch = torch.zeros(4, 12, 60)
    >>> for filled, clip in zip(batch, clips):
    ...     filled[:, : clip.shape[1]] = torch.from_numpy(clip)
    >>> logits = module(batch, torch.tensor([30, 50, 40, 60]))
    >>> np.allclose(logits.softmax(1).detach(), model.predict_proba(clips), atol=1e-5)
    True

    A class of your own, and the function that makes its module:

    >>> from sklearn.base import BaseEstimator, TransformerMixin
    >>> from torch import nn
    >>> class Sine(TransformerMixin, BaseEstimator):
    ...     def fit(self, X, y=None):
    ...         return self
    ...
    ...     def transform(self, X):
    ...         return np.sin(X)
    ...
    ...     def __sklearn_is_fitted__(self):
    ...         return True
    >>> class SineModule(nn.Module):
    ...     def forward(self, x):
    ...         return x.sin()
    >>> @convert.register
    ... def _(step: Sine):
    ...     return SineModule()
    >>> table = rng.rand(4, 3)
    >>> model = make_pipeline(Sine(), LogisticRegression()).fit(table, y)
    >>> convert(model)(torch.from_numpy(table).float()).shape
    torch.Size([4, 2])
    """
    check_is_fitted(step)
    if _has_module(step):
        return step.to_module()
    return _of_scikit_learn(step, PREDICTIONS, convert)


def convert_transformer(step):
    """Return the module of what a step does in the middle of a Pipeline: of its ``transform``.

    Parameters
    ----------
    step : estimator

    Returns
    -------
    module : nn.Module
        As of :func:`convert`.

    Raises
    ------
    TypeError
        If there is none; also if the step predicts too, and nothing says what the module of its transform is.
    """
    registered = convert.dispatch(type(step)) is not convert.dispatch(object)
    if not registered and not _has_module(step):
        check_is_fitted(step)
        return _of_scikit_learn(step, {}, convert_transformer)
    if hasattr(step, "predict"):
        raise TypeError(
            f"{type(step).__name__} transforms and predicts, and its module does what predict does, but it "
            "stands where it must transform. Put a step there that only transforms."
        )
    return convert(step)


def _has_module(step):
    # Of the class too: a FrozenEstimator hands out the methods of what it holds.
    return hasattr(step, "to_module") and hasattr(type(step), "to_module")


def _of_scikit_learn(step, predictions, make):
    """Return the module of a step of scikit-learn: of what it holds, predicts, or transforms."""
    if inside := _listed(step, INSIDE):
        return inside(step, make, convert_transformer)
    function = _listed(step, predictions) or _listed(step, TRANSFORMS)
    if function is None:
        raise TypeError(_refusal(step))
    return function(step)


def _listed(step, table, package="sklearn"):
    """Return the entry of a step's class in a table by names of a package's classes, or None.

    A subclass from elsewhere counts as its base, unless it answers in its own way.
    """
    for cls in type(step).__mro__:
        if cls.__module__.partition(".")[0] == package:
            if cls.__name__ in table:
                return table[cls.__name__]
        elif any(name in vars(cls) for name in ANSWERS):
            return None
    return None


def _refusal(step):
    """Return the text that says why a step has no module, and what to do."""
    reason, cure = _listed(step, REFUSALS) or _listed(step, REFUSALS, "skmir") or DEFAULT_REFUSAL
    return (
        f"{type(step).__name__} has no module of torch: {reason}. Instead, {cure}. For a class of your own, "
        "register a function that returns its module: @skmir.compose.convert.register."
    )
