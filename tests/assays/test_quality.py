from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.assays.finding import Finding
from stratify.assays.quality import check, clean, sample_quality, summary
from stratify.assays.reader import read_assays


@pytest.fixture
def adata():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {"sample_type": ["sample"] * 28 + ["control", "bridge"], "matrix": "serum", "qc": "pass"},
        [f"S{i}" for i in range(30)],
    )
    table = AnnData(5 + rng.normal(size=(30, 40)), obs, pd.DataFrame(index=[f"A{j}" for j in range(40)]))
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
    adata.X[9] *= 9


def plant_visits(adata):
    adata.obs["patient_id"] = [f"P{i // 2}" if i < 4 else "" for i in range(30)]


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


@pytest.mark.filterwarnings("ignore:Observation names are not unique")
@pytest.mark.parametrize(
    ("plant", "code", "severity", "items"), PLANTS, ids=[plant.__name__ for plant, *_ in PLANTS]
)
def test_cleaning_removes_exactly_the_errors(adata, plant, code, severity, items):
    plant(adata)
    findings = check(adata)
    kept = clean(adata, findings)
    gone = set(items) if severity == "error" else set()
    people = adata.obs_names[adata.obs["sample_type"] == "sample"]
    assert kept.obs_names.tolist() == [name for name in people if name not in gone]
    assert kept.var_names.tolist() == [name for name in adata.var_names if name not in gone]
    log = kept.uns["stratify"]["removed"]
    assert log[:1] == ["earlier"]
    assert [line for line in log if line.startswith(code)] == [f"{code}: {name}" for name in sorted(gone)]
    assert not [finding for finding in check(kept) if finding.severity == "error"]
    assert adata.uns["stratify"]["removed"] == ["earlier"]


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
    assert clean(adata, findings).n_obs == 166


def test_columns_of_unknown_name_are_told(tmp_path):
    (tmp_path / "t.csv").write_text("SampleID,IL6,Weight\nS1,1.5,70.5\nS2,2.5,80.5\n")
    assert found(read_assays(tmp_path / "t.csv"), "unknown-protein").items == ("Weight",)
