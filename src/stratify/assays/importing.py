"""Vendor files to one cohort file: read, joined, checked, cleaned, written whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from anndata import AnnData

from stratify.assays.cleaning import clean
from stratify.assays.clinical import Unmatched, join_clinical
from stratify.assays.finding import Finding
from stratify.assays.policy import KEEP, Policy, default_policy, read_policy
from stratify.assays.quality import check, summary
from stratify.assays.reader import named_digests, read_assays
from stratify.errors import AssayFileError

SUFFIX = ".h5ad"


@dataclass(frozen=True, eq=False)
class Imported:
    """What an import did.

    Parameters
    ----------
    cohort : AnnData
        As written.
    findings : tuple of Finding
        About the table before cleaning.
    unmatched : Unmatched
        Samples without a partner in the clinical table.
    """

    cohort: AnnData
    findings: tuple[Finding, ...]
    unmatched: Unmatched

    @property
    def removed(self) -> list[str]:
        """One line a removed or masked row or assay, earlier cleaning included."""
        return [str(line) for line in self.cohort.uns["stratify"]["removed"]]

    def summary(self) -> dict[str, Any]:
        """Describe the cohort as ``check --json`` does, with the log of what was removed.

        Returns
        -------
        dict
            The keys of `stratify.assays.quality.summary`, the findings being those before cleaning, and
            ``removed`` and ``below_lod``.
        """
        below = self.cohort.uns["stratify"]["below_lod"]
        return summary(self.cohort, self.findings) | {"removed": self.removed, "below_lod": below}


def import_cohort(
    files: Sequence[str | Path],
    out: str | Path,
    *,
    clinical: str | Path | Sequence[str | Path] | None = None,
    policy: str | Path | None = None,
) -> Imported:
    """Make one cohort file from what a laboratory and a clinic sent.

    Parameters
    ----------
    files : sequence of path
        Protein levels, in any format that `read_assays` reads.
    out : str or Path
        Cohort file to write (``.h5ad``); it appears only when complete.
    clinical : path or sequence of path, optional
        Clinical table, one row a sample, or several that are put side by side.
    policy : str or Path, optional
        Cleaning policy (TOML); the shipped one if left out. Control and bridge rows stay unless it drops
        them: whoever trains or bridges from the cohort needs them.

    Returns
    -------
    Imported

    Raises
    ------
    AssayFileError
        Files that cannot be read, or an output of another kind or that is one of the files read.
    ClinicalTableError
        A clinical table that cannot be joined.
    ExperimentError
        A policy that cannot be understood.
    CohortError
        When cleaning would leave nothing.
    """
    out = Path(out)
    tables = [clinical] if isinstance(clinical, str | Path) else list(clinical or ())
    _refuse_output(out, [Path(path) for path in (*files, *tables, policy) if path is not None])
    rule = _default() if policy is None else read_policy(policy, _default())
    table, unmatched = read_assays(*files), Unmatched((), ())
    if tables:
        table, unmatched = join_clinical(table, tables)
        table.uns["stratify"]["clinical_sources"] = named_digests(tables)
    findings = tuple(check(table))
    cohort = _storable(clean(table, findings, rule))
    _write(cohort, out)
    return Imported(cohort, findings, unmatched)


def _default() -> Policy:
    shipped = default_policy()
    return replace(shipped, actions={**shipped.actions, "control-rows": KEEP})


def _storable(cohort: AnnData) -> AnnData:
    """Rename columns with a slash, which an HDF5 file takes for a folder, and note it."""
    renamed = {}
    for name in [name for name in cohort.obs if "/" in str(name)]:
        new = str(name).replace("/", "_")
        renamed[name] = next(word for k in count() if (word := new + "_" * k) not in cohort.obs)
        cohort.obs = cohort.obs.rename(columns={name: renamed[name]})
    lines = [f"renamed-column: clinical columns: {old} is now {new}" for old, new in renamed.items()]
    if lines:
        facts = cohort.uns["stratify"]
        facts["notes"] = [*facts.get("notes", []), *lines]
    return cohort


def _refuse_output(out: Path, read: Sequence[Path]) -> None:
    if out.suffix != SUFFIX or out.is_dir():
        found = "a folder" if out.is_dir() else f"{out.name!r}"
        raise AssayFileError(
            f"an output file whose name ends in {SUFFIX}", found, f"write to {out.stem}{SUFFIX}"
        )
    if out.resolve() in {path.resolve() for path in read}:
        raise AssayFileError(
            "an output file of its own", f"{out.name} is also read", "name another file for the output"
        )


def _write(cohort: AnnData, out: Path) -> None:
    out.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(prefix=f".{out.name}.", dir=out.parent) as folder:
        part = Path(folder) / out.name
        cohort.write_h5ad(part)
        os.replace(part, out)
