"""Settings of a family, chosen by Optuna on inner folds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.base import clone

from stratify.learning.calibration import fit_platt
from stratify.learning.classifier import Family, Knowledge
from stratify.learning.folds import patient_folds

Array = NDArray[np.float64]

INNER_FOLDS = 5


def tune(
    chosen: Family,
    known: Knowledge,
    z: Array,
    y: NDArray[np.int64],
    *,
    trials: int,
    seed: int,
    patients: NDArray[Any] | None = None,
) -> dict[str, Any]:
    """Search a family's settings.

    Parameters
    ----------
    chosen : Family
        What is tuned.
    known : Knowledge
        Prior proteins and pathways.
    z : array of shape (n, n_proteins)
        Prepared profiles of labelled training people only.
    y : integer array of shape (n,)
        1 and 0.
    trials : int
        Budget; the pre-specified settings are the first trial, and 0 or 1 keeps them.
    seed : int
        Of the sampler and of the inner folds.
    patients : array of shape (n,), optional
        Patient of each row, whose samples share an inner fold; every row is one if left out.

    Returns
    -------
    dict
        Settings for ``set_params``; empty where the pre-specified ones were best.

    References
    ----------
    Akiba et al., KDD 2019, doi:10.1145/3292500.3330701.
    """
    import optuna

    start = chosen.build(known)
    if trials <= 1 or not chosen.space:
        return {}
    loss = _inner_loss(start, z, y, seed, patients)
    settings: list[dict[str, Any]] = []

    def objective(trial: Any) -> float:
        """Inner loss of the settings that a trial suggests."""
        settings.append({name: _suggest(trial, name, *bounds) for name, bounds in chosen.space.items()})
        return loss(settings[-1])

    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    try:
        study = optuna.create_study(sampler=optuna.samplers.TPESampler(seed=seed))
        study.enqueue_trial({name: start.get_params()[name] for name in chosen.space})
        study.optimize(objective, n_trials=trials)
    finally:
        optuna.logging.set_verbosity(before)
    return settings[study.best_trial.number]


def _suggest(trial: Any, name: str, low: float, high: float, log: bool) -> float:
    if isinstance(low, int) and isinstance(high, int):
        return trial.suggest_int(name, low, high, log=log)
    return trial.suggest_float(name, low, high, log=log)


def _inner_loss(
    start: Any, z: Array, y: NDArray[np.int64], seed: int, patients: NDArray[Any] | None
) -> Callable[[dict[str, Any]], float]:
    if hasattr(start, "inner_loss"):
        return start.inner_loss(z, y, patients)
    splits = patient_folds(y, patients, folds=INNER_FOLDS, seed=seed)

    def loss(settings: dict[str, Any]) -> float:
        scores = np.zeros(len(y))
        for rest, held in splits:
            fitted = clone(start).set_params(**settings).fit(z[rest], y[rest])
            scores[held] = fitted.decision_function(z[held])
        recalibrated = fit_platt(scores, y, np.ones(len(y)))
        if recalibrated.slope <= 0:
            return float(np.log(4.0))  # worse than knowing nothing: the score points the wrong way
        return float(np.logaddexp(0.0, -(2.0 * y - 1.0) * recalibrated.log_odds(scores)).mean())

    return loss
