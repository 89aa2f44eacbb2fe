from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import CohortError, StratifyError
from stratify.signatures.differential import contrast
from stratify.signatures.overlap_tables import overlap_tables


@pytest.fixture(scope="module")
def tables(make_people):
    shift = np.zeros(60)
    shift[:3] = 2
    people = make_people(shifts={"MDD": shift, "AD": shift})
    return [contrast(people, case=case, control="HC").table() for case in ("MDD", "AD")]


def test_counts_and_plain_correlation_are_all_that_is_said(tables):
    table, facts = overlap_tables(*tables)
    assert facts["counts"]["shared up"] == 3
    assert facts["p_value"] is None
    assert facts["correlation"] is None
    assert "not computed" in facts["notes"][0]
    wanted = np.corrcoef(tables[0]["log2_fold_change"], tables[1]["log2_fold_change"])[0, 1]
    assert facts["plain_correlation"] == pytest.approx(wanted)
    assert table.columns[:3].tolist() == ["protein", "assay_id", "uniprot"]


def test_order_and_duplicates_change_nothing(tables):
    mixed = pd.concat([tables[1].sample(frac=1, random_state=0), tables[1].head(2)])
    one, facts = overlap_tables(*tables)
    other, again = overlap_tables(tables[0], mixed)
    pd.testing.assert_frame_equal(one, other)
    assert facts["counts"] == again["counts"]


def test_tables_without_assay_ids_match_by_name_and_skip_gaps(tables):
    bare = [table[["protein", "log2_fold_change", "q_value"]].copy() for table in tables]
    bare[0].loc[0, "log2_fold_change"] = np.nan
    table, _ = overlap_tables(*bare)
    assert len(table) == 59


def test_foreign_tables_are_refused(tables):
    with pytest.raises(StratifyError, match="second has no q_value"):
        overlap_tables(tables[0], tables[1].drop(columns="q_value"))
    with pytest.raises(CohortError, match="at least 10"):
        overlap_tables(tables[0].head(5), tables[1])


def test_a_protein_of_two_assays_is_compared_once(tables):
    twice = pd.concat([tables[0], tables[0].assign(assay_id=tables[0]["assay_id"] + "b")])
    plain = tables[1].drop(columns="assay_id")
    for pair in ((twice, plain), (plain, twice)):
        assert overlap_tables(*pair)[1]["counts"]["background"] == 60
