"""The consensus correlation against R limma, and where there is none."""

from __future__ import annotations

import numpy as np
import pytest

from stratify.errors import CohortError
from stratify.signatures.blocks import consensus_correlation


@pytest.mark.parametrize("size", [12, 3])
@pytest.mark.parametrize(("design", "table"), [("blocks", "levels"), ("blocks-missing", "gaps")])
def test_correlation_equals_that_of_limma(limma, size, design, table):
    given = limma.inputs(size)
    ours = consensus_correlation(getattr(given, table), given.plain, given.people["patient"])
    assert ours.correlation == pytest.approx(limma.fact(design, size, "correlation"), rel=1e-5)
    assert np.isnan(ours.by_assay[20]) == (table == "gaps")


def test_no_repeats_and_patients_in_the_design_give_zero():
    levels = np.random.default_rng(0).normal(size=(8, 5))
    assert consensus_correlation(levels, np.ones((8, 1)), np.arange(8)).correlation == 0
    patient = np.repeat(np.arange(4), 2)
    assert consensus_correlation(levels, np.eye(4)[patient], patient).correlation == 0


def test_order_of_samples_and_names_of_patients_change_nothing():
    rng = np.random.default_rng(1)
    patient = rng.integers(0, 10, 40)
    levels = rng.normal(size=(10, 30))[patient] + rng.normal(size=(40, 30))
    levels[rng.random(levels.shape) < 0.05] = np.nan
    design, order = np.c_[np.ones(40), rng.normal(size=40)], rng.permutation(40)
    first = consensus_correlation(levels, design, patient)
    again = consensus_correlation(levels[order], design[order], [f"P{i}" for i in patient[order]])
    assert again.correlation == pytest.approx(first.correlation, rel=1e-6)
    assert 0.3 < first.correlation < 0.6


def test_samples_that_differ_more_within_patients_have_a_negative_correlation():
    rng = np.random.default_rng(2)
    levels = rng.normal(size=(20, 30))
    levels = np.repeat(levels, 2, axis=0) * np.tile([1, -1], 20)[:, None] + 0.1 * rng.normal(size=(40, 30))
    consensus = consensus_correlation(levels, np.ones((40, 1)), np.repeat(np.arange(20), 2))
    assert consensus.correlation < -0.9


def test_constant_and_absent_assays_take_no_part():
    rng = np.random.default_rng(3)
    patient = np.repeat(np.arange(10), 2)
    levels = rng.normal(size=(10, 30))[patient] + rng.normal(size=(20, 30))
    more = np.c_[levels, np.full((20, 1), np.nan), np.full((20, 1), 3.0)]
    first = consensus_correlation(levels, np.ones((20, 1)), patient)
    again = consensus_correlation(more, np.ones((20, 1)), patient)
    assert np.isnan(again.by_assay[30])
    assert again.correlation == pytest.approx(first.correlation, abs=0.05)


def test_a_sample_without_patient_is_refused():
    with pytest.raises(CohortError):
        consensus_correlation(np.ones((3, 2)), np.ones((3, 1)), ["a", None, "a"])
