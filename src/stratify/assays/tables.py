"""Plain tables: one row a sample, one column a protein, clinical columns between them; and h5ad files."""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from pathlib import Path

import anndata
import h5py
import numpy as np
import pandas as pd
from anndata import AnnData
from anndata._io.specs.registry import IORegistryError

from stratify.assays.assay_table import describe_assays, index_rows, text_in_assay
from stratify.assays.grid import check_header, file_kind, read_text, refuse, text_frame, workbook_rows
from stratify.assays.panels import identify, is_protein_name
from stratify.assays.sample_names import row_names, sample_types
from stratify.assays.schema import LARGEST_NUMBER, as_text, normalise_obs, parse_numbers, rename_columns

_FOOTERS = ("lod", "missing data freq.")
_DAMAGE = (OSError, RuntimeError, LookupError, ValueError, TypeError, AttributeError, IORegistryError)
_WORD = re.compile(r"[a-z]{4}")


def read_cells(path: Path) -> pd.DataFrame:
    """Read a text table or the first sheet of a workbook, each cell as delivered.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    DataFrame
        Text cells, or what the workbook holds; named by the first row.

    Raises
    ------
    AssayFileError
        A file that holds no table, or a column name that occurs twice.
    """
    kind = file_kind(path)
    if kind == "text":
        return text_frame(read_text(path), path)
    if kind != "workbook":
        raise refuse(path, f"a {kind} file where a table of samples is needed")
    sheets = [rows for rows in workbook_rows(path).values() if len(rows) > 1]
    if not sheets:
        raise refuse(path, "a workbook without a table")
    names = [as_text(cell) for cell in sheets[0][0]]
    check_header(names, path)
    return pd.DataFrame(sheets[0][1:], columns=pd.Index(names, dtype=object), dtype=object)


def sample_column(frame: pd.DataFrame) -> str | None:
    """Find the column of sample ids: a declared spelling, else a first column of unique words.

    Parameters
    ----------
    frame : DataFrame
        Cells of a table.

    Returns
    -------
    str or None

    Examples
    --------
    >>> sample_column(pd.DataFrame({"": ["A-1", "A-2"], "IL6": ["1.5", "2.5"]}))
    ''
    """
    declared = [name for name, canonical in rename_columns(frame.columns).items() if canonical == "sample_id"]
    if declared:
        return declared[0]
    if not len(frame.columns) or not len(frame):
        return None
    first = frame.columns[0]
    if (frame.columns == first).sum() > 1:
        return None
    words = frame[first].map(as_text)
    unique = words.is_unique and not (words == "").any()
    numbers = ~parse_numbers(words)[1]
    return first if unique and (first == "" or not numbers.any()) and not is_protein_name(first) else None


def is_table(path: Path) -> bool:
    """Say whether a file is a sample-by-protein table: sample ids, and at least one known protein.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    bool
    """
    if file_kind(path) not in ("text", "workbook"):
        return False
    frame = read_cells(path)
    return sample_column(frame) is not None and any(is_protein_name(name) for name in frame.columns)


def read_table(path: Path) -> AnnData:
    """Read a sample-by-protein table.

    A column is a **protein** if its name is a known protein (gene, vendor's assay name, UniProt accession,
    OlinkID, SeqId), or if it is no declared clinical column, does not begin with a lower-case word, and at
    least half of its cells are numbers, not all of them whole. All other columns describe the samples and
    are kept in ``obs``.

    Parameters
    ----------
    path : Path
        Text table or workbook.

    Returns
    -------
    AnnData of shape (samples, proteins)
        Levels as delivered; the scale is "unknown", because a table does not say it.

    Raises
    ------
    AssayFileError
        No sample ids, no protein, text in a protein's column, or two samples with one id.
    """
    frame = read_cells(path)
    identifier = sample_column(frame)
    if identifier is None:
        raise refuse(path, "no column of sample ids", "name the column of sample ids 'sample_id'")
    names = frame[identifier].map(as_text)
    footer = names.str.lower().isin(_FOOTERS)
    columns, levels = _protein_columns(frame.drop(columns=identifier), names[~footer], path)
    if not columns:
        raise refuse(
            path,
            "no column of protein levels",
            "name the columns by gene symbol, UniProt accession or OlinkID",
        )
    samples = levels[~footer.to_numpy()]
    adata = AnnData(
        samples, obs=_table_obs(frame[~footer], identifier, columns, path), var=_table_var(columns, path)
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


def _protein_columns(frame: pd.DataFrame, samples: pd.Series, path: Path) -> tuple[list[str], np.ndarray]:
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
            raise text_in_assay(path, name, bad[0])
        names.append(name)
        levels.append(values)
    return names, np.column_stack(levels) if levels else np.empty((len(frame), 0))


def _looks_measured(values: np.ndarray, wrong: np.ndarray) -> bool:
    numbers = values[~np.isnan(values)]
    return len(numbers) > 0 and len(numbers) >= wrong.sum() and bool((numbers % 1 != 0).any())


def _table_obs(frame: pd.DataFrame, identifier: str, proteins: list[str], path: Path) -> pd.DataFrame:
    obs = frame.drop(columns=proteins).rename(columns={identifier: "sample_id"}).reset_index(drop=True)
    obs = normalise_obs(obs.loc[:, obs.columns != ""])
    names = obs["sample_id"].tolist()
    obs["sample_type"] = sample_types(names, obs["sample_type"].tolist() if "sample_type" in obs else None)
    named = obs["control_name"] if "control_name" in obs else obs["sample_id"]
    obs["control_name"] = named.where(obs["sample_type"] != "sample", "")
    return index_rows(obs, path)


def _table_var(columns: list[str], path: Path) -> pd.DataFrame:
    uniprot = [identify(name)[0] for name in columns]
    return describe_assays(pd.DataFrame({"assay_id": columns, "uniprot": uniprot, "assay": columns}), path)


def is_h5ad(path: Path) -> bool:
    """Say whether a file is an HDF5 container.

    Parameters
    ----------
    path : Path
        Any file.

    Returns
    -------
    bool
    """
    return file_kind(path) == "hdf5"


def read_h5ad(path: Path) -> AnnData:
    """Read a cohort that was written by ``AnnData.write_h5ad``.

    Parameters
    ----------
    path : Path
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
    damaged = refuse(path, "an HDF5 file that is no h5ad, or a damaged one", "write the cohort again")
    try:
        with h5py.File(path) as file:
            if not {"X", "obs", "var"} <= set(file):
                raise damaged
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", UserWarning)  # repeated names are refused below
            adata = anndata.read_h5ad(path)
    except _DAMAGE as error:
        raise damaged from error
    row_names(adata.obs_names.tolist(), ["sample"] * adata.n_obs, path)
    check_header(adata.var_names.tolist(), path)
    if not isinstance(adata.uns.get("stratify", {}), Mapping):
        raise damaged
    adata.X = np.asarray(adata.X.todense() if hasattr(adata.X, "todense") else adata.X, dtype=float)
    absurd = np.argwhere(np.abs(adata.X) > LARGEST_NUMBER)
    if len(absurd):
        raise text_in_assay(path, adata.var_names[absurd[0][1]], adata.obs_names[absurd[0][0]])
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
