import numpy as np
import pytest
from sklearn.metrics import average_precision_score, roc_curve

from stratify.learning.ranking import average_precision, sensitivity_at


def draw(seed, ties):
    rng = np.random.default_rng(seed)
    y = (rng.random(80) < 0.3).astype(int)
    scores = rng.normal(size=80) + y
    return y, np.round(scores, 0 if ties else 9)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("seed", range(5))
def test_average_precision_is_that_of_scikit_learn(seed, ties):
    y, scores = draw(seed, ties)
    assert average_precision(y, scores) == pytest.approx(average_precision_score(y, scores), rel=1e-12)


def test_a_score_that_says_nothing_reaches_the_mix():
    y = np.arange(50) % 5 == 0
    assert average_precision(y.astype(int), np.zeros(50)) == pytest.approx(0.2)


@pytest.mark.parametrize("ties", [False, True])
@pytest.mark.parametrize("specificity", [0.8, 0.9, 0.95, 1.0])
def test_sensitivity_is_the_largest_of_the_curve_that_keeps_the_specificity(specificity, ties):
    for seed in range(5):
        y, scores = draw(seed, ties)
        false, hit, _ = roc_curve(y, scores, drop_intermediate=False)
        assert sensitivity_at(y, scores, specificity) == pytest.approx(
            hit[1 - false >= specificity - 1e-9].max()
        )


def test_no_specificity_flags_everybody():
    assert sensitivity_at(*draw(0, False), 0.0) == 1.0
