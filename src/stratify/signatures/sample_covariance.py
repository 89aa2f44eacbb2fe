"""How samples of one cohort vary together: weights, and a correlation between samples of one patient."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array

from stratify.errors import CohortError

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SampleCovariance:
    r"""Covariance of samples up to a factor, :math:`W^{-1/2} C W^{-1/2}`.

    With :math:`m` measured samples of a patient, the block of :math:`C^{-1}` is

    .. math:: \frac{1}{1 - \rho}\left(I - \frac{\rho}{1 - \rho + m \rho} 1 1^\top\right).

    Parameters
    ----------
    n : int
        Samples.
    roots : array of shape (n,) or (n, p)
        Square roots of the weights.
    member : sparse array of shape (patients, n), optional
        One where a sample is of a patient; None without blocks.
    correlation : float
        Between samples of one patient.
    """

    n: int
    roots: Array
    member: csr_array | None
    correlation: float

    @classmethod
    def make(
        cls,
        n: int,
        weights: Array | None = None,
        blocks: Sequence[object] | NDArray[np.generic] | None = None,
        correlation: float | None = None,
    ) -> SampleCovariance:
        """Build it from weights (n,) or (n, p), the patient of each sample, and their correlation.

        Parameters
        ----------
        n : int
            Samples.
        weights : array of shape (n,) or (n, p), optional
            Zero, negative or NaN means missing.
        blocks : sequence of length n, optional
            Patient of each sample.
        correlation : float, optional
            Between samples of one patient.

        Returns
        -------
        SampleCovariance

        Raises
        ------
        CohortError
            Blocks of another length or with gaps, or a correlation outside what the blocks allow.
        """
        weighted = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
        roots = np.sqrt(np.where(np.isfinite(weighted) & (weighted > 0), weighted, 0))
        if blocks is None:
            return cls(n, roots, None, 0.0)
        member = block_members(blocks, n)
        largest = int(member.sum(axis=1).max()) if member.shape[0] else 1
        lowest = -1 / (largest - 1) if largest > 1 else -1.0
        if correlation is None or not lowest < correlation < 1:
            raise CohortError(
                f"with blocks, a correlation between {lowest:.3g} and 1",
                f"{correlation}",
                "estimate it with consensus_correlation",
            )
        return cls(n, roots, member if correlation else None, float(correlation))

    @property
    def shared(self) -> bool:
        """Whether all assays have the same weights."""
        return self.roots.ndim == 1

    def root(self, assays: NDArray[np.intp] | None) -> Array:
        """Square roots of the weights of some assays, to be laid over (n, assays)."""
        return self.roots[:, None] if self.shared else self.roots[:, assays]

    def solve(self, columns: Array, root: Array) -> Array:
        """Multiply ``columns`` (n, r) by the inverse of C among the samples of ``root`` (n, 1)."""
        if self.member is None:
            return columns
        sums = self._share(root) * (self.member @ columns)
        return np.asarray((columns - self.member.T @ sums) / (1 - self.correlation), dtype=np.float64)

    def gram(self, columns: Array, root: Array) -> Array:
        """Inner products (m, r, r) of ``columns`` (n, r) under each of m root weights (n, m)."""
        r = columns.shape[1]
        pairs = (columns[:, :, None] * columns[:, None, :]).reshape(self.n, r * r)
        gram = np.asarray((root**2).T @ pairs).reshape(-1, r, r)
        if self.member is None:
            return gram
        share = self._share(root)
        sums = np.stack([self.member @ (root * columns[:, [a]]) for a in range(r)])
        gram -= np.einsum("bm,abm,cbm->mac", share, sums, sums)
        return np.asarray(gram / (1 - self.correlation), dtype=np.float64)

    def cross(self, columns: Array, values: Array, root: Array) -> Array:
        """Inner products (r, p) of ``columns`` (n, r) with ``values`` (n, p) under root weights (n, p)."""
        scaled = root * values
        cross = columns.T @ (root * scaled)
        if self.member is None:
            return np.asarray(cross)
        weighted = self._share(root) * (self.member @ scaled)
        for a in range(columns.shape[1]):
            cross[a] -= (weighted * (self.member @ (root * columns[:, [a]]))).sum(axis=0)
        return np.asarray(cross / (1 - self.correlation), dtype=np.float64)

    def sum_of_squares(self, values: Array, root: Array) -> Array:
        """Squared lengths (p,) of ``values`` (n, p) under root weights (n, 1) or (n, p)."""
        plain = self.member is None and root.shape[1] == 1
        if plain and bool((root == 1).all()):
            return np.asarray(np.einsum("ij,ij->j", values, values))
        if plain:
            return np.asarray(np.einsum("ij,ij,i->j", values, values, root[:, 0] ** 2))
        scaled = root * values
        squares = np.einsum("ij,ij->j", scaled, scaled)
        if self.member is None:
            return np.asarray(squares)
        squares = squares - (self._share(root) * (self.member @ scaled) ** 2).sum(axis=0)
        return np.asarray(squares / (1 - self.correlation), dtype=np.float64)

    def _share(self, root: Array) -> Array:
        rho = self.correlation
        count = self.member @ (root > 0).astype(np.float64)  # type: ignore[operator]
        return np.asarray(rho / (1 - rho + count * rho), dtype=np.float64)


def block_members(blocks: Sequence[object] | NDArray[np.generic], n: int) -> csr_array:
    """Say which sample is of which block.

    Parameters
    ----------
    blocks : sequence of length n
        Patient of each sample.
    n : int
        Samples.

    Returns
    -------
    sparse array of shape (patients, n)

    Raises
    ------
    CohortError
        Another length, or a sample without a patient.

    Examples
    --------
    >>> block_members(["a", "b", "a"], 3).toarray().tolist()
    [[1.0, 0.0, 1.0], [0.0, 1.0, 0.0]]
    """
    codes, known = pd.factorize(np.asarray(blocks, dtype=object))
    if len(codes) != n or (codes < 0).any():
        raise CohortError(
            f"a patient for each of {n} samples",
            f"{int((codes >= 0).sum())} patients' names in {len(codes)} rows",
            "complete the column of patients",
        )
    return csr_array((np.ones(n), (codes, np.arange(n))), shape=(len(known), n))
