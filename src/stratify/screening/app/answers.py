"""Open questions of a trial, as fields of a form, and the answers that come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from stratify.screening.app.sessions import Session
from stratify.screening.eligibility.answers import read_answer
from stratify.screening.eligibility.rules import Column, Rules
from stratify.screening.eligible_patients import with_eligibility

PREFIX = "answer."
_LONGEST = 200


@dataclass(frozen=True)
class Question:
    """A question that is open for one sample, or that was answered on the page.

    Parameters
    ----------
    column : str
        Of the rules.
    says : Column
        Its type, unit, words and question.
    problem : str
        Why what the table holds, or what was answered, counts as unknown; "" otherwise.
    answer : str
        What was answered on the page.
    is_reference : bool
        Whether it is the day from which the rules count back, which has to be one.
    """

    column: str
    says: Column
    problem: str
    answer: str = ""
    is_reference: bool = False

    @property
    def field(self) -> str:
        """Name of the field of the form."""
        return PREFIX + self.column

    @property
    def hint(self) -> str:
        """How to write the answer, in words."""
        if self.says.type == "number":
            between = "" if self.says.plausible is None else " from {:g} to {:g}".format(*self.says.plausible)
            unit = "" if self.says.unit == "count" else f", in {self.says.unit}"
            return f"a number{between}{unit}"
        if self.says.type != "date":
            return ""
        return "as 2026-03-31" if self.is_reference else "as 2026-03-31, or never"


def questions(session: Session, sample: str) -> tuple[list[Question], list[Question]]:
    """Questions of a sample.

    Parameters
    ----------
    session : Session
        With eligibility.
    sample : str
        Its id.

    Returns
    -------
    open, answered : lists of Question
        Those that are open, and those that were settled on the page.
    """
    found = session.screening.eligibility
    if found is None:
        return [], []
    one, given = found.judgements[sample], _of_sample(session.answers, sample)
    asked = [
        _question(found.rules, name, one.problems.get(name, ""), given.get(name, ""))
        for name in one.open_columns
    ]
    settled = [
        _question(found.rules, name, "", cell) for name, cell in given.items() if name not in one.open_columns
    ]
    return asked, settled


def answered(session: Session, sample: str, fields: Mapping[str, str]) -> list[Question]:
    """Take answers of a form and judge the sample again; an empty field takes an answer back.

    Parameters
    ----------
    session : Session
        Changed in place.
    sample : str
        Its id.
    fields : mapping of str to str
        Of the form; fields that are no question of the rules are left alone.

    Returns
    -------
    list of Question
        Those whose answers were not understood; these stay open.
    """
    found = session.screening.eligibility
    if found is None:
        return []
    answers, wrong = dict(session.answers), []
    for name, cell in _of_form(found.rules, fields).items():
        answers.pop((sample, name), None)
        if not cell:
            continue
        problem = read_answer(cell, found.rules.columns[name]).problem
        if problem:
            wrong.append(_question(found.rules, name, problem, cell))
        else:
            answers[sample, name] = cell
    if answers != session.answers:
        session.screening = with_eligibility(session.screening, found.rules, session.clinical, answers)
        session.answers, session.report, session.unsaved = answers, None, True
    return wrong


def _question(rules: Rules, name: str, problem: str, answer: str) -> Question:
    return Question(name, rules.columns[name], problem, answer, name == rules.reference_date)


def _of_form(rules: Rules, fields: Mapping[str, str]) -> dict[str, str]:
    texts = {name.removeprefix(PREFIX): text for name, text in fields.items() if name.startswith(PREFIX)}
    return {name: texts[name].strip()[:_LONGEST] for name in rules.columns if name in texts}


def _of_sample(answers: Mapping[tuple[str, str], str], sample: str) -> dict[str, str]:
    return {column: cell for (who, column), cell in answers.items() if who == sample}


def mended(asked: list[Question], wrong: list[Question]) -> list[Question]:
    """Put what was not understood into the questions that are still open.

    Parameters
    ----------
    asked, wrong : lists of Question
        Open ones, and those whose answers were not understood.

    Returns
    -------
    list of Question
    """
    faults = {one.column: one for one in wrong}
    return [
        replace(one, problem=faults[one.column].problem, answer=faults[one.column].answer)
        if one.column in faults
        else one
        for one in asked
    ]
