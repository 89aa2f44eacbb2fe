"""Differences of a few scores between groups of people, with intervals and adjusted p-values."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

Array = NDArray[np.float64]

FEWEST = 3
COLUMNS = ("score", "higher", "lower", "n_higher", "n_lower", "difference", "low", "high", "p", "q")


def group_differences(
    scores: pd.DataFrame, groups: pd.Series, patients: pd.Series | None = None
) -> pd.DataFrame:
    """Compare each score between each two groups by Welch's t-test.

    Parameters
    ----------
    scores : DataFrame of shape (samples, scores)
        NaN where unknown.
    groups : Series of shape (samples,)
        Group of each sample; "" or NaN leaves the sample out. A group with fewer than three people is
        left out.
    patients : Series of shape (samples,), optional
        Several samples of one patient in one group are averaged first.

    Returns
    -------
    DataFrame
        One row a score and pair of groups, smallest p first: ``score``, ``higher``, ``lower``,
        ``n_higher``, ``n_lower`` (people), ``difference`` of means with its 95% interval ``low``, ``high``,
        ``p``, and ``q`` (Benjamini-Hochberg over all rows).

    References
    ----------
    Welch, Biometrika 1947, doi:10.1093/biomet/34.1-2.28; Benjamini & Hochberg, J R Stat Soc B 1995,
    doi:10.1111/j.2517-6161.1995.tb02031.x.

    Examples
    --------
    >>> scores = pd.DataFrame({"leak": [0.0, 0.1, -0.1, 2.0, 2.1, 1.9]})
    >>> table = group_differences(scores, pd.Series(["HC", "HC", "HC", "MDD", "MDD", "MDD"]))
    >>> table[["higher", "lower", "difference"]].round(1).to_numpy().tolist()
    [['MDD', 'HC', 2.0]]
    """
    words = groups.astype(object).where(groups.notna(), "").astype(str)
    known = (words != "").to_numpy()
    keys = [words[known], (scores.index.to_series() if patients is None else patients)[known]]
    persons = scores[known].groupby([key.to_numpy() for key in keys]).mean()
    rows = [row for name in scores for row in _pairs(str(name), persons[name].dropna())]
    table = pd.DataFrame(rows, columns=list(COLUMNS[:-1]))
    from scipy.stats import false_discovery_control  # a second of loading that a screening does without

    table["q"] = false_discovery_control(table["p"]) if len(table) else table["p"]
    return table.sort_values(["p", "score", "higher", "lower"], ignore_index=True)


def _pairs(name: str, values: pd.Series) -> list[tuple[object, ...]]:
    groups = {str(group): part.to_numpy() for group, part in values.groupby(level=0) if len(part) >= FEWEST}
    return [_welch(name, one, other) for one, other in combinations(sorted(groups.items()), 2)]


def _welch(name: str, one: tuple[str, Array], other: tuple[str, Array]) -> tuple[object, ...]:
    above, below = sorted((one, other), key=lambda pair: -pair[1].mean())
    difference = float(above[1].mean() - below[1].mean())
    shares = [max(float(values.var(ddof=1)), 1e-18) / len(values) for _, values in (above, below)]
    error = float(np.sqrt(sum(shares)))
    freedom = sum(shares) ** 2 / sum(
        share**2 / (len(pair[1]) - 1) for share, pair in zip(shares, (above, below), strict=True)
    )
    reach = float(stdtrit(freedom, 0.975)) * error
    p = 2.0 * float(stdtr(freedom, -difference / error))
    sizes = (len(above[1]), len(below[1]))
    return (name, above[0], below[0], *sizes, difference, difference - reach, difference + reach, p)
