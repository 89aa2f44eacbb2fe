from __future__ import annotations

from stratify.screening.eligibility.examples import rules_without_examples, try_examples
from stratify.screening.eligibility.rules import read_rules

RULES = read_rules("dupilumab-mdd")


def test_every_rule_of_the_template_passes_fails_and_is_left_open_by_an_example():
    assert [one for one in try_examples(RULES) if not one.holds] == []
    assert rules_without_examples(RULES) == []


def test_an_example_that_does_not_hold_is_found():
    rule = RULES.rules[0]
    wrong = rule.model_copy(
        update={"examples": (rule.examples[0], rule.examples[1].model_copy(update={"answer": "pass"}))}
    )
    rules = RULES.model_copy(update={"rules": (wrong,)})
    assert [(one.rule, one.number, one.found) for one in try_examples(rules) if not one.holds] == [
        ("age", 2, "fail")
    ]
    assert rules_without_examples(rules) == [("age", ["fail", "to clarify"])]
