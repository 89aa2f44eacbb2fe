from __future__ import annotations

import pytest

from stratify.errors import ExperimentError
from stratify.screening.eligibility.rules import read_rules

HEAD = """
name = "mine"
version = 1
title = "t"
source = "s"
[columns.age]
type = "number"
unit = "years"
question = "How old?"
[columns.ill]
type = "yes-no"
question = "Ill?"
[columns.vaccine]
type = "date"
question = "When?"
"""
RULE = '[[rules]]\nid = "one"\nkind = "hard-stop"\nsays = "x"\nsource = "s"\n'


@pytest.fixture
def refusal(tmp_path):
    def read(text: str) -> str:
        path = tmp_path / "rules.toml"
        path.write_text(text, encoding="utf-8")
        with pytest.raises(ExperimentError) as caught:
            read_rules(path)
        return str(caught.value)

    return read


@pytest.mark.parametrize(
    ("condition", "named"),
    [
        ('{ column = "agee", above = 3 }', "did you mean 'age'?"),
        ('{ column = "ill", above = 3 }', "it is a yes-no"),
        ('{ column = "ill" }', "needs a test"),
        ('{ column = "ill", ist = true }', "ist"),
        ('{ column = "ill", is = "yes" }', "bool"),
        ('{ column = "vaccine", within_days = 84 }', "reference_date must name a column"),
        ('{ column = "age", one_of = ["old"] }', "it is a number"),
    ],
)
def test_a_condition_that_makes_no_sense_is_refused_by_name(refusal, condition, named):
    assert named in refusal(HEAD + RULE + f"any_of = [{condition}]\n")


@pytest.mark.parametrize(
    ("changed", "named"),
    [
        (("[columns.age]", "reference_date = 'ill'\n[columns.age]"), "reference_date"),
        (('unit = "years"', ""), "a number has a unit"),
        (('unit = "years"', 'unit = "years"\nplausible = [9, 1]'), "plausible"),
        (('unit = "years"', 'unit = "years"\nvalues = ["a"]'), "a choice names its values"),
        (("version = 1", 'version = "1"'), "version"),
        (('title = "t"', 'title = "t'), "TOML"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_by_name(refusal, changed, named):
    text = HEAD.replace(*changed) if "reference_date" not in changed[1] else "reference_date = 'ill'\n" + HEAD
    assert named in refusal(text + RULE + 'any_of = [{ column = "ill", is = true }]\n')


def test_two_rules_with_one_id_and_examples_with_strange_columns_are_refused(refusal):
    rule = RULE + 'any_of = [{ column = "ill", is = true }]\n'
    assert "two rules" in refusal(HEAD + rule + rule)
    stray = 'examples = [{ person = { il = true }, answer = "fail" }]\n'
    assert "'il'" in refusal(HEAD + rule + stray)


def test_an_unknown_name_is_answered_with_the_nearest():
    with pytest.raises(ExperimentError, match="dupilumab-mdd"):
        read_rules("dupilumab")
