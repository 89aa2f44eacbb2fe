from __future__ import annotations

import json

import pandas as pd


def test_a_plan_is_written_and_told_by_stratum(stratify, folder, tmp_path):
    out = tmp_path / "plan.csv"
    asked = ["plan-measurements", folder / "models/small-1", folder / "new.csv", "-o", out]
    code, printed, err = stratify(*asked, "--budget", 15)
    assert code == 0, err
    assert "stratum 0 (not flagged): " in printed
    assert "do not count" in err
    table = pd.read_csv(out)
    assert len(table) == 30
    assert (table["chosen"] == "yes").sum() == 15
    first = out.read_bytes()
    code, printed, _ = stratify(*asked, "--budget", 15, "--json")
    assert sum(one["chosen"] for one in json.loads(printed)["strata"]) == 15
    assert out.read_bytes() == first


def test_a_budget_for_everybody_is_refused(stratify, folder, tmp_path, refused):
    answer = stratify(
        "plan-measurements",
        folder / "models/small-1",
        folder / "new.csv",
        "-o",
        tmp_path / "plan.csv",
        "--budget",
        30,
    )
    assert "measure everybody" in refused(answer)
    assert list(tmp_path.iterdir()) == []
