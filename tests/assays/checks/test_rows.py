from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.rows import laboratory_rows, repeated_ids, silent_samples, unmeasured_panels


@pytest.mark.filterwarnings("ignore:Observation names are not unique")
def test_an_id_that_two_people_have_is_named_once(make):
    table = make(5)
    table.obs["sample_type"] = ["sample"] * 3 + ["control"] * 2
    table.obs_names = ["S1", "S2", "S1", "PP", "PP"]
    (finding,) = repeated_ids(Patients(table))
    assert (finding.code, finding.severity, finding.items) == ("duplicate-sample", "error", ("S1",))


def test_a_sample_without_a_level_is_named(make):
    table = make(5)
    table.X[2] = np.nan
    table.X[3, 1:] = np.nan
    (finding,) = silent_samples(Patients(table))
    assert (finding.code, finding.severity, finding.items) == ("all-missing-sample", "error", ("S2",))


def test_samples_that_were_not_measured_on_a_panel(make):
    table = make(5)
    assert not any(finding.items for finding in unmeasured_panels(Patients(table)))
    panel = np.array(["INF", "CVD"])[np.arange(table.n_vars) % 2]
    table.var["panel"] = pd.Categorical(panel)
    table.X[1, panel == "CVD"] = np.nan
    table.X[2] = np.nan
    cvd, inf = unmeasured_panels(Patients(table))
    assert (cvd.code, cvd.severity, cvd.items, inf.items) == ("missing-panel", "warning", ("S1",), ())
    assert "'CVD'" in cvd.remedy


def test_assays_that_are_missing_together_count_as_a_panel_where_none_is_named(make):
    table = make(6)
    table.var["panel"] = ""
    table.X[0, 3] = np.nan
    assert not any(finding.items for finding in unmeasured_panels(Patients(table)))
    table.X[4:, 60:] = np.nan
    table.X[2] = np.nan
    found = [finding for finding in unmeasured_panels(Patients(table)) if finding.items]
    assert [(one.code, one.items) for one in found] == [("missing-panel", ("S4", "S5"))]
    assert found[0].remedy.startswith("not measured for A60, A61, A62, A63, A64 and 15 more: ")


def test_the_laboratory_s_rows_and_names_like_theirs(make):
    table = make(4)
    table.obs["sample_type"] = ["sample", "sample", "control", "bridge"]
    table.obs_names = ["S1", "Control 7", "IPC 1", "Bridge 1"]
    controls, unclear = laboratory_rows(Patients(table))
    assert (controls.code, controls.severity, controls.items) == (
        "control-rows",
        "info",
        ("IPC 1", "Bridge 1"),
    )
    assert (unclear.code, unclear.severity, unclear.items) == ("control-name", "warning", ("Control 7",))
