"""Which function makes the module of which class of scikit-learn, and why some classes have none.

Classes stand here by name, so that none is imported before it is used.
"""

from ._heads import (
    linear_classifier,
    linear_regressor,
    mlp_classifier,
    mlp_regressor,
    partial_least_squares,
    partial_least_squares_scores,
)
from ._projections import (
    components,
    discriminants,
    factor_analysis,
    fast_ica,
    nystroem,
    pca,
    rbf_sampler,
)
from ._scaling import (
    function_transformer,
    max_abs_scaler,
    min_max_scaler,
    normalizer,
    polynomial_features,
    robust_scaler,
    selector,
    standard_scaler,
)

TRANSFORMS = {  # what a class does in the middle of a Pipeline, and at its end if it does not predict
    "CCA": partial_least_squares_scores,
    "FactorAnalysis": factor_analysis,
    "FastICA": fast_ica,
    "FunctionTransformer": function_transformer,
    "GaussianRandomProjection": components,
    "IncrementalPCA": pca,
    "LinearDiscriminantAnalysis": discriminants,
    "MaxAbsScaler": max_abs_scaler,
    "MinMaxScaler": min_max_scaler,
    "Normalizer": normalizer,
    "Nystroem": nystroem,
    "PCA": pca,
    "PLSCanonical": partial_least_squares_scores,
    "PLSRegression": partial_least_squares_scores,
    "PLSSVD": partial_least_squares_scores,
    "PolynomialFeatures": polynomial_features,
    "RBFSampler": rbf_sampler,
    "RobustScaler": robust_scaler,
    "SelectorMixin": selector,  # the base of all selectors of features
    "SparseRandomProjection": components,
    "StandardScaler": standard_scaler,
    "TruncatedSVD": components,
}
PREDICTIONS = {
    "ARDRegression": linear_regressor,
    "BayesianRidge": linear_regressor,
    "CCA": partial_least_squares,
    "ElasticNet": linear_regressor,
    "ElasticNetCV": linear_regressor,
    "HuberRegressor": linear_regressor,
    "Lars": linear_regressor,
    "LassoCV": linear_regressor,
    "LinearDiscriminantAnalysis": linear_classifier,
    "LinearRegression": linear_regressor,
    "LinearSVC": linear_classifier,
    "LinearSVR": linear_regressor,
    "LogisticRegression": linear_classifier,
    "MLPClassifier": mlp_classifier,
    "MLPRegressor": mlp_regressor,
    "MultiTaskElasticNet": linear_regressor,
    "MultiTaskElasticNetCV": linear_regressor,
    "MultiTaskLassoCV": linear_regressor,
    "OrthogonalMatchingPursuit": linear_regressor,
    "OrthogonalMatchingPursuitCV": linear_regressor,
    "Perceptron": linear_classifier,
    "PLSCanonical": partial_least_squares,
    "PLSRegression": partial_least_squares,
    "QuantileRegressor": linear_regressor,
    "Ridge": linear_regressor,
    "RidgeClassifier": linear_classifier,
    "RidgeClassifierCV": linear_classifier,
    "RidgeCV": linear_regressor,
    "SGDClassifier": linear_classifier,
    "SGDRegressor": linear_regressor,
    "TheilSenRegressor": linear_regressor,
}

_TREES = "its answers are steps, which have no gradient"
_NEIGHBOURS = "it looks training clips up"
_VOTES = "its classes vote in pairs, and a vote has no gradient"
_KERNEL_CURE = "use LinearSVC, or Nystroem and a linear model, which approach its kernel"
_FEATURES_CURE = "convert the steps before it, as in convert(pipeline[:-1]), and fit it to what these return"
_FRONT_CURE = "convert the steps behind it alone, as in convert(pipeline[2:]), and give these its results"
REFUSALS = {  # of a class, or of a base: the reason, and what to do instead
    "BaseDecisionTree": (_TREES, _FEATURES_CURE),
    "BaseForest": (_TREES, _FEATURES_CURE),
    "BaseGradientBoosting": (_TREES, _FEATURES_CURE),
    "BaseHistGradientBoosting": (_TREES, _FEATURES_CURE),
    "BaseWeightBoosting": (_TREES, _FEATURES_CURE),
    "BaseBagging": ("it is a vote of many estimators", _FEATURES_CURE),
    "KNeighborsMixin": (_NEIGHBOURS, _FEATURES_CURE),
    "RadiusNeighborsMixin": (_NEIGHBOURS, _FEATURES_CURE),
    "BaseSVC": (_VOTES, _KERNEL_CURE),
    "BaseLibSVM": ("it is a sum over training clips", "use LinearSVR, or Nystroem and a linear model"),
    "CalibratedClassifierCV": (
        "its probabilities are a mean over the models of several folds",
        "fit and convert the estimator inside alone, and calibrate what comes out",
    ),
    "HPSS": ("medians pass a gradient to one value of many", _FRONT_CURE),
}
DEFAULT_REFUSAL = (
    "no function is registered for its class",
    "convert the steps before it, as in convert(pipeline[:-1]), or those behind it, alone",
)
