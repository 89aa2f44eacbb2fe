"""The parts that every reader fills alike: assays, rows, provenance, refusals."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.assays.files.cell_faults import cell_fault
from stratify.assays.proteins.identity import gene_of
from stratify.assays.sample_names import row_names
from stratify.assays.schema import parse_numbers
from stratify.errors import AssayFileError, listed

EXPLORE_ID = r"OID[2-4]\d{4}"


def describe_assays(var: pd.DataFrame, where: str) -> pd.DataFrame:
    """Index assays by OlinkID, else protein and panel, else name, and add the gene.

    Parameters
    ----------
    var : DataFrame
        One row an assay; any of ``assay_id``, ``uniprot``, ``panel``, ``assay``, ``gene`` and
        ``missing_frequency``.
    where : str
        Name of the table, for the message.

    Returns
    -------
    DataFrame
        As ``AnnData.var``.

    Raises
    ------
    AssayFileError
        An assay that occurs twice.
    """
    texts = {
        name: var[name].fillna("").astype(str) if name in var else pd.Series("", var.index)
        for name in ("assay_id", "uniprot", "panel", "assay")
    }
    composed = [
        f"{u}@{p}" if u and p else u or a
        for u, p, a in zip(texts["uniprot"], texts["panel"], texts["assay"], strict=True)
    ]
    index = pd.Index([i or other for i, other in zip(texts["assay_id"], composed, strict=True)], dtype=object)
    if not index.is_unique:
        raise AssayFileError(
            "each assay occurs once",
            f"{where}: repeated assays {listed(index[index.duplicated()].unique())}",
            "export each panel once",
        )
    gene = var["gene"].fillna("").astype(str).tolist() if "gene" in var else [""] * len(var)
    genes = [g or gene_of(u, a) for g, u, a in zip(gene, texts["uniprot"], texts["assay"], strict=True)]
    described = pd.DataFrame(
        {"uniprot": texts["uniprot"], "gene": genes, "panel": texts["panel"], "assay": texts["assay"]}
    )
    if "missing_frequency" in var:
        described["missing_frequency"] = parse_numbers(var["missing_frequency"])[0]
    return described.set_axis(index, axis=0)


def index_rows(obs: pd.DataFrame, where: str) -> pd.DataFrame:
    """Index samples by their unique names; controls that repeat are numbered in the order of their plates.

    Parameters
    ----------
    obs : DataFrame
        Columns ``sample_id`` and ``sample_type``.
    where : str
        Name of the table, for the message.

    Returns
    -------
    DataFrame
        As ``AnnData.obs``.

    Raises
    ------
    AssayFileError
        Two patients' samples with one id.
    """
    plates = obs["plate"].astype(str) if "plate" in obs else pd.Series("", obs.index)
    order = np.argsort(plates.to_numpy(dtype=object), kind="stable")
    index = np.empty(len(obs), dtype=object)
    index[order] = row_names(
        obs["sample_id"].iloc[order].tolist(), obs["sample_type"].to_numpy()[order], where
    )
    obs = obs.set_axis(pd.Index(index, dtype=object), axis=0)
    obs["sample_id"] = obs.index
    return obs


def text_in_assay(where: str, column: str, sample: str, cell: object = "text") -> AssayFileError:
    """Build the refusal of a protein column that holds something else than levels.

    Parameters
    ----------
    where : str
        Name of the table.
    column, sample : str
        Name of the column, and id of the first sample without a level.
    cell : object, default "text"
        What stands there; the message names its kind, never itself.

    Returns
    -------
    AssayFileError
        To be raised by the caller.
    """
    fault = cell_fault(cell)
    return AssayFileError(
        "a protein's column holds numbers, or nothing where a level is missing",
        f"{where}: {fault.found} in column {column!r}, sample {sample!r}",
        fault.do,
    )


def provenance(var: pd.DataFrame, layout: str, normalization: str) -> dict[str, object]:
    """Write down where Olink levels come from.

    Parameters
    ----------
    var : DataFrame
        Assays, by id.
    layout : {"npx-wide", "npx-long"}
        Layout of the file.
    normalization : str
        As the vendor states it, "" where the file does not.

    Returns
    -------
    dict
        For ``uns["stratify"]``.
    """
    explore = pd.Series(var.index.astype(str)).str.fullmatch(EXPLORE_ID).any()
    return {
        "platform": "Olink Explore" if explore else "Olink Target 96",
        "scale": "NPX",
        "format": layout,
        "normalization": normalization,
        "removed": [],
    }
