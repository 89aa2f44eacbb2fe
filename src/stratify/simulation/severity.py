"""How severe the depression of simulated patients is, and how that follows their skew."""

from __future__ import annotations

import numpy as np

from stratify.simulation.world import World

MADRS_MEAN, MADRS_SD, MADRS_RANGE = 27.0, 6.0, (7, 60)


def draw_madrs(
    world: World, groups: np.ndarray, relative_size: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Draw the Montgomery-Asberg scale of MDD patients.

    Parameters
    ----------
    world : World
        Its design says by how many points the scale rises with the skew (`madrs_slope`).
    groups : numpy.ndarray of str, shape (n,)
        Diagnosis of each person.
    relative_size : numpy.ndarray, shape (n,)
        Size of each person's skew, in units of the AD direction.
    rng : numpy.random.Generator
        Source of randomness.

    Returns
    -------
    numpy.ndarray of float, shape (n,)
        Whole points of 60; NaN for all who are not MDD patients.

    References
    ----------
    Montgomery & Asberg, Br J Psychiatry 1979, doi:10.1192/bjp.134.4.382.
    """
    points = (
        MADRS_MEAN + MADRS_SD * rng.standard_normal(len(groups)) + world.design.madrs_slope * relative_size
    )
    return np.where(groups == "MDD", np.clip(np.round(points), *MADRS_RANGE), np.nan)
