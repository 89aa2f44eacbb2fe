from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.stats import chi2_contingency

from stratify.learning.label_spread import cramers_v, eta_squared, label_spread
from stratify.learning.probe_columns import ProbeColumn


def spread(values, label, *, name="site", patients=None):
    values = np.asarray(values, dtype=float if isinstance(values[0], float) else object)
    column = ProbeColumn(name, "batch", values)
    label = np.asarray(label, dtype=object)
    return label_spread(column, label, np.arange(len(label)) if patients is None else patients)


def test_places_where_both_groups_are_found_come_most_balanced_first():
    table = {("A", "case"): 9, ("A", "control"): 1, ("B", "case"): 5, ("B", "control"): 6, ("C", "case"): 4}
    site = [site for (site, _), n in table.items() for _ in range(n)]
    group = [group for (_, group), n in table.items() for _ in range(n)]
    found = spread(site, group)
    assert found.table.loc["B"].to_dict() == {"case": 5, "control": 6}
    assert found.sentence(found.pairs[0]) == "case and control meet in B (5 and 6), A (9 and 1)"


def test_groups_that_share_nothing():
    found = spread(["A"] * 10 + ["B"] * 10, ["case"] * 10 + ["control"] * 10)
    (pair,) = found.pairs
    assert pair.meetings == ()
    assert pair.strength == 1.0
    assert pair.p_value == pytest.approx(7.744e-6, rel=1e-3)  # chi squared of 20 on 1 degree of freedom
    assert found.sentence(pair) == "case and control share no site, so what differs may be either"


def test_visits_of_one_patient_in_two_groups_count_in_both():
    patients = np.repeat(np.arange(12), 2)
    found = label_spread(
        ProbeColumn("plate", "batch", np.array(["P1", "P2"] * 12, dtype=object)),
        np.array(["before", "after"] * 12, dtype=object),
        patients,
    )
    (pair,) = found.pairs
    assert (pair.n_first, pair.n_second, pair.meetings) == (12, 12, ())


def test_ranges_overlap_in_round_numbers_and_ends_count():
    ages = [float(a) for a in (*range(21, 41), *range(36, 76, 2))]
    found = spread(ages, ["HC"] * 20 + ["AD"] * 20, name="age")
    assert found.measure == "eta squared"
    assert found.sentence(found.pairs[0]) == "AD and HC overlap at 36 to 40 (3 and 5)"
    apart = spread([1.0] * 9 + [2.0] * 9, ["HC"] * 9 + ["AD"] * 9, name="age")
    assert apart.sentence(apart.pairs[0]).startswith("AD and HC do not overlap in age")


def test_patients_are_counted_once_and_unknown_values_not_at_all():
    found = spread(["A", "A", "B", "", "B"], ["x", "x", "y", "y", ""], patients=np.array([1, 1, 2, 3, 4]))
    assert found.table.to_numpy().sum() == 2
    assert spread(["A", "B"], ["x", ""]) is None


def test_strength_over_all_groups_and_each_pair():
    rng = np.random.default_rng(0)
    group = np.repeat(["a", "b", "c"], 40)
    site = np.where(group == "c", "S3", rng.choice(["S1", "S2"], 120))
    found = spread(list(site), list(group))
    strength = {pair.names: pair.strength for pair in found.pairs}
    assert strength["a vs b"] < 0.1
    assert strength["a vs c"] > 0.95
    assert 0.5 < found.strength < 0.9


def test_cramers_v_agrees_with_chi_squared_before_correction():
    table = np.array([[20, 5, 5], [4, 18, 8]])
    n, (r, k) = table.sum(), table.shape
    phi2 = chi2_contingency(table, correction=False).statistic / n - (r - 1) * (k - 1) / (n - 1)
    smaller = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    assert cramers_v(table) == pytest.approx(np.sqrt(phi2 / smaller))


def test_cramers_v_is_near_zero_where_nothing_hangs_together_however_many_classes():
    rng = np.random.default_rng(1)
    values = [
        cramers_v(pd.crosstab(rng.integers(0, 15, 80), rng.integers(0, 2, 80)).to_numpy()) for _ in range(100)
    ]
    assert np.mean(values) < 0.12


def test_p_values_of_tables_are_valid():
    rng = np.random.default_rng(2)
    p = [
        spread(list(rng.choice(list("ABC"), 40)), list(rng.choice(["x", "y"], 40))).pairs[0].p_value
        for _ in range(150)
    ]
    assert np.mean(np.array(p) <= 0.05) < 0.1
    assert 0.35 < np.mean(np.array(p) <= 0.5) < 0.65


def test_groups_of_equal_numbers_are_even():
    (pair,) = spread([3.0] * 20, ["x", "y"] * 10, name="freeze_thaw").pairs
    assert (pair.strength, pair.p_value) == (0.0, 1.0)


def test_eta_squared_of_equal_numbers_is_nothing():
    assert eta_squared(np.ones(6), np.repeat(["a", "b"], 3)) == 0.0
