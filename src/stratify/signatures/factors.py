"""Shared variation between proteins as a few factors, from one decomposition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

SMALLEST_UNIQUENESS = 0.05


@dataclass(frozen=True)
class Spectrum:
    """Eigenvalues and eigenvectors of a correlation matrix of residuals.

    Parameters
    ----------
    values : array of shape (rank,)
        Eigenvalues, largest first.
    vectors : array of shape (n_proteins, rank)
        Unit eigenvectors.
    """

    values: Array
    vectors: Array


@dataclass(frozen=True)
class FactorModel:
    """Covariance of standardised proteins: ``loadings @ loadings.T + diag(uniquenesses)``.

    Parameters
    ----------
    loadings : array of shape (n_proteins, n_factors)
        Weight of each shared factor in each protein, in within-group SDs.
    uniquenesses : array of shape (n_proteins,)
        Variance of each protein that no factor explains.
    """

    loadings: Array
    uniquenesses: Array

    def projector(self) -> tuple[Array, Array]:
        """Arrays ``(b, c)`` with which the expected factor part of ``x`` is ``(x @ b) @ c.T``."""
        scaled = self.loadings / self.uniquenesses[:, None]
        precision = np.eye(self.loadings.shape[1]) + self.loadings.T @ scaled
        back = np.linalg.solve(precision, self.loadings.T).T
        return scaled, np.asarray(back, dtype=np.float64)

    def remove(self, profiles: Array) -> Array:
        """Take the expected factor part out of standardised profiles (n, n_proteins)."""
        scaled, back = self.projector()
        return profiles - (profiles @ scaled) @ back.T

    def solve(self, profiles: Array) -> Array:
        """Multiply profiles (n, n_proteins) by the inverse covariance."""
        return self.remove(profiles) / self.uniquenesses


def decompose(residuals: Array, degrees_of_freedom: int) -> Spectrum:
    """Decompose standardised residuals once, through their small Gram matrix.

    Parameters
    ----------
    residuals : array of shape (n, n_proteins)
        Within-group residuals in units of their SD.
    degrees_of_freedom : int
        Rows less the number of fitted group means.

    Returns
    -------
    Spectrum
        Of rank at most ``degrees_of_freedom``.
    """
    gram = residuals @ residuals.T / degrees_of_freedom
    values, left = np.linalg.eigh(gram)
    keep = slice(None, -min(degrees_of_freedom, len(values)) - 1, -1)
    values, left = np.maximum(values[keep], 1e-12), left[:, keep]
    return Spectrum(values, residuals.T @ left / np.sqrt(values * degrees_of_freedom))


def factor_model(spectrum: Spectrum, n_factors: int) -> FactorModel:
    """Keep the leading factors, their loadings lowered by the noise floor.

    The floor is the mean of the eigenvalues that are left: with fewer people than proteins, even pure
    noise has large leading eigenvalues, and loadings that keep it would explain too much.

    Parameters
    ----------
    spectrum : Spectrum
        From :func:`decompose`.
    n_factors : int
        Cut to what the spectrum has; 0 gives no loadings and uniquenesses of one.

    Returns
    -------
    FactorModel

    References
    ----------
    Tipping & Bishop, J R Stat Soc B 1999, doi:10.1111/1467-9868.00196.

    Examples
    --------
    >>> rows = np.array([[1.0, 1.0], [-1.0, -1.0], [0.5, 0.5], [-0.5, -0.5]])
    >>> factor_model(decompose(rows, 3), 0).loadings.shape
    (2, 0)
    """
    n_factors = min(n_factors, len(spectrum.values) - 1)
    left_over = spectrum.values[n_factors:]
    floor = left_over[left_over > 1e-8].mean() if (left_over > 1e-8).any() else 0.0
    strength = np.sqrt(np.maximum(spectrum.values[:n_factors] - floor, 0.0))
    loadings = spectrum.vectors[:, :n_factors] * strength
    uniquenesses = np.clip(1.0 - (loadings**2).sum(axis=1), SMALLEST_UNIQUENESS, None)
    return FactorModel(loadings, uniquenesses)


def within_group_residuals(profiles: Array, groups: NDArray[np.int64]) -> tuple[Array, int]:
    """Subtract each group's mean.

    Parameters
    ----------
    profiles : array of shape (n, n_proteins)
        Levels without gaps, in any unit.
    groups : integer array of shape (n,)
        Group of each row.

    Returns
    -------
    residuals : array of shape (n, n_proteins)
    degrees_of_freedom : int
        ``n`` less the number of groups.
    """
    residuals = np.array(profiles, dtype=float)
    present = np.unique(groups)
    for group in present:
        residuals[groups == group] -= residuals[groups == group].mean(axis=0)
    return residuals, max(len(profiles) - len(present), 1)


def pooled_sd(residuals: Array, degrees_of_freedom: int) -> Array:
    """SD by protein of within-group residuals (n, n_proteins); a constant protein gets 1."""
    sd = np.sqrt((residuals**2).sum(axis=0) / degrees_of_freedom)
    return np.where(sd > 1e-9, sd, 1.0)
