from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.proteins.matching import preferred_assays
from stratify.assays.proteins.panels import target96
from stratify.errors import CohortError
from stratify.signatures.activity.measured import (
    aligned_levels,
    levels_of,
    measured_assays,
    one_assay_each,
)


def test_one_assay_stands_for_a_protein_and_the_order_of_the_file_is_forgotten(people):
    columns, assays = measured_assays(people)
    assert assays.index.tolist() == ["OID1", "OID2", "OID3", "OID5", "OID6"]
    assert assays["detectability"].tolist() == [0.0, 1.0, 1.0, 0.5, 1.0]
    mixed = people[:, [3, 0, 5, 2, 1, 4]]
    others, same = measured_assays(mixed)
    pd.testing.assert_frame_equal(same, assays)
    np.testing.assert_array_equal(levels_of(mixed, others), levels_of(people, columns))


def test_of_equal_assays_the_first_by_id_is_taken():
    var = pd.DataFrame({"uniprot": ["P05231"] * 3 + ["", ""], "panel": ""}, index=["c", "a", "b", "x", "w"])
    assert var.index[one_assay_each(var)].tolist() == ["a", "w", "x"]


def test_frozen_proteins_are_found_by_name_and_the_absent_are_gaps(people):
    _, assays = measured_assays(people)
    other = people[:2, [0, 4]].copy()
    other.var_names = ["mine 1", "mine 2"]
    got = aligned_levels(other, assays)
    np.testing.assert_array_equal(got[:, [4, 1]], other.X)
    assert np.isnan(got[:, [0, 2, 3]]).all()
    assert np.isnan(aligned_levels(people[:, []], assays)).all()


def test_columns_that_say_nothing_are_empty():
    bare = AnnData(np.ones((2, 1)), var=pd.DataFrame(index=["IL6"]))
    _, assays = measured_assays(bare)
    assert assays.iloc[0].tolist() == ["", "", "", "", 1.0]


def test_infinite_levels_are_refused(people):
    people.X[1, 0] = -np.inf
    with pytest.raises(CohortError, match="infinite"):
        levels_of(people, np.arange(6))


def test_choice_is_that_of_preferred_assays_on_the_panels_of_the_study():
    assays = target96().assign(gene="").set_index("assay", drop=False)
    assays.index = [f"A{i:03d}" for i in range(len(assays))]
    kept = np.sort(one_assay_each(assays))
    np.testing.assert_array_equal(kept, np.flatnonzero(preferred_assays(assays)))
