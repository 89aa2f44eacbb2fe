"""Simulated animals of a two by two experiment; no real animal stands behind them."""

from __future__ import annotations

import numpy as np
import pandas as pd

from stratify.errors import ExperimentError


def simulate_animals(
    seed: int = 0,
    *,
    cohorts: int = 3,
    cages: int = 2,
    per_cage: int = 3,
    stress: float = -0.6,
    treatment: float = 0.0,
    interaction: float = 0.5,
    spread: tuple[float, float, float] = (0.15, 0.15, 0.4),
) -> pd.DataFrame:
    """Simulate social interaction after social defeat, with and without a blockade.

    Effects are on the log of the interaction ratio; sizes are assumptions and come from no study.

    Parameters
    ----------
    seed : int, default 0
        The same seed gives the same animals.
    cohorts, cages, per_cage : int
        Cohorts; cages a cell in each; animals a cage. A cage is stressed and treated as a whole.
    stress, treatment, interaction : float
        Effect of stress, of the treatment without stress, and what the treatment changes of that of stress.
    spread : tuple of float
        SD between cohorts, between cages, and between animals.

    Returns
    -------
    DataFrame
        One row an animal: ``animal``, ``cohort``, ``cage``, ``stress``, ``treatment``, ``interaction_ratio``,
        ``time_in_zone`` (seconds of 150).

    Raises
    ------
    ExperimentError
        Without animals, or a negative seed or spread.

    Examples
    --------
    >>> simulate_animals(1).shape
    (72, 7)
    """
    if min(cohorts, cages, per_cage) < 1 or seed < 0 or min(spread) < 0:
        raise ExperimentError(
            "at least one cohort, cage and animal", f"{cohorts}, {cages}, {per_cage}", "raise them"
        )
    rng = np.random.default_rng([seed, 17])
    rows = [
        (k, s, d, c)
        for k in range(cohorts)
        for s in (0, 1)
        for d in (0, 1)
        for c in range(cages)
        for _ in range(per_cage)
    ]
    table = pd.DataFrame(rows, columns=["cohort", "stress", "treatment", "c"])
    number = table.groupby(["cohort", "stress", "treatment", "c"], sort=False).ngroup().to_numpy()
    s, d = table["stress"].to_numpy(), table["treatment"].to_numpy()
    level = 0.35 + stress * s + treatment * d + interaction * s * d
    level += spread[0] * rng.standard_normal(cohorts)[table["cohort"]]
    level += spread[1] * rng.standard_normal(number.max() + 1)[number]
    level += spread[2] * rng.standard_normal(len(table))
    seconds = 150.0 / (1.0 + np.exp(-(level - 0.5 + 0.2 * rng.standard_normal(len(table)))))
    return pd.DataFrame(
        {
            "animal": [f"A{i + 1:03d}" for i in range(len(table))],
            "cohort": [f"cohort {k + 1}" for k in table["cohort"]],
            "cage": [f"cage {k + 1}" for k in number],
            "stress": np.where(s == 1, "defeat", "control"),
            "treatment": np.where(d == 1, "anti-IL-4R", "isotype"),
            "interaction_ratio": np.exp(level).round(4),
            "time_in_zone": seconds.round(1),
        }
    )
