from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.signatures.activity.gene_sets import GeneSet, Member, named_set
from stratify.signatures.activity.method import Members
from stratify.signatures.activity.registry import METHODS
from stratify.signatures.activity.set_table import ScoredSets, set_table, used_members

ASSAYS = pd.DataFrame({"uniprot": ["Q92583", "P01579", "P05231"], "gene": ["CCL17", "IFNG", "IL6"]})
PROTEINS = (
    Member("Q92583", "", "verified"),
    Member("P01579", "", "memory"),
    Member("P01375", "", "memory"),
)
SETS = ScoredSets.on([GeneSet("a", PROTEINS, "x"), named_set("b", ["IL6", "NOGENE1"], "y")], ASSAYS)


@pytest.mark.parametrize(("name", "share"), [("z", 0.8), ("gsva", 0.5)])
def test_verified_share_is_by_weight_where_the_method_has_weights(name, share):
    weights, counts = np.array([1.0, 0.25, 1.0]), np.array([[2, 1], [1, 0]])
    table = set_table(
        METHODS[name],
        SETS,
        SETS.inside,
        weights=weights,
        counts=counts,
        scores=np.where(counts > 0, 0.0, np.nan),
    ).set_index("pathway")
    assert table.loc["a", "verified_share"] == pytest.approx(share)
    assert table.loc["a", ["listed", "measured", "used", "fewest_members"]].tolist() == [3, 2, 2, 1]
    assert table.loc["a", ["samples_on_fewer", "samples_not_scored"]].tolist() == [1, 0]
    assert table.loc["a", "detectable_weight"] == 1.25
    assert table.loc["a", "confidence"] == "memory 1, verified 1"
    assert np.isnan(table.loc["b", "verified_share"])
    assert table.loc["b", ["unknown", "confidence", "samples_not_scored"]].tolist() == [
        "NOGENE1",
        "not stated 1",
        1,
    ]


@pytest.mark.parametrize(("name", "used"), [("z", [1]), ("gsva", [1, 2]), ("rank", [0, 1, 2])])
def test_members_that_a_method_can_not_use_are_not_counted(name, used):
    levels = np.array([[1.0, 2.0, 3.0, np.nan], [1.0, 3.0, 5.0, np.nan], [1.0, 1.0, 3.0, np.nan]])
    members = Members(np.ones((1, 4), dtype=bool), np.array([1.0, 1.0, 0.0, 1.0]))
    assert np.flatnonzero(used_members(METHODS[name], levels, members)).tolist() == used
    state = METHODS[name].fit(levels, members)
    assert set(used) <= set(np.flatnonzero(state["inside"]).tolist())
