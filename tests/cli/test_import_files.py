from __future__ import annotations

import json

import pytest


def test_import_writes_a_cohort_that_check_and_train_can_read(stratify, folder, tmp_path):
    clinical = folder / "cohort-clinical.csv"
    arguments = ("import", folder / "cohort.csv", "--clinical", clinical, "-o", tmp_path / "cohort.h5ad")
    code, out, _ = stratify(*arguments)
    assert code == 0
    assert out.splitlines()[-1].endswith("cohort.h5ad: 108 samples, 14 controls, 363 assays")
    code, out, _ = stratify("check", tmp_path / "cohort.h5ad", "--json")
    assert (code, json.loads(out)["samples"]) == (0, 108)
    facts = json.loads(stratify(*arguments, "--json")[1])
    assert {"samples", "findings", "removed", "below_lod"} <= set(facts)


@pytest.mark.parametrize(
    ("policy", "word"),
    [('[findings]\nqc-fial = "drop"', "qc-fail"), ('[findings]\ncontrol-rows = "dorp"', "drop")],
)
def test_an_import_that_is_refused_writes_nothing(stratify, folder, tmp_path, policy, word, refused):
    (tmp_path / "p.toml").write_text(policy, encoding="utf-8")
    files = ("import", folder / "cohort.csv", "-o", tmp_path / "c.h5ad", "--policy", tmp_path / "p.toml")
    assert word in refused(stratify(*files))
    assert [path.name for path in tmp_path.iterdir()] == ["p.toml"]
