"""How far a score may be off: models of other people, the batch offset, and what healthy people span."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from stratify.assays.harmonise.offset_error import UNANCHORED_ERROR, VENDOR_ERROR
from stratify.learning.frozen import Batch, FrozenModel

Array = NDArray[np.float64]

# Assumed SD (NPX) of an assay's batch offset that nothing in the file measures.
ASSUMED_OFFSET_SD = {"vendor": VENDOR_ERROR, "none": UNANCHORED_ERROR}
TWO_SIDED_90 = 1.6448536269514722


def refit_variance(repeats: NDArray[np.int64], by_member: Array) -> Array:
    """How much a score would vary if the model were learned from other people.

    The models of one repeat leave out a fold each, so they share most of their people and vary far less
    than models of different people would: the jackknife's factor ``(folds - 1)**2 / folds`` makes up for it.

    Parameters
    ----------
    repeats : integer array of shape (n_members,)
        Repeat of each member.
    by_member : array of shape (n_members, n)
        Scores that the members give.

    Returns
    -------
    array of shape (n,)

    References
    ----------
    Efron & Stein, Ann Stat 1981, doi:10.1214/aos/1176345462 (the jackknife errs to the large side).

    Examples
    --------
    >>> refit_variance(np.array([0, 0]), np.array([[1.0], [3.0]]))
    array([1.])
    """
    names = sorted(set(repeats.tolist()))
    total = np.zeros(by_member.shape[1])
    for name in names:
        left_out = np.ascontiguousarray(by_member[repeats == name].T)
        folds = left_out.shape[1]
        total += left_out.var(axis=1) * (folds - 1)
    return total / len(names)


def batch_error(batch: Batch) -> Array:
    """Take the error of the batch offset of each assay, measured or assumed.

    Parameters
    ----------
    batch : Batch
        Patients of one file.

    Returns
    -------
    array of shape (n_proteins,)
        NPX.
    """
    assumed = ASSUMED_OFFSET_SD.get(batch.anchored, ASSUMED_OFFSET_SD["vendor"])
    return np.where(np.isfinite(batch.offset_error), batch.offset_error, assumed)


def offset_variance(model: FrozenModel, error: Array, filled: Array, score: Array) -> Array:
    """Compute the variance that an error of the batch offset adds to each score.

    Parameters
    ----------
    model : FrozenModel
        The trained model.
    error : array of shape (n_proteins,)
        Standard error of the offset of each assay, NPX.
    filled : array of shape (n, n_proteins)
        Profiles without gaps.
    score : array of shape (n,)
        Their scores.

    Returns
    -------
    array of shape (n,)
    """
    if model.scorer.linear:
        return np.full(len(score), float(((model.scorer.weights / model.scorer.scale * error) ** 2).sum()))
    shifted = [model.scorer.score(filled + error * draw) - score for draw in model.offsets]
    return np.ascontiguousarray(np.square(shifted).T).mean(axis=1)


def magnitude_reach(model: FrozenModel, error: Array) -> Array:
    """Compute half the width of the 90% interval of a magnitude.

    Parameters
    ----------
    model : FrozenModel
        With scores of healthy people.
    error : array of shape (n,)
        Standard error of the score.

    Returns
    -------
    array of shape (n,)
        Healthy SDs.
    """
    return np.hypot(model.healthy.reach(0.05), TWO_SIDED_90 * error / model.healthy.sd)
