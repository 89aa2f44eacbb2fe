from __future__ import annotations

import json

import pandas as pd
import pytest

from stratify.errors import StratifyError
from stratify.signatures.provenance import write_table

TABLE = pd.DataFrame({"protein": ["CCL17", "=1+1"], "t": [2.5, -1.0]})


def test_a_table_lies_beside_its_account(tmp_path):
    beside = write_table(TABLE, tmp_path / "new" / "t.csv", provenance={"question": "AD vs HC"})
    assert sorted(path.name for path in (tmp_path / "new").iterdir()) == ["t.csv", "t.csv.provenance.json"]
    facts = json.loads(beside.read_text(encoding="utf-8"))
    assert facts["question"] == "AD vs HC"
    assert facts["columns"] == ["protein", "t"]
    assert facts["software"].startswith("stratify ")


def test_numbers_come_back_and_formulas_are_text(tmp_path):
    write_table(TABLE, tmp_path / "t.csv", provenance={})
    read = pd.read_csv(tmp_path / "t.csv")
    assert read["t"].tolist() == [2.5, -1.0]
    assert read["protein"].tolist() == ["CCL17", "'=1+1"]


def test_names_of_columns_are_text_too(tmp_path):
    write_table(pd.DataFrame({"sample_id": ["a"], "=1+1": [0.5]}), tmp_path / "t.csv", provenance={})
    assert (tmp_path / "t.csv").read_text(encoding="utf-8").splitlines()[0] == "sample_id,'=1+1"


def test_the_same_table_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_table(TABLE, tmp_path / name / "t.csv", provenance={"x": 1, "a": 2})
    for file in ("t.csv", "t.csv.provenance.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()


def test_what_can_not_be_written_leaves_nothing(tmp_path):
    with pytest.raises(StratifyError, match="is a folder"):
        write_table(TABLE, tmp_path, provenance={})
    with pytest.raises(ValueError, match="JSON"):
        write_table(TABLE, tmp_path / "t.csv", provenance={"nan": float("nan")})
    assert list(tmp_path.iterdir()) == []
