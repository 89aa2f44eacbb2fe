"""Plain long tables: one row a sample and protein, in any laboratory's words."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.files.grid import rough_frame
from stratify.assays.files.part import Part
from stratify.assays.files.unfinished import tell_unfinished
from stratify.assays.layouts.assay_columns import assay_columns, describe, naming_column
from stratify.assays.layouts.msd_wells import is_wells
from stratify.assays.layouts.sample_rows import read_sample_rows
from stratify.assays.proteins.identity import identify
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.scattered import refuse_scattered
from stratify.assays.schema import as_text, rename_columns
from stratify.errors import AssayFileError, listed

_VALUES = (
    "value level concentration conc intensity measurement result expression abundance signal quantity "
    "readout log2value log2level log2intensity log2concentration rfu log2rfu log2"
).split()


def is_long(part: Part) -> bool:
    """Say whether a part has columns for sample, protein and value.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    return _columns(rough_frame(part.top)) is not None


def _columns(frame: pd.DataFrame) -> tuple[str, str, str] | None:
    """Names of the columns of samples, proteins and values; a list of wells has several of the last."""
    if is_wells([str(name) for name in frame.columns]):
        return None
    sample = [name for name, word in rename_columns(frame.columns).items() if word == "sample_id"]
    keys = {re.sub(r"[^a-z0-9]", "", str(name).lower()): name for name in frame.columns[::-1]}
    value = [keys[word] for word in _VALUES if word in keys]
    described = {
        name: word for name, word in assay_columns(frame.columns).items() if name not in (*sample, *value)
    }
    protein = naming_column(frame, described)
    return (sample[0], protein, value[0]) if sample and value and protein else None


def read_long(part: Part) -> AnnData:
    """Read a table with one row a sample and protein.

    Columns that are constant within a sample are kept in ``obs``, a unit in ``var``.

    Parameters
    ----------
    part : Part
        Text table or sheet.

    Returns
    -------
    AnnData of shape (samples, proteins)
        Levels as delivered, NaN where the table has no row; the scale is "unknown".

    Raises
    ------
    AssayFileError
        Two values for one sample and protein, a row without a sample or protein, levels of one protein in
        several units, or text in place of a level.
    """
    frame, where = part.frame, part.where
    found = _columns(frame) or _columns(frame.head(100))
    if found is None:
        raise refuse(where, "no columns for sample, protein and value")
    sample, protein, value = found
    described = assay_columns(frame.columns)
    panel = next((name for name, word in described.items() if word == "panel"), None)
    words = frame[protein].map(as_text)
    if panel is not None and _several_panels(words, frame[panel]):
        words = words + "@" + frame[panel].map(as_text)
    row, samples = pd.factorize(frame[sample].map(as_text))
    column, proteins = pd.factorize(words)
    _refuse_unclear(row, column, samples, proteins, where)
    _refuse_mixed_units(words, [frame[name] for name, word in described.items() if word == "unit"], where)
    refuse_scattered(where, len(samples), len(proteins), len(frame))
    cells = np.full((len(samples), len(proteins)), "", dtype=object)
    cells[row, column] = frame[value].to_numpy(dtype=object)
    first = np.unique(column, return_index=True)[1]
    obs = _constant(frame.drop(columns=[sample, protein, value, *(set(described) - {sample})]), row)
    wide = pd.DataFrame(cells, columns=pd.Index(proteins, dtype=object))
    wide.insert(0, "sample_id", samples)
    adata = read_sample_rows(
        pd.concat([wide, obs.drop(columns=set(obs) & set(wide))], axis=1),
        where,
        "table-long",
        proteins=_identities(frame, protein, described, first, proteins),
    )
    kept = {word: name for name, word in described.items() if word in ("panel", "unit", "assay")}
    describe(adata.var, {word: frame[name].iloc[first].map(as_text).tolist() for word, name in kept.items()})
    return tell_unfinished(adata, part)


def _several_panels(proteins: pd.Series, panels: pd.Series) -> bool:
    return bool((panels.map(as_text).groupby(proteins).nunique() > 1).any())


def _refuse_unclear(
    row: np.ndarray, column: np.ndarray, samples: pd.Index, proteins: pd.Index, where: str
) -> None:
    if "" in samples or "" in proteins:
        raise refuse(where, "a row without a sample id or without a protein")
    twice = pd.DataFrame({"row": row, "column": column}).duplicated()
    if twice.any():
        raise AssayFileError(
            "one value for each sample and protein",
            f"{where}: several for {listed(dict.fromkeys(samples[row[twice]]))}",
            "give each tube its own id, or remove the repeated rows",
        )


def _refuse_mixed_units(proteins: pd.Series, units: list[pd.Series], where: str) -> None:
    for unit in units:
        words = unit.map(as_text)
        count = words[words != ""].groupby(proteins).nunique()
        mixed = [str(name) for name in count.index[count > 1]]
        if mixed:
            raise AssayFileError(
                "levels of one protein in one unit",
                f"{where}: {listed(dict.fromkeys(words[proteins == mixed[0]]))} for {listed(mixed)}",
                "convert the levels to one unit, or deliver one file a unit",
            )


def _constant(frame: pd.DataFrame, row: np.ndarray) -> pd.DataFrame:
    """Columns with one value a sample, one row a sample."""
    first = np.unique(row, return_index=True)[1]
    texts = frame.map(as_text)
    kept = [
        name
        for name in frame
        if name and (texts[name].to_numpy()[first][row] == texts[name].to_numpy()).all()
    ]
    return frame[kept].iloc[first].reset_index(drop=True)


def _identities(
    frame: pd.DataFrame, protein: str, described: dict[str, str], first: np.ndarray, proteins: pd.Index
) -> dict[str, tuple[str, str]]:
    """Give each protein the accession and gene that the table says, else those of its name."""
    told = {word: frame[name].map(as_text).to_numpy()[first] for name, word in described.items()}
    named = [identify(word) for word in frame[protein].map(as_text).to_numpy()[first]]
    empty = np.full(len(first), "", dtype=object)
    uniprot, gene = told.get("uniprot", empty), told.get("gene", empty)
    return {
        name: (u or by_name[0], g or by_name[1])
        for name, u, g, by_name in zip(proteins, uniprot, gene, named, strict=True)
    }


FORMAT = Format("table-long", "a table with one row a sample and protein", 40, is_long, read_long)
