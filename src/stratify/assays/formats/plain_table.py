"""Plain tables: one row a sample, one column a protein, clinical columns between them."""

from __future__ import annotations

from anndata import AnnData

from stratify.assays.files.grid import rough_frame
from stratify.assays.files.part import Part
from stratify.assays.files.tables import sample_column
from stratify.assays.files.unfinished import tell_unfinished
from stratify.assays.layouts.sample_rows import read_sample_rows
from stratify.assays.proteins.columns import identify_columns
from stratify.assays.registry import Format
from stratify.assays.schema import rename_columns


def is_table(part: Part) -> bool:
    """Say whether a part is a sample-by-protein table: sample ids, and at least one known protein.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    frame = rough_frame(part.top)
    identifier = sample_column(frame)
    declared = rename_columns(frame.columns)
    others = [name for name in frame.columns if name and name != identifier and name not in declared]
    return identifier is not None and bool(identify_columns(others))


def read_table(part: Part) -> AnnData:
    """Read a sample-by-protein table.

    Parameters
    ----------
    part : Part
        Text table or sheet; `read_sample_rows` says which columns are proteins.

    Returns
    -------
    AnnData of shape (samples, proteins)
        Levels as delivered; the scale is "unknown", because a table does not say it.

    Raises
    ------
    AssayFileError
        No sample ids, no protein, text in a protein's column, or two samples with one id.
    """
    return tell_unfinished(read_sample_rows(part.frame, part.where, "table-wide"), part)


FORMAT = Format("table-wide", "a table with one row a sample", 80, is_table, read_table)
