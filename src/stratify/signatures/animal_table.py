"""Tables of behaving animals, in one spelling."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from stratify.assays.schema import Column, as_text, parse_numbers, rename_columns
from stratify.errors import CohortError, listed

STRESS_WORDS = {
    "no": ("0", "no", "none", "control", "ctrl", "unstressed", "nonstressed", "naive", "undefeated"),
    "yes": ("1", "yes", "stress", "stressed", "defeat", "defeated", "csds", "cvs"),
}
TREATMENT_WORDS = {
    "no": (
        "0",
        "no",
        "none",
        "vehicle",
        "veh",
        "control",
        "isotype",
        "isotypecontrol",
        "igg",
        "saline",
        "pbs",
    ),
    "yes": (
        "1",
        "yes",
        "drug",
        "treated",
        "blockade",
        "antibody",
        "antiil4r",
        "antiil4ra",
        "antiil4ralpha",
        "il4r",
        "il4rblockade",
        "il4rablockade",
        "il4rmab",
    ),
}
COLUMNS = (
    Column(
        "animal", "identifier of the animal", ("animalid", "mouse", "mouseid", "id", "subject", "subjectid")
    ),
    Column("cohort", "batch of animals that ran together", ("batch", "run", "experiment", "replicate")),
    Column("cage", "home cage", ("cageid", "homecage", "cagenumber")),
    Column("stress", "stressed or not", ("defeat", "csds", "condition", "stressgroup"), STRESS_WORDS),
    Column("treatment", "treated or not", ("drug", "antibody", "injection", "blockade"), TREATMENT_WORDS),
    Column(
        "interaction_ratio",
        "time in the interaction zone with a target over that without",
        ("siratio", "sir", "si", "socialinteractionratio", "interactionratio"),
        numeric=True,
    ),
    Column(
        "time_in_zone",
        "seconds in the interaction zone with a target",
        (
            "timeinzone",
            "timeintheinteractionzone",
            "timeininteractionzone",
            "interactiontime",
            "timewithtarget",
            "zonetime",
        ),
        numeric=True,
    ),
    Column(
        "time_without_target",
        "seconds in the interaction zone without a target",
        ("timewithouttarget", "timeinzonewithouttarget", "timenotarget"),
        numeric=True,
    ),
)
OUTCOMES = ("interaction_ratio", "time_in_zone")
FEWEST_ANIMALS, FEWEST_CAGES = 3, 2


@dataclass(frozen=True, eq=False)
class Animals:
    """Animals of a two by two experiment.

    Parameters
    ----------
    table : DataFrame
        One row an animal: ``cohort``, ``cage`` (text; a cage belongs to its cohort), ``stress``,
        ``treatment`` (0 or 1), and what was measured of `OUTCOMES`.
    outcomes : tuple of str
        Columns that were measured.
    notes : tuple of str
        What a reader must know.
    """

    table: pd.DataFrame
    outcomes: tuple[str, ...]
    notes: tuple[str, ...]


def read_animals(frame: pd.DataFrame) -> Animals:
    """Read a table of animals, one row each.

    Parameters
    ----------
    frame : DataFrame
        Columns for stress and treatment (two words each), cohort, cage, and the interaction ratio, the time
        in the interaction zone, or that time with and without a target, in any usual spelling.

    Returns
    -------
    Animals

    Raises
    ------
    CohortError
        A column that is missing, words that are not understood, an animal in two rows, or a cell of the
        experiment with fewer than 3 animals or 2 cages.
    """
    named = frame.rename(columns=rename_columns(map(str, frame.columns), COLUMNS))
    _require(named, ("stress", "treatment"))
    table = pd.DataFrame(index=range(len(named)))
    notes: list[str] = []
    for name, words in (("stress", STRESS_WORDS), ("treatment", TREATMENT_WORDS)):
        table[name] = _switch(named[name], name, words)
    table["cohort"] = _texts(named, "cohort", notes, "all animals count as one cohort")
    cages = _texts(named, "cage", notes, "each animal counts as alone in its cage")
    alone = [f"animal {i + 1}" for i in range(len(named))]
    table["cage"] = [f"{c} / {k or a}" for c, k, a in zip(table["cohort"], cages, alone, strict=True)]
    _refuse_twice(named)
    for name in (*OUTCOMES, "time_without_target"):
        if name in named:
            table[name] = _numbers(named[name], name)
    if "interaction_ratio" not in table and {"time_in_zone", "time_without_target"} <= set(table):
        base = table["time_without_target"]
        table["interaction_ratio"] = table["time_in_zone"] / base.where(base > 0)
        notes.append("interaction ratio: time with a target over time without, as given")
    outcomes = tuple(name for name in OUTCOMES if name in table)
    if not outcomes:
        raise CohortError(
            "a column of the interaction ratio or of the time in the interaction zone",
            f"columns {listed(frame.columns, 12)}",
            "name them interaction_ratio and time_in_zone",
        )
    _require_cells(table)
    return Animals(table, outcomes, (*notes, *_doubts(table, named)))


def _require(named: pd.DataFrame, names: tuple[str, ...]) -> None:
    if missing := [name for name in names if name not in named]:
        raise CohortError(
            f"columns of {listed(missing)}",
            f"columns {listed(named.columns, 12)}",
            "name the columns stress and treatment",
        )


def _switch(cells: pd.Series, name: str, words: dict[str, tuple[str, ...]]) -> list[int]:
    place = {word: i for i, key in enumerate(("no", "yes")) for word in words[key]}
    keys = ["".join(c for c in as_text(cell).lower() if c.isalnum()) for cell in cells]
    if unknown := sorted({as_text(cell) for cell, key in zip(cells, keys, strict=True) if key not in place}):
        raise CohortError(
            f"two words in the column {name}: {listed(words['no'], 20)} against {listed(words['yes'], 20)}",
            listed([word or "an empty cell" for word in unknown]),
            "write no and yes",
        )
    return [place[key] for key in keys]


def _texts(named: pd.DataFrame, name: str, notes: list[str], without: str) -> list[str]:
    cells = [as_text(cell) for cell in named[name]] if name in named else [""] * len(named)
    if not all(cells):
        notes.append(f"no {name} known of {cells.count('')} animals: {without}")
    return cells


def _refuse_twice(named: pd.DataFrame) -> None:
    if "animal" not in named:
        return
    ids = pd.Series([as_text(cell) for cell in named["animal"]])
    if len(twice := ids[ids.duplicated() & (ids != "")].unique()):
        raise CohortError(
            "one row an animal", f"several rows for {listed(twice)}", "keep the test that was planned"
        )


def _numbers(cells: pd.Series, name: str) -> np.ndarray:
    values, wrong = parse_numbers(cells)
    wrong |= values < 0
    if wrong.any():
        rows = np.flatnonzero(wrong) + 1
        raise CohortError(
            f"numbers of zero or more in the column {name}",
            f"something else in rows {listed(rows)}",
            "correct them",
        )
    return values


def _require_cells(table: pd.DataFrame) -> None:
    cells = {
        f"{'stressed' if s else 'unstressed'}, {'treated' if d else 'untreated'}": table[
            (table["stress"] == s) & (table["treatment"] == d)
        ]
        for s in (0, 1)
        for d in (0, 1)
    }
    small = [
        f"{name}: {len(part)} animals in {part['cage'].nunique()} cages"
        for name, part in cells.items()
        if len(part) < FEWEST_ANIMALS or part["cage"].nunique() < FEWEST_CAGES
    ]
    if small:
        raise CohortError(
            f"at least {FEWEST_ANIMALS} animals in {FEWEST_CAGES} cages in each of the four cells",
            "; ".join(small),
            "add animals; a cell in one cage cannot be told from that cage",
        )


def _doubts(table: pd.DataFrame, named: pd.DataFrame) -> list[str]:
    notes = []
    if (table.groupby("cage")["stress"].nunique() > 1).any():
        notes.append("cages hold stressed and unstressed animals: is a cage number used twice?")
    split = [
        c for c in named.columns if any(w in str(c).lower() for w in ("resilien", "susceptib", "phenotype"))
    ]
    if split:
        notes.append(f"{listed(split)} is not used: a split of the animals by their outcome is no outcome")
    return notes
