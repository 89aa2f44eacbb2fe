from __future__ import annotations

import pandas as pd

from stratify.assays.plates import by_panel, store_by_panel

PANELS = ["Inflammation", "Neurology"]


def test_one_plate_for_all_panels_needs_one_column():
    obs = pd.DataFrame(index=["a", "b"])
    store_by_panel(obs, "plate", pd.DataFrame({p: ["P1", "P2"] for p in PANELS}, obs.index))
    assert list(obs.columns) == ["plate"]
    assert by_panel(obs, "plate", PANELS)["Neurology"].tolist() == ["P1", "P2"]


def test_plates_that_differ_by_panel_come_back():
    table = pd.DataFrame({"Inflammation": ["I1", ""], "Neurology": ["N1", "N2"]}, ["a", "b"])
    obs = pd.DataFrame(index=table.index)
    store_by_panel(obs, "plate", table)
    assert obs["plate"].tolist() == ["I1 | N1", "N2"]
    pd.testing.assert_frame_equal(by_panel(obs, "plate", PANELS), table)


def test_worst_verdict_counts():
    obs = pd.DataFrame(index=["a", "b", "c"])
    verdicts = {"Inflammation": ["pass", "fail", ""], "Neurology": ["warn", "warn", ""]}
    store_by_panel(obs, "qc", pd.DataFrame(verdicts, obs.index))
    assert obs["qc"].tolist() == ["warn", "fail", ""]


def test_unknown_plates_are_empty():
    assert by_panel(pd.DataFrame(index=["a"]), "plate", PANELS).iloc[0].tolist() == ["", ""]
