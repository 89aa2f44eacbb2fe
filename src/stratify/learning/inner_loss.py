"""What a search minimises: the recalibrated log loss of scores from inner folds, told fold by fold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from stratify.learning.calibration import fit_platt
from stratify.learning.folds import patient_folds

Array = NDArray[np.float64]
Report = Callable[[int, float], None]
Loss = Callable[[dict[str, Any], Report], float]

INNER_FOLDS = 5
WRONG_WAY = float(np.log(4.0))  # worse than knowing nothing: the score points the wrong way


def inner_loss(
    start: Any, z: Array, y: NDArray[np.int64], *, seed: int, patients: NDArray[Any] | None = None
) -> Loss:
    """Loss of any settings of an estimator on inner folds.

    An estimator that has an ``inner_loss`` of its own is asked for it, and reports nothing on the way.

    Parameters
    ----------
    start : estimator
        At its pre-specified settings.
    z : array of shape (n, n_proteins)
        Prepared profiles of labelled training people only.
    y : integer array of shape (n,)
        1 and 0.
    seed : int
        Of the inner folds.
    patients : array of shape (n,), optional
        Patient of each row, whose samples share an inner fold; every row is one if left out.

    Returns
    -------
    callable
        From settings, and a function that is told ``(fold, loss so far)``, to the loss. The loss so far is
        that of the people who were held out until then, so trials are compared on the same people.
    """
    if hasattr(start, "inner_loss"):
        own = start.inner_loss(z, y, patients)
        return lambda settings, report: own(settings)
    splits = patient_folds(y, patients, folds=INNER_FOLDS, seed=seed)

    def loss(settings: dict[str, Any], report: Report) -> float:
        """Log loss after all folds."""
        scores, seen = np.zeros(len(y)), np.zeros(len(y), dtype=bool)
        for fold, (rest, held) in enumerate(splits):
            fitted = clone(start).set_params(**settings).fit(z[rest], y[rest])
            scores[held], seen[held] = fitted.decision_function(z[held]), True
            if fold < len(splits) - 1:
                report(fold, recalibrated_loss(scores[seen], y[seen]))
        return recalibrated_loss(scores, y)

    return loss


def recalibrated_loss(scores: Array, y: NDArray[np.int64]) -> float:
    """Mean log loss after the best slope and intercept, so that the unit of the score plays no part.

    Parameters
    ----------
    scores : array of shape (n,)
        Any scale.
    y : integer array of shape (n,)
        1 and 0.

    Returns
    -------
    float

    Examples
    --------
    >>> y, scores = np.array([0, 0, 1, 1]), np.arange(4.0)
    >>> recalibrated_loss(scores, y) < recalibrated_loss(-scores, y) == WRONG_WAY
    True
    """
    line = fit_platt(scores, y, np.ones(len(y)), penalty=0.1)  # settings that separate all still differ
    if line.slope <= 0:
        return WRONG_WAY
    return float(np.logaddexp(0.0, -(2.0 * y - 1.0) * line.log_odds(scores)).mean())
