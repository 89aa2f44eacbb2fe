"""Files as a laboratory and a clinic would send them."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
from anndata import AnnData

SAMPLE_TYPES = {"sample": "SAMPLE", "control": "CONTROL", "bridge": "BRIDGE"}
QC_WORDS = {"pass": "Pass", "warn": "Warning", "fail": "Fail"}
CLINICAL = ("sample_id", "patient_id", "group", "site", "matrix", "age", "sex", "bmi", "madrs")


def write_npx_long(adata: AnnData, path: str | Path) -> None:
    """Write a cohort as a long NPX table, one row a sample and assay.

    Parameters
    ----------
    adata : anndata.AnnData
        Samples by assays, NPX, with layer ``lod`` where limits are known. Controls and bridge samples
        appear under their own name on each plate.
    path : str or pathlib.Path
        File to write, semicolons between columns; numbers keep every digit. It appears only when complete.
    """
    n, p = adata.shape
    obs, var = adata.obs, adata.var
    sample, assay = np.repeat(np.arange(n), p), np.tile(np.arange(p), n)
    name = obs["control_name"].where(obs["sample_type"] != "sample", obs.index.to_series())
    prefix = "Olink Target 96 " if adata.uns["stratify"]["platform"] == "Olink Target 96" else ""
    columns: dict[str, object] = {
        "SampleID": name.to_numpy()[sample],
        "Index": sample + 1,
        "OlinkID": np.asarray(var.index)[assay],
        "UniProt": var["uniprot"].to_numpy()[assay],
        "Assay": var["assay"].to_numpy()[assay],
        "Panel": (prefix + var["panel"].astype(str)).to_numpy()[assay],
        "NPX": np.asarray(adata.X).ravel(),
        "Normalization": adata.uns["stratify"]["normalization"],
        "Sample_Type": obs["sample_type"].map(SAMPLE_TYPES).to_numpy()[sample],
    }
    if "missing_frequency" in var:
        columns["MissingFreq"] = var["missing_frequency"].to_numpy()[assay]
    if "lod" in adata.layers:
        columns["LOD"] = np.asarray(adata.layers["lod"]).ravel()
    if "plate" in obs:
        columns["PlateID"] = obs["plate"].astype(str).to_numpy()[sample]
    if "qc" in obs:
        columns["QC_Warning"] = obs["qc"].map(QC_WORDS).to_numpy()[sample]
    if var.index.str.contains("@").any():
        del columns["OlinkID"]
    write_table(pd.DataFrame(columns), path, sep=";")


def write_clinical(adata: AnnData, path: str | Path) -> None:
    """Write what the clinic knows of each person, one row a sample.

    Parameters
    ----------
    adata : anndata.AnnData
        Controls and bridge samples are left out.
    path : str or pathlib.Path
        File to write (csv). It appears only when complete.
    """
    people = adata.obs[adata.obs["sample_type"] == "sample"]
    write_table(people[[name for name in CLINICAL if name in people]], path)


def write_table(table: pd.DataFrame, path: str | Path, *, sep: str = ",") -> None:
    """Write a table so that the file appears only when complete.

    Parameters
    ----------
    table : pandas.DataFrame
        Its index is left out.
    path : str or pathlib.Path
        File to write.
    sep : str, default ","
        Between columns.
    """
    path = Path(path)
    part = path.with_name(path.name + ".part")
    try:
        table.to_csv(part, sep=sep, index=False, lineterminator="\n")
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
