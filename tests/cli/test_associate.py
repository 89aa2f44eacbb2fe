from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture(scope="module")
def clinical(folder):
    table = pd.read_csv(folder / "cohort-clinical.csv").drop(columns="madrs")
    mdd = (table["group"] == "MDD").to_numpy()
    values = np.random.default_rng(0).integers(15, 45, len(table))
    table["MADRS total"] = [str(v) if m else "" for v, m in zip(values, mdd, strict=True)]
    table.to_csv(folder / "severity.csv", index=False)
    return folder / "severity.csv"


def test_associate_writes_a_table_and_its_account(stratify, folder, clinical, tmp_path):
    verb = [
        "associate",
        folder / "cohort.csv",
        "--clinical",
        clinical,
        "--outcome",
        "madrs",
        "--group",
        "MDD",
    ]
    drawn = tmp_path / "t.svg"
    code, out, err = stratify(
        *verb, "--covariate", "age", "-o", tmp_path / "t.csv", "--json", "--figure", drawn
    )
    assert code == 0, err
    facts = json.loads(out)
    assert (facts["persons"], facts["outcome"], facts["column"]) == (25, "madrs", "MADRS total")
    assert set(facts["specific"]) == {"Th2", "Th1", "Th17"}
    table = pd.read_csv(tmp_path / "t.csv", keep_default_na=False)
    assert {"score", "estimate", "low", "high", "p_value", "q_value", "specific", "reason"} <= set(table)
    assert "partial rank correlation with madrs: " in drawn.read_text(encoding="utf-8")
    account = json.loads((tmp_path / "t.csv.provenance.json").read_text(encoding="utf-8"))
    assert set(account["sources"]) == {"cohort.csv", "severity.csv"}
    code, out, _ = stratify(*verb, "-o", tmp_path / "t.csv")
    assert "says nothing of cause" in out


def test_proteins_in_place_of_pathways(stratify, folder, clinical, tmp_path):
    verb = ["associate", folder / "cohort.csv", "--clinical", clinical, "--outcome", "MADRS"]
    assert stratify(*verb, "--proteins", "-o", tmp_path / "t.csv")[0] == 0
    assert len(pd.read_csv(tmp_path / "t.csv")) == 363


def test_what_could_not_be_computed_is_counted(stratify, folder, clinical, tmp_path):
    levels = pd.read_csv(folder / "cohort.csv", sep=";")
    few = levels["Assay"].isin(list(dict.fromkeys(levels["Assay"]))[:8])
    late = levels["SampleID"].isin(levels["SampleID"].unique()[5:])
    levels[few].assign(NPX=levels["NPX"].where(~(late & (levels["Assay"] == levels["Assay"][0])))).to_csv(
        tmp_path / "few.csv", sep=";", index=False
    )
    verb = ["associate", tmp_path / "few.csv", "--clinical", clinical, "--outcome", "MADRS", "--proteins"]
    code, out, err = stratify(*verb, "-o", tmp_path / "t.csv", "--figure", tmp_path / "t.svg")
    assert code == 0, err
    assert "nan" not in out
    assert "1 more: not computed" in out


def test_refusals_are_three_lines_and_leave_no_table(stratify, folder, clinical, tmp_path, refused):
    verb = ["associate", folder / "cohort.csv", "--clinical", clinical, "-o", tmp_path / "t.csv"]
    assert "bdi" in refused(stratify(*verb, "--outcome", "bdi"))
    assert "MMD" in refused(stratify(*verb, "--outcome", "madrs", "--group", "MMD"))
    assert "persons" in refused(stratify(*verb, "--outcome", "madrs", "--group", "HC"))
    assert list(tmp_path.iterdir()) == []
