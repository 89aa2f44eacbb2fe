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
    return _one_each({name: _texts(assays, name) for name in _COLUMNS}, assays.index.astype(str).tolist())


def _one_each(names: dict[str, list[str]], ids: list[str]) -> NDArray[np.intp]:
    panels = {panel: canonical_panel(panel) for panel in set(names["panel"])}
    canonical = [panels[panel] for panel in names["panel"]]
    keys = [
        protein_key(uniprot, assay or gene, panel) or f" {name}"
        for uniprot, gene, assay, panel, name in zip(
            names["uniprot"], names["gene"], names["assay"], canonical, ids, strict=True
        )
    ]
    order = sorted(range(len(ids)), key=ids.__getitem__)
    if len(set(keys)) < len(keys):
        ranks = [_RANK.get(panel, len(_RANK)) for panel in canonical]
        first: dict[str, int] = {}
        for place in sorted(order, key=ranks.__getitem__):  # stable: among equals the first by id
            first.setdefault(keys[place], place)
        order = sorted(first.values(), key=ids.__getitem__)
    return np.array(order, dtype=np.intp)


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
    var = people.var
    names, ids = {name: _texts(var, name) for name in _COLUMNS}, var.index.astype(str)
    columns = _one_each(names, ids.tolist())
    texts = {name: np.array(words, dtype=object)[columns] for name, words in names.items()}
    seen = np.nan_to_num(detectability(people), nan=1.0)[columns]
    return columns, pd.DataFrame({**texts, "detectability": seen}, index=ids[columns])


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
