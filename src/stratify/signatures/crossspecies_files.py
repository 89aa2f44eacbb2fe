"""Comparisons of mouse and human from files to a table, its account and a few lines to read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from stratify.assays.cohort_file import open_cohort
from stratify.assays.files.container import digest
from stratify.assays.files.tables import read_cells
from stratify.signatures.animal_table import read_animals
from stratify.signatures.crossspecies import compare_species
from stratify.signatures.factorial_experiment import analyse_factorial


@dataclass(frozen=True, eq=False)
class Told:
    """What came out of files: a table, its account, notes, and lines to read."""

    table: pd.DataFrame
    facts: dict[str, Any]
    notes: tuple[str, ...]
    lines: tuple[str, ...]


def compare_files(mouse: Path, human: Path, *, levels: Sequence[Path] = ()) -> Told:
    """Lay the mouse signature of one file over the human one of another.

    Parameters
    ----------
    mouse, human : Path
        Tables with gene symbols and log2 fold changes.
    levels : sequence of Path
        Protein levels of the people behind the human table.

    Returns
    -------
    Told

    Raises
    ------
    AssayFileError
        A file without a table.
    CohortError
        See `compare_species`.
    """
    people = open_cohort(levels).people if levels else None
    found = compare_species(read_cells(mouse), read_cells(human), people=people)
    agreed = found.concordance
    facts = {**found.facts(), "sources": {path.name: digest(path) for path in (mouse, human, *levels)}}
    interval = f"{agreed.correlation:.2f} ({agreed.low:.2f} to {agreed.high:.2f}), p {agreed.p_value:.2g}"
    lines = (
        f"{agreed.pairs} one-to-one pairs; without: {facts['lost_mouse']} mouse, {facts['lost_human']} human",
        f"same direction: {agreed.agree} "
        f"({agreed.share:.0%}, {agreed.share_low:.0%} to {agreed.share_high:.0%}; "
        f"expected {agreed.expected:.0%}), one-sided p {agreed.p_direction:.2g}",
        f"correlation of log2 fold changes: {interval}",
        agreed.assumption,
    )
    return Told(found.table(), facts, found.notes, lines)


def analyse_behaviour_file(path: Path, *, split: bool = False) -> Told:
    """Analyse the two by two experiment of a file.

    Parameters
    ----------
    path : Path
        Table of animals, one row each.
    split : bool, default False
        Also tell shares of susceptible animals.

    Returns
    -------
    Told

    Raises
    ------
    AssayFileError
        A file without a table.
    CohortError
        See `read_animals`.
    """
    found = analyse_factorial(read_animals(read_cells(path)), split=split)
    table = found.table()
    facts = {**found.facts(), "sources": {path.name: digest(path)}}
    lines = [
        f"{row['outcome']}, {row['scale']}, {row['effect']}: {row['estimate']:.2f} "
        f"({row['low']:.2f} to {row['high']:.2f}), p {row['p_value']:.2g}"
        for row in table.to_dict("records")
        if row["effect"] in ("interaction", "treatment in stressed")
    ]
    return Told(table, facts, found.notes, tuple(lines))
