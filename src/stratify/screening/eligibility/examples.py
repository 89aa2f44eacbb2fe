"""The examples that rules bring along, run."""

from __future__ import annotations

from dataclasses import dataclass

from stratify.screening.eligibility.answers import read_answer
from stratify.screening.eligibility.judgement import judge
from stratify.screening.eligibility.rules import Rules

WANTED = ("pass", "fail", "to clarify")


@dataclass(frozen=True)
class Tried:
    """One example.

    Parameters
    ----------
    rule, number : str, int
        Which; numbers begin at 1.
    expected, found : str
        Answers.
    """

    rule: str
    number: int
    expected: str
    found: str

    @property
    def holds(self) -> bool:
        """Whether the rule says what the example expects."""
        return self.expected == self.found


def try_examples(rules: Rules) -> list[Tried]:
    """Ask each rule of its own examples.

    Parameters
    ----------
    rules : Rules
        Criteria with examples.

    Returns
    -------
    list of Tried

    Examples
    --------
    >>> from stratify.screening.eligibility.rules import read_rules
    >>> all(one.holds for one in try_examples(read_rules("dupilumab-mdd")))
    True
    """
    tried = []
    for rule in rules.rules:
        for number, example in enumerate(rule.examples, start=1):
            person = {n: read_answer(cell, rules.columns[n]) for n, cell in example.person.items()}
            tried.append(Tried(rule.id, number, example.answer, judge(rules, person).outcomes[rule.id]))
    return tried


def rules_without_examples(rules: Rules) -> list[tuple[str, list[str]]]:
    """Name rules that lack an example of an answer, with the answers that they lack.

    Parameters
    ----------
    rules : Rules
        Criteria.

    Returns
    -------
    list of (str, list of str)
    """
    lacking = []
    for rule in rules.rules:
        seen = {example.answer for example in rule.examples}
        if missing := [word for word in WANTED if word not in seen]:
            lacking.append((rule.id, missing))
    return lacking
