"""Turned tables: one row a protein, one column a sample."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.files.grid import check_header, rough_frame
from stratify.assays.files.part import Part
from stratify.assays.files.unfinished import tell_unfinished
from stratify.assays.layouts.assay_columns import assay_columns, describe, is_remark, naming_column
from stratify.assays.layouts.footers import footer_kind
from stratify.assays.layouts.sample_rows import read_sample_rows
from stratify.assays.proteins.columns import identify_columns
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.schema import as_text, parse_numbers, rename_columns

_MOST = 0.5


def is_transposed(part: Part) -> bool:
    """Say whether a part is a protein-by-sample table: proteins in a column, no protein among the names.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    frame = rough_frame(part.top)
    if frame.shape[1] < 2 or not len(frame):
        return False
    proteins, samples = _naming(frame), _sample_columns(frame)
    levels = [name for name in samples if not footer_kind(name)]
    ids = [name for name, word in rename_columns(frame.columns).items() if word == "sample_id"]
    if proteins is None or not levels or set(ids) - {proteins}:
        return False
    if len(identify_columns(samples)) > _MOST * len(samples):
        return False
    known = identify_columns(frame[proteins].map(as_text).tolist())
    of_proteins = frame.loc[frame[proteins].map(as_text).isin(known), levels]
    return all(_is_measured(of_proteins[name]) for name in levels)


def _naming(frame: pd.DataFrame) -> str | None:
    """Find the column of proteins: the first, else one of a usual name."""
    first = naming_column(frame, {frame.columns[0]: "assay"})
    return naming_column(frame, assay_columns(frame.columns)) if first is None else first


def _sample_columns(frame: pd.DataFrame) -> list[str]:
    described = assay_columns(frame.columns)
    return [name for name in frame.columns[1:] if name and name not in described and not is_remark(name)]


def _is_measured(cells: pd.Series) -> bool:
    values, wrong = parse_numbers(cells)
    numbers = values[np.isfinite(values)]
    return len(numbers) >= max(1, int(wrong.sum())) and bool((numbers % 1 != 0).any())


def read_transposed(part: Part) -> AnnData:
    """Read a protein-by-sample table; rows that are no protein (age, group) describe the samples.

    Parameters
    ----------
    part : Part
        Text table or sheet.

    Returns
    -------
    AnnData of shape (samples, proteins)
        Levels as delivered, as `read_sample_rows` reads the table after it is turned.

    Raises
    ------
    AssayFileError
        A protein that occurs twice, and what `read_sample_rows` refuses.
    """
    frame, where = part.frame, part.where
    naming = _naming(frame)
    if naming is None:
        raise refuse(where, "no column that names proteins")
    samples = _sample_columns(frame)
    described, ids = assay_columns(frame.columns), frame[naming].map(as_text).tolist()
    check_header(ids, where)
    turned = pd.DataFrame(frame[samples].to_numpy(dtype=object).T, columns=pd.Index(ids, dtype=object))
    turned = turned.loc[:, turned.columns != ""]
    turned.insert(0, "sample_id", samples, allow_duplicates=False)
    adata = read_sample_rows(turned, where, "table-transposed")
    facts = frame.set_axis(pd.Index(ids, dtype=object), axis=0).reindex(adata.var["assay"])
    describe(adata.var, {word: facts[name].map(as_text).tolist() for name, word in described.items()})
    return tell_unfinished(adata, part)


FORMAT = Format("table-transposed", "a table with one row a protein", 78, is_transposed, read_transposed)
