from __future__ import annotations

import numpy as np
import pytest

from stratify.assays.checks.levels import capped_assays, piled_assays, silent_assays
from stratify.assays.checks.patients import Patients


def items(findings, code):
    return next(finding.items for finding in findings if finding.code == code)


def test_assays_without_a_level_or_with_one_for_all(make):
    table = make(10)
    table.X[:, 2] = np.nan
    table.X[:, 3] = 1.5
    table.X[:9, 3] = np.nan
    table.X[:, 4] = 2.5
    table.X[5, 4] = 2.6
    silent, constant = silent_assays(Patients(table))
    assert (silent.code, silent.severity, silent.items) == ("all-missing-assay", "error", ("A2",))
    assert (constant.code, constant.severity, constant.items) == ("constant-assay", "warning", ("A3",))


def test_piles_at_the_top_the_floor_and_zero(make):
    table = make(100)
    table.X[:, 1] = np.minimum(table.X[:, 1], np.sort(table.X[:, 1])[-8])
    table.X[:, 2] = np.maximum(table.X[:, 2], np.sort(table.X[:, 2])[30])
    table.X[10:20, 3] = 0.0
    table.X[:, 4] = np.maximum(np.abs(table.X[:, 4]), 0.5)
    table.X[:9, 4] = 0.0
    found = piled_assays(Patients(table))
    assert items(found, "saturated") == ("A1",)
    assert items(found, "floor-values") == ("A2",)
    assert items(found, "zero-values") == ("A3", "A4")


@pytest.mark.parametrize("digits", [0, 1, 2])
@pytest.mark.parametrize("n", [30, 300])
def test_rounded_levels_make_no_pile(make, digits, n):
    table = make(n)
    table.X = np.round(table.X, digits) - np.round(np.median(table.X, axis=0), digits)
    assert sum(len(finding.items) for finding in piled_assays(Patients(table))) <= 1


def test_assays_that_the_laboratory_marked_as_above_their_range(make):
    table = make(5)
    assert capped_assays(Patients(table)) == []
    table.layers["censored"] = np.zeros(table.shape)
    table.layers["censored"][3, 2], table.layers["censored"][1, 1] = 1, -1
    (finding,) = capped_assays(Patients(table))
    assert (finding.code, finding.axis, finding.items) == ("above-range", "assay", ("A2",))


def test_two_samples_do_not_tell(make):
    table = make(2)
    table.X[:] = 0
    assert silent_assays(Patients(table)) == piled_assays(Patients(table)) == []
