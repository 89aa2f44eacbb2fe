from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.errors import CohortError
from stratify.signatures.differential import ContrastOptions, contrast
from stratify.signatures.pairwise import pairwise_contrasts


def cohort(**columns):
    rng = np.random.default_rng(0)
    levels = rng.normal(5, 1, (45, 40))
    levels[15:30, :4] += 3
    obs = pd.DataFrame({"group": np.repeat(["HC", "AD", "MDD"], 15)} | columns, [f"S{i}" for i in range(45)])
    return AnnData(levels, obs=obs)


def test_each_pair_equals_a_contrast_with_the_help_of_all_groups():
    pairs = pairwise_contrasts(cohort(), groups=["HC", "AD", "MDD"])
    for one in pairs.contrasts:
        alone = contrast(
            cohort(), case=one.case, control=one.control, options=ContrastOptions(all_groups=True)
        )
        np.testing.assert_allclose(one.result.t, alone.result.t, rtol=1e-8)
        np.testing.assert_allclose(one.q_value, alone.q_value, rtol=1e-8)


def test_adjusting_across_pairs_and_the_rule_of_the_study():
    pairs = pairwise_contrasts(cohort())
    table = pairs.table()
    assert [one.name for one in pairs.contrasts] == ["HC - AD", "MDD - AD", "MDD - HC"]
    assert len(table) == 3 * 40
    assert (table["q_across"] >= table["p_value"]).all()
    assert pairs.passes_study_rule()[:4].all()
    assert table["study_rule"].sum() == 3 * pairs.passes_study_rule().sum()
    facts = json.loads(json.dumps(pairs.summary(), allow_nan=False))
    assert facts["study_rule"]["passed"] == int(pairs.passes_study_rule().sum())


def test_warnings_are_told_once():
    pairs = pairwise_contrasts(cohort(age=[np.nan] + [40.0] * 44), covariates=["age"])
    assert pairs.warnings.count("1 samples without age are left out") == 1


def test_one_group_is_refused():
    with pytest.raises(CohortError):
        pairwise_contrasts(cohort(), groups=["HC"])
