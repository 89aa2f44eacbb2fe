import numpy as np
import pytest

from stratify.learning.linear import Composite, ElasticNet, PathwayRidge
from stratify.learning.two_classes import TwoClassScore

X = np.random.default_rng(0).normal(size=(20, 3)) + (np.arange(20) % 2)[:, None]


@pytest.mark.parametrize("estimator", [Composite(), PathwayRidge(), ElasticNet()])
def test_score_is_positive_for_the_second_class(estimator):
    words = np.where(np.arange(20) % 2, "b", "a")
    fitted = estimator.fit(X, words)
    assert fitted.classes_.tolist() == ["a", "b"]
    np.testing.assert_array_equal(fitted.predict(X) == "b", fitted.decision_function(X) > 0)


@pytest.mark.parametrize(
    ("y", "message"),
    [
        (np.zeros(20), "got 1 class"),
        (np.arange(20) % 3, "The type of the target is multiclass"),
        (np.linspace(0, 1, 20), "Unknown label type: continuous"),
    ],
)
def test_anything_but_two_classes_is_refused(y, message):
    with pytest.raises(ValueError, match=message):
        Composite().fit(X, y)


@pytest.mark.parametrize("order", ["C", "F"])
def test_row_alone_gets_the_score_it_gets_in_a_batch(order):
    wide = np.array(np.random.default_rng(1).normal(size=(9, 200)), order=order)
    score = Composite().fit(wide, np.arange(9) % 2)
    score.coef_ = np.linspace(-1, 1, 200)
    alone = [score.decision_function(row[None])[0] for row in wide]
    np.testing.assert_array_equal(alone, score.decision_function(wide))


def test_a_family_must_bring_its_own_score():
    with pytest.raises(NotImplementedError):
        TwoClassScore().decision_function(X)
