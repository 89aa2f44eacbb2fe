"""Everything that is known of a data set before anything is learned from it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.clinical import Unmatched, join_clinical
from stratify.assays.finding import Finding, Severity
from stratify.assays.quality import check, summary
from stratify.assays.reader import Reading, join_parts, name_sources, read_parts
from stratify.assays.sample_names import patient_rows
from stratify.errors import listed
from stratify.learning.probes import Probes, probe
from stratify.reporting.overview import Overview, overview
from stratify.signatures.handling import handling_contrasts, handling_findings, handling_scores
from stratify.subtyping.labels import patient_ids

_HEADLINE = ("format", "platform", "scale", "samples", "controls", "proteins")
_ORDER: tuple[Severity, ...] = ("error", "warning", "info")


@dataclass(frozen=True)
class DataQuality:
    """Facts of a data set.

    Parameters
    ----------
    facts : mapping
        ``format``, ``platform``, ``scale``, ``samples``, ``controls``, ``proteins``, ``findings``, and
        ``normalization``, ``sources``, ``skipped``.
    parts : tuple of dict
        The same of each delivered table, where there are several.
    findings : tuple of Finding
        Of the table, of handling and of the probes; errors first.
    flow : mapping of str to int
        Rows and assays from delivery to what can be learned from.
    overview : Overview
        Proteins, samples, components.
    handling : DataFrame
        Handling scores (patients' samples x kinds).
    contrasts : mapping of str to DataFrame
        Differences of the handling scores, by column.
    probes : Probes
        Confounding probes.
    unmatched : Unmatched
        Samples without a partner in the clinical table.
    """

    facts: Mapping[str, Any]
    parts: tuple[dict[str, Any], ...]
    findings: tuple[Finding, ...]
    flow: Mapping[str, int]
    overview: Overview
    handling: pd.DataFrame
    contrasts: Mapping[str, pd.DataFrame]
    probes: Probes
    unmatched: Unmatched

    @property
    def has_error(self) -> bool:
        """Whether a finding of severity "error" stands in the way."""
        return any(finding.severity == "error" for finding in self.findings)

    def named(self, finding: Finding) -> tuple[str, ...]:
        """Name what a finding concerns for a reader: assays with their genes.

        Parameters
        ----------
        finding : Finding
            One of `findings`.

        Returns
        -------
        tuple of str
            One name an item.
        """
        if finding.axis != "assay":
            return finding.items
        proteins = self.overview.proteins
        genes = dict(zip(proteins["assay_id"].astype(str), proteins["gene"].astype(str), strict=True))
        return tuple(
            f"{gene} [{item}]" if (gene := genes.get(item, "")) and gene not in item else item
            for item in finding.items
        )

    def lines(self) -> list[str]:
        """Write the facts for a terminal: the file, then a line a finding, then what was not probed.

        Returns
        -------
        list of str
        """
        told = ", ".join(f"{key}: {self.facts[key]}" for key in _HEADLINE)
        found = [
            f"{one.severity}: {one.code} ({one.count}: {listed(self.named(one))}). {one.remedy}"
            for one in self.findings
        ]
        skipped = [f"{name} ({why})" for name, why in self.probes.skipped.items()]
        return [told, *found, *([f"not probed: {', '.join(skipped)}"] if skipped else [])]

    def as_dict(self) -> dict[str, Any]:
        """Write all facts as JSON values, in the shape of ``check --json`` with more keys.

        Returns
        -------
        dict
        """
        proteins = self.overview.proteins
        facts = {
            **self.facts,
            "findings": [
                finding.as_dict() | {"axis": finding.axis, "items": list(finding.items)}
                for finding in self.findings
            ],
            "flow": dict(self.flow),
            "parts": list(self.parts),
            "detectability": proteins[["assay_id", "gene", "detectability", "missing"]].to_dict("records"),
            "th2": self.overview.th2().to_dict("records"),
            "components_explain": list(self.overview.explained),
            "handling": {by: table.to_dict("records") for by, table in self.contrasts.items()},
            "probes": self.probes.as_dict(),
            "not_in_clinical_table": list(self.unmatched.only_assay),
            "not_in_assay_file": list(self.unmatched.only_clinical),
        }
        plain: dict[str, Any] = _plain(facts)
        return plain


def examine_files(
    paths: Sequence[str | Path],
    clinical: str | Path | Sequence[str | Path] | None = None,
    *,
    label: str | None = None,
    columns: Sequence[str] = (),
) -> DataQuality:
    """Read files as delivered and examine what they hold.

    Parameters
    ----------
    paths : sequence of str or Path
        One data set.
    clinical : path or sequence of path, optional
        Table of the people, or several that are put side by side.
    label : str, optional
        Column of the groups; ``group`` where it is there and nothing is named.
    columns : sequence of str
        Columns to probe beside the usual ones.

    Returns
    -------
    DataQuality
    """
    readings = read_parts(*paths)
    table, unmatched = join_parts(readings), Unmatched((), ())
    name_sources(table, *paths)
    if clinical is not None:
        table, unmatched = join_clinical(table, clinical)
    return examine(table, readings, label=label, columns=columns, unmatched=unmatched)


def examine(
    adata: AnnData,
    readings: Sequence[Reading] = (),
    *,
    label: str | None = None,
    columns: Sequence[str] = (),
    unmatched: Unmatched | None = None,
) -> DataQuality:
    """Check a table, its handling, and what else than the label it shows.

    Parameters
    ----------
    adata : AnnData of shape (samples, assays)
        As read, with clinical columns in ``obs``.
    readings : sequence of Reading
        The delivered tables of which it was made.
    label : str, optional
        Column of the groups; ``group`` where it is there and nothing is named.
    columns : sequence of str
        Columns to probe beside the usual ones.
    unmatched : Unmatched, optional
        Samples without a partner in the clinical table.

    Returns
    -------
    DataQuality

    Raises
    ------
    ClinicalTableError
        When a named column is not there.

    Examples
    --------
    >>> obs = pd.DataFrame({"plate": ["A", "B"] * 15}, index=[f"S{i}" for i in range(30)])
    >>> quality = examine(AnnData(np.random.default_rng(0).normal(size=(30, 4)), obs=obs))
    >>> quality.flow["samples of patients"], quality.has_error
    (30, False)
    """
    probes = probe(adata, columns, label)
    by = tuple(dict.fromkeys([*([probes.label] if probes.label else []), "site", "plate"]))
    compared = [name for name in by if name in adata.obs and _few(adata.obs[name])]
    found = check(adata)
    every = [
        *found,
        *handling_findings(adata, tuple(n for n in compared if n != "plate")),
        *probes.findings(),
    ]
    every.sort(key=lambda finding: _ORDER.index(finding.severity))
    return DataQuality(
        _described(adata, every),
        tuple(_part(reading) for reading in readings) if len(readings) > 1 else (),
        tuple(every),
        _flow(adata, every, probes),
        overview(adata),
        handling_scores(adata),
        {name: handling_contrasts(adata, name) for name in compared},
        probes,
        unmatched or Unmatched((), ()),
    )


def _few(values: pd.Series) -> bool:
    return values.nunique() <= 20


def _described(adata: AnnData, findings: Sequence[Finding]) -> dict[str, Any]:
    stated = adata.uns.get("stratify", {})
    sources = stated.get("sources", {"name": [], "sha256": []})
    return {
        **summary(adata, findings),
        "normalization": str(stated.get("normalization", "")),
        "sources": [
            {"name": str(name), "sha256": str(digest)}
            for name, digest in zip(sources["name"], sources["sha256"], strict=True)
        ],
        "skipped": [str(line) for line in stated.get("skipped", [])],
        "removed_before": len(stated.get("removed", [])),
    }


def _part(reading: Reading) -> dict[str, Any]:
    told = {"where": reading.where, "title": reading.title}
    if reading.table is None or not reading.has_levels:
        format_name = reading.format.name if reading.format else ""
        nothing = {"samples": 0, "controls": 0, "proteins": 0, "findings": []}
        return told | {"format": format_name, "platform": "", "scale": ""} | nothing
    return told | summary(reading.table, check(reading.table))


def _flow(adata: AnnData, findings: Sequence[Finding], probes: Probes) -> dict[str, int]:
    people = patient_rows(adata)
    errors = [finding for finding in findings if finding.severity == "error"]
    bad = {
        axis: {name for finding in errors if finding.axis == axis for name in finding.items}
        for axis in ("sample", "assay")
    }
    ids = adata.obs_names[people]
    uniprot = adata.var["uniprot"].astype(str) if "uniprot" in adata.var else adata.var_names.to_series()
    patients = patient_ids(adata.obs)[people]
    return {
        "rows delivered": adata.n_obs,
        "controls and bridges": int((~people).sum()),
        "samples of patients": int(people.sum()),
        "samples with an error": int(ids.isin(list(bad["sample"])).sum()),
        "patients": len(np.unique(patients)),
        "patients in a compared group": sum(probes.groups.values()),
        "assays delivered": adata.n_vars,
        "assays with an error": len(bad["assay"]),
        "different proteins": int(uniprot[uniprot != ""].nunique()),
    }


def _plain(value: Any) -> Any:
    """Replace what JSON has no word for."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.generic):
        return _plain(value.item())
    return None if isinstance(value, float) and not math.isfinite(value) else value
