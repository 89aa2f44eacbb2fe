"""Interaction in a mixed model with cage and cohort as random effects."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Array = NDArray[np.float64]


def mixed_model_interaction(
    outcome: Array, stress: Array, treatment: Array, cohorts: NDArray[np.int_], cages: NDArray[np.int_]
) -> tuple[float, float, float]:
    """Fit a mixed model by restricted maximum likelihood.

    Parameters
    ----------
    outcome : array of shape (n,)
        One value an animal.
    stress, treatment : arrays of shape (n,)
        0 or 1.
    cohorts, cages : arrays of int, shape (n,)
        Of each animal; a random intercept each, cohorts only where there are several.

    Returns
    -------
    estimate, error, df : float
        Of the interaction. Degrees of freedom are counted on cages where they are treated as a whole, else on
        animals within cages, less what cells and cohorts use up. NaN where the fit did not converge.

    References
    ----------
    Laird & Ware, Biometrics 1982, doi:10.2307/2529876; Schluchter & Elashoff, J Stat Comput Simul 1990,
    doi:10.1080/00949659008811295 (degrees of freedom).
    """
    from statsmodels.regression.mixed_linear_model import MixedLM

    table = pd.DataFrame(
        {"y": outcome, "s": stress - 0.5, "d": treatment - 0.5, "cohort": cohorts, "cage": cages}
    )
    several = len(np.unique(cohorts)) > 1
    where = (
        {"groups": "cohort", "re_formula": "1", "vc_formula": {"cage": "0 + C(cage)"}}
        if several
        else {"groups": "cage"}
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            fit = MixedLM.from_formula("y ~ s * d", data=table, **where).fit(reml=True)
        except (np.linalg.LinAlgError, ValueError):
            return np.nan, np.nan, np.nan
    error = float(fit.bse["s:d"])
    if not fit.converged or not error > 0:
        return np.nan, np.nan, np.nan
    whole = (table.groupby("cage")[["s", "d"]].nunique() == 1).all(axis=None)
    units = len(np.unique(cages)) if whole else len(outcome) - len(np.unique(cages))
    df = max(units - 3 - len(np.unique(cohorts)), 1)
    return float(fit.params["s:d"]), error, float(df)
