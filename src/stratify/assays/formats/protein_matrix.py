"""Protein groups in columns: one row a sample, UniProt groups as the names of the columns."""

from __future__ import annotations

import numpy as np
from anndata import AnnData

from stratify.assays.assay_table import text_in_assay
from stratify.assays.files.part import Part
from stratify.assays.files.tables import sample_column
from stratify.assays.layouts.protein_groups import describe_groups, group_table
from stratify.assays.proteins.identity import accessions
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.schema import as_text, normalise_obs, parse_numbers


def is_protein_matrix(part: Part) -> bool:
    """Say whether a part has protein groups of a mass spectrometer as columns.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
        True where at least half of the columns are UniProt accessions and some are groups of several, joined
        by semicolons; tables of single accessions do not say how they were measured.
    """
    if part.kind not in ("text", "cells") or not part.top:
        return False
    names = [as_text(cell) for cell in part.top[0]]
    groups = [name for name in names if accessions(name)]
    return 2 * len(groups) >= len(names) and any(";" in name for name in groups)


def read_protein_matrix(part: Part) -> AnnData:
    """Read a table with protein groups in columns.

    Parameters
    ----------
    part : Part
        A sheet or a text.

    Returns
    -------
    AnnData of shape (samples, protein groups)
        log2 intensities; the logarithm is taken unless the file holds it. All other columns describe the
        samples.

    Raises
    ------
    AssayFileError
        No sample ids, text in place of a level, or two samples with one id.
    """
    frame, where = part.frame, part.where
    identifier = sample_column(frame)
    if identifier is None:
        raise refuse(where, "no column of sample ids", "name the column of sample ids 'sample_id'")
    names = frame[identifier].map(as_text).tolist()
    groups = [name for name in frame.columns if accessions(name)]
    levels = np.empty((len(frame), len(groups)))
    for j, group in enumerate(groups):
        levels[:, j], wrong = parse_numbers(frame[group])
        if wrong.any():
            i = int(np.flatnonzero(wrong)[0])
            raise text_in_assay(where, group, names[i], frame[group].iloc[i])
    facts: dict[str, object] = {"format": "protein-groups", "normalization": ""}
    adata = group_table(levels, names, describe_groups(groups, where), where, facts)
    told = normalise_obs(frame.drop(columns=[identifier, *groups])).set_axis(adata.obs_names, axis=0)
    adata.obs = adata.obs.join(told[[name for name in told if name and name not in adata.obs]])
    return adata


FORMAT = Format(
    "protein-groups",
    "a table of protein groups, one row a sample",
    50,
    is_protein_matrix,
    read_protein_matrix,
)
