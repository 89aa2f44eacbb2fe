"""Protein levels with their clinical table."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from anndata import AnnData

from stratify.assays.clinical import Unmatched, join_clinical
from stratify.assays.reader import read_assays


def read_cohort(files: Sequence[str | Path], clinical: str | Path | None = None) -> tuple[AnnData, Unmatched]:
    """Read protein levels and join the clinical table, if there is one; nothing is cleaned.

    Parameters
    ----------
    files : sequence of path
        In any format that `read_assays` reads.
    clinical : str or Path, optional
        Clinical table, one row a sample.

    Returns
    -------
    table : AnnData
    unmatched : Unmatched
        Samples without a partner on either side.

    Raises
    ------
    AssayFileError, ClinicalTableError
        Files that cannot be read or joined.
    """
    table = read_assays(*files)
    return (table, Unmatched((), ())) if clinical is None else join_clinical(table, clinical)
