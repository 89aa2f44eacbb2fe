"""A small panel from an experiment file."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.errors import ExperimentError
from stratify.experiment.panel import make_panel, read_costs

EXPERIMENT = """
name = "few"
question = "Which simulated MDD patients resemble atopic dermatitis?"
definition = "th2-v1"
[data]
simulate = "strong-right"
positive = ["AD"]
negative = ["PSO", "HC"]
reference = ["HC"]
target = ["MDD"]
matrix = "serum"
site = "unknown"
[learning]
repeats = 1
permutations = 19
"""


@pytest.fixture
def experiment(tmp_path):
    path = tmp_path / "few.toml"
    path.write_text(EXPERIMENT, encoding="utf-8")
    return path


def test_a_panel_its_worth_and_its_card(experiment):
    made = make_panel(experiment, size=4)
    inside = made.proteins.query("in_panel == 'yes'")
    assert len(inside) == 4
    assert made.proteins["chosen"].sum() == pytest.approx(4)
    table = made.table.set_index("score")
    assert table.loc["card of 4", "auc"] > 0.8
    assert table.loc["card of 4", "difference"] < 0.02
    assert made.card.startswith("# Score card: few, 4 proteins")
    assert all(name in made.card for name in inside["protein"])
    assert "AD-like" in made.card
    assert f"A total from {made.reading.flag_from} is called" in made.card


def test_only_proteins_with_a_cost_can_be_had(experiment, tmp_path):
    free = make_panel(experiment, size=3).proteins
    first = free.query("in_panel == 'yes'")["protein"].iloc[0]
    names = ["CCL17", "CCL13", "IL13", "IL4", "IL5", "CCL11", "CCL3", "CCL4", "IL6", "TNF", "CXCL9", "CXCL10"]
    names += ["CCL20", "IL18", "OSM", "HGF", "CDCP1", "FGF21"]
    costs = pd.DataFrame({"protein": [n for n in names if n != first], "cost": 2.5})
    costs.to_csv(tmp_path / "costs.csv", index=False)
    made = make_panel(experiment, size=3, costs=tmp_path / "costs.csv", detectable=0.3)
    assert first not in set(made.proteins["protein"])
    assert set(made.proteins["protein"].str.split(" ").str[0]) <= set(costs["protein"])
    assert (made.proteins["cost"] == 2.5).all()


@pytest.mark.parametrize("size", [2, 11])
def test_other_sizes_are_refused(experiment, size):
    with pytest.raises(ExperimentError, match="3 to 10"):
        make_panel(experiment, size=size)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("protein\nA\n", "no column cost"),
        ("protein,cost\nA,free\n", "no number above 0"),
        ("protein,cost\nA,0\n", "no number above 0"),
        ("protein,cost\nA,1\nA,2\n", "a protein twice"),
    ],
)
def test_costs_that_can_not_be_read_are_refused(tmp_path, text, told):
    (tmp_path / "costs.csv").write_text(text, encoding="utf-8")
    assays = pd.DataFrame({"gene": ["A", "B"], "panel": "", "uniprot": ""}, index=["OID1", "OID2"])
    with pytest.raises(ExperimentError, match=told):
        read_costs(tmp_path / "costs.csv", assays)


def test_costs_are_looked_up_by_symbol_or_assay_id(tmp_path):
    (tmp_path / "costs.csv").write_text("protein,cost\nA,1.5\nOID2,4\nZ9,1\n", encoding="utf-8")
    assays = pd.DataFrame(
        {"gene": ["A", "B", "C"], "panel": "", "uniprot": ""}, index=["OID1", "OID2", "OID3"]
    )
    told = []
    assert read_costs(tmp_path / "costs.csv", assays, told.append).tolist() == [1.5, 4, np.inf]
    assert told == ["costs.csv names 1 proteins that were not measured here: Z9"]
