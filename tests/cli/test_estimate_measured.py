from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest


@pytest.fixture
def measured(stratify, folder, tmp_path):
    plan = tmp_path / "plan.csv"
    asked = [folder / "models/small-1", folder / "new.csv", "-o", plan, "--budget", 18]
    assert stratify("plan-measurements", *asked)[0] == 0
    chosen = pd.read_csv(plan).query("chosen == 'yes'")
    level = (np.arange(len(chosen)) % 3 + 1) * 60
    pd.DataFrame({"sample_id": chosen["sample_id"], "ige": level}).to_csv(tmp_path / "ige.csv", index=False)
    return plan, tmp_path / "ige.csv"


def test_estimates_are_printed_with_their_intervals(stratify, measured):
    code, printed, err = stratify("estimate-measured", *measured, "--label", "ige", "--above", 100)
    assert code == 0, err
    assert "18 measured stand for 30 scored people" in printed
    assert "share with the label: 0." in printed
    assert "a marker is no outcome" in err
    code, printed, _ = stratify("estimate-measured", *measured, "--label", "ige", "--above", 100, "--json")
    low, high = json.loads(printed)["prevalence"][1:]
    assert 0 < low < high < 1


def test_a_column_that_is_not_there_is_refused(stratify, measured, refused):
    assert "ige" in refused(stratify("estimate-measured", *measured, "--label", "eosinophils"))
