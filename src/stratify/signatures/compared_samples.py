"""The samples of the groups that are compared: known covariates, and one row a patient unless blocked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from anndata import AnnData
from numpy.typing import NDArray

from stratify.assays.clinical import require_columns
from stratify.errors import CohortError, listed, nearest
from stratify.signatures.design_matrix import formula_columns, plain_column

Array = NDArray[np.float64]

FEW = 3


@dataclass(frozen=True, eq=False)
class ComparedSamples:
    """Samples that enter a fit.

    Parameters
    ----------
    levels : array of shape (n, p)
        Log2 levels, float64; NaN where missing, values below the limit of detection as measured.
    obs : DataFrame
        Their columns, with the column of the groups as words.
    group : str
        Column of the groups, as it is called in `obs`.
    covariates : tuple of str
        Columns adjusted for, as they are called in `obs`.
    patients : array of shape (n,)
        Patient of each sample; a sample without a stated patient is a patient of its own.
    warnings : tuple of str
        What was left out, and what is thin.
    """

    levels: Array
    obs: pd.DataFrame
    group: str
    covariates: tuple[str, ...]
    patients: NDArray[np.str_]
    warnings: tuple[str, ...]

    def count(self, group: str) -> tuple[int, int]:
        """Count samples and patients of a group."""
        rows = (self.obs[self.group] == group).to_numpy(dtype=bool)
        return int(rows.sum()), len(set(self.patients[rows]))

    def where(self, rows: NDArray[np.bool_]) -> ComparedSamples:
        """Keep some rows (n,)."""
        return replace(self, levels=self.levels[rows], obs=self.obs[rows], patients=self.patients[rows])


def compared_samples(
    people: AnnData,
    groups: Sequence[str],
    *,
    group: str = "group",
    covariates: Sequence[str] = (),
    formula: str | None = None,
    block: str | None = None,
) -> ComparedSamples:
    """Choose the samples of some groups.

    Parameters
    ----------
    people : AnnData of shape (samples, assays)
        Patients' samples.
    groups : sequence of str
        Groups to keep.
    group : str, default "group"
        Column of the groups.
    covariates : sequence of str
        Columns that must be known.
    formula : str, optional
        Formula whose columns must be known, in place of the covariates.
    block : str, optional
        Column of the patients, when they have several samples.

    Returns
    -------
    ComparedSamples

    Raises
    ------
    CohortError
        Groups that are not there, or several samples of a patient without `block`.
    ClinicalTableError
        A column that is not there.
    """
    (column,) = require_columns(people.obs, [group])
    obs = people.obs.copy()
    obs[column] = plain_words(obs[column])
    _require_groups(obs[column], groups, column)
    if formula is not None and covariates:
        raise CohortError("covariates or a formula", "both", "write the covariates into the formula")
    used = list(covariates) if formula is None else formula_columns(formula)
    found = require_columns(obs, used)
    spelled = column
    if formula is not None:  # its columns are called as they are written there
        obs = obs.assign(**{name: obs[known] for name, known in zip(used, found, strict=True)})
        spelled = next((name for name, known in zip(used, found, strict=True) if known == column), column)
        found = used
    named = [name for name in found if name not in (column, spelled)]
    chosen = obs[column].isin(list(groups)).to_numpy()
    known, warnings = _known(obs, chosen, named)
    patients = patients_of(obs, block)
    kept = chosen & known
    obs, patients = obs[kept], patients[kept]
    _require_groups(obs[column], groups, column, "with known covariates")
    _refuse_repeats(patients, block)
    levels = np.asarray(people.X, dtype=np.float64)[kept]
    chosen_samples = ComparedSamples(levels, obs, spelled, tuple(dict.fromkeys(named)), patients, ())
    few = [name for name in groups if chosen_samples.count(name)[1] < FEW]
    if few:
        warnings.append(
            f"fewer than {FEW} patients in {listed(few)}: their spread is known from the other group"
        )
    return replace(chosen_samples, warnings=tuple(warnings))


def patients_of(obs: pd.DataFrame, column: str | None = None) -> NDArray[np.str_]:
    """Patient of each sample; a sample without a stated patient is a patient of its own.

    Parameters
    ----------
    obs : DataFrame
        Samples.
    column : str, optional
        Column of the patients; ``patient_id`` where there is one if left out.

    Returns
    -------
    string array of shape (n,)

    Examples
    --------
    >>> patients_of(pd.DataFrame({"patient_id": ["P1", None]}, index=["a", "b"])).tolist()
    ['P1', 'sample b']
    """
    own = np.array([f"sample {name}" for name in obs.index], dtype=str)
    name = require_columns(obs, [column])[0] if column else "patient_id"
    if name not in obs:
        return own
    stated = plain_words(obs[name]).to_numpy(dtype=str)
    return np.where(stated == "", own, stated)


def plain_words(values: pd.Series) -> pd.Series:
    """Give a column as words, "" where missing; whole numbers without a decimal point.

    Parameters
    ----------
    values : Series
        A column of samples.

    Returns
    -------
    Series
    """
    plain = plain_column(values)
    if plain.dtype == float:
        return plain.map(lambda x: "" if np.isnan(x) else f"{x:.15g}")
    return plain


def _require_groups(values: pd.Series, groups: Sequence[str], column: str, how: str = "") -> None:
    present = sorted(set(values) - {""})
    if len(set(groups)) != len(groups) or len(groups) < 2:
        raise CohortError("two different groups", f"{listed(groups)}", "name a case and a control group")
    for name in groups:
        if name not in present:
            raise CohortError(
                f"samples of group {name!r} in column {column!r} {how}".strip(),
                f"groups {listed(present, 12)}",
                nearest(name, present) if not how else "complete the covariates, or take some away",
            )


def _known(
    obs: pd.DataFrame, chosen: NDArray[np.bool_], names: Sequence[str]
) -> tuple[NDArray[np.bool_], list[str]]:
    known, warnings = np.ones(len(obs), dtype=bool), []
    for name in names:
        plain = plain_column(obs[name])
        missing = (plain.isna() if plain.dtype == float else plain == "").to_numpy()
        if (missing & chosen).any():
            warnings.append(f"{int((missing & chosen).sum())} samples without {name} are left out")
        known &= ~missing
    return known, warnings


def _refuse_repeats(patients: NDArray[np.str_], block: str | None) -> None:
    distinct = len(set(patients))
    if block is None and distinct < len(patients):
        raise CohortError(
            "one sample a patient, or to be told that samples repeat",
            f"{len(patients)} samples of {distinct} patients",
            'samples of one patient are not independent: name their column, block="patient_id" '
            "(--block patient_id), or keep one visit",
        )
