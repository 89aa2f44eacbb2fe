from __future__ import annotations

import json

import pandas as pd
import pytest

from stratify.screening.eligibility.rules import YES_NO, read_rules

RULES = read_rules("dupilumab-mdd")


@pytest.fixture
def clinical(tmp_path):
    row = {name: "no" if column.type == YES_NO else "20" for name, column in RULES.columns.items()}
    row |= {"screening_date": "2026-03-31", "last_live_vaccine": "never", "mdd_episode": "yes"}
    table = pd.DataFrame([row] * 3, dtype=object)
    table.insert(0, "sample_id", ["a", "=b", "c"])
    table.loc[1, "pregnant"], table.loc[2, "hiv"] = "yes", ""
    table.to_csv(tmp_path / "clinical.csv", index=False)
    return tmp_path / "clinical.csv"


def test_rules_are_printed_with_their_sources_and_their_examples_tried(stratify):
    code, out, err = stratify("eligibility", "dupilumab-mdd")
    assert (code, err) == (0, "")
    for rule in RULES.rules:
        assert f"  {rule.id}: {rule.says} [{rule.source}]" in out
    assert out.endswith("examples that hold: 94 of 94\n")


def test_people_are_asked_and_nothing_is_a_formula(stratify, clinical, tmp_path):
    code, out, _ = stratify("eligibility", "dupilumab-mdd", clinical, "-o", tmp_path / "e.csv", "--json")
    assert code == 0
    facts = json.loads(out)
    assert [facts[key] for key in ("assessed", "eligible", "not_eligible", "to_clarify")] == [3, 1, 1, 1]
    table = pd.read_csv(tmp_path / "e.csv", dtype=str).set_index("sample_id")
    assert table["eligible"].to_dict() == {"a": "yes", "'=b": "no", "c": "unknown"}
    assert not list(tmp_path.glob("*.part"))


def test_a_wrong_example_is_refused_and_nobody_is_asked(stratify, clinical, tmp_path, refused):
    text = """
name = "mine"
version = 1
title = "t"
source = "s"
[columns.hiv]
type = "yes-no"
question = "HIV?"
[[rules]]
id = "hiv"
kind = "hard-stop"
says = "HIV"
any_of = [{ column = "hiv", is = true }]
source = "s"
examples = [{ person = { hiv = true }, answer = "pass" }]
"""
    (tmp_path / "mine.toml").write_text(text, encoding="utf-8")
    answer = stratify("eligibility", tmp_path / "mine.toml", clinical, "-o", tmp_path / "e.csv")
    assert "example 1 of 'hiv' gives 'fail' in place of 'pass'" in refused(answer)
    assert not (tmp_path / "e.csv").exists()


def test_people_and_a_table_belong_together(stratify, clinical):
    assert stratify("eligibility", "dupilumab-mdd", clinical)[0] == 2
