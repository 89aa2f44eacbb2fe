"""How well a drug's directions oppose a profile, and how well they would by chance."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from stratify.signatures.overlap import exceeded
from stratify.signatures.patients import Patients
from stratify.signatures.random_signatures import RandomProfiles
from stratify.signatures.relabelling import Effects, Pair, relabelling

Array = NDArray[np.float64]

TIE = 1e-9


@dataclass(frozen=True, eq=False)
class Chance:
    """One-sided p-values of some drugs, NaN for a drug that moves no measured protein.

    Parameters
    ----------
    labels : array of shape (d,)
        From relabelled patients: exact when case and control do not differ at all.
    signatures : array of shape (d,)
        From random signatures: that a drug is no better than another one that moves as many proteins up and
        down, which vary together as much (`RandomProfiles`).
    """

    labels: Array
    signatures: Array

    @property
    def p_value(self) -> Array:
        """The larger of the two (d,), because either could explain a reversal."""
        return np.maximum(self.labels, self.signatures)


def reversal_scores(z: Array, directions: Array, residual: Array) -> Array:
    r"""Score how far drugs' directions oppose a profile.

    .. math:: -\frac{\sum_g s_g z_g}{\sqrt{s^\top R s}}

    with s the direction of each unmasked protein (-1, 0, 1) and R the correlation of the proteins within
    groups: about standard normal when groups do not differ, whatever the number of proteins. Sizes play no
    part, so that drugs with and without known sizes compare.

    Parameters
    ----------
    z : array of shape (b, p)
        Effects over their standard errors, one row a profile.
    directions : array of shape (d, p)
        One row a drug.
    residual : array of shape (n, p)
        Within groups, in SDs.

    Returns
    -------
    array of shape (b, d)
        NaN for a drug without any direction.

    Examples
    --------
    >>> residual = np.sqrt(2) * np.eye(2)
    >>> reversal_scores(np.array([[3.0, 4.0]]), np.array([[-1.0, 0.0]]), residual).round(2).tolist()
    [[3.0]]
    """
    spread = np.sqrt(((residual @ directions.T) ** 2).mean(axis=0))
    moves = (directions != 0).any(axis=1)
    scale = np.where(moves & (spread > 0), spread, np.nan)
    answer: Array = -(z @ directions.T) / scale
    return answer


def chance(
    patients: Patients,
    effects: Effects,
    pair: Pair,
    directions: Array,
    masked: NDArray[np.bool_],
    count: int,
    seed: int,
) -> Chance:
    """Test drugs against relabelled patients and against random signatures.

    Parameters
    ----------
    patients : Patients
        Of the two groups.
    effects : Effects
        Of the one contrast.
    pair : (case, control)
        The contrast.
    directions : array of shape (d, p)
        Of the drugs, 0 where unknown, unmoved or masked.
    masked : array of bool, shape (d, p)
        Proteins that a random signature may not use either.
    count : int
        Relabellings, and random signatures.
    seed : int
        The same draws for every drug: neither their order nor their number plays a part.

    Returns
    -------
    Chance

    References
    ----------
    Efron & Tibshirani, Ann Appl Stat 2007, doi:10.1214/07-AOAS101 (two nulls of a set of genes); Phipson &
    Smyth, Stat Appl Genet Mol Biol 2010, doi:10.2202/1544-6115.1585.
    """
    moved = relabelling(patients, [pair], pair)
    orders = moved.orders(count, np.random.default_rng([seed, 0]))
    sums = np.concatenate([-(z[:, 0] @ directions.T) for z in moved.z(orders)])
    labels = np.array([exceeded(column) for column in sums.T])
    random = RandomProfiles.draw(effects.residual, count, np.random.default_rng([seed, 1]))
    z = effects.z[0]
    signatures = np.array(
        [
            exceeded(np.append(-(row @ z), random.sums(row, ~hidden, z)))
            for row, hidden in zip(directions, masked, strict=True)
        ]
    )
    nothing = ~(directions != 0).any(axis=1)
    return Chance(np.where(nothing, np.nan, labels), np.where(nothing, np.nan, signatures))
