"""How a label is spread over batches and covariates, and where its groups can still be compared."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import chdtrc
from scipy.stats import mannwhitneyu, random_table

from stratify.errors import listed
from stratify.learning.probe_columns import ProbeColumn

Array = NDArray[np.float64]

STRONG_V, STRONG_ETA2 = 0.3, 0.14  # what Cohen calls medium for two classes, and large for a mean
_DRAWS = 1999
_ROUNDED = 0.05  # share of the span to which the ends of an overlap are rounded


@dataclass(frozen=True)
class Meeting:
    """A place where patients of both groups are found: a class of a column, or a range of its values.

    Parameters
    ----------
    where : str
        Class, or "low to high".
    n_first, n_second : int
        Patients of the two groups.
    """

    where: str
    n_first: int
    n_second: int


@dataclass(frozen=True)
class PairSpread:
    """Two groups of a label over one column.

    Parameters
    ----------
    first, second : str
        The groups.
    n_first, n_second : int
        Their patients whose value is known.
    strength : float
        Bias-corrected Cramér's V (classes) or eta squared (numbers).
    p_value : float
        By Monte Carlo over tables with these margins, beyond all of them by chi squared; or Mann-Whitney.
    meetings : tuple of Meeting
        Where both are found, most balanced first; empty when they share nothing.
    """

    first: str
    second: str
    n_first: int
    n_second: int
    strength: float
    p_value: float
    meetings: tuple[Meeting, ...]

    @property
    def names(self) -> str:
        """Both groups, as "A vs B"."""
        return f"{self.first} vs {self.second}"


@dataclass(frozen=True)
class Spread:
    """A label over one column; every number counts patients, by their first sample in a group.

    Parameters
    ----------
    column : str
        Name of the column.
    role : {"batch", "covariate"}
        How a sample was handled, or who the person is.
    measure : {"Cramér's V", "eta squared"}
        Of the strengths.
    strength : float
        Over all groups.
    table : DataFrame
        Classes by groups, counts; for numbers n, quartiles and median by group.
    pairs : tuple of PairSpread
        Each two groups.
    """

    column: str
    role: str
    measure: str
    strength: float
    table: pd.DataFrame
    pairs: tuple[PairSpread, ...]

    def is_strong(self, pair: PairSpread) -> bool:
        """Whether an imbalance of this size matters."""
        return pair.strength >= (STRONG_ETA2 if self.measure == "eta squared" else STRONG_V)

    def sentence(self, pair: PairSpread) -> str:
        """Say where two groups can still be compared, with counts."""
        ranges = self.measure == "eta squared"
        if not pair.meetings:
            share = "do not overlap in" if ranges else "share no"
            return f"{pair.first} and {pair.second} {share} {self.column}, so what differs may be either"
        counted = [f"{m.where} ({m.n_first} and {m.n_second})" for m in pair.meetings]
        verb = "overlap at" if ranges else "meet in"
        return f"{pair.first} and {pair.second} {verb} {listed(counted, 4)}"


def label_spread(column: ProbeColumn, label: NDArray[Any], patients: NDArray[Any]) -> Spread | None:
    """Count a label over a column.

    Parameters
    ----------
    column : ProbeColumn
        Of the same rows.
    label, patients : arrays of shape (n,)
        Group ("" where unknown) and patient of each row.

    Returns
    -------
    Spread or None
        None where fewer than two groups have a known value.

    References
    ----------
    Bergsma, J Korean Stat Soc 2013, doi:10.1016/j.jkss.2012.10.002 (Cramér's V);
    Patefield, Appl Stat 1981, doi:10.2307/2346669 (random tables).

    Examples
    --------
    >>> site = ProbeColumn("site", "batch", np.array(["A"] * 9 + ["B"] * 9, dtype=object))
    >>> spread = label_spread(site, np.array(["case"] * 12 + ["control"] * 6, dtype=object), np.arange(18))
    >>> spread.sentence(spread.pairs[0])
    'case and control meet in B (3 and 6)'
    """
    rows = np.flatnonzero(column.known & (label != ""))
    once = pd.DataFrame({"patient": patients[rows], "group": label[rows]}).duplicated()
    rows = rows[~once.to_numpy()]
    frame = pd.DataFrame({"group": label[rows], "value": column.values[rows]})
    groups = sorted(frame["group"].unique())
    if len(groups) < 2:
        return None
    pairs = [_pair(column, frame[frame["group"].isin(pair)], *pair) for pair in combinations(groups, 2)]
    table = _quartiles(frame) if column.numeric else pd.crosstab(frame["value"], frame["group"])
    measure = "eta squared" if column.numeric else "Cramér's V"
    return Spread(column.name, column.role, measure, _strength(frame), table, tuple(pairs))


def cramers_v(table: Array) -> float:
    """Measure how strongly rows and columns of a table of counts hang together, without the upward bias.

    Parameters
    ----------
    table : array of shape (n_classes, n_groups)
        Counts; empty rows and columns are left out.

    Returns
    -------
    float
        0 to 1; 0 where one row or column is left.

    References
    ----------
    Bergsma, J Korean Stat Soc 2013, doi:10.1016/j.jkss.2012.10.002.

    Examples
    --------
    >>> cramers_v(np.array([[10, 0], [0, 10]])), cramers_v(np.array([[5, 5], [5, 5]]))
    (1.0, 0.0)
    """
    table = table[table.any(axis=1)][:, table.any(axis=0)]
    n, (r, k) = table.sum(), table.shape
    if min(r, k) < 2:
        return 0.0
    phi2 = max(float(_chi2(table[None])[0]) / n - (r - 1) * (k - 1) / (n - 1), 0.0)
    smaller = min(r - (r - 1) ** 2 / (n - 1), k - (k - 1) ** 2 / (n - 1)) - 1
    return float(np.sqrt(min(phi2 / smaller, 1.0))) if smaller > 0 else 0.0


def eta_squared(values: Array, groups: NDArray[Any]) -> float:
    """Share of the variance of numbers (n,) that lies between groups (n,).

    Parameters
    ----------
    values, groups : arrays of shape (n,)
        Numbers, and the group of each.

    Returns
    -------
    float

    Examples
    --------
    >>> eta_squared(np.array([1.0, 1.0, 3.0, 3.0]), np.array(["a", "a", "b", "b"]))
    1.0
    """
    series = pd.Series(values, dtype=float)
    total = float(((series - series.mean()) ** 2).sum())
    within = float(((series - series.groupby(groups).transform("mean")) ** 2).sum())
    return 1 - within / total if total > 0 else 0.0


def _strength(frame: pd.DataFrame) -> float:
    if frame["value"].dtype == object:
        return cramers_v(pd.crosstab(frame["value"], frame["group"]).to_numpy())
    return eta_squared(frame["value"].to_numpy(), frame["group"].to_numpy())


def _pair(column: ProbeColumn, frame: pd.DataFrame, first: str, second: str) -> PairSpread:
    one, two = (frame.loc[frame["group"] == name, "value"].to_numpy() for name in (first, second))
    if column.numeric:
        p, meetings = float(mannwhitneyu(one, two).pvalue), _overlap(column, one, two)
    else:
        table = pd.crosstab(frame["value"], frame["group"])[[first, second]]
        p, meetings = _table_p(table.to_numpy()), _shared(table)
    return PairSpread(first, second, len(one), len(two), _strength(frame), p, meetings)


def _chi2(tables: NDArray[Any]) -> Array:
    """Chi squared of each table of a stack (n_tables, n_classes, n_groups) without empty margins."""
    rows, columns = tables[0].sum(axis=1), tables[0].sum(axis=0)
    return np.asarray((tables**2 / np.outer(rows, columns)).sum(axis=(1, 2)) - 1) * rows.sum()


def _table_p(table: NDArray[np.int64]) -> float:
    if len(table) < 2:
        return 1.0
    drawn = random_table(table.sum(axis=1), table.sum(axis=0), seed=0).rvs(_DRAWS)
    observed = float(_chi2(table[None])[0])
    reached = int((_chi2(drawn) >= observed - 1e-9).sum())
    p = (1 + reached) / (1 + _DRAWS)
    return p if reached else min(p, float(chdtrc((table.shape[0] - 1) * (table.shape[1] - 1), observed)))


def _shared(table: pd.DataFrame) -> tuple[Meeting, ...]:
    both = table[(table > 0).all(axis=1)]
    ordered = both.loc[both.min(axis=1).sort_values(ascending=False, kind="stable").index]
    return tuple(
        Meeting(str(name), int(a), int(b))
        for name, (a, b) in zip(ordered.index, ordered.to_numpy(), strict=True)
    )


def _overlap(column: ProbeColumn, one: Array, two: Array) -> tuple[Meeting, ...]:
    """Range that both groups cover, told in round numbers so that it gives away nobody's value."""
    low, high = max(one.min(), two.min()), min(one.max(), two.max())
    if low > high:
        return ()
    inside = [int(((values >= low) & (values <= high)).sum()) for values in (one, two)]
    span = max(one.max(), two.max()) - min(one.min(), two.min())
    step = _round_step(span * _ROUNDED) if span > 0 else 1.0
    low, high = np.floor(low / step) * step, np.ceil(high / step) * step
    return (Meeting(f"{column.write(low)} to {column.write(high)}", *inside),)


def _round_step(most: float) -> float:
    """Largest of 1, 2, 5, 10, ... and their tenths that is no larger."""
    tens = 10.0 ** np.floor(np.log10(most))
    return float(max(factor * tens for factor in (1, 2, 5) if factor * tens <= most * (1 + 1e-9)))


def _quartiles(frame: pd.DataFrame) -> pd.DataFrame:
    grouped = frame.assign(value=frame["value"].astype(float)).groupby("group")["value"]
    return grouped.describe()[["count", "25%", "50%", "75%"]].T.rename(
        index={"count": "n", "25%": "lower quartile", "50%": "median", "75%": "upper quartile"}
    )
