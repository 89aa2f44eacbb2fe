"""Cohorts with one row a patient, as tests that resample or relabel patients need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.clinical import require_columns
from stratify.assays.proteins.identity import protein_key
from stratify.assays.proteins.matching import preferred_assays
from stratify.assays.schema import as_text
from stratify.errors import CohortError, listed, nearest
from stratify.signatures.covariate_columns import are_numbers, covariate_columns
from stratify.signatures.visits import person_means

Array = NDArray[np.float64]

FEWEST = 3
_INDEPENDENT = 1e-7  # of a column of length one, after those before it


@dataclass(frozen=True, eq=False)
class Patients:
    """One row a patient of the groups that a question is about; n patients, p proteins.

    Parameters
    ----------
    levels : array of shape (n, p)
        Log2 levels, averaged over the samples of a patient; NaN where missing.
    groups, ids : arrays of str, shape (n,)
        Group and patient id.
    covariates : array of shape (n, c)
        Numbers, and a column a category but the first; without columns that others imply.
    assays : DataFrame of p rows
        As ``AnnData.var``, one assay a protein.
    obs : DataFrame of n rows
        What is known of each patient, from the first sample; covariates over all samples, numbers averaged.
    notes : tuple of str
        What was averaged or left out, in words.
    """

    levels: Array
    groups: NDArray[np.object_]
    ids: NDArray[np.object_]
    covariates: Array
    assays: pd.DataFrame
    obs: pd.DataFrame
    notes: tuple[str, ...] = ()

    def of(self, *names: str) -> NDArray[np.bool_]:
        """Which patients (n,) belong to one of some groups."""
        return np.isin(self.groups.astype(str), names)

    def as_cohort(self) -> AnnData:
        """Make a cohort again, one row a patient."""
        return AnnData(self.levels, obs=self.obs, var=self.assays)

    def design(self, names: Sequence[str]) -> Array:
        """Group means and covariates: shape (n, groups + c), covariates centred."""
        indicators = np.column_stack([self.groups == name for name in names]).astype(float)
        return np.hstack([indicators, self.covariates - self.covariates.mean(axis=0)])


def patients_of(
    people: AnnData, groups: Sequence[str], *, group: str = "group", covariates: Sequence[str] = ()
) -> Patients:
    """Give each patient of some groups one row.

    Samples of one patient are averaged, because they are not independent. A protein that several assays
    measure is kept once (:func:`~stratify.assays.proteins.matching.preferred_assays`), so that it counts
    once; a protein that fewer than three patients of a group have, or too few to adjust for the covariates,
    is left out.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Checked patients' samples with ``obs[group]``; ``obs["patient_id"]`` where patients repeat.
    groups : sequence of str
        Groups that are kept.
    group : str, default "group"
        Column of the groups.
    covariates : sequence of str, optional
        Columns to adjust for; patients without a value are left out.

    Returns
    -------
    Patients

    Raises
    ------
    ClinicalTableError
        An unknown column.
    CohortError
        An unknown group, fewer than three patients in a group, or a patient in two groups.
    """
    group, *covariates = require_columns(people.obs, [group, *covariates])
    _refuse_unknown(people, groups, group)
    words = people.obs[group].astype(object).where(people.obs[group].notna(), "").astype(str)
    part = people[words.isin(list(groups)).to_numpy()]
    ids, notes = _patient_ids(part.obs), []
    keys, first, row = np.unique(ids, return_index=True, return_inverse=True)
    label = words.loc[part.obs_names].to_numpy(dtype=object)
    if two := [str(key) for key, i in zip(keys, first, strict=True) if len(set(label[ids == key])) > 1]:
        raise CohortError(
            "each patient in one group", f"{listed(two)} in several", "say to which group each belongs"
        )
    obs = _one_row_each(part.obs, first, row, covariates)
    numbers, complete = _coded(obs, covariates)
    if not complete.all():
        notes.append(f"{int((~complete).sum())} patients without {listed(covariates)} are left out")
    if len(keys) < len(ids):
        notes.append(f"{len(ids)} samples of {len(keys)} patients: samples of one patient are averaged")
    levels = _averaged(np.asarray(part.X, dtype=float), row, len(keys))[complete]
    groups_of = label[first][complete]
    _refuse_small(groups_of, groups)
    kept = _first_of_equals(part.var) & _measured(levels, groups_of, groups)
    kept &= _adjustable(levels, groups_of, numbers)
    if not kept.all():
        notes.append(
            f"{int((~kept).sum())} assays are left out: second assays of a protein, or fewer than "
            f"{FEWEST} patients of a group measured{' (or too few for the covariates)' if covariates else ''}"
        )
    ids = keys.astype(object)[complete]
    obs = obs[complete].set_axis(ids.astype(str))
    return Patients(levels[:, kept], groups_of, ids, numbers, part.var[kept].copy(), obs, tuple(notes))


def _refuse_unknown(people: AnnData, groups: Sequence[str], group: str) -> None:
    there = sorted(set(people.obs[group].dropna().astype(str)) - {""})
    for name in groups:
        if name not in there:
            raise CohortError(f"people of group {name!r}", "nobody", f"name another; {nearest(name, there)}")
    if len(set(groups)) < len(groups):
        raise CohortError("different groups", listed(groups), "compare a group with another one")


def _refuse_small(label: NDArray[np.object_], groups: Sequence[str]) -> None:
    for name in groups:
        count = int((label == name).sum())
        if count < FEWEST:
            raise CohortError(
                f"at least {FEWEST} patients in group {name!r}", f"{count}", "merge groups or add patients"
            )


def _patient_ids(obs: pd.DataFrame) -> NDArray[np.object_]:
    own = pd.Series(obs.index.astype(str), index=obs.index, dtype=object)
    if "patient_id" in obs:
        told = obs["patient_id"].astype(object)
        own = told.where(told.notna() & (told.astype(str) != ""), own).astype(str)
    return own.to_numpy(dtype=object)


def _averaged(levels: Array, row: NDArray[np.int_], n: int) -> Array:
    if n == len(levels):
        out = np.empty_like(levels)
        out[row] = levels
        return out
    seen = np.isfinite(levels)
    total, count = np.zeros((n, levels.shape[1])), np.zeros((n, levels.shape[1]))
    np.add.at(total, row, np.where(seen, levels, 0.0))
    np.add.at(count, row, seen)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _one_row_each(
    obs: pd.DataFrame, first: NDArray[np.int_], row: NDArray[np.int_], covariates: Sequence[str]
) -> pd.DataFrame:
    """First sample of each patient, with covariates that do not depend on the order of the samples."""
    each = obs.iloc[first].copy()
    if len(first) == len(obs):
        return each
    for name in covariates:
        numbers = are_numbers(obs[name])
        if numbers is not None:
            each[name] = person_means(numbers, row)
        else:
            words = np.array([as_text(cell) for cell in obs[name]], dtype=object)
            each[name] = [min(filter(None, words[row == i]), default="") for i in range(len(first))]
    return each


def _coded(obs: pd.DataFrame, covariates: Sequence[str]) -> tuple[Array, NDArray[np.bool_]]:
    columns, complete, _ = covariate_columns(obs, covariates)
    columns = columns[complete]
    centred = columns - columns.mean(axis=0) if len(columns) else columns
    length = np.sqrt((centred**2).sum(axis=0))
    scaled, kept = centred / np.where(length > 0, length, 1), list[int]()
    for j in range(columns.shape[1]):
        if np.linalg.matrix_rank(scaled[:, [*kept, j]], tol=_INDEPENDENT) > len(kept):
            kept.append(j)
    return columns[:, kept], complete


def _adjustable(levels: Array, label: NDArray[np.object_], covariates: Array) -> NDArray[np.bool_]:
    """Proteins (p,) whose patients tell groups and covariates apart, and leave something for the error."""
    if not covariates.shape[1]:
        return np.ones(levels.shape[1], dtype=bool)
    groups = (label[:, None] == np.unique(label.astype(str))[None, :]).astype(float)
    design = np.hstack([groups, covariates - covariates.mean(axis=0)])
    whole = np.linalg.matrix_rank(design)
    kinds, place = np.unique(np.isfinite(levels), axis=1, return_inverse=True)
    enough = [seen.sum() > whole and np.linalg.matrix_rank(design[seen]) == whole for seen in kinds.T]
    return np.array(enough, dtype=bool)[place.ravel()]


def _first_of_equals(assays: pd.DataFrame) -> NDArray[np.bool_]:
    """One assay a protein: the preferred one, the first where several stand equal."""
    texts = {
        name: assays[name].fillna("").astype(str) if name in assays else pd.Series("", index=assays.index)
        for name in ("uniprot", "gene", "panel")
    }
    keys = [protein_key(*row) or row[1] for row in zip(*texts.values(), strict=True)]
    chosen = pd.Series(keys, dtype=object).where(preferred_assays(assays), "")
    repeats = chosen.duplicated() & (chosen != "")
    return preferred_assays(assays) & ~repeats.to_numpy(dtype=bool)


def _measured(levels: Array, label: NDArray[np.object_], groups: Sequence[str]) -> NDArray[np.bool_]:
    seen = np.isfinite(levels)
    enough = np.array([seen[label == name].sum(axis=0) >= FEWEST for name in groups]).all(axis=0)
    spread = np.nanmax(np.where(seen, levels, -np.inf), axis=0) > np.nanmin(
        np.where(seen, levels, np.inf), axis=0
    )
    answer: NDArray[np.bool_] = enough & spread
    return answer
