"""Plain tables with one row a sample: which columns are proteins, which describe the samples."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import describe_assays, index_rows
from stratify.assays.files.tables import sample_column
from stratify.assays.layouts.footers import LIMITS, footer_kind, spread_limits
from stratify.assays.layouts.levels import read_levels
from stratify.assays.layouts.mangled_names import mangled_gene
from stratify.assays.proteins.columns import identify_columns, is_clinical_word
from stratify.assays.proteins.identity import identify
from stratify.assays.refusal import refuse
from stratify.assays.sample_names import sample_types
from stratify.assays.schema import as_text, normalise_obs, parse_numbers, rename_columns
from stratify.errors import listed

_WORD = re.compile(r"[a-z]{4}")
_ENOUGH = 10  # rows from which a column of noughts and ones is a yes or no
_TOP = 100  # rows that tell the column of sample ids where ids repeat further below
_KIND = "kind of footer"


@dataclass(frozen=True)
class _Rows:
    """Rows of a table, told apart."""

    samples: pd.DataFrame
    footers: pd.DataFrame  # with a column of their kinds
    notes: list[str]


def read_sample_rows(
    frame: pd.DataFrame, where: str, layout: str, *, proteins: Mapping[str, tuple[str, str]] | None = None
) -> AnnData:
    """Read a table with one row a sample.

    A column is a **protein** if its name is one (`identify_columns`), or if it is no declared clinical column
    and no `is_clinical_word`, does not begin with a lower-case word, and at least half of its cells are
    numbers, not all of them whole.
    A column named like a protein by a word without a digit (``MET``, ``SET``) still describes the samples if
    it holds nothing but words, or nothing but noughts and ones. All that describes samples is kept in
    ``obs``. Rows that repeat the names of the columns are left out; rows below the samples (``LOD``,
    ``Missing Data freq.``) describe the assays.

    Parameters
    ----------
    frame : DataFrame
        Cells as delivered, named.
    where : str
        Name of the table, for messages.
    layout : str
        Name of the format, for the provenance.
    proteins : mapping of str to (str, str), optional
        Columns that are known to be proteins, with accession and gene; found by name where not given.

    Returns
    -------
    AnnData of shape (samples, proteins)
        Levels as delivered; the scale is "unknown", because such a table does not say it.

    Raises
    ------
    AssayFileError
        No sample ids, no protein, text in a protein's column, or two samples with one id.
    """
    identifier = sample_column(frame)
    identifier = sample_column(frame.head(_TOP)) if identifier is None else identifier
    if identifier is None:
        raise refuse(where, "no column of sample ids", "name the column of sample ids 'sample_id'")
    rows = _rows(frame, identifier, where)
    others = _undeclared(frame, identifier) if proteins is None else list(proteins)
    named = _named_proteins(others) if proteins is None else dict(proteins)
    columns = [name for name in others if proteins or _is_protein(rows.samples[name], named)]
    if not columns:
        raise refuse(
            where,
            "no column of protein levels",
            "name the columns by gene symbol, UniProt accession or OlinkID",
        )
    ids = rows.samples[identifier].map(as_text).tolist()
    levels, notes = read_levels([(name, rows.samples[name].tolist()) for name in columns], ids, where)
    obs = _obs(rows.samples.drop(columns=columns), identifier, where)
    adata = AnnData(levels, obs=obs, var=_var(columns, named, rows.footers, where))
    limits = _limits(rows.footers, columns)
    plates = obs["plate"].tolist() if "plate" in obs else [""] * len(obs)
    adata.layers["lod"] = spread_limits(limits, plates, len(columns))
    adata.uns["stratify"] = {
        "platform": "table",
        "scale": "unknown",
        "format": layout,
        "normalization": _normalization(rows.footers, columns),
        "removed": [],
        "notes": [*rows.notes, *_mangled(columns, where), *notes],
    }
    return adata


def _rows(frame: pd.DataFrame, identifier: str, where: str) -> _Rows:
    first = frame[identifier].map(as_text)
    header = np.array(
        [first.iloc[i] == identifier and _repeats(frame, i) for i in range(len(frame))], dtype=bool
    )
    kinds = first.map(footer_kind)
    footer = (kinds != "").to_numpy() & ~header
    notes = [
        f"repeated-header: {where}: {header.sum()} rows that repeat the names of the columns were left out"
    ]
    return _Rows(
        frame[~footer & ~header].reset_index(drop=True),
        frame[footer].assign(**{_KIND: kinds[footer]}),
        notes if header.any() else [],
    )


def _repeats(frame: pd.DataFrame, row: int) -> bool:
    return all(as_text(cell) == name for cell, name in zip(frame.iloc[row], frame.columns, strict=True))


def _undeclared(frame: pd.DataFrame, identifier: str) -> list[str]:
    declared = {"", identifier, *rename_columns(frame.columns)}
    return [name for name in frame.columns if name not in declared]


def _named_proteins(names: list[str]) -> dict[str, tuple[str, str]]:
    dates = {name: (identify(gene)[0], gene) for name in names if (gene := mangled_gene(name)[0])}
    return identify_columns(names) | dates


def _is_protein(cells: pd.Series, named: Mapping[str, tuple[str, str]]) -> bool:
    name = str(cells.name)
    values, wrong = parse_numbers(cells)
    numbers = values[np.isfinite(values)]
    if name not in named:
        measured = len(numbers) > 0 and len(numbers) >= wrong.sum() and bool((numbers % 1 != 0).any())
        return measured and not _WORD.match(name) and not is_clinical_word(name)
    if re.search(r"\d", name):
        return True
    words = len(numbers) == 0 and any(as_text(cell).isalpha() for cell in cells)
    yes_or_no = len(numbers) >= _ENOUGH and set(numbers) == {0.0, 1.0} and not wrong.any()
    return not words and not yes_or_no


def _obs(described: pd.DataFrame, identifier: str, where: str) -> pd.DataFrame:
    obs = normalise_obs(described.rename(columns={identifier: "sample_id"}).loc[:, lambda f: f.columns != ""])
    names = obs["sample_id"].tolist()
    obs["sample_type"] = sample_types(names, obs["sample_type"].tolist() if "sample_type" in obs else None)
    own = obs["control_name"] if "control_name" in obs else obs["sample_id"]
    obs["control_name"] = own.where(obs["sample_type"] != "sample", "")
    return index_rows(obs, where)


def _var(
    columns: list[str], named: Mapping[str, tuple[str, str]], footers: pd.DataFrame, where: str
) -> pd.DataFrame:
    who = [named.get(name, ("", "")) for name in columns]
    var = pd.DataFrame(
        {
            "assay_id": columns,
            "uniprot": [uniprot for uniprot, _ in who],
            "gene": [gene for _, gene in who],
            "assay": columns,
        }
    )
    missing = footers.loc[footers[_KIND] == "missing data", columns].to_numpy()
    if len(missing):
        var["missing_frequency"] = parse_numbers(missing[0])[0]
    return describe_assays(var, where)


def _limits(footers: pd.DataFrame, columns: list[str]) -> list[tuple[str, str, np.ndarray]]:
    plate = [name for name, canonical in rename_columns(footers.columns).items() if canonical == "plate"]
    rows = footers[footers[_KIND].isin(LIMITS)]
    plates = [as_text(cell) for cell in rows[plate[0]]] if plate else [""] * len(rows)
    limits = [parse_numbers(cells)[0] for cells in rows[columns].to_numpy()]
    return list(zip(rows[_KIND], plates, limits, strict=True))


def _normalization(footers: pd.DataFrame, columns: list[str]) -> str:
    cells = footers.loc[footers[_KIND] == "normalization", columns].to_numpy().ravel()
    return "; ".join(dict.fromkeys(word for cell in cells if (word := as_text(cell))))


def _mangled(columns: list[str], where: str) -> list[str]:
    dates = [
        f"{name} ({gene or 'which gene is unsure'})"
        for name in columns
        for gene, hit in [mangled_gene(name)]
        if hit
    ]
    return (
        [f"mangled-name: {where}: names that a spreadsheet turned into dates: {listed(dates)}"]
        if dates
        else []
    )
