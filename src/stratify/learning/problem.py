"""A learning problem as arrays: profiles, labels, roles, and what is known of the assays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import anndata
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from stratify.assays.detectability import detectability
from stratify.errors import CohortError, listed
from stratify.learning.adjustment import NO_ADJUSTMENT, Adjustment, fit_adjustment
from stratify.subtyping.label_source import LabelSource
from stratify.subtyping.labels import UNLABELLED, Labels, patient_ids, refuse_small_class

Array = NDArray[np.float64]

FEWEST_IN_FOLD = 3  # patients of a class that a fold's own rule must leave to learn from


@dataclass(frozen=True)
class Problem:
    """People, proteins and roles of one question.

    Parameters
    ----------
    profiles : array of shape (n, n_proteins)
        As measured, NaN where missing.
    y : integer array of shape (n,)
        1, 0 or -1 (not labelled).
    reference, target : boolean arrays of shape (n,)
        Healthy people who standardise, and people who are scored and never labelled.
    patients, samples : string arrays of shape (n,)
        Ids; rows of one patient are never split between folds.
    assays : DataFrame
        One row an assay: ``uniprot``, ``gene``, ``panel``.
    detectability : array of shape (n_proteins,)
        Share of samples above the detection limit; 1 where no limit is known.
    below_lod : {"keep", "lod/sqrt2", "censored"}
        What stands in for values below the limit, as the cleaning policy said.
    limits : array of shape (n, n_proteins) or None
        Limits of detection, where values below them are to be imputed in each fold.
    source : LabelSource or None
        What made the labels; None stands for a diagnosis.
    covariates : array of shape (n, n_covariates) or None
        As coded, NaN where unknown; None where nothing is adjusted for.
    adjustment : Adjustment
        What is adjusted for.
    """

    profiles: Array
    y: NDArray[np.int64]
    reference: NDArray[np.bool_]
    target: NDArray[np.bool_]
    patients: NDArray[np.str_]
    samples: NDArray[np.str_]
    assays: pd.DataFrame
    detectability: Array
    below_lod: str = "keep"
    limits: Array | None = None
    source: LabelSource | None = None
    covariates: Array | None = None
    adjustment: Adjustment = NO_ADJUSTMENT

    @property
    def learned(self) -> NDArray[np.int64]:
        """Rows of the people who take part in learning: labelled or reference."""
        return np.flatnonzero((self.y != UNLABELLED) | self.reference)

    @property
    def prevalence(self) -> float:
        """Share of the positive class among labelled people."""
        return float((self.y == 1).sum() / (self.y != UNLABELLED).sum())

    def limits_of(self, rows: NDArray[Any]) -> Array | None:
        """Limits (n_rows, n_proteins) of some people, where there are any to be used."""
        return None if self.limits is None else self.limits[rows]

    def covariates_of(self, rows: NDArray[Any]) -> Array | None:
        """Coded covariates (n_rows, n_covariates) of some people, where anything is adjusted for."""
        return None if self.covariates is None else self.covariates[rows]

    def permuted(self, seed: int) -> Problem:
        """Give the labels and reference roles of learned people to others, patient by patient."""
        rows = self.learned
        ids, first, inverse = np.unique(self.patients[rows], return_index=True, return_inverse=True)
        giver = rows[first][np.random.default_rng(seed).permutation(len(ids))][inverse]
        y, reference, source = self.y.copy(), self.reference.copy(), self.source
        y[rows], reference[rows] = self.y[giver], self.reference[giver]
        if source is not None and source.relabelling is not None:
            source = replace(source, relabelling=source.relabelling.exchanged(rows, giver))
        return replace(self, y=y, reference=reference, source=source)

    def in_fold(self, train: NDArray[Any]) -> Problem:
        """Label everybody by what these rows alone teach; a label of its own patient stays as it is.

        Parameters
        ----------
        train : integer array
            Rows that the fold may learn from.

        Returns
        -------
        Problem

        Raises
        ------
        CohortError
            When a class is left with too few patients among these rows.
        """
        if self.source is None or self.source.relabelling is None:
            return self
        y = self.source.relabelling.fitted_to(train)
        names = ("the negative class, as a fold labels it", "the positive class, as a fold labels it")
        refuse_small_class(y[train], self.patients[train], names=names, smallest=FEWEST_IN_FOLD)
        return replace(self, y=y)


def make_problem(cohort: anndata.AnnData, labels: Labels, source: LabelSource | None = None) -> Problem:
    """Turn a checked cohort and its labels into arrays.

    Parameters
    ----------
    cohort : AnnData
        Patients' samples only; ``obs`` may have ``patient_id``.
    labels : Labels
        In the row order of the cohort.
    source : LabelSource, optional
        What made the labels; a diagnosis if left out.

    Returns
    -------
    Problem

    Raises
    ------
    CohortError
        When an assay was measured in none of the people who are learned from, or a patient has two roles.
    """
    profiles = np.asarray(cohort.X, dtype=float)
    empty = ~np.isfinite(profiles[labels.learned]).any(axis=0)
    if empty.any():
        raise CohortError(
            "each assay measured in somebody who is learned from",
            f"no value at all for {listed(cohort.var_names[empty])}",
            "leave these assays out",
        )
    samples = cohort.obs_names.to_numpy(dtype=str)
    patients = patient_ids(cohort.obs)
    _refuse_two_roles(patients, labels)
    assays = cohort.var[["uniprot", "gene", "panel"]].astype(str)
    treated = str(cohort.uns.get("stratify", {}).get("below_lod", {}).get("values", "keep"))
    return Problem(
        profiles,
        labels.y,
        labels.reference,
        labels.target,
        patients,
        samples,
        assays,
        detectability(cohort),
        treated,
        np.asarray(cohort.layers["lod"], dtype=float) if treated == "censored" else None,
        source,
    )


def adjusting_for(problem: Problem, obs: pd.DataFrame, names: Sequence[str]) -> Problem:
    """Let everything that learns from a problem adjust for covariates, with effects from healthy people.

    Parameters
    ----------
    problem : Problem
        People, proteins and roles.
    obs : DataFrame
        In the row order of the problem.
    names : sequence of str
        Columns, or ``handling``; nothing changes where there are none.

    Returns
    -------
    Problem

    Raises
    ------
    CohortError
        Columns from which nothing can be learned (`fit_adjustment`).
    """
    if not names:
        return problem
    adjustment = fit_adjustment(obs, problem.reference, names, problem.assays)
    return replace(problem, covariates=adjustment.coded(obs), adjustment=adjustment)


def _refuse_two_roles(patients: NDArray[np.str_], labels: Labels) -> None:
    rows = labels.learned | labels.target
    roles = labels.y * 4 + labels.reference * 2 + labels.target
    mixed = pd.Series(roles[rows]).groupby(patients[rows]).nunique()
    if (mixed > 1).any():
        raise CohortError(
            "one role a patient: positive, negative, reference or target",
            f"two for {listed(mixed.index[mixed > 1])}",
            "correct the group column or the patient ids",
        )
