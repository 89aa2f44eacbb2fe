"""Rules of a trial laid beside the calls of a model; neither changes the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from stratify.screening.outcome import Screening

if TYPE_CHECKING:
    from stratify.screening.eligibility.assessment import Assessment
    from stratify.screening.eligibility.rules import Rules


def with_eligibility(
    screening: Screening,
    rules: str | Path | Rules,
    clinical: str | Path | pd.DataFrame | None,
    answers: Mapping[tuple[str, str], str] | None = None,
) -> Screening:
    """Fill the column ``eligible`` of a screening.

    Parameters
    ----------
    screening : Screening
        What the model says.
    rules : str, Path or Rules
        Shipped name, TOML file, or rules that were read.
    clinical : path, DataFrame or None
        Clinical table, one row a sample, cells as delivered; without one, everything is to clarify.
    answers : mapping of (sample, column of the rules) to str, optional
        Cells that were given since.

    Returns
    -------
    Screening
        With the same calls.

    Raises
    ------
    ExperimentError
        Rules that cannot be understood.
    ClinicalTableError
        A table without sample ids, or without any column of the rules.
    """
    from stratify.screening.eligibility.assessment import assess
    from stratify.screening.eligibility.rules import read_rules

    samples = screening.table["sample_id"].tolist()
    read = read_rules(rules) if isinstance(rules, str | Path) else rules
    found = assess(read, clinical, samples, answers)
    return replace(
        screening,
        table=_filled(screening.table, found),
        patients=None if screening.patients is None else _filled(screening.patients, found),
        eligibility=found,
    )


def _filled(table: pd.DataFrame, found: Assessment) -> pd.DataFrame:
    return table.assign(eligible=found.eligible(table["sample_id"].tolist()))


def eligible_by_call(screening: Screening) -> list[tuple[str, dict[str, int]]]:
    """Count samples by call and eligibility.

    Parameters
    ----------
    screening : Screening
        With eligibility.

    Returns
    -------
    list of (str, dict)
        Call, and the number of samples by ``yes``, ``unknown`` and ``no``.
    """
    table = screening.table
    return [
        (
            call,
            {
                word: int(((table["call"] == call) & (table["eligible"] == word)).sum())
                for word in ("yes", "unknown", "no")
            },
        )
        for call in screening.counts
    ]
