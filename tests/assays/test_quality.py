from __future__ import annotations

import json
from collections import Counter

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.finding import Finding
from stratify.assays.policy import default_policy
from stratify.assays.quality import check, sample_quality, summary
from stratify.assays.reader import read_assays


@pytest.fixture
def adata():
    rng = np.random.default_rng(3)
    obs = pd.DataFrame(
        {"sample_type": ["sample"] * 28 + ["control", "bridge"], "matrix": "serum", "qc": "pass"},
        [f"S{i}" for i in range(30)],
    )
    var = pd.DataFrame({"uniprot": [f"P{10000 + j}" for j in range(40)]}, [f"A{j}" for j in range(40)])
    levels = rng.normal(5, 3, 40) + rng.normal(size=(30, 40))
    table = AnnData(levels, obs, var)
    table.layers["lod"] = np.full(table.shape, -9.0)
    table.uns["stratify"] = {
        "platform": "Olink Target 96",
        "scale": "NPX",
        "format": "npx-wide",
        "removed": ["earlier"],
    }
    return table


def found(adata, code):
    return next((finding for finding in check(adata) if finding.code == code), None)


def test_sound_table_has_only_its_controls(adata):
    assert [(f.code, f.severity, f.items) for f in check(adata)] == [("control-rows", "info", ("S28", "S29"))]


def plant_duplicate(adata):
    adata.obs_names = ["S1", "S1", *adata.obs_names[2:]]


def plant_qc(adata):
    adata.obs.loc[["S3", "S28"], "qc"] = "fail"


def plant_warning(adata):
    adata.obs.loc["S3", "qc"] = "warn"


def plant_silent_sample(adata):
    adata.X[4] = np.nan


def plant_silent_assay(adata):
    adata.X[:28, 5] = np.nan


def plant_constant(adata):
    adata.X[:28, 6] = 1.5
    adata.X[3, 6] = np.nan


def plant_hidden(adata):
    adata.layers["lod"][:15, 7] = 99


def plant_outlier(adata):
    adata.X[8] += 9


def plant_noise(adata):
    adata.X[9] *= 2.5


def plant_visits(adata):
    adata.obs["patient_id"] = [f"P{i // 2 if i < 4 else i}" for i in range(30)]


def plant_matrix(adata):
    adata.obs.loc["S2", "matrix"] = ""


def plant_name(adata):
    adata.obs_names = ["Control 7", *adata.obs_names[1:]]


PLANTS = [
    (plant_duplicate, "duplicate-sample", "error", ("S1",)),
    (plant_qc, "qc-fail", "error", ("S3",)),
    (plant_warning, "qc-warning", "warning", ("S3",)),
    (plant_silent_sample, "all-missing-sample", "error", ("S4",)),
    (plant_silent_assay, "all-missing-assay", "error", ("A5",)),
    (plant_constant, "constant-assay", "warning", ("A6",)),
    (plant_hidden, "below-lod", "info", ("A7",)),
    (plant_outlier, "outlier-sample", "warning", ("S8",)),
    (plant_noise, "outlier-sample", "warning", ("S9",)),
    (plant_visits, "repeated-patient", "info", ("S0", "S1", "S2", "S3")),
    (plant_matrix, "undeclared-matrix", "warning", ("S2",)),
    (plant_name, "control-name", "warning", ("Control 7",)),
]


@pytest.mark.filterwarnings("ignore:Observation names are not unique")
@pytest.mark.parametrize(
    ("plant", "code", "severity", "items"), PLANTS, ids=[plant.__name__ for plant, *_ in PLANTS]
)
def test_planted_fault_is_found_and_only_it(adata, plant, code, severity, items):
    plant(adata)
    finding = found(adata, code)
    assert (finding.severity, finding.items, finding.count) == (severity, items, len(items))
    assert {f.code for f in check(adata)} == {code, "control-rows"}


def test_one_patient_alone_is_judged_by_nothing_of_a_cohort(adata):
    alone = adata[:1].copy()
    alone.X[0, 3] = np.nan
    assert check(alone) == []
    assert sample_quality(alone).tolist() == ["ok"]


def test_grades(adata):
    plant_qc(adata)
    plant_silent_sample(adata)
    adata.obs.loc[["S4", "S5"], "qc"] = "warn"
    grades = sample_quality(adata)
    assert grades[["S3", "S4", "S5", "S0"]].tolist() == ["fail", "fail", "warn", "ok"]
    assert grades.value_counts().to_dict() == {"ok": 27, "fail": 2, "warn": 1}


