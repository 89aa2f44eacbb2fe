"""Cohorts written by ``AnnData.write_h5ad``."""

from __future__ import annotations

import warnings
from collections.abc import Mapping

import h5py
import numpy as np
from anndata import AnnData
from anndata._io.specs.registry import IORegistryError
from anndata.io import read_elem

from stratify.assays.assay_table import text_in_assay
from stratify.assays.files.grid import check_header
from stratify.assays.files.hdf5 import sound_hdf5
from stratify.assays.files.part import Part
from stratify.assays.refusal import refuse
from stratify.assays.registry import Format
from stratify.assays.sample_names import row_names, sample_types
from stratify.assays.schema import LARGEST_NUMBER

_DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, IORegistryError)


def is_h5ad(part: Part) -> bool:
    """Say whether a part is an HDF5 container.

    Parameters
    ----------
    part : Part
        Any part of a file.

    Returns
    -------
    bool
    """
    return part.kind == "hdf5"


def read_h5ad(part: Part) -> AnnData:
    """Read a cohort that was written by ``AnnData.write_h5ad``.

    Parameters
    ----------
    part : Part
        The file.

    Returns
    -------
    AnnData
        Dense float64 levels; text columns as words.

    Raises
    ------
    AssayFileError
        Another kind of HDF5 file, or two samples with one id.
    """
    damaged = refuse(part.where, "an HDF5 file that is no h5ad, or a damaged one", "write the cohort again")
    try:
        with sound_hdf5(part) as path, h5py.File(path) as file:
            if not {"X", "obs", "var"} <= set(file):
                raise damaged
            with warnings.catch_warnings():
                warnings.simplefilter("ignore", UserWarning)  # repeated names are refused below
                adata = read_elem(file["/"])
    except _DAMAGE as error:
        raise damaged from error
    row_names(adata.obs_names.tolist(), ["sample"] * adata.n_obs, part.where)
    check_header(adata.var_names.tolist(), part.where)
    if not isinstance(adata.uns.get("stratify", {}), Mapping):
        raise damaged
    adata.X = np.asarray(adata.X.todense() if hasattr(adata.X, "todense") else adata.X, dtype=float)
    absurd = np.argwhere(np.abs(adata.X) > LARGEST_NUMBER)
    if len(absurd):
        raise text_in_assay(part.where, adata.var_names[absurd[0][1]], adata.obs_names[absurd[0][0]])
    return _restored(adata)


def _restored(adata: AnnData) -> AnnData:
    for frame in (adata.obs, adata.var):
        for name in frame.columns[frame.dtypes == "category"]:
            frame[name] = frame[name].astype(object)
    if "sample_id" not in adata.obs:
        adata.obs["sample_id"] = adata.obs_names.to_numpy(dtype=object)
    if "sample_type" not in adata.obs:
        adata.obs["sample_type"] = sample_types(adata.obs_names.tolist())
    known = {"platform": "table", "scale": "unknown", "format": "h5ad", "normalization": "", "removed": []}
    adata.uns["stratify"] = known | dict(adata.uns.get("stratify", {}))
    return adata


FORMAT = Format("h5ad", "a cohort in an h5ad file", 10, is_h5ad, read_h5ad)
