"""Interaction in a mixed model with cage and cohort as random effects."""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]

BOTH = "cage and cohort as random effects (REML), t on cages"
CAGES = "cage as random effect, cohort as block (REML), t on cages"


def mixed_model_interaction(
    outcome: Array, stress: Array, treatment: Array, cohorts: NDArray[np.int_], cages: NDArray[np.int_]
) -> tuple[float, float, float, str]:
    """Fit a mixed model by restricted maximum likelihood.

    Parameters
    ----------
    outcome : array of shape (n,)
        One value an animal.
    stress, treatment : arrays of shape (n,)
        0 or 1.
    cohorts, cages : arrays of int, shape (n,)
        Of each animal; a random intercept each. Where that does not converge, and with one cohort, cages
        alone are random and cohorts are blocks.

    Returns
    -------
    estimate, error, df : float
        Of the interaction; NaN where neither converges. Degrees of freedom are counted on cages where they
        are treated as a whole, else on animals within cages, less what cells and cohorts use up.
    method : str
        Which of the two it was.

    References
    ----------
    Laird & Ware, Biometrics 1982, doi:10.2307/2529876; Schluchter & Elashoff, J Stat Comput Simul 1990,
    doi:10.1080/00949659008811295 (degrees of freedom).
    """
    table = pd.DataFrame(
        {"y": outcome, "s": stress - 0.5, "d": treatment - 0.5, "cohort": cohorts, "cage": cages}
    )
    whole = (table.groupby("cage")[["s", "d"]].nunique() == 1).all(axis=None)
    units = len(np.unique(cages)) if whole else len(outcome) - len(np.unique(cages))
    df = float(max(units - 3 - len(np.unique(cohorts)), 1))
    both: dict[str, Any] = {"groups": "cohort", "re_formula": "1", "vc_formula": {"cage": "0 + C(cage)"}}
    asked: list[tuple[str, str, dict[str, Any]]] = [(CAGES, "y ~ s * d + C(cohort)", {"groups": "cage"})]
    if len(np.unique(cohorts)) > 1:
        asked.insert(0, (BOTH, "y ~ s * d", both))
    for method, formula, where in asked:
        estimate, error = _fit(table, formula, where)
        if error > 0:
            return estimate, error, df, method
    return np.nan, np.nan, np.nan, BOTH


def _fit(table: pd.DataFrame, formula: str, where: dict[str, Any]) -> tuple[float, float]:
    from statsmodels.regression.mixed_linear_model import MixedLM

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = MixedLM.from_formula(formula, data=table, **where).fit(reml=True)
        except (np.linalg.LinAlgError, ValueError):
            return np.nan, np.nan
        if not fit.converged:
            return np.nan, np.nan
        return float(fit.params["s:d"]), float(fit.bse["s:d"])
