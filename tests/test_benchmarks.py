"""Small versions of the evidence in ``benchmarks/``; the full runs are recorded there."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

BENCHMARKS = Path(__file__).parents[1] / "benchmarks"


def load(name):
    spec = importlib.util.spec_from_file_location(f"benchmark_{name}", BENCHMARKS / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("cell", ["strong-right", "strong-none"])
def test_the_default_family_comes_nearer_to_the_best_rule_than_the_baselines(cell, monkeypatch):
    studies = load("studies")
    monkeypatch.setattr(studies, "FAMILIES", ("composite", "pathway-ridge", "factor-centroids"))
    table = studies.run_study(cell, seed=1, n_fresh=300).set_index("family")
    efficiency = (table["auc"] - 0.5) / (table["bayes_auc"] - 0.5)
    assert efficiency["factor-centroids"] > 0.75
    assert efficiency["factor-centroids"] >= efficiency.max() - 0.02
    assert table.loc["factor-centroids", "false_flags_locked"] <= 0.1


def test_nothing_is_found_where_there_is_nothing():
    null = load("null")
    values = [null.run_null(seed)["p"].item() for seed in range(5)]
    assert sum(p <= 0.05 for p in values) <= 2
    assert max(values) > 0.1


def test_a_benchmark_resumes_where_it_stopped(tmp_path, monkeypatch):
    studies = load("studies")
    seen = []

    def record(cell, seed):
        seen.append((cell, seed))
        return studies.pd.DataFrame([{"cell": cell, "seed": seed, "family": studies.DEFAULT}])

    monkeypatch.setattr(studies, "run_study", record)
    studies.resume(tmp_path / "r" / "studies.csv", ("a",), 2)
    table = studies.resume(tmp_path / "r" / "studies.csv", ("a",), 3)
    assert seen == [("a", 100), ("a", 101), ("a", 102)]
    assert len(table) == 3
