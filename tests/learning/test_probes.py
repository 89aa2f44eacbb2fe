from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.clinical import join_clinical
from stratify.assays.reader import read_assays
from stratify.assays.schema import normalise_obs
from stratify.errors import ClinicalTableError
from stratify.learning import probes as module
from stratify.learning.probes import probe


def cohort(n=90, seed=0, **columns):
    rng = np.random.default_rng(seed)
    levels = rng.normal(size=(n, 5)) @ rng.normal(size=(5, 40)) + rng.normal(size=(n, 40))
    obs = {
        "group": rng.choice(["case", "control"], n),
        "plate": rng.choice(["P1", "P2", "P3"], n),
        "sex": rng.choice(["F", "M"], n),
        "age": rng.normal(50, 9, n).round(),
    }
    return AnnData(levels, obs=pd.DataFrame(obs | columns, index=[f"S{i:03d}" for i in range(n)]))


def codes(probes):
    return {(finding.severity, finding.code, *finding.items) for finding in probes.findings()}


def test_nothing_is_said_where_nothing_is():
    spoke = [bool(probe(cohort(seed=seed), seed=seed).findings()) for seed in range(25)]
    assert sum(spoke) <= 4


def test_a_batch_in_the_levels_is_found():
    adata = cohort()
    adata.X[adata.obs["plate"] == "P2"] += np.random.default_rng(1).normal(size=40)
    assert codes(probe(adata)) == {("warning", "batch-visible", "plate")}


def test_a_label_that_is_its_batch_is_an_error():
    label = np.repeat(["case", "control"], 45)
    assert ("error", "label-confounded", "plate") in codes(
        probe(cohort(group=label, plate=np.where(label == "case", "P1", "P2")))
    )


def test_row_order_changes_nothing_and_nothing_is_changed():
    adata = cohort()
    before = adata.copy()
    shuffled = adata[np.random.default_rng(0).permutation(adata.n_obs)].copy()
    assert rounded(probe(shuffled).as_dict()) == rounded(probe(adata).as_dict())
    np.testing.assert_array_equal(adata.X, before.X)
    pd.testing.assert_frame_equal(adata.obs, before.obs)


def rounded(value):
    if isinstance(value, dict):
        return {str(key): rounded(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [rounded(item) for item in value]
    return round(value, 9) if isinstance(value, float) and math.isfinite(value) else str(value)


def test_controls_take_no_part():
    adata = cohort(sample_type=["sample"] * 80 + ["control"] * 10)
    adata.X[80:] += 50
    assert probe(adata).n_patients == 80
    assert probe(adata).findings() == probe(adata[:80].copy()).findings()


def test_a_user_may_name_columns_and_the_label():
    adata = cohort(tube=["x", "y"] * 45, arm=["a", "b", "c"] * 30)
    found = probe(adata, ["tube"], label="arm")
    assert found.label == "arm"
    assert found.groups == {"a": 30, "b": 30, "c": 30}
    assert {"tube", "plate"} < set(found.columns)
    with pytest.raises(ClinicalTableError, match="grop"):
        probe(adata, label="grop")


def test_without_a_label_columns_are_still_probed():
    adata = cohort()
    del adata.obs["group"]
    found = probe(adata)
    assert found.label is None
    assert found.spreads == found.alone == ()
    assert len(found.probes) == 3


def test_columns_that_may_hold_the_groups_are_named_where_none_was_chosen():
    table = cohort()
    assert "groups" not in probe(table).skipped
    table.obs = table.obs.rename(columns={"group": "clinical diagnosis (ICD)"})
    assert probe(table).skipped["groups"].endswith("named: clinical diagnosis (ICD)")
    assert "groups" not in probe(table, label="clinical diagnosis (ICD)").skipped


def test_a_useless_label_is_said_and_left_out():
    found = probe(cohort(group=[f"G{i}" for i in range(90)]))
    assert found.label is None
    assert found.skipped == {"group": "not two to five groups of at least five patients"}


def test_a_rare_group_is_named_and_left_out():
    found = probe(cohort(group=["case"] * 44 + ["control"] * 44 + ["odd"] * 2))
    assert found.groups == {"case": 44, "control": 44}
    assert "group odd" in found.skipped


def test_few_samples_or_no_columns_are_no_reason_to_fail():
    assert probe(cohort(n=6)).findings() == []
    assert probe(AnnData(np.ones((3, 2)))).columns == ()


def test_many_patients_are_thinned_for_predictions_and_counted_in_full(monkeypatch):
    monkeypatch.setattr(module, "MOST_PATIENTS", 50)
    found = probe(cohort())
    assert (found.n_patients, found.n_used) == (90, 50)
    assert found.probes[0].found.n_samples == 50
    assert found.spreads[0].table.to_numpy().sum() == 90


def test_many_visits_are_thinned_to_the_first_ones(monkeypatch):
    monkeypatch.setattr(module, "MOST_PATIENTS", 30)
    found = probe(cohort(patient_id=[f"P{i // 3}" for i in range(90)]))
    assert (found.n_patients, found.n_used) == (30, 30)
    assert found.probes[0].found.n_samples == 60


def test_a_column_of_many_classes_is_counted_and_not_predicted(monkeypatch):
    monkeypatch.setattr(module, "MOST_CLASSES", 2)
    found = probe(cohort())
    assert "more than 2 classes" in found.skipped["plate"]
    assert "plate" in {one.column for one in found.spreads}


def test_facts_are_json_and_a_table():
    found = probe(cohort())
    assert found.table()["column"].tolist() == list(found.columns)
    assert json.loads(json.dumps(found.as_dict()))["patients"] == 90


def test_age_is_found_behind_vasculitis(data_dir):
    folder = data_dir / "lvv_cohort1"
    adata = read_assays(folder / "Cohort1_INF&CDM_Raw.xlsx")
    adata, _ = join_clinical(adata, folder / "Cohort1_metadata.csv")
    found = probe(adata)
    age = next(f for f in found.findings() if f.code == "label-confounded" and f.items == ("age",))
    assert "HC and LV.GCA overlap at 54 to 66 (10 and 21)" in age.remedy
    assert "no imbalance was found for HC vs TAK" in age.remedy
    assert ("warning", "covariate-visible", "age") in codes(found)
    assert next(one for one in found.alone if one.second == "LV.GCA").found.value > 0.9


def test_collection_site_is_seen_in_cerebrospinal_fluid(data_dir):
    folder = data_dir / "alzheimer_csf"
    levels = pd.read_csv(folder / "proteome.csv", index_col=0)
    clinical = pd.read_csv(folder / "meta.csv", index_col=0).reindex(levels.index)
    adata = AnnData(np.log2(levels.to_numpy()), obs=normalise_obs(clinical))
    found = probe(adata, label="_primary biochemical AD classification")
    site = next(one for one in found.probes if one.column == "site")
    assert site.found.value > 0.99
    assert ("warning", "batch-visible", "site") in codes(found)
    assert sum(found.groups.values()) == 197
