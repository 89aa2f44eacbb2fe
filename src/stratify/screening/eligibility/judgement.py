"""What rules say of one person: three-valued, so that what is missing never counts as no."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from stratify.screening.eligibility.answers import NEVER, Answer, Value
from stratify.screening.eligibility.rules import (
    EXCLUSION,
    HARD_STOP,
    INCLUSION,
    Condition,
    Rule,
    Rules,
)

PASS, FAIL, CLARIFY = "pass", "fail", "to clarify"
YES, NO, UNKNOWN = "yes", "no", "unknown"
DECIDING = (INCLUSION, EXCLUSION, HARD_STOP)
Person = Mapping[str, Answer]


@dataclass(frozen=True)
class Judgement:
    """Answers of all rules for one person.

    Parameters
    ----------
    outcomes : mapping of str to str
        Rule id to ``pass``, ``fail`` or ``to clarify``.
    rules : Rules
        Which rules.
    open_columns : tuple of str
        Columns whose answers would settle what is to be clarified.
    problems : mapping of str to str
        Column to why its cell was not understood.
    """

    outcomes: Mapping[str, str]
    rules: Rules
    open_columns: tuple[str, ...]
    problems: Mapping[str, str]

    def ids(self, outcome: str, *kinds: str) -> list[str]:
        """Rules of some kinds with an outcome, in the order of the file."""
        return [
            rule.id for rule in self.rules.rules if rule.kind in kinds and self.outcomes[rule.id] == outcome
        ]

    @property
    def eligible(self) -> str:
        """``no`` where a criterion speaks against the person, else ``unknown`` where one is open."""
        if self.ids(FAIL, *DECIDING):
            return NO
        return UNKNOWN if self.ids(CLARIFY, *DECIDING) else YES

    @property
    def questions(self) -> list[str]:
        """What to ask, a line a column."""
        lines = []
        for name in self.open_columns:
            problem = self.problems.get(name, "")
            lines.append(self.rules.columns[name].question + (f" ({name} {problem})" if problem else ""))
        return lines


def judge(rules: Rules, person: Person) -> Judgement:
    """Ask every rule of a person.

    Parameters
    ----------
    rules : Rules
        Criteria.
    person : mapping of str to Answer
        By column; a column that is left out is unknown.

    Returns
    -------
    Judgement
    """
    answers = {name: person.get(name, Answer()) for name in rules.columns}
    when = answers[rules.reference_date].value if rules.reference_date else None
    outcomes = {rule.id: _outcome(rule, answers, when) for rule in rules.rules}
    asked: dict[str, None] = {}
    for rule in rules.rules:
        if rule.kind in DECIDING and outcomes[rule.id] == CLARIFY:
            asked |= dict.fromkeys(_unsettled(rule, answers, when, rules.reference_date))
    problems = {name: answer.problem for name, answer in answers.items() if answer.problem}
    for name in asked:
        if answers[name].value is not None:
            problems[name] = "is after the reference date"
    return Judgement(outcomes, rules, tuple(asked), problems)


def _outcome(rule: Rule, answers: Person, when: Value | None) -> str:
    holds = _any([_holds(one, answers, when) for one in rule.any_of])
    good = holds if rule.kind == INCLUSION or holds is None else not holds
    about = True if rule.only_if is None else _holds(rule.only_if, answers, when)
    if good or about is False:
        return PASS
    return FAIL if good is False and about else CLARIFY


def _any(found: list[bool | None]) -> bool | None:
    if True in found:
        return True
    return None if None in found else False


def _holds(condition: Condition, answers: Person, when: Value | None) -> bool | None:
    """Whether a condition holds; None where that is not known."""
    value = answers[condition.column].value
    if value is None:
        return None
    if condition.within_days is not None:
        return _recent(value, when, condition.within_days)
    if condition.is_ is not None:
        return value is condition.is_
    if condition.one_of:
        return value in condition.one_of
    return _in_range(condition, value)


def _in_range(condition: Condition, value: Value) -> bool:
    if not isinstance(value, float):
        raise TypeError(f"column {condition.column!r} should hold numbers")
    return (
        (condition.at_least is None or value >= condition.at_least)
        and (condition.at_most is None or value <= condition.at_most)
        and (condition.above is None or value > condition.above)
        and (condition.below is None or value < condition.below)
    )


def _recent(value: Value, when: Value | None, days: int) -> bool | None:
    if value == NEVER:
        return False
    if not isinstance(value, date) or not isinstance(when, date):
        return None
    since = (when - value).days
    return None if since < 0 else since <= days


def _unsettled(rule: Rule, answers: Person, when: Value | None, reference_date: str) -> list[str]:
    """Columns of a rule that leave it open."""
    columns = []
    for condition in rule.conditions:
        if _holds(condition, answers, when) is not None:
            continue
        no_date = condition.within_days is not None and not isinstance(when, date)
        if answers[condition.column].value is None or not no_date:
            columns.append(condition.column)
        if no_date:
            columns.append(reference_date)
    return columns
