from __future__ import annotations

from stratify.reporting.card_difference import card_changes


def facts(**run):
    return {"run": {"families": [{"name": "ridge", "auc": 0.8}, {"name": "xgboost", "auc": 0.7}], **run}}


def test_another_order_is_no_change():
    other = {"run": {"families": list(reversed(facts()["run"]["families"]))}}
    assert card_changes(facts(), other) == []


def test_a_row_that_came_or_went_is_told_by_its_name():
    fewer = {"run": {"families": facts()["run"]["families"][:1]}}
    told = [str(change) for change in card_changes(facts(), fewer)]
    assert told == ["run.families.xgboost: {'name': 'xgboost', 'auc': 0.7} -> 'nothing'"]


def test_what_follows_from_others_is_not_told_twice():
    before, after = facts(tables={"a.csv": "1"}), facts(tables={"a.csv": "2"})
    assert (
        card_changes(before | {"summary": 1, "figures": {}}, after | {"summary": 2, "figures": {"a": "b"}})
        == []
    )


def test_numbers_are_told_by_their_path():
    changes = card_changes(facts(seed=1, flow={"read": 5}), facts(seed=2, flow={"read": 5}))
    assert [str(change) for change in changes] == ["run.seed: 1 -> 2"]
