from __future__ import annotations

import json

import pandas as pd


def test_a_card_and_its_tables_are_written(stratify, folder, tmp_path):
    out = tmp_path / "card.md"
    code, printed, err = stratify("panel", folder / "small.toml", "-o", out, "--size", 3, "--json")
    assert code == 0, err
    assert "Simulated people" in out.read_text(encoding="utf-8")
    assert (tmp_path / "card.html").is_file()
    assert len(pd.read_csv(tmp_path / "card-auc.csv")) == 17
    assert (pd.read_csv(tmp_path / "card-proteins.csv")["in_panel"] == "yes").sum() == 3
    facts = json.loads(printed)
    assert len(facts["proteins"]) == 3
    assert facts["auc"]["full model"]["difference"] == 0


def test_wrong_questions_leave_no_file(stratify, folder, tmp_path, refused):
    refused(stratify("panel", folder / "small.toml", "-o", tmp_path / "card.txt"))
    refused(stratify("panel", folder / "small.toml", "-o", tmp_path / "card.md", "--size", 2))
    refused(stratify("panel", folder / "absent.toml", "-o", tmp_path / "card.md"))
    assert list(tmp_path.iterdir()) == []
