"""Levels of a cohort as one column a protein, in an order that does not depend on the file's."""

from __future__ import annotations

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.detectability import detectability
from stratify.assays.proteins.identity import protein_key
from stratify.assays.proteins.matching import PREFERRED_PANELS, match_assays
from stratify.assays.proteins.panels import canonical_panel
from stratify.errors import CohortError
from stratify.signatures.activity.method import Array

_COLUMNS = ("uniprot", "gene", "panel", "assay")
_RANK = {panel: rank for rank, panel in enumerate(PREFERRED_PANELS)}
_LAST = (len(_RANK) + 1, "", -1)


def one_assay_each(assays: pd.DataFrame) -> NDArray[np.intp]:
    """Choose one assay of each protein, in the order of their ids.

    Of several assays of one protein that on the first of `PREFERRED_PANELS` stands for it; among equals
    (several aptamers) the first by id.

    Parameters
    ----------
    assays : DataFrame
        As ``AnnData.var``: index assay id, columns ``uniprot``, ``panel``, ``assay`` where they exist.

    Returns
    -------
    array of positions

    Examples
    --------
    >>> columns = {"uniprot": ["P05231", "P01375", "P05231"], "panel": ["CVD2", "", "Inflammation"]}
    >>> one_assay_each(pd.DataFrame(columns, ["c", "b", "a"])).tolist()
    [2, 1]
    """
    names = {name: _texts(assays, name) for name in _COLUMNS}
    ids = assays.index.astype(str).tolist()
    chosen: dict[str, tuple[int, str, int]] = {}
    for place, (uniprot, gene, panel, assay, name) in enumerate(zip(*names.values(), ids, strict=True)):
        canonical = canonical_panel(panel)
        key = protein_key(uniprot, assay or gene, canonical) or f" {name}"
        chosen[key] = min(chosen.get(key, _LAST), (_RANK.get(canonical, len(_RANK)), name, place))
    return np.array([place for _, _, place in sorted(chosen.values(), key=lambda one: one[1])], dtype=np.intp)


def _texts(assays: pd.DataFrame, name: str) -> list[str]:
    return assays[name].fillna("").astype(str).tolist() if name in assays else [""] * len(assays)


def measured_assays(people: AnnData) -> tuple[NDArray[np.intp], pd.DataFrame]:
    """Choose the assays of a cohort that stand for its proteins.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Any.

    Returns
    -------
    columns : array of positions
    assays : DataFrame
        Index assay id; ``uniprot``, ``gene``, ``panel``, ``assay``, ``detectability``.
    """
    columns = one_assay_each(people.var)
    var = people.var
    assays = pd.DataFrame({name: _texts(var, name) for name in _COLUMNS}, index=var.index.astype(str))
    assays["detectability"] = np.nan_to_num(detectability(people), nan=1.0)
    return columns, assays.iloc[columns]


def levels_of(people: AnnData, columns: NDArray[np.intp]) -> Array:
    """Levels (n, n_proteins) of chosen columns as numbers, NaN where missing or where the column is -1."""
    levels = np.asarray(people.X)
    absent = columns < 0
    if levels.shape[1] == 0 or absent.all():
        return np.full((len(levels), len(columns)), np.nan)
    if np.array_equal(columns, np.arange(levels.shape[1])):
        chosen = levels.astype(np.float64, copy=False)
    else:
        chosen = np.take(levels, np.where(absent, 0, columns), axis=1).astype(np.float64, copy=False)
        chosen[:, absent] = np.nan
    if np.isinf(chosen).any():
        raise CohortError(
            "levels that are numbers", "infinite levels", "check the file: was the log of zero taken?"
        )
    return np.ascontiguousarray(chosen)


def aligned_levels(people: AnnData, assays: pd.DataFrame) -> Array:
    """Find the assays of a frozen state in other people's table.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Their own assays in any order.
    assays : DataFrame
        As from `measured_assays`, of the reference.

    Returns
    -------
    array of shape (samples, len(assays))
        NaN where a protein is absent.
    """
    return levels_of(people, match_assays(assays, people.var, prefer=True))
