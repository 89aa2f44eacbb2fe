"""Copies: two samples with other ids and the same, or almost the same, profile."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.assays.checks.patients import Patients
from stratify.assays.checks.profiles import far_out
from stratify.assays.finding import Finding

_FEWEST_SHARED = 10  # assays in which two samples must agree
_FEWEST_SAMPLES = 20  # from which the usual distance is known
_COMPONENTS = 5  # on which a neighbour is sought
_BLOCK = 512  # pairs that are compared at once
_NEAR = 0.6  # of the usual distance to the nearest other sample


def copied_profiles(people: Patients) -> list[Finding]:
    """Find samples that are nearly identical to another one with another id.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``near-duplicate``; the two visits of one patient are named only where they are identical.

    Notes
    -----
    The nearest other sample is searched on the first five principal components and the distance to it taken
    over all assays that both have: the root mean square of robust z. It is called a copy when all levels are
    equal, or when this distance is less than .6 of the median one and far out among the logarithms of all
    nearest distances.
    """
    measured = np.flatnonzero((~np.isnan(people.levels)).sum(axis=1) >= _FEWEST_SHARED)
    if len(measured) < 2:
        return []
    nearest = measured[_nearest(people.components[0][measured, -_COMPONENTS:])]
    distance, equal, shared = _compare(people, measured, nearest)
    near = np.zeros(len(measured), dtype=bool)
    if len(measured) >= _FEWEST_SAMPLES:
        logs = np.log(np.maximum(distance, 1e-9))
        near = far_out(-logs, sides=1) & (distance < _NEAR * np.median(distance))
    patient = people.column("patient_id")
    other = (patient[measured] == "") | (patient[measured] != patient[nearest])
    copied = np.zeros(people.n, dtype=bool)
    copied[measured[shared & (equal | (near & other))]] = True
    copied[nearest[shared & (equal | (near & other))]] = True
    remedy = "two ids share one profile: look for a tube measured twice, a copied row or a mix-up"
    return [Finding("near-duplicate", "warning", people.named(copied), remedy)]


def copied_controls(people: Patients) -> list[Finding]:
    """Find controls and bridges whose rows are equal in every level: one measurement, written twice.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``near-duplicate``.
    """
    names = people.adata.obs_names[~people.rows]
    levels = np.asarray(people.adata.X, dtype=float)[~people.rows]
    missing = np.isnan(levels)
    same = pd.Series([row.tobytes() for row in np.where(missing, np.nan, levels + 0.0)]).duplicated(
        keep=False
    )
    copied = same.to_numpy(dtype=bool) & ((~missing).sum(axis=1) >= _FEWEST_SHARED)
    remedy = "two control wells share every level: one measurement was written twice"
    return [Finding("near-duplicate", "warning", tuple(str(name) for name in names[copied]), remedy)]


def _nearest(scores: np.ndarray) -> np.ndarray:
    """Position of the nearest other sample."""
    from scipy.spatial import KDTree

    two = KDTree(scores).query(scores, k=2)[1]
    own = np.arange(len(scores))
    return np.where(two[:, 0] == own, two[:, 1], two[:, 0])


def _compare(
    people: Patients, left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Distance of pairs of samples, whether all levels are equal, and whether enough are shared."""
    starts = range(0, len(left), _BLOCK)
    blocks = [_compare_some(people, left[s : s + _BLOCK], right[s : s + _BLOCK]) for s in starts]
    distance, equal, count = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    return distance, equal, count >= _FEWEST_SHARED


def _compare_some(
    people: Patients, left: np.ndarray, right: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    here, there = people.levels[left], people.levels[right]
    both = ~(np.isnan(here) | np.isnan(there))
    count = both.sum(axis=1)
    difference = np.where(both, people.standard[left] - people.standard[right], 0.0)
    distance = np.sqrt(np.einsum("ij,ij->i", difference, difference) / np.maximum(count, 1))
    return distance, ((here == there) | ~both).all(axis=1), count
