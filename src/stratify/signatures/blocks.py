"""How alike samples of one patient are: one correlation that all assays agree on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.stats import trim_mean

from stratify.signatures.sample_covariance import block_members
from stratify.signatures.variance_components import Squares, variance_components

Array = NDArray[np.float64]

LARGEST, MARGIN = 0.99, 0.01
_NOT_ZERO = 1e-10


@dataclass(frozen=True, eq=False)
class Consensus:
    """Correlation between samples of one patient.

    Parameters
    ----------
    correlation : float
        Of all assays together; 0 where patients have one sample each, or are in the design already.
    by_assay : array of shape (p,)
        NaN where an assay has too few samples.
    """

    correlation: float
    by_assay: Array


def consensus_correlation(
    levels: Array,
    design: Array,
    blocks: Sequence[object] | NDArray[np.generic],
    *,
    weights: Array | None = None,
    trim: float = 0.15,
) -> Consensus:
    r"""Estimate the correlation between samples of one patient.

    By assay :math:`\rho = \sigma_b^2 / (\sigma_b^2 + \sigma^2)` from restricted maximum likelihood; the
    consensus is the hyperbolic tangent of the trimmed mean of :math:`\operatorname{atanh} \rho`.

    Parameters
    ----------
    levels : array of shape (n, p)
        Log2 levels, NaN where missing.
    design : array of shape (n, k)
        The design of the fit that will use the correlation.
    blocks : sequence of length n
        Patient of each sample.
    weights : array of shape (n,) or (n, p), optional
        Relative precision.
    trim : float, default 0.15
        Share of assays left out at each end.

    Returns
    -------
    Consensus

    Raises
    ------
    CohortError
        A sample without a patient.

    References
    ----------
    Smyth, Michaud & Scott, Bioinformatics 2005, doi:10.1093/bioinformatics/bti270. The same numbers as
    ``duplicateCorrelation`` of limma 3.54.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> levels = np.repeat(rng.normal(size=(20, 50)), 2, axis=0) + rng.normal(size=(40, 50))
    >>> consensus = consensus_correlation(levels, np.ones((40, 1)), np.repeat(np.arange(20), 2))
    >>> 0.4 < consensus.correlation < 0.6
    True
    """
    levels, design = np.asarray(levels, dtype=np.float64), np.asarray(design, dtype=np.float64)
    member = block_members(blocks, len(levels))
    largest, p = int(member.sum(axis=1).max()), levels.shape[1]
    if largest == 1 or _within(design, member):
        return Consensus(0.0, np.zeros(p))
    known, root = _roots(levels, weights)
    rho = np.full(p, np.nan)
    for columns in _alike(root):
        seen = known[:, columns[0]]
        sizes = np.asarray(member @ seen.astype(float))
        n, patients = int(seen.sum()), int((sizes > 0).sum())
        if n > design.shape[1] + 2 and 1 < patients < n - 1:
            squares = _squares(levels[:, columns], design, member, root[:, columns[0]])
            within, between = variance_components(squares).T
            with np.errstate(all="ignore"):
                rho[columns] = between / (within + between)
    lowest = 1 / (1 - largest) + MARGIN
    usable = rho[np.isfinite(rho)].clip(lowest, LARGEST)
    consensus = float(np.tanh(trim_mean(np.arctanh(usable), trim))) if len(usable) else 0.0
    return Consensus(consensus, np.clip(rho, lowest, LARGEST))


def _roots(levels: Array, weights: Array | None) -> tuple[NDArray[np.bool_], Array]:
    """Which values count, and the square roots of their weights, both (n, p)."""
    weighted = np.ones(len(levels)) if weights is None else np.asarray(weights, dtype=np.float64)
    weighted = weighted if weighted.ndim == 2 else np.repeat(weighted[:, None], levels.shape[1], axis=1)
    known = np.isfinite(levels) & np.isfinite(weighted) & (weighted > 0)
    return known, np.sqrt(np.where(known, weighted, 0))


def _within(design: Array, member: csr_array) -> bool:
    """Whether the design tells the patients apart already."""
    q = np.linalg.qr(design)[0]
    between = member.toarray().T
    return bool(np.abs(between - q @ (q.T @ between)).max() < 1e-8)


def _alike(root: Array) -> list[NDArray[np.intp]]:
    """Columns of ``root`` (n, p) that are the same."""
    _, pattern = np.unique(root.T, axis=0, return_inverse=True)
    order = np.argsort(pattern.ravel(), kind="stable")
    ends = np.cumsum(np.bincount(pattern.ravel()))[:-1]
    return [part for part in np.split(order, ends) if len(part)]


def _squares(levels: Array, design: Array, member: csr_array, root: Array) -> Squares:
    """Rotate residuals of assays with the same gaps to independent squares."""
    seen = root > 0
    x = design[seen] * root[seen, None]
    left, singular, _ = np.linalg.svd(x, full_matrices=False)
    q = left[:, singular > 1e-7 * singular.max(initial=0)]
    y = levels[seen] * root[seen, None]
    y = y - q @ (q.T @ y)
    inside = member[:, np.flatnonzero(seen)]
    shared = inside @ q
    values, vectors = np.linalg.eigh(np.diag(np.asarray(inside.sum(axis=1)).ravel()) - shared @ shared.T)
    kept = values > _NOT_ZERO * values.max()
    d = values[kept]
    between = (vectors[:, kept].T @ (inside @ y)) ** 2 / d[:, None]
    rest = len(x) - q.shape[1] - len(d)
    within = np.maximum((y**2).sum(axis=0) - between.sum(axis=0), 0) / max(rest, 1)
    p = levels.shape[1]
    return Squares(
        np.tile(np.append(0.0, d), (p, 1)),
        np.vstack([within, between]).T,
        np.tile(np.append(float(rest), np.ones(len(d))), (p, 1)),
    )
