from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.signatures.fold_change_tests import beyond_fold_change, log2_threshold, study_rule
from stratify.signatures.linear_models import fit_linear
from stratify.signatures.moderation import moderate


@pytest.mark.parametrize("size", [12, 3])
@pytest.mark.parametrize("design", ["two-groups", "covariates", "trend", "robust"])
def test_p_values_equal_those_of_treat(limma, design, size):
    given = limma.inputs(size)
    matrix = given.adjusted if design == "covariates" else given.plain
    options = {design: True} if design in ("trend", "robust") else {}
    result = moderate(fit_linear(given.levels, matrix), **options)
    expected = limma.answer(design, size)["treat_p"]
    limma.agree(beyond_fold_change(result, 1.5)[:, 1], expected, 1e-5 if design == "robust" else 1e-8)


def test_a_threshold_of_one_is_the_ordinary_test():
    given = np.random.default_rng(0).normal(size=(10, 30))
    result = moderate(fit_linear(given, np.c_[np.ones(10), np.arange(10) % 2]))
    np.testing.assert_allclose(beyond_fold_change(result, 1.0), result.p_value, rtol=1e-9)


def test_at_the_threshold_the_test_rejects_as_rarely_as_it_says():
    rng = np.random.default_rng(1)
    levels = rng.normal(size=(20, 4000))
    levels[10:] += np.log2(1.5)
    result = moderate(fit_linear(levels, np.c_[np.ones(20), np.arange(20) > 9]))
    assert (beyond_fold_change(result, 1.5)[:, 1] < 0.05).mean() == pytest.approx(0.05, abs=0.012)


def test_the_rule_of_the_study_needs_both_in_the_same_pair():
    effects = np.array([[0.6, 0.0], [0.6, -0.7], [0.58, 0.0], [np.nan, 0.9]])
    q = np.array([[0.04, 1.0], [0.06, 0.01], [0.01, 1.0], [np.nan, 0.04]])
    assert study_rule(effects, q).tolist() == [True, True, False, True]


@pytest.mark.parametrize("value", [0.5, np.nan, np.inf])
def test_a_threshold_below_one_is_refused(value):
    with pytest.raises(CohortError):
        log2_threshold(value)
