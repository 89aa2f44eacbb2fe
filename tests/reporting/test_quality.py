from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from anndata import AnnData

from stratify.errors import ClinicalTableError
from stratify.reporting.quality import examine, examine_files

KEYS = {"format", "platform", "scale", "samples", "controls", "proteins", "findings", "parts"}


@pytest.fixture
def adata():
    rng = np.random.default_rng(0)
    obs = pd.DataFrame(
        {
            "sample_type": ["sample"] * 60 + ["control"] * 4,
            "patient_id": [f"P{i // 2}" for i in range(60)] + [""] * 4,
            "group": ["case", "case", "control", "control"] * 15 + [""] * 4,
            "site": ["A", "A", "B", "B"] * 15 + [""] * 4,
        },
        index=[f"S{i}" for i in range(64)],
    )
    table = AnnData(rng.normal(size=(64, 20)), obs=obs)
    table.X[:, 3] = np.nan
    table.uns["stratify"] = {
        "format": "table",
        "platform": "Luminex",
        "scale": "log2 pg/mL",
        "skipped": ["b"],
    }
    return table


def test_findings_of_table_and_probes_come_together_errors_first(adata):
    quality = examine(adata)
    codes = [finding.code for finding in quality.findings]
    assert {"all-missing-assay", "repeated-patient", "label-confounded"} <= set(codes)
    severities = [finding.severity for finding in quality.findings]
    assert severities == sorted(severities, key=["error", "warning", "info"].index)
    assert quality.has_error


def test_flow_counts_rows_patients_and_assays(adata):
    assert dict(examine(adata).flow) == {
        "rows delivered": 64,
        "controls and bridges": 4,
        "samples of patients": 60,
        "samples with an error": 0,
        "patients": 30,
        "patients in a compared group": 30,
        "assays delivered": 20,
        "assays with an error": 1,
        "different proteins": 20,
    }


def test_facts_are_json_in_the_stable_shape(adata):
    facts = json.loads(json.dumps(examine(adata).as_dict(), allow_nan=False))
    assert set(facts) >= KEYS
    assert (facts["samples"], facts["controls"], facts["proteins"]) == (60, 4, 20)
    assert {"code", "severity", "count", "examples", "remedy"} <= set(facts["findings"][0])
    assert facts["parts"] == []
    assert facts["skipped"] == ["b"]
    assert facts["probes"]["label"] == "group"


def test_lines_name_the_file_each_finding_and_what_was_not_probed(adata):
    adata.obs["plate"] = "P1"
    lines = examine(adata).lines()
    assert lines[0].startswith("format: table, platform: Luminex, scale: log2 pg/mL, samples: 60")
    assert any(line.startswith("error: label-confounded (1: site).") for line in lines)
    assert lines[-1] == "not probed: plate (one class of at least 5 patients)"


def test_nothing_is_changed(adata):
    before = adata.copy()
    examine(adata)
    np.testing.assert_array_equal(adata.X, before.X)
    pd.testing.assert_frame_equal(adata.obs, before.obs)


def test_one_sample_is_enough():
    quality = examine(AnnData(np.array([[1.0, 2.0]])))
    assert quality.flow["patients"] == 1
    assert quality.probes.columns == ()


def test_a_named_label_must_be_there(adata):
    with pytest.raises(ClinicalTableError, match="arm"):
        examine(adata, label="arm")


def test_files_with_a_clinical_table(tmp_path):
    rng = np.random.default_rng(1)
    ids = [f"T{i}" for i in range(30)]
    levels = pd.DataFrame(rng.normal(size=(30, 3)), columns=["IL6", "CCL17", "TNF"]).assign(SampleID=ids)
    levels.to_csv(tmp_path / "levels.csv", index=False)
    clinical = pd.DataFrame({"SampleID": ids[1:], "Collection site": ["A", "B"] * 14 + ["A"]})
    clinical.to_csv(tmp_path / "clinical.csv", index=False)
    quality = examine_files([tmp_path / "levels.csv"], tmp_path / "clinical.csv")
    assert quality.unmatched.only_assay == ("T0",)
    assert quality.probes.columns == ("site",)
    assert quality.facts["sources"][0]["name"] == "levels.csv"
    assert len(quality.facts["sources"][0]["sha256"]) == 64


def test_sheets_of_a_workbook_are_parts(data_dir):
    quality = examine_files([data_dir / "ciim_hannover" / "MHH cohort analysis_NPX_INF_v1.xlsx"])
    facts = quality.as_dict()
    assert len(facts["parts"]) == 3
    assert all({"where", "samples", "proteins", "findings"} <= set(part) for part in facts["parts"])


def test_parts_without_levels_have_the_same_keys(tmp_path):
    (tmp_path / "levels.csv").write_text("SampleID,IL6,TNF\nA,1.5,2.5\nB,2.5,3.5\n")
    (tmp_path / "people.csv").write_text("SampleID,Group,Age\nA,MDD,30\nB,HC,40\n")
    facts = examine_files([tmp_path / "levels.csv", tmp_path / "people.csv"]).as_dict()
    assert all(KEYS - {"parts"} <= set(part) for part in facts["parts"])
    assert [part["format"] for part in facts["parts"]] == ["table-wide", "clinical-table"]


def test_th2_cytokines_are_mostly_below_the_limit_in_vasculitis(data_dir):
    folder = data_dir / "lvv_cohort1"
    quality = examine_files([folder / "Cohort1_INF&CDM_Raw.xlsx"], folder / "Cohort1_metadata.csv")
    th2 = quality.overview.th2().set_index("gene")
    assert (th2.loc[["IL4", "IL5", "IL13"], "detectability"] < 0.16).all()
    assert ("label-confounded", ("age",)) in {(one.code, one.items) for one in quality.findings}
    assert not quality.has_error


def test_assays_are_named_by_their_genes(adata):
    adata.var["gene"] = [f"G{j}" for j in range(adata.n_vars)]
    adata.X[:, 1] = np.nan
    quality = examine(adata)
    (finding,) = [finding for finding in quality.findings if finding.code == "all-missing-assay"]
    assert f"G1 [{adata.var_names[1]}]" in quality.named(finding)
    assert any("all-missing-assay" in line and "G1 [" in line for line in quality.lines())
    items = {one["code"]: one["items"] for one in quality.as_dict()["findings"]}
    assert items["all-missing-assay"] == list(finding.items)
