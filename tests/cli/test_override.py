from __future__ import annotations

import json

import pandas as pd


def test_a_call_is_overruled_with_a_reason_and_the_results_stay(stratify, folder, tmp_path, refused):
    out = tmp_path / "out"
    stratify("screen", folder / "models/small-1", folder / "new.csv", "-o", out)
    results = pd.read_csv(out / "results.csv")
    sample = results.loc[results["call"] == "indeterminate", "sample_id"].iloc[0]
    verb = ["override", out, sample, "--call", "Th2-skewed", "--reason", "seen at the clinic"]
    code, text, _ = stratify(*verb, "--json")
    told = json.loads(text)
    assert (code, told["model_call"], told["call"]) == (0, "indeterminate", "Th2-skewed")
    assert told["head"] in (out / "report.html").read_text(encoding="utf-8")
    pd.testing.assert_frame_equal(pd.read_csv(out / "results.csv"), results)
    assert "another call" in refused(stratify(*verb))
    code, text, _ = stratify(*verb[:3], "--call", "indeterminate", "--reason", "seen again")
    assert code == 0
    assert "overrides: 2" in text
