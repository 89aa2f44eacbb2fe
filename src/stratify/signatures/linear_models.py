"""A linear model an assay, for all assays at once, with gaps, weights and repeated patients."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.errors import CohortError
from stratify.signatures.sample_covariance import SampleCovariance

Array = NDArray[np.float64]

SMALLEST_SINGULAR = 1e-7  # of a design whose columns have length one; smaller is collinear
_SMALLEST_EIGENVALUE = 1e-11
_LEAST_LEFT = 1e-4  # below this share of the sum of squares, a difference of sums loses digits
_ROUNDING = 1e-13
_CHUNK, _CACHEFUL = 150_000, 65_536


@dataclass(frozen=True, eq=False)
class LinearFit:
    """Linear models of assays on one design; one row an assay, NaN where nothing can be estimated.

    Parameters
    ----------
    coefficients : array of shape (p, k)
        Estimates, in units of the levels (log2).
    stdev_unscaled : array of shape (p, k)
        Standard errors over ``sigma``.
    sigma : array of shape (p,)
        Residual SD; NaN without degrees of freedom.
    df_residual : array of shape (p,)
        Measured samples less the rank of their design.
    average : array of shape (p,)
        Mean level over the measured samples.
    covariance : array of shape (k, k) or (p, k, k)
        Covariance of the coefficients over ``sigma ** 2``; by assay where gaps or weights differ.
    names : tuple of str
        Of the coefficients.
    """

    coefficients: Array
    stdev_unscaled: Array
    sigma: Array
    df_residual: Array
    average: Array
    covariance: Array
    names: tuple[str, ...]


@dataclass(frozen=True)
class _Basis:
    """Orthonormal columns that span the design, and the way back to its coefficients or their contrasts."""

    columns: Array  # (n, r)
    back: Array  # (c, r)
    hidden: NDArray[np.bool_]  # (c,) not estimable from any sample

    def describe(self, gram: Array) -> tuple[Array, Array, Array]:
        """Inverses (m, r, r), covariances (m, c, c) and ranks (m,) of ``gram`` (m, r, r)."""
        values, vectors = np.linalg.eigh(gram)
        kept = values > _SMALLEST_EIGENVALUE * np.maximum(values[:, -1:], 1e-300)
        reciprocal = np.where(kept, 1 / np.where(kept, values, 1), 0)
        inverse = (vectors * reciprocal[:, None, :]) @ vectors.transpose(0, 2, 1)
        covariance = self.back @ inverse @ self.back.T
        lost = self.back @ np.where(kept[:, None, :], 0, vectors)
        unknown = np.abs(lost).max(axis=2, initial=0) > 1e-6 * np.abs(self.back).max(axis=1, initial=0)
        unknown |= self.hidden
        covariance[unknown[:, :, None] | unknown[:, None, :]] = np.nan
        return inverse, covariance, kept.sum(axis=1)


def fit_linear(
    levels: Array,
    design: Array,
    names: Sequence[str] | None = None,
    *,
    weights: Array | None = None,
    blocks: Sequence[object] | NDArray[np.generic] | None = None,
    correlation: float | None = None,
    contrasts: Array | None = None,
) -> LinearFit:
    r"""Fit every assay by (generalised) least squares.

    .. math:: \hat\beta = (X^\top V^{-1} X)^{-1} X^\top V^{-1} y, \qquad
        V = W^{-1/2} C\, W^{-1/2}

    where :math:`C` holds `correlation` between samples of one block and :math:`W` the weights. Assays with
    the same gaps share one decomposition.

    Parameters
    ----------
    levels : array of shape (n, p)
        Log2 levels; what is not finite is missing and leaves the sample out for that assay only.
    design : array of shape (n, k)
        Without gaps. A coefficient that the measured samples cannot tell is NaN.
    names : sequence of str, optional
        Of the columns of the design, or of the contrasts.
    weights : array of shape (n,) or (n, p), optional
        Relative precision of samples or of single values; zero or less means missing.
    blocks : sequence of length n, optional
        Patient of each sample.
    correlation : float, optional
        Between samples of one patient, from `stratify.signatures.blocks.consensus_correlation`; needed
        with `blocks`.
    contrasts : array of shape (k, c), optional
        Weights of the columns of the design. The fit is then of these combinations, each wherever the
        measured samples can tell it, even if they cannot tell the columns apart.

    Returns
    -------
    LinearFit

    Raises
    ------
    CohortError
        Lengths that differ, a design with gaps, or a correlation that no patient could show.

    References
    ----------
    Smyth, Stat Appl Genet Mol Biol 2004, doi:10.2202/1544-6115.1027; Smyth, Michaud & Scott,
    Bioinformatics 2005, doi:10.1093/bioinformatics/bti270 (blocks).

    Examples
    --------
    >>> levels = np.array([[1.0, 5.0], [3.0, np.nan], [6.0, 4.0], [8.0, 2.0]])
    >>> fit = fit_linear(levels, np.array([[1, 0], [1, 0], [1, 1], [1, 1]]), ["control", "difference"])
    >>> fit.coefficients[:, 1].round(6).tolist(), fit.df_residual.tolist()
    ([5.0, -2.0], [2.0, 1.0])
    """
    levels, design = np.asarray(levels, dtype=np.float64), np.asarray(design, dtype=np.float64)
    weighed = np.eye(design.shape[-1]) if contrasts is None else np.asarray(contrasts, dtype=np.float64)
    _check(levels, design, weights, weighed)
    covariance = SampleCovariance.make(len(levels), weights, blocks, correlation)
    basis, k = _orthonormal(design, weighed), weighed.shape[1]
    fit = _fit_whole(levels, basis, covariance)
    again = np.flatnonzero(~fit.whole)
    if len(again):
        _fit_by_gaps(fit, levels, basis, covariance, again)
    named = tuple(names) if names is not None else tuple(f"x{i + 1}" for i in range(k))
    coefficients = (basis.back @ fit.inner).T
    spread = np.sqrt(np.diagonal(fit.covariance, axis1=-2, axis2=-1))
    known = np.broadcast_to(np.isfinite(spread), coefficients.shape)
    free = np.where(fit.df > 0, fit.df, np.nan)
    return LinearFit(
        np.where(known, coefficients, np.nan),
        np.array(np.broadcast_to(spread, coefficients.shape)),
        np.sqrt(fit.squares / free),
        fit.df,
        fit.average,
        fit.covariance,
        named,
    )


def contrast_fit(fit: LinearFit, contrasts: Array, names: Sequence[str]) -> LinearFit:
    """Take linear combinations of the coefficients.

    The standard error comes from the covariance of each assay's own samples, also where assays have gaps.

    Parameters
    ----------
    fit : LinearFit
        From `fit_linear`.
    contrasts : array of shape (k, c)
        Weight of each coefficient in each contrast.
    names : sequence of str
        Of the contrasts.

    Returns
    -------
    LinearFit
        NaN where a coefficient with a weight is NaN.

    Notes
    -----
    limma's ``contrasts.fit`` approximates where assays have gaps and the columns of the design are
    correlated, and warns of it; its exact answer comes from a design that has the contrast as a column,
    and equals this one.

    Examples
    --------
    >>> fit = fit_linear(np.array([[1.0], [3.0], [6.0], [8.0]]), np.repeat(np.eye(2), 2, axis=0))
    >>> contrast_fit(fit, np.array([[-1.0], [1.0]]), ["difference"]).coefficients.round(6)
    array([[5.]])
    """
    contrasts = np.asarray(contrasts, dtype=np.float64)
    unknown = ((~np.isfinite(fit.coefficients)) @ (contrasts != 0).astype(float)) > 0
    estimates = np.where(np.isfinite(fit.coefficients), fit.coefficients, 0) @ contrasts
    covariance = contrasts.T @ np.where(np.isfinite(fit.covariance), fit.covariance, 0) @ contrasts
    spread = np.sqrt(np.maximum(np.diagonal(covariance, axis1=-2, axis2=-1), 0))
    if covariance.ndim == 3:
        covariance[unknown[:, :, None] | unknown[:, None, :]] = np.nan
    return LinearFit(
        np.where(unknown, np.nan, estimates),
        np.where(unknown, np.nan, spread),
        fit.sigma,
        fit.df_residual,
        fit.average,
        covariance,
        tuple(names),
    )


def _check(levels: Array, design: Array, weights: Array | None, contrasts: Array) -> None:
    wrong = ""
    if levels.ndim != 2 or design.ndim != 2 or len(levels) != len(design):
        wrong = f"levels of shape {levels.shape} and a design of shape {design.shape}"
    elif not np.isfinite(design).all():
        wrong = "a design with gaps"
    elif contrasts.ndim != 2 or len(contrasts) != design.shape[1]:
        wrong = f"contrasts of shape {contrasts.shape} for a design of shape {design.shape}"
    elif weights is not None and np.shape(weights) not in ((len(levels),), levels.shape):
        wrong = f"weights of shape {np.shape(weights)} for levels of shape {levels.shape}"
    if wrong:
        raise CohortError(
            "levels and a design without gaps, one row a sample, and weights by sample or by value",
            wrong,
            "leave out samples without covariates, and give one row a sample everywhere",
        )


def _orthonormal(design: Array, contrasts: Array) -> _Basis:
    length = np.sqrt((design**2).sum(axis=0))
    scale = 1 / np.where(length > 0, length, 1)
    left, singular, right = np.linalg.svd(design * scale, full_matrices=len(design) < design.shape[1])
    rank = int((singular > SMALLEST_SINGULAR).sum())
    wanted = contrasts * scale[:, None]
    lost = np.abs(right[rank:] @ wanted).max(axis=0, initial=0)
    hidden = lost > 1e-6 * np.sqrt((wanted**2).sum(axis=0))
    return _Basis(left[:, :rank], wanted.T @ right[:rank].T / singular[:rank], hidden)


@dataclass(eq=False)
class _Sums:
    """What is known of all assays while they are fitted, columns in turn."""

    inner: Array  # (r, p)
    squares: Array  # (p,)
    df: Array  # (p,)
    average: Array  # (p,)
    covariance: Array  # (k, k) or (p, k, k)
    whole: NDArray[np.bool_]  # (p,) fitted from sums over all samples


def _fit_whole(levels: Array, basis: _Basis, covariance: SampleCovariance) -> _Sums:
    """Fit assays without gaps from sums; whether there are gaps is read from the sums themselves."""
    n, p = levels.shape
    if not covariance.shared:
        inner = np.zeros((basis.columns.shape[1], p))
        shape = (len(basis.back), len(basis.back))
        return _Sums(inner, np.full(p, np.nan), np.zeros(p), np.zeros(p), np.zeros(shape), np.zeros(p, bool))
    root = covariance.root(None)
    columns = covariance.solve(basis.columns * root, root) * root
    gram = columns.T @ basis.columns
    inverse, spread, rank = basis.describe(gram[None])
    with np.errstate(all="ignore"):
        sums, total = _read_once(levels, np.hstack([columns, np.ones((n, 1))]), covariance)
        inner = inverse[0] @ sums[:-1]
        squares = total - (inner * sums[:-1]).sum(axis=0)
        whole = np.isfinite(squares) & (squares > _LEAST_LEFT * total) & bool((root > 0).all())
    df = np.full(p, float(n - rank[0]))
    return _Sums(inner, np.maximum(squares, 0), df, sums[-1] / max(n, 1), spread[0], whole)


def _read_once(levels: Array, columns: Array, covariance: SampleCovariance) -> tuple[Array, Array]:
    """Inner products (r, p) with columns (n, r), and squared lengths (p,), a cacheful of rows at a time."""
    root = covariance.root(None)
    if covariance.member is not None:
        return columns.T @ levels, covariance.sum_of_squares(levels, root)
    sums, total = np.zeros((columns.shape[1], levels.shape[1])), np.zeros(levels.shape[1])
    wide, size = np.ascontiguousarray(columns.T), max(_CACHEFUL // max(levels.shape[1], 1), 1)
    for start in range(0, len(levels), size):
        rows = slice(start, start + size)
        sums += wide[:, rows] @ levels[rows]
        total += covariance.sum_of_squares(levels[rows], root[rows])
    return sums, total


def _fit_by_gaps(
    fit: _Sums, levels: Array, basis: _Basis, covariance: SampleCovariance, again: NDArray[np.intp]
) -> None:
    """Fit the assays `again` from their own samples, in place."""
    size, k = max(_CHUNK // max(len(levels), 1), 1), len(basis.back)
    parts = [again[start : start + size] for start in range(0, len(again), size)]
    spread = np.tile(fit.covariance, (levels.shape[1], 1, 1))
    for part in parts:
        values = levels[:, part]
        seen = np.isfinite(values) & (covariance.root(part) > 0)
        values = np.where(seen, values, 0)
        root = np.where(seen, covariance.root(part), 0)
        first, pattern = _patterns(root)
        gram = covariance.gram(basis.columns, root[:, first])
        inverse, cov, rank = basis.describe(gram)
        cross = covariance.cross(basis.columns, values, root)
        inner = np.einsum("pab,bp->ap", inverse[pattern], cross)
        residual = values - basis.columns @ inner
        fit.inner[:, part] = inner
        squares = covariance.sum_of_squares(residual, root)
        floor = _ROUNDING**2 * covariance.sum_of_squares(values, root)
        fit.squares[part] = np.where(squares > floor * len(levels), squares, 0)
        fit.df[part] = seen.sum(axis=0) - rank[pattern]
        spread[part] = cov[pattern]
        fit.average[part] = _mean(levels[:, part])
    if k and not np.array_equal(spread, np.broadcast_to(spread[:1], spread.shape), equal_nan=True):
        fit.covariance = spread
    elif k and len(spread):
        fit.covariance = spread[0]


def _mean(values: Array) -> Array:
    seen = np.isfinite(values)
    count = seen.sum(axis=0)
    total = np.where(seen, values, 0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _patterns(root: Array) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """First column of each distinct pattern of ``root`` (n, p), and the pattern of each column."""
    keys = np.ascontiguousarray(root.T)
    if not keys.size:
        return np.arange(len(keys)), np.arange(len(keys))
    rows = keys.view(np.dtype((np.void, keys.dtype.itemsize * keys.shape[1]))).ravel()
    _, first, pattern = np.unique(rows, return_index=True, return_inverse=True)
    return first, pattern