def test_grade_alone_is_the_grade_among_others(adata):
    plant_outlier(adata)
    plant_warning(adata)
    together = sample_quality(adata)
    assert together.tolist() == [sample_quality(adata[[name]])[name] for name in adata.obs_names]


def test_errors_come_first_and_examples_are_few():
    finding = Finding("code", "error", tuple("abcdefgh"), "do")
    assert finding.as_dict() == {
        "code": "code",
        "severity": "error",
        "count": 8,
        "examples": list("abcde"),
        "remedy": "do",
    }


def test_summary_of_the_real_workbook(data_dir):
    adata = read_assays(data_dir / "lvv_cohort1" / "Cohort1_INF&CDM_Raw.xlsx")
    findings = check(adata)
    report = json.loads(json.dumps(summary(adata, findings)))
    assert {
        key: report[key] for key in ("format", "platform", "scale", "samples", "controls", "proteins")
    } == {
        "format": "npx-wide",
        "platform": "Olink Target 96",
        "scale": "NPX",
        "samples": 166,
        "controls": 23,
        "proteins": 184,
    }
    counts = {finding["code"]: finding["count"] for finding in report["findings"]}
    assert (counts["qc-warning"], counts["control-rows"]) == (3, 23)
    hidden = adata.var.loc[list(found(adata, "below-lod").items), "gene"]
    assert {"IL4", "IL5", "IL13", "IL33", "TSLP"} <= set(hidden)


def test_columns_of_unknown_name_are_told(tmp_path):
    (tmp_path / "t.csv").write_text("SampleID,IL6,Weight\nS1,1.5,70.5\nS2,2.5,80.5\n")
    assert found(read_assays(tmp_path / "t.csv"), "unknown-protein").items == ("Weight",)


def facts_of(adata):
    return {(finding.code, finding.severity, frozenset(finding.items)) for finding in check(adata)}


@pytest.mark.parametrize("plant", [plant for plant, *_ in PLANTS if plant is not plant_duplicate])
def test_order_of_rows_and_columns_changes_nothing(adata, plant):
    plant(adata)
    rng = np.random.default_rng(1)
    shuffled = adata[rng.permutation(adata.n_obs), rng.permutation(adata.n_vars)].copy()
    assert facts_of(shuffled) == facts_of(adata)


@pytest.mark.parametrize("n", [0, 1, 2, 3, 10])
@pytest.mark.parametrize("missing", [0.0, 0.5, 1.0])
def test_any_number_of_samples_can_be_looked_at(adata, n, missing):
    few = adata[:n].copy()
    few.X[np.random.default_rng(0).random(few.shape) < missing] = np.nan
    codes = {finding.code for finding in check(few)}
    assert len(sample_quality(few)) == n
    assert (
        codes <= {"all-missing-sample", "all-missing-assay", "below-lod", "near-duplicate"} or missing == 0.5
    )


def test_columns_as_categories_change_nothing(adata):
    adata.obs["group"] = ["AD"] * 14 + [None] * 4 + ["HC"] * 12
    adata.var["panel"] = ["Inflammation"] * 20 + [None] + ["Neurology"] * 19
    before = facts_of(adata)
    adata.strings_to_categoricals()
    assert isinstance(adata.var["panel"].dtype, pd.CategoricalDtype)
    assert facts_of(adata) == before


def test_a_file_of_controls_only_has_nothing_else(adata):
    adata.obs["sample_type"] = "control"
    adata.var["panel"] = ["Inflammation"] * 20 + ["Neurology"] * 20
    assert [finding.code for finding in check(adata)] == ["control-rows"]


def test_a_table_with_nothing_but_levels(adata):
    bare = AnnData(np.asarray(adata.X))
    codes = {finding.code for finding in check(bare)}
    assert codes == {"unknown-scale", "undeclared-matrix", "unknown-protein"}


def test_the_cleaning_policy_knows_every_code(adata):
    for plant, *_ in PLANTS[1:]:
        plant(adata)
    assert {finding.code for finding in check(adata)} <= set(default_policy().actions)


def test_a_sound_simulated_study_has_few_warnings():
    from stratify.simulation.cohort import simulate_study

    codes = Counter(f.code for seed in range(20) for f in check(simulate_study(seed=seed).adata))
    told = {"control-rows", "below-lod", "overlapping-assay", "plate-shift"}  # its plates do differ
    assert {code for code, count in codes.items() if count == 20} == told
    assert set(codes) - told <= {"outlier-sample", "outlier-profile"}  # some of its people leak
