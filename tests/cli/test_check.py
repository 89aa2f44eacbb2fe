from __future__ import annotations

import json

import anndata
import numpy as np
import pandas as pd


def test_check_describes_a_file_in_the_stable_shape(stratify, folder):
    code, out, _ = stratify("check", folder / "new.csv", "--json")
    facts = json.loads(out)
    assert code == 0
    assert {"format", "platform", "scale", "samples", "controls", "proteins", "findings"} < set(facts)
    assert all(
        {"code", "severity", "count", "examples", "remedy"} <= set(finding) for finding in facts["findings"]
    )
    assert (facts["samples"], facts["proteins"]) == (30, 363)
    code, out, _ = stratify("check", folder / "new.csv")
    assert "samples: 30" in out


def test_check_writes_a_page_and_its_facts(stratify, folder, tmp_path, refused):
    files = ["check", folder / "new.csv", "--clinical", folder / "new-clinical.csv"]
    code, out, err = stratify(*files, "--report", tmp_path / "q", "--json")
    assert code == 0
    assert "quality.html" in err
    assert json.loads((tmp_path / "q" / "quality.json").read_text(encoding="utf-8")) == json.loads(out)
    assert refused(stratify(*files, "--label", "arm")).startswith("expected: a column 'arm'")


def test_a_label_that_is_its_batch_makes_the_check_fail(stratify, tmp_path):
    rng = np.random.default_rng(0)
    table = pd.DataFrame(rng.normal(size=(30, 3)), columns=["IL6", "CCL17", "TNF"])
    table["SampleID"] = [f"T{i}" for i in range(30)]
    table["site"] = table["group"] = ["a", "b", "b"] * 10
    table.to_csv(tmp_path / "levels.csv", index=False)
    code, out, _ = stratify("check", tmp_path / "levels.csv")
    assert code == 1
    assert "error: label-confounded (1: site)." in out


def test_several_clinical_tables_are_all_read(stratify, folder, tmp_path):
    clinical = pd.read_csv(folder / "new-clinical.csv")
    for name, years in (("a", 0), ("b", 7)):
        clinical.assign(age=clinical["age"] + years, **{name: 1})[["sample_id", "age", name]].to_csv(
            tmp_path / f"{name}.csv", index=False
        )
    tables = ["--clinical", tmp_path / "a.csv", "--clinical", tmp_path / "b.csv"]
    _, out, _ = stratify("check", folder / "new.csv", *tables)
    assert f"clinical-conflict ({len(clinical)}: " in out
    code, _, _ = stratify("import", folder / "new.csv", *tables, "-o", tmp_path / "c.h5ad")
    assert code == 0
    assert {"a", "b"} < set(anndata.read_h5ad(tmp_path / "c.h5ad").obs)


def test_samples_without_a_partner_are_all_named(stratify, folder, tmp_path):
    clinical = pd.read_csv(folder / "new-clinical.csv")
    clinical.iloc[2:].to_csv(tmp_path / "part.csv", index=False)
    _, _, err = stratify("check", folder / "new.csv", "--clinical", tmp_path / "part.csv")
    assert all(name in err for name in clinical["sample_id"].iloc[:2])


def test_a_file_that_is_no_assay_is_refused_without_output(stratify, folder, tmp_path, refused):
    letter = tmp_path / "letter.csv"
    letter.write_text("Dear colleague,\nthe samples are on their way.\n", encoding="utf-8")
    refused(stratify("check", letter))
    refused(stratify("screen", folder / "models/small-1", letter, "-o", tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_two_samples_with_one_id_are_refused(stratify, folder, tmp_path, refused):
    table = pd.read_csv(folder / "new.csv", sep=";")
    table["SampleID"] = table["SampleID"].replace("N00002", "N00001")
    table.to_csv(tmp_path / "twice.csv", sep=";", index=False)
    assert "N00001" in refused(stratify("check", tmp_path / "twice.csv"))


def test_text_in_a_protein_column_is_refused_by_column_and_sample(stratify, tmp_path, refused):
    wide = pd.DataFrame({"SampleID": ["a", "b"], "CCL17": ["5.1", "high"], "IL6": [1.0, 2.0]})
    wide.to_csv(tmp_path / "wide.csv", index=False)
    message = refused(stratify("check", tmp_path / "wide.csv"))
    assert "CCL17" in message
    assert "b" in message
    assert "high" not in message
