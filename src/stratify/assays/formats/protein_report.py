"""Long reports of DIA-NN and Spectronaut: one row a precursor, with the level of its protein group."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import text_in_assay
from stratify.assays.files.parquet import parquet_head
from stratify.assays.files.part import Part
from stratify.assays.files.row_batches import names_row, row_batches
from stratify.assays.layouts.protein_groups import describe_groups, group_table, sample_names
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.scattered import refuse_scattered
from stratify.assays.schema import as_text, parse_numbers
from stratify.errors import AssayFileError, listed

_LAYOUTS = (  # run, group, gene, level
    ("Run", "Protein.Group", "Genes", "PG.MaxLFQ"),
    ("R.FileName", "PG.ProteinGroups", "PG.Genes", "PG.Quantity"),
)


def is_protein_report(part: Part) -> bool:
    """Say whether a part is a long report of protein groups.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    if part.kind != "parquet":
        return part.kind != "hdf5" and names_row(part, lambda names: _layout(names) is not None) == 0
    try:
        return _layout(parquet_head(part)[0]) is not None
    except AssayFileError:
        return False


def _layout(names: list[str]) -> tuple[str, ...] | None:
    return next((layout for layout in _LAYOUTS if set(layout) <= set(names)), None)


def read_protein_report(part: Part) -> AnnData:
    """Read the levels of protein groups from a report, text or parquet, batch by batch.

    Parameters
    ----------
    part : Part
        The table.

    Returns
    -------
    AnnData of shape (runs, protein groups)
        log2 intensities; NaN where a group was not found in a run.

    Raises
    ------
    AssayFileError
        Two levels for one run and group, text in place of a level, or a damaged file.
    """
    rows, where = row_batches(part), part.where
    layout = _layout(rows.names)
    if layout is None:
        raise refuse(where, "no columns for run, protein group and level")
    batches = [batch.select(list(layout)).to_pandas().drop_duplicates() for batch in rows.batches]
    table = pd.concat(batches, ignore_index=True).set_axis(["run", "group", "gene", "level"], axis=1)
    for name in ("run", "group", "gene"):
        table[name] = table[name].map(as_text).astype(object)
    table["level"] = _numbers(table, where)
    table = table.drop_duplicates(["run", "group", "level"])
    twice = table[table.duplicated(["run", "group"])]
    if len(twice):
        raise AssayFileError(
            "one level for each run and protein group",
            f"{where}: several levels in runs {listed(twice['run'].unique())}",
            "export the report once, without combining searches",
        )
    row, runs = pd.factorize(table["run"])
    column, groups = pd.factorize(table["group"])
    refuse_scattered(where, len(runs), len(groups), len(table))
    levels = np.full((len(runs), len(groups)), np.nan)
    levels[row, column] = table["level"]
    genes = table.drop_duplicates("group")["gene"].tolist()
    facts: dict[str, object] = {"format": "protein-report", "normalization": layout[3]}
    return group_table(
        levels, sample_names(list(runs)), describe_groups(list(groups), where, genes), where, facts
    )


def _numbers(table: pd.DataFrame, where: str) -> np.ndarray:
    if pd.api.types.is_numeric_dtype(table["level"]):
        return table["level"].to_numpy(dtype=float)
    values, wrong = parse_numbers(table["level"])
    if wrong.any():
        first = table.iloc[int(np.flatnonzero(wrong)[0])]
        raise text_in_assay(where, str(first["group"]), str(first["run"]), first["level"])
    return values


FORMAT = Format(
    "protein-report",
    "a report of protein groups, one row a precursor",
    24,
    is_protein_report,
    read_protein_report,
)
