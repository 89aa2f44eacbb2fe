"""A plan of whom to measure as a table, and the measured labels beside it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from stratify.assays.files.tables import read_cells, sample_column
from stratify.assays.schema import as_text, parse_numbers
from stratify.errors import ScreeningError, listed
from stratify.learning.two_phase import plan_measurements
from stratify.learning.two_phase_estimates import TwoPhase, estimate_two_phase
from stratify.screening.target_scores import TargetScores

COLUMNS = (
    "sample_id",
    "patient_id",
    "call",
    "flagged",
    "score",
    "stratum",
    "inclusion_probability",
    "chosen",
)
_WORDS = {"1": 1.0, "yes": 1.0, "positive": 1.0, "0": 0.0, "no": 0.0, "negative": 0.0}


@dataclass(frozen=True)
class Measured:
    """What the measured people of a plan say.

    Parameters
    ----------
    estimates : TwoPhase
        Of everybody in the plan.
    missing : int
        Chosen people without a label.
    unplanned, unknown : int
        Labels of people who were not chosen, and of samples that the plan does not name; neither counts.
    """

    estimates: TwoPhase
    missing: int
    unplanned: int
    unknown: int


def plan_cohort(people: TargetScores, *, budget: int, seed: int = 0) -> pd.DataFrame:
    """Plan whom of a scored cohort to measure.

    Parameters
    ----------
    people : TargetScores
        As from `target_scores`.
    budget : int
        People to measure.
    seed : int, default 0
        Of the draw.

    Returns
    -------
    DataFrame
        One row a person, in the order of the cohort: `COLUMNS`. Everybody is in it: the estimates need all.

    Raises
    ------
    CohortError
        As `plan_measurements`.
    """
    table = people.table
    flagged = (table["call"] == people.loaded.model.rule.positive_call).to_numpy()
    expected = table["posterior_25"].to_numpy(dtype=float)
    plan = plan_measurements(people.score, flagged, expected, budget=budget, seed=seed)
    return table[["sample_id", "patient_id", "call"]].assign(
        flagged=_yes(flagged),
        score=people.score,
        stratum=plan.stratum,
        inclusion_probability=plan.inclusion,
        chosen=_yes(plan.chosen),
    )[[*COLUMNS]]


def estimate_measured(
    plan: str | Path, labels: str | Path, *, label: str, above: float | None = None
) -> Measured:
    """Estimate what an outside label says of everybody in a plan.

    Parameters
    ----------
    plan : str or Path
        As `plan_cohort` gave it.
    labels : str or Path
        Table with one row a measured sample.
    label : str
        Its column: 1 and 0 (or yes and no, positive and negative), or a level if `above` is given.
    above : float, optional
        A level above it is a positive label.

    Returns
    -------
    Measured

    Raises
    ------
    ScreeningError
        A table that is no plan, a column that is absent, or a cell that is no label.
    CohortError
        As `estimate_two_phase`.
    """
    table = _read_plan(Path(plan))
    found = _read_labels(Path(labels), label, above)
    chosen = (table["chosen"] == "yes").to_numpy()
    value = found.reindex(table["sample_id"]).to_numpy()
    estimates = estimate_two_phase(
        table["score"].to_numpy(dtype=float),
        (table["flagged"] == "yes").to_numpy(),
        np.where(chosen, value, np.nan),
        table["stratum"].to_numpy(dtype=int),
    )
    return Measured(
        estimates,
        int((chosen & np.isnan(value)).sum()),
        int((~chosen & np.isfinite(value)).sum()),
        int((~found.index.isin(table["sample_id"])).sum()),
    )


def _yes(marked: np.ndarray) -> np.ndarray:
    return np.where(marked, "yes", "no")


def _read_plan(path: Path) -> pd.DataFrame:
    table = read_cells(path)
    if absent := [name for name in COLUMNS if name not in table]:
        raise _no_plan(path, f"no column {listed(absent)}")
    table = table.assign(**{name: table[name].map(as_text) for name in ("sample_id", "flagged", "chosen")})
    for name in ("score", "stratum", "inclusion_probability"):
        values, wrong = parse_numbers(table[name])
        if wrong.any() or not np.isfinite(values).all():
            raise _no_plan(path, f"column {name} with a cell that is no number")
        table[name] = values
    words = set(table["flagged"]) | set(table["chosen"])
    whole = (table["stratum"] >= 0) & (table["stratum"] % 1 == 0)
    if not words <= {"yes", "no"} or table["sample_id"].duplicated().any() or not whole.all():
        raise _no_plan(path, "changed words, a repeated sample or a changed stratum")
    return table.assign(stratum=np.unique(table["stratum"], return_inverse=True)[1])


def _no_plan(path: Path, found: str) -> ScreeningError:
    return ScreeningError(
        "a plan as `stratify plan-measurements` writes it",
        f"{path.name}: {found}",
        "use the file as it was written",
    )


def _read_labels(path: Path, label: str, above: float | None) -> pd.Series:
    table = read_cells(path)
    samples = sample_column(table)
    if samples is None or label not in table:
        found = "no column of sample ids" if samples is None else f"columns {listed(table.columns, 8)}"
        raise ScreeningError(f"sample ids and a column {label}", f"{path.name}: {found}", "name the column")
    ids, cells = table[samples].map(as_text), table[label].map(as_text)
    if above is None:
        values = cells.str.lower().map(_WORDS).to_numpy(dtype=float)
        wrong = np.isnan(values) & (cells != "").to_numpy()
    else:
        levels, wrong = parse_numbers([cell or None for cell in cells])
        values = np.where(np.isfinite(levels), levels > above, np.nan)
    if wrong.any() or ids.duplicated().any():
        repeated = listed(ids[ids.duplicated()])
        raise ScreeningError(
            "one label a sample: 1 or 0, or a level with a bound to be above of",
            f"repeated {repeated}" if repeated else f"other cells for {listed(ids[wrong])}",
            "correct the table of labels",
        )
    return pd.Series(values, ids)
