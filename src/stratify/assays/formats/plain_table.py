"""Plain tables: one row a sample, one column a protein, clinical columns between them."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.assay_table import describe_assays, index_rows, text_in_assay
from stratify.assays.panels import identify, is_protein_name
from stratify.assays.part import Part
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.sample_names import sample_types
from stratify.assays.schema import as_text, normalise_obs, parse_numbers, rename_columns
from stratify.assays.tables import sample_column

_FOOTERS = ("lod", "missing data freq.")
_WORD = re.compile(r"[a-z]{4}")


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
    if part.kind not in ("text", "cells") or len(part.top) < 1:
        return False
    frame = part.frame
    return sample_column(frame) is not None and any(is_protein_name(name) for name in frame.columns)


def read_table(part: Part) -> AnnData:
    """Read a sample-by-protein table.

    A column is a **protein** if its name is a known protein (gene, vendor's assay name, UniProt accession,
    OlinkID, SeqId), or if it is no declared clinical column, does not begin with a lower-case word, and at
    least half of its cells are numbers, not all of them whole. All other columns describe the samples and
    are kept in ``obs``.

    Parameters
    ----------
    part : Part
        Text table or sheet.

    Returns
    -------
    AnnData of shape (samples, proteins)
        Levels as delivered; the scale is "unknown", because a table does not say it.

    Raises
    ------
    AssayFileError
        No sample ids, no protein, text in a protein's column, or two samples with one id.
    """
    frame, where = part.frame, part.where
    identifier = sample_column(frame)
    if identifier is None:
        raise refuse(where, "no column of sample ids", "name the column of sample ids 'sample_id'")
    names = frame[identifier].map(as_text)
    footer = names.str.lower().isin(_FOOTERS)
    columns, levels = _protein_columns(frame.drop(columns=identifier), names[~footer], where)
    if not columns:
        raise refuse(
            where,
            "no column of protein levels",
            "name the columns by gene symbol, UniProt accession or OlinkID",
        )
    samples = levels[~footer.to_numpy()]
    adata = AnnData(
        samples, obs=_table_obs(frame[~footer], identifier, columns, where), var=_table_var(columns, where)
    )
    limits = levels[(names.str.lower() == "lod").to_numpy()]
    adata.layers["lod"] = (
        np.tile(limits[0], (len(samples), 1)) if len(limits) else np.full(samples.shape, np.nan)
    )
    adata.uns["stratify"] = {
        "platform": "table",
        "scale": "unknown",
        "format": "table-wide",
        "normalization": "",
        "removed": [],
    }
    return adata


def _protein_columns(frame: pd.DataFrame, samples: pd.Series, where: str) -> tuple[list[str], np.ndarray]:
    """Names and levels of the protein columns; `samples` are the ids of the rows that hold samples."""
    clinical, names, levels = set(rename_columns(frame.columns)), [], []
    for name in frame.columns:
        if name in clinical or not name:
            continue
        values, wrong = parse_numbers(frame[name])
        if not is_protein_name(name) and (_WORD.match(name) or not _looks_measured(values, wrong)):
            continue
        bad = [str(samples[i]) for i in frame.index[wrong] if i in samples.index]
        if bad:
            raise text_in_assay(where, name, bad[0])
        names.append(name)
        levels.append(values)
    return names, np.column_stack(levels) if levels else np.empty((len(frame), 0))


def _looks_measured(values: np.ndarray, wrong: np.ndarray) -> bool:
    numbers = values[~np.isnan(values)]
    return len(numbers) > 0 and len(numbers) >= wrong.sum() and bool((numbers % 1 != 0).any())


def _table_obs(frame: pd.DataFrame, identifier: str, proteins: list[str], where: str) -> pd.DataFrame:
    obs = frame.drop(columns=proteins).rename(columns={identifier: "sample_id"}).reset_index(drop=True)
    obs = normalise_obs(obs.loc[:, obs.columns != ""])
    names = obs["sample_id"].tolist()
    obs["sample_type"] = sample_types(names, obs["sample_type"].tolist() if "sample_type" in obs else None)
    named = obs["control_name"] if "control_name" in obs else obs["sample_id"]
    obs["control_name"] = named.where(obs["sample_type"] != "sample", "")
    return index_rows(obs, where)


def _table_var(columns: list[str], where: str) -> pd.DataFrame:
    uniprot = [identify(name)[0] for name in columns]
    return describe_assays(pd.DataFrame({"assay_id": columns, "uniprot": uniprot, "assay": columns}), where)


FORMAT = Format("table-wide", "a table with one row a sample", 80, is_table, read_table)
