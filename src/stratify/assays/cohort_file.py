"""A cohort as the verbs of the command line open it: read, joined, checked, cleaned, patients only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from anndata import AnnData

from stratify.assays.cleaning import clean
from stratify.assays.clinical import Unmatched
from stratify.assays.cohort_reading import read_cohort
from stratify.assays.files.container import digest
from stratify.assays.quality import check
from stratify.assays.sample_names import patient_rows


@dataclass(frozen=True, eq=False)
class OpenedCohort:
    """Patients' samples that are ready for questions.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Checked, and cleaned by the shipped policy; the laboratory's own rows are left out.
    unmatched : Unmatched
        Samples without a partner in the clinical table.
    sources : dict
        Name of each file to its SHA-256.
    """

    people: AnnData
    unmatched: Unmatched
    sources: dict[str, str]

    @property
    def removed(self) -> list[str]:
        """One line a removed or masked row or assay, earlier cleaning included."""
        return [str(line) for line in self.people.uns["stratify"]["removed"]]


def open_cohort(files: Sequence[str | Path], clinical: str | Path | None = None) -> OpenedCohort:
    """Open a cohort file, or what a laboratory and a clinic sent.

    Parameters
    ----------
    files : sequence of path
        A cohort file (``.h5ad``), or protein levels in any format that `read_assays` reads.
    clinical : str or Path, optional
        Clinical table, one row a sample.

    Returns
    -------
    OpenedCohort

    Raises
    ------
    AssayFileError
        Files that cannot be read.
    ClinicalTableError
        A clinical table that cannot be joined.
    CohortError
        When cleaning would leave nothing.
    """
    table, unmatched = read_cohort(files, clinical)
    cleaned = clean(table, check(table))
    paths = [Path(path) for path in (*files, clinical) if path is not None]
    sources = {path.name: digest(path) for path in paths}
    return OpenedCohort(cleaned[patient_rows(cleaned)].copy(), unmatched, sources)
