"""One door for every file: recognised by content, read by its format, several files joined."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from anndata import AnnData

from stratify.assays.grid import digest, refuse
from stratify.assays.olink import is_npx_long, read_npx_long, read_npx_wide
from stratify.assays.plates import by_panel, store_by_panel
from stratify.assays.sample_names import row_names
from stratify.assays.tables import is_h5ad, is_table, read_h5ad, read_table
from stratify.assays.wide_sheet import is_npx_wide
from stratify.errors import AssayFileError, listed


class _Format(NamedTuple):
    recognise: Callable[[Path], bool]
    read: Callable[[Path], AnnData]


_FORMATS = (
    _Format(is_h5ad, read_h5ad),
    _Format(is_npx_wide, read_npx_wide),
    _Format(is_npx_long, read_npx_long),
    _Format(is_table, read_table),
)


def read_assays(*paths: str | Path) -> AnnData:
    """Read protein levels from one or several files, whatever their format.

    The format is recognised by what a file holds, never by its name. Nothing is dropped and nothing filled.
    Files with the same assays are stacked (plates, batches); files with other assays of the same samples
    are put side by side (panels).

    Parameters
    ----------
    *paths : str or Path
        Olink NPX Manager workbooks, long Olink tables, sample-by-protein tables or h5ad files.

    Returns
    -------
    AnnData of shape (samples, assays)
        Levels as delivered (float64, NaN where missing), detection limits in ``layers["lod"]``,
        descriptions of samples and assays in ``obs`` and ``var``, provenance in ``uns["stratify"]``.

    Raises
    ------
    AssayFileError
        A file that is no assay, text in place of a level, two samples with one id, or files that do not fit
        together.
    """
    if not paths:
        raise AssayFileError("at least one file of protein levels", "none was named", "name a file")
    files = [Path(path) for path in paths]
    return reduce(_join, [_read(path) for path in files])


def _read(path: Path) -> AnnData:
    for layout in _FORMATS:
        if layout.recognise(path):
            adata = layout.read(path)
            if not adata.n_obs or not adata.n_vars:
                raise refuse(path, "columns without a single sample" if adata.n_vars else "no protein")
            adata.uns["stratify"].setdefault("sources", {"name": [path.name], "sha256": [digest(path)]})
            return adata
    raise refuse(path, "neither columns of known proteins nor an Olink layout")


def _join(left: AnnData, right: AnnData) -> AnnData:
    for fact in ("scale", "platform"):
        here, there = left.uns["stratify"][fact], right.uns["stratify"][fact]
        if here != there:
            raise AssayFileError(
                f"files of one {fact}",
                f"{here} and {there}",
                "read them apart; levels of two scales cannot be joined",
            )
    shared = left.var_names.intersection(right.var_names)
    if len(shared) == left.n_vars == right.n_vars:
        return _stack(left, right[:, left.var_names])
    if len(shared):
        apart = left.var_names.symmetric_difference(right.var_names)
        raise AssayFileError(
            "files with the same assays, or with none in common",
            f"{len(shared)} shared assays; only in one file: {listed(apart)}",
            "export the same panels for all plates",
        )
    return _side_by_side(left, right)


def _stack(upper: AnnData, lower: AnnData) -> AnnData:
    """Put samples below samples; a control that repeats gets a name of its own."""
    parts = (upper.obs, lower.obs)
    obs = pd.concat([part.reset_index(drop=True) for part in parts], ignore_index=True)
    people = (obs["sample_type"] == "sample").to_numpy()
    names = [*upper.obs_names, *lower.obs_names]
    base = [
        n if p or not c else c for n, p, c in zip(names, people, obs["control_name"].fillna(""), strict=True)
    ]
    obs["sample_id"] = row_names(base, obs["sample_type"].tolist(), Path("joined files"))
    obs.index = pd.Index(obs["sample_id"].tolist(), dtype=object)
    joined = AnnData(np.vstack([upper.X, lower.X]), obs=_words(obs), var=upper.var.copy())
    joined.layers["lod"] = np.vstack([_lod(upper), _lod(lower)])
    joined.uns["stratify"] = _joined_provenance(upper, lower)
    return joined


def _side_by_side(left: AnnData, right: AnnData) -> AnnData:
    """Put assays beside assays of the same samples; control rows need no partner."""
    people = [set(part.obs_names[part.obs["sample_type"] == "sample"]) for part in (left, right)]
    alone = sorted(people[0] ^ people[1])
    if alone:
        raise AssayFileError(
            "files of different panels with the same samples",
            f"{len(alone)} samples in one file only: {listed(alone)}",
            "export all panels for the same samples, or read the files apart",
        )
    names = left.obs_names.union(right.obs_names, sort=False)
    obs = left.obs.combine_first(right.obs).reindex(names)
    for name in ("plate", "qc"):
        _join_by_panel(obs, name, (left, right))
    x = np.hstack([_rows(part, np.asarray(part.X), names) for part in (left, right)])
    joined = AnnData(x, obs=_words(obs), var=pd.concat([left.var, right.var]))
    joined.layers["lod"] = np.hstack([_rows(part, _lod(part), names) for part in (left, right)])
    joined.uns["stratify"] = _joined_provenance(left, right)
    return joined


def _join_by_panel(obs: pd.DataFrame, name: str, parts: Sequence[AnnData]) -> None:
    if not any(name in part.obs for part in parts):
        return
    tables = [by_panel(part.obs, name, part.var["panel"].drop_duplicates().tolist()) for part in parts]
    table = pd.concat([table.reindex(obs.index).fillna("") for table in tables], axis=1)
    store_by_panel(obs, name, table.T.groupby(level=0, sort=False).max().T)


def _rows(part: AnnData, values: np.ndarray, names: pd.Index) -> np.ndarray:
    return pd.DataFrame(values, part.obs_names).reindex(names).to_numpy()


def _lod(part: AnnData) -> np.ndarray:
    return np.asarray(part.layers["lod"]) if "lod" in part.layers else np.full(part.shape, np.nan)


def _words(obs: pd.DataFrame) -> pd.DataFrame:
    """Write "" for a missing word, so that a column keeps one type."""
    text = [name for name in obs.columns if obs[name].dtype == object]
    return obs.assign(**{name: obs[name].where(obs[name].notna(), "") for name in text})


def _joined_provenance(left: AnnData, right: AnnData) -> dict[str, object]:
    here, there = left.uns["stratify"], right.uns["stratify"]
    sources = {key: [*here["sources"][key], *there["sources"][key]] for key in ("name", "sha256")}
    words = dict.fromkeys(word for word in (here["normalization"], there["normalization"]) if word)
    removed = [*here["removed"], *there["removed"]]
    return {**here, "sources": sources, "normalization": "; ".join(words), "removed": removed}
