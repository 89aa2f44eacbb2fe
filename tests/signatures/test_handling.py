"""Handling: markers, scores, samples far out, and groups that were handled unlike each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.clinical import join_clinical
from stratify.assays.reader import read_assays
from stratify.signatures.handling import (
    AXES,
    FEWEST_PEOPLE,
    handling_contrasts,
    handling_findings,
    handling_kinds,
    handling_scores,
    handling_set,
    handling_table,
    speaks_of_disease,
)
from stratify.signatures.pathways import HANDLING, contrast_proteins, member_of_any, members, pathway_table
from stratify.simulation.signature import study_assays
from stratify.simulation.spike import plant_signature

KINDS = ["leak", "haemolysis", "platelets", "clotting"]


def usable_table():
    table = handling_table()
    return table[~speaks_of_disease(table)]


def cohort(n=60, seed=0):
    """People whose every handling marker and 40 other proteins vary alike, independently."""
    table = usable_table()
    genes = [*table["gene"], *(f"X{i}" for i in range(40))]
    uniprot = [*table["uniprot"], *[""] * 40]
    rng = np.random.default_rng(seed)
    adata = AnnData(
        5 + rng.normal(size=(n, len(genes))),
        pd.DataFrame({"sample_type": "sample"}, [f"S{i}" for i in range(n)]),
        pd.DataFrame({"uniprot": uniprot, "gene": genes}, [f"A{j}" for j in range(len(genes))]),
    )
    return adata


def planted(adata, kind, rows, size):
    table = usable_table()
    table = table[table["kind"] == kind]
    effects = pd.Series(table["direction"].to_numpy(dtype=float), index=table["gene"])
    return plant_signature(adata, rows=rows, effects=effects, size=size)[0]


def test_every_marker_has_one_kind_an_accession_and_a_source():
    table = handling_table()
    assert handling_kinds() == KINDS
    assert table["gene"].is_unique
    assert table["uniprot"].str.fullmatch(r"[OPQ]\d[A-Z\d]{3}\d").all()
    assert set(table["direction"]) == {1, -1}
    assert set(table["confidence"]) == {"abstract", "vendor", "memory"}
    assert (table["source"].str.len() > 20).all()


def test_every_preanalytical_protein_has_a_kind_but_the_one_that_no_source_supports():
    rows = pathway_table()
    assert set(rows.loc[rows["pathway"] == HANDLING, "gene"]) - set(handling_table()["gene"]) == {"EGFR"}


def test_accessions_agree_with_the_other_shipped_tables():
    panels = study_assays().set_index("gene")["uniprot"]
    table = handling_table().set_index("gene")["uniprot"]
    shared = table.index.intersection(panels.index)
    assert len(shared) > 25
    assert (panels[shared] == table[shared]).all()


def test_handling_set_leaves_out_what_is_excluded():
    assays = study_assays()
    everything = handling_set(assays, np.zeros(len(assays), dtype=bool))
    np.testing.assert_array_equal(everything, members(HANDLING, assays))
    some = np.arange(len(assays)) % 2 == 0
    np.testing.assert_array_equal(handling_set(assays, some), everything & ~some)
    assert not handling_set(pd.DataFrame({"uniprot": ["P01579"], "gene": ["IFNG"]}), np.array([False])).any()


def test_proteins_of_an_axis_or_of_the_disease_say_nothing_about_a_tube():
    assays = study_assays()
    spoken = speaks_of_disease(assays)
    np.testing.assert_array_equal(spoken, contrast_proteins(assays) | member_of_any(AXES, assays))
    left_out = handling_table()[speaks_of_disease(handling_table())]["gene"]
    assert set(left_out) == {"CD40LG", "STK4", "ITGB1BP2", "DECR1"}


@pytest.mark.parametrize("kind", KINDS)
def test_one_unit_raises_one_score_by_one(kind):
    adata = cohort()
    rows = adata.obs_names[:5].tolist()
    change = handling_scores(planted(adata, kind, rows, 1.0), adata.obs_names > "") - handling_scores(adata)
    moved = change.loc[rows].median()
    assert moved[kind] == pytest.approx(1.0, abs=0.15)
    assert moved.drop(kind).abs().max() == 0.0


def test_a_disease_protein_changes_no_score():
    adata = cohort()
    extra = adata.copy()
    extra.var_names = [f"B{j}" for j in range(extra.n_vars)]
    extra.var["gene"], extra.var["uniprot"] = "CD40LG", "P29965"
    joined = AnnData(
        np.hstack([adata.X, extra.X[:, :1] * 9]), adata.obs, pd.concat([adata.var, extra.var.iloc[:1]])
    )
    pd.testing.assert_frame_equal(handling_scores(joined), handling_scores(adata))


def test_two_assays_of_one_protein_count_once():
    adata = cohort()
    twice = AnnData(
        np.hstack([adata.X, adata.X]),
        adata.obs,
        pd.concat([adata.var, adata.var.set_axis([f"B{j}" for j in range(adata.n_vars)])]),
    )
    pd.testing.assert_frame_equal(handling_scores(twice), handling_scores(adata))


def test_fewer_than_three_proteins_give_no_score():
    adata = cohort()
    genes = usable_table().query("kind == 'leak'")["gene"].tolist()
    drop = adata.var["gene"].isin(genes[2:])
    scores = handling_scores(adata[:, ~drop].copy())
    assert scores["leak"].isna().all()
    assert scores.drop(columns="leak").notna().all(axis=None)
    gone = adata.copy()
    gone.X[0, adata.var["gene"].isin(genes[2:]).to_numpy()] = np.nan
    assert handling_scores(gone)["leak"].isna().tolist() == [True] + [False] * 59


def test_laboratory_rows_are_neither_yardstick_nor_scored():
    adata = cohort()
    more = cohort(70)
    more.X[:60] = adata.X
    more.X[60:] += 50.0
    more.obs["sample_type"] = ["sample"] * 60 + ["control"] * 10
    pd.testing.assert_frame_equal(handling_scores(more), handling_scores(adata))


def test_healthy_people_can_be_the_yardstick():
    adata = cohort()
    healthy = np.arange(60) < 30
    leaky = planted(adata, "leak", adata.obs_names[30:].tolist(), 2.0)
    against_healthy = handling_scores(leaky, healthy)["leak"]
    assert against_healthy[:30].median() == pytest.approx(0.0, abs=0.2)
    assert against_healthy[30:].median() > 1.5
    assert handling_scores(leaky, np.arange(60) < FEWEST_PEOPLE - 1).isna().all(axis=None)


def test_order_of_samples_and_assays_plays_no_part():
    adata = cohort()
    rng = np.random.default_rng(3)
    other = adata[rng.permutation(adata.n_obs)][:, rng.permutation(adata.n_vars)]
    wanted = handling_scores(adata)
    pd.testing.assert_frame_equal(handling_scores(other).loc[wanted.index], wanted)


def test_a_sample_far_out_is_named_with_its_kind():
    adata = cohort()
    assert handling_findings(adata) == []
    leaky = planted(adata, "clotting", ["S7"], 6.0)
    (found,) = handling_findings(leaky)
    assert (found.code, found.severity, found.items) == ("handling-suspect", "warning", ("S7",))
    assert found.remedy.startswith("clotting ")


def test_clean_cohorts_raise_few_alarms():
    alarms = [bool(handling_findings(cohort(seed=seed))) for seed in range(40)]
    assert np.mean(alarms) <= 0.15


def test_groups_that_were_handled_unlike_each_other_are_named():
    adata = cohort(80)
    adata.obs["group"] = np.where(np.arange(80) < 40, "MDD", "HC")
    assert handling_findings(adata) == []
    leaky = planted(adata, "leak", adata.obs_names[:40].tolist(), 1.0)
    (found,) = handling_findings(leaky)
    assert (found.code, found.axis, found.count) == ("handling-differs", "table", 1)
    assert found.items[0].startswith("leak: MDD above HC by ")
    assert "column group" in found.remedy
    row = handling_contrasts(leaky).iloc[0]
    assert (row["score"], row["higher"], row["lower"], row["n_higher"]) == ("leak", "MDD", "HC", 40)
    assert row["low"] < 1.0 < row["high"] + 0.2


def test_a_difference_too_small_to_matter_is_not_told_however_sure_it_is():
    adata = cohort(1500)
    adata.obs["group"] = np.where(np.arange(1500) < 750, "MDD", "HC")
    shifted = planted(adata, "leak", adata.obs_names[:750].tolist(), 0.15)
    assert handling_contrasts(shifted).loc[0, "q"] < 1e-3
    assert not [f for f in handling_findings(shifted) if f.code == "handling-differs"]


@pytest.mark.parametrize("by", ["group", "site", "nonsense"])
def test_an_absent_column_compares_nothing(by):
    assert handling_contrasts(cohort(), by).empty


def test_one_sample_alone_has_no_yardstick_and_no_finding():
    alone = cohort()[:1].copy()
    assert handling_scores(alone).isna().all(axis=None)
    assert handling_findings(alone) == []


def test_leak_of_the_dialysis_patients_with_covid_is_told(data_dir):
    adata = read_assays(data_dir / "gisby_serum" / "serum_npx_level.csv")
    adata, _ = join_clinical(adata, data_dir / "gisby_serum" / "serum_sample_level.csv")
    table = handling_contrasts(adata).set_index("score")
    leak = table.loc["leak"]
    assert (leak["higher"], leak["n_higher"], leak["n_lower"]) == ("POSITIVE", 46, 11)  # persons, not samples
    assert leak["difference"] == pytest.approx(1.59, abs=0.05)
    differs = next(f for f in handling_findings(adata) if f.code == "handling-differs")
    assert [item.split(" above")[0] for item in differs.items] == [
        "leak: POSITIVE",
        "haemolysis: POSITIVE",
        "platelets: POSITIVE",
    ]


def test_leak_of_the_vasculitis_patients_is_told(data_dir):
    folder = data_dir / "lvv_cohort1"
    adata = read_assays(folder / "Cohort1_INF&CDM_Raw.xlsx")
    adata, _ = join_clinical(adata, folder / "Cohort1_metadata.csv")
    found = {f.code: f for f in handling_findings(adata)}
    assert {"T71", "T72", "T73"} <= set(found["handling-suspect"].items)
    assert found["handling-differs"].items[0].startswith("leak: TAK above HC by 1.3 SD")


def test_blood_in_cerebrospinal_fluid_is_told(data_dir):
    adata = read_assays(data_dir / "alzheimer_csf" / "proteome.csv")
    found = {f.code: f for f in handling_findings(adata)}
    assert found["handling-suspect"].items == ("Sample_103", "Sample_112", "Sample_174")
    assert found["handling-suspect"].remedy.startswith("haemolysis ")
