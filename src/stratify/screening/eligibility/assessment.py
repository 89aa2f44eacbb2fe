"""Eligibility of everybody in a clinical table, and the flow of people in the manner of CONSORT."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from stratify.assays.clinical import read_clinical
from stratify.assays.files.tables import sample_column
from stratify.assays.schema import as_text, canonical_column
from stratify.errors import ClinicalTableError, listed, nearest
from stratify.screening.eligibility.answers import Answer, read_answer
from stratify.screening.eligibility.judgement import (
    CLARIFY,
    FAIL,
    NO,
    UNKNOWN,
    YES,
    Judgement,
    judge,
)
from stratify.screening.eligibility.rules import EXCLUSION, HARD_STOP, INCLUSION, SOFT_FLAG, Rules

COLUMNS = (
    *("sample_id", "patient_id", "eligible", "hard_stops", "exclusions", "inclusions_not_met"),
    *("to_clarify", "questions", "soft_flags"),
)


@dataclass(frozen=True, eq=False)
class Assessment:
    """What the rules say of people.

    Parameters
    ----------
    rules : Rules
        Criteria.
    judgements : dict of str to Judgement
        By sample id.
    patients : dict of str to str
        Sample id to patient id, "" where unknown.
    absent_columns : tuple of str
        Columns of the rules that the table does not have.
    """

    rules: Rules
    judgements: dict[str, Judgement]
    patients: dict[str, str]
    absent_columns: tuple[str, ...]

    def table(self) -> pd.DataFrame:
        """One row a sample, columns `COLUMNS`; several entries of a cell are joined by "; "."""
        return pd.DataFrame(
            [self._row(sample, one) for sample, one in self.judgements.items()], columns=list(COLUMNS)
        )

    def _row(self, sample: str, one: Judgement) -> list[str]:
        groups = [
            one.ids(FAIL, HARD_STOP),
            one.ids(FAIL, EXCLUSION),
            one.ids(FAIL, INCLUSION),
            one.ids(CLARIFY, HARD_STOP, EXCLUSION, INCLUSION),
            one.questions,
            one.ids(FAIL, SOFT_FLAG),
        ]
        return [sample, self.patients[sample], one.eligible, *map("; ".join, groups)]

    def eligible(self, samples: Sequence[str]) -> list[str]:
        """``yes``, ``no`` or ``unknown`` of each sample; ``unknown`` for one that was not assessed."""
        return [self.judgements[s].eligible if s in self.judgements else UNKNOWN for s in samples]

    def flow(self) -> Flow:
        """Count people; of somebody with several rows, the row that speaks most against them counts."""
        severity = {YES: 0, UNKNOWN: 1, NO: 2}
        people: dict[str, Judgement] = {}
        for sample, one in self.judgements.items():
            person = self.patients[sample] or f"sample:{sample}"
            known = people.get(person)
            if known is None or severity[one.eligible] > severity[known.eligible]:
                people[person] = one
        return Flow.of(self.rules, list(people.values()))


@dataclass(frozen=True)
class Flow:
    """Counts of people, in the manner of the CONSORT flow diagram.

    Parameters
    ----------
    assessed, eligible, not_eligible, to_clarify : int
        People.
    reasons : tuple of (str, str, int)
        Kind, criterion and number of the people whom it excludes; one may be excluded for several.
    open_questions : tuple of (str, int)
        Criterion and number of people who are to clarify because of it.

    References
    ----------
    Schulz et al., BMJ 2010, doi:10.1136/bmj.c332.
    """

    assessed: int
    eligible: int
    not_eligible: int
    to_clarify: int
    reasons: tuple[tuple[str, str, int], ...]
    open_questions: tuple[tuple[str, int], ...]

    @classmethod
    def of(cls, rules: Rules, people: list[Judgement]) -> Flow:
        """Count the answers of people."""
        words = [one.eligible for one in people]
        out = [one for one in people if one.eligible == NO]
        asked = [one for one in people if one.eligible == UNKNOWN]
        decide = [rule for rule in rules.rules if rule.kind != SOFT_FLAG]
        reasons = [(r.kind, r.says, sum(one.outcomes[r.id] == FAIL for one in out)) for r in decide]
        questions = [(r.says, sum(one.outcomes[r.id] == CLARIFY for one in asked)) for r in decide]
        return cls(
            len(people),
            words.count(YES),
            words.count(NO),
            words.count(UNKNOWN),
            tuple(row for row in reasons if row[2]),
            tuple(row for row in questions if row[1]),
        )

    def lines(self) -> list[str]:
        """Say the flow in lines of text."""
        return [
            f"assessed for eligibility: {self.assessed}",
            f"not eligible: {self.not_eligible}",
            *(f"  {count} by {kind}: {says}" for kind, says, count in self.reasons),
            f"to clarify: {self.to_clarify}",
            *(f"  {count} open: {says}" for says, count in self.open_questions),
            f"eligible: {self.eligible}",
        ]


def assess(
    rules: Rules,
    clinical: str | Path | pd.DataFrame | None,
    samples: Sequence[str] = (),
    answers: Mapping[tuple[str, str], str] | None = None,
) -> Assessment:
    """Ask the rules of everybody in a clinical table.

    Parameters
    ----------
    rules : Rules
        Criteria.
    clinical : path, DataFrame or None
        One row a sample, cells as delivered; where there is no table, everything is to clarify.
    samples : sequence of str
        Samples to assess; one that the table lacks is to clarify in everything. All of the table if empty.
    answers : mapping of (sample, column of the rules) to str, optional
        Cells that were given since, in the place of those of the table.

    Returns
    -------
    Assessment

    Raises
    ------
    ClinicalTableError
        No column of sample ids, an id that occurs twice, two columns for one, or no column of the rules.
    """
    table = read_clinical(clinical) if isinstance(clinical, str | Path) else clinical
    if table is None:
        table = pd.DataFrame({"sample_id": pd.Series(dtype=str)})
    ids = _sample_ids(table)
    columns = {} if clinical is None else _columns_of(rules, table)
    given: dict[str, dict[str, object]] = {}
    for (sample, column), cell in (answers or {}).items():
        given.setdefault(sample, {})[column] = cell
    rows = {sample: number for number, sample in enumerate(ids)}
    patient = next((name for name in table.columns if canonical_column(str(name)) == "patient_id"), None)
    judgements, patients = {}, {}
    for sample in samples or ids:
        number = rows.get(sample)
        cells = {} if number is None else {n: table[there].iloc[number] for n, there in columns.items()}
        cells |= given.get(sample, {})
        known: dict[str, Answer] = {n: read_answer(cell, rules.columns[n]) for n, cell in cells.items()}
        judgements[sample] = judge(rules, known)
        patients[sample] = "" if number is None or patient is None else as_text(table[patient].iloc[number])
    return Assessment(
        rules, judgements, patients, tuple(name for name in rules.columns if name not in columns)
    )


def _sample_ids(table: pd.DataFrame) -> list[str]:
    name = sample_column(table)
    if name is None:
        raise ClinicalTableError(
            "a column of sample ids", f"columns {listed(table.columns, 8)}", "name it sample_id"
        )
    ids = [as_text(cell) for cell in table[name]]
    if "" in ids or len(set(ids)) < len(ids):
        raise ClinicalTableError(
            "one row a sample in the clinical table",
            "a row without a sample id" if "" in ids else "several rows for one sample",
            "keep one row a sample; give visits their own sample ids",
        )
    return ids


def _columns_of(rules: Rules, table: pd.DataFrame) -> dict[str, str]:
    """Find the columns of the rules in a table, by any of their names."""
    there: dict[str, list[str]] = {}
    for name in map(str, table.columns):
        there.setdefault(_plain(name), []).append(name)
    found = {}
    for wanted, column in rules.columns.items():
        names = [
            name
            for word in dict.fromkeys(map(_plain, (wanted, *column.also)))
            for name in there.get(word, [])
        ]
        if len(names) > 1:
            raise ClinicalTableError(
                f"one column for {wanted!r}", f"{len(names)}: {listed(names)}", "keep the one that holds"
            )
        if names:
            found[wanted] = names[0]
    if not found:
        raise ClinicalTableError(
            f"columns of {rules.heading}: {listed(rules.columns, 8)}",
            f"none of them; columns {listed(table.columns, 8)}",
            nearest(next(iter(rules.columns)), [str(name) for name in table.columns]),
        )
    return found


def _plain(name: str) -> str:
    return "".join(letter for letter in name.casefold() if letter.isalnum())
