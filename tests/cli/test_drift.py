from __future__ import annotations

import json

import numpy as np

from stratify.assays.reader import read_assays
from stratify.simulation.export import write_npx_long


def test_a_run_in_control_exits_with_0_and_one_that_is_off_with_1(stratify, folder, tmp_path, refused):
    model, page = folder / "models/small-1", tmp_path / "drift.html"
    code, out, err = stratify("drift", model, folder / "new.csv", "-o", page)
    assert (code, err) == (0, f"page: {page}\n")
    assert "level: in control" in out
    assert "new.csv: in control; flagged" in out
    moved = read_assays(folder / "new.csv")
    people = (moved.obs["sample_type"] == "sample").to_numpy()
    moved.X[people] += 0.6 * np.random.default_rng(0).standard_normal(moved.n_vars)
    write_npx_long(moved, tmp_path / "moved.csv")
    code, out, _ = stratify("drift", model, tmp_path / "moved.csv", folder / "new.csv", "--json")
    told = json.loads(out)
    assert (code, told["level"]) == (1, "off")
    assert [run["level"] for run in told["runs"]] == ["off", "in control", "off"]
    stratify("screen", model, folder / "new.csv", "-o", tmp_path / "s")
    code, out, _ = stratify("drift", model, tmp_path / "s")
    assert code == 0
    assert "s: in control by its results only" in out
    refused(stratify("drift", model, tmp_path))
