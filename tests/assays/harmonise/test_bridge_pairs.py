from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.harmonise.bridge_pairs import bridge_pairs
from stratify.errors import HarmonisationError


def test_rows_are_paired_by_the_laboratorys_name(batch):
    there, here = bridge_pairs(batch(0, noise=0.0), batch(1, noise=0.0, offset=0.5), None, least=3)
    assert here.index.tolist() == [f"B{i} on P1" for i in (1, 2, 3, 4)]
    np.testing.assert_allclose(here - there, 0.5)


def test_repeated_names_in_the_reference_are_averaged(batch):
    reference, new = batch(0, plates=("P1", "P2")), batch(1)
    there, _ = bridge_pairs(reference, new, None, least=3)
    rows = (reference.obs["control_name"] == "B3").to_numpy()
    np.testing.assert_allclose(there.loc["B3 on P1"], reference.X[rows].mean(axis=0))


def test_rows_are_paired_as_declared(batch):
    reference, new = batch(0), batch(1)
    pairs = pd.Series(["S0_5", "S0_6", "S0_7"], ["S0_0", "S0_2", "S0_1"])
    there, here = bridge_pairs(reference, new, pairs, least=3)
    np.testing.assert_array_equal(there.to_numpy(), reference[["S0_5", "S0_6", "S0_7"]].X)
    np.testing.assert_array_equal(here.to_numpy(), new[["S0_0", "S0_2", "S0_1"]].X)


@pytest.mark.parametrize(
    ("names", "found"),
    [((), "found: 0\n"), (("B1", "B2"), r"found: 2 \(B1, B2\)"), (("X1", "X2"), "found: 0\n")],
)
def test_too_few_pairs_are_refused(batch, names, found):
    with pytest.raises(HarmonisationError, match=found):
        bridge_pairs(batch(0), batch(1, names=names), None, least=3)


def test_one_sample_measured_often_is_one_sample(batch):
    new = batch(1, names=("B1", "B2"), plates=("P1", "P2"))
    with pytest.raises(HarmonisationError, match=r"found: 2 \(B1, B2\)"):
        bridge_pairs(batch(0), new, None, least=3)


def test_absent_samples_are_named(batch):
    pairs = pd.Series(["S0_5", "gone", "S0_7"], ["S0_0", "S0_2", "lost"])
    with pytest.raises(HarmonisationError, match="absent: lost, gone"):
        bridge_pairs(batch(0), batch(1), pairs, least=3)


def test_two_scales_are_refused(batch):
    other = batch(1)
    other.uns["stratify"]["scale"] = "log2 pg/mL"
    with pytest.raises(HarmonisationError, match="NPX and log2 pg/mL"):
        bridge_pairs(batch(0), other, None, least=3)
    other.uns["stratify"]["scale"] = "unknown"
    bridge_pairs(batch(0), other, None, least=3)
