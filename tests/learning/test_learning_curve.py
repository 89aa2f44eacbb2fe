from itertools import pairwise

import numpy as np
import pandas as pd
import pytest

from stratify.learning.classifier import Knowledge
from stratify.learning.learning_curve import SHARES, LearningCurve, _growing, learning_curve
from stratify.learning.validation import Plan, fit_fold, outer_folds

NOTHING = Knowledge(None, None)
PLAN = Plan(folds=3, repeats=2, trials=0, seed=1)


def made_up(gains, noise=0.01):
    """Two families whose AUCs differ by a given gain at each share."""
    rows = []
    for share, gain in zip(SHARES, gains, strict=True):
        for repeat in range(2):
            for fold in range(5):
                place = {"share": share, "people": 100 * share, "repeat": repeat, "fold": fold}
                rows += [
                    {"family": "default", **place, "auc": 0.8},
                    {"family": "xgboost", **place, "auc": 0.8 + gain + noise * (-1) ** (repeat + fold)},
                ]
    return LearningCurve(pd.DataFrame(rows), 5)


@pytest.mark.parametrize(
    ("gains", "people"),
    [
        ((-0.1, -0.05, 0.05, 0.08, 0.1), 70),
        ((-0.1, -0.1, -0.1, -0.1, -0.1), None),
        ((0.1, 0.1, -0.1, 0.1, 0.1), 85),
        ((0.1, 0.1, 0.1, 0.1, -0.1), None),
        ((0.1, 0.1, 0.1, 0.1, 0.1), 40),
    ],
)
def test_boosting_pays_from_where_it_stays_ahead(gains, people):
    found = made_up(gains).pays_from("xgboost", "default")
    assert found == (None if people is None else pytest.approx(people))


def test_a_gain_within_the_error_does_not_pay():
    assert made_up([0.01] * 5, noise=0.2).pays_from("xgboost", "default") is None


@pytest.mark.parametrize("visits", [1, 2])
def test_parts_grow_keep_their_mix_and_split_no_patient(plain_problem, visits):
    problem = plain_problem(visits=visits)
    fold = next(outer_folds(problem, PLAN))
    parts = [rows for _, rows in _growing(problem, fold, 0)]
    for small, large in pairwise(parts):
        assert set(small) < set(large)
    np.testing.assert_array_equal(parts[-1], fold.train)
    for rows in parts:
        assert abs(problem.y[rows].mean() - problem.y[fold.train].mean()) < 0.06
        left = np.setdiff1d(fold.train, rows)
        assert set(problem.patients[rows]).isdisjoint(problem.patients[left])


def test_the_whole_fold_gives_what_validation_gives_and_more_people_help(plain_problem):
    problem = plain_problem(n=90, effect=1.0)
    curve = learning_curve(problem, ["pathway-ridge", "composite"], NOTHING, PLAN)
    fold = next(outer_folds(problem, PLAN))
    model = fit_fold(problem, fold.train, "pathway-ridge", NOTHING, trials=0, seed=0)
    first = curve.points.query("family == 'pathway-ridge' and share == 1 and repeat == 0 and fold == 0")
    scores = model.decision_function(problem.profiles[fold.test])
    positive, negative = scores[problem.y[fold.test] == 1], scores[problem.y[fold.test] == 0]
    assert first["auc"].item() == pytest.approx((positive[:, None] > negative).mean())
    table = curve.table().query("family == 'pathway-ridge'")
    assert table["people"].is_monotonic_increasing
    assert table["auc"].iloc[-1] > table["auc"].iloc[0]
    assert len(curve.points) == 2 * 5 * 6
