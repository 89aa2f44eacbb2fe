from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from stratify.signatures.drug_signatures import drug_signatures
from stratify.signatures.overlay import lay_over

GENES = ["IL6", "TNF", "CCL2", "CCL3", "CXCL9"]


def overlay(moves, *, sizes=(), masked=(), genes=GENES, told=None):
    rows = [
        {
            "drug": "mab",
            "gene": gene,
            "direction": {-1: "down", 0: "none", 1: "up"}[int(np.sign(move))],
            "log2fc": str(move),
            "log2fc_basis": "measured",
            "material": "serum",
            "confidence": "verified" if not sizes or gene in sizes else "memory",
        }
        for gene, move in moves.items()
    ]
    for entry in rows:
        if sizes and entry["gene"] not in sizes:
            entry |= {"confidence": "verified", "log2fc": ""}
    targets = pd.DataFrame({"drug": "mab", "gene": list(masked)}) if masked else None
    (drug,) = drug_signatures(pd.DataFrame(rows), targets)
    known = np.ones(len(genes), dtype=bool)
    return lay_over(drug, genes, known, known if told is None else np.array(told))


def test_percent_by_hand():
    one = overlay({"IL6": -0.5, "TNF": -3, "CCL2": 1, "CCL3": -1})
    effect = np.array([1.0, 1.0, 1.0, -2.0, 9.0])
    # .5 of IL6, all of TNF, CCL2 away by 1, CCL3 away by 1, of a sum of 5
    assert float(one.percent_normalised(effect)) == pytest.approx(100 * (0.5 + 1 - 1 - 1) / 5)
    assert float(one.fraction_reversed(effect)) == 0.5


def test_a_percentage_has_no_floor_and_never_exceeds_100():
    rng = np.random.default_rng(0)
    one = overlay({"IL6": -5, "TNF": -5, "CCL2": -5})
    values = one.percent_normalised(rng.normal(size=(500, 5)))
    assert values.max() <= 100
    assert values.min() < -100
    assert values.mean() < 0


def test_sizes_without_a_known_direction_of_the_disease_do_not_count():
    one = overlay({"IL6": -5, "TNF": -0.5}, told=[False, True, True, True, True])
    assert float(one.percent_normalised(np.array([0.001, 1, 0, 0, 0]))) == pytest.approx(50)
    none = overlay({"IL6": -5}, told=[False] * 5)
    assert np.isnan(none.percent_normalised(np.ones(5)))
    assert "not known" in none.note()


def test_unmoved_proteins_count_as_not_reversed():
    one = overlay({"IL6": -1, "TNF": 0})
    assert (float(one.fraction_reversed(np.ones(5))), one.moved) == (0.5, 1)


def test_rank_correlation_needs_three_proteins_that_differ():
    assert np.isnan(overlay({"IL6": -1, "TNF": -2}).rank_correlation(np.arange(5.0)))
    assert np.isnan(overlay({"IL6": -1, "TNF": -1, "CCL2": -1}).rank_correlation(np.arange(5.0)))
    assert overlay({"IL6": -1, "TNF": -2, "CCL2": -3}).rank_correlation(np.arange(5.0)) == -1


def test_targets_are_left_out_and_named():
    one = overlay({"IL6": -1, "TNF": -1}, masked=["TNF"])
    assert (one.position.tolist(), one.masked) == ([0], ("TNF",))
    assert one.row(5).tolist() == [-1, 0, 0, 0, 0]


def test_nothing_shared_gives_nothing():
    one = overlay({"HGF": -1})
    assert len(one.position) == 0
    assert np.isnan(one.fraction_reversed(np.ones(5)))
    assert np.isnan(one.percent_normalised(np.ones(5)))
    assert np.isnan(one.rank_correlation(np.ones(5)))
    assert (one.grade, one.moved, one.note()) == ("", 0, "targets not known: nothing is masked")


def test_of_two_assays_of_a_gene_the_first_with_an_estimate_counts():
    (drug,) = drug_signatures(pd.DataFrame({"drug": ["a"], "gene": ["IL6"], "direction": ["down"]}))
    known = np.array([False, True, True])
    assert lay_over(drug, ["IL6", "IL6", "IL6"], known, known).position.tolist() == [1]


def test_direction_only_is_said():
    one = overlay({"IL6": -1, "TNF": -1}, sizes=["none of them"])
    assert one.mode == "direction only"
    assert "direction only" in one.note()
    assert "stands on 1 protein" in overlay({"IL6": -1}).note()
