"""What probes mean for a study: findings, each with what can still be learned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from stratify.assays.finding import Finding, Severity
from stratify.errors import listed
from stratify.learning.label_spread import PairSpread, Spread
from stratify.learning.predictability import Predictability
from stratify.learning.probe_columns import FEWEST_IN_CLASS
from stratify.learning.probe_facts import Alone, Probe

SMALLEST_AUC, SMALLEST_CORRELATION = 0.6, 0.2  # less than this is no harm in practice
_LEVEL = 0.05
_PAIRS = 3


def probe_findings(
    label: str | None,
    columns: Sequence[str],
    probes: Sequence[Probe],
    spreads: Sequence[Spread],
    alone: Sequence[Alone],
) -> list[Finding]:
    """Turn probes into findings, with all p-values of a kind corrected together.

    Parameters
    ----------
    label : str or None
        Column of the groups.
    columns : sequence of str
        Columns that were probed.
    probes : sequence of Probe
        Columns predicted from the levels.
    spreads : sequence of Spread
        The label over each column.
    alone : sequence of Alone
        The label predicted from the columns alone.

    Returns
    -------
    list of Finding
        Errors first; items are columns.
    """
    uneven = unbalanced(spreads)
    order: tuple[Severity, ...] = ("error", "warning", "info")
    found = [
        *(_confounded(one, uneven[one.column], str(label)) for one in spreads if uneven[one.column]),
        *_jointly(str(label), tuple(columns), alone, uneven),
        *_visible(label, probes, uneven),
    ]
    return sorted(found, key=lambda finding: order.index(finding.severity))


def holm(p_values: Sequence[float]) -> np.ndarray:
    """Correct p-values so that one false finding among all of them is rare.

    Parameters
    ----------
    p_values : sequence of float
        Of one family.

    Returns
    -------
    array of shape (n,)

    References
    ----------
    Holm, Scand J Stat 1979, https://www.jstor.org/stable/4615733.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.02]).round(2).tolist()
    [0.03, 0.04, 0.04]
    """
    p = np.asarray(p_values, dtype=float)
    order = np.argsort(p, kind="stable")
    steps = np.minimum(np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)), 1.0)
    corrected = np.empty(len(p))
    corrected[order] = steps
    return corrected


def unbalanced(spreads: Sequence[Spread]) -> dict[str, list[PairSpread]]:
    """Find pairs of groups that differ in a column.

    Parameters
    ----------
    spreads : sequence of Spread
        The label over each column.

    Returns
    -------
    dict
        Column to pairs that share nothing or are strongly unbalanced, the former first.
    """
    corrected = iter(holm([pair.p_value for one in spreads for pair in one.pairs]))
    found = {}
    for one in spreads:
        pairs = [(pair, next(corrected)) for pair in one.pairs]
        uneven = [pair for pair, p in pairs if not pair.meetings or (p <= _LEVEL and one.is_strong(pair))]
        found[one.column] = sorted(uneven, key=lambda pair: bool(pair.meetings))
    return found


def still_learned(spread: Spread, uneven: Sequence[PairSpread]) -> str:
    """Say of a column which contrasts stand and where the others can still be made.

    Parameters
    ----------
    spread : Spread
        The label over the column.
    uneven : sequence of PairSpread
        Its pairs that differ, of :func:`unbalanced`.

    Returns
    -------
    str
        One sentence.
    """
    told = [spread.sentence(pair) for pair in uneven[:_PAIRS]]
    if len(uneven) > _PAIRS:
        told.append(f"so it is for {len(uneven) - _PAIRS} more pairs")
    even = [pair.names for pair in spread.pairs if pair not in uneven]
    if even:
        told.append(f"no imbalance was found for {listed(even, _PAIRS)}")
    return "; ".join(told)


def _confounded(spread: Spread, uneven: Sequence[PairSpread], label: str) -> Finding:
    batch = spread.role == "batch"
    hopeless = [pair for pair in uneven if _hardly_meet(pair)]
    error = batch and any(pair.p_value <= _LEVEL for pair in hopeless)
    if len(hopeless) == len(uneven):
        advice = "samples of both groups from one place are needed" if batch else "match people, or say so"
    else:
        advice = f"contrast them there, or adjust for {spread.column}"
    strength = f"{label} is tied to {spread.column} ({spread.measure} {spread.strength:.2f})"
    remedy = f"{strength}: {still_learned(spread, uneven)}; {advice}"
    return Finding("label-confounded", "error" if error else "warning", (spread.column,), remedy, "table")


def _hardly_meet(pair: PairSpread) -> bool:
    """Whether too few of either group share a place: one wrong entry would make the difference."""
    met = (sum(one.n_first for one in pair.meetings), sum(one.n_second for one in pair.meetings))
    return min(met) < FEWEST_IN_CLASS


def _jointly(
    label: str,
    columns: tuple[str, ...],
    alone: Sequence[Alone],
    uneven: Mapping[str, Sequence[PairSpread]],
) -> list[Finding]:
    """Pairs that several columns tell apart together although none does so alone."""
    told = {(pair.first, pair.second) for pairs in uneven.values() for pair in pairs}
    corrected = holm([one.found.p_value for one in alone])
    joint = [
        one
        for one, p in zip(alone, corrected, strict=True)
        if p <= _LEVEL and one.found.value >= SMALLEST_AUC and (one.first, one.second) not in told
    ]
    if not joint:
        return []
    pairs = listed([f"{one.first} vs {one.second} {_written(one.found)}" for one in joint], _PAIRS)
    remedy = (
        f"{listed(columns, 8)} alone, without any protein, tell groups of {label} apart: {pairs}; "
        "a classifier must do better than that, so adjust for these columns"
    )
    return [Finding("label-predictable", "warning", columns, remedy, "table")]


def _visible(
    label: str | None, probes: Sequence[Probe], uneven: Mapping[str, Sequence[PairSpread]]
) -> list[Finding]:
    corrected = holm([one.found.p_value for one in probes])
    return [
        _seen(one, bool(uneven.get(one.column)), label)
        for one, p in zip(probes, corrected, strict=True)
        if p <= _LEVEL and one.found.value >= _smallest(one.found)
    ]


def _by_groups_alone(one: Probe, tied: bool) -> bool:
    """Whether a batch is seen only because the groups lie over it unevenly: within them nothing shows it."""
    return tied and one.within is not None and one.within.p_value > _LEVEL


def _smallest(found: Predictability) -> float:
    return SMALLEST_AUC if found.measure == "AUC" else SMALLEST_CORRELATION


def _seen(one: Probe, tied: bool, label: str | None) -> Finding:
    told = f"{one.column} is predicted from the levels, {_written(one.found)}"
    if one.within is not None:
        told += f", within groups {one.within.value:.2f}"
    alone = one.role == "batch" and _by_groups_alone(one, tied)
    if alone:
        advice = "within groups it is not: what shows may be the groups themselves"
    elif one.role == "batch":
        advice = (
            "put its levels on one footing with control or bridge samples (harmonise) before comparing them"
        )
    elif label and not tied:
        advice = "groups hardly differ in it"
    else:
        advice = f"adjust for {one.column} where groups differ in it"
    severity: Severity = "info" if alone else "warning" if one.role == "batch" or tied else "info"
    code = "batch-visible" if one.role == "batch" else "covariate-visible"
    return Finding(code, severity, (one.column,), f"{told}; {advice}", "table")


def _written(found: Predictability) -> str:
    return (
        f"{found.measure} {found.value:.2f} ({found.low:.2f} to {found.high:.2f}, "
        f"p {'<' if found.p_value < 0.005 else '='} {max(found.p_value, 0.005):.3f})"
    )
