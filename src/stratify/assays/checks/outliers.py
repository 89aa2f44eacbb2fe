"""Samples far from the others: in level, in spread, or in the pattern of their proteins."""

from __future__ import annotations

import numpy as np

from stratify.assays.checks.patients import ENOUGH, Patients
from stratify.assays.checks.profiles import far_out, quantiles
from stratify.assays.finding import Finding

_BLOCK = 1024  # samples that are looked at at once
_FEWEST_FOR_PATTERN = 20
_TINY = 1e-9
_DRAWN_IN = 4.0  # robust SDs
_IQR_OF_NORMAL = 1.349


def outlying_samples(people: Patients) -> list[Finding]:
    """Find samples far from the others in median, in interquartile range, or in pattern.

    Parameters
    ----------
    people : Patients
        The table.

    Returns
    -------
    list of Finding
        ``outlier-sample`` (median, interquartile range) and, for others, ``outlier-profile``: far out on the
        first principal components, or far off the space that these span.

    Notes
    -----
    For median and range each assay is centred first, so that a sample that was measured on one panel only is
    compared with the others on that panel: on its mean, levels beyond four SDs drawn in. Centred on medians,
    some sample's own level would be the zero of each assay, and in small tables the others look far from it.

    References
    ----------
    Hubert M, Rousseeuw PJ, Vanden Branden K. ROBPCA: a new approach to robust principal component analysis.
    Technometrics 2005;47:64-79. doi:10.1198/004017004000000563 (the two distances to components).
    """
    level = _far_in_level(people)
    pattern = _far_in_pattern(people) & ~level
    tube = "look for haemolysis, dilution or a mix-up; the sample is kept"
    panel = "a pattern of proteins unlike the others': look for another matrix, a mix-up or a failed panel"
    return [
        Finding("outlier-sample", "warning", people.named(level), tube),
        Finding("outlier-profile", "warning", people.named(pattern), panel),
    ]


def _far_in_level(people: Patients) -> np.ndarray:
    """Mark samples whose median or interquartile range is far out."""
    far = np.zeros(people.n, dtype=bool)
    measured = np.flatnonzero(np.isfinite(people.levels).any(axis=1))
    if len(measured) >= 2 * ENOUGH:
        centred = people.levels[measured] - _centre(people)
        low, middle, high = quantiles(centred, (0.25, 0.5, 0.75), axis=1)
        far[measured] = far_out(middle) | far_out(np.log(np.maximum(high - low, _TINY)), sides=1)
    return far


def _centre(people: Patients) -> np.ndarray:
    """Mean of each assay, levels beyond four robust SDs drawn in."""
    low, middle, high = people.quartiles
    reach = _DRAWN_IN * (high - low) / _IQR_OF_NORMAL
    total, count = np.zeros_like(middle), np.zeros_like(middle)
    for start in range(0, people.n, _BLOCK):
        drawn_in = np.clip(people.levels[start : start + _BLOCK], middle - reach, middle + reach)
        known = np.isfinite(drawn_in)
        total += np.where(known, drawn_in, 0.0).sum(axis=0)
        count += known.sum(axis=0)
    return total / np.maximum(count, 1)


def _far_in_pattern(people: Patients) -> np.ndarray:
    """Mark samples that are far out on the first components, or far off them."""
    far = np.zeros(people.n, dtype=bool)
    measured = np.flatnonzero(people.standard.any(axis=1))
    if len(measured) >= _FEWEST_FOR_PATTERN:
        scores, residual = (values[measured] for values in people.components)
        scores = scores - np.median(scores, axis=0)
        scale = np.maximum(np.median(np.abs(scores), axis=0), _TINY)
        distances = [np.sqrt(((scores / scale) ** 2).sum(axis=1))]
        if people.standard.shape[1] > scores.shape[1]:  # else nothing is left but rounding
            distances.append(residual)
        for values in distances:
            far[measured] |= far_out(np.log(np.maximum(values, _TINY)), sides=1)
    return far
