"""Comparisons from files."""

from __future__ import annotations

import pandas as pd
import pytest

from stratify.errors import AssayFileError
from stratify.signatures.crossspecies_files import analyse_behaviour_file, compare_files
from stratify.simulation.animals import simulate_animals

GENES = ["Ccl17", "Il6", "Tnf", "Ccl22", "Ifng", "Il10"]


def test_two_files_are_compared(tmp_path):
    pd.DataFrame({"gene": GENES, "logFC": range(6)}).to_csv(tmp_path / "m.csv", index=False)
    human = pd.DataFrame({"gene": [g.upper() for g in GENES], "logFC": range(6)})
    human.to_csv(tmp_path / "h.tsv", index=False, sep="\t")
    found = compare_files(tmp_path / "m.csv", tmp_path / "h.tsv")
    assert set(found.facts["sources"]) == {"m.csv", "h.tsv"}
    assert "5 one-to-one pairs" in found.lines[0]
    assert len(found.table) == 6


def test_animals_of_a_file_are_analysed(tmp_path):
    simulate_animals(1).to_csv(tmp_path / "a.csv", index=False)
    found = analyse_behaviour_file(tmp_path / "a.csv", split=True)
    assert any("interaction" in line for line in found.lines)
    assert found.facts["split_used"]


def test_a_file_without_a_table_is_refused(tmp_path):
    (tmp_path / "m.csv").write_text("", encoding="utf-8")
    with pytest.raises(AssayFileError):
        analyse_behaviour_file(tmp_path / "m.csv")
