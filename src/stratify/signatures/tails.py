"""Tails of t and F on the log scale, beyond what a double can hold."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import betainc, betainccinv, betaincinv, betaln, log_ndtr, ndtri_exp, stdtr

Array = NDArray[np.float64]

_SMALLEST = -600.0  # log of what the incomplete beta function still holds with all digits
_NEARLY_NORMAL = 3e3  # degrees of freedom
_MOST_TERMS, _MOST_STEPS = 20_000, 60


def log_two_sided(t: ArrayLike, df: ArrayLike) -> Array:
    """Log of the two-sided p-value of a t statistic.

    Parameters
    ----------
    t, df : arrays of one shape
        Statistic, and degrees of freedom (infinite ones give the normal distribution).

    Returns
    -------
    array

    Examples
    --------
    >>> log_two_sided([1.0, 1e9], [10.0, 100.0]).round(3).tolist()
    [-1.076, -1844.599]
    """
    t, df = np.broadcast_arrays(np.abs(np.asarray(t, dtype=float)), np.asarray(df, dtype=float))
    with np.errstate(all="ignore"):
        finite, square = np.where(np.isfinite(df), df, 1.0), t * t
        answer = np.array(np.log(2 * stdtr(finite, -t)))
        far = answer < _SMALLEST
        bent = far & (finite > _NEARLY_NORMAL) & (square < finite / 5)
        answer[bent] = np.log(2) + log_ndtr(-_normal_score(t[bent], finite[bent]))
        far &= ~bent
        answer[far] = log_betainc(finite[far] / 2, 0.5, (finite / (finite + square))[far])
        answer = np.where(np.isinf(df), np.log(2) + log_ndtr(-t), answer)
        return np.where(df > 0, answer, np.nan)


def _normal_score(t: Array, df: Array) -> Array:
    """Give the normal score with the tail of t, by the expansion of Hill (Commun ACM 1970, algorithm 395)."""
    a = df - 0.5
    b, w = 48 * a**2, np.sqrt(a * np.log1p(t * t / df))
    second = (4 * w**7 + 33 * w**5 + 240 * w**3 + 855 * w) / (10 * b * (b + 0.8 * w**4 + 100))
    return np.asarray(w + (w**3 + 3 * w) / b - second)


def _t_of_score(score: Array, df: Array) -> Array:
    """Invert it, by fixed-point iteration."""
    w = score
    for _ in range(6):
        t = np.sqrt(df * np.expm1(w**2 / (df - 0.5)))
        w = w + (score - _normal_score(t, df))
    return np.asarray(np.sqrt(df * np.expm1(w**2 / (df - 0.5))))


def two_sided_quantile(log_p: ArrayLike, df: ArrayLike) -> Array:
    """Find the t statistic (not negative) whose two-sided p-value has this log.

    Parameters
    ----------
    log_p, df : arrays of one shape
        Log p-value and degrees of freedom.

    Returns
    -------
    array

    Examples
    --------
    >>> two_sided_quantile([np.log(0.05), -2000.0], [10.0, 100.0]).round(3).tolist()
    [2.228, 4730403436.558]
    """
    log_p, df = np.broadcast_arrays(np.asarray(log_p, dtype=float), np.asarray(df, dtype=float))
    with np.errstate(all="ignore"):
        finite = np.where(np.isfinite(df), df, 1.0)
        log_x = log_betaincinv(log_p, finite / 2, 0.5)
        tail = np.sqrt(finite * -np.expm1(log_x)) * np.exp(-log_x / 2)
        y = betainccinv(0.5, finite / 2, np.exp(log_p))
        near = np.where(y < 0.5, np.sqrt(finite * y / (1 - y)), tail)
        score = -ndtri_exp(np.minimum(log_p - np.log(2), -1e-300))
        bent = (finite > _NEARLY_NORMAL) & (score**2 < finite / 6)
        far = np.where(bent, _t_of_score(score, finite), tail)
        answer = np.where(log_p > _SMALLEST, near, far)
        return np.where(np.isinf(df), score, answer)


def log_f_tails(f: ArrayLike, df1: ArrayLike, df2: ArrayLike) -> tuple[Array, Array]:
    """Give the logs of the lower and the upper tail of an F statistic.

    Parameters
    ----------
    f, df1, df2 : arrays that broadcast
        Statistic and degrees of freedom, finite.

    Returns
    -------
    lower, upper : arrays

    Examples
    --------
    >>> lower, upper = log_f_tails(3.0, 4.0, 10.0)
    >>> bool(np.isclose(np.exp(lower) + np.exp(upper), 1))
    True
    """
    f, df1, df2 = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (f, df1, df2)))
    x = df2 / (df2 + df1 * f)
    y = df1 * f / (df2 + df1 * f)
    return log_betainc(df1 / 2, df2 / 2, y), log_betainc(df2 / 2, df1 / 2, x)


def log_f_quantile(log_p: ArrayLike, df1: ArrayLike, df2: ArrayLike, *, upper: bool) -> Array:
    """Find the F statistic with this log of its upper or lower tail.

    Parameters
    ----------
    log_p, df1, df2 : arrays that broadcast
        Log of the tail, and degrees of freedom, finite.
    upper : bool
        Which tail.

    Returns
    -------
    array

    Examples
    --------
    >>> log_f_quantile(np.log(0.05), 4.0, 10.0, upper=True).round(3).item()
    3.478
    """
    log_p, df1, df2 = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (log_p, df1, df2)))
    first, second = (df2, df1) if upper else (df1, df2)
    with np.errstate(all="ignore"):
        log_x = log_betaincinv(log_p, first / 2, second / 2)
        x = np.exp(log_x)
        rest = np.where(x < 0.5, -np.expm1(log_x), betainccinv(second / 2, first / 2, np.exp(log_p)))
        odds = np.where(x < 0.5, rest * np.exp(-log_x), rest / (1 - rest))
        return np.asarray(odds * df2 / df1 if upper else df2 / (df1 * odds), dtype=np.float64)


def log_betainc(a: ArrayLike, b: ArrayLike, x: ArrayLike) -> Array:
    r"""Log of the regularised incomplete beta function, by its power series where it is tiny.

    Parameters
    ----------
    a, b, x : arrays that broadcast
        Shapes, and the upper limit.

    Returns
    -------
    array
    """
    a, b, x = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (a, b, x)))
    with np.errstate(all="ignore"):
        answer = np.array(np.log(betainc(a, b, x)))
    tiny = np.asarray((answer < _SMALLEST) & (x > 0))
    if tiny.any():
        answer[tiny] = _log_series(a[tiny], b[tiny], x[tiny])
    return answer


def _log_series(a: Array, b: Array, x: Array) -> Array:
    term, total = np.ones_like(x), np.ones_like(x)
    for n in range(_MOST_TERMS):
        term = term * (a + b + n) / (a + 1 + n) * x
        total = total + term
        if (term < 1e-17 * total).all():
            break
    return np.asarray(a * np.log(x) + b * np.log1p(-x) - np.log(a) - betaln(a, b) + np.log(total))


def log_betaincinv(log_p: ArrayLike, a: ArrayLike, b: ArrayLike) -> Array:
    """Log of the inverse of the incomplete beta function, for any log probability.

    Parameters
    ----------
    log_p, a, b : arrays that broadcast
        Log of the value of the function, and its shapes.

    Returns
    -------
    array
    """
    log_p, a, b = np.broadcast_arrays(*(np.asarray(part, dtype=float) for part in (log_p, a, b)))
    with np.errstate(all="ignore"):
        answer = np.array(np.log(betaincinv(a, b, np.exp(log_p))))
    tiny = np.asarray((log_p < _SMALLEST) & np.isfinite(log_p))
    if tiny.any():
        answer[tiny] = _newton(log_p[tiny], a[tiny], b[tiny])
    return answer


def _newton(log_p: Array, a: Array, b: Array) -> Array:
    """Solve for log x; the log of the function is concave in log x, so steps from below do not overshoot."""
    log_x = np.minimum((log_p + np.log(a) + betaln(a, b)) / a, -1e-12)
    for _ in range(_MOST_STEPS):
        x = np.exp(log_x)
        value = log_betainc(a, b, x)
        slope = np.exp(a * log_x + (b - 1) * np.log1p(-x) - betaln(a, b) - value)
        step = (log_p - value) / slope
        log_x = np.minimum(log_x + step, log_x / 2)
        if (np.abs(step) < 1e-14 * np.abs(log_x)).all():
            break
    return np.asarray(log_x)
