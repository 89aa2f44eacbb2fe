"""scikit-learn's own checks of every estimator, and that none is forgotten."""

from __future__ import annotations

import importlib
import pkgutil

from sklearn.base import BaseEstimator
from sklearn.utils.estimator_checks import parametrize_with_checks

import stratify
from stratify.learning.boosting import Boosting
from stratify.learning.centroids import FactorCentroids
from stratify.learning.classifier import SubtypeClassifier
from stratify.learning.linear import Composite, ElasticNet, PathwayRidge
from stratify.signatures.censored import CensoredImputer
from stratify.signatures.preprocessing import FactorImputer, ReferenceScaler

ESTIMATORS = [
    Boosting(n_rounds=10),
    CensoredImputer(),
    CensoredImputer(n_factors=0),
    Composite(),
    ElasticNet(),
    FactorCentroids(),
    FactorImputer(),
    PathwayRidge(),
    ReferenceScaler(),
    SubtypeClassifier(PathwayRidge()),
]
NOT_MEANT = {
    Composite: {
        "check_classifiers_train": "a plain mean of proteins learns no sign, and misses blobs that lie apart"
    },
    SubtypeClassifier: {
        "check_classifiers_classes": "a label of -1 means unlabelled, as in semi-supervised estimators"
    },
}


@parametrize_with_checks(ESTIMATORS, expected_failed_checks=lambda one: NOT_MEANT.get(type(one), {}))
def test_scikit_learn_contract(estimator, check):
    check(estimator)


def leaves(base):
    """Estimators of the package from which no other one is derived."""
    below = [leaf for derived in base.__subclasses__() for leaf in leaves(derived)]
    return below or [base] * base.__module__.startswith("stratify.")


def test_every_estimator_is_held_to_it():
    for module in pkgutil.walk_packages(stratify.__path__, "stratify."):
        importlib.import_module(module.name)
    assert set(leaves(BaseEstimator)) == {type(one) for one in ESTIMATORS}
