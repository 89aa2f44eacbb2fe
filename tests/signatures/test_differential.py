"""Two groups from a cohort to a table, on simulated, hostile and real people."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.cohort_file import open_cohort
from stratify.errors import CohortError
from stratify.signatures.differential import ContrastOptions, contrast
from stratify.signatures.linear_models import fit_linear
from stratify.signatures.moderation import moderate


def cohort(n=30, p=60, seed=0, **columns):
    rng = np.random.default_rng(seed)
    levels = rng.normal(5, 1, (n, p))
    case = np.arange(n) >= n // 2
    levels[case, :5] += 2
    obs = pd.DataFrame({"group": np.where(case, "MDD", "HC")} | columns, [f"S{i}" for i in range(n)])
    var = pd.DataFrame({"gene": [f"G{j}" for j in range(p)], "uniprot": ""}, [f"A{j}" for j in range(p)])
    return AnnData(levels, obs=obs, var=var)


def test_table_has_the_promised_columns_and_the_planted_proteins():
    answer = contrast(cohort(), case="MDD", control="HC")
    table = answer.table()
    promised = ["protein", "assay_id", "uniprot", "log2_fold_change", "shrunken_fold_change", "average"]
    assert list(table)[:10] == [*promised, "t", "p_value", "q_value", "b"]
    assert len(table) == 60
    assert answer.found[:5].all()
    assert (table["low"] < table["high"]).all()
    assert (table["log2_fold_change"][:5] > 0).all()
    assert (table["shrunken_fold_change"].abs() <= table["log2_fold_change"].abs() + 1e-9).all()
    assert answer.summary()["found"] == int(answer.found.sum())


def test_the_other_way_round_changes_signs_only():
    one, other = contrast(cohort(), case="MDD", control="HC"), contrast(cohort(), case="HC", control="MDD")
    np.testing.assert_allclose(one.effect, -other.effect)
    np.testing.assert_allclose(one.q_value, other.q_value)


def test_numbers_are_those_of_the_moderated_fit():
    people = cohort(age=np.linspace(20, 60, 30) % 17)
    answer = contrast(
        people, case="MDD", control="HC", covariates=["age"], options=ContrastOptions(trend=True)
    )
    design = np.c_[np.ones(30), people.obs["group"] == "MDD", people.obs["age"]]
    expected = moderate(fit_linear(people.X, design.astype(float)), trend=True)
    np.testing.assert_allclose(answer.result.t[:, 0], expected.t[:, 1], rtol=1e-8)
    np.testing.assert_allclose(answer.result.b[:, 0], expected.b[:, 1], rtol=1e-8)
    formula = contrast(
        people, case="MDD", control="HC", formula="~ group + age", options=ContrastOptions(trend=True)
    )
    np.testing.assert_allclose(formula.result.t[:, 0], expected.t[:, 1], rtol=1e-8)


def test_a_fold_change_threshold_adds_its_test():
    table = contrast(cohort(), case="MDD", control="HC", options=ContrastOptions(fold_change=1.5)).table()
    assert (table["p_beyond"] >= table["p_value"]).all()
    assert (table["q_beyond"] < 0.05).sum() == 4


def test_samples_of_other_groups_are_used_only_when_asked():
    people = cohort(45)
    people.obs["group"] = ["HC"] * 15 + ["MDD"] * 15 + ["AD"] * 15
    pair = contrast(people, case="MDD", control="HC")
    both = contrast(people, case="MDD", control="HC", options=ContrastOptions(all_groups=True))
    np.testing.assert_allclose(pair.effect, both.effect)
    assert both.result.fit.df_residual[0] == pair.result.fit.df_residual[0] + 14


def test_weights_of_samples():
    people = cohort(w=np.where(np.arange(30) == 3, 1e-9, 1.0))
    weighted = contrast(people, case="MDD", control="HC", options=ContrastOptions(weights="w"))
    without = contrast(people[np.arange(30) != 3], case="MDD", control="HC")
    np.testing.assert_allclose(weighted.effect, without.effect, atol=1e-6)
    people.obs["w"] = 0.0
    with pytest.raises(CohortError, match="weight"):
        contrast(people, case="MDD", control="HC", options=ContrastOptions(weights="w"))


def test_hostile_assays_leave_the_others_alone():
    people = cohort()
    clean = contrast(people, case="MDD", control="HC")
    people = people.copy()
    people.X[:, 10] = np.nan
    people.X[15:, 11] = np.nan
    people.X[:, 12] = 4.0
    people.X[16:, 13] = np.nan
    people.X[3, 14] = np.inf
    answer = contrast(people, case="MDD", control="HC")
    assert np.isnan(answer.q_value[[10, 11]]).all()
    assert abs(answer.effect[12]) < 1e-12
    assert answer.result.p_value[12, 0] > 0.99
    np.testing.assert_allclose(answer.effect[20:], clean.effect[20:])
    assert answer.measured[11].tolist() == [0, 15]
    assert [line.partition(" assays")[0] for line in answer.warnings] == ["2", "1", "1"]
    plain = contrast(people, case="MDD", control="HC", options=ContrastOptions(moderated=False))
    assert np.isnan(plain.result.t[12, 0])


def test_two_samples_cannot_be_compared_and_three_can():
    with pytest.raises(CohortError, match="degrees of freedom"):
        contrast(cohort(2), case="MDD", control="HC")
    assert contrast(cohort(3), case="MDD", control="HC").samples == {"MDD": 2, "HC": 1}


def test_a_covariate_that_is_the_group_is_refused_by_name():
    people = cohort(site=["A"] * 15 + ["B"] * 15)
    with pytest.raises(CohortError, match="site"):
        contrast(people, case="MDD", control="HC", covariates=["site"])
    (line,) = contrast(people, case="MDD", control="HC").warnings
    assert line.endswith("nothing of the difference can be told from site")


def test_redundant_and_constant_covariates_change_nothing():
    age = np.arange(30.0) % 7
    people = cohort(age=age, months=12 * age, cohort=["one"] * 30, year=np.full(30, 2024.0))
    one = contrast(people, case="MDD", control="HC", covariates=["age"])
    more = contrast(people, case="MDD", control="HC", covariates=["age", "months", "year"])
    np.testing.assert_allclose(one.result.t, more.result.t, rtol=1e-7)


def test_numbers_that_look_like_classes_are_told():
    people = cohort(batch=np.arange(30) % 3)
    (line,) = contrast(people, case="MDD", control="HC", covariates=["batch"]).warnings
    assert "C(batch)" in line


def test_values_below_the_limit_of_detection_stay_measured():
    people = cohort()
    people.layers["lod"] = np.full(people.shape, 1e6)
    np.testing.assert_array_equal(
        contrast(people, case="MDD", control="HC").effect, contrast(cohort(), case="MDD", control="HC").effect
    )


@pytest.fixture(scope="module")
def vasculitis(data_dir):
    return open_cohort([data_dir / "lvv_cohort1" / "Cohort 1 Post QC Data.csv"]).people


@pytest.mark.parametrize(("case", "plain", "moderated"), [("TAK", 52, 53), ("LV.GCA", 72, 71)])
def test_vasculitis_gives_the_published_counts(vasculitis, case, plain, moderated):
    ordinary = contrast(vasculitis, case=case, control="HC", options=ContrastOptions(moderated=False))
    assert ordinary.found.sum() == plain  # the paper tested each protein by itself
    assert contrast(vasculitis, case=case, control="HC").found.sum() == moderated


def test_vasculitis_warns_of_age_unasked(vasculitis):
    answer = contrast(vasculitis, case="LV.GCA", control="HC")
    told = [line for line in answer.warnings if " age " in line]
    assert len(told) == 1
    assert told[0].endswith("71 proteins at FDR 0.05 as asked, 7 when it is")
    assert contrast(vasculitis, case="LV.GCA", control="HC", covariates=["age"]).found.sum() == 7
    assert not [line for line in contrast(vasculitis, case="TAK", control="HC").warnings if " age " in line]
